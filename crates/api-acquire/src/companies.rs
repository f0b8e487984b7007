//! Handlers of `/crm/objects/company`.

use std::sync::Arc;

use api_kit::{Answer, Call, Payload, Problem, with_change};
use app::{ContactQuery, Filter, RecordOrder};
use model::{Catalog, Company, CompanyId, Contact, Facet};

use crate::condition::{Cell, Kind, Rows};
use crate::page::{Page, Selection, path_id};
use crate::wire::company::{self, Detail};
use crate::wire::company_write::Asked;
use crate::wire::contact::{links, shown_id};
use crate::wire::envelope::Paged;
use crate::wire::{Deleted, shaped, single};
use crate::{Acquire, Error, rows};

/// What a company can be shown with.
const RELATIONS: [&str; 4] = ["contacts", "fields", "parent", "companies"];

/// Contacts that a company is shown with at most: none is shown with a part of them.
const MOST_CONTACTS: u32 = 1_000;

/// `GET /crm/objects/company`
pub(crate) async fn list(call: Call<Acquire>) -> Answer<Acquire> {
    let page = Page::read(&call.query)?;
    let selection = Selection::read(&call.query, &RELATIONS);
    let catalog = call.app.catalog(&call.caller).await?;
    let mut columns = vec![("id", Kind::Id), ("dateCreated", Kind::Instant), ("dateUpdated", Kind::Instant)];
    columns.extend(company::columns(&catalog).map(|key| (key, Kind::Text)));
    let asked = Rows::read(&call.query, &columns)?;
    let cells = |company: &Company, column: &str| cells(company, column, &catalog);
    let (companies, count) = rows::page(&call, page, &asked, RecordOrder::Oldest, cells).await?;
    let mut data = Vec::with_capacity(companies.len());
    for company in &companies {
        data.push(shown(&call, company, &catalog, &selection).await?);
    }
    Ok(single(&Paged::new(page, count, data)))
}

/// `GET /crm/objects/company/{companyId}`
pub(crate) async fn get(call: Call<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, "companyId")?;
    let found = call.app.get_record::<Company>(&call.caller, &id).await;
    let found = found.map_err(|error| Error::from(error).about("companyId", &id))?;
    let selection = Selection::read(&call.query, &RELATIONS);
    Ok(single(&shown(&call, &found.record, &found.catalog, &selection).await?))
}

/// `POST /crm/objects/company`
pub(crate) async fn create(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let asked = Asked::read(payload.body)?;
    let make = |fresh, now, catalog: &Catalog| {
        let mut company = Company::new(CompanyId(fresh), "", now);
        asked.apply(&mut company, catalog)?;
        Ok(company)
    };
    let made = call.app.create_record(&call.caller, make).await?;
    Ok(with_change(made.change, single(&Detail::of(&made.record, &made.catalog, asked.echo()))))
}

/// `PUT /crm/objects/company/{companyId}`
pub(crate) async fn update(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, "companyId")?;
    let about = |error: app::Error| Error::from(error).about("companyId", &id);
    call.app.get_record::<Company>(&call.caller, &id).await.map_err(about)?;
    let asked = Asked::read(payload.body)?;
    let edit = |company: &mut Company, catalog: &Catalog| asked.apply(company, catalog);
    let changed = call.app.update_record(&call.caller, &id, edit).await.map_err(about)?;
    Ok(with_change(changed.change, single(&Detail::of(&changed.record, &changed.catalog, asked.echo()))))
}

/// `DELETE /crm/objects/company/{companyId}`: its contacts stay.
pub(crate) async fn delete(call: Call<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, "companyId")?;
    let deleted = call.app.delete_record::<Company>(&call.caller, &id).await;
    let deleted = deleted.map_err(|error| Error::from(error).about("companyId", &id))?;
    Ok(with_change(deleted.change, single(&Deleted { deleted: 1 })))
}

/// The companies that contacts are shown with.
pub(crate) async fn of<'c>(
    call: &Call<Acquire>,
    contacts: impl IntoIterator<Item = &'c Contact>,
) -> Result<Vec<Company>, app::Error> {
    let ids: Vec<_> = contacts.into_iter().flat_map(links).map(|link| link.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    call.app.find_companies(&call.caller, &ids).await
}

/// A company with what is asked for.
async fn shown(
    call: &Call<Acquire>,
    company: &Company,
    catalog: &Catalog,
    selection: &Selection,
) -> Result<model::Json, Error> {
    let contacts = if selection.has("contacts") { contacts(call, company).await? } else { Vec::new() };
    let companies = of(call, contacts.iter().map(|contact| &**contact)).await?;
    let detail = Detail::of(company, catalog, None).with_relations(selection, &contacts, &companies);
    Ok(shaped([selection.apply(&detail)])?.pop().unwrap_or_default())
}

async fn contacts(call: &Call<Acquire>, company: &Company) -> Result<Vec<Arc<Contact>>, Error> {
    let filter = Filter::Is(Facet::Company(company.id));
    let query = ContactQuery { filter, limit: MOST_CONTACTS, ..ContactQuery::default() };
    let found = call.app.list_contacts(&call.caller, &query).await?;
    if found.total > u64::from(MOST_CONTACTS) {
        let reason = format!(
            "asks for the contacts of a company that has more than {MOST_CONTACTS}; list the contacts with \
             where=companyId|eq|{}",
            company.number
        );
        return Err(Problem::BadQuery { name: "relations", reason }.into());
    }
    Ok(found.contacts)
}

fn cells(company: &Company, column: &str, catalog: &Catalog) -> Vec<Cell<'static>> {
    match column {
        "id" => vec![Cell::Id(shown_id(&company.aliases, company.number))],
        "dateCreated" => vec![Cell::Instant(company.created_at)],
        "dateUpdated" => company.updated_at.map(Cell::Instant).into_iter().collect(),
        key => company::cells(company, key, catalog),
    }
}
