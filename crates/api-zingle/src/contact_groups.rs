//! Contact groups: list, get, create, update, delete. Ours are lists of contacts.

use api_kit::{Answer, Call, with_change};
use app::WrittenItem;
use axum::response::Response;
use model::{Catalog, Dialect, Entity, ItemRef, List};

use crate::camel::{Input, NoInput};
use crate::error::Refusal;
use crate::page::Page;
use crate::service::{Inside, enter};
use crate::wire::group::{Asked, ContactGroup, all};
use crate::wire::status;
use crate::{Error, Zingle};

pub(crate) async fn list(call: Call<Zingle>) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let page = Page::read(&call.query, &["display_name", "id"])?;
    let catalog = call.app.catalog(&call.caller).await?;
    let rows = all(&catalog).map(|list| ContactGroup::of(list, &catalog));
    let (rows, echo) = page.of(rows.collect(), |row, _| row.display_name.to_owned());
    Ok(status::list(&rows, echo))
}

pub(crate) async fn get(call: Call<Zingle>) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let catalog = call.app.catalog(&call.caller).await?;
    Ok(status::one(&ContactGroup::of(find(&call, &catalog)?, &catalog)))
}

pub(crate) async fn create(call: Call<Zingle>, Input(body): Input) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let asked = Asked::create(body)?;
    let made = call.app.create_item(&call.caller, |fresh, catalog| asked.make(fresh, catalog)).await?;
    Ok(wrote(&made))
}

pub(crate) async fn update(call: Call<Zingle>, Input(body): Input) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let asked = Asked::update(body, find(&call, &*call.app.catalog(&call.caller).await?)?)?;
    let edit = |list: &mut List, catalog: &Catalog| asked.change(list, catalog);
    Ok(wrote(&call.app.update_item(&call.caller, &named(&call), edit).await?))
}

pub(crate) async fn delete(call: Call<Zingle>, _: NoInput) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    find(&call, &*call.app.catalog(&call.caller).await?)?;
    let deleted = call.app.delete_item::<List>(&call.caller, &named(&call)).await?;
    Ok(with_change(deleted.change, status::done("Contact group deleted")))
}

/// The group that the path names.
fn named(call: &Call<Zingle>) -> ItemRef {
    ItemRef::id_text(Dialect::Zingle, call.param("group_id"))
}

/// Lists of companies are no groups.
fn find<'c>(call: &Call<Zingle>, catalog: &'c Catalog) -> Result<&'c List, Error> {
    let found = catalog.lists.find(&named(call)).filter(|list| list.entity == Entity::Contact);
    Ok(found.ok_or(Refusal::NoGroup)?)
}

fn wrote(written: &WrittenItem<List>) -> Response {
    with_change(written.change, status::one(&ContactGroup::of(&written.item, &written.catalog)))
}
