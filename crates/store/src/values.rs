//! Values in order: which rows a contact has in the indexes of its workspace, written only when they changed.

use std::ops::Range;

use model::{Catalog, Contact, IndexOf, ValueIndex};

use crate::WorkspaceNumber;
use crate::last_changes::InstantRange;
use crate::numbers::Numbers;

/// A value of a contact in an index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ValueRow {
    pub(crate) workspace: WorkspaceNumber,
    pub(crate) index: u64,
    /// Its [key](model::value::order): empty where the contact has none, so that each contact has a row.
    pub(crate) value: String,
    /// The number of the contact.
    pub(crate) number: u64,
}

/// Values that are asked for, by their [keys](model::value::order).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ValueRange {
    /// The number of the index.
    pub index: u64,
    /// The first key.
    pub from: String,
    /// The first key behind the last one, if there is a last one.
    pub until: Option<String>,
}

/// What is asked of something that is kept in an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AskedRange {
    /// Of the values in an index.
    Values(ValueRange),
    /// Of when contacts last changed, which the log tells.
    Changed(InstantRange),
    /// Of the numbers of contacts.
    Numbered(Range<u64>),
}

impl AskedRange {
    /// The number of the index that is asked, if it is one.
    pub(crate) fn index(&self) -> Option<u64> {
        if let Self::Values(range) = self { Some(range.index) } else { None }
    }
}

impl From<ValueRange> for AskedRange {
    fn from(range: ValueRange) -> Self {
        Self::Values(range)
    }
}

impl From<InstantRange> for AskedRange {
    fn from(range: InstantRange) -> Self {
        Self::Changed(range)
    }
}

/// An index that a catalog has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatalogIndex {
    /// What it has the values of.
    pub of: IndexOf,
    /// Which it is.
    pub index: ValueIndex,
}

impl CatalogIndex {
    /// The row of a contact.
    pub(crate) fn row(self, workspace: WorkspaceNumber, contact: &Contact) -> ValueRow {
        let Self { of, index } = self;
        let value = contact.order_key(of, index.kind);
        ValueRow { workspace, index: index.number, value, number: contact.number }
    }
}

/// The indexes of a catalog.
pub(crate) fn indexes(catalog: &Catalog) -> impl Iterator<Item = CatalogIndex> {
    catalog.indexes.iter().map(|(of, index)| CatalogIndex { of: *of, index: *index })
}

/// The rows that a change of a contact makes stale, and those that are fresh.
pub(crate) fn changes(
    (workspace, catalog): (WorkspaceNumber, &Catalog),
    (before, after): (Option<&Contact>, Option<&Contact>),
    (stale, fresh): (&mut Vec<ValueRow>, &mut Vec<ValueRow>),
) {
    for indexed in indexes(catalog) {
        let is_same = match (before, after) {
            (Some(before), Some(after)) => indexed.of.is_same(before, after),
            (before, after) => before.is_none() && after.is_none(),
        };
        if is_same {
            continue;
        }
        let row = |contact: Option<&Contact>| contact.map(|each| indexed.row(workspace, each));
        let (old, new) = (row(before), row(after));
        if old != new {
            stale.extend(old);
            fresh.extend(new);
        }
    }
}

/// Contacts whose values are put into an index in one transaction: few, because writes wait for it.
pub(crate) const FILLED_AT_ONCE: i64 = 500;

/// Values that are forgotten in one transaction.
pub(crate) const FORGOTTEN_AT_ONCE: i64 = 5000;

/// An index of which something is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredIndex {
    /// Its workspace.
    pub workspace: WorkspaceNumber,
    /// Its number.
    pub number: u64,
    /// Whether it has the values of all contacts.
    pub is_filled: bool,
}

impl StoredIndex {
    /// Adds an index that has values, if it is not among these.
    pub(crate) fn note(found: &mut Vec<Self>, workspace: WorkspaceNumber, number: u64) {
        if !found.iter().any(|each| (each.workspace, each.number) == (workspace, number)) {
            found.push(Self { workspace, number, is_filled: false });
        }
    }
}

/// How many values of a range are worth being found, where the rest of a filter leaves over so many contacts at most: to
/// read a contact costs as much as to find so many values.
pub(crate) fn most_values(bound: Option<&Numbers>) -> u64 {
    const FOUND_IN_A_LOOK: u64 = 200;
    bound.map_or(u64::MAX, |bound| bound.len().saturating_mul(FOUND_IN_A_LOOK))
}
