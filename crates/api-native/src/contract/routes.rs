//! The routes that no kind of record shares with another, and the parameters of all.

use std::collections::BTreeMap;

use api_kit::contract::{About, Direction, Evidence, MemberRow, Support};
use model::Json;
use serde_json::json;

/// Parameters that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Page,
    Items,
    Filter,
    Search,
    Shape,
    Moment,
    History,
    Companies,
    Notes,
    Tasks,
    Retype,
}

/// Method, path, parameters, and what it is for; the first sentence is its title.
pub(super) type Route = (&'static str, &'static str, &'static [Group], &'static str);

pub(super) const ROUTES: [Route; 35] = [
    (
        "GET",
        "/api/v1/contacts",
        &[Group::Page, Group::Filter, Group::Search, Group::Shape],
        "List contacts. All that is asked for must hold. Docs: docs/search.md",
    ),
    (
        "POST",
        "/api/v1/contacts/search",
        &[Group::Shape],
        "Search contacts. By a text or a tree, for searches that are too long for a query",
    ),
    (
        "GET",
        "/api/v1/contacts/by/{key}/{value}",
        &[Group::Shape],
        "A contact by a key. An email, phone, channel (KIND:VALUE) or alias (API:ID); several that have it are candidates (300)",
    ),
    (
        "PUT",
        "/api/v1/contacts/by/{key}/{value}",
        &[],
        "Change the contact that has a key, or make it. An email, phone, channel (KIND:VALUE) or alias (API:ID)",
    ),
    (
        "POST",
        "/api/v1/contacts/{id}/merge",
        &[],
        "Merge contacts into one. The ids of the others lead to it in every API; choices says of whom a member is taken",
    ),
    ("POST", "/api/v1/contacts/{id}/unmerge", &[], "Take the last merge apart. What was edited since stays"),
    (
        "POST",
        "/api/v1/batch",
        &[],
        "Up to 1000 operations on contacts, companies, notes and tasks. One commit, and one change that one undo takes back. \
         Only contacts are upserted and merged; a company or note is deleted from contacts that have it in the mode atomic",
    ),
    ("POST", "/api/v1/contacts", &[], "Make a contact"),
    (
        "GET",
        "/api/v1/contacts/{id}",
        &[Group::Moment, Group::Shape],
        "One contact. By its id, or the id of one that was merged into it; with at, as it was",
    ),
    (
        "GET",
        "/api/v1/contacts/{id}/provenance",
        &[],
        "Where the values of a contact come from. By member: who set it last, through which API, and what it was before",
    ),
    (
        "PATCH",
        "/api/v1/contacts/{id}",
        &[],
        "Change a contact, by a merge patch. What is not named stays; null clears",
    ),
    ("DELETE", "/api/v1/contacts/{id}", &[], "Delete a contact. It can be undone"),
    (
        "GET",
        "/api/v1/contacts/{id}/history",
        &[Group::History],
        "What happened to a contact. Newest first; also when it was deleted",
    ),
    ("GET", "/api/v1/changes/{id}", &[], "One change: who, when, through which API, and what differs"),
    (
        "POST",
        "/api/v1/changes/{id}/undo",
        &[],
        "Take a change back. The undo is a change itself, and can be undone",
    ),
    ("GET", "/api/v1/keys", &[], "List keys. Those that open no workspace that the caller's key does not"),
    (
        "POST",
        "/api/v1/keys",
        &[],
        "Make a key. Its secret is shown this once; it can have no right that the caller has not",
    ),
    ("GET", "/api/v1/keys/{id}", &[], "One key. With when it was last used, to the minute"),
    ("PATCH", "/api/v1/keys/{id}", &[], "Change what a key may do. By a merge patch"),
    ("DELETE", "/api/v1/keys/{id}", &[], "Revoke a key. It stops to work within a second"),
    (
        "POST",
        "/api/v1/keys/{id}/rotate",
        &[],
        "Give a key another secret. The old one works for overlap seconds more",
    ),
    (
        "GET",
        "/api/v1/keys/{id}/history",
        &[Group::History],
        "What was done to a key. Newest first: who, when, and what differs. Secrets are in no history",
    ),
    (
        "POST",
        "/api/v1/keys/{id}/history/{revision}/undo",
        &[],
        "Take a change of a key back. Only what it changed; that a key was made, rotated or revoked stays",
    ),
    ("GET", "/api/v1/workspaces", &[], "List the workspaces that the key opens"),
    ("POST", "/api/v1/workspaces", &[], "Make a workspace. The key opens it from then on"),
    ("GET", "/api/v1/workspaces/{id}", &[], "One workspace"),
    ("PATCH", "/api/v1/workspaces/{id}", &[], "Rename a workspace"),
    (
        "GET",
        "/api/v1/workspaces/{id}/history",
        &[Group::History],
        "What a workspace was called. Newest first: who renamed it, and when",
    ),
    ("POST", "/api/v1/workspaces/{id}/history/{revision}/undo", &[], "Take a renaming of a workspace back"),
    ("GET", "/api/v1/settings", &[], "The settings of the workspace"),
    ("PATCH", "/api/v1/settings", &[], "Change the settings of the workspace"),
    (
        "GET",
        "/api/v1/limits",
        &[],
        "Every bound that a request can meet, and what the key has left of its rate",
    ),
    ("POST", "/api/v1/fields/{id}/options", &[], "Add an option to a field"),
    (
        "PATCH",
        "/api/v1/fields/{id}/options/{option}",
        &[],
        "Rename or move an option. Contacts that have it keep it",
    ),
    ("DELETE", "/api/v1/fields/{id}/options/{option}", &[], "Delete an option. It can be undone"),
];

/// The API as a whole.
pub(super) fn about() -> About {
    let security = [("key".to_owned(), json!({ "type": "http", "scheme": "bearer" }))];
    About {
        title: "contactd API v1".to_owned(),
        description: "contactd's own API: contacts and all that stands beside them, their history, and undo. Updates are \
                      JSON Merge Patches (RFC 7396), errors are problem details (RFC 9457), ids are UUIDs, instants are RFC 3339 \
                      texts in UTC with milliseconds, entity tags are revisions. Every write answers with the number of its \
                      change in the header contactd-change, by which it can be undone."
            .to_owned(),
        prefix: String::new(),
        mounts: BTreeMap::new(),
        query: Vec::new(),
        security: security.into_iter().collect(),
    }
}

/// The parameters of all groups.
pub(super) fn parameters() -> Vec<MemberRow> {
    let text = || json!({ "type": "string" });
    let flag = || json!({ "type": "string", "enum": ["true", "false"] });
    let limit = || json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 50 });
    [
        (Group::Page, "limit", limit(), "How many there are on a page"),
        (
            Group::Page,
            "order",
            json!({ "type": "string", "enum": ["oldest", "newest"] }),
            "By when they were made",
        ),
        (Group::Page, "cursor", text(), "The `next` of another page of the same list"),
        (Group::Page, "after", text(), "The same as `cursor`"),
        (Group::Items, "name", text(), "Those that are called so, in any case"),
        (Group::Filter, "tag", text(), "Those that have a tag, by id or name"),
        (Group::Filter, "list", text(), "Those on a list, by id or name"),
        (Group::Filter, "company", text(), "Those of a company, by id"),
        (
            Group::Filter,
            "assigned_user",
            text(),
            "Those assigned to a user, by id or e-mail address; `none` for nobody",
        ),
        (
            Group::Filter,
            "assigned_team",
            text(),
            "Those assigned to a team, by id or name; `none` for nobody",
        ),
        (Group::Filter, "starred", flag(), "Those that are starred, or not"),
        (Group::Filter, "confirmed", flag(), "Those that are confirmed, or not"),
        (Group::Filter, "closed", flag(), "Those whose conversation is closed, or not"),
        (Group::Filter, "blocked", flag(), "Those that are blocked, or not"),
        (
            Group::Filter,
            "opt_in",
            json!({ "type": "string", "enum": ["opted_in", "opted_out", "none"] }),
            "Those that agreed to receive messages, refused, or were not asked",
        ),
        (Group::Search, "q", text(), "A search: `tag:vip lead_score>80 -closed jane`"),
        (
            Group::Search,
            "sort",
            text(),
            "Members to order by; `-` before one for the other direction: `-updated,last_name`",
        ),
        (Group::Search, "total", flag(), "Whether to count all that are found"),
        (Group::Shape, "fields", text(), "The members to show: `name,tags,values.lead_score`"),
        (
            Group::Shape,
            "include",
            text(),
            "What to show beside them: tags, lists, companies, notes, users, teams. One contact then has no entity tag",
        ),
        (Group::Moment, "at", text(), "As it was at this instant (RFC 3339) or in this revision"),
        (Group::History, "limit", limit(), "How many there are on a page"),
        (Group::History, "before", json!({ "type": "integer", "minimum": 1 }), "The `next` of another page"),
        (Group::Companies, "tag", text(), "Those that have a tag, by id or name"),
        (Group::Companies, "list", text(), "Those on a list, by id or name"),
        (Group::Companies, "starred", flag(), "Those that are starred, or not"),
        (Group::Notes, "author", text(), "Those of a user, by id or e-mail address"),
        (Group::Tasks, "contact", text(), "Those of a contact, by id"),
        (Group::Tasks, "tag", text(), "Those that have a tag, by id or name"),
        (
            Group::Tasks,
            "assignee",
            text(),
            "Those assigned to a user, by id or e-mail address; `none` for nobody",
        ),
        (Group::Tasks, "completed", flag(), "Those that are done, or not"),
        (
            Group::Retype,
            "on_unconvertible",
            json!({ "type": "string", "enum": ["refuse", "clear"] }),
            "What becomes of values that do not convert when a field gets another type; refuse when not given",
        ),
    ]
    .map(parameter)
    .into()
}

fn parameter((group, name, schema, note): (Group, &str, Json, &str)) -> MemberRow {
    MemberRow {
        object: format!("{group:?}"),
        direction: Direction::Query,
        names: vec![name.to_owned()],
        support: Support::Exact,
        evidence: Evidence::Own,
        note: note.to_owned(),
        test: String::new(),
        documented: true,
        required: false,
        schema: schema.as_object().cloned().unwrap_or_default(),
    }
}
