//! The envelopes of answers.

use app::ContactQuery;
use serde::Serialize;

/// One object.
#[derive(Serialize)]
pub(crate) struct One<T> {
    data: T,
}

/// A page of a list.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    pagination: Pagination,
    data: Vec<T>,
}

#[derive(Serialize)]
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
pub(crate) fn page<T>(query: &ContactQuery, total: u64, data: Vec<T>) -> Page<T> {
    Page { pagination: Pagination { limit: query.limit, offset: query.offset, total }, data }
}
