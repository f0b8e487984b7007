//! The order of sets. This API shows tags, lists, companies, notes and chosen options in an order of its own,
//! and tells clients to send back all of what they read; that must not reorder what other dialects show in the
//! order it was given.

use api_kit::Call;
use model::{
    Aliases, Catalog, Change, CompanyWrite, Contact, Dialect, Edit, ItemRef, Json, Native, Ref, Set, Value,
    ValueWrite,
};
use uuid::Uuid;

use crate::Rolodex;
use crate::page::Include;
use crate::related::Related;
use crate::wire::value;

/// Puts the items of each set into the order in which the contact has them, those that it does not have last.
pub(crate) async fn keep(call: &Call<Rolodex>, contact: &Ref, change: &mut Change) -> Result<(), app::Error> {
    if !change.edits.iter().any(|(_, edit)| can_reorder(edit)) {
        return Ok(());
    }
    let view = call.app.get_contact(&call.caller, contact).await?;
    let related = Related::find(call, [&*view.contact], &Include::all()).await?;
    for (_, edit) in &mut change.edits {
        match edit {
            Edit::Tags(set) => tags(set, &view.contact, &view.catalog),
            Edit::Lists(set) => lists(set, &view.contact, &view.catalog),
            Edit::Notes(set) => notes(set, &view.contact, &related),
            Edit::Companies(set) => companies(set, &view.contact, &related),
            Edit::Values(set, _) => values(set, &view.contact, &view.catalog),
            _ => {}
        }
    }
    Ok(())
}

/// Whether an edit sends a set of two items or more.
fn can_reorder(edit: &Edit) -> bool {
    match edit {
        Edit::Tags(set) | Edit::Lists(set) => set.items.len() > 1,
        Edit::Notes(set) => set.items.len() > 1,
        Edit::Companies(set) => set.items.len() > 1,
        Edit::Values(set, _) => {
            set.items.iter().any(|write| write.json.as_array().is_some_and(|items| items.len() > 1))
        }
        _ => false,
    }
}

fn place<T: PartialEq>(stored: &[T], item: Option<T>) -> usize {
    item.and_then(|item| stored.iter().position(|each| *each == item)).unwrap_or(usize::MAX)
}

fn tags(set: &mut Set<(String, ItemRef)>, contact: &Contact, catalog: &Catalog) {
    set.items.sort_by_cached_key(|(_, item)| place(&contact.tags, catalog.tags.find(item).map(|tag| tag.id)));
}

fn lists(set: &mut Set<(String, ItemRef)>, contact: &Contact, catalog: &Catalog) {
    set.items
        .sort_by_cached_key(|(_, item)| place(&contact.lists, catalog.lists.find(item).map(|list| list.id)));
}

fn notes(set: &mut Set<(String, Ref)>, contact: &Contact, related: &Related) {
    set.items.sort_by_cached_key(|(_, item)| {
        let is_it = |id: &model::NoteId| names(item, id.0, related.notes.get(id).map(|note| &note.aliases));
        contact.notes.iter().position(is_it).unwrap_or(usize::MAX)
    });
}

fn companies(set: &mut Set<CompanyWrite>, contact: &Contact, related: &Related) {
    set.items.sort_by_cached_key(|write| {
        let is_it = |link: &model::CompanyLink| {
            let aliases = related.companies.get(&link.id).map(|company| &company.aliases);
            names(&write.company, link.id.0, aliases)
        };
        contact.companies.iter().position(is_it).unwrap_or(usize::MAX)
    });
}

fn names(item: &Ref, id: Uuid, aliases: Option<&Aliases>) -> bool {
    item.native == Some(Native::Uuid(id))
        || aliases.is_some_and(|aliases| aliases.of(Dialect::Rolodex).contains(&item.text))
}

/// The options of fields that take several.
fn values(set: &mut Set<ValueWrite>, contact: &Contact, catalog: &Catalog) {
    for write in &mut set.items {
        let field = catalog.fields.find(&write.field);
        let stored = field.and_then(|field| contact.values.get(&field.id));
        if let (Some(field), Some(Value::Options(stored)), Json::Array(items)) =
            (field, stored, &mut write.json)
        {
            items.sort_by_cached_key(|item| place(stored, value::option(item, field).ok()));
        }
    }
}
