//! Tags: what requests ask of one, how answers show it, and the extension by which writes of contacts take them.

use api_kit::{Body, decode};
use model::color::is_color;
use model::{Catalog, Change, Dialect, Edit, Extras, ItemRef, Json, Ref, Set, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::contact::shown_id;
use super::members::{Members, Unknown};
use crate::Error;

/// What a tag can be for.
const KINDS: [&str; 2] = ["case", "contact"];
/// What a tag is for that does not say.
const USUAL_KIND: &str = "contact";
/// The extra member that keeps what a tag is for, where that is not the usual.
const KIND: &str = "type";

/// Members of answers that writes do not take.
const READ_ONLY: [&str; 4] = ["id", "userId", "user", "dateCreated"];

/// What a request asks to make of a tag; `None` leaves a member alone.
pub(crate) struct Asked {
    pub(crate) name: Option<String>,
    color: Option<Option<String>>,
    kinds: Vec<&'static str>,
    unknown: Unknown,
}

impl Asked {
    /// What a `POST` asks: `type` and `name` must be there.
    pub(crate) fn create(body: Body) -> Result<Self, Error> {
        Self::read(body, &["type", "name"])
    }

    /// What a `PUT` asks: `type` must be there.
    pub(crate) fn update(body: Body) -> Result<Self, Error> {
        Self::read(body, &["type"])
    }

    fn read(body: Body, required: &[&str]) -> Result<Self, Error> {
        let mut members = Members::read(body);
        members.require(required);
        let name = members.name("name");
        let color = members.get("color", color);
        let kinds = members.get("type", kinds).unwrap_or_default();
        members.ignore(&READ_ONLY);
        Ok(Self { name, color, kinds, unknown: members.finish()? })
    }

    /// Writes it into a tag.
    pub(crate) fn apply(&self, tag: &mut model::Tag) {
        if let Some(name) = &self.name {
            tag.name.clone_from(name);
        }
        if let Some(color) = &self.color {
            tag.background_color.clone_from(color);
        }
        let kinds = (self.kinds != [USUAL_KIND]).then(|| Json::from(self.kinds.clone()));
        tag.extras.set(Dialect::Acquire, KIND, kinds);
        self.unknown.keep(&mut tag.extras);
    }
}

fn color(json: &Json) -> Result<Option<String>, ViolationKind> {
    match decode::nullable_text(json)? {
        Some(text) if !is_color(text) => Err(ViolationKind::WrongType("a color such as #C034EB, or null")),
        text => Ok(text.map(str::to_owned)),
    }
}

fn kinds(json: &Json) -> Result<Vec<&'static str>, ViolationKind> {
    let mut kinds = Vec::new();
    for item in decode::array(json)? {
        let known = KINDS.into_iter().find(|kind| item.as_str() == Some(*kind));
        let kind = known.ok_or_else(|| ViolationKind::NotOneOf(KINDS.map(str::to_owned).to_vec()))?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if kinds.is_empty() { Err(ViolationKind::Blank) } else { Ok(kinds) }
}

/// A tag as a contact's relation shows it.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ContactTag")]
pub(crate) struct Tag<'a> {
    id: u64,
    name: &'a str,
    color: Option<&'a str>,
    #[serde(rename = "type")]
    kind: Vec<&'a str>,
}

/// A tag as its own endpoints show it. Who made it is not kept.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Tag", transform = super::selectable)]
pub(crate) struct Detail<'a> {
    #[serde(flatten)]
    tag: Tag<'a>,
    user_id: Option<u64>,
    date_created: String,
    /// Absent in the answer to a get.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Option<()>>,
}

impl<'a> Tag<'a> {
    fn of(tag: &'a model::Tag) -> Self {
        Self {
            id: shown_id(&tag.aliases, tag.number),
            name: &tag.name,
            color: tag.background_color.as_deref(),
            kind: shown_kinds(&tag.extras),
        }
    }
}

impl<'a> Detail<'a> {
    /// A tag as a get shows it: without its user.
    pub(crate) fn of(tag: &'a model::Tag) -> Self {
        Self {
            tag: Tag::of(tag),
            user_id: None,
            date_created: tag.created_at.to_rfc3339_millis(),
            user: None,
        }
    }

    /// A tag as lists and writes show it.
    pub(crate) fn with_user(tag: &'a model::Tag) -> Self {
        Self { user: Some(None), ..Self::of(tag) }
    }
}

fn shown_kinds(extras: &Extras) -> Vec<&str> {
    let kinds = extras.get(Dialect::Acquire, KIND).and_then(Json::as_array);
    kinds.map_or_else(|| vec![USUAL_KIND], |kinds| kinds.iter().filter_map(Json::as_str).collect())
}

/// A contact's tags.
pub(crate) fn of<'a>(contact: &model::Contact, catalog: &'a Catalog) -> Vec<Tag<'a>> {
    contact.tags.iter().filter_map(|id| catalog.tags.get(id.0)).map(Tag::of).collect()
}

/// Reads `tags`: ids, names, or objects with `id`, which replace those that the contact has.
pub(crate) fn decode(json: &Json, change: &mut Change) {
    let items = match decode::array(json) {
        Ok(items) => items,
        Err(kind) => return change.refuse("tags", kind),
    };
    let mut tags = Vec::new();
    for (n, item) in items.iter().enumerate() {
        match tag(item) {
            Ok(tag) => tags.push((format!("tags.{n}"), tag)),
            Err((member, kind)) => change.refuse(format!("tags.{n}{member}"), kind),
        }
    }
    change.push("tags", Edit::Tags(Set::replace(tags)));
}

fn tag(item: &Json) -> Result<ItemRef, (&'static str, ViolationKind)> {
    const ID: ViolationKind = ViolationKind::WrongType("an integer");
    let by_id = |text: &str| ItemRef::Id(Ref::number(Dialect::Acquire, text));
    match item {
        Json::Object(members) => {
            let id = members.get("id").ok_or((".id", ViolationKind::Missing))?;
            super::id_text(id).map(|text| by_id(&text)).ok_or((".id", ID))
        }
        _ => match (super::id_text(item), item.as_str()) {
            (Some(text), _) => Ok(by_id(&text)),
            (None, Some(name)) => Ok(ItemRef::NameAnyCase(name.to_owned())),
            (None, None) => Err(("", ViolationKind::WrongType("an id, a name, or an object with an id"))),
        },
    }
}
