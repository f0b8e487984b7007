//! The list of custom fields, global ones included.

use api_kit::{Answer, Call};
use model::Entity;

use crate::Zingle;
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
    let (rows, echo) = page.of(rows, |row| row.data_type.to_owned());
    Ok(status::list(&rows, echo))
}
