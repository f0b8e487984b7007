//! The list of labels: our tags.

use api_kit::{Answer, Call};

use crate::Zingle;
use crate::page::Page;
use crate::service::{Inside, enter};
use crate::wire::label::Label;
use crate::wire::status;

pub(crate) async fn list(call: Call<Zingle>) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let page = Page::read(&call.query, &["id", "display_name"])?;
    let catalog = call.app.catalog(&call.caller).await?;
    let rows: Vec<_> = catalog.tags.iter().map(Label::of).collect();
    let (rows, echo) = page.of(rows, |row| row.display_name.to_owned());
    Ok(status::list(&rows, echo))
}
