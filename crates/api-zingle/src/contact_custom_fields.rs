//! Custom fields: list, get, create, update, delete. Global ones are only read.

use api_kit::{Answer, Call, with_change};
use app::{Error as AppError, WrittenItem};
use axum::response::Response;
use model::{Catalog, Dialect, Entity, Field, ItemRef};

use crate::camel::{Input, NoInput};
use crate::error::Refusal;
use crate::page::Page;
use crate::service::{Inside, enter};
use crate::wire::field::{Asked, CustomField, check_writable};
use crate::wire::status;
use crate::{Error, Zingle};

pub(crate) async fn list(call: Call<Zingle>) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let page = Page::read(&call.query, &["id", "data_type"])?;
    let catalog = call.app.catalog(&call.caller).await?;
    let fields = catalog.fields.iter().filter(|field| field.entity == Entity::Contact);
    let rows: Vec<_> = fields.map(CustomField::of).collect();
    let (rows, echo) = page.of(rows, |row, _| row.data_type.to_owned());
    Ok(status::list(&rows, echo))
}

pub(crate) async fn get(call: Call<Zingle>) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let catalog = call.app.catalog(&call.caller).await?;
    Ok(status::one(&CustomField::of(find(&call, &catalog)?)))
}

pub(crate) async fn create(call: Call<Zingle>, Input(body): Input) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let asked = Asked::create(body)?;
    let make = |fresh, catalog: &Catalog| asked.make(fresh, catalog, || call.app.fresh_id());
    Ok(wrote(&call.app.create_item(&call.caller, make).await?))
}

/// Options that are sent replace all; without any the field keeps its own.
pub(crate) async fn update(call: Call<Zingle>, Input(body): Input) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    check_writable(find(&call, &*call.app.catalog(&call.caller).await?)?).map_err(AppError::Rejected)?;
    let asked = Asked::update(body)?;
    let edit = |field: &mut Field, catalog: &Catalog| asked.change(field, catalog, || call.app.fresh_id());
    Ok(wrote(&call.app.update_item(&call.caller, &named(&call), edit).await?))
}

/// Contacts lose its values.
pub(crate) async fn delete(call: Call<Zingle>, _: NoInput) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    check_writable(find(&call, &*call.app.catalog(&call.caller).await?)?).map_err(AppError::Rejected)?;
    let deleted = call.app.delete_item::<Field>(&call.caller, &named(&call)).await?;
    Ok(with_change(deleted.change, status::done("Contact Custom Field deleted")))
}

/// The custom field that the path names.
fn named(call: &Call<Zingle>) -> ItemRef {
    ItemRef::id_text(Dialect::Zingle, call.param("custom_field_id"))
}

fn find<'c>(call: &Call<Zingle>, catalog: &'c Catalog) -> Result<&'c Field, Error> {
    let found = catalog.fields.find(&named(call)).filter(|field| field.entity == Entity::Contact);
    Ok(found.ok_or(Refusal::NoField)?)
}

fn wrote(written: &WrittenItem<Field>) -> Response {
    with_change(written.change, status::one(&CustomField::of(&written.item)))
}
