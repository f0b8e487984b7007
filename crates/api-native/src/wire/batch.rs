//! A batch: what a client sends, and what came of each operation.

use api_kit::{Body, decode};
use app::{Done, NotDone, Together, Written};
use model::{Change, Json, Rejection, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::ContactBody;
use super::undo::word;
use crate::Error;
use crate::error::as_part;

/// Operations, and what a refused one means for the others.
pub(crate) struct Batch {
    pub(crate) together: Together,
    pub(crate) operations: Vec<Json>,
}

/// Reads `{"mode": "atomic" | "each", "operations": [OPERATION…]}`.
pub(crate) fn decode_batch(body: Body) -> Result<Batch, Rejection> {
    let mut noted = Change::default();
    let mut batch = Batch { together: Together::AllOrNone, operations: Vec::new() };
    let members = body.object(&mut noted);
    if noted.violations.is_empty() && !members.contains_key("operations") {
        noted.refuse("operations", ViolationKind::Missing);
    }
    for (name, json) in members {
        let read = match (name.as_str(), json) {
            ("operations", Json::Array(rows)) => {
                batch.operations = rows;
                Ok(())
            }
            ("operations", _) => Err(ViolationKind::WrongType("an array")),
            ("mode", json) => mode(&json).map(|together| batch.together = together),
            _ => Err(ViolationKind::UnknownMember),
        };
        if let Err(kind) = read {
            noted.refuse(name, kind);
        }
    }
    if noted.violations.is_empty() { Ok(batch) } else { Err(Rejection { violations: noted.violations }) }
}

fn mode(json: &Json) -> Result<Together, ViolationKind> {
    match decode::text(json)? {
        "atomic" => Ok(Together::AllOrNone),
        "each" => Ok(Together::Each),
        _ => Err(ViolationKind::NotOneOf(["atomic", "each"].map(str::to_owned).to_vec())),
    }
}

/// What came of a batch.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Batch")]
pub(crate) struct BatchBody<'a> {
    change: Option<u64>,
    results: Vec<ResultBody<'a>>,
}

/// What came of an operation.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Result")]
#[serde(untagged)]
enum ResultBody<'a> {
    Done { status: u16, done: &'static str, change: Option<u64>, contact: Option<Box<ContactBody<'a>>> },
    Refused { status: u16, problem: Json },
}

impl<'a> BatchBody<'a> {
    /// What came of each operation, in their order.
    pub(crate) fn new(change: Option<u64>, results: &'a [Result<Written, NotDone>]) -> Self {
        Self { change, results: results.iter().map(ResultBody::of).collect() }
    }
}

impl<'a> ResultBody<'a> {
    fn of(result: &'a Result<Written, NotDone>) -> Self {
        match result {
            Ok(written) => {
                let view = &written.view;
                let is_gone = written.done == Done::Deleted;
                let contact = || Box::new(ContactBody::new(&view.contact, &view.catalog));
                Self::Done {
                    status: match written.done {
                        Done::Created => 201,
                        Done::Deleted => 204,
                        Done::Updated | Done::Unchanged | Done::Restored => 200,
                    },
                    done: word(written.done),
                    change: written.change,
                    contact: (!is_gone).then(contact),
                }
            }
            Err(fault) => {
                let (status, problem) = match fault {
                    NotDone::Refused(error) => crate::error::of_app_as_part(error),
                    NotDone::Several => as_part(&Error::Ambiguous(None)),
                };
                Self::Refused { status, problem }
            }
        }
    }
}
