//! Services: list, get. Ours are workspaces.

use api_kit::{Answer, Call, Query};
use app::{Error as AppError, Missing};

use crate::Zingle;
use crate::error::Refusal;
use crate::matching::{is_like, is_same};
use crate::page::Page;
use crate::service::{Inside, enter};
use crate::wire::service::Service;
use crate::wire::status;

const SORTABLE: [&str; 7] =
    ["display_name", "created_at", "updated_at", "city", "state", "country", "postal_code"];

pub(crate) async fn list(call: Call<Zingle>) -> Answer<Zingle> {
    let page = Page::read(&call.query, &SORTABLE)?;
    let services = call.app.reached(&call.caller).await?;
    let mut catalogs = Vec::with_capacity(services.len());
    for each in &services {
        catalogs.push(call.app.catalog(&each.caller).await?);
    }
    let account = services.first().map(|first| &first.workspace);
    let rows = services.iter().zip(&catalogs).filter_map(|(each, catalog)| {
        let service = Service::of(&each.workspace, account?, catalog);
        is_asked_for(&service, &call.query).then_some(service)
    });
    let (rows, echo) = page.of(rows.collect(), Service::sort_text);
    Ok(status::list(&rows, echo))
}

pub(crate) async fn get(call: Call<Zingle>) -> Answer<Zingle> {
    let Inside { call, service } = enter(call).await?;
    let services = call.app.reached(&call.caller).await?;
    let account = services.first().ok_or(Refusal::NoAccount)?;
    let entered = services.iter().find(|each| each.workspace.id == service);
    let entered = entered.ok_or(AppError::NotFound(Missing::Workspace))?;
    let catalog = call.app.catalog(&call.caller).await?;
    Ok(status::one(&Service::of(&entered.workspace, &account.workspace, &catalog)))
}

/// Services have no channels and no address here: a filter by one leaves out all.
fn is_asked_for(service: &Service<'_>, query: &Query) -> bool {
    is_same(query, "account_id", service.account_id())
        && is_like(query, "display_name", service.display_name)
        && query.get("channel_value").is_none()
        && is_like(query, "address", "")
        && ["city", "state", "country", "postal_code"].iter().all(|name| is_same(query, name, ""))
}
