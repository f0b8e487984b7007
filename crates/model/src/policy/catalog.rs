//! What a policy does not let the catalog, companies and notes take from the contacts that have them.

use super::{Policy, Rule, refusal};
use crate::{
    Catalog, CatalogItem, Entity, FieldOption, FieldType, ItemChange, ItemEdit, Member, Record, RecordKind,
    Rejection,
};

impl Policy {
    /// Passes if a catalog may become another: what is deleted from it is gone from every contact that has it.
    ///
    /// # Errors
    /// Every member of contacts that would lose something that it protects.
    pub fn check_catalog(
        &self,
        before: &Catalog,
        changes: &[ItemChange],
        after: &Catalog,
    ) -> Result<(), Rejection> {
        let lost = changes.iter().flat_map(|change| lost_with(change, before, after));
        let protected = lost.filter(|member| self.rule(member, before) != Rule::Replace);
        refusal(protected.map(|member| member.path(before)))
    }

    /// Passes if a company or a note may be deleted, which takes it from the contacts that have it.
    ///
    /// # Errors
    /// The member of contacts that it protects.
    pub fn check_deletion_of(&self, record: &Record) -> Result<(), Rejection> {
        let path = match record {
            Record::Company(_) => "companies",
            Record::Note(_) => "notes",
            Record::Task(_) => return Ok(()),
        };
        refusal((self.closest(path) != Rule::Replace).then(|| path.to_owned()).into_iter())
    }
}

/// The members of contacts that lose something by a change of the catalog.
fn lost_with(change: &ItemChange, before: &Catalog, after: &Catalog) -> Vec<Member> {
    match &change.edit {
        ItemEdit::Removed(item) => match &**item {
            CatalogItem::Tag(_) => vec![Member::Tags],
            CatalogItem::List(list) if list.entity == Entity::Contact => vec![Member::Lists],
            CatalogItem::Field(field) if field.entity == Entity::Contact => vec![Member::Value(field.id)],
            CatalogItem::User(_) => {
                let fields = before.fields.iter().filter(|field| field.entity == Entity::Contact);
                let of_users = fields.filter(|field| field.kind == FieldType::User);
                of_users.map(|field| Member::Value(field.id)).chain([Member::AssignedUser]).collect()
            }
            CatalogItem::Team(_) => vec![Member::AssignedTeam],
            _ => Vec::new(),
        },
        ItemEdit::Changed(_) => {
            let lost_value = || {
                let (old, new) = (before.fields.get(change.id)?, after.fields.get(change.id)?);
                let is_lost = |option: &FieldOption| new.option(option.id).is_none();
                let has_lost = old.kind != new.kind || old.options.iter().any(is_lost);
                (has_lost && old.entity == Entity::Contact).then_some(Member::Value(old.id))
            };
            // Who is on a list that got conditions is found by these alone.
            let lost_list = || {
                let (old, new) = (before.lists.get(change.id)?, after.lists.get(change.id)?);
                (old.entity == Entity::Contact && new.is_dynamic() && !old.is_dynamic())
                    .then_some(Member::Lists)
            };
            match change.kind {
                RecordKind::Field => lost_value().into_iter().collect(),
                RecordKind::List => lost_list().into_iter().collect(),
                _ => Vec::new(),
            }
        }
        ItemEdit::Made(_) => Vec::new(),
    }
}
