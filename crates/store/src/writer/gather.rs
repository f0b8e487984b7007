//! Finding out what a batch needs, and loading it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use model::{Contact, Dialect, Edit, Event, EventKind};

use super::batch::{Batch, Heads};
use super::named::{
    aliases_before, aliases_of_deleted, change_of, contacts_of, made_by, named_by, named_by_event, undone,
};
use super::records::RecordSlot;
use super::slot::Slot;
use crate::backend::{Batches, ChannelKey, Head, Keys, Loaded, Wanted};
use crate::catalogs::Catalogs;
use crate::{Action, RecordWrite, StoreError, WorkspaceNumber, Write};

impl Batch {
    /// Loads everything that the writes need: mostly at once. Exclusive channels take a second step, because
    /// the catalog says how they are normalised; undone events take one before, because they say which contact it
    /// is.
    pub(super) async fn load(
        batches: &mut impl Batches,
        catalogs: &Catalogs,
        writes: &[Write],
    ) -> Result<Self, StoreError> {
        let mut batch = Self::default();
        if writes.is_empty() {
            return Ok(batch);
        }
        let mut wanted = named_by(writes);
        for write in writes {
            // The catalog may be another by now: then the count is wanted in vain, or asked for later.
            if let Some(kind) = made_by(&write.action).filter(|kind| {
                let known = catalogs.last_known(write.workspace);
                known.is_some_and(|catalog| catalog.quota(*kind).is_some())
            }) && !wanted.counts.contains(&(write.workspace, kind))
            {
                wanted.counts.push((write.workspace, kind));
            }
        }
        let events: Vec<_> = writes.iter().filter_map(undone).collect();
        if !events.is_empty() {
            // They never change, so there is time to look before anything is locked.
            batch.know_events(batches, events).await?;
            // What was taken apart is named by the merge, what came back stands in the deletion.
            let told_by = |((workspace, _), event): (&(WorkspaceNumber, u64), &Event)| {
                let is_told = event.kind == EventKind::Restored || event.takes_merge_apart();
                Some((*workspace, event.undoes.filter(|_| is_told)?))
            };
            let tellers: Vec<_> = batch.events.iter().filter_map(told_by).collect();
            if !tellers.is_empty() {
                batch.know_events(batches, tellers).await?;
            }
            batch
                .events
                .iter()
                .for_each(|((workspace, _), event)| named_by_event(*workspace, event, &mut wanted));
        }
        let loaded = batches.load(&wanted).await?;
        let heads = batch.learn(wanted, loaded);
        batch.know_workspaces(batches, catalogs, heads).await?;
        let wanted = batch.follows_from(writes);
        if let Some(wanted) = wanted {
            let loaded = batches.load(&wanted).await?;
            batch.learn(wanted, loaded);
        }
        batch.know_holders(batches, writes).await?;
        Ok(batch)
    }

    async fn know_events(
        &mut self,
        batches: &mut impl Batches,
        events: Vec<(WorkspaceNumber, u64)>,
    ) -> Result<(), StoreError> {
        let wanted = Wanted { events, ..Wanted::default() };
        let loaded = batches.load(&wanted).await?;
        self.learn(wanted, loaded);
        Ok(())
    }

    pub(super) fn learn(&mut self, wanted: Wanted, loaded: Loaded) -> Vec<(WorkspaceNumber, Head)> {
        self.contacts.learn(wanted.contacts, loaded.contacts, Slot::from);
        for (workspace, id, last_event) in loaded.deleted {
            self.contacts.rows.entry((workspace, id)).or_insert_with(|| Slot::deleted(last_event));
        }
        let mut records = loaded.records;
        for (kind, keys) in wanted.records {
            let found = records.remove(&kind).unwrap_or_default();
            self.records.entry(kind).or_default().learn(keys, found, RecordSlot::from);
        }
        let numbers = loaded.last_numbers.into_iter();
        self.last_numbers.extend(numbers.map(|(workspace, kind, number)| ((workspace, kind), number)));
        let counts = loaded.counts.into_iter();
        self.counts.extend(counts.map(|(workspace, kind, count)| ((workspace, kind), count)));
        self.owners.extend(wanted.channels.into_iter().zip(loaded.owners));
        let events = wanted.events.into_iter().zip(loaded.events);
        self.events.extend(events.filter_map(|(key, event)| Some((key, event?))));
        self.claimed.extend(loaded.claims);
        if loaded.are_taken_for_new {
            self.taken_for_new.extend(wanted.claims);
        }
        loaded.heads
    }

    /// Takes the catalogs from memory where they are still the stored ones.
    async fn know_workspaces(
        &mut self,
        batches: &mut impl Batches,
        catalogs: &Catalogs,
        heads: Vec<(WorkspaceNumber, Head)>,
    ) -> Result<(), StoreError> {
        let mut moved = HashMap::new();
        for (workspace, head) in heads {
            match catalogs.at_revision(workspace, head.catalog_revision) {
                Some(catalog) => {
                    self.heads.insert(workspace, Heads { before: head, now: head, catalog });
                }
                None => {
                    moved.insert(workspace, head);
                }
            }
        }
        if !moved.is_empty() {
            let wanted = Wanted { catalogs: moved.keys().copied().collect(), ..Wanted::default() };
            let started = Instant::now();
            for (workspace, catalog) in batches.load(&wanted).await?.catalogs {
                if let Some(head) = moved.remove(&workspace) {
                    let catalog = Arc::new(catalog);
                    // At once: if this batch is tried again, it is to know the quotas before it locks anything.
                    catalogs.put(workspace, &catalog, started);
                    self.heads.insert(workspace, Heads { before: head, now: head, catalog });
                }
            }
        }
        Ok(())
    }

    /// What must be loaded because of what was loaded first.
    fn follows_from(&self, writes: &[Write]) -> Option<Wanted> {
        let mut wanted = Wanted { owners_max: writes.len() + 1, ..Wanted::default() };
        for write in writes {
            let workspace = write.workspace;
            for named in contacts_of(&write.action) {
                if let (Err(StoreError::NoSuchContact), Some(native)) =
                    (self.resolve(workspace, named), named.native)
                {
                    // It may have been merged into another.
                    let id = Contact::former_id(native);
                    wanted.contacts.aliases.push((workspace, Dialect::Native, id));
                }
            }
            match &write.action {
                Action::Create { .. } | Action::Update { .. } | Action::Upsert { .. } => {
                    wanted.channels.extend(self.channels_looked_up(write));
                }
                Action::Delete { .. }
                | Action::Merge { .. }
                | Action::Undo { .. }
                | Action::Record(_)
                | Action::Catalog(_) => {}
            }
        }
        (!wanted.channels.is_empty() || !wanted.contacts.aliases.is_empty()).then_some(wanted)
    }

    /// Loads the owners of aliases that a write may take, where that was not foreseen.
    pub(super) async fn know_aliases(
        &mut self,
        batches: &mut impl Batches,
        write: &Write,
    ) -> Result<(), StoreError> {
        let mut wanted = Wanted::default();
        for (dialect, text) in self.aliases_taken_by(write) {
            if self.contacts.aliased(write.workspace, dialect, &text).is_none() {
                wanted.contacts.aliases.push((write.workspace, dialect, text));
            }
        }
        if !wanted.contacts.aliases.is_empty() {
            let loaded = batches.load(&wanted).await?;
            self.learn(wanted, loaded);
        }
        Ok(())
    }

    /// Loads the owners of aliases that an edit gives to a company, note or task.
    pub(super) async fn know_aliases_of_record(
        &mut self,
        batches: &mut impl Batches,
        write: &Write,
    ) -> Result<(), StoreError> {
        let Action::Record(RecordWrite::Edit(named, edit)) = &write.action else { return Ok(()) };
        // What is wrong with it, the write itself says.
        let Ok(before) = self.named_record(write.workspace, named) else { return Ok(()) };
        let Ok(after) = self.edited(write.workspace, &before, edit) else { return Ok(()) };
        let known = self.records.get(&named.kind);
        let is_unknown = |(dialect, text): &(Dialect, &str)| {
            let is_known =
                known.is_some_and(|known| known.aliased(write.workspace, *dialect, text).is_some());
            !is_known && !before.aliases().of(*dialect).iter().any(|own| own == text)
        };
        let unknown = after.aliases().pairs().filter(is_unknown);
        let aliases: Vec<_> =
            unknown.map(|(dialect, text)| (write.workspace, dialect, text.to_owned())).collect();
        if !aliases.is_empty() {
            let keys = Keys { aliases, ..Keys::default() };
            let wanted = Wanted { records: [(named.kind, keys)].into(), ..Wanted::default() };
            let loaded = batches.load(&wanted).await?;
            self.learn(wanted, loaded);
        }
        Ok(())
    }

    /// Loads the owners of exclusive channels, where an earlier write of the batch replaced the catalog, which says
    /// how they are normalised.
    pub(super) async fn know_owners(
        &mut self,
        batches: &mut impl Batches,
        write: &Write,
    ) -> Result<(), StoreError> {
        let workspace = write.workspace;
        let Some(heads) = self.heads.get(&workspace) else { return Ok(()) };
        if heads.now.catalog_revision == heads.before.catalog_revision {
            return Ok(());
        }
        let mut channels = self.channels_looked_up(write);
        channels.retain(|key| !self.owners.contains_key(key));
        if channels.is_empty() {
            return Ok(());
        }
        // Those that the batch changed may be among the owners, or be it no more.
        let owners_max = self.touched.len() + 2;
        let wanted = Wanted { channels: channels.clone(), owners_max, ..Wanted::default() };
        let loaded = batches.load(&wanted).await?;
        self.learn(wanted, loaded);
        for key in channels {
            let Some(owners) = self.owners.get_mut(&key) else { continue };
            for (_, id) in self.touched.iter().filter(|(touched_in, _)| *touched_in == workspace) {
                owners.retain(|owner| owner.0 != *id);
                let slot = self.contacts.rows.get(&(workspace, *id));
                let contact = slot.and_then(|slot| slot.contact.as_ref());
                let has = contact.is_some_and(|contact| {
                    contact.channels.iter().any(|each| each.kind == key.1 && each.value == key.2)
                });
                owners.extend(contact.filter(|_| has).map(|contact| contact.id));
            }
        }
        Ok(())
    }

    /// The channels whose owners a write asks for.
    fn channels_looked_up(&self, write: &Write) -> Vec<ChannelKey> {
        let workspace = write.workspace;
        let Some(heads) = self.heads.get(&workspace) else { return Vec::new() };
        let Some(change) = change_of(&write.action) else { return Vec::new() };
        let keys = change.exclusive_channels().filter_map(|write| write.lookup_key(&heads.catalog));
        let mut keys: Vec<_> = keys.map(|(kind, value)| (workspace, kind, value)).collect();
        if let Action::Upsert { by, .. } = &write.action {
            keys.extend(self.channel_key(workspace, by));
        }
        keys
    }

    /// Finds out where the histories end of the items that a new catalog changes.
    pub(super) async fn know_histories(
        &mut self,
        batches: &mut impl Batches,
        write: &Write,
    ) -> Result<(), StoreError> {
        let Action::Catalog(catalog) = &write.action else { return Ok(()) };
        let Some(heads) = self.heads.get(&write.workspace) else { return Ok(()) };
        let mut wanted = Wanted::default();
        for change in catalog.changes_since(&heads.catalog) {
            if self.record_slot(write.workspace, change.kind, change.id).is_none() {
                wanted.records.entry(change.kind).or_default().ids.push((write.workspace, change.id));
            }
        }
        if !wanted.records.is_empty() {
            let loaded = batches.load(&wanted).await?;
            self.learn(wanted, loaded);
        }
        Ok(())
    }

    /// Counts the records of a kind of which a write makes one more, where there may be only so many and that was not
    /// foreseen.
    pub(super) async fn know_count(
        &mut self,
        batches: &mut impl Batches,
        write: &Write,
    ) -> Result<(), StoreError> {
        let Some(kind) = made_by(&write.action) else { return Ok(()) };
        let (Some(heads), key) = (self.heads.get(&write.workspace), (write.workspace, kind)) else {
            return Ok(());
        };
        if heads.catalog.quota(kind).is_some() && !self.counts.contains_key(&key) {
            let wanted = Wanted { counts: vec![key], ..Wanted::default() };
            let loaded = batches.load(&wanted).await?;
            self.learn(wanted, loaded);
        }
        Ok(())
    }

    /// The aliases that a write may take.
    fn aliases_taken_by(&self, write: &Write) -> Vec<(Dialect, String)> {
        let mut found = Vec::new();
        match &write.action {
            Action::Create { change, .. } | Action::Update { change, .. } | Action::Upsert { change, .. } => {
                for (_, edit) in &change.edits {
                    match edit {
                        Edit::Aliases(dialect, texts) => {
                            found.extend(texts.iter().map(|text| (*dialect, text.clone())));
                        }
                        Edit::Revert(differences, _) => found.extend(aliases_before(differences)),
                        _ => {}
                    }
                }
            }
            Action::Undo { event, .. } => {
                let event = self.events.get(&(write.workspace, *event));
                if let Some(event) = event.filter(|event| event.subject.is_contact()) {
                    found.extend(aliases_before(&event.differences));
                    found.extend(aliases_of_deleted(event));
                }
            }
            Action::Delete { .. } | Action::Merge { .. } | Action::Record(_) | Action::Catalog(_) => {}
        }
        found
    }
}
