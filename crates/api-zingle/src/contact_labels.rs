//! Labels: list, get, create, update, delete. Ours are tags.

use api_kit::{Answer, Call, with_change};
use app::WrittenItem;
use axum::response::Response;
use model::{Dialect, ItemRef, Tag};

use crate::Zingle;
use crate::camel::{Input, NoInput};
use crate::error::Refusal;
use crate::matching::{flag, is_like};
use crate::page::Page;
use crate::service::{Inside, enter};
use crate::wire::label::{Asked, Label};
use crate::wire::status;

pub(crate) async fn list(call: Call<Zingle>) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let page = Page::read(&call.query, &["id", "display_name"])?;
    let catalog = call.app.catalog(&call.caller).await?;
    let is_global = flag(&call.query, "is_global")?;
    let rows = catalog.tags.iter().map(Label::of).filter(|row| {
        is_global.is_none_or(|flag| row.is_global == flag)
            && is_like(&call.query, "display_name", row.display_name)
    });
    let (rows, echo) = page.of(rows.collect(), |row, _| row.display_name.to_owned());
    Ok(status::list(&rows, echo))
}

pub(crate) async fn get(call: Call<Zingle>) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let catalog = call.app.catalog(&call.caller).await?;
    Ok(status::one(&Label::of(catalog.tags.find(&named(&call)).ok_or(Refusal::NoLabel)?)))
}

pub(crate) async fn create(call: Call<Zingle>, Input(body): Input) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let asked = Asked::create(body)?;
    let made = call.app.create_item(&call.caller, |fresh, catalog| asked.make(fresh, catalog)).await?;
    Ok(wrote(&made))
}

/// Any subset of the members.
pub(crate) async fn update(call: Call<Zingle>, Input(body): Input) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let label = named(&call);
    call.app.catalog(&call.caller).await?.tags.find(&label).ok_or(Refusal::NoLabel)?;
    let asked = Asked::update(body)?;
    let edit = |tag: &mut Tag, catalog: &model::Catalog| asked.change(tag, catalog);
    Ok(wrote(&call.app.update_item(&call.caller, &label, edit).await?))
}

/// Contacts that have it lose it.
pub(crate) async fn delete(call: Call<Zingle>, _: NoInput) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let deleted = call.app.delete_item::<Tag>(&call.caller, &named(&call)).await?;
    Ok(with_change(deleted.change, status::done("Label deleted")))
}

/// The label that the path names.
fn named(call: &Call<Zingle>) -> ItemRef {
    ItemRef::id_text(Dialect::Zingle, call.param("label_id"))
}

fn wrote(written: &WrittenItem<Tag>) -> Response {
    with_change(written.change, status::one(&Label::of(&written.item)))
}
