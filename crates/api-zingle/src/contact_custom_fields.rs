//! Custom fields, global ones included: list, get.

use api_kit::{Answer, Call};
use model::{Dialect, Entity, ItemRef};

use crate::Zingle;
use crate::error::Refusal;
use crate::page::Page;
use crate::service::{Inside, enter};
use crate::wire::field::CustomField;
use crate::wire::status;

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
    let named = ItemRef::id_text(Dialect::Zingle, call.param("custom_field_id"));
    let found = catalog.fields.find(&named).filter(|field| field.entity == Entity::Contact);
    Ok(status::one(&CustomField::of(found.ok_or(Refusal::NoField)?)))
}
