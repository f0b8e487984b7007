//! Operations of a batch on companies, notes and tasks.

use api_kit::Call;
use app::{Fresh, Operation, RecordEdit, RecordOperation};
use model::{Catalog, Change, Company, Document, Json, Note, RecordKind, Task, ViolationKind};

use super::{Map, finish, named, precondition, refuse};
use crate::NativeApi;
use crate::members::Purpose;
use crate::resource::{Resource, editing};
use crate::shelf::Records;

/// Reads one operation on what is no contact.
pub(super) async fn operation(
    call: &Call<NativeApi>,
    (op, kind): (&str, &Json),
    members: Map,
    catalog: &Catalog,
) -> Result<Operation, app::Error> {
    const KINDS: [RecordKind; 4] =
        [RecordKind::Contact, RecordKind::Company, RecordKind::Note, RecordKind::Task];
    let Json::String(word) = kind else { return refuse("kind", ViolationKind::WrongType("a string")) };
    let read = match KINDS.into_iter().find(|kind| kind.as_str() == word) {
        Some(RecordKind::Company) => read::<Company>(call, op, members, catalog).await,
        Some(RecordKind::Note) => read::<Note>(call, op, members, catalog).await,
        Some(RecordKind::Task) => read::<Task>(call, op, members, catalog).await,
        _ => refuse("kind", ViolationKind::NotOneOf(KINDS.map(|kind| kind.as_str().to_owned()).to_vec())),
    };
    read.map(Operation::Record)
}

async fn read<D: Document + Resource>(
    call: &Call<NativeApi>,
    op: &str,
    mut members: Map,
    catalog: &Catalog,
) -> Result<RecordOperation, app::Error> {
    let mut noted = Change::default();
    let (app, caller) = (&call.app, &call.caller);
    match op {
        "create" => {
            let patch = patch(&mut members, &mut noted);
            finish(&members, noted)?;
            D::check_links(app, caller, (None, &patch)).await?;
            let mut row = D::blank(Fresh { id: app.fresh_id(), number: 0, now: app.now() });
            editing::<Records<D>>(app, patch, Purpose::Create)(&mut row, catalog)
                .map_err(app::Error::Rejected)?;
            Ok(RecordOperation::Create(Box::new(row.into())))
        }
        "update" => {
            let precondition = precondition(&mut members, &mut noted);
            let (named, patch) = (named(&mut members, &mut noted), patch(&mut members, &mut noted));
            finish(&members, noted)?;
            if patch.contains_key("contacts") {
                // What it is linked with already may be sent back.
                let before = match app.get_record::<D>(caller, &named).await {
                    Ok(view) => Some(view.record),
                    // An operation before may make it.
                    Err(app::Error::NotFound(_)) => None,
                    Err(fault) => return Err(fault),
                };
                D::check_links(app, caller, (before.as_ref(), &patch)).await?;
            }
            let edit = RecordEdit::of(editing::<Records<D>>(app, patch, Purpose::Update));
            Ok(RecordOperation::Update(D::KIND, named, precondition, edit))
        }
        "delete" => {
            let precondition = precondition(&mut members, &mut noted);
            let named = named(&mut members, &mut noted);
            finish(&members, noted)?;
            Ok(RecordOperation::Delete(D::KIND, named, precondition))
        }
        _ => {
            let known = ["create", "update", "delete"].map(str::to_owned).to_vec();
            refuse("op", ViolationKind::NotOneOf(known))
        }
    }
}

/// The merge patch of an operation.
fn patch(members: &mut Map, noted: &mut Change) -> Map {
    match members.remove("body") {
        Some(Json::Object(patch)) => return patch,
        Some(_) => noted.refuse("body", ViolationKind::WrongType("an object")),
        None => noted.refuse("body", ViolationKind::Missing),
    }
    Map::new()
}
