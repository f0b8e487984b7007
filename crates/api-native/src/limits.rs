//! `GET /limits`: every bound that a request can meet, from the constants that enforce them, and the rate of the key.

use std::collections::BTreeMap;

use api_kit::{Answer, Call, IDEMPOTENCY_KEY_BYTES, MAX_BODY_BYTES, TIMEOUT, json};
use app::{
    ANSWER_BYTES, BATCH_MAX, CHANGE_MAX, KEPT_FOR, KEPT_MAX, MERGED, PICTURE_BYTES, REVISIONS_MAX, Rate,
    WALK_MAX,
};
use axum::http::StatusCode;
use model::{INDEXES_MAX, RecordKind, limits};
use schemars::JsonSchema;
use serde::Serialize;

use crate::batch::BATCH_BYTES;
use crate::{NativeApi, json_patch, keys, page, search, shape};

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Limits")]
pub(crate) struct LimitsBody {
    request: RequestLimits,
    batch: BatchLimits,
    json_patch: JsonPatchLimits,
    search: SearchLimits,
    history: HistoryLimits,
    merge: MergeLimits,
    idempotency: IdempotencyLimits,
    page: PageLimits,
    contact: ContactLimits,
    record: RecordLimits,
    list: ListLimits,
    key: KeyLimits,
    /// By kind of record.
    quotas: BTreeMap<&'static str, QuotaBody>,
}

/// How many records of a kind the workspace may have, and has.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Quota")]
pub(crate) struct QuotaBody {
    /// `null`: as many as fit.
    max: Option<u64>,
    used: u64,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "RequestLimits")]
pub(crate) struct RequestLimits {
    body_bytes: usize,
    json_depth: usize,
    picture_bytes: usize,
    seconds: u64,
    /// Records that one change of links writes.
    linked_records: usize,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "BatchLimits")]
pub(crate) struct BatchLimits {
    operations: usize,
    bytes: usize,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "JsonPatchLimits")]
pub(crate) struct JsonPatchLimits {
    operations: usize,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "SearchLimits")]
pub(crate) struct SearchLimits {
    text_bytes: usize,
    terms: usize,
    depth: usize,
    sort_keys: usize,
    /// How long it may look at contacts.
    seconds: u64,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "HistoryLimits")]
pub(crate) struct HistoryLimits {
    /// Changes of one record that are gone back at most, to what it was and to where its values come from.
    changes: usize,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "MergeLimits")]
pub(crate) struct MergeLimits {
    contacts: usize,
}

/// What is kept of requests with an `Idempotency-Key`.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "IdempotencyLimits")]
pub(crate) struct IdempotencyLimits {
    key_bytes: usize,
    kept_seconds: u64,
    /// Requests of one API key.
    kept_of_a_key: u64,
    /// Larger answers are not kept.
    answer_bytes: usize,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "PageLimits")]
pub(crate) struct PageLimits {
    items: u32,
    items_default: u32,
    /// Records beside them that `include` adds, of each kind.
    included: usize,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ContactLimits")]
pub(crate) struct ContactLimits {
    channels: usize,
    tags: usize,
    lists: usize,
    notes: usize,
    companies: usize,
    values: usize,
    extras: usize,
    extra_bytes: usize,
    aliases: usize,
    alias_bytes: usize,
    merged: usize,
    short_text_characters: usize,
    long_text_characters: usize,
    number_bytes: usize,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "RecordLimits")]
pub(crate) struct RecordLimits {
    document_bytes: usize,
    options: usize,
    /// Fields and members of contacts whose values an index keeps in order.
    filterable: u64,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ListLimits")]
pub(crate) struct ListLimits {
    conditions: usize,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "KeyLimits")]
pub(crate) struct KeyLimits {
    /// Rules of its policy.
    rules: usize,
    /// Revisions of a key or workspace that are kept.
    revisions: u64,
    /// How long its old secret may work after a rotation.
    overlap_seconds: u64,
    /// Its own; `null`: none.
    #[schemars(schema_with = "crate::schema::rate")]
    rate: Option<Rate>,
    /// Requests that it may send now.
    remaining: Option<u32>,
}

pub(crate) async fn get(call: Call<NativeApi>) -> Answer<NativeApi> {
    let catalog = call.app.catalog(&call.caller).await?;
    let mut quotas = BTreeMap::new();
    for kind in RecordKind::COUNTED {
        let used = call.app.count_records(&call.caller, kind, &catalog).await?;
        quotas.insert(kind.as_str(), QuotaBody { max: catalog.quota(kind), used });
    }
    let allowance = call.caller.allowance();
    let body = LimitsBody {
        request: RequestLimits {
            body_bytes: MAX_BODY_BYTES,
            json_depth: api_kit::json::MAX_DEPTH,
            picture_bytes: PICTURE_BYTES,
            seconds: TIMEOUT.as_secs(),
            linked_records: CHANGE_MAX,
        },
        batch: BatchLimits { operations: BATCH_MAX, bytes: BATCH_BYTES },
        json_patch: JsonPatchLimits { operations: json_patch::OPERATIONS_MAX },
        search: SearchLimits {
            text_bytes: model::search::TEXT_BYTES,
            terms: model::search::TERMS,
            depth: model::search::DEPTH,
            sort_keys: app::search::ORDER_KEYS,
            seconds: search::PATIENCE.as_secs(),
        },
        history: HistoryLimits { changes: WALK_MAX },
        merge: MergeLimits { contacts: MERGED },
        idempotency: IdempotencyLimits {
            key_bytes: IDEMPOTENCY_KEY_BYTES,
            kept_seconds: KEPT_FOR.as_secs(),
            kept_of_a_key: KEPT_MAX,
            answer_bytes: ANSWER_BYTES,
        },
        page: PageLimits {
            items: page::LIMIT_MAX,
            items_default: page::LIMIT_DEFAULT,
            included: shape::INCLUDED_MAX,
        },
        contact: ContactLimits {
            channels: limits::CHANNELS,
            tags: limits::SET_ITEMS,
            lists: limits::SET_ITEMS,
            notes: limits::SET_ITEMS,
            companies: limits::SET_ITEMS,
            values: limits::VALUES,
            extras: limits::EXTRAS,
            extra_bytes: limits::EXTRA_BYTES,
            aliases: limits::ALIASES,
            alias_bytes: limits::ALIAS_BYTES,
            merged: limits::FORMER_IDS,
            short_text_characters: limits::SHORT_TEXT_CHARS,
            long_text_characters: limits::LONG_TEXT_CHARS,
            number_bytes: limits::NUMBER_BYTES,
        },
        record: RecordLimits {
            document_bytes: limits::DOCUMENT_BYTES,
            options: limits::SET_ITEMS,
            filterable: INDEXES_MAX,
        },
        list: ListLimits { conditions: limits::CONDITIONS },
        key: KeyLimits {
            rules: model::policy::RULES,
            revisions: REVISIONS_MAX,
            overlap_seconds: keys::OVERLAP_MAX,
            rate: allowance.map(|allowance| allowance.rate),
            remaining: allowance.map(|allowance| allowance.remaining),
        },
        quotas,
    };
    Ok(json(StatusCode::OK, &body))
}
