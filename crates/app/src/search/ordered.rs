//! What has values in order: who has one in a range, as an index tells or documents say.

use model::search::Needle;
use model::value::order::{self, FIRST_KEY};
use model::{Catalog, Decimal, Field, FieldType, FilterableMember, IndexOf, Reads, RecordKind};
use store::{CatalogIndex, Filter, HasText, Predicate, SortKey, ValueRange};

/// All whose value of a filterable field is this text or number, whatever its case and accents, and perhaps some more: what
/// an index tells before documents are asked. `None` where no index tells it.
pub fn may_equal(field: &Field, catalog: &Catalog, text: &str) -> Option<Filter> {
    catalog.indexes.get(&IndexOf::Field(field.id))?;
    let key = match field.kind {
        FieldType::Text | FieldType::Email | FieldType::Url | FieldType::Phone => order::text_key(text),
        FieldType::Number => order::key(&Decimal::parse(text)?.order_key()),
        _ => return None,
    };
    let (from, until) = exactly(key);
    Some(Ordered::field(field).in_range(catalog, (from, Some(until)), text))
}

/// What has values in order: a field, or a member that can be filterable.
#[derive(Clone, Debug)]
pub(super) struct Ordered {
    of: IndexOf,
    kind: FieldType,
    within: Option<HasText>,
}

impl Ordered {
    /// A field.
    pub(super) fn field(field: &Field) -> Self {
        Self { of: IndexOf::Field(field.id), kind: field.kind, within: None }
    }

    /// A member.
    pub(super) fn member(member: FilterableMember) -> Self {
        Self { of: IndexOf::Member(member), kind: member.kind(), within: None }
    }

    /// The same, where nobody is asked for but who has this in their own texts.
    pub(super) fn within(self, needle: Option<Needle>) -> Self {
        let within = needle.map(|needle| HasText { kind: RecordKind::Contact, needle, is_whole: false });
        Self { within, ..self }
    }

    /// Those whose value has a key from one of these up to the other: as its index tells, where it has one.
    pub(super) fn in_range(
        self,
        catalog: &Catalog,
        (from, until): (String, Option<String>),
        name: &str,
    ) -> Filter {
        let Self { of, kind, within } = self;
        let range = catalog.indexes.get(&of).map(|index| ValueRange {
            index: index.number,
            from: from.clone(),
            until: until.clone(),
        });
        let holds = Predicate::new(move |contact| {
            let own = contact.order_key(of, kind);
            own >= from && until.as_ref().is_none_or(|until| own < *until)
        });
        let holds = holds.reading(Reads::only([of.stored()])).named(name);
        let holds = within.into_iter().fold(holds, Predicate::within);
        match range {
            Some(range) => Filter::InRange(range.into(), holds),
            None => holds.lacking_index().into(),
        }
    }

    /// Those who have a value.
    pub(super) fn something(self, catalog: &Catalog, name: &str) -> Filter {
        self.in_range(catalog, (FIRST_KEY.to_owned(), None), name)
    }

    /// In the order of its values.
    pub(super) fn sort_key(self, catalog: &Catalog) -> SortKey {
        match catalog.indexes.get(&self.of) {
            Some(index) => SortKey::Value(CatalogIndex { of: self.of, index: *index }),
            None => SortKey::unindexed(self.of, self.kind),
        }
    }
}

/// The keys from this one up to the next.
pub(super) fn exactly(key: String) -> (String, String) {
    (key.clone(), order::next_key(key))
}
