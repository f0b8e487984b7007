//! Schemas (JSON Schema 2020-12) of members that are written by hand, or have a type of the record, which knows no schemas.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::wire::{AliasesBody, CompanyValues, ExtrasBody, Object, Values};

/// The schema of a type that is written by hand, in place.
macro_rules! written_by_hand {
    ($($type:ty: $name:literal = $schema:tt),* $(,)?) => {$(
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

written_by_hand! {
    Object<'_>: "Object" = { "type": "object" },
    AliasesBody<'_>: "Aliases" = {
        "type": "object",
        "description": "The ids that vendors gave it, by API.",
        "additionalProperties": { "type": "array", "items": { "type": "string" } },
    },
    ExtrasBody<'_>: "Extras" = {
        "type": "object",
        "description": "Members that only one vendor's API knows, by API and name.",
        "additionalProperties": { "type": "object" },
    },
    Values<'_>: "Values" = {
        "type": "object",
        "description": "The values of custom fields, by the fields' keys.",
        "additionalProperties": true,
    },
    CompanyValues<'_>: "CompanyValues" = {
        "type": "object",
        "description": "The values of custom fields, by the fields' keys.",
        "additionalProperties": true,
    },
}

fn words(words: &[&str]) -> Schema {
    json_schema!({ "type": "string", "enum": words })
}

fn words_or_null(words: &[&str]) -> Schema {
    let mut all: Vec<Option<&str>> = words.iter().copied().map(Some).collect();
    all.push(None);
    json_schema!({ "type": ["string", "null"], "enum": all })
}

/// [`model::FieldType`].
pub(crate) fn field_type(_: &mut SchemaGenerator) -> Schema {
    words(&[
        "text",
        "email",
        "url",
        "phone",
        "number",
        "boolean",
        "date",
        "time",
        "datetime",
        "single_select",
        "multi_select",
        "user",
    ])
}

/// [`app::Cause`].
pub(crate) fn cause(_: &mut SchemaGenerator) -> Schema {
    words(&["known", "created", "updated", "rotated", "revoked"])
}

/// [`model::Entity`].
pub(crate) fn entity(_: &mut SchemaGenerator) -> Schema {
    words(&["contact", "company"])
}

/// [`model::FilterableMember`]s.
pub(crate) fn filterable_members(_: &mut SchemaGenerator) -> Schema {
    let words = words(&model::FilterableMember::ALL.map(model::FilterableMember::as_str));
    json_schema!({ "type": "array", "items": words, "uniqueItems": true })
}

/// [`model::SystemMember`], or none.
pub(crate) fn system_member(_: &mut SchemaGenerator) -> Schema {
    words_or_null(&["first_name", "last_name", "salutation"])
}

/// [`model::Dialect`].
pub(crate) fn dialect(_: &mut SchemaGenerator) -> Schema {
    words(&model::Dialect::ALL.map(model::Dialect::as_str))
}

/// [`model::OptIn`], or none.
pub(crate) fn opt_in(_: &mut SchemaGenerator) -> Schema {
    words_or_null(&["opted_in", "opted_out"])
}

/// [`model::EventKind`].
pub(crate) fn event_kind(_: &mut SchemaGenerator) -> Schema {
    words(&["created", "updated", "deleted", "restored"])
}

/// [`model::Condition`]s.
pub(crate) fn conditions(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "subject": { "type": ["string", "object"] },
                "test": { "type": ["string", "object"] },
                "value": { "type": "string" },
            },
            "required": ["subject", "test"],
            "additionalProperties": false,
        },
    })
}

/// Names on social networks.
pub(crate) fn social(_: &mut SchemaGenerator) -> Schema {
    let networks = model::Network::ALL
        .map(|network| (network.as_str().to_owned(), serde_json::json!({ "type": "string" })));
    json_schema!({
        "type": "object",
        "properties": serde_json::Map::from_iter(networks),
        "additionalProperties": false,
    })
}

/// A decimal number of any precision, or none.
pub(crate) fn number(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["number", "null"] })
}

/// A record of any kind, or none.
pub(crate) fn any_record(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["object", "null"] })
}

/// [`app::Rate`], or none.
pub(crate) fn rate(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["object", "null"],
        "properties": {
            "requests": { "type": "integer", "minimum": 1 },
            "per": { "type": "string" },
            "burst": { "type": "integer", "minimum": 1 },
        },
    })
}

/// What some problems say beside what all do.
pub(crate) fn explanation(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "properties": {
            "parameter": { "type": "string", "description": "Where a search is wrong: a query parameter or a member." },
            "position": { "type": "integer", "minimum": 0, "description": "In its text, behind so many characters." },
            "pointer": { "type": "string", "description": "In its tree, as a JSON Pointer (RFC 6901); in the body, of a member without a tree." },
            "suggestion": { "type": "string", "description": "What may have been meant." },
            "differences": { "type": "array", "description": "What was changed since the revision that was asked for." },
            "later_changes": { "type": "array", "description": "The changes that stand in the way of an undo." },
            "operation": { "type": "integer", "minimum": 0, "description": "The operation of a batch that is refused." },
        },
    })
}
