//! What a merge of contacts takes and answers.

use api_kit::Body;
use model::{Dialect, Json, Ref, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::id_text;
use super::members::Members;
use crate::Error;

// QUIRK(acquire): the table of customer/merge.md calls `mergeId` an integer, its example has an array, and a client
// sends `sourceIds`; all are taken. Test: merges_are_asked_for_in_every_spelling.
const NAMES: [&str; 2] = ["mergeId", "sourceIds"];

/// Reads the contacts that are to be merged, each with the member that names it.
pub(crate) fn read(body: Body) -> Result<Vec<(String, Ref)>, Error> {
    let mut members = Members::read(body);
    if !NAMES.iter().any(|name| members.has(name)) {
        members.require(&["mergeId"]);
    }
    let mut from = Vec::new();
    for name in NAMES {
        from.extend(members.get(name, |json| ids(name, json)).unwrap_or_default());
    }
    members.refuse_rest();
    members.finish()?;
    Ok(from)
}

fn ids(name: &str, json: &Json) -> Result<Vec<(String, Ref)>, ViolationKind> {
    let id = |at: String, item: &Json| {
        let text = id_text(item).ok_or(ViolationKind::WrongType("an integer or an array of integers"))?;
        Ok((at, Ref::number(Dialect::Acquire, &text)))
    };
    match json {
        Json::Array(items) if items.is_empty() => Err(ViolationKind::Blank),
        Json::Array(items) => {
            items.iter().enumerate().map(|(n, item)| id(format!("{name}.{n}"), item)).collect()
        }
        item => Ok(vec![id(name.to_owned(), item)?]),
    }
}

/// The answer to a merge.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Merged {
    id: u64,
    message: String,
}

impl Merged {
    /// These were merged into the contact with this id.
    pub(crate) fn new(id: u64, from: &[(String, Ref)]) -> Self {
        let from: Vec<_> = from.iter().map(|(_, other)| format!("#{}", other.text)).collect();
        let message = format!("{} contact timeline's merged with #{id} successfully.", from.join(", "));
        Self { id, message }
    }
}
