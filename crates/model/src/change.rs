//! What a client asks of a contact, in words that no vendor owns.

mod channel;

pub use self::channel::{ChannelKindRef, ChannelWrite, Reading};
use crate::value::OnUnconvertible;
use crate::{
    Carried, Catalog, ChannelId, ChannelKind, Dialect, Difference, Field, FieldId, ItemRef, Json, Network,
    OptIn, Precondition, Ref, Timestamp, Value, Violation, ViolationKind, limits,
};

/// A request to change one contact: what a dialect decodes from a body and [`apply`](crate::apply()) carries
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
/// [`apply`](crate::apply()), under the catalog that the change meets.
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

impl OnConflict {
    /// The words for them.
    pub const WORDS: [&str; 3] = ["refuse", "skip", "overwrite"];
}

impl std::str::FromStr for OnConflict {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "refuse" => Ok(Self::Refuse),
            "skip" => Ok(Self::Skip),
            "overwrite" => Ok(Self::Overwrite),
            _ => Err(format!("unknown word '{word}'; known: {}", Self::WORDS.join(", "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
