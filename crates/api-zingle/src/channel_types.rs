//! Channel types: list, get, update, and what the vendor took out of its API.

use api_kit::{Answer, Call, with_change};
use app::Error as AppError;
use axum::response::Response;
use model::{Dialect, ItemRef};

use crate::Zingle;
use crate::camel::{Input, NoInput};
use crate::error::Refusal;
use crate::page::Page;
use crate::service::{Inside, enter};
use crate::wire::channel_type::{Asked, ChannelType, check_writable};
use crate::wire::status;

const SORTABLE: [&str; 3] = ["id", "type_class", "display_name"];

pub(crate) async fn list(call: Call<Zingle>) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let page = Page::read(&call.query, &SORTABLE)?;
    let catalog = call.app.catalog(&call.caller).await?;
    let rows: Vec<_> = catalog.channel_types.iter().map(|each| ChannelType::of(each, &catalog)).collect();
    Ok(answer(&page, rows))
}

/// Those of all services, each once: services share the global ones.
pub(crate) async fn everywhere(call: Call<Zingle>) -> Answer<Zingle> {
    let page = Page::read(&call.query, &SORTABLE)?;
    let mut catalogs = Vec::new();
    for each in call.app.reached(&call.caller).await? {
        catalogs.push(call.app.catalog(&each.caller).await?);
    }
    let mut rows: Vec<ChannelType<'_>> = Vec::new();
    for catalog in &catalogs {
        for row in catalog.channel_types.iter().map(|each| ChannelType::of(each, catalog)) {
            if rows.iter().all(|other| other.id != row.id) {
                rows.push(row);
            }
        }
    }
    Ok(answer(&page, rows))
}

pub(crate) async fn get(call: Call<Zingle>) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let catalog = call.app.catalog(&call.caller).await?;
    let named = ItemRef::id_text(Dialect::Zingle, call.param("channel_type_id"));
    let found = catalog.channel_types.find(&named).ok_or(Refusal::NoChannelType)?;
    Ok(status::one(&ChannelType::of(found, &catalog)))
}

/// The notification URLs are kept and shown; since no messages are kept, nothing is ever sent to them.
pub(crate) async fn update(call: Call<Zingle>, Input(body): Input) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let named = ItemRef::id_text(Dialect::Zingle, call.param("channel_type_id"));
    let catalog = call.app.catalog(&call.caller).await?;
    let found = catalog.channel_types.find(&named).ok_or(Refusal::NoChannelType)?;
    check_writable(found).map_err(AppError::Rejected)?;
    let asked = Asked::update(body)?;
    let edit = |each: &mut model::ChannelType, _: &model::Catalog| asked.change(each);
    let written = call.app.update_item(&call.caller, &named, edit).await?;
    Ok(with_change(written.change, status::one(&ChannelType::of(&written.item, &written.catalog))))
}

pub(crate) async fn create(call: Call<Zingle>, _: NoInput) -> Answer<Zingle> {
    enter(call).await?;
    Err(Refusal::TypeCreation.into())
}

pub(crate) async fn delete(call: Call<Zingle>, _: NoInput) -> Answer<Zingle> {
    enter(call).await?;
    Err(Refusal::TypeDeletion.into())
}

fn answer(page: &Page, rows: Vec<ChannelType<'_>>) -> Response {
    let (rows, echo) = page.of(rows, |row, field| match field {
        "type_class" => row.type_class.to_owned(),
        _ => row.display_name.to_string(),
    });
    status::list(&rows, echo)
}
