//! Why a change was refused: every violation, as data. Each dialect words them its own way.

use crate::{Entity, RecordKind};

/// A change was refused as a whole; nothing was changed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("refused: {}", .violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Rejection {
    /// All violations, in the order of the change's members; never empty.
    pub violations: Vec<Violation>,
}

impl Rejection {
    /// The revision that the record has, when the client wanted another one.
    pub fn other_revision(&self) -> Option<u64> {
        self.violations.iter().find_map(|each| match each.kind {
            ViolationKind::OtherRevision(revision) => Some(revision),
            _ => None,
        })
    }
}

impl From<Violation> for Rejection {
    fn from(violation: Violation) -> Self {
        Self { violations: vec![violation] }
    }
}

/// One reason, and the member of the client's request that it concerns.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{at}: {kind}")]
pub struct Violation {
    /// The member as the client's dialect names it, such as `emails.0.email_address`; empty for the whole body.
    pub at: String,
    /// What is wrong with it.
    pub kind: ViolationKind,
}

impl Violation {
    /// A violation of this kind at this member.
    pub fn new(at: impl Into<String>, kind: ViolationKind) -> Self {
        Self { at: at.into(), kind }
    }
}

/// What can be wrong with a member.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ViolationKind {
    /// It has another JSON type than this, for example `a string`.
    #[error("must be {0}")]
    WrongType(&'static str),
    /// It is required.
    #[error("is required")]
    Missing,
    /// It is there, but empty.
    #[error("must not be empty")]
    Blank,
    /// It cannot be cleared.
    #[error("must not be null")]
    NotNullable,
    /// It cannot be changed.
    #[error("cannot be changed")]
    Immutable,
    /// No such member.
    #[error("is not known")]
    UnknownMember,
    /// It has more characters, bytes or items than this.
    #[error("must have at most {max} {unit}")]
    TooLong {
        /// The bound.
        max: usize,
        /// `characters`, `bytes` or `items`.
        unit: &'static str,
    },
    /// A number outside these bounds.
    #[error("must be from {min} to {max}")]
    OutOfRange {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// None of these words.
    #[error("must be one of: {}", .0.join(", "))]
    NotOneOf(Vec<String>),
    /// It names the same thing twice.
    #[error("is given twice")]
    Duplicate,
    /// No e-mail address.
    #[error("must be a valid e-mail address")]
    BadEmail,
    /// No phone number.
    #[error("must be a valid phone number")]
    BadPhone,
    /// No country code.
    #[error("must be an ISO 3166-1 alpha-2 country code")]
    BadCountry,
    /// No URL.
    #[error("must be a URL")]
    BadUrl,
    /// No number.
    #[error("must be a number")]
    BadNumber,
    /// No boolean.
    #[error("must be true or false")]
    BadBoolean,
    /// No date.
    #[error("must be a date (YYYY-MM-DD)")]
    BadDate,
    /// No time of day.
    #[error("must be a time (HH:MM)")]
    BadTime,
    /// No instant.
    #[error("must be an instant (RFC 3339)")]
    BadInstant,
    /// A channel value that its kind cannot have.
    #[error("is no valid value for this channel type")]
    BadChannelValue,
    /// A field that does not exist.
    #[error("no field '{0}'")]
    UnknownField(String),
    /// A text that is no option of the field.
    #[error("'{text}' is no option of the field '{field}'")]
    UnknownOption {
        /// The field's name.
        field: String,
        /// What the client wrote.
        text: String,
        /// The values that it could have written.
        options: Vec<String>,
    },
    /// A select field without an option.
    #[error("an option of the field '{field}' is required")]
    MissingOption {
        /// The field's name.
        field: String,
    },
    /// A value without its value.
    #[error("a value for the field '{field}' is required")]
    MissingValue {
        /// The field's name.
        field: String,
    },
    /// A value of the wrong kind for the field.
    #[error("the field '{field}': {kind}")]
    BadValue {
        /// The field's name.
        field: String,
        /// The values that it could have had, for select fields.
        options: Vec<String>,
        /// What is wrong.
        kind: Box<ViolationKind>,
    },
    /// A value that says nothing in the type that its field is to get.
    #[error("{entity} {number} has '{text}': {kind}")]
    Unconvertible {
        /// What has it.
        entity: Entity,
        /// Its number.
        number: u64,
        /// The value as people write it.
        text: String,
        /// Why it does not convert.
        kind: Box<ViolationKind>,
    },
    /// So many more of these, which are not named.
    #[error("so have {0} more")]
    MoreUnconvertible(u64),
    /// A contact that does not exist.
    #[error("no contact '{0}'")]
    UnknownContact(String),
    /// A contact that is to be merged into itself.
    #[error("is the contact that it is to be merged into")]
    SameContact,
    /// A tag that does not exist.
    #[error("no tag '{0}'")]
    UnknownTag(String),
    /// A list that does not exist, or that lists something else.
    #[error("no list '{0}'")]
    UnknownList(String),
    /// A list whose conditions say who is on it.
    #[error("the list '{0}' is made of conditions, so nobody can be put on it or taken off it")]
    DynamicList(String),
    /// A field or a member that is to have an index, when so many have one.
    #[error(
        "there can be {0} filterable fields and members at most, beside fields with options and those that are true or false"
    )]
    TooManyIndexes(u64),
    /// A note that does not exist.
    #[error("no note '{0}'")]
    UnknownNote(String),
    /// A company that does not exist.
    #[error("no company '{0}'")]
    UnknownCompany(String),
    /// A user that does not exist.
    #[error("no user '{0}'")]
    UnknownUser(String),
    /// A team that does not exist.
    #[error("no team '{0}'")]
    UnknownTeam(String),
    /// An inbox that does not exist.
    #[error("no inbox '{0}'")]
    UnknownInbox(String),
    /// A channel type that does not exist.
    #[error("no channel type '{0}'")]
    UnknownChannelType(String),
    /// A channel that this contact does not have.
    #[error("the contact has no channel '{0}'")]
    UnknownChannel(String),
    /// A channel that belongs to another contact.
    #[error("belongs to another contact")]
    ChannelTaken,
    /// An alias that belongs to another contact.
    #[error("is the id of another contact")]
    AliasTaken,
    /// A name or an id that only one record may have, and another one has.
    #[error("belongs to another one")]
    Taken,
    /// The workspace has as many records of this kind as it may have.
    #[error("the workspace may have at most {quota} records of the kind {kind}")]
    QuotaReached {
        /// What they are.
        kind: RecordKind,
        /// How many there may be.
        quota: u64,
    },
    /// It may not be deleted.
    #[error("cannot be deleted")]
    Permanent,
    /// The contact's name, e-mail and phone are owned by an outside system.
    #[error("is locked by '{0}'")]
    Locked(String),
    /// The policy of the key that asks does not allow to change this member.
    #[error("the key's policy protects '{0}'")]
    Protected(String),
    /// It would give more than the key has that asks for it.
    #[error("goes beyond what the key that asks may do itself")]
    BeyondRights,
    /// An undo would overwrite a later change.
    #[error("was changed again since")]
    ChangedSince,
    /// The record is at this revision, which the client did not want to change.
    #[error("the record is at revision {0}")]
    OtherRevision(u64),
    /// It can be read and says nothing that can be carried out; the text says why.
    #[error("{0}")]
    Unusable(String),
    /// The body is no JSON, or not the kind of JSON that is allowed; the text says why.
    #[error("{0}")]
    Malformed(String),
}
