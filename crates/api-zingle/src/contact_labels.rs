//! Labels: list, get. Ours are tags.

use api_kit::{Answer, Call};
use model::{Dialect, ItemRef};

use crate::Zingle;
use crate::error::Refusal;
use crate::matching::{flag, is_like};
use crate::page::Page;
use crate::service::{Inside, enter};
use crate::wire::label::Label;
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
    let named = ItemRef::id_text(Dialect::Zingle, call.param("label_id"));
    let found = catalog.tags.find(&named).ok_or(Refusal::NoLabel)?;
    Ok(status::one(&Label::of(found)))
}
