//! Companies: texts, `social`, two estimates, `starred`, `tags`, `lists`, `values` (of the fields of companies, by key),
//! `extras`. Lists are filtered by `tag`, `list` and `starred`.

use std::collections::BTreeMap;

use api_kit::{Problem, Query, decode};
use app::{Filter, Fresh};
use model::{
    Aliases, Catalog, Company, CompanyId, Decimal, Dialect, Entity, Facet, Json, ListId, Network, TagId,
    ViolationKind, limits,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{Context, Head, Resource};
use crate::Error;
use crate::filter::{flag, named};
use crate::members::{Members, bounded};
use crate::wire::{AliasesBody, CompanyValues, ExtrasBody, Shown, read_value};

/// A company. Tags, lists, fields and options that are gone are left out.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Company")]
pub(crate) struct Body<'a> {
    #[serde(flatten)]
    head: Head,
    name: &'a str,
    description: Option<&'a str>,
    industry: Option<&'a str>,
    location: Option<&'a str>,
    website_url: Option<&'a str>,
    image_url: Option<&'a str>,
    #[schemars(schema_with = "crate::schema::social")]
    social: &'a BTreeMap<Network, String>,
    email: Option<&'a str>,
    country_code: Option<&'a str>,
    phone_number: Option<&'a str>,
    #[schemars(schema_with = "crate::schema::number")]
    arr_estimate: Option<Json>,
    #[schemars(schema_with = "crate::schema::number")]
    number_of_employees: Option<Json>,
    starred: bool,
    tags: Vec<Shown<TagId>>,
    lists: Vec<Shown<ListId>>,
    values: CompanyValues<'a>,
    aliases: AliasesBody<'a>,
    extras: ExtrasBody<'a>,
}

impl Resource for Company {
    const PLURAL: &'static str = "companies";
    type Body<'a> = Body<'a>;

    fn body<'a>(&'a self, context: Context<'a>) -> Body<'a> {
        let catalog = context.catalog;
        let tags = self.tags.iter().filter(|id| catalog.tags.get(id.0).is_some());
        let lists = self.lists.iter().filter(|id| catalog.lists.get(id.0).is_some());
        Body {
            head: context.head(self.id.0, self.number, Some(self.created_at)),
            name: &self.name,
            description: self.description.as_deref(),
            industry: self.industry.as_deref(),
            location: self.location.as_deref(),
            website_url: self.website_url.as_deref(),
            image_url: self.image_url.as_deref(),
            social: &self.social,
            email: self.email.as_deref(),
            country_code: self.country_code.as_deref(),
            phone_number: self.phone_number.as_deref(),
            arr_estimate: self.arr_estimate.as_ref().map(Decimal::to_json),
            number_of_employees: self.number_of_employees.as_ref().map(Decimal::to_json),
            starred: self.starred,
            tags: tags.map(|id| Shown(*id)).collect(),
            lists: lists.map(|id| Shown(*id)).collect(),
            values: CompanyValues::new(&self.values, catalog),
            aliases: AliasesBody(&self.aliases),
            extras: ExtrasBody(&self.extras),
        }
    }

    fn key(&self) -> (Uuid, u64) {
        (self.id.0, self.number)
    }

    fn blank(fresh: Fresh) -> Self {
        Self::new(CompanyId(fresh.id), "", fresh.now)
    }

    fn write(&mut self, members: &mut Members<'_>, catalog: &Catalog) {
        members.name(&mut self.name);
        members.nullable("description", limits::LONG_TEXT_CHARS, &mut self.description);
        members.nullable("industry", limits::SHORT_TEXT_CHARS, &mut self.industry);
        members.nullable("location", limits::SHORT_TEXT_CHARS, &mut self.location);
        members.nullable("website_url", limits::LONG_TEXT_CHARS, &mut self.website_url);
        members.nullable("image_url", limits::LONG_TEXT_CHARS, &mut self.image_url);
        members.nullable("email", limits::SHORT_TEXT_CHARS, &mut self.email);
        members.nullable("country_code", limits::SHORT_TEXT_CHARS, &mut self.country_code);
        members.nullable("phone_number", limits::SHORT_TEXT_CHARS, &mut self.phone_number);
        if let Some(number) = members.read("arr_estimate", decimal) {
            self.arr_estimate = number;
        }
        if let Some(number) = members.read("number_of_employees", decimal) {
            self.number_of_employees = number;
        }
        members.flag("starred", &mut self.starred);
        members.ids("tags", (&catalog.tags, ViolationKind::UnknownTag), &mut self.tags);
        self.write_lists(members, catalog);
        self.write_social(members);
        self.write_values(members, catalog);
        members.extras(&mut self.extras);
    }

    fn aliases_mut(&mut self) -> &mut Aliases {
        &mut self.aliases
    }

    fn filter(query: &Query, catalog: &Catalog) -> Result<Filter, Error> {
        let mut parts = Vec::new();
        if let Some(text) = query.one("tag")? {
            parts.push(Filter::Is(Facet::Tag(named("tag", &catalog.tags, text)?.id)));
        }
        if let Some(text) = query.one("list")? {
            parts.push(Filter::Is(Facet::List(named("list", &catalog.lists, text)?.id)));
        }
        if let Some(text) = query.one("starred")? {
            parts.push(flag("starred", Facet::Starred, text)?);
        }
        Ok(if parts.is_empty() { Filter::All } else { Filter::And(parts) })
    }
}

trait Parts {
    fn write_lists(&mut self, members: &mut Members<'_>, catalog: &Catalog);
    fn write_social(&mut self, members: &mut Members<'_>);
    fn write_values(&mut self, members: &mut Members<'_>, catalog: &Catalog);
}

impl Parts for Company {
    fn write_lists(&mut self, members: &mut Members<'_>, catalog: &Catalog) {
        let Some(lists) = members.items("lists", (&catalog.lists, ViolationKind::UnknownList)) else {
            return;
        };
        for (n, list) in lists.iter().enumerate() {
            if list.entity != Entity::Company {
                members.refuse(&format!("lists.{n}"), ViolationKind::UnknownList(list.name.clone()));
            }
        }
        self.lists = lists.into_iter().map(|list| list.id).collect();
    }

    fn write_social(&mut self, members: &mut Members<'_>) {
        let Some(parts) = members.read("social", object) else { return };
        let Some(parts) = parts else { return self.social.clear() };
        for (name, json) in parts {
            let network = Network::ALL.into_iter().find(|network| network.as_str() == name);
            let read = network.ok_or(ViolationKind::UnknownMember).and_then(|network| {
                let text = decode::nullable_text(json)?;
                Ok((network, text.map(|text| bounded(text, limits::SHORT_TEXT_CHARS)).transpose()?))
            });
            match read {
                Ok((network, Some(text))) => drop(self.social.insert(network, text.to_owned())),
                Ok((network, None)) => drop(self.social.remove(&network)),
                Err(kind) => members.refuse(&format!("social.{name}"), kind),
            }
        }
    }

    fn write_values(&mut self, members: &mut Members<'_>, catalog: &Catalog) {
        let Some(values) = members.read("values", object) else { return };
        let Some(values) = values else { return self.values.clear() };
        for (key, json) in values {
            let field =
                catalog.fields.iter().find(|field| field.key == *key && field.entity == Entity::Company);
            let read = field
                .ok_or_else(|| ViolationKind::UnknownField(key.clone()))
                .and_then(|field| Ok((field.id, read_value(json, field, catalog)?)));
            match read {
                Ok((id, Some(value))) => drop(self.values.insert(id, value)),
                Ok((id, None)) => drop(self.values.remove(&id)),
                Err(kind) => members.refuse(&format!("values.{key}"), kind),
            }
        }
        if self.values.len() > limits::VALUES {
            members.refuse("values", ViolationKind::TooLong { max: limits::VALUES, unit: "items" });
        }
    }
}

fn object(json: &Json) -> Result<Option<&serde_json::Map<String, Json>>, ViolationKind> {
    match json {
        Json::Null => Ok(None),
        Json::Object(members) => Ok(Some(members)),
        _ => Err(ViolationKind::WrongType("an object or null")),
    }
}

fn decimal(json: &Json) -> Result<Option<Decimal>, ViolationKind> {
    let text = match json {
        Json::Null => return Ok(None),
        Json::Number(number) => number.to_string(),
        Json::String(text) => text.clone(),
        _ => return Err(ViolationKind::BadNumber),
    };
    Decimal::parse(&text).map(Some).ok_or(ViolationKind::BadNumber)
}

/// The id in a query.
pub(super) fn id_of(name: &'static str, text: &str) -> Result<Uuid, Error> {
    let bad = || Problem::BadQuery { name, reason: "must be an id".to_owned() };
    match model::Ref::uuid(Dialect::Native, text).native {
        Some(model::Native::Uuid(id)) => Ok(id),
        _ => Err(bad().into()),
    }
}
