//! The settings of the workspace that the key is in: `default_country`, by which phone numbers without `+` are read,
//! `quotas`, how many records of each kind there may be, and `filterable`, which members of contacts searches compare
//! without reading every contact.

use std::collections::{BTreeMap, BTreeSet};

use api_kit::{Answer, Call, decode, json, with_change, with_tag};
use app::Scope;
use axum::http::StatusCode;
use axum::response::Response;
use model::{Catalog, FilterableMember, Json, RecordKind, ViolationKind, phone};
use schemars::JsonSchema;
use serde::Serialize;

use crate::NativeApi;
use crate::media::Document;
use crate::members::{Members, Purpose, Source};
use crate::resource::members_of;

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Settings")]
pub(crate) struct SettingsBody<'a> {
    revision: u64,
    default_country: Option<&'a str>,
    /// By kind of record; those that are not set are left out.
    quotas: BTreeMap<&'static str, u64>,
    /// Members of contacts whose values an index keeps in order.
    #[schemars(schema_with = "crate::schema::filterable_members")]
    filterable: Vec<&'static str>,
}

impl<'a> SettingsBody<'a> {
    fn new(catalog: &'a Catalog) -> Self {
        Self {
            revision: catalog.settings_revision(),
            default_country: catalog.default_country.as_deref(),
            quotas: catalog.quotas.iter().map(|(kind, quota)| (kind.as_str(), *quota)).collect(),
            filterable: catalog.filterable_members.iter().map(|member| member.as_str()).collect(),
        }
    }
}

fn answer(catalog: &Catalog) -> Response {
    json(StatusCode::OK, &SettingsBody::new(catalog))
}

pub(crate) async fn get(call: Call<NativeApi>) -> Answer<NativeApi> {
    call.caller.require(Scope::Read)?;
    let catalog = call.app.catalog(&call.caller).await?;
    call.shown(catalog.settings_revision(), || answer(&catalog))
}

pub(crate) async fn update(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let patch = members_of(body)?;
    let source = Source { fresh_id: &|| call.app.fresh_id(), now: call.app.now() };
    let precondition = call.precondition();
    let changed = call.app.update_settings(&call.caller, &precondition, |catalog| {
        let mut members = Members::new(&patch, Purpose::Update, &source);
        members.fixed("revision", &catalog.settings_revision());
        if let Some(country) = members.read("default_country", country) {
            catalog.default_country = country;
        }
        match members.take("quotas") {
            None => {}
            Some(Json::Null) => catalog.quotas.clear(),
            Some(json) => {
                members.nested("quotas", json, |inner| quotas(inner, &mut catalog.quotas));
            }
        }
        filterable(&mut members, catalog);
        members.finish()
    });
    let (catalog, change) = changed.await?;
    Ok(with_tag(catalog.settings_revision(), with_change(change, answer(&catalog))))
}

fn country(json: &Json) -> Result<Option<String>, ViolationKind> {
    let text = decode::nullable_text(json)?;
    text.map(|text| phone::country(text).ok_or(ViolationKind::BadCountry)).transpose()
}

/// Merges by kind; `null` takes a quota away.
fn quotas(members: &mut Members<'_>, quotas: &mut BTreeMap<RecordKind, u64>) {
    for kind in RecordKind::COUNTED {
        let read = |json: &Json| match json {
            Json::Null => Ok(None),
            json => json.as_u64().map(Some).ok_or(ViolationKind::WrongType("a whole number from 0, or null")),
        };
        match members.read(kind.as_str(), read) {
            Some(Some(quota)) => drop(quotas.insert(kind, quota)),
            Some(None) => drop(quotas.remove(&kind)),
            None => {}
        }
    }
}

/// Replaces them as a whole, as a merge patch does with arrays.
fn filterable(members: &mut Members<'_>, catalog: &mut Catalog) {
    let Some(rows) = members.rows("filterable") else { return };
    let mut named = BTreeSet::new();
    for (at, json) in rows {
        match decode::text(json).and_then(filterable_member) {
            Ok(member) if named.insert(member) => {}
            Ok(_) => members.refuse(&at, ViolationKind::Duplicate),
            Err(kind) => members.refuse(&at, kind),
        }
    }
    if let Err(kind) = catalog.set_filterable_members(named) {
        members.refuse("filterable", kind);
    }
}

fn filterable_member(name: &str) -> Result<FilterableMember, ViolationKind> {
    let known = || FilterableMember::ALL.map(|member| member.as_str().to_owned()).to_vec();
    name.parse().map_err(|()| ViolationKind::NotOneOf(known()))
}
