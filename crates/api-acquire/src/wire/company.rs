//! Companies: how answers show one.
//!
//! Like those of contacts, the keys of `fields` are stored one by one: a key that was cleared shows as `null` or `""`,
//! one that was never set does not show. Where the record cannot say so itself, a marker does: the extra member
//! `fields.<key>`. It counts only while the record has no value.

use std::borrow::Cow;
use std::sync::Arc;

use model::{Catalog, Company as Record, Decimal, Dialect, Entity, Field, ItemRef, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::json;

use super::contact::{Contact, shown_id};
use super::country::{self, Country};
use super::value::{self, Shown};
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

/// Keys that the company of a contact shows as `null` when it has no value; the vendor's list example has just these.
const NULLABLE: [&str; 8] =
    ["website", "logo", "industry", "description", "source", "address", "employees", "foundation"];

/// The marker of a key that was set to `null`.
pub(super) const NULL: &str = "null";

/// The name of a key's marker.
pub(super) fn marker_name(key: &str) -> String {
    format!("fields.{key}")
}

/// The custom field of companies with this key.
pub(super) fn find_custom<'c>(catalog: &'c Catalog, key: &str) -> Option<&'c Field> {
    let field = catalog.fields.find(&ItemRef::Key(key.to_owned()))?;
    (field.entity == Entity::Company && field.system.is_none()).then_some(field)
}

fn custom_fields(catalog: &Catalog) -> impl Iterator<Item = &Field> {
    let is_custom = |field: &&Field| field.entity == Entity::Company && field.system.is_none();
    catalog.fields.iter().filter(is_custom).filter(|field| !KEYS.contains(&field.key.as_str()))
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
    let text = company.extras.get(Dialect::Acquire, &marker_name(key))?.as_str()?;
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
