//! Violations as entries of a problem's `errors`.

use std::fmt;

use model::{Violation, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use crate::json_patch::Fault;

/// One reason, and the member that it concerns; the whole body when that is empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, JsonSchema, Serialize)]
#[schemars(rename = "Violation")]
pub(super) struct Refused {
    member: String,
    code: &'static str,
    message: String,
}

impl From<&Violation> for Refused {
    fn from(violation: &Violation) -> Self {
        Self {
            member: violation.at.clone(),
            code: code(&violation.kind),
            message: message(&violation.at, &violation.kind),
        }
    }
}

impl Refused {
    /// An operation of a JSON Patch that cannot be carried out.
    pub(super) fn operation(place: usize, fault: Fault) -> Self {
        let (code, message) = match fault {
            Fault::TestFailed => ("test_failed", "the value is another one"),
            Fault::NoSuchPlace => ("no_such_place", "its path points nowhere"),
            Fault::NoSuchSource => ("no_such_place", "its 'from' points nowhere"),
            Fault::IntoItself => ("into_itself", "a value cannot be moved into itself"),
            Fault::Immutable => ("immutable", "it changes what cannot be changed"),
            Fault::TooLarge => ("too_long", "it makes the record too large or nests it too deep"),
        };
        Self { member: place.to_string(), code, message: message.to_owned() }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.member.as_str() {
            "" => f.write_str(&self.message),
            member => write!(f, "{member}: {}", self.message),
        }
    }
}

/// The stable word for a kind of violation.
fn code(kind: &ViolationKind) -> &'static str {
    match kind {
        ViolationKind::WrongType(_) => "wrong_type",
        ViolationKind::Missing => "missing",
        ViolationKind::Blank => "blank",
        ViolationKind::NotNullable => "not_nullable",
        ViolationKind::Immutable => "immutable",
        ViolationKind::UnknownMember => "unknown_member",
        ViolationKind::TooLong { .. } => "too_long",
        ViolationKind::OutOfRange { .. } => "out_of_range",
        ViolationKind::NotOneOf(_) => "not_one_of",
        ViolationKind::Duplicate => "duplicate",
        ViolationKind::BadEmail => "bad_email",
        ViolationKind::BadPhone => "bad_phone",
        ViolationKind::BadCountry => "bad_country",
        ViolationKind::BadUrl => "bad_url",
        ViolationKind::BadNumber => "bad_number",
        ViolationKind::BadBoolean => "bad_boolean",
        ViolationKind::BadDate => "bad_date",
        ViolationKind::BadTime => "bad_time",
        ViolationKind::BadInstant => "bad_instant",
        ViolationKind::BadChannelValue => "bad_channel_value",
        ViolationKind::UnknownField(_) => "unknown_field",
        ViolationKind::UnknownOption { .. } => "unknown_option",
        ViolationKind::MissingOption { .. } => "missing_option",
        ViolationKind::MissingValue { .. } => "missing_value",
        ViolationKind::BadValue { kind, .. } => code(kind),
        ViolationKind::Unconvertible { .. } | ViolationKind::MoreUnconvertible(_) => "unconvertible",
        ViolationKind::UnknownContact(_) => "unknown_contact",
        ViolationKind::SameContact => "same_contact",
        ViolationKind::UnknownTag(_) => "unknown_tag",
        ViolationKind::UnknownList(_) => "unknown_list",
        ViolationKind::DynamicList(_) => "dynamic_list",
        ViolationKind::UnknownNote(_) => "unknown_note",
        ViolationKind::UnknownCompany(_) => "unknown_company",
        ViolationKind::UnknownUser(_) => "unknown_user",
        ViolationKind::UnknownTeam(_) => "unknown_team",
        ViolationKind::UnknownInbox(_) => "unknown_inbox",
        ViolationKind::UnknownChannelType(_) => "unknown_channel_type",
        ViolationKind::UnknownChannel(_) => "unknown_channel",
        ViolationKind::ChannelTaken => "channel_taken",
        ViolationKind::AliasTaken => "alias_taken",
        ViolationKind::Taken => "taken",
        ViolationKind::QuotaReached { .. } | ViolationKind::TooManyIndexes(_) => "quota_reached",
        ViolationKind::Permanent => "permanent",
        ViolationKind::Locked(_) => "locked",
        ViolationKind::Protected(_) => "protected",
        ViolationKind::BeyondRights => "beyond_rights",
        ViolationKind::ChangedSince => "changed_since",
        ViolationKind::OtherRevision(_) => "other_revision",
        ViolationKind::Unusable(_) => "unusable",
        ViolationKind::Malformed(_) => "malformed",
    }
}

/// What a person reads: the model's words, with advice where they alone do not help.
fn message(at: &str, kind: &ViolationKind) -> String {
    match kind {
        ViolationKind::Immutable if at.ends_with(".raw") => {
            "does not belong to this value; leave it out to change the value".to_owned()
        }
        ViolationKind::OtherRevision(0) => "there is no such record yet".to_owned(),
        ViolationKind::Immutable => "cannot be changed; leave it out".to_owned(),
        ViolationKind::UnknownField(key) => format!("no custom field has the key '{key}'"),
        ViolationKind::UnknownContact(text) => by_id("contact", text),
        ViolationKind::UnknownTag(text) => by_id("tag", text),
        ViolationKind::UnknownList(text) => by_id("list", text),
        ViolationKind::UnknownNote(text) => by_id("note", text),
        ViolationKind::UnknownCompany(text) => by_id("company", text),
        ViolationKind::UnknownTeam(text) => by_id("team", text),
        ViolationKind::UnknownOption { options, .. } => {
            format!("{kind}; its options: {}", options.join(", "))
        }
        ViolationKind::BadValue { kind, .. } => message(at, kind),
        _ => kind.to_string(),
    }
}

/// Names are no ids: two records may share one.
fn by_id(what: &str, text: &str) -> String {
    format!("no {what} has the id '{text}'; give its id, for a name can belong to several")
}
