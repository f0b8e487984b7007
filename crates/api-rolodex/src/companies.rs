//! The company endpoints.

use std::collections::BTreeMap;

use api_kit::{Answer, Call, Payload, with_change};
use axum::http::StatusCode;
use axum::response::Response;
use model::{Catalog, Company, CompanyId, ContactId, Entity, Facet, FieldId, ListId, TagId, Value};

use crate::links::Links;
use crate::page::{COMPANY_ORDERS, Include, Page, Relationship};
use crate::wire::{company, envelope, id};
use crate::{Error, Rolodex, resolve};

/// `GET /companies`
pub(crate) async fn list(call: Call<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_COMPANY)?;
    let asked = Page::read(&call.query, &COMPANY_ORDERS)?;
    let page = call.app.list_records::<Company>(&call.caller, &asked.of_records()).await?;
    let facets = page.records.iter().map(|company| Facet::Company(company.id));
    let links = Links::find(&call, facets, &include).await?;
    let workspace = id::workspace(call.app.workspace_of(&call.caller).await?.id);
    let context =
        company::Context { catalog: &page.catalog, links: &links, include: &include, workspace: &workspace };
    let rows = page.records.iter().map(|each| company::encode(each, &context)).collect();
    Ok(api_kit::json(StatusCode::OK, &envelope::page(asked, page.total, rows)))
}

/// `GET /companies/{id}`
pub(crate) async fn get(call: Call<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_COMPANY)?;
    let view = call.app.get_record(&call.caller, &id::reference(call.param("id"))).await?;
    one(&call, &view.record, &view.catalog, &include).await
}

/// `POST /companies`: the answer carries every relationship, whatever the request includes.
pub(crate) async fn create(call: Call<Rolodex>, payload: Payload<Rolodex>) -> Answer<Rolodex> {
    Include::read(&call.query, &Relationship::OF_COMPANY)?;
    let wanted = Wanted::of(&call, company::Asked::create(payload.body)).await?;
    let contacts = wanted.contacts.clone().unwrap_or_default();
    let make = |fresh, now, _: &Catalog| {
        let mut company = Company::new(CompanyId(fresh), "", now);
        wanted.apply(&mut company);
        Ok(company)
    };
    let made = call.app.create_linked(&call.caller, &contacts, make).await?;
    let include = Include::all(&Relationship::OF_COMPANY);
    Ok(with_change(made.change, one(&call, &made.record, &made.catalog, &include).await?))
}

/// `PUT /companies/{id}`
pub(crate) async fn update(call: Call<Rolodex>, payload: Payload<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_COMPANY)?;
    let named = id::reference(call.param("id"));
    call.app.get_record::<Company>(&call.caller, &named).await?;
    let wanted = Wanted::of(&call, company::Asked::update(payload.body)).await?;
    let edit = |company: &mut Company, _: &Catalog| {
        wanted.apply(company);
        Ok(())
    };
    let changed = call.app.update_linked(&call.caller, &named, wanted.contacts.as_deref(), edit).await?;
    Ok(with_change(changed.change, one(&call, &changed.record, &changed.catalog, &include).await?))
}

/// `DELETE /companies/{id}`: the answer is the company as it was.
pub(crate) async fn delete(call: Call<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_COMPANY)?;
    let named = id::reference(call.param("id"));
    let before = call.app.get_record::<Company>(&call.caller, &named).await?.record;
    // It is taken from its contacts, which the answer still shows.
    let links = Links::find(&call, [Facet::Company(before.id)], &include).await?;
    let deleted = call.app.delete_record::<Company>(&call.caller, &named).await?;
    let answer = shown(&call, (&deleted.record, &deleted.catalog), &include, &links).await?;
    Ok(with_change(deleted.change, answer))
}

/// What a request asks for, with the records that it names; `None` leaves a relationship as it is.
struct Wanted {
    scalars: company::Scalars,
    contacts: Option<Vec<ContactId>>,
    tags: Option<Vec<TagId>>,
    lists: Option<Vec<ListId>>,
    values: Option<BTreeMap<FieldId, Value>>,
}

impl Wanted {
    /// Looks up what a request names; fails when anything is wrong with it.
    async fn of(call: &Call<Rolodex>, asked: company::Asked) -> Result<Self, Error> {
        let catalog = call.app.catalog(&call.caller).await?;
        let mut faults = asked.faults;
        let wanted = Self {
            scalars: asked.scalars,
            tags: resolve::tags(&catalog, asked.tags, &mut faults),
            lists: resolve::lists(&catalog, asked.lists, Entity::Company, &mut faults),
            values: resolve::values(&catalog, asked.values, Entity::Company, &mut faults),
            contacts: resolve::contacts(call, asked.contacts, &mut faults).await?,
        };
        faults.check()?;
        Ok(wanted)
    }

    fn apply(&self, company: &mut Company) {
        self.scalars.apply(company);
        resolve::replace(&mut company.tags, self.tags.as_deref());
        resolve::replace(&mut company.lists, self.lists.as_deref());
        if let Some(values) = &self.values {
            company.values.clone_from(values);
        }
    }
}

async fn one(
    call: &Call<Rolodex>,
    company: &Company,
    catalog: &Catalog,
    include: &Include,
) -> Result<Response, Error> {
    let links = Links::find(call, [Facet::Company(company.id)], include).await?;
    shown(call, (company, catalog), include, &links).await
}

async fn shown(
    call: &Call<Rolodex>,
    (company, catalog): (&Company, &Catalog),
    include: &Include,
    links: &Links,
) -> Result<Response, Error> {
    let workspace = id::workspace(call.app.workspace_of(&call.caller).await?.id);
    let context = company::Context { catalog, links, include, workspace: &workspace };
    Ok(api_kit::json(StatusCode::OK, &envelope::one(company::encode(company, &context))))
}
