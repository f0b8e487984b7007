//! Which records a list shows: a tree over what each record answers with yes or no, carried out over sets of numbers.

use std::collections::BTreeSet;
use std::ops::Not;

use model::search::Needle;
use model::{ChannelKind, Contact, Facet, Reads, RecordKind};
use uuid::Uuid;

use crate::answers::{Answers, Channel};
use crate::numbers::Numbers;
use crate::values::ValueRange;
use crate::{Predicate, Slow};

/// Which records; a tree.
#[derive(Clone, Debug)]
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
    /// Those that have this channel, by kind and normalised value.
    HasChannel(ChannelKind, String),
    /// Those that have a text in their own names, channels and remarks, or in those of a record they are linked to.
    HasText(HasText),
    /// Those that have such a value: as an index tells, or as this says of documents.
    InRange(ValueRange, Predicate),
    /// Those that something else holds for. It is asked of the documents of all contacts that the rest of the filter
    /// leaves over, one by one.
    Where(Predicate),
}

/// A text that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HasText {
    /// Whose text: the contact's own, that of one of its companies, or of one of its notes. Nobody has another kind.
    pub kind: RecordKind,
    /// What is in it.
    pub needle: Needle,
    /// Whether that is the whole text.
    pub is_whole: bool,
}

impl Filter {
    /// Those with any of these.
    pub fn any_of(facets: impl IntoIterator<Item = Facet>) -> Self {
        Self::Any(facets.into_iter().map(Self::Is).collect())
    }

    /// Whether it plainly holds for every contact.
    pub(crate) fn is_all(&self) -> bool {
        match self {
            Self::All => true,
            Self::And(parts) => parts.iter().all(Self::is_all),
            Self::Any(parts) => parts.iter().any(Self::is_all),
            Self::Not(_)
            | Self::Is(_)
            | Self::HasChannel(..)
            | Self::HasText(_)
            | Self::InRange(..)
            | Self::Where(_) => false,
        }
    }

    /// Those that this holds for.
    pub fn holds_where(holds: impl Fn(&Contact) -> bool + Send + Sync + 'static) -> Self {
        Self::Where(Predicate::new(holds))
    }

    /// Those that this holds for, which reads these members alone.
    pub fn holds_where_of<const N: usize>(
        reads: [&'static str; N],
        holds: impl Fn(&Contact) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::Where(Predicate::new(holds).reading(Reads::only(reads)))
    }

    /// The same with other filters in the place of some questions.
    #[must_use]
    pub fn replace(self, with: &impl Fn(&Facet) -> Option<Self>) -> Self {
        self.map(&|part| match part {
            Self::Is(facet) => with(&facet).unwrap_or(Self::Is(facet)),
            part => part,
        })
    }

    /// The same with documents asked in the place of indexes that this says.
    #[must_use]
    pub(crate) fn without_indexes(self, is_left_out: &impl Fn(u64) -> bool) -> Self {
        self.map(&|part| match part {
            Self::InRange(range, predicate) if is_left_out(range.index) => predicate.into(),
            part => part,
        })
    }

    /// The same with something else in the place of what has no parts.
    fn map(self, with: &impl Fn(Self) -> Self) -> Self {
        let all = |parts: Vec<Self>| parts.into_iter().map(|part| part.map(with)).collect();
        match self {
            Self::And(parts) => Self::And(all(parts)),
            Self::Any(parts) => Self::Any(all(parts)),
            Self::Not(part) => Self::Not(Box::new(part.map(with))),
            part => with(part),
        }
    }

    /// Whether documents must be asked, when this is known.
    pub(crate) fn asks_documents(&self, answers: &Answers) -> bool {
        self.asks_documents_unless(&|range| answers.ranges.contains_key(range))
    }

    /// Whether documents must be asked, unless indexes tell of these ranges.
    pub(crate) fn asks_documents_unless(&self, is_told: &impl Fn(&ValueRange) -> bool) -> bool {
        match self {
            Self::And(parts) | Self::Any(parts) => {
                parts.iter().any(|part| part.asks_documents_unless(is_told))
            }
            Self::Not(part) => part.asks_documents_unless(is_told),
            Self::InRange(range, _) => !is_told(range),
            Self::Where(_) => true,
            Self::All | Self::Is(_) | Self::HasChannel(..) | Self::HasText(_) => false,
        }
    }

    /// What of it takes long: what documents are asked; else the texts, which very many records may have; else the values
    /// that indexes tell; and without all of them, the order.
    pub(crate) fn slow(&self) -> Slow {
        let (mut terms, mut lacking_index) = (Vec::new(), Vec::new());
        let (mut texts, mut values) = (Vec::new(), Vec::new());
        self.each(&mut |part| match part {
            Self::Where(predicate) => {
                terms.push(predicate.name.to_string());
                lacking_index.extend(predicate.lacks_index.then(|| predicate.name.to_string()));
            }
            Self::HasText(asked) => texts.push(asked.needle.as_str().trim().to_owned()),
            Self::InRange(_, predicate) => values.push(predicate.name.to_string()),
            _ => {}
        });
        // A word is looked for in several places.
        texts.dedup();
        match (terms.as_slice(), texts.as_slice(), values.as_slice()) {
            ([], [], []) => Slow::Order,
            ([], [], _) => Slow::Values(values),
            ([], ..) => Slow::Texts(texts),
            _ => Slow::Documents { terms, lacking_index },
        }
    }

    /// What of documents is read to ask them.
    pub(crate) fn reads(&self) -> Reads {
        let mut reads = Reads::only([]);
        self.each(&mut |part| {
            if let Self::Where(predicate) | Self::InRange(_, predicate) = part {
                reads = std::mem::take(&mut reads).and(&predicate.reads);
            }
        });
        reads
    }

    /// The ids of the questions whose answers it needs from records of a kind.
    pub(crate) fn questions(&self, kind: RecordKind) -> BTreeSet<Uuid> {
        let mut ids = BTreeSet::new();
        self.each(&mut |part| match part {
            Self::Is(facet) => drop(ids.insert(facet.id_for(kind))),
            Self::All | Self::Not(_) | Self::HasText(_) | Self::InRange(..) | Self::Where(_) => {
                ids.insert(Facet::Every.id_for(kind));
            }
            Self::And(parts) if parts.is_empty() => drop(ids.insert(Facet::Every.id_for(kind))),
            Self::And(_) | Self::Any(_) | Self::HasChannel(..) => {}
        });
        ids
    }

    /// The channels whose owners it needs.
    pub(crate) fn channels(&self) -> Vec<Channel> {
        let mut channels = Vec::new();
        self.each(&mut |part| {
            if let Self::HasChannel(kind, value) = part {
                channels.push((kind.clone(), value.clone()));
            }
        });
        channels
    }

    /// The ranges whose contacts it needs, each once, as they stand in it.
    pub(crate) fn ranges(&self) -> Vec<ValueRange> {
        let mut ranges = Vec::new();
        self.each(&mut |part| {
            if let Self::InRange(range, _) = part
                && !ranges.contains(range)
            {
                ranges.push(range.clone());
            }
        });
        ranges
    }

    /// The texts whose contacts it needs, each once, as they stand in it.
    pub(crate) fn texts(&self) -> Vec<HasText> {
        let mut texts = Vec::new();
        self.each(&mut |part| {
            if let Self::HasText(asked) = part
                && !texts.contains(asked)
            {
                texts.push(asked.clone());
            }
        });
        texts
    }

    /// The contacts beyond which it holds for none, whoever has the texts and values that the answers do not tell of yet;
    /// `None` where nobody is ruled out.
    pub(crate) fn bound(&self, answers: &Answers) -> Option<Numbers> {
        match self {
            Self::And(parts) => {
                parts.iter().filter_map(|part| part.bound(answers)).reduce(|all, set| all.and(&set))
            }
            Self::Any(parts) => {
                let sets = parts.iter().map(|part| part.bound(answers));
                sets.collect::<Option<Vec<_>>>().map(Numbers::union)
            }
            Self::HasText(asked) => answers.texts.get(asked).cloned(),
            Self::InRange(range, _) => answers.ranges.get(range).cloned(),
            Self::Is(_) | Self::HasChannel(..) => Some(self.numbers(RecordKind::Contact, answers)),
            Self::All | Self::Not(_) | Self::Where(_) => None,
        }
    }

    /// The same among these contacts, if only they matter.
    pub(crate) fn bound_among(&self, answers: &Answers, only: Option<&Numbers>) -> Option<Numbers> {
        match (self.bound(answers), only) {
            (Some(bound), Some(only)) => Some(bound.and(only)),
            (None, only) => only.cloned(),
            (bound, None) => bound,
        }
    }

    fn each(&self, see: &mut impl FnMut(&Self)) {
        see(self);
        match self {
            Self::And(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.each(see)),
            Self::Not(part) => part.each(see),
            Self::All
            | Self::Is(_)
            | Self::HasChannel(..)
            | Self::HasText(_)
            | Self::InRange(..)
            | Self::Where(_) => {}
        }
    }

    /// The records of a kind that it holds for; if documents must be asked, all that it may hold for. Only contacts are
    /// asked.
    pub(crate) fn numbers(&self, kind: RecordKind, answers: &Answers) -> Numbers {
        let answer = |facet: &Facet| answers.facets.get(&facet.id_for(kind)).cloned().unwrap_or_default();
        match self {
            Self::InRange(..) | Self::Where(_) if !kind.is_contact() => Numbers::default(),
            Self::InRange(range, _) => {
                answers.ranges.get(range).cloned().unwrap_or_else(|| answer(&Facet::Every))
            }
            Self::All | Self::Where(_) => answer(&Facet::Every),
            Self::And(parts) => {
                let sets = parts.iter().map(|part| part.numbers(kind, answers));
                sets.reduce(|all, set| all.and(&set)).unwrap_or_else(|| answer(&Facet::Every))
            }
            Self::Any(parts) => {
                let sets = parts.iter().map(|part| part.numbers(kind, answers));
                sets.reduce(|all, set| all.or(&set)).unwrap_or_default()
            }
            Self::Not(part) if kind.is_contact() && part.asks_documents(answers) => answer(&Facet::Every),
            Self::Not(part) => answer(&Facet::Every).without(&part.numbers(kind, answers)),
            Self::Is(facet) => answer(facet),
            Self::HasChannel(channel, value) => {
                answers.channels.get(&(channel.clone(), value.clone())).cloned().unwrap_or_default()
            }
            Self::HasText(asked) => answers.texts.get(asked).cloned().unwrap_or_default(),
        }
    }

    /// Whether it holds for this contact: as the answers tell, else as its document says.
    pub(crate) fn holds(&self, contact: &Contact, answers: &Answers) -> bool {
        let has = |numbers: Option<&Numbers>| numbers.is_some_and(|numbers| numbers.contains(contact.number));
        match self {
            Self::All => true,
            Self::And(parts) => parts.iter().all(|part| part.holds(contact, answers)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(contact, answers)),
            Self::Not(part) => !part.holds(contact, answers),
            Self::Is(facet) => has(answers.facets.get(&facet.id())),
            Self::HasChannel(kind, value) => has(answers.channels.get(&(kind.clone(), value.clone()))),
            Self::HasText(asked) => has(answers.texts.get(asked)),
            Self::InRange(range, predicate) => match answers.ranges.get(range) {
                Some(numbers) => numbers.contains(contact.number),
                None => (predicate.holds)(contact),
            },
            Self::Where(predicate) => (predicate.holds)(contact),
        }
    }
}

/// Those that it holds for, as documents say.
impl From<Predicate> for Filter {
    fn from(mut predicate: Predicate) -> Self {
        match predicate.within.take() {
            Some(text) => Self::And(vec![Self::HasText(text), Self::Where(predicate)]),
            None => Self::Where(predicate),
        }
    }
}

/// The opposite.
impl Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        Self::Not(Box::new(self))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn answers() -> Answers {
        let facets = [(Facet::Every, 1..=9), (Facet::Starred, 1..=4), (Facet::Closed, 4..=6)];
        let facets = facets.into_iter().map(|(facet, numbers)| (facet.id(), numbers.collect())).collect();
        let channels = HashMap::from([((ChannelKind::Email, "a@b.c".to_owned()), (3..=5).collect())]);
        let needle = Needle::new("text 1").unwrap();
        let asked = HasText { kind: RecordKind::Contact, needle, is_whole: false };
        let range = ValueRange { index: 1, from: "5".to_owned(), until: None };
        Answers {
            facets,
            channels,
            texts: HashMap::from([(asked, (1..=2).collect())]),
            ranges: HashMap::from([(range, (2..=3).collect())]),
            walked: None,
        }
    }

    #[track_caller]
    fn check(filter: &Filter, is_all: bool, expected: &[u64], questions: &[Facet]) {
        assert_eq!(filter.is_all(), is_all, "{filter:?}");
        let asked: BTreeSet<_> = questions.iter().map(Facet::id).collect();
        assert_eq!(filter.questions(RecordKind::Contact), asked, "{filter:?}");
        let mut answers = answers();
        answers.facets.retain(|id, _| asked.contains(id));
        assert_eq!(
            filter.numbers(RecordKind::Contact, &answers).ascending(None).collect::<Vec<_>>(),
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
        let email = Filter::HasChannel(ChannelKind::Email, "a@b.c".to_owned());
        assert_eq!(email.channels(), [(ChannelKind::Email, "a@b.c".to_owned())]);
        check(&Filter::And(vec![is(Starred), email]), false, &[3, 4], &[Starred]);
        check(&Filter::HasChannel(ChannelKind::Phone, "a@b.c".to_owned()), false, &[], &[]);
    }

    #[test]
    fn what_documents_decide_is_not_ruled_out_before() {
        let is = |facet: Facet| Filter::Is(facet);
        let never = || Filter::holds_where(|_| false);
        let all: Vec<u64> = (1..=9).collect();
        assert!(!is(Facet::Starred).not().asks_documents(&answers()));
        for (filter, expected) in [
            (never(), &all[..]),
            (never().not(), &all),
            (Filter::And(vec![is(Facet::Starred), never()]), &[1, 2, 3, 4]),
            (Filter::And(vec![is(Facet::Starred), never()]).not(), &all),
            (Filter::Any(vec![is(Facet::Starred), never()]), &all),
        ] {
            assert!(filter.asks_documents(&answers()));
            assert_eq!(
                filter.numbers(RecordKind::Contact, &answers()).ascending(None).collect::<Vec<_>>(),
                expected,
                "{filter:?}"
            );
        }
    }

    #[test]
    fn what_is_known_bounds_what_is_not() {
        let is = |facet: Facet| Filter::Is(facet);
        let text = |number| {
            let needle = Needle::new(&format!("text {number}")).unwrap();
            Filter::HasText(HasText { kind: RecordKind::Contact, needle, is_whole: false })
        };
        for (filter, expected) in [
            (Filter::All, None),
            (text(1), Some(vec![1, 2])),
            (text(2), None),
            (text(1).not(), None),
            (Filter::holds_where(|_| true), None),
            (is(Facet::Blocked), Some(vec![])),
            (Filter::Any(vec![]), Some(vec![])),
            (Filter::And(vec![]), None),
            (Filter::And(vec![is(Facet::Starred), text(2)]), Some(vec![1, 2, 3, 4])),
            (Filter::And(vec![is(Facet::Starred), is(Facet::Closed), text(2).not()]), Some(vec![4])),
            (Filter::Any(vec![is(Facet::Closed), text(1)]), Some(vec![1, 2, 4, 5, 6])),
            (Filter::Any(vec![is(Facet::Starred), text(2)]), None),
        ] {
            let answers = answers();
            let numbers =
                |bound: Option<Numbers>| bound.map(|bound| bound.ascending(None).collect::<Vec<_>>());
            assert_eq!(numbers(filter.bound(&answers)), expected, "{filter:?}");
            let only: Numbers = [2, 4].into_iter().collect();
            let among = expected.unwrap_or_else(|| vec![2, 4]);
            let among = among.into_iter().filter(|number| [2, 4].contains(number)).collect();
            assert_eq!(numbers(filter.bound_among(&answers, Some(&only))), Some(among), "{filter:?}");
        }
    }

    #[test]
    fn what_takes_long_is_what_documents_are_asked_else_texts_else_values() {
        let needle = Needle::new("jane").unwrap();
        let text = Filter::HasText(HasText { kind: RecordKind::Contact, needle, is_whole: false });
        let range = ValueRange { index: 1, from: "5".to_owned(), until: None };
        let value = Filter::InRange(range, Predicate::new(|_| true).named("score>5"));
        let city = Filter::Where(Predicate::new(|_| true).named("city:oslo"));
        let rank = Filter::Where(Predicate::new(|_| true).named("rank>5").lacking_index());
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let documents = |terms: &[&str], lacking_index: &[&str]| Slow::Documents {
            terms: names(terms),
            lacking_index: names(lacking_index),
        };
        for (parts, expected) in [
            (vec![value.clone(), text.clone(), city.clone()], documents(&["city:oslo"], &[])),
            (vec![rank, city], documents(&["rank>5", "city:oslo"], &["rank>5"])),
            (vec![value.clone(), text.clone(), text], Slow::Texts(names(&["jane"]))),
            (vec![value], Slow::Values(names(&["score>5"]))),
            (vec![Filter::Is(Facet::Starred)], Slow::Order),
        ] {
            assert_eq!(Filter::And(parts).slow(), expected);
        }
    }

    #[test]
    fn documents_are_asked_within_a_text_where_no_index_tells() {
        let text =
            HasText { kind: RecordKind::Contact, needle: Needle::new("jane").unwrap(), is_whole: false };
        let range = ValueRange { index: 1, from: "5".to_owned(), until: None };
        let of_few = Predicate::new(|_| true).within(text);
        let shown = |filter: Filter| match filter {
            Filter::And(parts) => match &parts[..] {
                [Filter::HasText(asked), Filter::Where(_)] => asked.needle.as_str().trim().to_owned(),
                _ => "others".to_owned(),
            },
            Filter::Where(_) => "everybody".to_owned(),
            Filter::InRange(..) => "the index".to_owned(),
            _ => "nobody".to_owned(),
        };
        let without = |filter: Filter, index| shown(filter.without_indexes(&|each| each == index));
        let in_range = |predicate: &Predicate| Filter::InRange(range.clone(), predicate.clone());
        assert_eq!(without(in_range(&of_few), 2), "the index");
        assert_eq!(without(in_range(&of_few), 1), "jane");
        assert_eq!(without(in_range(&Predicate::new(|_| true)), 1), "everybody");
        assert_eq!(shown(of_few.into()), "jane");
    }

    #[test]
    fn questions_are_replaced_wherever_they_stand() {
        let tree =
            || Filter::Any(vec![Filter::And(vec![Filter::Is(Facet::Starred)]), !Filter::Is(Facet::Closed)]);
        let same = tree().replace(&|_| None);
        assert_eq!(format!("{same:?}"), format!("{:?}", tree()));
        let other = tree().replace(&|facet| (*facet == Facet::Closed).then_some(Filter::All));
        assert_eq!(format!("{other:?}"), "Any([And([Is(Starred)]), Not(All)])");
    }

    #[test]
    fn a_contact_can_be_asked_itself() {
        let mut contact = Contact::blank(model::ContactId(Uuid::nil()), 1, model::Timestamp::default());
        contact.starred = true;
        let starred = || Filter::Is(Facet::Starred);
        let numbered = |number| Filter::holds_where(move |contact| contact.number == number);
        let email = || Filter::HasChannel(ChannelKind::Email, "a@b.c".to_owned());
        let text = |number| {
            let needle = Needle::new(&format!("text {number}")).unwrap();
            Filter::HasText(HasText { kind: RecordKind::Contact, needle, is_whole: false })
        };
        for (filter, expected) in [
            (Filter::All, true),
            (starred(), true),
            (Filter::And(vec![starred(), numbered(1)]), true),
            (Filter::And(vec![starred(), numbered(2)]), false),
            (Filter::Any(vec![email(), numbered(2)]), false),
            (Filter::Any(vec![email(), numbered(2)]).not(), true),
            (text(1), true),
            (text(2).not(), true),
        ] {
            assert_eq!(filter.holds(&contact, &answers()), expected, "{filter:?}");
        }
    }
}
