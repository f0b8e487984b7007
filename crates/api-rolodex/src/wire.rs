//! The vendor's payloads: what requests say and what answers carry.

pub(crate) mod change;
mod channels;
pub(crate) mod company;
pub(crate) mod contact;
pub(crate) mod envelope;
pub(crate) mod field;
pub(crate) mod id;
pub(crate) mod linked;
pub(crate) mod list;
pub(crate) mod members;
pub(crate) mod note;
mod relationships;
pub(crate) mod tag;
pub(crate) mod task;
pub(crate) mod user;
pub(crate) mod value;
mod wrapped;

use model::{Catalog, Timestamp};
use uuid::Uuid;

/// When an item of the catalog was made, and when it last changed.
fn timestamps(catalog: &Catalog, id: Uuid, created_at: Timestamp) -> (String, String) {
    let updated_at = catalog.updated_at.get(&id).copied().unwrap_or(created_at);
    (created_at.to_rfc3339_seconds(), updated_at.to_rfc3339_seconds())
}
