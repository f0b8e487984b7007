//! Companies: what requests ask of one, and how answers show it.
//!
//! Like those of contacts, the keys of `fields` are stored one by one: a key that was cleared shows as `null` or `""`,
//! one that was never set does not show. Where the record cannot say so itself, a marker does: the extra member
//! `fields.<key>`. It counts only while the record has no value.

use std::borrow::Cow;
use std::sync::Arc;

use api_kit::{Body, decode, ignored};
use model::{
    Catalog, Company as Record, Decimal, Dialect, Entity, Field, ItemRef, Json, Rejection, Timestamp,
    Violation, ViolationKind, limits,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::json;

use super::contact::{Contact, shown_id};
use super::country::{self, Country};
use super::members::{Members, Unknown};
use super::value::{self, Shown};
use super::{instant, scalar};
use crate::Error;
use crate::condition::Cell;
use crate::page::Selection;

/// The keys of Acquire's own; `country` is derived from `countryId`.
pub(crate) const KEYS: [&str; 13] = [
    "name",
    "website",
    "logo",
    "industry",
    "description",
    "source",
    "revenue",
    "city",
    "state",
    "address",
    "employees",
    "foundation",
    "countryId",
];

/// Those that the table of create.md also has beside `fields`.
const ALIASES: [&str; 4] = ["name", "website", "industry", "description"];

/// Keys that the company of a contact shows as `null` when it has no value; the vendor's list example has just these.
const NULLABLE: [&str; 8] =
    ["website", "logo", "industry", "description", "source", "address", "employees", "foundation"];

/// Members of answers that writes do not take.
const READ_ONLY: [&str; 4] = ["id", "parent", "companies", "contacts"];

/// The marker of a key that was set to `null`.
const NULL: &str = "null";

/// What a request asks to make of a company.
pub(crate) struct Asked {
    own: Vec<(&'static str, Option<String>)>,
    custom: Vec<(String, Json)>,
    created_at: Option<Timestamp>,
    echo: Option<String>,
    unknown: Unknown,
}

impl Asked {
    /// What a body asks: `fields` must be there.
    pub(crate) fn read(body: Body) -> Result<Self, Error> {
        let mut members = Members::read(body);
        members.require(&["fields"]);
        let fields = members.get("fields", |json| decode::object(json).cloned()).unwrap_or_default();
        let (mut own, mut custom) = (Vec::new(), Vec::new());
        // QUIRK(acquire): the table of company/create.md names four of them beside `fields`; `fields` wins, as with
        // contacts. Test: fields_of_a_company_win_over_top_level_aliases.
        for key in ALIASES {
            match members.raw(key) {
                Some(_) if fields.contains_key(key) => ignored(key),
                Some(json) => own.extend(text(key, key, &json, &mut members).map(|text| (key, text))),
                None => {}
            }
        }
        for (key, json) in fields {
            match KEYS.into_iter().find(|own| *own == key) {
                Some(known) => {
                    let text = text(&format!("fields.{key}"), known, &json, &mut members);
                    own.extend(text.map(|text| (known, text)));
                }
                None if key == "country" => ignored("fields.country"),
                None => custom.push((key, json)),
            }
        }
        let mut date = |name| members.nullable_text(name, limits::SHORT_TEXT_CHARS).flatten();
        let (created_at, echo) = (date("dateCreated"), date("dateUpdated"));
        if echo.is_some() {
            ignored("dateUpdated");
        }
        let created_at = created_at.and_then(|text| {
            let read = instant::parse(&text);
            if read.is_none() {
                ignored("dateCreated");
            }
            read
        });
        // QUIRK(acquire): the answer to a create repeats `dateUpdated`, the one to an update does not repeat `"string"`
        // (company/create.md, update.md). Tests: create_company_example, update_company_example.
        let echo = echo.filter(|text| instant::parse(text).is_some());
        members.ignore(&READ_ONLY);
        Ok(Self { own, custom, created_at, echo, unknown: members.finish()? })
    }

    /// Writes it into a company.
    pub(crate) fn apply(&self, company: &mut Record, catalog: &Catalog) -> Result<(), Rejection> {
        let mut violations = Vec::new();
        for (key, text) in &self.own {
            put(company, key, text.clone());
        }
        for (key, json) in &self.custom {
            let read = find_custom(catalog, key)
                .ok_or_else(|| ViolationKind::UnknownField(key.clone()))
                .and_then(|field| Ok((field, value::read(json, field, catalog)?)));
            match read {
                Ok((field, Some(value))) => drop(company.values.insert(field.id, value)),
                Ok((field, None)) => drop(company.values.remove(&field.id)),
                Err(kind) => violations.push(Violation::new(format!("fields.{key}"), kind)),
            }
            let marker = match json {
                Json::Null => Some(NULL),
                Json::String(text) if text.is_empty() => Some(""),
                _ => None,
            };
            mark(company, key, marker);
        }
        company.created_at = self.created_at.unwrap_or(company.created_at);
        self.unknown.keep(&mut company.extras);
        if violations.is_empty() { Ok(()) } else { Err(Rejection { violations }) }
    }

    /// The date that the answer repeats without its being stored.
    pub(crate) fn echo(&self) -> Option<&str> {
        self.echo.as_deref()
    }
}

fn text(at: &str, key: &str, json: &Json, members: &mut Members) -> Option<Option<String>> {
    let is_long = matches!(key, "website" | "logo" | "description");
    let max = if is_long { limits::LONG_TEXT_CHARS } else { limits::SHORT_TEXT_CHARS };
    let read = scalar(json).and_then(|text| match text {
        Some(text) if text.chars().count() > max => Err(ViolationKind::TooLong { max, unit: "characters" }),
        text => Ok(text),
    });
    read.map_err(|kind| members.refuse(at, kind)).ok()
}

fn find_custom<'c>(catalog: &'c Catalog, key: &str) -> Option<&'c Field> {
    let field = catalog.fields.find(&ItemRef::Key(key.to_owned()))?;
    (field.entity == Entity::Company && field.system.is_none()).then_some(field)
}

fn custom_fields(catalog: &Catalog) -> impl Iterator<Item = &Field> {
    let is_custom = |field: &&Field| field.entity == Entity::Company && field.system.is_none();
    catalog.fields.iter().filter(is_custom).filter(|field| !KEYS.contains(&field.key.as_str()))
}

/// Writes a key of Acquire's own: to the member of the record that means the same, else as an extra member.
fn put(company: &mut Record, key: &str, text: Option<String>) {
    let marker = match &text {
        None => Some(NULL),
        Some(text) if text.is_empty() => Some(""),
        Some(_) => None,
    };
    let written = text.filter(|text| !text.is_empty());
    mark(company, key, marker);
    match key {
        "name" => company.name = written.unwrap_or_default(),
        "website" => company.website_url = written,
        "logo" => company.image_url = written,
        "industry" => company.industry = written,
        "description" => company.description = written,
        "employees" => {
            // A text that is no plain number, such as `50-100`, is kept as it is.
            let number = written.as_deref().and_then(Decimal::parse);
            let number = number.filter(|number| Some(number.as_str()) == written.as_deref());
            let other = written.filter(|_| number.is_none());
            company.number_of_employees = number;
            company.extras.set(Dialect::Acquire, key, other.map(Json::String));
        }
        _ => company.extras.set(Dialect::Acquire, key, written.map(Json::String)),
    }
}

fn mark(company: &mut Record, key: &str, marker: Option<&str>) {
    company.extras.set(Dialect::Acquire, &format!("fields.{key}"), marker.map(Json::from));
}

fn get<'a>(company: &'a Record, key: &str) -> Option<&'a str> {
    let extra = || company.extras.get(Dialect::Acquire, key)?.as_str();
    match key {
        "name" => Some(company.name.as_str()).filter(|name| !name.is_empty()),
        "website" => company.website_url.as_deref(),
        "logo" => company.image_url.as_deref(),
        "industry" => company.industry.as_deref(),
        "description" => company.description.as_deref(),
        "employees" => company.number_of_employees.as_ref().map(Decimal::as_str).or_else(extra),
        _ => extra(),
    }
}

/// What the marker of a key shows: nothing, `null` or a text.
fn marked<'a>(company: &'a Record, key: &str) -> Option<Option<&'a str>> {
    let text = company.extras.get(Dialect::Acquire, &format!("fields.{key}"))?.as_str()?;
    Some((text != NULL).then_some(text))
}

/// The values of a company's key, as conditions see them.
pub(crate) fn cells(company: &Record, key: &str, catalog: &Catalog) -> Vec<Cell<'static>> {
    if KEYS.contains(&key) {
        let text = get(company, key).or_else(|| marked(company, key).flatten());
        return text.map(|text| Cell::Text(text.to_owned().into())).into_iter().collect();
    }
    let field = find_custom(catalog, key);
    let shown = field.and_then(|field| value::encode(company.values.get(&field.id)?, field, catalog));
    shown.map(Shown::into_cells).unwrap_or_default()
}

/// The keys that conditions can name.
pub(crate) fn columns(catalog: &Catalog) -> impl Iterator<Item = &str> {
    KEYS.into_iter().chain(custom_fields(catalog).map(|field| field.key.as_str()))
}

/// A contact's company as Acquire shows it; without one `{"fields":{}}`.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ContactCompany")]
pub(crate) struct Company<'a> {
    #[serde(flatten)]
    known: Option<Known>,
    fields: Brief<'a>,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
struct Known {
    date_created: String,
    date_updated: Option<String>,
    id: u64,
}

impl Known {
    fn of(company: &Record, write: impl Fn(Timestamp) -> String) -> Self {
        Self {
            date_created: write(company.created_at),
            date_updated: company.updated_at.map(write),
            id: shown_id(&company.aliases, company.number),
        }
    }
}

impl<'a> Company<'a> {
    /// The company of a contact, found among those that were looked up.
    pub(crate) fn of(contact: &model::Contact, companies: &'a [Record]) -> Self {
        Self::written(contact, companies, Timestamp::to_rfc3339_millis)
    }

    /// The same with the dates that search results have.
    pub(crate) fn found(contact: &model::Contact, companies: &'a [Record]) -> Self {
        Self::written(contact, companies, Timestamp::to_sql)
    }

    fn written(
        contact: &model::Contact,
        companies: &'a [Record],
        write: impl Fn(Timestamp) -> String,
    ) -> Self {
        let company = super::contact::company(contact, companies);
        Self { known: company.map(|company| Known::of(company, write)), fields: Brief(company) }
    }
}

struct Brief<'a>(Option<&'a Record>);

/// Of a contact without a company it is empty.
impl JsonSchema for Brief<'_> {
    fn schema_name() -> Cow<'static, str> {
        "ContactCompanyFields".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let keys = ["name"].into_iter().chain(NULLABLE);
        let members = keys.map(|key| (key.to_owned(), json!({"type": ["string", "null"]})));
        let members: serde_json::Map<_, _> = members.collect();
        json_schema!({"type": "object", "properties": members})
    }
}

impl Serialize for Brief<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(company) = self.0 {
            map.serialize_entry("name", &company.name)?;
            for key in NULLABLE {
                map.serialize_entry(key, &get(company, key).or_else(|| marked(company, key).flatten()))?;
            }
        }
        map.end()
    }
}

/// A company as its own endpoints show it, with the relations that were asked for.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Company", transform = super::selectable)]
pub(crate) struct Detail<'a> {
    #[serde(flatten)]
    known: Known,
    fields: Fields<'a>,
    /// Companies belong to no others here.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<Option<()>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    companies: Option<[(); 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<Vec<Member<'a>>>,
}

/// A contact of a company.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CompanyContact")]
struct Member<'a> {
    #[serde(flatten)]
    contact: Contact<'a>,
    object_counts: Counts,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ObjectCounts")]
struct Counts {
    total_cases: u8,
    total_notes: usize,
    total_views: u8,
}

impl<'a> Detail<'a> {
    /// A company as writes answer it.
    pub(crate) fn of(company: &'a Record, catalog: &'a Catalog, echo: Option<&str>) -> Self {
        let mut known = Known::of(company, Timestamp::to_rfc3339_millis);
        if let Some(echo) = echo {
            known.date_updated = Some(echo.to_owned());
        }
        Self { known, fields: Fields { company, catalog }, parent: None, companies: None, contacts: None }
    }

    /// The same with the relations that were asked for.
    pub(crate) fn with_relations(
        self,
        selection: &Selection,
        contacts: &'a [Arc<model::Contact>],
        companies: &[Record],
    ) -> Self {
        let catalog = self.fields.catalog;
        let member = |contact: &'a Arc<model::Contact>| Member {
            contact: Contact::listed(contact, catalog, companies),
            object_counts: Counts { total_cases: 0, total_notes: contact.notes.len(), total_views: 0 },
        };
        Self {
            parent: selection.has("parent").then_some(None),
            companies: selection.empty("companies"),
            contacts: selection.has("contacts").then(|| contacts.iter().map(member).collect()),
            ..self
        }
    }
}

struct Fields<'a> {
    company: &'a Record,
    catalog: &'a Catalog,
}

/// Custom keys are beside those of every account.
impl JsonSchema for Fields<'_> {
    fn schema_name() -> Cow<'static, str> {
        "CompanyFields".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let members = KEYS.map(|key| (key.to_owned(), json!({"type": ["string", "null"]})));
        let mut members: serde_json::Map<_, _> = members.into_iter().collect();
        members.insert("country".to_owned(), generator.subschema_for::<Option<Country>>().to_value());
        json_schema!({"type": "object", "properties": members, "additionalProperties": value::schema()})
    }
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let company = self.company;
        let mut map = serializer.serialize_map(None)?;
        for key in KEYS {
            if let Some(shown) = get(company, key).map(Some).or_else(|| marked(company, key)) {
                map.serialize_entry(key, &shown)?;
                if key == "countryId" {
                    map.serialize_entry("country", &shown.and_then(country::by_id))?;
                }
            }
        }
        for field in custom_fields(self.catalog) {
            match company.values.get(&field.id) {
                Some(value) => {
                    if let Some(shown) = value::encode(value, field, self.catalog) {
                        map.serialize_entry(&field.key, &shown)?;
                    }
                }
                None => {
                    if let Some(marker) = marked(company, &field.key) {
                        map.serialize_entry(&field.key, &marker)?;
                    }
                }
            }
        }
        map.end()
    }
}
