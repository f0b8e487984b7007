//! Decoding: what a request's body asks to change.

use api_kit::{Body, decode, ignored};
use model::{BirthdayPart, Change, Dialect, Edit, Flag, Json, NamePart, Network, TextMember, ViolationKind};
use serde_json::Map;

use super::{channels, relationships};

/// Most characters of a first name.
const FIRST_NAME_CHARS: usize = 255;
/// Most bytes in the name of a member that is not known; it is kept.
pub(super) const MEMBER_NAME_BYTES: usize = 255;

/// The change that a `POST` asks for.
pub(crate) fn create(body: Body) -> Change {
    let mut change = Change::default();
    if let Some(members) = members(body, &mut change) {
        if !members.contains_key("first_name") {
            change.refuse("first_name", ViolationKind::Missing);
        }
        decode_all(&members, &mut change);
    }
    change
}

// QUIRK(rolodex): PUT is partial for scalars and replaces relationships (Update Contact). Pinned by
// `put_leaves_what_it_does_not_name` and `a_relationship_becomes_exactly_the_set_given`.
/// The change that a `PUT` asks for.
pub(crate) fn update(body: Body) -> Change {
    let mut change = Change::default();
    if let Some(members) = members(body, &mut change) {
        decode_all(&members, &mut change);
    }
    change
}

/// The members of the body's object; no body is no object.
pub(crate) fn members(body: Body, change: &mut Change) -> Option<Map<String, Json>> {
    if let Body::Empty = body {
        change.refuse("", ViolationKind::Malformed("the body must be a JSON object".to_owned()));
        return None;
    }
    let members = body.object(change);
    change.violations.is_empty().then_some(members)
}

fn decode_all(members: &Map<String, Json>, change: &mut Change) {
    for (name, json) in members {
        match name.as_str() {
            // Read-only: a client may send back what it read.
            "id"
            | "full_name"
            | "created_at"
            | "updated_at"
            | "last_team_interaction"
            | "team_members_connected"
            | "workspace_id" => ignored(name),
            "emails" => channels::emails(json, change),
            "phone_numbers" => channels::phone_numbers(json, change),
            "companies" => relationships::companies(json, change),
            "tags" => relationships::tags(json, change),
            "lists" => relationships::lists(json, change),
            "notes" => relationships::notes(json, change),
            "custom_fields" => relationships::custom_fields(json, change),
            _ => match scalar(name, json) {
                Ok(edit) => change.push(name, edit),
                Err(kind) => change.refuse(name, kind),
            },
        }
    }
}

fn scalar(name: &str, json: &Json) -> Result<Edit, ViolationKind> {
    match name {
        "first_name" => first_name(json),
        "last_name" => Ok(Edit::Name(NamePart::Last, nullable_text(json)?)),
        "title" => Ok(Edit::Text(TextMember::JobTitle, nullable_text(json)?)),
        "description" => Ok(Edit::Text(TextMember::Description, nullable_text(json)?)),
        "location" => Ok(Edit::Text(TextMember::Location, nullable_text(json)?)),
        "website_url" => Ok(Edit::Text(TextMember::WebsiteUrl, nullable_text(json)?)),
        "image_url" => Ok(Edit::Text(TextMember::ImageUrl, nullable_text(json)?)),
        "linkedin_slug" => Ok(Edit::Social(Network::Linkedin, nullable_text(json)?)),
        "x_slug" => Ok(Edit::Social(Network::X, nullable_text(json)?)),
        "facebook_slug" => Ok(Edit::Social(Network::Facebook, nullable_text(json)?)),
        "instagram_slug" => Ok(Edit::Social(Network::Instagram, nullable_text(json)?)),
        "youtube_slug" => Ok(Edit::Social(Network::Youtube, nullable_text(json)?)),
        "birthday_day" => Ok(Edit::Birthday(BirthdayPart::Day, decode::nullable_integer(json)?)),
        "birthday_month" => Ok(Edit::Birthday(BirthdayPart::Month, decode::nullable_integer(json)?)),
        "birthday_year" => Ok(Edit::Birthday(BirthdayPart::Year, decode::nullable_integer(json)?)),
        "is_starred" => Ok(Edit::Flag(Flag::Starred, decode::boolean(json)?)),
        // False is what a contact shows that was never asked: writing that back must change nothing.
        "ignore_merge" => Ok(extra(name, decode::boolean(json)?.then_some(Json::Bool(true)))),
        "business_card_image_url" | "manager_id" => Ok(extra(name, nullable_text(json)?.map(Json::String))),
        _ if name.len() > MEMBER_NAME_BYTES => {
            Err(ViolationKind::TooLong { max: MEMBER_NAME_BYTES, unit: "bytes in its name" })
        }
        _ => Ok(extra(name, (!json.is_null()).then(|| json.clone()))),
    }
}

fn nullable_text(json: &Json) -> Result<Option<String>, ViolationKind> {
    Ok(decode::nullable_text(json)?.map(str::to_owned))
}

fn extra(name: &str, json: Option<Json>) -> Edit {
    Edit::Extra(Dialect::Rolodex, name.to_owned(), json)
}

/// A first name: its length is taken without the space around it, but it is kept as written.
fn first_name(json: &Json) -> Result<Edit, ViolationKind> {
    let text = decode::text(json)?;
    match text.trim().chars().count() {
        0 => Err(ViolationKind::Blank),
        1..=FIRST_NAME_CHARS => Ok(Edit::Name(NamePart::First, Some(text.to_owned()))),
        _ => Err(ViolationKind::TooLong { max: FIRST_NAME_CHARS, unit: "characters" }),
    }
}
