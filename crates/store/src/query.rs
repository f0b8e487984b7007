//! Lists of contacts: filter, order and page, in words that both backends understand.

mod records;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::{Contact, Reads, RecordKind, Ref};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::records::{RecordOrder, RecordPage, RecordQuery};
use crate::Documents;
use crate::answers::Answers;
use crate::filter::Filter;
use crate::numbers::Numbers;
use crate::sort::{Rank, Sort, SortKey};
use crate::values::AskedRange;
use crate::{CatalogIndex, Slow, StoreError, document};

/// A list of contacts.
#[derive(Clone, Debug)]
pub struct ContactQuery {
    /// Which contacts.
    pub filter: Filter,
    /// In which order.
    pub order: ContactOrder,
    /// By what the list is ordered in place of [`order`](Self::order): the first key counts most, equal contacts are
    /// in the order of their numbers.
    pub sort: Vec<Sort>,
    /// Only contacts beyond this number in the order [`Oldest`](ContactOrder::Oldest) or
    /// [`Newest`](ContactOrder::Newest): those after the last one of the page before. Ignored in other orders.
    /// The total stays that of the whole list.
    pub after: Option<u64>,
    /// The same for the other orders: only contacts beyond this place.
    pub behind: Option<Behind>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give at most.
    pub limit: u32,
    /// Whether documents may be left unread once the page is full, so that the total is not known.
    pub is_uncounted: bool,
    /// How long documents may be read to choose and order contacts.
    pub patience: Patience,
}

/// A place in an order that is not by number: that of the last contact of a page, as it was then. So contacts that change
/// shift no other from one page to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behind {
    /// In the orders by change: its last event.
    Event(u64),
    /// In the orders by name: its name as it is compared, and its number.
    Name(String, u64),
    /// In orders by sort keys: what it is ranked by, and its number.
    Ranks(Vec<Rank>, u64),
}

/// Until when documents may be read to choose and order contacts. By default they all are, however many they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Patience(Option<Instant>);

impl Patience {
    /// From now for so long.
    pub fn of(length: Duration) -> Self {
        Self(Some(Instant::now() + length))
    }

    /// What is left of it; `None` when it never ends.
    pub(crate) fn left(self) -> Option<Duration> {
        self.0.map(|end| end.saturating_duration_since(Instant::now()))
    }

    /// Whether it has ended.
    pub(crate) fn check(self) -> Result<(), StoreError> {
        if self.0.is_some_and(|end| Instant::now() > end) {
            return Err(StoreError::TooSlow(Slow::Order));
        }
        Ok(())
    }
}

impl Default for ContactQuery {
    /// All contacts, the oldest first, none of them shown.
    fn default() -> Self {
        Self {
            filter: Filter::All,
            order: ContactOrder::Oldest,
            sort: Vec::new(),
            after: None,
            behind: None,
            offset: 0,
            limit: 0,
            is_uncounted: false,
            patience: Patience::default(),
        }
    }
}

/// The order of a list. Equal contacts are in the order of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactOrder {
    /// By number, which is the order in which they were stored. Ids are taken before a write is queued, so
    /// theirs can be another one.
    Oldest,
    /// By number, the last one stored first.
    Newest,
    /// Latest change first.
    LastUpdated,
    /// Latest change last.
    FirstUpdated,
    /// Contacts by full name and companies by name, in any case; tasks by due date, those without one first.
    Name,
    /// By the same, from Z to A, or from the last date to the first.
    NameDescending,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct ContactPage {
    /// The contacts.
    pub contacts: Vec<Arc<Contact>>,
    /// How many the whole list has, exactly; also those that the page comes after.
    pub total: u64,
    /// Whether all were counted: else the total is that of those that were met up to the end of the page.
    pub is_counted: bool,
}

/// The same page, with the contacts as they are stored.
#[derive(Clone, Debug, Default)]
pub struct DocumentPage {
    /// The contacts.
    pub documents: Documents,
    /// How many the whole list has, exactly; also those that the page comes after.
    pub total: u64,
    /// Whether all were counted: else the total is that of those that were met up to the end of the page.
    pub is_counted: bool,
}

impl DocumentPage {
    /// A page of a list that was counted.
    pub(crate) fn counted(documents: Documents, total: u64) -> Self {
        Self { documents, total, is_counted: true }
    }
}

/// A record's history.
#[derive(Clone, Debug)]
pub struct HistoryQuery {
    /// What the record is, or was.
    pub kind: RecordKind,
    /// Which it is, also when it was deleted.
    pub record: Ref,
    /// Only events before this one.
    pub before: Option<u64>,
    /// How many at most.
    pub limit: usize,
}

impl ContactQuery {
    /// Whether nothing must be looked up to find the page.
    pub(crate) fn is_plain(&self) -> bool {
        self.filter.is_all() && self.sort.is_empty()
    }

    /// The ids of the questions whose answers it needs.
    pub(crate) fn questions(&self) -> BTreeSet<Uuid> {
        let mut ids = self.filter.questions(RecordKind::Contact);
        ids.extend(self.sort.iter().filter_map(|sort| match &sort.key {
            SortKey::Is(facet) => Some(facet.id()),
            _ => None,
        }));
        ids
    }

    /// Whether the documents of all contacts of the list must be read, to choose or to order them.
    pub(crate) fn asks_documents(&self, answers: &Answers) -> bool {
        self.filter.asks_documents(answers) || self.ranks_documents(answers)
    }

    /// The same before the answers are known, where the indexes that are asked are filled.
    pub(crate) fn may_ask_documents(&self) -> bool {
        self.filter.asks_documents_unless(&|_| true)
            || self.sort.iter().any(|sort| matches!(sort.key, SortKey::Document(_)))
    }

    /// Whether it asks who has a text of their own.
    pub(crate) fn asks_texts_of_contacts(&self) -> bool {
        self.filter.texts().iter().any(|asked| asked.kind.is_contact())
    }

    /// What of documents is read to choose and to order them.
    pub(crate) fn reads(&self) -> Reads {
        self.sort.iter().fold(self.filter.reads(), |reads, sort| reads.and(&sort.reads()))
    }

    /// The index that has the contacts in the order of the list.
    pub(crate) fn walked(&self) -> Option<CatalogIndex> {
        match self.sort.as_slice() {
            [Sort { key: SortKey::Value(indexed), .. }] => Some(*indexed),
            _ => None,
        }
    }

    /// The same list with indexes left out that this says, and those that are of no use because the order has other keys,
    /// too.
    #[must_use]
    pub(crate) fn without_indexes(&self, is_left_out: &impl Fn(u64) -> bool) -> Self {
        let is_walked = self.sort.len() == 1;
        let sort = self.sort.iter().map(|sort| match &sort.key {
            SortKey::Value(indexed) if !is_walked || is_left_out(indexed.index.number) => {
                let key = SortKey::unindexed(indexed.of, indexed.index.kind);
                Sort { key, is_descending: sort.is_descending }
            }
            _ => sort.clone(),
        });
        let filter = self.filter.clone().without_indexes(is_left_out);
        Self { filter, sort: sort.collect(), ..self.clone() }
    }

    /// Whether to go through an index, in the order of the list, takes longer than to read the contacts that were found,
    /// of all that there are.
    pub(crate) fn is_no_walk(&self, found: &Numbers, all: u64, answers: &Answers) -> bool {
        // To read a contact costs as much as so many steps.
        const LOOK_STEPS: u64 = 200;
        let steps = (self.end() as u64).saturating_mul(all).checked_div(found.len()).unwrap_or(0);
        let is_short = steps.min(all) > found.len().saturating_mul(LOOK_STEPS);
        is_short || found.is_sparse() || self.filter.asks_documents(answers)
    }

    /// The numbers of the indexes that it asks.
    pub(crate) fn indexes(&self) -> Vec<u64> {
        let ranges = self.filter.ranges().into_iter().filter_map(|range| range.index());
        let sorts = self.sort.iter().filter_map(|sort| match &sort.key {
            SortKey::Value(indexed) => Some(indexed.index.number),
            _ => None,
        });
        ranges.chain(sorts).collect()
    }

    /// Whether it asks when contacts last changed.
    pub(crate) fn asks_changes(&self) -> bool {
        self.filter.ranges().iter().any(|range| matches!(range, AskedRange::Changed(_)))
    }

    /// Whether documents decide on the order, because nothing else can.
    pub(crate) fn ranks_documents(&self, answers: &Answers) -> bool {
        self.sort.iter().any(|sort| match &sort.key {
            SortKey::Document(_) => true,
            SortKey::Value(_) => answers.walked.is_none(),
            SortKey::Is(facet) => answers.facets.get(&facet.id()).is_some_and(Numbers::is_sparse),
            _ => false,
        })
    }

    /// How many contacts the page and all before it have.
    pub(crate) fn end(&self) -> usize {
        usize::try_from(self.offset.saturating_add(self.limit.into())).unwrap_or(usize::MAX)
    }

    /// The place of a contact in the order, unless that is one by number. Its last event is told by
    /// [`Documents::last`].
    pub fn place(&self, last: &Contact, last_event: Option<u64>) -> Option<Behind> {
        if !self.sort.is_empty() {
            return Some(Behind::Ranks(self.sort.iter().map(|sort| sort.rank(last)).collect(), last.number));
        }
        match self.order {
            ContactOrder::Oldest | ContactOrder::Newest => None,
            ContactOrder::LastUpdated | ContactOrder::FirstUpdated => last_event.map(Behind::Event),
            ContactOrder::Name | ContactOrder::NameDescending => {
                Some(Behind::Name(document::sort_name(last), last.number))
            }
        }
    }

    /// The number that the page comes after, where the order heeds it.
    pub(crate) fn after(&self) -> Option<u64> {
        let heeds = self.sort.is_empty() && matches!(self.order, ContactOrder::Oldest | ContactOrder::Newest);
        self.after.filter(|_| heeds)
    }

    /// The page as it is counted from the other end of a list of so many, where that is nearer; its contacts come in
    /// reverse. Only in orders in which no two are equal, of lists for which nothing is looked up.
    pub(crate) fn nearer_end(&self, total: u64) -> Option<Self> {
        let order = match self.order {
            ContactOrder::Oldest => ContactOrder::Newest,
            ContactOrder::Newest => ContactOrder::Oldest,
            ContactOrder::LastUpdated => ContactOrder::FirstUpdated,
            ContactOrder::FirstUpdated => ContactOrder::LastUpdated,
            ContactOrder::Name | ContactOrder::NameDescending => return None,
        };
        let end = self.offset.saturating_add(self.limit.into()).min(total);
        let (offset, limit) = (total - end, end.saturating_sub(self.offset));
        let is_nearer =
            self.is_plain() && self.after().is_none() && self.behind.is_none() && offset < self.offset;
        let limit = u32::try_from(limit).unwrap_or(self.limit);
        is_nearer.then(|| Self { order, offset, limit, ..Self::default() })
    }

    /// Of a list that documents decide on: the numbers that may be on the page, in its order, when reading can end as
    /// soon as it is full.
    pub(crate) fn candidates<'n>(
        &self,
        may: &'n Numbers,
    ) -> Option<Box<dyn Iterator<Item = u64> + Send + 'n>> {
        if !self.is_uncounted || !self.sort.is_empty() {
            return None;
        }
        match self.order {
            ContactOrder::Oldest => Some(Box::new(may.ascending(self.after))),
            ContactOrder::Newest => Some(Box::new(may.descending(self.after))),
            _ => None,
        }
    }

    /// Whether so many contacts are skipped, in an order by number, that it is told from all of them where the page
    /// begins.
    pub(crate) fn is_far_by_number(&self) -> bool {
        const NEAR: u64 = 1000;
        let is_by_number = matches!(self.order, ContactOrder::Oldest | ContactOrder::Newest);
        is_by_number && self.is_plain() && self.offset > NEAR
    }

    /// The numbers of the page, where they can be told from the whole list alone: in the orders by number.
    pub(crate) fn page_of(&self, list: &Numbers) -> Option<Vec<u64>> {
        let skip = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let take = self.limit as usize;
        match (self.order, self.after) {
            _ if !self.sort.is_empty() => None,
            (ContactOrder::Oldest, None) => Some(list.ascending_from(self.offset).take(take).collect()),
            (ContactOrder::Newest, None) => Some(list.descending_from(self.offset).take(take).collect()),
            (ContactOrder::Oldest, after) => Some(list.ascending(after).skip(skip).take(take).collect()),
            (ContactOrder::Newest, after) => Some(list.descending(after).skip(skip).take(take).collect()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_by_number_is_told_from_the_list() {
        let list: Numbers = (1..=30).collect();
        let page = |order, after, offset| {
            let query = ContactQuery { order, after, offset, limit: 2, ..ContactQuery::default() };
            query.page_of(&list)
        };
        assert_eq!(page(ContactOrder::Oldest, None, 0), Some(vec![1, 2]));
        assert_eq!(page(ContactOrder::Oldest, Some(5), 3), Some(vec![9, 10]));
        assert_eq!(page(ContactOrder::Newest, Some(5), 3), Some(vec![1]));
        assert_eq!(page(ContactOrder::Newest, None, u64::MAX), Some(vec![]));
        assert_eq!(page(ContactOrder::Name, None, 0), None);
    }
}
