//! The contact.

use std::borrow::Cow;

use api_kit::{Body, decode};
use app::App;
use model::{
    Catalog, Change, Dialect, Edit, Flag, Json, Memberships, NamePart, OptIn, TextMember, ViolationKind,
    WorkspaceId,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::channel::{self, ContactChannel, Ids};
use super::group::ContactGroup;
use super::label::Label;
use super::members::tell_others;
use super::value::{self, CustomFieldValue};
use super::{filled, shown_id};

type Members = serde_json::Map<String, Json>;

/// A contact.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Contact<'a> {
    id: Cow<'a, str>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    title: Option<&'a str>,
    notes: Option<&'a str>,
    service_id: String,
    assigned_to_team_id: Option<Cow<'a, str>>,
    assigned_to_user_id: Option<Cow<'a, str>>,
    is_messageable: bool,
    is_confirmed: bool,
    is_starred: bool,
    is_closed: bool,
    avatar_uri: Option<&'a str>,
    optin_status: Option<&'static str>,
    unconfirmed_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
    locked_by_source: Option<&'a str>,
    #[schemars(with = "Option<String>")]
    external_id: Option<&'a Json>,
    last_message: LastMessage,
    channels: Vec<ContactChannel<'a>>,
    custom_field_values: Vec<CustomFieldValue<'a>>,
    labels: Vec<Label<'a>>,
    contact_groups: Vec<ContactGroup<'a>>,
    calendar_events: [(); 0],
}

/// What a contact is shown in.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    catalog: &'a Catalog,
    service: WorkspaceId,
    memberships: Memberships,
}

impl<'a> Context<'a> {
    /// A service, as it is now.
    pub(crate) fn of(app: &App, catalog: &'a Catalog, service: WorkspaceId) -> Self {
        Self { catalog, service, memberships: app.memberships(catalog) }
    }
}

/// Always an object, of nulls: messages are not kept here.
#[derive(Debug, Default, JsonSchema, Serialize)]
struct LastMessage {
    #[schemars(with = "Option<String>")]
    id: Option<()>,
    #[schemars(with = "Option<String>")]
    body: Option<()>,
    #[schemars(with = "Option<i64>")]
    created_at: Option<()>,
}

impl<'a> Contact<'a> {
    pub(crate) fn of(contact: &'a model::Contact, context: &Context<'a>) -> Self {
        let Context { catalog, service, memberships } = context;
        let (catalog, lists) = (*catalog, memberships.of(contact, context.catalog));
        let groups = lists.into_iter().filter_map(|id| catalog.lists.get(id.0));
        let groups = groups.map(|list| ContactGroup::of(list, catalog));
        let team = contact.assigned_team.and_then(|id| catalog.teams.get(id.0));
        let user = contact.assigned_user.and_then(|id| catalog.users.get(id.0));
        let tags = contact.tags.iter().filter_map(|id| catalog.tags.get(id.0));
        let is_reachable = contact.blocked_at.is_none();
        let channels = contact.channels.iter();
        Self {
            id: shown_id(&contact.aliases, contact.id.0),
            first_name: contact.name.first.as_deref(),
            last_name: contact.name.last.as_deref(),
            title: contact.salutation.as_deref(),
            notes: contact.remarks.as_deref(),
            service_id: service.to_string(),
            // Never both, as the vendor promises; the more precise one is shown.
            assigned_to_team_id: team
                .filter(|_| user.is_none())
                .map(|team| shown_id(&team.aliases, team.id.0)),
            assigned_to_user_id: user.map(|user| shown_id(&user.aliases, user.id.0)),
            is_messageable: is_reachable && is_messageable(contact),
            is_confirmed: contact.confirmed,
            is_starred: contact.starred,
            is_closed: contact.closed_at.is_some(),
            avatar_uri: contact.image_url.as_deref(),
            optin_status: contact.opt_in.map(optin_status),
            unconfirmed_at: contact.unconfirmed_at.map(model::Timestamp::seconds),
            created_at: contact.created_at.seconds(),
            updated_at: contact.updated_at.seconds(),
            locked_by_source: contact.locked_by.as_deref(),
            external_id: contact.extras.get(Dialect::Zingle, EXTERNAL_ID),
            last_message: LastMessage::default(),
            channels: channels.map(|channel| ContactChannel::of(channel, is_reachable, catalog)).collect(),
            custom_field_values: value::of(contact, catalog),
            labels: tags.map(Label::of).collect(),
            contact_groups: groups.collect(),
            calendar_events: [],
        }
    }
}

/// QUIRK(zingle): a contact without channels is messageable (`contacts/PUT_update_id.md`, the answer); one
/// whose channels are all blocked is not. Pinned by `put_answers_the_documented_example`.
fn is_messageable(contact: &model::Contact) -> bool {
    let channels = &contact.channels;
    channels.is_empty() || channels.iter().any(|channel| !channel.block_outbound)
}

fn optin_status(state: OptIn) -> &'static str {
    match state {
        OptIn::OptedIn => "opted-in",
        OptIn::OptedOut => "opted-out",
    }
}

const EXTERNAL_ID: &str = "external_id";

/// Reads the body of a request to make a contact. An empty body makes an empty contact.
pub(crate) fn decode_create(body: Body) -> Change {
    let mut change = Change::default();
    let members = body.object(&mut change);
    // The vendor does not say what a new contact is; the answer of its example is confirmed.
    change.push("is_confirmed", Edit::Flag(Flag::Confirmed, true));
    decode_members(&members, Ids::Ignored, &mut change);
    change
}

/// Reads the body of a request to change a contact. What it does not name stays as it is.
pub(crate) fn decode_update(body: Body) -> Change {
    let mut change = Change::default();
    let members = body.object(&mut change);
    decode_members(&members, Ids::Known, &mut change);
    change
}

/// The custom field values come after the texts, so that they win where both write one name.
fn decode_members(members: &Members, ids: Ids, change: &mut Change) {
    decode_flag("is_starred", members, change, |flag| Edit::Flag(Flag::Starred, flag));
    decode_flag("is_confirmed", members, change, |flag| Edit::Flag(Flag::Confirmed, flag));
    decode_flag("is_closed", members, change, Edit::Closed);
    decode_text("notes", members, change, |text| Edit::Text(TextMember::Remarks, text));
    decode_text("first_name", members, change, |text| Edit::Name(NamePart::First, text));
    decode_text("last_name", members, change, |text| Edit::Name(NamePart::Last, text));
    decode_text("title", members, change, |text| Edit::Text(TextMember::Salutation, text));
    decode_text(EXTERNAL_ID, members, change, |text| {
        Edit::Extra(Dialect::Zingle, EXTERNAL_ID.to_owned(), text.map(Json::String))
    });
    if let Some(json) = members.get("custom_field_values").filter(|json| !json.is_null()) {
        value::decode_all(json, change);
    }
    if let Some(json) = members.get("channels") {
        channel::decode_all(json, ids, change);
    }
    tell_others(members, "", |name| MEMBERS.contains(&name));
}

/// What is read of a contact.
const MEMBERS: [&str; 10] = [
    "is_starred",
    "is_confirmed",
    "is_closed",
    "notes",
    "first_name",
    "last_name",
    "title",
    EXTERNAL_ID,
    "custom_field_values",
    "channels",
];

fn decode_flag(name: &str, members: &Members, change: &mut Change, edit: impl Fn(bool) -> Edit) {
    match members.get(name).map(flag) {
        Some(Some(flag)) => change.push(name, edit(flag)),
        Some(None) => change.refuse(name, ViolationKind::BadBoolean),
        None => {}
    }
}

/// QUIRK(zingle): the live service refuses 0 and 1 (comments in the vendor's `ios-sdk`, `ZNGContact.m`).
/// Pinned by `flags_are_booleans_or_their_words`.
pub(super) fn flag(json: &Json) -> Option<bool> {
    match json {
        Json::Bool(flag) => Some(*flag),
        Json::String(word) if word == "true" => Some(true),
        Json::String(word) if word == "false" => Some(false),
        _ => None,
    }
}

fn decode_text(name: &str, members: &Members, change: &mut Change, edit: impl Fn(Option<String>) -> Edit) {
    match members.get(name).map(decode::nullable_text) {
        Some(Ok(text)) => change.push(name, edit(filled(text))),
        Some(Err(kind)) => change.refuse(name, kind),
        None => {}
    }
}
