//! The contact as the vendor shows it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use app::{Compat, View};
use model::{Catalog, ChannelKind, Dialect, FieldType, Json, Timestamp};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::channel::Channel;
use super::item::shown;
use super::team::Team;
use super::{BSUID, FUNNEL_ID, SOURCE, Types, WHATSAPP, value};
use crate::page::Found;

/// The dashboard that `href` and `conversationHref` point at.
const DASHBOARD: &str = "https://dash.callbell.eu";
/// The sources whose contacts have a channel of the same word.
const SOCIAL_SOURCES: [&str; 3] = ["facebook", "instagram", "telegram"];
/// The source of contacts that nothing else is known of.
const WEBCHAT: &str = "webchat";
/// A page of contacts.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Contacts<'a> {
    contacts: Vec<Contact<'a>>,
    meta: ContactsMeta<'a>,
}

#[derive(Debug, JsonSchema, Serialize)]
struct ContactsMeta<'a> {
    page: u64,
    pages: u64,
    next: Option<&'a str>,
}

impl<'a> Contacts<'a> {
    /// Encodes a page.
    pub(crate) fn of(found: &'a Found, types: Types) -> Self {
        let encode = |contact| Contact::of(contact, &found.list.catalog, types);
        Self {
            contacts: found.list.contacts.iter().map(|contact| encode(contact)).collect(),
            meta: ContactsMeta { page: found.number, pages: found.pages, next: found.next.as_deref() },
        }
    }
}

/// One contact.
///
/// QUIRK(callbell): the pages show an array of one, the live service answers with an object. Pages: GET and
/// PATCH /contacts/:uuid, POST /contacts. Test: `compat_chooses_between_array_and_object`.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(untagged)]
pub(crate) enum Single<'a> {
    /// As the pages show it.
    Documented { contact: Box<[Contact<'a>; 1]> },
    /// As the live service answers.
    Observed(Object<'a>),
}

/// One contact where both the pages and the live service have an object.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "ContactObject")]
pub(crate) struct Object<'a> {
    contact: Box<Contact<'a>>,
}

impl<'a> Object<'a> {
    /// Encodes a contact.
    pub(crate) fn of(view: &'a View) -> Self {
        Self::with(view, Types::Hidden)
    }

    fn with(view: &'a View, types: Types) -> Self {
        Self { contact: Box::new(Contact::of(&view.contact, &view.catalog, types)) }
    }
}

impl<'a> Single<'a> {
    /// Encodes a contact in the shape that the key gets.
    pub(crate) fn of(view: &'a View, compat: Compat, types: Types) -> Self {
        match compat {
            Compat::Documented => {
                let contact = Contact::of(&view.contact, &view.catalog, types);
                Self::Documented { contact: Box::new([contact]) }
            }
            Compat::Observed => Self::Observed(Object::with(view, types)),
        }
    }
}

/// A contact.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Contact<'a> {
    uuid: Cow<'a, str>,
    name: Option<&'a str>,
    phone_number: Option<&'a str>,
    avatar_url: Option<&'a str>,
    blocked_at: Option<String>,
    created_at: String,
    source: &'a str,
    funnel_id: Option<&'a Json>,
    closed_at: Option<String>,
    href: String,
    conversation_href: String,
    tags: Vec<&'a str>,
    assigned_user: Option<&'a str>,
    #[schemars(with = "BTreeMap<String, String>")]
    custom_fields: Members<'a, Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "BTreeMap<String, FieldValue>")]
    custom_fields_metadata: Option<Members<'a, FieldValue>>,
    team: Team<'a>,
    channel: Channel<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bsuid: Option<&'a Json>,
    note: Option<&'a str>,
}

impl<'a> Contact<'a> {
    fn of(contact: &'a model::Contact, catalog: &'a Catalog, types: Types) -> Self {
        let uuid = shown(&contact.aliases, || contact.id.hex());
        let extra = |name| contact.extras.get(Dialect::Callbell, name);
        let instant = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339_seconds);
        let user = contact.assigned_user.and_then(|id| catalog.users.get(id.0));
        Self {
            name: contact.name.full.as_deref(),
            phone_number: contact.primary(&ChannelKind::Phone).map(|channel| channel.raw.as_str()),
            avatar_url: contact.image_url.as_deref(),
            blocked_at: instant(contact.blocked_at),
            created_at: contact.created_at.to_rfc3339_seconds(),
            source: extra(SOURCE).and_then(Json::as_str).unwrap_or_else(|| source(contact)),
            funnel_id: extra(FUNNEL_ID),
            closed_at: instant(contact.closed_at),
            href: format!("{DASHBOARD}/contacts/{uuid}"),
            // The vendor numbers conversations by themselves; here each contact has one, with its id.
            conversation_href: format!("{DASHBOARD}/chat/{}", contact.id.hex()),
            tags: contact.tags.iter().filter_map(|id| Some(catalog.tags.get(id.0)?.name.as_str())).collect(),
            assigned_user: user.map(|user| user.email.as_str()),
            custom_fields: custom_fields(contact, catalog),
            custom_fields_metadata: (types == Types::Shown).then(|| metadata(contact, catalog)),
            team: Team::of_contact(contact, catalog),
            channel: Channel::of_contact(contact, catalog),
            bsuid: extra(BSUID),
            note: contact.remarks.as_deref(),
            uuid,
        }
    }
}

/// Where a contact came from that did not come through this dialect.
fn source(contact: &model::Contact) -> &str {
    if contact.primary(&ChannelKind::Phone).is_some() {
        return WHATSAPP;
    }
    let mut words = contact.channels.iter().map(|channel| channel.kind.as_str());
    words.find(|word| SOCIAL_SOURCES.contains(word)).unwrap_or(WEBCHAT)
}

/// The values of the custom fields that the contact has, in the order of the fields.
fn custom_fields<'a>(contact: &'a model::Contact, catalog: &'a Catalog) -> Members<'a, Cow<'a, str>> {
    let shown = catalog.custom_fields().filter_map(|field| {
        let value = contact.values.get(&field.id)?;
        Some((field.name.as_str(), value::show(value, field, catalog)?))
    });
    Members(shown.collect())
}

/// All custom fields with their types; `null` where the contact has no value.
fn metadata<'a>(contact: &model::Contact, catalog: &'a Catalog) -> Members<'a, FieldValue> {
    let shown = catalog.custom_fields().map(|field| {
        let value = contact.values.get(&field.id);
        let has_options = matches!(field.kind, FieldType::SingleSelect | FieldType::MultiSelect);
        let value = FieldValue {
            value: value.map_or(Json::Null, |value| value::metadata(value, field, catalog)),
            word: value::type_word(field.kind),
            options: has_options.then(|| value::options(field)),
        };
        (field.name.as_str(), value)
    });
    Members(shown.collect())
}

/// Members by name, in order.
#[derive(Debug)]
struct Members<'a, T>(Vec<(&'a str, T)>);

impl<T: Serialize> Serialize for Members<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// A custom field of a contact with its type.
#[derive(Debug, JsonSchema, Serialize)]
struct FieldValue {
    value: Json,
    #[serde(rename = "type")]
    word: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Vec<String>>,
}
