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
