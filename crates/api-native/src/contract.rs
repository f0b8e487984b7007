//! What this API's routes take and answer: its contract, of which its OpenAPI description at `/docs/native` is made.
//! There is no vendor to be compared with, so routes are described here, and bodies by the types that they are written from.

mod routes;

use std::sync::LazyLock;

use api_kit::contract::{AnswerBody, Evidence, RouteRow, Support, Table};
use api_kit::{Answers, Contract};
use model::{
    ChannelType, Company, CustomStatus, Field, Funnel, Inbox, Json, List, Note, Presence, Subscription, Tag,
    Task, Team, User,
};
use schemars::json_schema;
use serde_json::json;

use self::routes::{Group, ROUTES, about, parameters};
use crate::contacts;
use crate::error::DetailsBody;
use crate::keys::{self, KeyBody, KeysBody};
use crate::limits::LimitsBody;
use crate::media::{ACCEPTED, ACCEPTED_PATCHES, OPERATIONS};
use crate::resource::{self, Resource};
use crate::revisions::RevisionsBody;
use crate::settings::SettingsBody;
use crate::wire::{
    BatchBody, CandidatesBody, ChangeBody, ChangesBody, ContactBody, MergedBody, ProvenanceBody, UndoneBody,
    UnmergedBody,
};
use crate::workspaces::{self, WorkspaceBody, WorkspacesBody};

/// The contract of this API.
pub static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract::of(table(), answers));

/// The paths of a kind of record, as words to complete: `/api/v1/tags`, …
struct Shelf {
    plural: &'static str,
    answers: fn(&mut Answers),
}

const SHELVES: [Shelf; 14] = [
    shelf::<Field>(),
    shelf::<Tag>(),
    shelf::<List>(),
    shelf::<User>(),
    shelf::<Team>(),
    shelf::<ChannelType>(),
    shelf::<Inbox>(),
    shelf::<Funnel>(),
    shelf::<CustomStatus>(),
    shelf::<Presence>(),
    shelf::<Subscription>(),
    shelf::<Company>(),
    shelf::<Note>(),
    shelf::<Task>(),
];

const fn shelf<R: Resource>() -> Shelf {
    Shelf { plural: R::PLURAL, answers: shelf_answers::<R> }
}

fn table() -> Table {
    let mut rows: Vec<RouteRow> = ROUTES
        .iter()
        .map(|(method, path, queries, note)| row(method, (*path).to_owned(), queries, (*note).to_owned()))
        .collect();
    for Shelf { plural, .. } in &SHELVES {
        let all = format!("/api/v1/{plural}");
        let one = format!("{all}/{{id}}");
        let kind = plural.replace('_', " ");
        let list: &[Group] = match *plural {
            "companies" => &[Group::Page, Group::Companies],
            "notes" => &[Group::Page, Group::Notes],
            "tasks" => &[Group::Page, Group::Tasks],
            _ => &[Group::Page, Group::Items],
        };
        rows.push(row("GET", all.clone(), list, format!("List {kind}")));
        rows.push(row("POST", all.clone(), &[], format!("Make one of the {kind}")));
        rows.push(row("GET", one.clone(), &[], format!("One of the {kind}")));
        let patch: &[Group] = if *plural == "fields" { &[Group::Retype] } else { &[] };
        rows.push(row("PATCH", one.clone(), patch, format!("Change one of the {kind}, by a merge patch")));
        rows.push(row("DELETE", one.clone(), &[], format!("Delete one of the {kind}. It can be undone")));
        rows.push(row(
            "GET",
            format!("{one}/history"),
            &[Group::History],
            format!("What happened to one of the {kind}"),
        ));
    }
    Table { api: about(), routes: rows, members: parameters() }
}

fn row(method: &str, path: String, queries: &[Group], note: String) -> RouteRow {
    RouteRow {
        method: method.to_owned(),
        path,
        support: Support::Exact,
        evidence: Evidence::Own,
        note,
        test: String::new(),
        documented: true,
        request: None,
        query: queries.iter().map(|group| format!("{group:?}")).collect(),
    }
}

fn answers(all: &mut Answers) {
    all.errors::<DetailsBody<'_>>("application/problem+json");
    contacts_answers(all);
    history_answers(all);
    for shelf in &SHELVES {
        (shelf.answers)(all);
    }
    options_answers(all);
    keys_answers(all);
}

fn contacts_answers(all: &mut Answers) {
    let (many, one) = ("/api/v1/contacts", "/api/v1/contacts/{id}");
    let patch = all.patch::<ContactBody<'_>>(&contacts::FIXED);
    // With `fields` there is a part of it, with `include` there is more.
    let included = json!({ "type": "object", "additionalProperties": { "type": "array" } });
    let shaped = all.part::<ContactBody<'_>>(&["id", "revision"], ("included", included.clone()));
    let page = json_schema!({
        "type": "object",
        "properties": {
            "contacts": { "type": "array", "items": shaped },
            "next": { "type": ["string", "null"] },
            "total": { "type": ["integer", "null"], "minimum": 0 },
            "included": included,
        },
        "required": ["contacts", "next", "total"],
    });
    let shaped = json_schema!({ "allOf": [shaped] });
    all.with(200, &[&format!("GET {many}"), &format!("POST {many}/search")], page);
    let search = json_schema!({
        "type": "object",
        "properties": {
            "q": { "type": "string", "description": "The search as a text." },
            "filter": { "type": ["object", "string"], "description": "The search as a tree." },
            "sort": { "type": "string" },
            "limit": { "type": "integer", "minimum": 1, "maximum": 1000 },
            "cursor": { "type": "string" },
            "total": { "type": "boolean" },
        },
        "additionalProperties": false,
    });
    all.takes(&[&format!("POST {many}/search")], true, merge_patches(&search.to_value()));
    all.json::<ContactBody<'_>>(201, &[&format!("POST {many}")]);
    all.with(200, &[&format!("GET {one}")], shaped.clone());
    all.json::<ContactBody<'_>>(200, &[&format!("PATCH {one}")]);
    all.empty(204, &[&format!("DELETE {one}")]);
    all.empty(304, &[&format!("GET {one}")]);
    all.takes(&[&format!("POST {many}")], false, merge_patches(&patch));
    all.takes(&[&format!("PATCH {one}")], false, patches(&patch));
    all.json::<ProvenanceBody<'_>>(200, &[&format!("GET {one}/provenance")]);
    let by = "/api/v1/contacts/by/{key}/{value}";
    all.with(200, &[&format!("GET {by}")], shaped);
    all.json::<ContactBody<'_>>(200, &[&format!("PUT {by}")]);
    all.json::<ContactBody<'_>>(201, &[&format!("PUT {by}")]);
    all.json::<CandidatesBody<'_>>(300, &[&format!("GET {by}"), &format!("PUT {by}")]);
    all.empty(304, &[&format!("GET {by}")]);
    all.takes(&[&format!("PUT {by}")], false, merge_patches(&patch));
    all.json::<MergedBody<'_>>(200, &[&format!("POST {one}/merge")]);
    all.json::<UnmergedBody<'_>>(200, &[&format!("POST {one}/unmerge")]);
    let merged = json!({ "type": "array", "minItems": 1, "items": { "type": "string" } });
    let choices = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let merge = json!({
        "type": "object",
        "properties": { "contacts": merged, "choices": choices, "preview": { "type": "boolean" } },
        "required": ["contacts"],
        "additionalProperties": false,
    });
    all.takes(&[&format!("POST {one}/merge")], true, merge_patches(&merge));
    let unmerge = json!({
        "type": "object",
        "properties": { "contact": { "type": "string" } },
        "additionalProperties": false,
    });
    all.takes(&[&format!("POST {one}/unmerge")], false, merge_patches(&unmerge));
    all.json::<BatchBody<'_>>(200, &["POST /api/v1/batch"]);
    let bodies = [
        patch,
        all.patch::<<Company as Resource>::Body<'_>>(&resource::FIXED),
        all.patch::<<Note as Resource>::Body<'_>>(&resource::FIXED),
        all.patch::<<Task as Resource>::Body<'_>>(&resource::FIXED),
    ];
    let batch = json!({
        "type": "object",
        "properties": {
            "mode": { "type": "string", "enum": ["atomic", "each"] },
            "operations": {
                "type": "array",
                "maxItems": app::BATCH_MAX,
                "items": {
                    "type": "object",
                    "properties": {
                        "op": { "type": "string", "enum": ["create", "update", "upsert", "delete", "merge"] },
                        "kind": { "type": "string", "enum": ["contact", "company", "note", "task"], "default": "contact" },
                        "id": { "type": "string" },
                        "by": { "type": "string", "enum": ["email", "phone", "channel", "alias"] },
                        "value": { "type": "string" },
                        "if_match": { "type": "integer" },
                        "if_none_match": { "type": "string", "enum": ["*"] },
                        "body": { "anyOf": bodies },
                        "contacts": merged,
                        "choices": choices,
                    },
                    "required": ["op"],
                    "additionalProperties": false,
                },
            },
        },
        "required": ["operations"],
        "additionalProperties": false,
    });
    all.takes(&["POST /api/v1/batch"], true, merge_patches(&batch));
}

fn history_answers(all: &mut Answers) {
    all.json::<ChangesBody<'_>>(200, &["GET /api/v1/contacts/{id}/history"]);
    all.json::<ChangeBody<'_>>(200, &["GET /api/v1/changes/{id}"]);
    all.json::<UndoneBody<'_>>(200, &["POST /api/v1/changes/{id}/undo"]);
    let undo = json_schema!({
        "type": "object",
        "properties": { "on_conflict": { "type": "string", "enum": ["refuse", "skip", "overwrite"] } },
        "additionalProperties": false,
    });
    let undone = [
        "POST /api/v1/changes/{id}/undo",
        "POST /api/v1/keys/{id}/history/{revision}/undo",
        "POST /api/v1/workspaces/{id}/history/{revision}/undo",
    ];
    all.takes(&undone, false, merge_patches(&undo.to_value()));
}

fn options_answers(all: &mut Answers) {
    let (many, one) = ("/api/v1/fields/{id}/options", "/api/v1/fields/{id}/options/{option}");
    let field = all.schema::<<Field as Resource>::Body<'_>>();
    all.with(201, &[&format!("POST {many}")], field.clone());
    all.with(200, &[&format!("PATCH {one}"), &format!("DELETE {one}")], field);
    let option = json_schema!({
        "type": "object",
        "properties": {
            "value": { "type": "string" },
            "name": { "type": "string" },
            "position": { "type": "integer", "minimum": 1 },
        },
    });
    let option = option.to_value();
    all.takes(&[&format!("POST {many}")], true, merge_patches(&new(&option, &["value"])));
    all.takes(&[&format!("PATCH {one}")], true, merge_patches(&option));
}

fn keys_answers(all: &mut Answers) {
    all.json::<KeysBody<'_>>(200, &["GET /api/v1/keys"]);
    all.json::<KeyBody<'_>>(201, &["POST /api/v1/keys"]);
    all.json::<KeyBody<'_>>(
        200,
        &[
            "GET /api/v1/keys/{id}",
            "PATCH /api/v1/keys/{id}",
            "POST /api/v1/keys/{id}/rotate",
            "POST /api/v1/keys/{id}/history/{revision}/undo",
        ],
    );
    all.json::<RevisionsBody<'_>>(
        200,
        &["GET /api/v1/keys/{id}/history", "GET /api/v1/workspaces/{id}/history"],
    );
    all.empty(304, &["GET /api/v1/keys/{id}", "GET /api/v1/workspaces/{id}", "GET /api/v1/settings"]);
    all.empty(204, &["DELETE /api/v1/keys/{id}"]);
    let key = all.patch::<KeyBody<'_>>(&keys::FIXED);
    all.takes(&["POST /api/v1/keys"], true, merge_patches(&new(&key, &["workspaces"])));
    all.takes(&["PATCH /api/v1/keys/{id}"], true, merge_patches(&key));
    let overlap = json!({
        "type": "object",
        "properties": { "overlap": { "type": "integer", "minimum": 0, "maximum": keys::OVERLAP_MAX } },
        "additionalProperties": false,
    });
    all.takes(&["POST /api/v1/keys/{id}/rotate"], false, merge_patches(&overlap));
    all.json::<WorkspacesBody<'_>>(200, &["GET /api/v1/workspaces"]);
    all.json::<WorkspaceBody<'_>>(201, &["POST /api/v1/workspaces"]);
    all.json::<WorkspaceBody<'_>>(
        200,
        &[
            "GET /api/v1/workspaces/{id}",
            "PATCH /api/v1/workspaces/{id}",
            "POST /api/v1/workspaces/{id}/history/{revision}/undo",
        ],
    );
    let workspace = all.patch::<WorkspaceBody<'_>>(&workspaces::FIXED);
    all.takes(&["POST /api/v1/workspaces"], true, merge_patches(&new(&workspace, &["name"])));
    all.takes(&["PATCH /api/v1/workspaces/{id}"], true, merge_patches(&workspace));
    all.without_event(&[
        "POST /api/v1/keys",
        "PATCH /api/v1/keys/{id}",
        "DELETE /api/v1/keys/{id}",
        "POST /api/v1/keys/{id}/rotate",
        "POST /api/v1/keys/{id}/history/{revision}/undo",
        "POST /api/v1/workspaces",
        "PATCH /api/v1/workspaces/{id}",
        "POST /api/v1/workspaces/{id}/history/{revision}/undo",
    ]);
    all.json::<SettingsBody<'_>>(200, &["GET /api/v1/settings", "PATCH /api/v1/settings"]);
    let settings = all.patch::<SettingsBody<'_>>(&["revision"]);
    all.takes(&["PATCH /api/v1/settings"], true, merge_patches(&settings));
    all.json::<LimitsBody>(200, &["GET /api/v1/limits"]);
}

/// What the routes of a kind take and answer.
fn shelf_answers<R: Resource>(all: &mut Answers) {
    let many = format!("/api/v1/{}", R::PLURAL);
    let one = format!("{many}/{{id}}");
    let (rows, row) = (all.schema::<Vec<R::Body<'_>>>(), all.schema::<R::Body<'_>>());
    let list = json_schema!({
        "type": "object",
        "properties": {
            R::PLURAL: rows,
            "next": { "type": ["string", "null"] },
            "total": { "type": "integer", "minimum": 0 },
        },
        "required": [R::PLURAL, "next", "total"],
    });
    all.with(200, &[&format!("GET {many}")], list);
    all.with(201, &[&format!("POST {many}")], row.clone());
    all.with(200, &[&format!("GET {one}"), &format!("PATCH {one}")], row);
    all.empty(204, &[&format!("DELETE {one}")]);
    all.empty(304, &[&format!("GET {one}")]);
    all.json::<ChangesBody<'_>>(200, &[&format!("GET {one}/history")]);
    R::describe_patches(all);
    let patch = all.patch::<R::Body<'_>>(&resource::FIXED);
    all.takes(&[&format!("POST {many}")], true, merge_patches(&new(&patch, R::REQUIRED)));
    all.takes(&[&format!("PATCH {one}")], true, patches(&patch));
}

/// The schema of a new one: a patch in which these members must be there and, when they are texts, say something.
fn new(patch: &Json, required: &[&str]) -> Json {
    let texts = required.iter().map(|name| ((*name).to_owned(), json!({ "pattern": r"\S" })));
    let texts: serde_json::Map<_, _> = texts.collect();
    json!({ "allOf": [patch], "required": required, "properties": texts })
}

/// The same, and lists of operations (RFC 6902).
fn patches(schema: &Json) -> Vec<AnswerBody> {
    let pointer = json!({ "type": "string", "description": "A JSON Pointer (RFC 6901)." });
    let operations = json!({
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "op": { "type": "string", "enum": ["add", "remove", "replace", "move", "copy", "test"] },
                "path": pointer,
                "from": pointer,
                "value": {},
            },
            "required": ["op", "path"],
        },
    });
    let body = |media_type: &&'static str| {
        let schema = if *media_type == OPERATIONS { operations.clone() } else { schema.clone() };
        AnswerBody { media_type, schema }
    };
    ACCEPTED_PATCHES.iter().map(body).collect()
}

/// A body as every media type that a write may have.
fn merge_patches(schema: &Json) -> Vec<AnswerBody> {
    ACCEPTED.iter().map(|media_type| AnswerBody { media_type, schema: schema.clone() }).collect()
}
