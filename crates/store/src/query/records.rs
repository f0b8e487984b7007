//! Lists of companies, notes and tasks.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Facet, Record, RecordKind};
use uuid::Uuid;

use super::{ContactOrder, ContactQuery};
use crate::filter::Filter;

/// The order of a list of companies, notes or tasks.
pub type RecordOrder = ContactOrder;

/// A list of companies, notes or tasks.
#[derive(Clone, Debug)]
pub struct RecordQuery {
    /// Which records. No record but a contact has channels, or is asked by a [`Predicate`](crate::Predicate).
    pub filter: Filter,
    /// In which order.
    pub order: RecordOrder,
    /// Only records beyond this number, as in [`ContactQuery::after`](field@ContactQuery::after).
    pub after: Option<u64>,
    /// How many to skip.
    pub offset: u64,
    /// How many to give at most.
    pub limit: u32,
}

impl Default for RecordQuery {
    /// All records, the oldest first, none of them shown.
    fn default() -> Self {
        Self { filter: Filter::All, order: RecordOrder::Oldest, after: None, offset: 0, limit: 0 }
    }
}

impl RecordQuery {
    /// The same list, as far as it is one of contacts.
    pub(crate) fn list(&self) -> ContactQuery {
        let Self { filter, order, after, offset, limit } = self.clone();
        ContactQuery { filter, order, after, offset, limit, ..ContactQuery::default() }
    }

    /// The ids of the questions whose answers it needs from records of a kind, and of the one whether they exist.
    pub(crate) fn questions(&self, kind: RecordKind) -> BTreeSet<Uuid> {
        let mut ids = self.filter.questions(kind);
        ids.insert(Facet::Every.id_for(kind));
        ids
    }
}

/// A page of a list of records beside contacts.
#[derive(Clone, Debug)]
pub struct RecordPage {
    /// The records.
    pub records: Vec<Arc<Record>>,
    /// How many the whole list has, exactly; also those that `after` leaves out.
    pub total: u64,
}
