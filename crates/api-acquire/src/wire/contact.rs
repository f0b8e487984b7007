//! The contact: what create and update take, and what every answer shows of it.

use api_kit::{Body, decode, ignored};
use app::View;
use model::{
    Aliases, Catalog, Change, Company, CompanyLink, CompanyWrite, Dialect, Edit, InstantMember, Json, Ref,
    ViolationKind, limits,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::fields::{self, Fields};
use super::{instant, list, tag};

/// The members about the client's device that are texts; only `clientType` has fixed words.
pub(crate) const CLIENT_TEXTS: [&str; 8] = [
    "clientType",
    "clientName",
    "clientVersion",
    "clientOsName",
    "clientOsVersion",
    "clientDeviceType",
    "clientDeviceVendor",
    "clientDeviceModel",
];

const CLIENT_TYPES: [&str; 3] = ["web", "client", "sdk"];

/// Members of answers that writes do not take; clients put back what they got. `meta` was in the vendor's
/// examples once.
const READ_ONLY: [&str; 7] = ["id", "archive", "company", "cases", "visits", "timeline", "meta"];

/// Longest name of a member that is kept without being known.
const NAME_CHARS: usize = 255;

/// What a body is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A new contact.
    Create,
    /// A change of one.
    Update,
}

/// Dates of a request that its answer repeats without their being stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Echo {
    date_created: Option<String>,
    date_updated: Option<String>,
}

/// Reads a body.
pub(crate) fn decode(body: Body, purpose: Purpose) -> (Change, Echo) {
    let mut change = Change::default();
    let mut echo = Echo::default();
    let members = body.object(&mut change);
    let in_fields = |key: &str| members.get("fields").is_some_and(|fields| fields.get(key).is_some());
    for (name, json) in &members {
        match name.as_str() {
            "fields" => decode_fields(json, &mut change),
            // QUIRK(acquire): the body table of update.md names these three beside `fields`, its examples have
            // them inside; `fields` wins. Test: fields_win_over_top_level_aliases.
            "name" | "email" | "phone" if in_fields(name) => ignored(name),
            "name" | "email" | "phone" => fields::decode(name, name, json, &mut change),
            "dateCreated" => echo.date_created = date_created(json, purpose, &mut change),
            "dateUpdated" => {
                ignored(name);
                echo.date_updated = date(json, "dateUpdated", &mut change);
            }
            "clientDetails" => client_details(json, &mut change),
            "companyId" => company_id(json, &mut change),
            "tags" => tag::decode(json, &mut change),
            text if CLIENT_TEXTS.contains(&text) => client_member(text, json, &mut change),
            known if READ_ONLY.contains(&known) || list::ACTIVITY.contains(&known) => ignored(known),
            unknown => keep(unknown, json, &mut change),
        }
    }
    (change, echo)
}

fn decode_fields(json: &Json, change: &mut Change) {
    match decode::object(json) {
        Ok(members) => {
            for (key, json) in members {
                fields::decode(&format!("fields.{key}"), key, json, change);
            }
        }
        Err(kind) => change.refuse("fields", kind),
    }
}

/// A date as text; the answer repeats it.
fn date(json: &Json, at: &str, change: &mut Change) -> Option<String> {
    match decode::nullable_text(json) {
        Ok(Some(text)) if text.chars().count() > limits::SHORT_TEXT_CHARS => {
            let max = limits::SHORT_TEXT_CHARS;
            change.refuse(at, ViolationKind::TooLong { max, unit: "characters" });
            None
        }
        Ok(text) => text.map(str::to_owned),
        Err(kind) => {
            change.refuse(at, kind);
            None
        }
    }
}

// QUIRK(acquire): both examples send the text `"string"`; update.md answers with it, create.md with the
// server's time. Tests: create_example, update_example.
fn date_created(json: &Json, purpose: Purpose, change: &mut Change) -> Option<String> {
    let text = date(json, "dateCreated", change)?;
    match instant::parse(&text) {
        Some(at) => {
            change.push("dateCreated", Edit::Instant(InstantMember::CreatedAt, Some(at)));
            None
        }
        None => {
            ignored("dateCreated");
            (purpose == Purpose::Update).then_some(text)
        }
    }
}

fn client_member(name: &str, json: &Json, change: &mut Change) {
    match decode::nullable_text(json) {
        Ok(Some(text)) if name == "clientType" && !CLIENT_TYPES.contains(&text) => {
            change.refuse(name, ViolationKind::NotOneOf(CLIENT_TYPES.map(str::to_owned).to_vec()));
        }
        Ok(Some(text)) if text.chars().count() > limits::SHORT_TEXT_CHARS => {
            let max = limits::SHORT_TEXT_CHARS;
            change.refuse(name, ViolationKind::TooLong { max, unit: "characters" });
        }
        Ok(text) => change.push(name, extra(name, text.map(Json::from))),
        Err(kind) => change.refuse(name, kind),
    }
}

fn client_details(json: &Json, change: &mut Change) {
    match json {
        Json::Null => change.push("clientDetails", extra("clientDetails", None)),
        Json::Object(_) => change.push("clientDetails", extra("clientDetails", Some(json.clone()))),
        _ => change.refuse("clientDetails", ViolationKind::WrongType("an object or null")),
    }
}

/// An extension: no documented endpoint sets a contact's company.
fn company_id(json: &Json, change: &mut Change) {
    let company = match (json, super::id_text(json)) {
        (Json::Null, _) => None,
        (_, Some(text)) => Some(CompanyWrite {
            at: "companyId".to_owned(),
            company: Ref::number(Dialect::Acquire, &text),
            title: None,
            start_date: None,
            active: None,
        }),
        (_, None) => return change.refuse("companyId", ViolationKind::WrongType("an integer or null")),
    };
    change.push("companyId", Edit::PrimaryCompany(company));
}

/// Keeps a member that is not known: Acquire ignores it, contactd drops nothing that it accepted.
fn keep(name: &str, json: &Json, change: &mut Change) {
    if name.chars().count() > NAME_CHARS {
        change.refuse(name, ViolationKind::TooLong { max: NAME_CHARS, unit: "characters" });
        return;
    }
    // Names under which `fields` keeps its own must not be writable from outside it.
    let own = if fields::is_reserved(name) { format!("body.{name}") } else { name.to_owned() };
    change.push(name, extra(&own, (!json.is_null()).then(|| json.clone())));
}

fn extra(name: &str, value: Option<Json>) -> Edit {
    Edit::Extra(Dialect::Acquire, name.to_owned(), value)
}

/// A contact as create, update and get show it.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Contact<'a> {
    date_created: String,
    date_updated: String,
    id: u64,
    client_type: &'a Json,
    client_name: &'a Json,
    client_version: &'a Json,
    client_os_name: &'a Json,
    client_os_version: &'a Json,
    client_device_type: &'a Json,
    client_device_vendor: &'a Json,
    client_device_model: &'a Json,
    client_details: &'a Json,
    /// Always `no`; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<&'static str>,
    company_id: Option<u64>,
    fields: Fields<'a>,
}

impl<'a> Contact<'a> {
    /// A contact, with the dates that its answer repeats. Its company is among those that were looked up, unless it
    /// was deleted.
    pub(crate) fn of(view: &'a View, companies: &[Company], echo: &Echo) -> Self {
        Self::new((&view.contact, &view.catalog), companies, echo)
    }

    /// A contact in a list, where Acquire leaves `archive` out.
    pub(super) fn listed(contact: &'a model::Contact, catalog: &'a Catalog, companies: &[Company]) -> Self {
        Self { archive: None, ..Self::new((contact, catalog), companies, &Echo::default()) }
    }

    /// A contact that a search found, with dates of another form and more about its country.
    pub(super) fn found(contact: &'a model::Contact, catalog: &'a Catalog, companies: &[Company]) -> Self {
        Self {
            date_created: contact.created_at.to_sql(),
            date_updated: contact.updated_at.to_sql(),
            fields: Fields::with_country_codes(contact, catalog),
            ..Self::new((contact, catalog), companies, &Echo::default())
        }
    }

    fn new(
        (contact, catalog): (&'a model::Contact, &'a Catalog),
        companies: &[Company],
        echo: &Echo,
    ) -> Self {
        let extra = |name| contact.extras.get(Dialect::Acquire, name).unwrap_or(&Json::Null);
        let time = |echo: &Option<String>, at: model::Timestamp| {
            echo.clone().unwrap_or_else(|| at.to_rfc3339_millis())
        };
        Self {
            date_created: time(&echo.date_created, contact.created_at),
            date_updated: time(&echo.date_updated, contact.updated_at),
            id: shown_id(&contact.aliases, contact.number),
            client_type: extra("clientType"),
            client_name: extra("clientName"),
            client_version: extra("clientVersion"),
            client_os_name: extra("clientOsName"),
            client_os_version: extra("clientOsVersion"),
            client_device_type: extra("clientDeviceType"),
            client_device_vendor: extra("clientDeviceVendor"),
            client_device_model: extra("clientDeviceModel"),
            client_details: extra("clientDetails"),
            archive: Some("no"),
            company_id: company(contact, companies).map(|company| shown_id(&company.aliases, company.number)),
            fields: Fields::of(contact, catalog),
        }
    }
}

/// The id that Acquire gave a record where that is an integer, else its number.
pub(crate) fn shown_id(aliases: &Aliases, number: u64) -> u64 {
    let alias = aliases.shown(Dialect::Acquire);
    let integer = alias.and_then(|text| text.parse::<u64>().ok().filter(|id| id.to_string() == text));
    integer.unwrap_or(number)
}

/// The company that a contact is shown with, found among those that were looked up: the first that it still belongs to
/// and that still exists.
pub(crate) fn company<'c>(contact: &model::Contact, companies: &'c [Company]) -> Option<&'c Company> {
    links(contact).find_map(|link| companies.iter().find(|company| company.id == link.id))
}

/// The companies that a contact still belongs to.
pub(crate) fn links(contact: &model::Contact) -> impl Iterator<Item = &CompanyLink> {
    contact.companies.iter().filter(|link| link.active)
}

/// A text about the client's device.
pub(crate) fn client_text<'a>(contact: &'a model::Contact, name: &str) -> Option<&'a String> {
    match contact.extras.get(Dialect::Acquire, name)? {
        Json::String(text) => Some(text),
        _ => None,
    }
}
