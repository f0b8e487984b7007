//! `contactd contact search`: contacts by what they have and are, beside a server that may be running.

use anyhow::anyhow;
use api_native::command;
use app::Error;
use model::Json;
use serde_json::json;

use super::{Desk, print, print_json, table};
use crate::cli::ContactCommand;

/// What a table shows.
const COLUMNS: [&str; 4] = ["number", "name", "reached_by", "id"];

pub(crate) async fn run(command: ContactCommand) -> anyhow::Result<()> {
    let ContactCommand::Search { search, sort, limit, place } = command;
    let desk = Desk::open(&place).await?;
    let found = command::search(&desk.app, &desk.caller, (&search, sort.as_deref(), limit)).await;
    let found = found.map_err(refused)?;
    if desk.is_json {
        return print_json(&found);
    }
    let rows: Vec<Json> = found.iter().map(row).collect();
    print(&table::of(&COLUMNS, &rows))
}

fn row(contact: &Json) -> Json {
    let member = |name: &str| contact.get(name).cloned().unwrap_or_default();
    let name = contact.pointer("/name/full").cloned().unwrap_or_default();
    let channels = contact.get("channels").and_then(Json::as_array).into_iter().flatten();
    let values: Vec<&str> = channels.filter_map(|channel| channel.get("value")?.as_str()).collect();
    json!({"number": member("number"), "name": name, "reached_by": values.join(" "), "id": member("id")})
}

fn refused(fault: Error) -> anyhow::Error {
    let what = "cannot search";
    match fault {
        Error::Rejected(rejection) => anyhow!(api_native::reasons(&rejection).join("; ")).context(what),
        fault => anyhow::Error::new(fault).context(what),
    }
}
