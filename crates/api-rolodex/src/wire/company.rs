//! Companies: what requests ask of one, and how answers carry it.

use std::borrow::Cow;

use api_kit::{Body, decode};
use model::{
    Catalog, Company as Record, Decimal, Dialect, Entity, Json, Network, ValueWrite, ViolationKind, limits,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::members::{Extras, Ids, Members};
use super::wrapped::{self, CustomField, ListLink, TagLink};
use super::{id, linked};
use crate::faults::Faults;
use crate::links::Links;
use crate::page::{Include, Relationship};

/// Most characters of a name.
const NAME_CHARS: usize = 255;
/// The member that no other dialect knows.
const IGNORE_MERGE: &str = "ignore_merge";

type Place<T> = fn(&mut Record) -> &mut Option<T>;

/// Texts, each with the most characters it can have.
const TEXTS: [(&str, usize, Place<String>); 7] = [
    ("description", limits::LONG_TEXT_CHARS, |company| &mut company.description),
    ("headquarters_location", limits::SHORT_TEXT_CHARS, |company| &mut company.location),
    ("website_url", limits::LONG_TEXT_CHARS, |company| &mut company.website_url),
    ("logo_url", limits::LONG_TEXT_CHARS, |company| &mut company.image_url),
    ("email", limits::SHORT_TEXT_CHARS, |company| &mut company.email),
    ("country_code", limits::SHORT_TEXT_CHARS, |company| &mut company.country_code),
    ("phone_number", limits::SHORT_TEXT_CHARS, |company| &mut company.phone_number),
];
const NUMBERS: [(&str, Place<Decimal>); 2] = [
    ("arr_estimate", |company| &mut company.arr_estimate),
    ("number_of_employees", |company| &mut company.number_of_employees),
];
const SLUGS: [(&str, Network); 4] = [
    ("linkedin_slug", Network::Linkedin),
    ("x_slug", Network::X),
    ("facebook_slug", Network::Facebook),
    ("instagram_slug", Network::Instagram),
];

/// What a request asks to make of a company; what it does not name is left alone.
pub(crate) struct Asked {
    pub(crate) scalars: Scalars,
    pub(crate) contacts: Ids,
    pub(crate) tags: Ids,
    pub(crate) lists: Ids,
    pub(crate) values: Option<Vec<ValueWrite>>,
    pub(crate) faults: Faults,
}

/// The members of a company that refer to nothing.
pub(crate) struct Scalars {
    pub(crate) name: Option<String>,
    texts: Vec<(Place<String>, Option<String>)>,
    numbers: Vec<(Place<Decimal>, Option<Decimal>)>,
    slugs: Vec<(Network, Option<String>)>,
    is_starred: Option<bool>,
    ignore_merge: Option<bool>,
    extras: Extras,
}

impl Asked {
    /// What a `POST` asks.
    pub(crate) fn create(body: Body) -> Self {
        Self::read(Members::read(body).require(&["name"]))
    }

    /// What a `PUT` asks.
    pub(crate) fn update(body: Body) -> Self {
        Self::read(Members::read(body))
    }

    fn read(mut members: Members) -> Self {
        let contacts = members.ids("contacts", "contact");
        let tags = members.ids("tags", "tag");
        let lists = members.ids("lists", "list");
        let values = members.values();
        // The last, because it takes the members that are left.
        let scalars = Scalars::read(&mut members);
        Self { scalars, contacts, tags, lists, values, faults: members.faults() }
    }
}

impl Scalars {
    fn read(members: &mut Members) -> Self {
        let mut texts = Vec::new();
        for (name, max, place) in TEXTS {
            texts.extend(members.nullable_text(name, max).map(|text| (place, text)));
        }
        let mut numbers = Vec::new();
        for (name, place) in NUMBERS {
            numbers.extend(members.get(name, amount).map(|number| (place, number)));
        }
        let mut slugs = Vec::new();
        for (name, network) in SLUGS {
            let slug = members.nullable_text(name, limits::SHORT_TEXT_CHARS);
            slugs.extend(slug.map(|slug| (network, slug)));
        }
        Self {
            name: members.text("name", NAME_CHARS),
            texts,
            numbers,
            slugs,
            is_starred: members.get("is_starred", decode::boolean),
            ignore_merge: members.get(IGNORE_MERGE, decode::boolean),
            extras: members.extras(),
        }
    }

    /// Writes them into a company.
    pub(crate) fn apply(&self, company: &mut Record) {
        company.name = self.name.clone().unwrap_or_else(|| company.name.clone());
        for (place, text) in &self.texts {
            place(company).clone_from(text);
        }
        for (place, number) in &self.numbers {
            place(company).clone_from(number);
        }
        for (network, slug) in &self.slugs {
            match slug {
                Some(slug) => drop(company.social.insert(*network, slug.clone())),
                None => drop(company.social.remove(network)),
            }
        }
        company.starred = self.is_starred.unwrap_or(company.starred);
        self.extras.apply(&mut company.extras);
        if let Some(flag) = self.ignore_merge {
            // False is what a company shows that was never asked: writing that back must change nothing.
            company.extras.set(Dialect::Rolodex, IGNORE_MERGE, flag.then_some(Json::Bool(true)));
        }
    }
}

/// A number from 0 on, with every digit, or nothing.
fn amount(json: &Json) -> Result<Option<Decimal>, ViolationKind> {
    let number = match json {
        Json::Null => return Ok(None),
        Json::Number(number) => number.to_string(),
        _ => return Err(ViolationKind::WrongType("a number or null")),
    };
    if number.starts_with('-') {
        return Err(ViolationKind::OutOfRange { min: 0, max: i64::MAX });
    }
    Decimal::parse(&number).map(Some).ok_or(ViolationKind::BadNumber)
}

/// A company. Scalars are always there; relationships when they are asked for.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Company<'a> {
    id: Cow<'a, str>,
    name: &'a str,
    description: Option<&'a str>,
    headquarters_location: Option<&'a str>,
    linkedin_slug: Option<&'a str>,
    website_url: Option<&'a str>,
    x_slug: Option<&'a str>,
    facebook_slug: Option<&'a str>,
    instagram_slug: Option<&'a str>,
    email: Option<&'a str>,
    country_code: Option<&'a str>,
    phone_number: Option<&'a str>,
    #[schemars(with = "Option<f64>")]
    arr_estimate: Option<Json>,
    #[schemars(with = "Option<f64>")]
    number_of_employees: Option<Json>,
    is_starred: bool,
    ignore_merge: bool,
    last_team_interaction: Option<&'a str>,
    team_members_connected: u32,
    logo_url: Option<&'a str>,
    linkedin_description: Option<&'a str>,
    workspace_id: &'a str,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<TagLink<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lists: Option<Vec<ListLink<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<Vec<linked::Contact<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_fields: Option<Vec<CustomField<'a>>>,
}

/// What an answer is made of beside the company.
pub(crate) struct Context<'a> {
    /// The catalog that ids refer to.
    pub(crate) catalog: &'a Catalog,
    /// The contacts that name companies.
    pub(crate) links: &'a Links,
    /// The relationships that are asked for.
    pub(crate) include: &'a Include,
    /// The workspace's id.
    pub(crate) workspace: &'a str,
}

/// A company as an answer carries it.
pub(crate) fn encode<'a>(record: &'a Record, context: &Context<'a>) -> Company<'a> {
    let social = |network| record.social.get(&network).map(String::as_str);
    let has = |relationship| context.include.has(relationship);
    let catalog = context.catalog;
    Company {
        id: id::shown(&record.aliases, "company", record.id.0),
        name: &record.name,
        description: record.description.as_deref(),
        headquarters_location: record.location.as_deref(),
        linkedin_slug: social(Network::Linkedin),
        website_url: record.website_url.as_deref(),
        x_slug: social(Network::X),
        facebook_slug: social(Network::Facebook),
        instagram_slug: social(Network::Instagram),
        email: record.email.as_deref(),
        country_code: record.country_code.as_deref(),
        phone_number: record.phone_number.as_deref(),
        arr_estimate: record.arr_estimate.as_ref().map(Decimal::to_json),
        number_of_employees: record.number_of_employees.as_ref().map(Decimal::to_json),
        is_starred: record.starred,
        ignore_merge: record
            .extras
            .get(Dialect::Rolodex, IGNORE_MERGE)
            .and_then(Json::as_bool)
            .unwrap_or_default(),
        last_team_interaction: None,
        team_members_connected: 0,
        logo_url: record.image_url.as_deref(),
        linkedin_description: None,
        workspace_id: context.workspace,
        created_at: record.created_at.to_rfc3339_seconds(),
        updated_at: record.updated_at.unwrap_or(record.created_at).to_rfc3339_seconds(),
        tags: has(Relationship::Tags).then(|| wrapped::tags(&record.tags, catalog)),
        lists: has(Relationship::Lists).then(|| wrapped::lists(&record.lists, catalog)),
        contacts: has(Relationship::Contacts).then(|| context.links.contacts(record.id.0)),
        custom_fields: has(Relationship::CustomFields)
            .then(|| wrapped::custom_fields(&record.values, Entity::Company, catalog)),
    }
}
