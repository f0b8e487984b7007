//! The envelopes of answers.

use schemars::JsonSchema;
use serde::Serialize;

use crate::page;

/// One object.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "One{T}")]
pub(crate) struct One<T> {
    data: T,
}

/// A page of a list.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "{T}Page")]
pub(crate) struct Page<T> {
    pagination: Pagination,
    data: Vec<T>,
}

#[derive(JsonSchema, Serialize)]
struct Pagination {
    limit: u32,
    offset: u64,
    total: u64,
}

/// Wraps one object.
pub(crate) fn one<T>(data: T) -> One<T> {
    One { data }
}

/// Wraps a page of a list, with the limit that took effect.
pub(crate) fn page<T>(asked: page::Page, total: u64, data: Vec<T>) -> Page<T> {
    Page { pagination: Pagination { limit: asked.limit, offset: asked.offset, total }, data }
}
