//! Pages of which the first contacts of the list are enough: where it need not be counted who has a text or a value, looking
//! at these takes less than finding all that have it.

use model::Facet;

use crate::answers::Answers;
use crate::numbers::Numbers;
use crate::select::{Among, Select, Syntax};
use crate::sort::{Sort, SortKey};
use crate::{ContactOrder, ContactQuery, WorkspaceNumber};

/// Contacts whose texts are looked at in one round.
const TEXTS_A_ROUND: u32 = 4000;

/// Contacts whose documents are read in one round, where no texts are asked: it takes as long.
const DOCUMENTS_A_ROUND: u32 = 500;

/// Rounds at most: all of them take about as long as finding all that have a text.
const ROUNDS: u64 = 6;

/// A page that is gathered from the first contacts that can be on it, round by round.
#[derive(Debug)]
pub(crate) struct FirstFew<'q> {
    query: &'q ContactQuery,
    /// The contacts beyond which nobody is on the page, if anything tells.
    may: Option<Numbers>,
    /// How many contacts are looked at in a round.
    a_round: u32,
    /// How many were looked at.
    looked: u64,
    /// The last one of them.
    last: Option<u64>,
    /// Those for whom the filter holds, in the order of the list.
    holds: Vec<u64>,
}

/// Which contacts a round looks at.
#[derive(Debug)]
pub(crate) enum Round {
    /// These, in the order of the list.
    Known(Vec<u64>),
    /// Those that this yields, in the order of the list.
    Selected(Select),
}

impl<'q> FirstFew<'q> {
    /// A page that may be gathered so: it need not be counted, asks texts or values of contacts, and is in an order that
    /// something leads through. `all` is how many contacts there are.
    pub(crate) fn of(query: &'q ContactQuery, answers: &Answers, all: u64) -> Option<Self> {
        let asks_texts = query.asks_texts_of_contacts();
        let asks_any = asks_texts || !query.filter.ranges().is_empty();
        let may = query.filter.bound(answers);
        let may = match is_by_number(query) {
            true => may.or_else(|| answers.facets.get(&Facet::Every.id()).cloned()),
            false => may,
        };
        let a_round = if asks_texts { TEXTS_A_ROUND } else { DOCUMENTS_A_ROUND };
        let few = Self { query, may, a_round, looked: 0, last: None, holds: Vec::new() };
        (query.is_uncounted && asks_any && few.is_led_through(answers, all)).then_some(few)
    }

    fn is_led_through(&self, answers: &Answers, all: u64) -> bool {
        if self.query.end() as u64 > self.most() {
            return false;
        }
        if is_by_number(self.query) {
            return self.may.is_some();
        }
        // The log leads from the last changes backwards; of its beginning, most events are no last ones.
        let is_in_order = match self.query.sort.is_empty() {
            true => self.query.order != ContactOrder::FirstUpdated,
            false => answers.walked.is_some(),
        };
        // Who cannot be on the page is passed over one by one.
        let met = self.may.as_ref().map_or(all, Numbers::len);
        is_in_order && met.saturating_mul(self.most()) >= all.saturating_mul(self.query.end() as u64)
    }

    /// Contacts that are looked at in all.
    fn most(&self) -> u64 {
        u64::from(self.a_round) * ROUNDS
    }

    /// The next round.
    pub(crate) fn round(&self, workspace: WorkspaceNumber, syntax: &Syntax) -> Round {
        let size = usize::try_from(self.a_round).unwrap_or(usize::MAX);
        let last = self.last.or(self.query.after());
        match (self.query.order, &self.may) {
            (ContactOrder::Oldest, Some(may)) if is_by_number(self.query) => {
                Round::Known(may.ascending(last).take(size).collect())
            }
            (ContactOrder::Newest, Some(may)) if is_by_number(self.query) => {
                Round::Known(may.descending(last).take(size).collect())
            }
            _ => {
                let query = ContactQuery { offset: self.looked, limit: self.a_round, ..self.query.clone() };
                Round::Selected(match self.query.sort.as_slice() {
                    [Sort { key: SortKey::Value(indexed), .. }] => {
                        Select::walk((workspace, indexed.index.number), &query, Among::All, syntax)
                    }
                    _ => {
                        let syntax = Syntax { key: "c.number", ..*syntax };
                        Select::of(workspace, &query, Among::All, &syntax)
                    }
                })
            }
        }
    }

    /// Those of a round that can be on the page.
    pub(crate) fn among(&self, round: &[u64]) -> Numbers {
        let numbers: Numbers = round.iter().copied().collect();
        self.may.as_ref().map_or(numbers.clone(), |may| may.and(&numbers))
    }

    /// Adds a contact for whom the filter holds; whether there is room for another one.
    pub(crate) fn add(&mut self, number: u64) -> bool {
        if !self.is_full() {
            self.holds.push(number);
        }
        !self.is_full()
    }

    fn is_full(&self) -> bool {
        self.holds.len() >= self.query.end()
    }

    /// Ends a round. The page, when all that it has is known; whether another round is worth it otherwise.
    pub(crate) fn end(&mut self, round: &[u64]) -> Gathered {
        self.looked += round.len() as u64;
        self.last = round.last().copied();
        let size = usize::try_from(self.a_round).unwrap_or(usize::MAX);
        if self.is_full() || round.len() < size {
            let skip = usize::try_from(self.query.offset).unwrap_or(usize::MAX);
            let page = self.holds.iter().copied().skip(skip).collect();
            // All were looked at, if the list was begun at its beginning.
            let is_begun = self.query.after().is_none() && self.query.behind.is_none();
            let is_counted = !self.is_full() && is_begun;
            return Gathered::Page { page, total: self.holds.len() as u64, is_counted };
        }
        // As many contacts must be looked at until it is full, if the next ones are like these.
        let needed = self.looked.saturating_mul(self.query.end() as u64).checked_div(self.holds.len() as u64);
        let is_worth_it = self.looked < self.most() && needed.is_some_and(|needed| needed <= self.most());
        if is_worth_it { Gathered::GoOn } else { Gathered::TooFew }
    }
}

/// What the rounds so far gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Gathered {
    /// The numbers of the page, how many contacts the list has up to its end, and whether these are all.
    Page { page: Vec<u64>, total: u64, is_counted: bool },
    /// Another round is worth it.
    GoOn,
    /// Finding all that have a text or a value takes less.
    TooFew,
}

fn is_by_number(query: &ContactQuery) -> bool {
    query.sort.is_empty() && matches!(query.order, ContactOrder::Oldest | ContactOrder::Newest)
}

#[cfg(test)]
mod tests {
    use model::RecordKind;
    use model::search::Needle;

    use super::*;
    use crate::{Filter, HasText};

    const SYNTAX: Syntax = crate::sqlite::SYNTAX;

    fn query(order: ContactOrder) -> ContactQuery {
        let needle = Needle::new("jane").unwrap();
        let filter = Filter::HasText(HasText { kind: RecordKind::Contact, needle, is_whole: false });
        ContactQuery { filter, order, limit: 10, is_uncounted: true, ..ContactQuery::default() }
    }

    fn all(count: u64) -> Answers {
        let facets = [(Facet::Every.id(), (1..=count).collect())].into();
        Answers { facets, ..Answers::default() }
    }

    /// Carries out rounds in an order by number; the filter holds for one contact in so many.
    fn gather(query: &ContactQuery, count: u64, each: u64) -> (u64, Gathered) {
        let mut few = FirstFew::of(query, &all(count), count).unwrap();
        loop {
            let Round::Known(round) = few.round(WorkspaceNumber(1), &SYNTAX) else { panic!("{few:?}") };
            let _ = round.iter().filter(|number| *number % each == 0).all(|number| few.add(*number));
            match few.end(&round) {
                Gathered::GoOn => {}
                gathered => return (few.looked, gathered),
            }
        }
    }

    #[test]
    fn rounds_go_on_while_the_page_fills() {
        let oldest = query(ContactOrder::Oldest);
        let page = |each: u64, count: u64| Gathered::Page {
            page: (1..=count).map(|n| n * each).collect(),
            total: count,
            is_counted: count < 10,
        };
        assert_eq!(gather(&oldest, 100_000, 2), (4000, page(2, 10)));
        assert_eq!(gather(&oldest, 100_000, 1500), (16_000, page(1500, 10)));
        // So many would have to be looked at that an index takes less.
        assert_eq!(gather(&oldest, 100_000, 3000), (4000, Gathered::TooFew));
        assert_eq!(gather(&oldest, 100_000, 5000), (4000, Gathered::TooFew));
        // The list ends before.
        assert_eq!(gather(&oldest, 3000, 700), (3000, page(700, 4)));
        let second = ContactQuery { offset: 10, after: Some(100), ..query(ContactOrder::Newest) };
        let page = (30..40).map(|n| 2 * n).rev().collect();
        assert_eq!(gather(&second, 30_000, 2), (99, Gathered::Page { page, total: 20, is_counted: false }));
    }

    #[test]
    fn only_what_need_not_be_counted_and_has_an_order_to_go_through() {
        let by_name = query(ContactOrder::Name);
        let few = |query: &ContactQuery| FirstFew::of(query, &all(100_000), 100_000).is_some();
        assert!(few(&by_name));
        assert!(!few(&query(ContactOrder::FirstUpdated)));
        assert!(!few(&ContactQuery { is_uncounted: false, ..by_name.clone() }));
        assert!(!few(&ContactQuery { filter: Filter::Is(Facet::Starred), ..by_name.clone() }));
        let sort = vec![Sort { key: SortKey::LastName, is_descending: false }];
        assert!(!few(&ContactQuery { sort, ..by_name.clone() }));
        // So many are skipped that the page is not among the first.
        assert!(few(&ContactQuery { offset: 23_990, ..query(ContactOrder::Oldest) }));
        assert!(!few(&ContactQuery { offset: 23_991, ..query(ContactOrder::Oldest) }));
        // Of those who may be on it, too few are met on the way.
        let starred = Filter::And(vec![by_name.filter.clone(), Filter::Is(Facet::Starred)]);
        let starred = ContactQuery { filter: starred, ..by_name };
        for (count, expected) in [(10, false), (10_000, true)] {
            let mut answers = all(100_000);
            answers.facets.insert(Facet::Starred.id(), (1..=count).collect());
            assert_eq!(FirstFew::of(&starred, &answers, 100_000).is_some(), expected, "{count}");
        }
    }

    #[test]
    fn the_next_round_begins_where_the_last_one_ended() {
        let by_name = query(ContactOrder::Name);
        let mut few = FirstFew::of(&by_name, &all(100_000), 100_000).unwrap();
        few.add(1);
        let round: Vec<u64> = (1..=4000).collect();
        assert_eq!(few.end(&round), Gathered::TooFew);
        let Round::Selected(Select { page, binds }) = few.round(WorkspaceNumber(7), &SYNTAX) else {
            panic!("{few:?}")
        };
        assert!(page.starts_with("SELECT c.number FROM contacts c"), "{page}");
        assert_eq!(binds, [7, 4000, 4000].map(crate::select::Bind::Integer));
    }
}
