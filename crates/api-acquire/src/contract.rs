//! What the vendor documents, and what the routes answer.

use std::sync::LazyLock;

use api_kit::{Answers, Contract};
use schemars::{JsonSchema, Schema, json_schema};

use crate::error::Body;
use crate::wire::block::{Block, Ended};
use crate::wire::contact::Contact;
use crate::wire::detail::Detail;
use crate::wire::envelope::{Deleted, Success};
use crate::wire::merge::Merged;
use crate::wire::object_field::ObjectField;
use crate::wire::{company, list, note, search, tag};

/// The contract of this API.
pub static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract::new(include_str!("../fidelity.toml"), answers));

fn answers(all: &mut Answers) {
    all.errors::<Body>("application/json");
    contacts(all);
    one::<Vec<Block<'_>>>(all, &["POST /api/v1/crm/block-visitor"]);
    one::<Block<'_>>(all, &["GET /api/v1/crm/block-visitor/{id}"]);
    one::<Ended>(all, &["DELETE /api/v1/crm/block-visitor"]);
    listed::<Block<'_>>(all, &["offset", "count"], "data", &["GET /api/v1/crm/block-visitor"]);
    one::<company::Detail<'_>>(
        all,
        &[
            "POST /api/v1/crm/objects/company",
            "GET /api/v1/crm/objects/company/{companyId}",
            "PUT /api/v1/crm/objects/company/{companyId}",
        ],
    );
    listed::<company::Detail<'_>>(all, &PAGE, "data", &["GET /api/v1/crm/objects/company"]);
    one::<ObjectField<'_>>(
        all,
        &[
            "POST /api/v1/crm/objects/object-field",
            "GET /api/v1/crm/objects/object-field/{fieldId}",
            "PUT /api/v1/crm/objects/object-field/{fieldId}",
        ],
    );
    listed::<ObjectField<'_>>(all, &PAGE, "data", &["GET /api/v1/crm/objects/object-field"]);
    one::<tag::Detail<'_>>(
        all,
        &["GET /api/v1/crm/tag/{tagId}", "POST /api/v1/crm/tag", "PUT /api/v1/crm/tag/{tagId}"],
    );
    listed::<tag::Detail<'_>>(all, &["count"], "data", &["GET /api/v1/crm/tag"]);
    notes(all);
    one::<Deleted>(
        all,
        &[
            "DELETE /api/v1/crm/objects/contact/{contactId}",
            "DELETE /api/v1/crm/objects/company/{companyId}",
            "DELETE /api/v1/crm/objects/object-field/{fieldId}",
            "DELETE /api/v1/crm/tag",
        ],
    );
}

fn contacts(all: &mut Answers) {
    one::<Contact<'_>>(
        all,
        &["POST /api/v1/crm/objects/contact", "PUT /api/v1/crm/objects/contact/{contactId}"],
    );
    one::<Detail<'_>>(all, &["GET /api/v1/crm/objects/contact/{contactId}"]);
    one::<list::Page>(all, &["GET /api/v1/crm/objects/contact"]);
    one::<search::Found>(all, &["POST /api/v1/crm/contact/list"]);
    one::<Merged>(all, &["POST /api/v1/crm/contact/merge/{contactId}"]);
}

fn notes(all: &mut Answers) {
    one::<note::Shown<'_>>(
        all,
        &[
            "POST /api/v1/crm/note/create",
            "GET /api/v1/crm/note/get/{noteId}",
            "POST /api/v1/crm/objects/note",
            "GET /api/v1/crm/objects/note/{noteId}",
            "PUT /api/v1/crm/objects/note/{noteId}",
        ],
    );
    one::<note::Message<'_>>(all, &["POST /api/v1/crm/note/add-message"]);
    listed::<note::Shown<'_>>(
        all,
        &["count"],
        "rows",
        &["GET /api/v1/crm/note", "GET /api/v1/crm/objects/note"],
    );
    listed::<note::Message<'_>>(all, &["count"], "rows", &["GET /api/v1/crm/note/messages"]);
    one::<Success>(all, &["DELETE /api/v1/crm/note/{noteId}", "DELETE /api/v1/crm/objects/note/{noteId}"]);
}

/// The counts of a paged list.
const PAGE: [&str; 4] = ["page", "offset", "limit", "count"];

/// Routes that answer `{"data": thing}`.
fn one<T: JsonSchema>(all: &mut Answers, routes: &[&'static str]) {
    let schema = all.schema::<T>();
    all.with(200, routes, object(&[("data", schema)]));
}

/// Routes that answer `{"data": {counts, rows: [row]}}`.
fn listed<T: JsonSchema>(all: &mut Answers, counts: &[&str], rows: &str, routes: &[&'static str]) {
    let count = || json_schema!({ "type": "integer", "minimum": 0 });
    let mut members: Vec<_> = counts.iter().map(|name| (*name, count())).collect();
    members.push((rows, all.schema::<Vec<T>>()));
    all.with(200, routes, object(&[("data", object(&members))]));
}

fn object(members: &[(&str, Schema)]) -> Schema {
    let names: Vec<_> = members.iter().map(|(name, _)| *name).collect();
    let schemas: serde_json::Map<_, _> =
        members.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone().to_value())).collect();
    json_schema!({ "type": "object", "properties": schemas, "required": names })
}
