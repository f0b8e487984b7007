//! Comparisons: a member, an operator, and the text of a value.

use std::cmp::Ordering;
use std::ops::Not as _;

use model::search::{Comparison, Needle, Test, words};
use model::value::order::{self, FIRST_KEY};
use model::{
    Catalog, ChannelKind, CompanyId, Contact, Decimal, Dialect, Facet, Field, FieldType, FilterableMember,
    Item, ItemRef, Items, Native, RecordKind, Ref, Timestamp, Value, channel, value,
};
use store::{Filter, HasText, InstantRange};

use super::error::{Reason, nearest};
use super::member::{Kind, Member, TextMember};
use super::moment::{self, Moment};
use super::ordered::{Ordered, exactly};
use super::{asked, has_text};

/// A comparison, and what it means something under.
pub(super) struct Asked<'a> {
    pub(super) comparison: &'a Comparison,
    pub(super) catalog: &'a Catalog,
    pub(super) now: Timestamp,
}

/// Whether a test holds, with how what a contact has compares with the value; `None` when it has nothing.
fn holds(test: Test, ordering: Option<Ordering>) -> bool {
    match test {
        Test::Matches | Test::Equal => ordering == Some(Ordering::Equal),
        Test::NotEqual => ordering != Some(Ordering::Equal),
        Test::Greater => ordering == Some(Ordering::Greater),
        Test::GreaterOrEqual => ordering.is_some_and(Ordering::is_ge),
        Test::Less => ordering == Some(Ordering::Less),
        Test::LessOrEqual => ordering.is_some_and(Ordering::is_le),
    }
}

impl Member<'_> {
    /// Those that the comparison holds for.
    pub(super) fn compare(self, asked: &Asked<'_>) -> Result<Filter, Reason> {
        match self {
            Self::Filterable(member) => asked.filterable(member),
            Self::Text(member) => {
                let is_searched = member == TextMember::Name;
                asked.text(member.stored(), move |contact| member.of(contact), is_searched)
            }
            Self::Updated => asked.updated(),
            Self::Number => asked.number(),
            Self::Revision => asked.revision(),
            Self::Channels(kind) => asked.channel(kind),
            Self::Tag => asked.item("tag", &asked.catalog.tags, |tag| Facet::Tag(tag.id)),
            Self::List => asked.item("list", &asked.catalog.lists, |list| Facet::List(list.id)),
            Self::User => asked.item("user", &asked.catalog.users, |user| Facet::User(user.id)),
            Self::Team => asked.item("team", &asked.catalog.teams, |team| Facet::Team(team.id)),
            Self::Company => asked.company(),
            Self::Note => {
                asked.only(&[Test::Matches], "':'")?;
                Ok(has_text(RecordKind::Note, asked.needle()?))
            }
            Self::OptIn => {
                let facet = match asked.comparison.value.as_str() {
                    "opted_in" => Facet::OptedIn,
                    "opted_out" => Facet::OptedOut,
                    _ => return Err(asked.bad_value("opted_in or opted_out")),
                };
                asked.equal(Filter::Is(facet))
            }
            Self::Field(field) => asked.field(field),
        }
    }
}

/// The bounds of what a test holds for, where that of the value begins and ends there, and nothing is before the first: from one
/// of them up to the other.
fn bounds<T>(test: Test, (start, end): (T, T), first: T) -> (T, Option<T>) {
    match test {
        Test::Matches | Test::Equal | Test::NotEqual => (start, Some(end)),
        Test::Greater => (end, None),
        Test::GreaterOrEqual => (start, None),
        Test::Less => (first, Some(start)),
        Test::LessOrEqual => (first, Some(end)),
    }
}

/// The first number that this holds for, as for all beyond it; the largest, which no contact has, when there is none.
fn first(holds: impl Fn(u64) -> bool) -> u64 {
    let (mut first, mut beyond) = (0, u64::MAX);
    while first < beyond {
        let middle = first + (beyond - first) / 2;
        if holds(middle) { beyond = middle } else { first = middle + 1 }
    }
    first
}

/// The operators of what can only be equal or not.
const EQUAL_OR_NOT: &str = "':', '=' and '!='";

impl Asked<'_> {
    fn bad_value(&self, expected: &'static str) -> Reason {
        Reason::BadValue { member: self.comparison.member.clone(), expected }
    }

    /// Refuses an operator that the member does not have.
    fn only(&self, tests: &[Test], allowed: &'static str) -> Result<(), Reason> {
        let test = self.comparison.test;
        if tests.contains(&test) {
            return Ok(());
        }
        Err(Reason::BadTest { member: self.comparison.member.clone(), test: test.as_str(), allowed })
    }

    /// For what can only be equal or not.
    fn equal(&self, filter: Filter) -> Result<Filter, Reason> {
        self.only(&[Test::Matches, Test::Equal, Test::NotEqual], EQUAL_OR_NOT)?;
        Ok(if self.comparison.test == Test::NotEqual { filter.not() } else { filter })
    }

    /// Documents are asked, of which this member is read.
    fn documents(
        &self,
        reads: &'static str,
        holds: impl Fn(&Contact) -> bool + Send + Sync + 'static,
    ) -> Filter {
        asked((&self.name(), reads), holds)
    }

    /// Values in their order: what is compared with has the keys from the first of these up to the second.
    fn in_order(&self, ordered: Ordered, keys: (String, String)) -> Filter {
        let test = self.comparison.test;
        let range = bounds(test, keys, FIRST_KEY.to_owned());
        let filter = ordered.in_range(self.catalog, range, &self.name());
        if test == Test::NotEqual { filter.not() } else { filter }
    }

    /// When it last changed.
    fn updated(&self) -> Result<Filter, Reason> {
        let (Moment { start, end }, test) = (self.moment()?, self.comparison.test);
        let (from, until) = bounds(test, (start, end), i64::MIN);
        let filter = Filter::changed_in(InstantRange { from, until }, &self.name());
        Ok(if test == Test::NotEqual { filter.not() } else { filter })
    }

    /// What a list that takes too long says the term by.
    fn name(&self) -> String {
        model::Search::Where(self.comparison.clone()).to_string()
    }

    fn needle(&self) -> Result<Needle, Reason> {
        Needle::new(&self.comparison.value).ok_or_else(|| Reason::Nothing(self.comparison.value.clone()))
    }

    fn moment(&self) -> Result<Moment, Reason> {
        Moment::read(&self.comparison.value, self.now).ok_or_else(|| self.bad_value(moment::EXPECTED))
    }

    /// The keys of a moment.
    fn instants(&self) -> Result<(String, String), Reason> {
        let Moment { start, end } = self.moment()?;
        let instant = |millis| order::instant_key(Timestamp::from_millis(millis));
        Ok((instant(start), instant(end)))
    }

    /// A member that can be filterable.
    fn filterable(&self, member: FilterableMember) -> Result<Filter, Reason> {
        let ordered = Ordered::member(member);
        if member.kind() == FieldType::Datetime {
            return Ok(self.in_order(ordered, self.instants()?));
        }
        let (text, test) = (&self.comparison.value, self.comparison.test);
        let is_searched = matches!(member, FilterableMember::FirstName | FilterableMember::LastName);
        match order::whole_text_key(text).filter(|_| test != Test::Matches) {
            Some(key) => {
                let needle = Needle::new(text).filter(|_| is_searched && test == Test::Equal);
                Ok(self.in_order(ordered.within(needle), exactly(key)))
            }
            None => self.text(member.stored(), move |contact| member.text(contact), is_searched),
        }
    }

    /// A text; whether it is a part of what words are looked for in, and always as a whole.
    fn text(
        &self,
        reads: &'static str,
        read: impl Fn(&Contact) -> Option<&str> + Send + Sync + 'static,
        is_searched: bool,
    ) -> Result<Filter, Reason> {
        let (test, key) = (self.comparison.test, words::key(&self.comparison.value));
        let filter = if test == Test::Matches {
            let needle = self.needle()?;
            self.documents(reads, move |contact| read(contact).is_some_and(|text| needle.is_in_text(text)))
        } else {
            self.documents(reads, move |contact| {
                let own = read(contact).filter(|text| !text.is_empty());
                holds(test, own.map(|text| words::key(text).cmp(&key)))
            })
        };
        let is_found = is_searched && matches!(test, Test::Matches | Test::Equal);
        match Needle::new(&self.comparison.value).filter(|_| is_found) {
            Some(needle) => Ok(Filter::And(vec![has_text(RecordKind::Contact, needle), filter])),
            None => Ok(filter),
        }
    }

    /// A number that is compared with whole ones: how these compare with it.
    fn whole(&self) -> Result<impl Fn(u64) -> Ordering + Send + Sync + 'static, Reason> {
        let number = Decimal::parse(&self.comparison.value).ok_or_else(|| self.bad_value("a number"))?;
        let key = number.order_key();
        Ok(move |own: u64| Decimal::from(own).order_key().cmp(&key))
    }

    fn number(&self) -> Result<Filter, Reason> {
        let (compare, test) = (self.whole()?, self.comparison.test);
        let numbers = (first(|own| compare(own).is_ge()), first(|own| compare(own).is_gt()));
        let (from, until) = bounds(test, numbers, 0);
        let filter = Filter::numbered(from..until.unwrap_or(u64::MAX), &self.name());
        Ok(if test == Test::NotEqual { filter.not() } else { filter })
    }

    fn revision(&self) -> Result<Filter, Reason> {
        let (compare, test) = (self.whole()?, self.comparison.test);
        Ok(self.documents("revision", move |contact| holds(test, Some(compare(contact.revision)))))
    }

    fn channel(&self, kind: Kind) -> Result<Filter, Reason> {
        let text = &self.comparison.value;
        let is_kind = move |channel: &model::Channel| kind.of().is_none_or(|kind| kind == channel.kind);
        if self.comparison.test == Test::Matches {
            let needle = self.needle()?;
            let in_text = has_text(RecordKind::Contact, needle.clone());
            let holds = self.documents("channels", move |contact| {
                let is_in = |channel: &&model::Channel| {
                    needle.is_in_text(&channel.value) || needle.is_in_text(&channel.raw)
                };
                contact.channels.iter().filter(|channel| is_kind(channel)).any(|channel| is_in(&channel))
            });
            return Ok(Filter::And(vec![in_text, holds]));
        }
        let with = |kind: ChannelKind| {
            let value = channel::normalise(&kind, text, None).value.into();
            Filter::HasChannel(kind, value)
        };
        match kind.of() {
            Some(kind) => self.equal(with(kind)),
            None => {
                let any = [ChannelKind::Email, ChannelKind::Phone].map(with);
                let text = text.trim().to_owned();
                let same = self.documents("channels", move |contact| {
                    contact.channels.iter().any(|channel| *channel.value == *text || *channel.raw == *text)
                });
                let same = match Needle::new(&self.comparison.value) {
                    Some(needle) => Filter::And(vec![has_text(RecordKind::Contact, needle), same]),
                    None => same,
                };
                self.equal(Filter::Any(any.into_iter().chain([same]).collect()))
            }
        }
    }

    fn item<T: Item>(
        &self,
        kind: &'static str,
        items: &Items<T>,
        facet: fn(&T) -> Facet,
    ) -> Result<Filter, Reason> {
        let name = &self.comparison.value;
        let found = items.find(&ItemRef::id_text(Dialect::Native, name));
        let found = found.or_else(|| items.find(&ItemRef::NameAnyCase(name.clone())));
        match found {
            Some(item) => self.equal(Filter::Is(facet(item))),
            None => {
                let suggestion = nearest(name, items.iter().map(Item::name));
                Err(Reason::UnknownItem { kind, name: name.clone(), suggestion })
            }
        }
    }

    fn company(&self) -> Result<Filter, Reason> {
        let text = &self.comparison.value;
        if let Some(Native::Uuid(id)) = Ref::uuid(Dialect::Native, text).native {
            return self.equal(Filter::Is(Facet::Company(CompanyId(id))));
        }
        let is_whole = self.comparison.test != Test::Matches;
        self.equal(Filter::HasText(HasText { kind: RecordKind::Company, needle: self.needle()?, is_whole }))
    }

    fn field(&self, field: &Field) -> Result<Filter, Reason> {
        let (id, text, test) = (field.id, &self.comparison.value, self.comparison.test);
        let ordered = Ordered::field(field);
        match field.kind {
            FieldType::Text | FieldType::Email | FieldType::Url | FieldType::Phone => {
                if test != Test::Matches
                    && let Some(key) = order::whole_text_key(text)
                {
                    return Ok(self.in_order(ordered, exactly(key)));
                }
                self.text(
                    "values",
                    move |contact| match contact.values.get(&id) {
                        Some(Value::Text(text)) => Some(text.as_str()),
                        _ => None,
                    },
                    false,
                )
            }
            FieldType::Number => {
                let number = Decimal::parse(text).ok_or_else(|| self.bad_value("a number"))?;
                Ok(self.in_order(ordered, exactly(order::key(&number.order_key()))))
            }
            FieldType::Boolean => match text.as_str() {
                "true" => self.equal(Filter::Is(Facet::True(id))),
                // What nobody said yes to is not true.
                "false" => self.equal(Filter::Is(Facet::True(id)).not()),
                _ => Err(self.bad_value("true or false")),
            },
            FieldType::Date => Ok(self.in_order(ordered, exactly(order::key(&self.moment()?.date())))),
            FieldType::Time => {
                let Ok(Value::Time(time)) = value::time(text) else {
                    return Err(self.bad_value("a time of day (14:30)"));
                };
                Ok(self.in_order(ordered, exactly(order::time_key(&time))))
            }
            FieldType::Datetime => Ok(self.in_order(ordered, self.instants()?)),
            FieldType::SingleSelect | FieldType::MultiSelect => {
                let key = words::key(text);
                let is_meant = |name: &str| words::key(name) == key;
                let options =
                    field.options.iter().filter(|each| is_meant(&each.value) || is_meant(&each.name));
                let options: Vec<Facet> = options.map(|option| Facet::Option(option.id)).collect();
                if options.is_empty() {
                    let suggestion = nearest(text, field.options.iter().map(|option| option.name.as_str()));
                    return Err(Reason::UnknownItem { kind: "option", name: text.clone(), suggestion });
                }
                self.equal(Filter::any_of(options))
            }
            FieldType::User => {
                let Ok(Value::User(user)) = value::user(self.catalog, Dialect::Native, text) else {
                    let suggestion = nearest(text, self.catalog.users.iter().map(Item::name));
                    return Err(Reason::UnknownItem { kind: "user", name: text.clone(), suggestion });
                };
                self.only(&[Test::Matches, Test::Equal, Test::NotEqual], EQUAL_OR_NOT)?;
                Ok(self.in_order(ordered, exactly(order::user_key(user))))
            }
        }
    }
}
