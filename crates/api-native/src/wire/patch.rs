//! What a client writes: a JSON Merge Patch (RFC 7396) of a contact, also for a new one.
//!
//! A member that is absent stays, `null` clears. Objects merge: `name`, `birthday`, `social`, `values` by field
//! key, `aliases` by dialect, `extras` by dialect and member (a member's value is replaced as a whole, whatever
//! it is). Arrays replace. Members that only contactd sets (`id`, `number`, `revision`, `created_at`,
//! `updated_at`, `unconfirmed_at`) are refused, unless they are sent back as they were read.

use api_kit::{Body, decode as read};
use model::{
    BirthdayPart, Change, Dialect, Edit, Flag, InstantMember, ItemRef, Json, NamePart, Network, OptIn, Ref,
    Set, TextMember, Timestamp, ValueWrite, ViolationKind, limits,
};

use super::channel::decode_channels;
use super::company::decode_companies;
use super::value;
use crate::json_patch::SetChange;

type Members = serde_json::Map<String, Json>;

const TEXTS: [(&str, TextMember); 11] = [
    ("salutation", TextMember::Salutation),
    ("job_title", TextMember::JobTitle),
    ("description", TextMember::Description),
    ("remarks", TextMember::Remarks),
    ("location", TextMember::Location),
    ("city", TextMember::City),
    ("state", TextMember::State),
    ("country", TextMember::Country),
    ("website_url", TextMember::WebsiteUrl),
    ("image_url", TextMember::ImageUrl),
    ("locked_by", TextMember::LockedBy),
];

const NAME_PARTS: [(&str, NamePart); 3] =
    [("full", NamePart::Full), ("first", NamePart::First), ("last", NamePart::Last)];

const BIRTHDAY_PARTS: [(&str, BirthdayPart); 3] =
    [("day", BirthdayPart::Day), ("month", BirthdayPart::Month), ("year", BirthdayPart::Year)];

/// Reads a body. Everything that is wrong with it is noted in the change, which is then refused.
pub(crate) fn decode(body: Body) -> Change {
    let mut change = Change::default();
    if matches!(body, Body::Empty) {
        change.refuse("", ViolationKind::Malformed("the body must be a JSON object".to_owned()));
    }
    for (name, json) in &body.object(&mut change) {
        member(name, json, &mut change);
    }
    change
}

fn member(name: &str, json: &Json, change: &mut Change) {
    if let Some((_, member)) = TEXTS.iter().find(|(each, _)| *each == name) {
        let text = read::nullable_text(json).map(|text| text.map(str::to_owned));
        return note(name, text, change, |text| Edit::Text(*member, text));
    }
    match name {
        "name" => names(json, change),
        "birthday" => birthday(json, change),
        "social" => social(json, change),
        "channels" => decode_channels(json, change),
        "companies" => decode_companies(json, change),
        "tags" => note_items(json, name, change, |rows| Edit::Tags(Set::replace(rows))),
        "lists" => note_items(json, name, change, |rows| Edit::Lists(Set::replace(rows))),
        "notes" => notes(json, change),
        "values" => values(json, change),
        "starred" => note(name, read::boolean(json), change, |flag| Edit::Flag(Flag::Starred, flag)),
        "confirmed" => note(name, read::boolean(json), change, |flag| Edit::Flag(Flag::Confirmed, flag)),
        "closed_at" => note(name, instant(json), change, |at| Edit::Instant(InstantMember::ClosedAt, at)),
        "blocked_at" => note(name, instant(json), change, |at| Edit::Instant(InstantMember::BlockedAt, at)),
        "opt_in" => note(name, opt_in(json), change, Edit::OptIn),
        "assigned_user" => note(name, item(json), change, Edit::AssignedUser),
        "assigned_team" => note(name, item(json), change, Edit::AssignedTeam),
        "aliases" => aliases(json, change),
        "extras" => extras(json, change),
        "id" | "number" | "revision" | "created_at" | "updated_at" | "unconfirmed_at" => {
            change.refuse(name, ViolationKind::Immutable);
        }
        _ => change.refuse(name, ViolationKind::UnknownMember),
    }
}

/// Adds the edit, or the violation.
fn note<T>(
    at: impl Into<String>,
    read: Result<T, ViolationKind>,
    change: &mut Change,
    edit: impl FnOnce(T) -> Edit,
) {
    match read {
        Ok(value) => change.push(at, edit(value)),
        Err(kind) => change.refuse(at, kind),
    }
}

/// The items of an array; none for `null`. Nothing when it is neither, or has more than any list of a contact
/// can have, which is then noted.
pub(super) fn items<'j>(json: &'j Json, at: &str, change: &mut Change) -> Option<&'j [Json]> {
    match json {
        Json::Null => Some(&[]),
        Json::Array(rows) if rows.len() <= limits::SET_ITEMS => Some(rows),
        Json::Array(_) => {
            change.refuse(at, ViolationKind::TooLong { max: limits::SET_ITEMS, unit: "items" });
            None
        }
        _ => {
            change.refuse(at, ViolationKind::WrongType("an array or null"));
            None
        }
    }
}

/// An object, or nothing for `null`. An error when it is neither, which is then noted.
fn object<'j>(json: &'j Json, at: &str, change: &mut Change) -> Result<Option<&'j Members>, ()> {
    match json {
        Json::Null => Ok(None),
        Json::Object(members) => Ok(Some(members)),
        _ => {
            change.refuse(at, ViolationKind::WrongType("an object or null"));
            Err(())
        }
    }
}

fn names(json: &Json, change: &mut Change) {
    let Ok(members) = object(json, "name", change) else { return };
    if let Some(members) = members {
        refuse_unknown(members, "name", &NAME_PARTS.map(|(name, _)| name), change);
    }
    for (name, part) in NAME_PARTS {
        let json = members.map_or(Some(&Json::Null), |members| members.get(name));
        if let Some(json) = json {
            let text = read::nullable_text(json).map(|text| text.map(str::to_owned));
            note(format!("name.{name}"), text, change, |text| Edit::Name(part, text));
        }
    }
}

fn birthday(json: &Json, change: &mut Change) {
    let Ok(members) = object(json, "birthday", change) else { return };
    if let Some(members) = members {
        refuse_unknown(members, "birthday", &BIRTHDAY_PARTS.map(|(name, _)| name), change);
    }
    for (name, part) in BIRTHDAY_PARTS {
        let json = members.map_or(Some(&Json::Null), |members| members.get(name));
        if let Some(json) = json {
            let number = read::nullable_integer(json);
            note(format!("birthday.{name}"), number, change, |number| Edit::Birthday(part, number));
        }
    }
}

fn social(json: &Json, change: &mut Change) {
    let Ok(members) = object(json, "social", change) else { return };
    if let Some(members) = members {
        refuse_unknown(members, "social", &Network::ALL.map(Network::as_str), change);
    }
    for network in Network::ALL {
        let json = members.map_or(Some(&Json::Null), |members| members.get(network.as_str()));
        if let Some(json) = json {
            let text = read::nullable_text(json).map(|text| text.map(str::to_owned));
            note(format!("social.{}", network.as_str()), text, change, |text| Edit::Social(network, text));
        }
    }
}

fn refuse_unknown(members: &Members, at: &str, known: &[&str], change: &mut Change) {
    for name in members.keys().filter(|name| !known.contains(&name.as_str())) {
        change.refuse(format!("{at}.{name}"), ViolationKind::UnknownMember);
    }
}

/// Ids of catalog items. Names are not taken: two tags may have the same one.
fn note_items(json: &Json, at: &str, change: &mut Change, edit: impl FnOnce(Vec<(String, ItemRef)>) -> Edit) {
    if let Some(texts) = texts(json, at, change) {
        let item = |(at, text): (String, &str)| (at, ItemRef::id_text(Dialect::Native, text));
        change.push(at, edit(texts.into_iter().map(item).collect()));
    }
}

/// Adds ids to a set and removes ids from it.
pub(crate) fn change_set(set: &SetChange, change: &mut Change) {
    let at = |place: usize| format!("{}.{place}", set.name);
    let removed = || set.removed.iter().map(|id| (set.name.to_owned(), id.as_str()));
    let added = || set.added.iter().map(|(place, id)| (at(*place), id.as_str()));
    let item = |(at, id): (String, &str)| (at, ItemRef::id_text(Dialect::Native, id));
    let note = |(at, id): (String, &str)| (at, Ref::uuid(Dialect::Native, id));
    let edits = match set.name {
        "tags" => [Set::remove(removed().map(item).collect()), Set::add(added().map(item).collect())]
            .map(Edit::Tags),
        "lists" => [Set::remove(removed().map(item).collect()), Set::add(added().map(item).collect())]
            .map(Edit::Lists),
        _ => [Set::remove(removed().map(note).collect()), Set::add(added().map(note).collect())]
            .map(Edit::Notes),
    };
    for edit in edits {
        change.push(set.name, edit);
    }
}

fn notes(json: &Json, change: &mut Change) {
    if let Some(texts) = texts(json, "notes", change) {
        let note = |(at, text): (String, &str)| (at, Ref::uuid(Dialect::Native, text));
        change.push("notes", Edit::Notes(Set::replace(texts.into_iter().map(note).collect())));
    }
}

/// Each text of an array with its place.
fn texts<'j>(json: &'j Json, at: &str, change: &mut Change) -> Option<Vec<(String, &'j str)>> {
    let mut texts = Vec::new();
    for (n, row) in items(json, at, change)?.iter().enumerate() {
        let at = format!("{at}.{n}");
        match read::text(row) {
            Ok(text) => texts.push((at, text)),
            Err(kind) => change.refuse(at, kind),
        }
    }
    Some(texts)
}

fn values(json: &Json, change: &mut Change) {
    let Ok(members) = object(json, "values", change) else { return };
    let set = match members {
        None => Set::replace(Vec::new()),
        Some(members) => Set::add(members.iter().map(value_write).collect()),
    };
    change.push("values", Edit::Values(set, value::read));
}

fn value_write((key, json): (&String, &Json)) -> ValueWrite {
    ValueWrite { at: format!("values.{key}"), field: ItemRef::Key(key.clone()), json: json.clone() }
}

fn instant(json: &Json) -> Result<Option<Timestamp>, ViolationKind> {
    let Some(text) = read::nullable_text(json)? else { return Ok(None) };
    Timestamp::parse_rfc3339(text).map(Some).ok_or(ViolationKind::BadInstant)
}

fn opt_in(json: &Json) -> Result<Option<OptIn>, ViolationKind> {
    match read::nullable_text(json)? {
        None => Ok(None),
        Some("opted_in") => Ok(Some(OptIn::OptedIn)),
        Some("opted_out") => Ok(Some(OptIn::OptedOut)),
        Some(_) => Err(ViolationKind::NotOneOf(vec!["opted_in".to_owned(), "opted_out".to_owned()])),
    }
}

fn item(json: &Json) -> Result<Option<ItemRef>, ViolationKind> {
    Ok(read::nullable_text(json)?.map(|text| ItemRef::id_text(Dialect::Native, text)))
}

fn aliases(json: &Json, change: &mut Change) {
    let Ok(members) = object(json, "aliases", change) else { return };
    let Some(members) = members else {
        for dialect in Dialect::ALL {
            change.push(format!("aliases.{dialect}"), Edit::Aliases(dialect, Vec::new()));
        }
        return;
    };
    for (name, json) in members {
        let at = format!("aliases.{name}");
        let Ok(dialect) = name.parse() else {
            change.refuse(at, ViolationKind::UnknownMember);
            continue;
        };
        let Some(texts) = texts(json, &at, change) else { continue };
        let mut aliases: Vec<String> = Vec::with_capacity(texts.len());
        for (at, text) in texts {
            if aliases.iter().any(|alias| alias == text) {
                change.refuse(at, ViolationKind::Duplicate);
            }
            aliases.push(text.to_owned());
        }
        change.push(at, Edit::Aliases(dialect, aliases));
    }
}

/// Which members a dialect keeps is not known before the change is carried out, so that they can be cleared
/// one by one only.
fn extras(json: &Json, change: &mut Change) {
    let dialects = match read::object(json) {
        Ok(dialects) => dialects,
        Err(kind) => return change.refuse("extras", kind),
    };
    for (name, json) in dialects {
        let at = format!("extras.{name}");
        let Ok(dialect) = name.parse::<Dialect>() else {
            change.refuse(at, ViolationKind::UnknownMember);
            continue;
        };
        match read::object(json) {
            Ok(members) => {
                for (name, json) in members {
                    let value = (!json.is_null()).then(|| json.clone());
                    change.push(format!("{at}.{name}"), Edit::Extra(dialect, name.clone(), value));
                }
            }
            Err(kind) => change.refuse(at, kind),
        }
    }
}
