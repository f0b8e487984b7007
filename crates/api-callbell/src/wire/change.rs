//! What the bodies of POST and PATCH ask for.

use api_kit::{Body, decode, ignored};
use model::{
    Catalog, Change, ChannelKind, ChannelWrite, Dialect, Edit, ItemRef, Json, NamePart, Set, TextMember,
    ValueWrite, ViolationKind,
};
use serde_json::Map;

use super::{BOT_STATUS, BSUID, CHANNEL_UUID, FUNNEL_ID, SOURCE, WHATSAPP, reference, value};

/// Most characters of a note.
const NOTE_CHARS: usize = 1000;
/// Most characters of a source: it becomes the kind of a channel.
const SOURCE_CHARS: usize = 50;

/// The words for the bot. There is none, so they are only kept.
pub(super) const BOT_WORDS: [&str; 2] = ["bot_start", "bot_end"];

/// Members that a body may carry without effect: those that only POST takes, and those of the contact as it is
/// shown, which clients send back.
///
/// QUIRK(callbell): scripts older than 2023-03-03 still send `phone_number`, which the vendor ignores since.
/// Page: PATCH /contacts/:uuid. Test: `members_that_cannot_be_updated_are_ignored`.
const WITHOUT_EFFECT: [&str; 19] = [
    "uuid",
    BSUID,
    "phone_number",
    "phoneNumber",
    "identifier",
    SOURCE,
    CHANNEL_UUID,
    "channel",
    "team",
    "assignedUser",
    "customFields",
    "customFieldsMetadata",
    "avatarUrl",
    "createdAt",
    "closedAt",
    "blockedAt",
    FUNNEL_ID,
    "href",
    "conversationHref",
];

/// Decodes `POST /contacts`.
pub(crate) fn create(body: Body, catalog: &Catalog) -> Change {
    let mut change = Change::default();
    let mut members = body.object(&mut change);
    if change.violations.is_empty() {
        origin(&mut change, &members);
        if let Some(json) = members.get(CHANNEL_UUID) {
            inbox(&mut change, json, catalog);
        }
        members.retain(|name, _| !["identifier", SOURCE, CHANNEL_UUID].contains(&name.as_str()));
        shared(&mut change, members);
    }
    change
}

/// Decodes `PATCH /contacts/:uuid`.
pub(crate) fn update(body: Body) -> Change {
    let mut change = Change::default();
    let members = body.object(&mut change);
    shared(&mut change, members);
    change
}

/// The members that both take.
fn shared(change: &mut Change, members: Map<String, Json>) {
    let mut unassigns = false;
    for (name, json) in members {
        let read = match name.as_str() {
            "name" => text(&json).map(|name| Some(Edit::Name(NamePart::Full, Some(name)))),
            "tags" => tags(&json).map(Some),
            "custom_fields" => custom_fields(json).map(Some),
            "assigned_user" => assigned_user(&json).map(Some),
            "unassign_user" => boolean(&json).map(|flag| {
                unassigns |= flag;
                None
            }),
            "team_uuid" => {
                text(&json).map(|team| Some(Edit::AssignedTeam(Some(ItemRef::Id(reference(&team))))))
            }
            BOT_STATUS => bot_status(&json).map(Some),
            "note" => note(&json).map(Some),
            name if WITHOUT_EFFECT.contains(&name) => {
                ignored(name);
                Ok(None)
            }
            // Ignored by the vendor, but nothing that was accepted is lost.
            name => Ok(Some(Edit::Extra(
                Dialect::Callbell,
                name.to_owned(),
                (!json.is_null()).then(|| json.clone()),
            ))),
        };
        match read {
            Ok(Some(edit)) => change.push(name, edit),
            Ok(None) => {}
            Err(kind) => change.refuse(name, kind),
        }
    }
    if unassigns {
        // Last, so that it wins over `assigned_user`.
        change.push("unassign_user", Edit::AssignedUser(None));
    }
}

/// Where a new contact came from, who it is there, and its name, which may be empty: all are required.
fn origin(change: &mut Change, members: &Map<String, Json>) {
    let source = required(change, members, SOURCE);
    let identifier = required(change, members, "identifier");
    if !members.contains_key("name") {
        change.refuse("name", ViolationKind::Missing);
    }
    let Some(source) = source else { return };
    if source.chars().count() > SOURCE_CHARS {
        return change.refuse(SOURCE, ViolationKind::TooLong { max: SOURCE_CHARS, unit: "characters" });
    }
    change.push(SOURCE, Edit::Extra(Dialect::Callbell, SOURCE.to_owned(), Some(source.clone().into())));
    if let Some(identifier) = identifier {
        let mut channel = ChannelWrite::new("identifier", kind(&source), identifier);
        channel.exclusive = true;
        change.push("identifier", Edit::MergeChannels(vec![channel]));
    }
}

/// The kind of the channel that contacts of a source have.
fn kind(source: &str) -> ChannelKind {
    match source.trim().to_lowercase().as_str() {
        WHATSAPP | "sms" => ChannelKind::Phone,
        word => word.into(),
    }
}

fn required(change: &mut Change, members: &Map<String, Json>, name: &str) -> Option<String> {
    match members.get(name) {
        None | Some(Json::Null) => change.refuse(name, ViolationKind::Missing),
        Some(json) => match text(json) {
            Ok(text) if text.trim().is_empty() => change.refuse(name, ViolationKind::Blank),
            Ok(text) => return Some(text),
            Err(kind) => change.refuse(name, kind),
        },
    }
    None
}

/// The workspace's own end of the conversation.
fn inbox(change: &mut Change, json: &Json, catalog: &Catalog) {
    match text(json) {
        Ok(text) => {
            let inbox = reference(&text);
            if catalog.inboxes.find(&ItemRef::Id(inbox.clone())).is_none() {
                return change.refuse(CHANNEL_UUID, ViolationKind::UnknownInbox(text));
            }
            let extra = Edit::Extra(Dialect::Callbell, CHANNEL_UUID.to_owned(), Some(inbox.text.into()));
            change.push(CHANNEL_UUID, extra);
        }
        Err(kind) => change.refuse(CHANNEL_UUID, kind),
    }
}

/// A text that is not null.
fn text(json: &Json) -> Result<String, ViolationKind> {
    json.as_str().map(str::to_owned).ok_or(ViolationKind::WrongType("a string"))
}

fn boolean(json: &Json) -> Result<bool, ViolationKind> {
    json.as_bool().ok_or(ViolationKind::WrongType("a boolean"))
}

/// The whole list of tags, in this order.
///
/// QUIRK(callbell): the table speaks of comma separated values, the examples are arrays; both are taken.
/// Page: PATCH /contacts/:uuid. Test: `tags_are_taken_as_a_comma_list_too`.
fn tags(json: &Json) -> Result<Edit, ViolationKind> {
    let names: Vec<String> = match json {
        Json::String(list) => {
            list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
        }
        Json::Array(names) => names
            .iter()
            .map(|name| name.as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .ok_or(ViolationKind::WrongType("an array of strings"))?,
        _ => return Err(ViolationKind::WrongType("an array")),
    };
    let item = |(n, name): (usize, String)| (format!("tags.{n}"), ItemRef::NameAnyCase(name));
    Ok(Edit::Tags(Set::replace(names.into_iter().enumerate().map(item).collect())))
}

/// Values by the exact names of their fields; the other fields keep theirs.
fn custom_fields(json: Json) -> Result<Edit, ViolationKind> {
    let Json::Object(values) = json else { return Err(ViolationKind::WrongType("an object")) };
    let write =
        |(name, json)| ValueWrite { at: format!("custom_fields.{name}"), field: ItemRef::Name(name), json };
    Ok(Edit::Values(Set::add(values.into_iter().map(write).collect()), value::read))
}

/// A user by e-mail address, or nobody.
fn assigned_user(json: &Json) -> Result<Edit, ViolationKind> {
    let email = decode::nullable_text(json)?;
    Ok(Edit::AssignedUser(email.map(|email| ItemRef::NameAnyCase(email.to_owned()))))
}

/// What is asked of the bot.
pub(super) fn bot_status(json: &Json) -> Result<Edit, ViolationKind> {
    match json.as_str() {
        Some(word) if BOT_WORDS.contains(&word) => {
            Ok(Edit::Extra(Dialect::Callbell, BOT_STATUS.to_owned(), Some(json.clone())))
        }
        _ => Err(ViolationKind::NotOneOf(BOT_WORDS.map(str::to_owned).to_vec())),
    }
}

/// A text, or nothing: an empty one clears it.
fn note(json: &Json) -> Result<Edit, ViolationKind> {
    let note = decode::nullable_text(json)?.filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > NOTE_CHARS) {
        return Err(ViolationKind::TooLong { max: NOTE_CHARS, unit: "characters" });
    }
    Ok(Edit::Text(TextMember::Remarks, note.map(str::to_owned)))
}
