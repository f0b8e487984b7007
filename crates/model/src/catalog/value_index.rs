//! Which fields the values of contacts are kept in order of, so that searches and orders find them without reading
//! every contact.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Catalog, Entity, Field, FieldType};
use crate::FieldId;

/// The values of a field in order. Another type of the field makes another index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueIndex {
    /// Its number, which none of the workspace ever had: what is stored under it is of this index and no other.
    pub number: u64,
    /// The type of the values.
    #[serde(rename = "type")]
    pub kind: FieldType,
}

/// Fields of a workspace that can have an index: each costs an update that changes its value.
pub const INDEXES_MAX: u64 = 32;

/// Indexes that can be made at one revision: more than there are fields.
const AT_A_REVISION: u64 = 1 << 16;

impl ValueIndex {
    /// The revision of the catalog that the index with this number came with.
    pub fn revision(number: u64) -> u64 {
        number / AT_A_REVISION
    }
}

impl FieldType {
    /// Whether an index keeps values of this type in order. Of the others, contacts answer with yes or no at once.
    pub fn is_ordered(self) -> bool {
        !matches!(self, Self::Boolean | Self::SingleSelect | Self::MultiSelect)
    }
}

impl Field {
    fn wants_index(&self) -> bool {
        let is_value = self.system.is_none() && self.entity == Entity::Contact;
        self.filterable && is_value && self.kind.is_ordered()
    }
}

impl Catalog {
    /// Has an index for each field that wants one, and no other. What an index that is gone had is stored no more, so
    /// that one that comes back is a new one. Comes with each revision.
    pub fn settle_indexes(&mut self) {
        let wanted: BTreeMap<FieldId, FieldType> = self
            .fields
            .iter()
            .filter(|field| field.wants_index())
            .map(|field| (field.id, field.kind))
            .collect();
        self.indexes.retain(|id, index| wanted.get(id) == Some(&index.kind));
        let missing = wanted.into_iter().filter(|(id, _)| !self.indexes.contains_key(id));
        let new = missing.zip(self.revision.saturating_mul(AT_A_REVISION)..);
        let new: Vec<_> = new.map(|((id, kind), number)| (id, ValueIndex { number, kind })).collect();
        self.indexes.extend(new);
    }

    /// Whether a field may be filterable beside the others that are.
    pub fn has_room_for_index(&self, field: &Field) -> bool {
        let others = self.fields.iter().filter(|each| each.id != field.id && each.wants_index());
        !field.wants_index() || (others.count() as u64) < INDEXES_MAX
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{Aliases, Extras, Timestamp};

    fn field(id: u128, kind: FieldType) -> Field {
        Field {
            id: FieldId(Uuid::from_u128(id)),
            number: 1,
            key: format!("field_{id}"),
            name: "Field".to_owned(),
            kind,
            entity: Entity::Contact,
            system: None,
            options: Vec::new(),
            former_options: Vec::new(),
            filterable: true,
            created_at: Timestamp::default(),
            aliases: Aliases::default(),
            extras: Extras::default(),
        }
    }

    #[test]
    fn indexes_follow_the_fields_and_never_come_back() {
        let mut catalog = Catalog { revision: 3, ..Catalog::default() };
        let settled = |catalog: &mut Catalog| {
            catalog.settle_indexes();
            catalog.indexes.iter().map(|(id, index)| (id.0.as_u128(), index.number)).collect::<Vec<_>>()
        };
        catalog.fields.push(field(1, FieldType::Number));
        catalog.fields.push(field(2, FieldType::Boolean));
        catalog.fields.push(field(3, FieldType::Text));
        catalog.fields.push(Field { entity: Entity::Company, ..field(4, FieldType::Text) });
        let at = |revision: u64, place: u64| (revision << 16) + place;
        assert_eq!(settled(&mut catalog), [(1, at(3, 0)), (3, at(3, 1))]);
        catalog.revision = 4;
        assert_eq!(settled(&mut catalog), [(1, at(3, 0)), (3, at(3, 1))]);
        catalog.fields.put(field(1, FieldType::Text));
        assert_eq!(settled(&mut catalog), [(1, at(4, 0)), (3, at(3, 1))]);
        catalog.revision = 5;
        catalog.fields.put(Field { filterable: false, ..field(3, FieldType::Text) });
        assert_eq!(settled(&mut catalog), [(1, at(4, 0))]);
        catalog.revision = 6;
        catalog.fields.put(field(3, FieldType::Text));
        assert_eq!(settled(&mut catalog), [(1, at(4, 0)), (3, at(6, 0))]);
        assert_eq!(
            catalog.indexes.values().map(|index| ValueIndex::revision(index.number)).collect::<Vec<_>>(),
            [4, 6]
        );
    }

    #[test]
    fn only_so_many_fields_have_an_index() {
        let mut catalog = Catalog::default();
        (1..=32).for_each(|id| catalog.fields.push(field(id, FieldType::Text)));
        assert!(catalog.has_room_for_index(&field(7, FieldType::Number)));
        assert!(!catalog.has_room_for_index(&field(33, FieldType::Text)));
        assert!(catalog.has_room_for_index(&field(33, FieldType::Boolean)));
        assert!(catalog.has_room_for_index(&Field { filterable: false, ..field(33, FieldType::Text) }));
    }
}
