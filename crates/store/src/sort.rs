//! What lists are ordered by beside the orders that have an index.

use std::cmp::Ordering;
use std::sync::Arc;

use model::value::order;
use model::{Contact, Facet, FieldType, FilterableMember, IndexOf, Reads, Said, Timestamp};
use serde::{Deserialize, Serialize};

use crate::query::Behind;
use crate::{CatalogIndex, document};

/// One key of an order.
#[derive(Clone, Debug)]
pub struct Sort {
    /// What is compared.
    pub key: SortKey,
    /// Whether the largest comes first.
    pub is_descending: bool,
}

impl Sort {
    /// What of a document is read to rank it.
    pub(crate) fn reads(&self) -> Reads {
        match &self.key {
            SortKey::Number | SortKey::CreatedAt => Reads::only([]),
            SortKey::FirstName | SortKey::LastName => Reads::only(["name"]),
            SortKey::Value(indexed) => Reads::only([indexed.of.stored()]),
            SortKey::Is(_) => Reads::Everything,
            SortKey::Document(ranking) => ranking.reads.clone(),
        }
    }

    /// What a contact is ranked by.
    pub(crate) fn rank(&self, contact: &Contact) -> Rank {
        rank(&self.key, contact)
    }
}

/// What is compared. Texts are compared without case, and what is empty is the smallest.
#[derive(Clone, Debug)]
pub enum SortKey {
    /// The number.
    Number,
    /// When the contact was made.
    CreatedAt,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// What the contact answers; no is smaller than yes.
    Is(Facet),
    /// The value of a field or a member, in the order of its index.
    Value(CatalogIndex),
    /// What a function says of the document: the documents of the whole list are read for it.
    Document(Ranking),
}

impl SortKey {
    /// The value of a field or a member, of this type, where no index has it.
    pub fn unindexed(of: IndexOf, kind: FieldType) -> Self {
        if of == IndexOf::Member(FilterableMember::CreatedAt) {
            return Self::CreatedAt;
        }
        let rank = move |contact: &Contact| rank_of_value(of, kind, contact);
        Self::Document(Ranking::new(rank).reading(Reads::only([of.stored()])))
    }
}

/// What a contact is ranked by.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// Nothing.
    #[default]
    Nothing,
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

/// A function from contacts to ranks.
#[derive(Clone)]
pub struct Ranking {
    rank: Arc<dyn Fn(&Contact) -> Rank + Send + Sync>,
    reads: Reads,
}

impl Ranking {
    /// What this function says.
    pub fn new(rank: impl Fn(&Contact) -> Rank + Send + Sync + 'static) -> Self {
        Self { rank: Arc::new(rank), reads: Reads::Everything }
    }

    /// The same where the function reads these members alone: it may get contacts without the others.
    #[must_use]
    pub fn reading(self, reads: Reads) -> Self {
        Self { reads, ..self }
    }
}

impl std::fmt::Debug for Ranking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ranking")
    }
}

/// The sort keys of a contact as they are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredKeys {
    pub(crate) created_at: i64,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
}

impl StoredKeys {
    pub(crate) fn of(contact: &Contact) -> Self {
        Self {
            created_at: contact.created_at.millis(),
            first_name: document::sort_text(contact.name.first.as_deref()),
            last_name: document::sort_text(contact.name.last.as_deref()),
        }
    }
}

/// Contacts on their way to a page that is ordered by what their documents say: no more of them are kept than the page
/// and those before it need.
pub(crate) struct Ranked<'s> {
    sort: &'s [Sort],
    most: usize,
    behind: Option<(Vec<Rank>, u64)>,
    rows: Vec<(Vec<Rank>, u64)>,
}

impl<'s> Ranked<'s> {
    /// For the first `most` contacts of an order, or the first that are behind a place in it.
    pub(crate) fn new(sort: &'s [Sort], most: usize, behind: Option<&Behind>) -> Self {
        let behind = match behind {
            Some(Behind::Ranks(ranks, number)) => Some((ranks.clone(), *number)),
            _ => None,
        };
        Self { sort, most, behind, rows: Vec::new() }
    }

    pub(crate) fn add(&mut self, contact: &Contact) {
        let row = (self.sort.iter().map(|sort| sort.rank(contact)).collect(), contact.number);
        if self.behind.as_ref().is_some_and(|behind| compare(self.sort, &row, behind).is_le()) {
            return;
        }
        self.rows.push(row);
        // Now and then, so that it costs little for each.
        if self.rows.len() >= self.most.saturating_mul(2).max(4096) {
            self.cut();
        }
    }

    /// The numbers of the first contacts, in order.
    pub(crate) fn finish(mut self) -> Vec<u64> {
        self.cut();
        self.rows.into_iter().map(|(_, number)| number).collect()
    }

    fn cut(&mut self) {
        let sort = self.sort;
        self.rows.sort_unstable_by(|a, b| compare(sort, a, b));
        self.rows.truncate(self.most);
    }
}

fn compare(sort: &[Sort], a: &(Vec<Rank>, u64), b: &(Vec<Rank>, u64)) -> Ordering {
    let each = sort.iter().zip(a.0.iter().zip(&b.0)).map(|(sort, (a, b))| {
        let order = a.cmp(b);
        if sort.is_descending { order.reverse() } else { order }
    });
    each.fold(Ordering::Equal, Ordering::then).then(a.1.cmp(&b.1))
}

/// What a contact is ranked by under a key.
pub(crate) fn rank(key: &SortKey, contact: &Contact) -> Rank {
    let number = |number: u64| Rank::Number(i64::try_from(number).unwrap_or(i64::MAX));
    let text = |text: Option<&str>| Rank::Text(document::sort_text(text));
    match key {
        SortKey::Number => number(contact.number),
        SortKey::CreatedAt => Rank::Number(contact.created_at.millis()),
        SortKey::FirstName => text(contact.name.first.as_deref()),
        SortKey::LastName => text(contact.name.last.as_deref()),
        SortKey::Is(facet) => Rank::Number(contact.facets().binary_search(&facet.id()).is_ok().into()),
        SortKey::Value(CatalogIndex { of, index }) => rank_of_value(*of, index.kind, contact),
        SortKey::Document(ranking) => (ranking.rank)(contact),
    }
}

/// What a contact is ranked by under a value: the same whether an index has it or not, so that a place in the one order is
/// one in the other.
fn rank_of_value(of: IndexOf, kind: FieldType, contact: &Contact) -> Rank {
    match of {
        IndexOf::Field(_) => Rank::Text(contact.order_key(of, kind)),
        IndexOf::Member(member) => match member.said(contact) {
            None => Rank::Nothing,
            Some(Said::Text(text)) => Rank::Text(order::text_key(text)),
            Some(Said::Instant(at)) => Rank::Number(at.millis()),
        },
    }
}

impl Rank {
    /// The key under which an index has what is ranked so.
    pub(crate) fn order_key(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Number(millis) => order::instant_key(Timestamp::from_millis(*millis)),
            Self::Text(key) => key.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{ContactId, Timestamp};
    use uuid::Uuid;

    use super::*;

    fn contact(number: u64, last: &str, is_starred: bool) -> Contact {
        let mut contact = Contact::blank(ContactId(Uuid::nil()), number, Timestamp::default());
        contact.name.last = Some(last.into());
        contact.starred = is_starred;
        contact
    }

    #[test]
    fn the_first_ones_are_kept_in_order() {
        let sort = |key, is_descending| Sort { key, is_descending };
        let odd = || Ranking::new(|contact| Rank::Number((contact.number % 2).cast_signed()));
        for (keys, expected) in [
            (vec![sort(SortKey::LastName, false)], vec![3, 1, 2]),
            (vec![sort(SortKey::LastName, true)], vec![4, 1, 2]),
            (vec![sort(SortKey::Is(Facet::Starred), true), sort(SortKey::Number, true)], vec![4, 3, 2]),
            (vec![sort(SortKey::Document(odd()), false), sort(SortKey::LastName, true)], vec![4, 2, 1]),
            (vec![], vec![1, 2, 3]),
        ] {
            let mut ranked = Ranked::new(&keys, 3, None);
            for (number, last, is_starred) in
                [(4, "Zoe", true), (1, "bo", false), (2, "Bo", false), (3, "al", true)]
            {
                ranked.add(&contact(number, last, is_starred));
            }
            assert_eq!(ranked.finish(), expected, "{keys:?}");
        }
        let keys = [sort(SortKey::LastName, false)];
        let behind = Behind::Ranks(vec![Rank::Text("bo".to_owned())], 1);
        let mut ranked = Ranked::new(&keys, 3, Some(&behind));
        for (number, last) in [(1, "Bo"), (2, "bo"), (3, "al"), (4, "zoe")] {
            ranked.add(&contact(number, last, false));
        }
        assert_eq!(ranked.finish(), [2, 4]);
    }

    #[test]
    fn little_is_kept_of_many() {
        let keys = [Sort { key: SortKey::Number, is_descending: true }];
        let mut ranked = Ranked::new(&keys, 2, None);
        for number in 0..100_000 {
            ranked.add(&contact(number, "", false));
            assert!(ranked.rows.len() <= 4096);
        }
        assert_eq!(ranked.finish(), [99_999, 99_998]);
    }
}
