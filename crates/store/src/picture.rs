//! Pictures of contacts and users: kept whole, and never changed.

use std::sync::Arc;

use model::{RecordKind, Timestamp};
use uuid::Uuid;

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its id, which nobody can guess.
    pub id: Uuid,
    /// Whose it is: [`RecordKind::Contact`] or [`RecordKind::User`].
    pub owner_kind: RecordKind,
    /// Whose it is.
    pub owner: Uuid,
    /// When it was stored.
    pub created_at: Timestamp,
    /// Its media type, such as `image/png`.
    pub media_type: String,
    /// The file.
    pub bytes: Arc<[u8]>,
}

/// The kinds of records that have pictures, with the numbers that stand in the database.
pub(crate) fn owner_kind(number: i64) -> Option<RecordKind> {
    [RecordKind::Contact, RecordKind::User]
        .into_iter()
        .find(|kind| crate::backend::kind_number(*kind) == number)
}
