//! Searches: what a [`Search`] asks for, as a filter that the store carries out, under a catalog and at a time.
//!
//! What bits and texts answer is asked of them, the rest of documents; and where a text of the contact must have
//! something in it for the rest to hold, only of those contacts' documents.

mod compare;
mod error;
mod member;
mod moment;
mod order;
mod ordered;

use std::ops::Not as _;

use model::search::{Comparison, Flag, Needle, Test};
use model::{Catalog, Contact, Facet, Reads, RecordKind, Search, Timestamp};
use store::{Filter, HasText, Predicate};

pub use self::error::{BadOrder, BadTerm, Reason};
use self::member::Member;
pub use self::order::{ORDER_KEYS, order};
pub use self::ordered::may_equal;

/// The filter that a search is.
///
/// # Errors
/// [`BadTerm`]: the first term, from left to right, that cannot be carried out.
pub fn filter(search: &Search, catalog: &Catalog, now: Timestamp) -> Result<Filter, BadTerm> {
    Resolver { catalog, now, terms: 0 }.filter(search)
}

/// What terms mean, and how many there were so far.
struct Resolver<'c> {
    catalog: &'c Catalog,
    now: Timestamp,
    terms: usize,
}

impl Resolver<'_> {
    fn filter(&mut self, search: &Search) -> Result<Filter, BadTerm> {
        Ok(match search {
            Search::And(parts) if parts.is_empty() => Filter::All,
            Search::And(parts) => Filter::And(self.all(parts)?),
            Search::Or(parts) => Filter::Any(self.all(parts)?),
            Search::Not(part) => self.filter(part)?.not(),
            term => {
                let number = self.terms;
                self.terms += 1;
                self.term(term).map_err(|reason| BadTerm { number, reason })?
            }
        })
    }

    fn all(&mut self, parts: &[Search]) -> Result<Vec<Filter>, BadTerm> {
        parts.iter().map(|part| self.filter(part)).collect()
    }

    fn term(&self, term: &Search) -> Result<Filter, Reason> {
        match term {
            Search::Word(word) => {
                let needle = Needle::new(word).ok_or_else(|| Reason::Nothing(word.clone()))?;
                let places = [RecordKind::Contact, RecordKind::Company, RecordKind::Note];
                Ok(Filter::Any(places.map(|kind| has_text(kind, needle.clone())).into()))
            }
            Search::Is(flag) => Ok(Filter::Is(facet(*flag))),
            Search::Has(name) => Ok(self.member(name)?.has(self.catalog, &term.to_string())),
            Search::Where(comparison) => {
                if let Some(filter) = self.flag(comparison) {
                    return Ok(filter);
                }
                let asked = compare::Asked { comparison, catalog: self.catalog, now: self.now };
                self.member(&comparison.member)?.compare(&asked)
            }
            // These are no terms.
            Search::And(_) | Search::Or(_) | Search::Not(_) => Ok(Filter::All),
        }
    }

    /// A flag that is compared, as `starred:false`, unless a field has its name.
    fn flag(&self, Comparison { member, test, value }: &Comparison) -> Option<Filter> {
        let flag = Flag::ALL.into_iter().find(|flag| flag.as_str() == member)?;
        let wanted: bool = value.parse().ok().filter(|_| Member::named(member, self.catalog).is_none())?;
        let holds = match test {
            Test::Matches | Test::Equal => wanted,
            Test::NotEqual => !wanted,
            Test::Greater | Test::GreaterOrEqual | Test::Less | Test::LessOrEqual => return None,
        };
        let filter = Filter::Is(facet(flag));
        Some(if holds { filter } else { filter.not() })
    }

    fn member(&self, name: &str) -> Result<Member<'_>, Reason> {
        Member::named(name, self.catalog).ok_or_else(|| Reason::UnknownMember {
            name: name.to_owned(),
            suggestion: error::nearest(name, member::names(self.catalog)),
        })
    }
}

/// What asks whether a contact has a flag.
fn facet(flag: Flag) -> Facet {
    match flag {
        Flag::Closed => Facet::Closed,
        Flag::Starred => Facet::Starred,
        Flag::Blocked => Facet::Blocked,
        Flag::Confirmed => Facet::Confirmed,
    }
}

fn has_text(kind: RecordKind, needle: Needle) -> Filter {
    Filter::HasText(HasText { kind, needle, is_whole: false })
}

/// What documents are asked, of which this member is read, under the name of the term.
fn asked(
    (name, reads): (&str, &'static str),
    holds: impl Fn(&Contact) -> bool + Send + Sync + 'static,
) -> Filter {
    Filter::Where(Predicate::new(holds).reading(Reads::only([reads])).named(name))
}

#[cfg(test)]
mod tests {
    use model::FilterableMember;

    use super::*;

    #[test]
    fn what_is_filterable_asks_its_index_and_nothing_else() {
        let none = Catalog::default();
        let mut all = Catalog { filterable_members: FilterableMember::ALL.into(), ..Catalog::default() };
        all.settle_indexes();
        let asked = |search: &str, catalog: &Catalog| {
            let filter =
                filter(&Search::parse(search).unwrap().search, catalog, Timestamp::default()).unwrap();
            let shown = format!("{filter:?}");
            ["And([HasText(", "Where(", "Not(Where(", "InRange(", "Not(InRange(", "Is(", "All"]
                .into_iter()
                .find(|beginning| shown.starts_with(beginning))
                .map_or(shown.clone(), str::to_owned)
        };
        let (index, documents, words) = ("InRange(", "Where(", "And([HasText(");
        let (not_index, not_documents) = ("Not(InRange(", "Not(Where(");
        let long = format!("city={}", "x".repeat(200));
        for (search, without, with) in [
            ("city=oslo", documents, index),
            ("city!=oslo", not_documents, not_index),
            ("city>=oslo", documents, index),
            ("has:city", documents, index),
            ("city:oslo", documents, documents),
            (&long, documents, documents),
            // Equal names are looked for among those with the words.
            ("last_name=berg", words, index),
            ("last_name!=berg", not_documents, not_index),
            ("last_name>berg", documents, index),
            ("first_name:berg", words, words),
            ("created:today", documents, index),
            ("closed_at<-7d", documents, index),
            ("has:closed_at", "Is(", "Is("),
            ("has:created", "All", "All"),
            ("updated>2026-01-01", index, index),
            ("updated!=today", not_index, not_index),
            ("number=7", index, index),
            ("number!=7", not_index, not_index),
            ("revision>7", documents, documents),
            ("remarks=x", documents, documents),
        ] {
            assert_eq!(asked(search, &none), without, "{search}");
            assert_eq!(asked(search, &all), with, "{search}");
        }
    }
}
