//! `contactd field option`: the options of a field, one at a time. Each command is one patch of the field.

use anyhow::Context;
use model::Json;
use serde_json::json;

use super::{Desk, FIELD, find, print, print_json, table, text};
use crate::cli::{OptionCommand, Place};

/// A field, and its options as a patch writes them back.
struct Options {
    desk: Desk,
    field: Json,
    rows: Vec<Json>,
}

pub(super) async fn run(command: OptionCommand) -> anyhow::Result<()> {
    match command {
        OptionCommand::List { field, place } => {
            let options = Options::open(&field, &place).await?;
            if options.desk.is_json {
                return print_json(&options.rows);
            }
            print(&table::of(&["id", "value", "name"], &options.rows))
        }
        OptionCommand::Add { field, value, name, position, place } => {
            let mut options = Options::open(&field, &place).await?;
            let last = options.rows.len() + 1;
            let mut option = json!({ "value": value });
            if let (Some(name), Some(members)) = (name, option.as_object_mut()) {
                members.insert("name".to_owned(), name.into());
            }
            options.insert(position.unwrap_or(last), option)?;
            options.save().await
        }
        OptionCommand::Rename { field, option, value, place } => {
            let mut options = Options::open(&field, &place).await?;
            let at = options.position(&option)?;
            let row = options.rows.get_mut(at).and_then(Json::as_object_mut).context("no such option")?;
            // A name of its own stays; one that was the value follows it.
            if row.get("name") == row.get("value") {
                row.remove("name");
            }
            row.insert("value".to_owned(), value.into());
            options.save().await
        }
        OptionCommand::Move { field, option, position, place } => {
            let mut options = Options::open(&field, &place).await?;
            let at = options.position(&option)?;
            let row = options.rows.remove(at);
            options.insert(position, row)?;
            options.save().await
        }
        OptionCommand::Delete { field, option, place } => {
            let mut options = Options::open(&field, &place).await?;
            let at = options.position(&option)?;
            options.rows.remove(at);
            options.save().await
        }
    }
}

impl Options {
    async fn open(field: &str, place: &Place) -> anyhow::Result<Self> {
        let desk = Desk::open(place).await?;
        let field = desk.find(FIELD, field).await?;
        let rows = field.get("options").and_then(Json::as_array).cloned().unwrap_or_default();
        Ok(Self { desk, field, rows })
    }

    /// Where the option stands that a text names.
    fn position(&self, named: &str) -> anyhow::Result<usize> {
        let found = find(&self.rows, "option", &["value", "name"], named)
            .map_err(|fault| fault.context(format!("in the field '{}'", text(&self.field, "name"))))?;
        self.rows.iter().position(|row| std::ptr::eq(row, found)).context("no such option")
    }

    /// Puts an option at a place, from 1.
    fn insert(&mut self, position: usize, row: Json) -> anyhow::Result<()> {
        let places = self.rows.len() + 1;
        let at = position.checked_sub(1).filter(|at| *at < places);
        let at = at.with_context(|| format!("the place must be from 1 to {places}, not {position}"))?;
        self.rows.insert(at, row);
        Ok(())
    }

    async fn save(self) -> anyhow::Result<()> {
        let patch = json!({ "options": self.rows });
        self.desk.update_read(FIELD, &self.field, &patch).await
    }
}
