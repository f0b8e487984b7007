//! A small set of named records that is looked up by id, by name and by the ids that vendors gave them.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::{Aliases, Dialect, ItemRef, Native};

/// A record of the catalog.
pub trait Item {
    /// Its id.
    fn id(&self) -> Uuid;
    /// Its number in the workspace, for dialects that speak integers.
    fn number(&self) -> Option<u64> {
        None
    }
    /// The name that people give it.
    fn name(&self) -> &str;
    /// A short machine-readable name, where it has one.
    fn key(&self) -> Option<&str> {
        None
    }
    /// The ids that vendors gave it.
    fn aliases(&self) -> &Aliases;
    /// Whether it is the one that is used when none is named, where its kind has such a one.
    fn stands_out(&mut self) -> Option<&mut bool> {
        None
    }
}

/// Records in the order they were made, with look-ups in constant time. Serialises as a plain list.
#[derive(Clone, Debug)]
pub struct Items<T> {
    rows: Vec<T>,
    ids: HashMap<Uuid, usize>,
    numbers: HashMap<u64, usize>,
    names: HashMap<String, usize>,
    keys: HashMap<String, usize>,
    aliases: HashMap<(Dialect, String), usize>,
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            ids: HashMap::new(),
            numbers: HashMap::new(),
            names: HashMap::new(),
            keys: HashMap::new(),
            aliases: HashMap::new(),
        }
    }
}

impl<T: Item> Items<T> {
    /// Adds a record at the end. Where two share a name, a key or an alias, the first is found.
    pub fn push(&mut self, row: T) {
        let at = self.rows.len();
        self.ids.entry(row.id()).or_insert(at);
        if let Some(number) = row.number() {
            self.numbers.entry(number).or_insert(at);
        }
        self.names.entry(row.name().to_owned()).or_insert(at);
        if let Some(key) = row.key() {
            self.keys.entry(key.to_owned()).or_insert(at);
        }
        for (dialect, texts) in row.aliases().iter() {
            for text in texts {
                self.aliases.entry((*dialect, text.clone())).or_insert(at);
            }
        }
        self.rows.push(row);
    }

    /// The record with this id.
    pub fn get(&self, id: Uuid) -> Option<&T> {
        self.at(self.ids.get(&id))
    }

    /// The record that a client names: an alias of its dialect wins over a well-formed id of ours.
    pub fn find(&self, item: &ItemRef) -> Option<&T> {
        match item {
            ItemRef::Id(id) => {
                let alias = self.aliases.get(&(id.dialect, id.text.clone()));
                self.at(alias).or_else(|| match id.native {
                    Some(Native::Uuid(uuid)) => self.get(uuid),
                    Some(Native::Number(number)) => self.at(self.numbers.get(&number)),
                    None => None,
                })
            }
            ItemRef::Name(name) => self.at(self.names.get(name)),
            ItemRef::NameAnyCase(name) => self.at(self.names.get(name)).or_else(|| {
                let folded = name.to_lowercase();
                self.rows.iter().find(|row| row.name().to_lowercase() == folded)
            }),
            ItemRef::Key(key) => self.at(self.keys.get(key)),
        }
    }

    /// Puts a record in the place of the one with its id; a new one comes behind those with lower numbers, so that one
    /// that was removed stands where it stood.
    pub fn put(&mut self, row: T) {
        let mut rows = std::mem::take(self).rows;
        match rows.iter_mut().find(|each| each.id() == row.id()) {
            Some(place) => *place = row,
            None => {
                let place = rows.iter().position(|each| each.number() > row.number());
                rows.insert(place.unwrap_or(rows.len()), row);
            }
        }
        *self = rows.into_iter().collect();
    }

    /// Puts a record in its place, and lets it alone be the one that is used when none is named, if it is that.
    pub fn put_alone(&mut self, mut row: T)
    where
        T: Clone,
    {
        if row.stands_out().is_some_and(|flag| *flag) {
            let others = self.rows.iter().filter(|each| each.id() != row.id()).cloned().collect::<Vec<_>>();
            for mut other in others {
                if other.stands_out().is_some_and(std::mem::take) {
                    self.put(other);
                }
            }
        }
        self.put(row);
    }

    /// Removes the record with this id.
    pub fn remove(&mut self, id: Uuid) -> Option<T> {
        let mut rows = std::mem::take(self).rows;
        let found = rows.iter().position(|row| row.id() == id).map(|place| rows.remove(place));
        *self = rows.into_iter().collect();
        found
    }

    /// All of them, in the order they were made.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.rows.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn at(&self, index: Option<&usize>) -> Option<&T> {
        self.rows.get(*index?)
    }
}

impl<T: Item> FromIterator<T> for Items<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        let mut items = Self::default();
        rows.into_iter().for_each(|row| items.push(row));
        items
    }
}

impl<'a, T> IntoIterator for &'a Items<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}

impl<T: PartialEq> PartialEq for Items<T> {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

impl<T: Serialize> Serialize for Items<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.rows.serialize(serializer)
    }
}

impl<'de, T: Item + Deserialize<'de>> Deserialize<'de> for Items<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<T>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ref, Tag, Team, Timestamp};

    /// Tags given as number, name and the id that Zingle gave; the id is the number.
    fn tags(rows: &[(u64, &str, &str)]) -> Items<Tag> {
        let tag = |(number, name, alias): &(u64, &str, &str)| Tag {
            id: Uuid::from_u128(u128::from(*number)).into(),
            number: *number,
            name: (*name).to_owned(),
            background_color: None,
            text_color: None,
            created_at: Timestamp::default(),
            aliases: Aliases::one(Dialect::Zingle, alias),
            extras: crate::Extras::default(),
        };
        rows.iter().map(tag).collect()
    }

    #[track_caller]
    fn check(items: &Items<Tag>, item: &ItemRef, expected: Option<u64>) {
        assert_eq!(items.find(item).map(|tag| tag.number), expected, "{item:?}");
    }

    #[test]
    fn an_alias_of_the_dialect_wins_over_an_id_of_ours() {
        let first = Uuid::from_u128(1).to_string();
        let items = tags(&[(1, "a", "z"), (2, "b", &first), (3, "c", "1")]);
        check(&items, &ItemRef::id_text(Dialect::Zingle, &first), Some(2));
        check(&items, &ItemRef::id_text(Dialect::Callbell, &first), Some(1));
        check(&items, &ItemRef::Id(Ref::number(Dialect::Zingle, "1")), Some(3));
        check(&items, &ItemRef::Id(Ref::number(Dialect::Acquire, "1")), Some(1));
        check(&items, &ItemRef::Id(Ref::number(Dialect::Acquire, "4")), None);
        check(&items, &ItemRef::id_text(Dialect::Zingle, "Z"), None);
    }

    #[test]
    fn names_are_found_exactly_or_in_any_case_where_asked() {
        let items = tags(&[(1, "Lead", ""), (2, "LEAD", ""), (3, "Zoë ", "")]);
        check(&items, &ItemRef::Name("LEAD".to_owned()), Some(2));
        check(&items, &ItemRef::Name("lead".to_owned()), None);
        check(&items, &ItemRef::NameAnyCase("LEAD".to_owned()), Some(2));
        check(&items, &ItemRef::NameAnyCase("lead".to_owned()), Some(1));
        check(&items, &ItemRef::NameAnyCase("ZOË ".to_owned()), Some(3));
        check(&items, &ItemRef::NameAnyCase("zoë".to_owned()), None);
        check(&items, &ItemRef::Key("Lead".to_owned()), None);
    }

    #[test]
    fn of_two_that_share_a_name_or_an_alias_the_first_is_found() {
        let items = tags(&[(1, "a", "z"), (2, "a", "z")]);
        check(&items, &ItemRef::Name("a".to_owned()), Some(1));
        check(&items, &ItemRef::id_text(Dialect::Zingle, "z"), Some(1));
        assert_eq!(items.len(), 2);
    }

    #[test]
    fn stored_items_are_a_plain_list_that_reads_back_equal() {
        let items = tags(&[(1, "a", "z"), (2, "b", "y")]);
        let stored = serde_json::to_value(&items).unwrap();
        assert_eq!(stored.as_array().map(Vec::len), Some(2));
        let read: Items<Tag> = serde_json::from_value(stored).unwrap();
        assert_eq!(read, items);
        check(&read, &ItemRef::Name("b".to_owned()), Some(2));
        assert!(Items::<Team>::default().is_empty());
    }

    #[test]
    fn what_was_removed_comes_back_in_its_place() {
        let all = tags(&[(1, "a", "z-1"), (2, "b", "z-2"), (3, "c", "z-3")]);
        let mut items = all.clone();
        let gone = items.remove(Uuid::from_u128(2)).unwrap();
        assert_eq!(items.remove(Uuid::from_u128(2)), None);
        assert_eq!((items.len(), items.find(&ItemRef::Name("b".to_owned()))), (2, None));
        items.put(gone.clone());
        assert_eq!(items, all);
        items.put(Tag { name: "d".to_owned(), ..gone });
        assert_eq!(items.find(&ItemRef::Name("b".to_owned())), None);
        assert_eq!(items.find(&ItemRef::Name("d".to_owned())).map(|tag| tag.number), Some(2));
        assert_eq!(items.iter().map(|tag| tag.number).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn one_alone_is_the_one_that_is_used_when_none_is_named() {
        let json = r#"[{"id":"00000000000000000000000000000001","number":1,"name":"a","default":true,"created_at":0},
            {"id":"00000000000000000000000000000002","number":2,"name":"b","created_at":0}]"#;
        let mut teams: Items<Team> = serde_json::from_str(json).unwrap();
        let second = teams.get(Uuid::from_u128(2)).cloned().unwrap();
        teams.put_alone(Team { name: "c".to_owned(), ..second.clone() });
        assert_eq!(teams.iter().map(|team| team.default).collect::<Vec<_>>(), [true, false]);
        teams.put_alone(Team { default: true, ..second });
        assert_eq!(teams.iter().map(|team| team.default).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn fields_are_found_by_key() {
        let json = r#"[{"id":"00000000000000000000000000000007","number":7,"key":"lead_score",
            "name":"Lead Score","type":"number","created_at":0}]"#;
        let fields: Items<crate::Field> = serde_json::from_str(json).unwrap();
        assert_eq!(fields.find(&ItemRef::Key("lead_score".to_owned())).map(|field| field.number), Some(7));
        assert_eq!(fields.find(&ItemRef::Key("Lead Score".to_owned())), None);
        assert_eq!(fields.find(&ItemRef::Name("Lead Score".to_owned())).map(|field| field.number), Some(7));
    }
}
