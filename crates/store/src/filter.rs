//! Which records a list shows: a tree over what each record answers with yes or no, carried out over sets of numbers.

use std::collections::BTreeSet;
use std::ops::{Not, Range};

use model::search::Needle;
use model::{ChannelKind, Contact, Facet, Reads, RecordKind};
use uuid::Uuid;

use crate::answers::{Answers, Channel};
use crate::numbers::Numbers;
use crate::values::AskedRange;
use crate::{InstantRange, Predicate, Slow};

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
    /// Those that have such a value or number, or last changed then: as an index, the bits or the log tell, or as this says of
    /// documents.
    InRange(AskedRange, Predicate),
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

    /// Those that last changed in a range, which a list that takes too long says by this name.
    pub fn changed_in(range: InstantRange, name: &str) -> Self {
        let holds = Predicate::new(move |contact| range.contains(contact.updated_at.millis()));
        Self::InRange(range.into(), holds.reading(Reads::only(["updated_at"])).named(name))
    }

    /// Those whose numbers are in a range, which a list that takes too long says by this name.
    pub fn numbered(range: Range<u64>, name: &str) -> Self {
        let asked = AskedRange::Numbered(range.clone());
        let holds = Predicate::new(move |contact| range.contains(&contact.number));
        Self::InRange(asked, holds.reading(Reads::only(["number"])).named(name))
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
            Self::InRange(range, predicate) if range.index().is_some_and(is_left_out) => predicate.into(),
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
    pub(crate) fn asks_documents_unless(&self, is_told: &impl Fn(&AskedRange) -> bool) -> bool {
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
    pub(crate) fn ranges(&self) -> Vec<AskedRange> {
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
mod tests;
