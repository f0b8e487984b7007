//! Which fields and members of contacts have their values kept in order, so that searches and orders find them without
//! reading every contact.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Catalog, Entity, Field, FieldType, FilterableMember, IndexOf};
use crate::ViolationKind;

/// The values of a field or a member in order. Another type of the field makes another index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueIndex {
    /// Its number, which none of the workspace ever had: what is stored under it is of this index and no other.
    pub number: u64,
    /// The type of the values.
    #[serde(rename = "type")]
    pub kind: FieldType,
}

/// Fields and members of a workspace that can have an index: each costs an update that changes its value.
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
    /// Has an index for each field and member that wants one, and no other. What an index that is gone had is stored no more, so
    /// that one that comes back is a new one. Comes with each revision.
    pub fn settle_indexes(&mut self) {
        let fields = self.fields.iter().filter(|field| field.wants_index());
        let fields = fields.map(|field| (IndexOf::Field(field.id), field.kind));
        let members = self.filterable_members.iter().map(|each| (IndexOf::Member(*each), each.kind()));
        let wanted: BTreeMap<IndexOf, FieldType> = fields.chain(members).collect();
        self.indexes.retain(|of, index| wanted.get(of) == Some(&index.kind));
        let missing = wanted.into_iter().filter(|(of, _)| !self.indexes.contains_key(of));
        let new = missing.zip(self.revision.saturating_mul(AT_A_REVISION)..);
        let new: Vec<_> = new.map(|((of, kind), number)| (of, ValueIndex { number, kind })).collect();
        self.indexes.extend(new);
    }

    /// Whether a field may be filterable beside the others that are, and the members.
    pub fn has_room_for_index(&self, field: &Field) -> bool {
        let others = self.fields.iter().filter(|each| each.id != field.id && each.wants_index());
        !field.wants_index() || ((others.count() + self.filterable_members.len()) as u64) < INDEXES_MAX
    }

    /// Makes these members filterable, and no others.
    ///
    /// # Errors
    /// [`ViolationKind::TooManyIndexes`]: some come, and there is no room for them beside the fields that are filterable.
    pub fn set_filterable_members(
        &mut self,
        members: BTreeSet<FilterableMember>,
    ) -> Result<(), ViolationKind> {
        let fields = self.fields.iter().filter(|field| field.wants_index()).count();
        let is_more = !members.is_subset(&self.filterable_members);
        if is_more && (fields + members.len()) as u64 > INDEXES_MAX {
            return Err(ViolationKind::TooManyIndexes(INDEXES_MAX));
        }
        self.filterable_members = members;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{Aliases, Extras, FieldId, Timestamp};

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
            let of = |of: &IndexOf| match of {
                IndexOf::Field(id) => id.0.as_u128().to_string(),
                IndexOf::Member(member) => member.as_str().to_owned(),
            };
            catalog.indexes.iter().map(|(each, index)| (of(each), index.number)).collect::<Vec<_>>()
        };
        catalog.fields.push(field(1, FieldType::Number));
        catalog.fields.push(field(2, FieldType::Boolean));
        catalog.fields.push(field(3, FieldType::Text));
        catalog.fields.push(Field { entity: Entity::Company, ..field(4, FieldType::Text) });
        let at = |of: &str, revision: u64, place: u64| (of.to_owned(), (revision << 16) + place);
        assert_eq!(settled(&mut catalog), [at("1", 3, 0), at("3", 3, 1)]);
        catalog.revision = 4;
        assert_eq!(settled(&mut catalog), [at("1", 3, 0), at("3", 3, 1)]);
        catalog.fields.put(field(1, FieldType::Text));
        catalog.filterable_members = [FilterableMember::City, FilterableMember::ClosedAt].into();
        let (city, closed) = (at("city", 4, 1), at("closed_at", 4, 2));
        assert_eq!(settled(&mut catalog), [at("1", 4, 0), at("3", 3, 1), city.clone(), closed]);
        catalog.revision = 5;
        catalog.fields.put(Field { filterable: false, ..field(3, FieldType::Text) });
        catalog.filterable_members.remove(&FilterableMember::ClosedAt);
        assert_eq!(settled(&mut catalog), [at("1", 4, 0), city.clone()]);
        catalog.revision = 6;
        catalog.fields.put(field(3, FieldType::Text));
        catalog.filterable_members.insert(FilterableMember::ClosedAt);
        assert_eq!(settled(&mut catalog), [at("1", 4, 0), at("3", 6, 0), city, at("closed_at", 6, 1)]);
        assert_eq!(
            catalog
                .indexes
                .values()
                .map(|index| (ValueIndex::revision(index.number), index.kind))
                .collect::<Vec<_>>(),
            [(4, FieldType::Text), (6, FieldType::Text), (4, FieldType::Text), (6, FieldType::Datetime)]
        );
    }

    #[test]
    fn only_so_many_fields_and_members_have_an_index() {
        let mut catalog = Catalog::default();
        (1..=32).for_each(|id| catalog.fields.push(field(id, FieldType::Text)));
        assert!(catalog.has_room_for_index(&field(7, FieldType::Number)));
        assert!(!catalog.has_room_for_index(&field(33, FieldType::Text)));
        assert!(catalog.has_room_for_index(&field(33, FieldType::Boolean)));
        assert!(catalog.has_room_for_index(&Field { filterable: false, ..field(33, FieldType::Text) }));
        let city = BTreeSet::from([FilterableMember::City]);
        assert_eq!(catalog.set_filterable_members(city.clone()), Err(ViolationKind::TooManyIndexes(32)));
        catalog.fields.remove(Uuid::from_u128(32));
        assert_eq!(catalog.set_filterable_members(city.clone()), Ok(()));
        assert!(!catalog.has_room_for_index(&field(32, FieldType::Text)));
        assert!(catalog.has_room_for_index(&field(7, FieldType::Number)));
        // An undo asks for no room; what it leaves can stay, and go.
        catalog.fields.push(field(32, FieldType::Text));
        assert_eq!(catalog.set_filterable_members(city), Ok(()));
        assert_eq!(catalog.set_filterable_members(BTreeSet::new()), Ok(()));
    }
}
