//! A batch: what a client sends, and what came of each operation.

use api_kit::{Body, decode};
use app::{Done, NotDone, OperationDone, RecordOutcome, Together, Written};
use model::{Change, Company, Json, Note, Record, Rejection, Task, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::ContactBody;
use super::undo::word;
use crate::Error;
use crate::error::as_part;
use crate::resource::Resource;
use crate::shelf::{Records, Shelf as _};

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
    Done {
        status: u16,
        done: &'static str,
        change: Option<u64>,
        contact: Option<Box<ContactBody<'a>>>,
    },
    Company {
        status: u16,
        done: &'static str,
        change: Option<u64>,
        company: Option<Box<BodyOf<'a, Company>>>,
    },
    Note {
        status: u16,
        done: &'static str,
        change: Option<u64>,
        note: Option<Box<BodyOf<'a, Note>>>,
    },
    Task {
        status: u16,
        done: &'static str,
        change: Option<u64>,
        task: Option<Box<BodyOf<'a, Task>>>,
    },
    Refused {
        status: u16,
        problem: Json,
    },
}

type BodyOf<'a, D> = <D as Resource>::Body<'a>;

impl<'a> BatchBody<'a> {
    /// What came of each operation, in their order.
    pub(crate) fn new(change: Option<u64>, results: &'a [Result<OperationDone, NotDone>]) -> Self {
        Self { change, results: results.iter().map(ResultBody::of).collect() }
    }
}

impl<'a> ResultBody<'a> {
    fn of(result: &'a Result<OperationDone, NotDone>) -> Self {
        match result {
            Ok(OperationDone::Contact(Written { view, done, change, .. })) => Self::Done {
                status: status(*done),
                done: word(*done),
                change: *change,
                contact: shown(*done, || ContactBody::new(&view.contact, &view.catalog)),
            },
            Ok(OperationDone::Record(RecordOutcome { record, catalog, done, event, .. })) => {
                let (status, word, change) = (status(*done), word(*done), *event);
                match &**record {
                    Record::Company(row) => {
                        let company = shown(*done, || row.body(Records::<Company>::context(row, catalog)));
                        Self::Company { status, done: word, change, company }
                    }
                    Record::Note(row) => {
                        let note = shown(*done, || row.body(Records::<Note>::context(row, catalog)));
                        Self::Note { status, done: word, change, note }
                    }
                    Record::Task(row) => {
                        let task = shown(*done, || row.body(Records::<Task>::context(row, catalog)));
                        Self::Task { status, done: word, change, task }
                    }
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

fn status(done: Done) -> u16 {
    match done {
        Done::Created => 201,
        Done::Deleted => 204,
        Done::Updated | Done::Unchanged | Done::Restored => 200,
    }
}

/// A record, unless it is gone.
fn shown<T>(done: Done, body: impl FnOnce() -> T) -> Option<Box<T>> {
    (done != Done::Deleted).then(|| Box::new(body()))
}
