//! The list of channel types.

use api_kit::{Answer, Call};

use crate::Zingle;
use crate::page::Page;
use crate::service::{Inside, enter};
use crate::wire::channel_type::ChannelType;
use crate::wire::status;

pub(crate) async fn list(call: Call<Zingle>) -> Answer<Zingle> {
    let Inside { call, .. } = enter(call).await?;
    let page = Page::read(&call.query, &["id", "type_class", "display_name"])?;
    let catalog = call.app.catalog(&call.caller).await?;
    let rows: Vec<_> = catalog.channel_types.iter().map(|each| ChannelType::of(each, &catalog)).collect();
    let (rows, echo) = page.of(rows, |row| match page.sort_field() {
        "type_class" => row.type_class.to_owned(),
        _ => row.display_name.to_string(),
    });
    Ok(status::list(&rows, echo))
}
