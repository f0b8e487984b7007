//! Many writes in one request: one commit, one change that one undo takes back.

mod record;

use api_kit::{Answer, Call, Problem, json, with_change};
use app::{BATCH_MAX, BatchDone, NotDone, Operation};
use axum::http::StatusCode;
use model::{
    Catalog, Change, Dialect, Json, Precondition, RecordKind, Ref, Rejection, Revisions, Violation,
    ViolationKind,
};

use crate::media::LargeDocument;
use crate::wire::{self, BatchBody};
use crate::{Error, NativeApi, by};

/// Most bytes of a batch.
pub(crate) const BATCH_BYTES: usize = 8 << 20;

type Map = serde_json::Map<String, Json>;

pub(crate) async fn run(
    call: Call<NativeApi>,
    LargeDocument(body): LargeDocument<BATCH_BYTES>,
) -> Answer<NativeApi> {
    let catalog = call.app.catalog(&call.caller).await?;
    let wire::Batch { together, operations } = wire::decode_batch(body).map_err(app::Error::Rejected)?;
    if operations.len() > BATCH_MAX {
        return Err(Error::TooMany(BATCH_MAX));
    }
    let mut read = Vec::with_capacity(operations.len());
    for row in operations {
        read.push(operation(&call, row, &catalog).await);
    }
    // Each operation has a condition of its own.
    let caller = call.caller.clone().wanting(None);
    match call.app.run_batch(&caller, read, together).await? {
        BatchDone::All(results, change) => {
            Ok(with_change(change, json(StatusCode::OK, &BatchBody::new(change, &results))))
        }
        BatchDone::Nothing(place, fault) => Err(at(place, fault)),
    }
}

/// Why a batch that is carried out as a whole was not: because of the operation at this place.
fn at(place: usize, fault: NotDone) -> Error {
    let problem = match fault {
        NotDone::Refused(error) => Problem::App(error),
        NotDone::Several => return Error::Ambiguous(Some(place)),
    };
    let members = [("operation".to_owned(), Json::from(place))].into_iter().collect();
    Error::Explained { problem, members: Box::new(members) }
}

/// Reads one operation.
async fn operation(call: &Call<NativeApi>, row: Json, catalog: &Catalog) -> Result<Operation, app::Error> {
    let Json::Object(mut members) = row else { return refuse("", ViolationKind::WrongType("an object")) };
    let op = match members.remove("op") {
        Some(Json::String(op)) => op,
        Some(_) => return refuse("op", ViolationKind::WrongType("a string")),
        None => return refuse("op", ViolationKind::Missing),
    };
    match members.remove("kind") {
        None => {}
        Some(Json::String(kind)) if kind == RecordKind::Contact.as_str() => {}
        Some(kind) => return record::operation(call, (&op, &kind), members, catalog).await,
    }
    let mut noted = Change::default();
    let read = match op.as_str() {
        "create" => Operation::Create(body(&mut members)),
        "update" => {
            let precondition = precondition(&mut members, &mut noted);
            Operation::Update(named(&mut members, &mut noted), Change { precondition, ..body(&mut members) })
        }
        "upsert" => {
            let precondition = precondition(&mut members, &mut noted);
            let (word, value) =
                (text("by", &mut members, &mut noted), text("value", &mut members, &mut noted));
            let key = match by::key(&word, &value) {
                _ if !noted.violations.is_empty() => return Err(rejected(noted)),
                Ok(key) => key,
                Err(fault) => return Err(rejected_key(&fault)),
            };
            Operation::Upsert(key, Change { precondition, ..body(&mut members) })
        }
        "delete" => {
            let precondition = precondition(&mut members, &mut noted);
            Operation::Delete(named(&mut members, &mut noted), precondition)
        }
        "merge" => {
            let precondition = precondition(&mut members, &mut noted);
            let into = named(&mut members, &mut noted);
            let asked = wire::read_merge(&members, &[], catalog, &mut noted);
            members.clear();
            Operation::Merge(asked.merge(into, precondition))
        }
        _ => {
            let known = ["create", "update", "upsert", "delete", "merge"].map(str::to_owned).to_vec();
            return refuse("op", ViolationKind::NotOneOf(known));
        }
    };
    finish(&members, noted)?;
    Ok(read)
}

/// Refuses what was found wrong with an operation, and the members that are left.
fn finish(members: &Map, mut noted: Change) -> Result<(), app::Error> {
    members.keys().for_each(|name| noted.refuse(name.as_str(), ViolationKind::UnknownMember));
    if noted.violations.is_empty() { Ok(()) } else { Err(rejected(noted)) }
}

fn refuse<T>(at: &str, kind: ViolationKind) -> Result<T, app::Error> {
    Err(app::Error::Rejected(Violation::new(at, kind).into()))
}

fn rejected(noted: Change) -> app::Error {
    app::Error::Rejected(Rejection { violations: noted.violations })
}

/// What is wrong with a key, as it is said of a member.
fn rejected_key(fault: &Error) -> app::Error {
    let violation = match fault {
        Error::NoKey(must) => Violation::new("value", ViolationKind::Unusable((*must).to_owned())),
        _ => Violation::new("by", by::words()),
    };
    app::Error::Rejected(violation.into())
}

/// The merge patch of an operation.
fn body(members: &mut Map) -> Change {
    let kind = match members.remove("body") {
        Some(json @ Json::Object(_)) => return wire::decode(api_kit::Body::Json(json)),
        Some(_) => ViolationKind::WrongType("an object"),
        None => ViolationKind::Missing,
    };
    let mut change = Change::default();
    change.refuse("body", kind);
    change
}

fn named(members: &mut Map, noted: &mut Change) -> Ref {
    Ref::uuid(Dialect::Native, &text("id", members, noted))
}

fn text(name: &str, members: &mut Map, noted: &mut Change) -> String {
    match members.remove(name) {
        Some(Json::String(text)) => return text,
        Some(_) => noted.refuse(name, ViolationKind::WrongType("a string")),
        None => noted.refuse(name, ViolationKind::Missing),
    }
    String::new()
}

/// `if_match` is the revision that the record must have; `if_none_match` can only be `*`: there must be none.
fn precondition(members: &mut Map, noted: &mut Change) -> Option<Box<Precondition>> {
    let mut precondition = Precondition::default();
    match members.remove("if_match").map(|json| json.as_u64()) {
        None => {}
        Some(Some(revision)) => precondition.is = Some(Revisions::These(vec![revision])),
        Some(None) => noted.refuse("if_match", ViolationKind::WrongType("a revision")),
    }
    match members.remove("if_none_match") {
        None => {}
        Some(json) if json == "*" => precondition.is_not = Some(Revisions::Any),
        Some(_) => noted.refuse("if_none_match", ViolationKind::NotOneOf(vec!["*".to_owned()])),
    }
    (precondition != Precondition::default()).then(|| Box::new(precondition))
}
