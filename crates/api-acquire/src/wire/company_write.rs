//! Companies: what requests ask of one.

use api_kit::{Body, decode, ignored};
use model::{
    Catalog, Company as Record, Decimal, Dialect, Json, Rejection, Timestamp, Violation, ViolationKind,
    limits,
};

use super::company::{KEYS, NULL, find_custom, marker_name};
use super::members::{Members, Unknown};
use super::{instant, scalar, value};
use crate::Error;

/// The keys that the table of create.md also has beside `fields`.
const ALIASES: [&str; 4] = ["name", "website", "industry", "description"];

/// Members of answers that writes do not take.
const READ_ONLY: [&str; 4] = ["id", "parent", "companies", "contacts"];

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
    company.extras.set(Dialect::Acquire, &marker_name(key), marker.map(Json::from));
}
