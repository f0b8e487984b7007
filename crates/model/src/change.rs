//! What a client asks of a contact, in words that no vendor owns.

use crate::channel::{Normalised, normalise};
use crate::value::OnUnconvertible;
use crate::{
    Carried, Catalog, Channel, ChannelId, ChannelKind, Contact, Dialect, Difference, Field, FieldId, ItemRef,
    Json, Network, OptIn, Precondition, Ref, Timestamp, Value, Violation, ViolationKind, limits,
};

/// A request to change one contact: what a dialect decodes from a body and [`apply`](crate::apply) carries
/// out, all or nothing. Edits apply in order, so a later one wins.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What to do, each with the member of the client's request that asked for it.
    pub edits: Vec<(String, Edit)>,
    /// What the dialect already found wrong with the request; any of these refuses the change.
    pub violations: Vec<Violation>,
    /// What must hold of the contact's revision, where the client says so.
    pub precondition: Option<Box<Precondition>>,
}

impl Change {
    /// Adds an edit that the member `at` of the client's request asks for.
    pub fn push(&mut self, at: impl Into<String>, edit: Edit) {
        self.edits.push((at.into(), edit));
    }

    /// Adds a violation found while decoding.
    pub fn refuse(&mut self, at: impl Into<String>, kind: ViolationKind) {
        self.violations.push(Violation::new(at, kind));
    }

    /// The companies that the edits name; they must be looked up before `apply`.
    pub fn company_refs(&self) -> impl Iterator<Item = &Ref> {
        self.edits
            .iter()
            .flat_map(|(_, edit)| match edit {
                Edit::Companies(set) => set.items.as_slice(),
                Edit::PrimaryCompany(Some(write)) => std::slice::from_ref(write),
                _ => &[],
            })
            .map(|write| &write.company)
    }

    /// The notes that the edits name; they must be looked up before `apply`.
    pub fn note_refs(&self) -> impl Iterator<Item = &Ref> {
        self.edits
            .iter()
            .flat_map(|(_, edit)| match edit {
                Edit::Notes(set) => set.items.as_slice(),
                _ => &[],
            })
            .map(|(_, note)| note)
    }

    /// Reads the phone numbers that mean the same under every catalog. That takes longer than all else that a change
    /// needs, so it is done before the one writer has it.
    pub fn read_ahead(&mut self) {
        for (_, edit) in &mut self.edits {
            let writes = match edit {
                Edit::MergeChannels(items) | Edit::ReplaceChannels(items) => items.as_mut_slice(),
                Edit::ReplaceChannelsOf(_, items) => items.as_mut_slice(),
                Edit::PrimaryChannel(_, Some(item)) => std::slice::from_mut(item),
                _ => &mut [],
            };
            // More are refused unread.
            writes.iter_mut().take(limits::CHANNELS).for_each(ChannelWrite::read_ahead);
        }
    }

    /// The channels that must belong to no other contact; their owners must be looked up before `apply`.
    pub fn exclusive_channels(&self) -> impl Iterator<Item = &ChannelWrite> {
        self.edits
            .iter()
            .flat_map(|(_, edit)| match edit {
                Edit::MergeChannels(items) | Edit::ReplaceChannels(items) => items.as_slice(),
                Edit::ReplaceChannelsOf(_, items) => items.as_slice(),
                Edit::PrimaryChannel(_, Some(item)) => std::slice::from_ref(item),
                _ => &[],
            })
            .filter(|write| write.exclusive)
    }
}

/// One thing to do to a contact.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Sets or clears a text.
    Text(TextMember, Option<String>),
    /// Sets or clears a part of the name; see [`Name`](crate::Name) for what follows from it.
    Name(NamePart, Option<String>),
    /// Sets or clears a part of the birthday.
    Birthday(BirthdayPart, Option<i64>),
    /// Sets or clears the name on a social network.
    Social(Network, Option<String>),
    /// Sets a flag.
    Flag(Flag, bool),
    /// Sets or clears an instant.
    Instant(InstantMember, Option<Timestamp>),
    /// Closes (now, unless closed already) or opens the conversation.
    Closed(bool),
    /// Blocks (now, unless blocked already) or unblocks the contact.
    Blocked(bool),
    /// Sets or clears the agreement to receive messages.
    OptIn(Option<OptIn>),
    /// Assigns to a user, or to none.
    AssignedUser(Option<ItemRef>),
    /// Assigns to a team, or to none.
    AssignedTeam(Option<ItemRef>),
    /// Changes the set of tags. Each item comes with the member that names it.
    Tags(Set<(String, ItemRef)>),
    /// Changes the set of lists.
    Lists(Set<(String, ItemRef)>),
    /// Changes the set of notes.
    Notes(Set<(String, Ref)>),
    /// Changes the set of companies. Replacing takes title, date and state from the request; adding changes
    /// only what is given.
    Companies(Set<CompanyWrite>),
    /// Makes this company the first one that the contact is active at, in the place of the one that is it now;
    /// further companies stay. `None` removes every company that the contact is active at. For dialects that
    /// know one company a contact.
    PrimaryCompany(Option<CompanyWrite>),
    /// Makes the channels exactly these. A channel whose id or value is among them keeps its id.
    ReplaceChannels(Vec<ChannelWrite>),
    /// Makes the channels of one kind exactly these; other kinds stay.
    ReplaceChannelsOf(ChannelKind, Vec<ChannelWrite>),
    /// Adds these channels, or changes those that the contact has already; the others stay. Giving one, by id,
    /// the value of another is refused.
    MergeChannels(Vec<ChannelWrite>),
    /// Gives the primary channel of this kind this value, keeping its id; a contact that already has the value
    /// on another channel makes that one primary. `None` removes every channel of the kind.
    PrimaryChannel(ChannelKind, Option<ChannelWrite>),
    /// Removes a channel.
    RemoveChannel(ChannelId),
    /// Writes values of custom fields. With [`SetMode::Replace`] and [`SetMode::Exact`] a field that is not
    /// among them loses its value; otherwise it keeps it.
    Values(Set<ValueWrite>, ReadValue),
    /// Sets or removes a member that only one dialect knows.
    Extra(Dialect, String, Option<Json>),
    /// Sets the ids that a vendor gave the contact.
    Aliases(Dialect, Vec<String>),
    /// Makes the value of a field one of the type that the field has now.
    Convert(FieldId, OnUnconvertible),
    /// Takes the id of something away that is gone from the catalog; what is there stays.
    Forget(Carried, uuid::Uuid),
    /// Takes back what an earlier change did.
    Revert(Vec<Difference>, OnConflict),
}

/// Reads the JSON that a dialect's client wrote as the value of a field; `None` clears it. It runs inside
/// [`apply`](crate::apply), under the catalog that the change meets.
pub type ReadValue = fn(&Json, &Field, &Catalog) -> Result<Option<Value>, ViolationKind>;

/// Text members of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextMember {
    /// `salutation`
    Salutation,
    /// `job_title`
    JobTitle,
    /// `description`
    Description,
    /// `remarks`
    Remarks,
    /// `location`
    Location,
    /// `city`
    City,
    /// `state`
    State,
    /// `country`
    Country,
    /// `website_url`
    WebsiteUrl,
    /// `image_url`
    ImageUrl,
    /// `locked_by`
    LockedBy,
}

/// Parts of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamePart {
    /// The whole name.
    Full,
    /// The first name.
    First,
    /// The last name.
    Last,
}

/// Parts of a birthday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BirthdayPart {
    /// 1 to 31.
    Day,
    /// 1 to 12.
    Month,
    /// 1 to 9999.
    Year,
}

/// Flags of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// `starred`
    Starred,
    /// `confirmed`; going from true to false sets `unconfirmed_at`.
    Confirmed,
}

/// Instants of a contact that clients may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstantMember {
    /// `created_at`; cannot be cleared.
    CreatedAt,
    /// `closed_at`
    ClosedAt,
    /// `blocked_at`
    BlockedAt,
}

/// How a set changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetMode {
    /// It becomes exactly the items given, in the order given.
    Replace,
    /// It becomes exactly the items given, but those that were there keep their order and new ones follow:
    /// for dialects that show sets in an order of their own and have them sent back whole.
    Exact,
    /// The items given are added, or updated where they are there already.
    Add,
    /// The items given are removed.
    Remove,
}

/// A change of a set.
#[derive(Clone, Debug)]
pub struct Set<T> {
    /// How.
    pub mode: SetMode,
    /// With what.
    pub items: Vec<T>,
}

impl<T> Set<T> {
    /// Exactly these.
    pub fn replace(items: Vec<T>) -> Self {
        Self { mode: SetMode::Replace, items }
    }

    /// Exactly these, whatever their order.
    pub fn exact(items: Vec<T>) -> Self {
        Self { mode: SetMode::Exact, items }
    }

    /// These too.
    pub fn add(items: Vec<T>) -> Self {
        Self { mode: SetMode::Add, items }
    }

    /// All but these.
    pub fn remove(items: Vec<T>) -> Self {
        Self { mode: SetMode::Remove, items }
    }
}

/// A channel as a client writes it.
#[derive(Clone, Debug)]
pub struct ChannelWrite {
    /// The member that names it.
    pub at: String,
    /// The contact's channel that it means; where it has none with this id, the value decides.
    pub id: Option<ChannelId>,
    /// What it is.
    pub kind: ChannelKindRef,
    /// Its value as written; `None` changes only the other members of the channel that `id` names.
    pub value: Option<String>,
    /// The text is not what a person wrote but put together by the dialect: a channel that already has this
    /// value keeps its raw text.
    pub is_composed: bool,
    /// A phone number that cannot be parsed is refused instead of being kept as written.
    pub is_strict: bool,
    /// No other contact may have it.
    pub exclusive: bool,
    /// Its label, if given.
    pub label: Option<Option<String>>,
    /// No other channel of the contact may have its label.
    pub is_label_unique: bool,
    /// Its country, if given: ISO 3166-1 alpha-2 in any case, phones only; reads numbers without `+`.
    pub country: Option<String>,
    /// Whether it is the first of its kind, if given.
    pub primary: Option<bool>,
    /// Whether it is the first over all kinds, if given.
    pub default: Option<bool>,
    /// What [`Change::read_ahead`] found.
    pub reading: Option<Box<Reading>>,
}

/// A phone number that was read before its change is applied.
#[derive(Clone, Debug)]
pub struct Reading {
    text: String,
    country: Option<String>,
    normal: Normalised,
}

impl ChannelWrite {
    /// A channel of this kind with this value, and nothing else said.
    pub fn new(at: impl Into<String>, kind: ChannelKind, value: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            id: None,
            kind: ChannelKindRef::Kind(kind),
            value: Some(value.into()),
            is_composed: false,
            is_strict: false,
            exclusive: false,
            label: None,
            is_label_unique: false,
            country: None,
            primary: None,
            default: None,
            reading: None,
        }
    }

    fn read_ahead(&mut self) {
        let may_be_phone =
            matches!(&self.kind, ChannelKindRef::Kind(ChannelKind::Phone) | ChannelKindRef::Type(_));
        let text = self.value.as_deref().unwrap_or_default().trim();
        if may_be_phone && (text.starts_with('+') || self.country.is_some()) {
            let normal = normalise(&ChannelKind::Phone, text, self.country.as_deref());
            let (text, country) = (text.to_owned(), self.country.clone());
            self.reading = Some(Box::new(Reading { text, country, normal }));
        }
    }

    /// The normal form of its value, which is this text without white space around it.
    pub(crate) fn normalised(&self, kind: &ChannelKind, text: &str, country: Option<&str>) -> Normalised {
        // With `+` a number says itself where it is from.
        let is_read = |reading: &&Reading| {
            reading.text == text && (text.starts_with('+') || reading.country.as_deref() == country)
        };
        match self.reading.as_deref().filter(|_| *kind == ChannelKind::Phone).filter(is_read) {
            Some(reading) => reading.normal.clone(),
            None => normalise(kind, text, country),
        }
    }

    /// The kind and the normalised value, by which its owner is looked up; `None` when it names no value or
    /// no known kind.
    pub fn lookup_key(&self, catalog: &Catalog) -> Option<(ChannelKind, String)> {
        let kind = match &self.kind {
            ChannelKindRef::Kind(kind) => kind.clone(),
            ChannelKindRef::Type(item) => catalog.channel_types.find(item)?.kind.clone(),
        };
        let country = self.country.as_deref().or(catalog.default_country.as_deref());
        let value = self.normalised(&kind, self.value.as_deref()?.trim(), country).value;
        Some((kind, value.into()))
    }

    /// The channel of a contact that it means by its value, as [`apply`](crate::apply) matches it: one that shows this
    /// very text, else one with the normalised value.
    pub fn find_in<'c>(&self, contact: &'c Contact, catalog: &Catalog) -> Option<&'c Channel> {
        let (kind, value) = self.lookup_key(catalog)?;
        let text = self.value.as_deref()?.trim();
        let mut channels = contact.channels.iter().filter(|channel| channel.kind == kind);
        let shows_text = |channel: &&Channel| self.country.is_none() && channel.raw == text;
        channels.clone().find(shows_text).or_else(|| channels.find(|channel| channel.value == value))
    }
}

/// What a channel is, as a client names it.
#[derive(Clone, Debug, PartialEq)]
pub enum ChannelKindRef {
    /// A kind.
    Kind(ChannelKind),
    /// A channel type of the catalog.
    Type(ItemRef),
}

/// A link to a company as a client writes it.
#[derive(Clone, Debug)]
pub struct CompanyWrite {
    /// The member that names it.
    pub at: String,
    /// The company.
    pub company: Ref,
    /// The title there, if given.
    pub title: Option<Option<String>>,
    /// The first day there, if given: `YYYY-MM-DD`.
    pub start_date: Option<Option<String>>,
    /// Whether the contact still is there, if given; a new link is active.
    pub active: Option<bool>,
}

/// The value of a custom field as a client writes it.
#[derive(Clone, Debug)]
pub struct ValueWrite {
    /// The member that names it.
    pub at: String,
    /// The field.
    pub field: ItemRef,
    /// What the client wrote, for the dialect's [`ReadValue`].
    pub json: Json,
}

/// What an undo does about a member that was changed again since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// Refuses the whole undo, naming every such member.
    #[default]
    Refuse,
    /// Leaves those members as they are.
    Skip,
    /// Sets them back all the same; of sets and channels, only what the change did.
    Overwrite,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_finds_the_channel_that_it_means() {
        let catalog = Catalog { default_country: Some("US".to_owned()), ..Catalog::default() };
        let mut contact = Contact::blank(crate::ContactId(uuid::Uuid::from_u128(1)), 1, Timestamp::default());
        let channel = |n: u128, value: &str, raw: &str| {
            let id = uuid::Uuid::from_u128(n).simple().to_string();
            let json = serde_json::json!({"id": id, "kind": "phone", "value": value, "raw": raw});
            serde_json::from_value::<Channel>(json).unwrap()
        };
        contact.channels =
            vec![channel(1, "+18585551212", "+1 858 555 1212"), channel(2, "+442079460958", "020 7946 0958")];
        let find = |kind: ChannelKind, text: &str, country: Option<&str>| {
            let country = country.map(str::to_owned);
            let write = ChannelWrite { country, ..ChannelWrite::new("", kind, text) };
            write.find_in(&contact, &catalog).map(|channel| channel.id.0.as_u128())
        };
        assert_eq!(find(ChannelKind::Phone, "(858) 555-1212", None), Some(1));
        // Read as it is shown, whatever the country that nobody names.
        assert_eq!(find(ChannelKind::Phone, " 020 7946 0958 ", None), Some(2));
        assert_eq!(find(ChannelKind::Phone, "020 7946 0958", Some("GB")), Some(2));
        assert_eq!(find(ChannelKind::Phone, "020 7946 0958", Some("IT")), None);
        assert_eq!(find(ChannelKind::from("chat"), "+18585551212", None), None);
    }

    #[test]
    fn a_number_that_was_read_ahead_is_what_it_would_be_read_as() {
        for kind in [ChannelKind::Phone, ChannelKind::Email] {
            for text in [" +1 858 555 1212", "(858) 555-1212", "+99 12", "020 7946 0958", "call me"] {
                for own in [None, Some("US"), Some("gb"), Some("nowhere")] {
                    let mut write = ChannelWrite::new("", kind.clone(), text);
                    write.country = own.map(str::to_owned);
                    let mut change = Change::default();
                    change.push("", Edit::MergeChannels(vec![write]));
                    change.read_ahead();
                    let (_, Edit::MergeChannels(writes)) = &change.edits[0] else { panic!("another edit") };
                    for country in [own, Some("GB"), None] {
                        let expected = normalise(&kind, text, country);
                        assert_eq!(writes[0].normalised(&kind, text.trim(), country), expected, "{text}");
                    }
                    // A dialect may still change what is written.
                    let other = writes[0].normalised(&kind, "+18585551213", None);
                    assert_eq!(other, normalise(&kind, "+18585551213", None));
                }
            }
        }
        let mut write = ChannelWrite::new("", ChannelKind::Phone, "+18585551212");
        write.read_ahead();
        assert!(write.reading.is_some());
    }

    #[test]
    fn what_must_be_looked_up_is_named() {
        let write = |exclusive, value: &str| ChannelWrite {
            exclusive,
            ..ChannelWrite::new("", ChannelKind::Email, value)
        };
        let company = CompanyWrite {
            at: String::new(),
            company: Ref::uuid(Dialect::Native, "acme"),
            title: None,
            start_date: None,
            active: None,
        };
        let mut change = Change::default();
        change.push("a", Edit::MergeChannels(vec![write(true, "A@x"), write(false, "b@x")]));
        change.push("b", Edit::PrimaryChannel(ChannelKind::Email, Some(write(true, "c@x"))));
        change.push("c", Edit::Companies(Set::remove(vec![company])));
        change.push("d", Edit::Notes(Set::add(vec![(String::new(), Ref::uuid(Dialect::Native, "n"))])));
        let keys: Vec<_> =
            change.exclusive_channels().filter_map(|write| write.lookup_key(&Catalog::default())).collect();
        assert_eq!(keys, ["a@x", "c@x"].map(|value| (ChannelKind::Email, value.to_owned())));
        assert_eq!(change.company_refs().map(|each| each.text.as_str()).collect::<Vec<_>>(), ["acme"]);
        assert_eq!(change.note_refs().map(|each| each.text.as_str()).collect::<Vec<_>>(), ["n"]);
    }
}
