//! The envelopes of answers. Contacts have two more of their own, in `list.rs` and `search.rs`.

use model::Json;
use schemars::JsonSchema;
use serde::Serialize;

use crate::page::Page;

/// The envelope of one thing, and around all others: `{"data":…}`.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Single<T> {
    /// The thing.
    pub(crate) data: T,
}

/// The answer to most deletions.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Deleted {
    /// How many were deleted.
    pub(crate) deleted: u8,
}

/// The answer to a deletion of a note.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Success {
    /// Always true.
    pub(crate) success: bool,
    /// What was done, in words.
    pub(crate) message: &'static str,
}

/// A page of companies or fields.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Paged {
    page: u64,
    offset: u64,
    limit: u64,
    count: u64,
    data: Vec<Json>,
}

impl Paged {
    /// A page of a list that has so many rows.
    pub(crate) fn new(page: Page, count: u64, data: Vec<Json>) -> Self {
        Self { page: page.number, offset: page.offset(), limit: page.limit, count, data }
    }
}

/// A list of tags.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Counted {
    /// How many the whole list has.
    pub(crate) count: u64,
    /// Its rows.
    pub(crate) data: Vec<Json>,
}

/// A page of blocks.
#[derive(JsonSchema, Serialize)]
pub(crate) struct CountedFrom {
    /// How many come before it.
    pub(crate) offset: u64,
    /// How many the whole list has.
    pub(crate) count: u64,
    /// Its rows.
    pub(crate) data: Vec<Json>,
}

/// A page of notes or of their messages.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Rows {
    /// How many the whole list has.
    pub(crate) count: u64,
    /// Its rows.
    pub(crate) rows: Vec<Json>,
}
