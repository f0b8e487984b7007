//! What routes of contactd's own API take and tell beside their bodies: on what terms a write is carried out, entity tags
//! and changes. Described once, under `components`. Vendors' APIs do the same, and their descriptions leave it out.

use model::Json;
use serde_json::{Map, json};

use super::{Contract, RouteRow};
use crate::may_write;

/// What the routes refer to: the parts of `components` that are called so.
pub(super) fn components() -> [(&'static str, Json); 2] {
    let parameter = |name: &str, place: &str, schema: Json, description: &str| json!({ "name": name, "in": place, "required": false, "description": description, "schema": schema });
    let header =
        |kind: &str, description: &str| json!({ "description": description, "schema": { "type": kind } });
    let text = || json!({ "type": "string" });
    let flag = json!({ "type": "string", "enum": ["true", "false"] });
    let key = json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" });
    let parameters = json!({
        "IdempotencyKey": parameter("Idempotency-Key", "header", key,
            "The request is carried out once, however often it is sent with this key within 24 hours. An answer with a secret is \
             not kept: who asks again is answered with 409."),
        "Prefer": parameter("Prefer", "header", text(),
            "`return=minimal`: no body where it would be the record that was changed. `dry-run`: nothing is stored, and the \
             header contactd-differences says what would differ; `dry-run; differences=body`: the body says it."),
        "DryRun": parameter("dry_run", "query", flag, "Whether nothing is to be stored: as `Prefer: dry-run`."),
        "IfMatch": parameter("If-Match", "header", text(),
            "Only if this is its entity tag: `\"7\"`, or `*` for any. Another is answered with 412."),
        "IfNoneMatch": parameter("If-None-Match", "header", text(),
            "Only if this is not its entity tag: `\"7\"`, or `*` for any."),
    });
    let headers = json!({
        "ETag": header("string", "The revision in quotes."),
        "contactd-change": header("integer", "The number of the change, by which it can be undone."),
        "contactd-held-back": header("string", "The members that the key's policy kept as they were."),
        "contactd-dry-run": header("string", "`true` when nothing was stored."),
        "contactd-differences": header("string", "What would differ, as a JSON array."),
    });
    [("parameters", parameters), ("headers", headers)]
}

/// The answer to a dry run with its differences in the body.
pub(super) fn dry_run_body() -> Json {
    json!({
        "type": "object",
        "properties": {
            "status": { "type": "integer", "description": "The status that the answer would have." },
            "answer": { "description": "The body that it would have." },
            "differences": { "type": "array", "items": { "type": "object" } },
        },
        "required": ["status", "answer", "differences"],
        "additionalProperties": false,
    })
}

/// What a route takes and tells.
pub(super) struct Terms {
    pub(super) is_write: bool,
    /// Whether what it writes is an event.
    is_event: bool,
    /// Whether it writes what is there already.
    is_change: bool,
    /// Whether what it is about has an entity tag.
    is_tagged: bool,
}

impl Terms {
    /// Those of a route; none in a vendor's API, which has a prefix.
    pub(super) fn of(contract: &Contract, route: &RouteRow) -> Option<Self> {
        if !contract.table.api.prefix.is_empty() {
            return None;
        }
        let is_write = may_write(&route.method, &route.path);
        // A record that can be asked for with the tag of what is known of it, and what is done to it.
        let unchanged = contract.answers.iter().filter(|each| each.status == Some(304));
        let mut tagged = unchanged.flat_map(|each| &each.routes).filter_map(|name| name.strip_prefix("GET "));
        let is_tagged = tagged.any(|path| {
            let beneath = route.path.strip_prefix(path);
            beneath.is_some_and(|rest| rest.is_empty() || is_write && rest.starts_with('/'))
        });
        let name = format!("{} {}", route.method, route.path);
        let is_event = is_write && !contract.without_event.contains(&name);
        Some(Self { is_write, is_event, is_change: is_write && route.method != "PUT", is_tagged })
    }

    /// References to its parameters.
    pub(super) fn parameters(&self) -> Vec<Json> {
        let of_writes = ["IdempotencyKey", "Prefer", "DryRun"].into_iter().filter(|_| self.is_write);
        let of_tagged_writes = ["IfMatch"].into_iter().filter(|_| self.is_write && self.is_tagged);
        let of_unknown = ["IfNoneMatch"].into_iter().filter(|_| self.is_tagged && !self.is_change);
        let all = of_writes.chain(of_tagged_writes).chain(of_unknown);
        all.map(|name| json!({ "$ref": format!("#/components/parameters/{name}") })).collect()
    }

    /// References to the headers of what it answers when all is well.
    pub(super) fn headers(&self) -> Json {
        let of_events = ["contactd-change", "contactd-held-back"].into_iter().filter(|_| self.is_event);
        let of_writes = ["contactd-dry-run", "contactd-differences"].into_iter().filter(|_| self.is_write);
        let tag = ["ETag"].into_iter().filter(|_| self.is_tagged || self.is_write);
        let all = tag.chain(of_events).chain(of_writes);
        let all =
            all.map(|name| (name.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") })));
        Json::Object(all.collect::<Map<_, _>>())
    }
}
