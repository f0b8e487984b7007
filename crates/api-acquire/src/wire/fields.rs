//! The object `fields`: system keys and custom keys, merged by key on writing.
//!
//! Acquire stores one row per key, so a key that was cleared still shows, as `null` or `""`, and one that was
//! never set does not. Where the record cannot say so itself, a marker does: the extra member `fields.<key>`.
//! It counts only while the record has no value, which another dialect may have given it since.

use std::borrow::Cow;

use api_kit::ignored;
use model::{
    Catalog, Change, ChannelKind, ChannelWrite, Contact, Dialect, Edit, Field, ItemRef, Json, NamePart, Set,
    TextMember, ValueWrite,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::{Serialize, SerializeMap, Serializer};

use serde_json::json;

use super::country::Country;
use super::value::{self, Shown};
use super::{country, scalar};
use crate::condition::Cell;

/// The keys that every account has; a custom field that shares one of them is not shown.
const SYSTEM: [&str; 8] = ["name", "email", "phone", "city", "state", "country", "countryId", "ip"];

/// The marker of a key that was set to `null`.
const NULL: &str = "null";

/// The name of a key's marker.
fn marker_name(key: &str) -> String {
    format!("fields.{key}")
}

/// Whether an extra member's name is one that `fields` uses.
pub(crate) fn is_reserved(name: &str) -> bool {
    name == "ip" || name == "countryId" || name.starts_with("fields.")
}

/// Reads one key; `at` is the member of the request that holds it.
pub(crate) fn decode(at: &str, key: &str, json: &Json, change: &mut Change) {
    // Derived from `countryId`; clients put back what they got.
    if key == "country" {
        return ignored(at);
    }
    if !SYSTEM.contains(&key) {
        return custom(at, key, json, change);
    }
    match scalar(json) {
        Ok(text) => system(at, key, text, change),
        Err(kind) => change.refuse(at, kind),
    }
}

fn system(at: &str, key: &str, text: Option<String>, change: &mut Change) {
    let mut marker = text.is_none().then(|| NULL.to_owned());
    match key {
        "name" => change.push(at, Edit::Name(NamePart::Full, text)),
        "city" => change.push(at, Edit::Text(TextMember::City, text)),
        "state" => change.push(at, Edit::Text(TextMember::State, text)),
        "ip" => change.push(at, extra(key, text)),
        "countryId" => marker = country_id(at, text, change).or(marker),
        "email" => marker = channel(at, ChannelKind::Email, text, change).or(marker),
        _ => marker = channel(at, ChannelKind::Phone, text, change).or(marker),
    }
    change.push(at, extra(&marker_name(key), marker));
}

/// Writes the first channel of a kind; gives the marker of a text that is no channel.
fn channel(at: &str, kind: ChannelKind, text: Option<String>, change: &mut Change) -> Option<String> {
    // QUIRK(acquire): a phone is free text, never refused for its format (contact examples of
    // rest-apis/customer); white space alone is kept too. Test: phone_is_stored_as_sent.
    let is_no_channel =
        |text: &str| text.is_empty() || (kind == ChannelKind::Phone && text.trim().is_empty());
    let (write, marker) = match text {
        None => (None, None),
        Some(text) if is_no_channel(&text) => (None, Some(text)),
        Some(text) => (Some(ChannelWrite::new(at, kind.clone(), text)), None),
    };
    change.push(at, Edit::PrimaryChannel(kind, write));
    marker
}

/// Writes the country: a known number as the record's country, another one as an extra member.
fn country_id(at: &str, text: Option<String>, change: &mut Change) -> Option<String> {
    let (code, other, marker) = match text {
        None => (None, None, None),
        Some(text) if text.is_empty() => (None, None, Some(text)),
        Some(text) => match country::by_id(&text) {
            Some(country) => (Some(country.cca2.to_owned()), None, None),
            None => (None, Some(text), None),
        },
    };
    change.push(at, Edit::Text(TextMember::Country, code));
    change.push(at, extra("countryId", other));
    marker
}

fn custom(at: &str, key: &str, json: &Json, change: &mut Change) {
    let write = ValueWrite { at: at.to_owned(), field: ItemRef::Key(key.to_owned()), json: json.clone() };
    change.push(at, Edit::Values(Set::add(vec![write]), value::read));
    let marker = match json {
        Json::Null => Some(NULL.to_owned()),
        Json::String(text) if text.is_empty() => Some(String::new()),
        _ => None,
    };
    change.push(at, extra(&marker_name(key), marker));
}

fn extra(name: &str, text: Option<String>) -> Edit {
    Edit::Extra(Dialect::Acquire, name.to_owned(), text.map(Json::String))
}

/// `fields` of a contact: custom keys are beside those of every account.
impl JsonSchema for Fields<'_> {
    fn schema_name() -> Cow<'static, str> {
        "ContactFields".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let country = generator.subschema_for::<Option<Country>>();
        let text = || json!({"type": ["string", "null"]});
        json_schema!({
            "type": "object",
            "properties": {
                "name": text(),
                "email": text(),
                "phone": text(),
                "city": text(),
                "state": text(),
                "ip": text(),
                "country": country,
                "countryId": text(),
                "calling_code": {"type": "string"},
                "contact_country_flag": {"type": "string"},
            },
            "additionalProperties": value::schema(),
        })
    }
}

/// `fields` of a contact.
pub(crate) struct Fields<'a> {
    contact: &'a Contact,
    catalog: &'a Catalog,
    has_country_codes: bool,
}

/// The custom field that this key shows, if it is none of Acquire's own.
pub(crate) fn custom_field<'c>(catalog: &'c Catalog, key: &str) -> Option<&'c Field> {
    catalog.custom_fields().find(|field| field.key == key).filter(|_| !SYSTEM.contains(&key))
}

/// The keys that conditions can name: Acquire's own, and the custom ones.
pub(crate) fn keys(catalog: &Catalog) -> impl Iterator<Item = &str> {
    let own = SYSTEM.into_iter().filter(|key| *key != "country");
    let custom = catalog.custom_fields().map(|field| field.key.as_str());
    own.chain(custom.filter(|key| !SYSTEM.contains(key)))
}

impl<'a> Fields<'a> {
    /// `fields` of a contact, and the catalog that its values refer to.
    pub(crate) fn of(contact: &'a Contact, catalog: &'a Catalog) -> Self {
        Self { contact, catalog, has_country_codes: false }
    }

    /// The same with what search results have of the country besides.
    pub(crate) fn with_country_codes(contact: &'a Contact, catalog: &'a Catalog) -> Self {
        Self { has_country_codes: true, ..Self::of(contact, catalog) }
    }

    /// The values of a key, as conditions see them; what is `null` is none.
    pub(crate) fn cells(&self, key: &str) -> Vec<Cell<'static>> {
        let text = |text: Option<&str>| {
            let text = text.or_else(|| self.marker(key).flatten());
            text.map(|text| Cell::Text(text.to_owned().into())).into_iter().collect()
        };
        match key {
            "name" => text(self.contact.name.full.as_deref()),
            "email" => text(self.channel(&ChannelKind::Email)),
            "phone" => text(self.channel(&ChannelKind::Phone)),
            "city" => text(self.contact.city.as_deref()),
            "state" => text(self.contact.state.as_deref()),
            "ip" => text(self.extra("ip")),
            "countryId" => text(self.country().and_then(|(id, _)| id)),
            _ => {
                let shown = custom_field(self.catalog, key).and_then(|field| {
                    value::encode(self.contact.values.get(&field.id)?, field, self.catalog)
                });
                shown.map_or_else(|| text(None), Shown::into_cells)
            }
        }
    }

    fn extra(&self, name: &str) -> Option<&'a str> {
        self.contact.extras.get(Dialect::Acquire, name)?.as_str()
    }

    /// What the marker of a key shows: nothing, `null` or a text.
    fn marker(&self, key: &str) -> Option<Option<&'a str>> {
        let text = self.extra(&marker_name(key))?;
        Some((text != NULL).then_some(text))
    }

    fn channel(&self, kind: &ChannelKind) -> Option<&'a str> {
        Some(self.contact.primary(kind)?.raw.as_str())
    }

    /// `countryId` and `country`; neither when the record has a country whose number is not known.
    fn country(&self) -> Option<(Option<&'a str>, Option<&'static country::Country>)> {
        match self.contact.country.as_deref() {
            Some(code) => country::by_code(code).map(|country| (Some(country.id), Some(country))),
            None => Some((self.extra("countryId").map(Some).or_else(|| self.marker("countryId"))?, None)),
        }
    }

    fn system<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let contact = self.contact;
        let mut entry = |key: &str, value: Option<&str>| match value.map(Some).or_else(|| self.marker(key)) {
            Some(shown) => map.serialize_entry(key, &shown),
            None => Ok(()),
        };
        entry("name", contact.name.full.as_deref())?;
        entry("email", self.channel(&ChannelKind::Email))?;
        entry("phone", self.channel(&ChannelKind::Phone))?;
        entry("city", contact.city.as_deref())?;
        entry("state", contact.state.as_deref())?;
        entry("ip", self.extra("ip"))?;
        if let Some((id, country)) = self.country() {
            map.serialize_entry("country", &country)?;
            map.serialize_entry("countryId", &id)?;
            if let (true, Some(country)) = (self.has_country_codes, country) {
                map.serialize_entry("calling_code", &country.calling_code())?;
                map.serialize_entry("contact_country_flag", country.flag())?;
            }
        }
        Ok(())
    }

    fn custom<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        for field in self.catalog.custom_fields().filter(|field| !SYSTEM.contains(&field.key.as_str())) {
            match self.contact.values.get(&field.id) {
                Some(value) => {
                    if let Some(shown) = value::encode(value, field, self.catalog) {
                        map.serialize_entry(&field.key, &shown)?;
                    }
                }
                None => {
                    if let Some(marker) = self.marker(&field.key) {
                        map.serialize_entry(&field.key, &marker)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.system(&mut map)?;
        self.custom(&mut map)?;
        map.end()
    }
}
