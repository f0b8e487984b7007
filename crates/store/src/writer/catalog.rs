//! Writing the catalog in a batch: one event for each item that differs.

use std::sync::Arc;

use model::{Catalog, CatalogItem, Deleted, EventKind, ItemChange, ItemEdit, RecordKind};
use uuid::Uuid;

use super::batch::{Batch, Happened, Subject};
use crate::{CatalogOutcome, Done, ItemOutcome, StoreError, WorkspaceNumber, Write};

impl Batch {
    pub(super) fn write_catalog(
        &mut self,
        write: &Write,
        catalog: &Catalog,
    ) -> Result<CatalogOutcome, StoreError> {
        let before = self.catalog(write.workspace)?;
        if before.revision != catalog.revision {
            return Err(StoreError::CatalogChanged);
        }
        let changes = catalog.changes_since(&before);
        for change in changes.iter().filter(|change| matches!(change.edit, ItemEdit::Made(_))) {
            before.check_quota(change.kind, catalog.count(change.kind).unwrap_or_default())?;
        }
        self.put_catalog(write, catalog.clone(), changes, None)
    }

    /// Takes over what happened to the items of the catalog; `undoes` is the event that it takes back.
    pub(super) fn put_catalog(
        &mut self,
        write: &Write,
        mut catalog: Catalog,
        changes: Vec<ItemChange>,
        undoes: Option<u64>,
    ) -> Result<CatalogOutcome, StoreError> {
        let before = self.catalog(write.workspace)?;
        if changes.is_empty() {
            return Ok(CatalogOutcome { catalog: before, items: Vec::new() });
        }
        if let Some(policy) = &write.policy {
            policy.check_catalog(&before, &changes, &catalog)?;
        }
        catalog.revision = before.revision + 1;
        catalog.note_changes(&before, &changes, write.stamp.now);
        catalog.settle_indexes();
        let revision = catalog.revision;
        let mut items = Vec::with_capacity(changes.len());
        for ItemChange { kind, id, edit } in changes {
            let (event, differences, deleted) = match edit {
                ItemEdit::Made(differences) if undoes.is_none() => (EventKind::Created, differences, None),
                ItemEdit::Made(_) => (EventKind::Restored, Vec::new(), None),
                ItemEdit::Changed(differences) => (EventKind::Updated, differences, None),
                ItemEdit::Removed(item) => (EventKind::Deleted, Vec::new(), Some(Deleted::Item(item))),
            };
            let last_event = self.last_item_event(write.workspace, kind, id);
            let happened = Happened::new(event, differences, undoes);
            let (seq, differences) = self.append(
                write,
                Subject { kind, id, revision, last_event, number: None },
                happened,
                deleted,
            )?;
            self.touch(write.workspace, kind, id, seq);
            items.push(ItemOutcome { kind, id, done: Done::from(event), event: Some(seq), differences });
        }
        let catalog = Arc::new(catalog);
        if let Some(heads) = self.heads.get_mut(&write.workspace) {
            heads.catalog = Arc::clone(&catalog);
            heads.now.catalog_revision = revision;
        }
        Ok(CatalogOutcome { catalog, items })
    }

    pub(super) fn last_item_event(
        &self,
        workspace: WorkspaceNumber,
        kind: RecordKind,
        id: Uuid,
    ) -> Option<u64> {
        self.record_slot(workspace, kind, id)?.last_event
    }

    /// What came of an undo that had nothing to do.
    pub(super) fn unchanged_item(
        &self,
        write: &Write,
        (kind, id): (RecordKind, Uuid),
    ) -> Result<CatalogOutcome, StoreError> {
        let catalog = self.catalog(write.workspace)?;
        let item = ItemOutcome { kind, id, done: Done::Unchanged, event: None, differences: Vec::new() };
        Ok(CatalogOutcome { catalog, items: vec![item] })
    }

    /// Whether an item is what its creation made it, because everything since was taken back.
    pub(super) fn is_item_as_created(item: &CatalogItem, event: &model::Event) -> bool {
        event.kind == EventKind::Created && item.made() == event.differences
    }
}
