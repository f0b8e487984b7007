//! Which records a list shows: a tree over what each record answers with yes or no, carried out over sets of numbers.

use std::collections::{BTreeSet, HashMap};

use model::{Facet, RecordKind};
use uuid::Uuid;

use crate::numbers::Numbers;

/// Which records; a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All of them.
    All,
    /// Those that every part holds for.
    And(Vec<Filter>),
    /// Those that at least one part holds for; without parts: none.
    Any(Vec<Filter>),
    /// Those that it does not hold for.
    Not(Box<Filter>),
    /// Those that answer yes.
    Is(Facet),
}

/// The numbers of the records that answer yes, by the id of the question. What nobody answers with yes may be missing.
pub(crate) type Answers = HashMap<Uuid, Numbers>;

impl Filter {
    /// Those with any of these.
    pub fn any_of(facets: impl IntoIterator<Item = Facet>) -> Self {
        Self::Any(facets.into_iter().map(Self::Is).collect())
    }

    /// The opposite.
    #[must_use]
    pub fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Whether it plainly holds for every contact.
    pub(crate) fn is_all(&self) -> bool {
        match self {
            Self::All => true,
            Self::And(parts) => parts.iter().all(Self::is_all),
            Self::Any(parts) => parts.iter().any(Self::is_all),
            Self::Not(_) | Self::Is(_) => false,
        }
    }

    /// The ids of the questions whose answers it needs from records of a kind.
    pub(crate) fn questions(&self, kind: RecordKind) -> BTreeSet<Uuid> {
        let mut ids = BTreeSet::new();
        self.ask(kind, &mut ids);
        ids
    }

    fn ask(&self, kind: RecordKind, ids: &mut BTreeSet<Uuid>) {
        match self {
            Self::All => drop(ids.insert(Facet::Every.id_for(kind))),
            Self::And(parts) => {
                if parts.is_empty() {
                    ids.insert(Facet::Every.id_for(kind));
                }
                parts.iter().for_each(|part| part.ask(kind, ids));
            }
            Self::Any(parts) => parts.iter().for_each(|part| part.ask(kind, ids)),
            Self::Not(part) => {
                ids.insert(Facet::Every.id_for(kind));
                part.ask(kind, ids);
            }
            Self::Is(facet) => drop(ids.insert(facet.id_for(kind))),
        }
    }

    /// The records of a kind that it holds for.
    pub(crate) fn numbers(&self, kind: RecordKind, answers: &Answers) -> Numbers {
        let answer = |facet: &Facet| answers.get(&facet.id_for(kind)).cloned().unwrap_or_default();
        match self {
            Self::All => answer(&Facet::Every),
            Self::And(parts) => {
                let sets = parts.iter().map(|part| part.numbers(kind, answers));
                sets.reduce(|all, set| all.and(&set)).unwrap_or_else(|| answer(&Facet::Every))
            }
            Self::Any(parts) => {
                let sets = parts.iter().map(|part| part.numbers(kind, answers));
                sets.reduce(|all, set| all.or(&set)).unwrap_or_default()
            }
            Self::Not(part) => answer(&Facet::Every).without(&part.numbers(kind, answers)),
            Self::Is(facet) => answer(facet),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers() -> Answers {
        [(Facet::Every, 1..=9), (Facet::Starred, 1..=4), (Facet::Closed, 4..=6)]
            .into_iter()
            .map(|(facet, numbers)| (facet.id(), numbers.collect()))
            .collect()
    }

    #[track_caller]
    fn check(filter: &Filter, is_all: bool, expected: &[u64], questions: &[Facet]) {
        assert_eq!(filter.is_all(), is_all, "{filter:?}");
        let asked: BTreeSet<_> = questions.iter().map(Facet::id).collect();
        assert_eq!(filter.questions(RecordKind::Contact), asked, "{filter:?}");
        let answers = answers();
        let needed = answers.into_iter().filter(|(id, _)| asked.contains(id)).collect();
        assert_eq!(
            filter.numbers(RecordKind::Contact, &needed).ascending(None).collect::<Vec<_>>(),
            expected,
            "{filter:?}"
        );
    }

    #[test]
    fn a_tree_holds_for_whom_its_parts_hold() {
        use Facet::{Blocked, Closed, Every, Starred};
        let is = |facet: Facet| Filter::Is(facet);
        let all: Vec<u64> = (1..=9).collect();
        check(&Filter::All, true, &all, &[Every]);
        check(&Filter::And(vec![]), true, &all, &[Every]);
        check(&Filter::Any(vec![]), false, &[], &[]);
        check(&Filter::And(vec![Filter::All, Filter::And(vec![])]), true, &all, &[Every]);
        check(&is(Blocked), false, &[], &[Blocked]);
        check(&is(Starred), false, &[1, 2, 3, 4], &[Starred]);
        check(&Filter::And(vec![is(Starred), is(Closed)]), false, &[4], &[Starred, Closed]);
        check(&Filter::any_of([Starred, Closed]), false, &[1, 2, 3, 4, 5, 6], &[Starred, Closed]);
        check(&Filter::Any(vec![is(Starred), Filter::All]), true, &all, &[Starred, Every]);
        check(&is(Starred).not(), false, &[5, 6, 7, 8, 9], &[Every, Starred]);
        check(
            &Filter::And(vec![is(Starred), is(Closed).not()]),
            false,
            &[1, 2, 3],
            &[Every, Starred, Closed],
        );
        check(&Filter::All.not(), false, &[], &[Every]);
        check(&is(Starred).not().not(), false, &[1, 2, 3, 4], &[Every, Starred]);
    }
}
