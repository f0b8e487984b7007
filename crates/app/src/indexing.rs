//! Indexes of values: filled after a field or a member became filterable, or a field got another type, and forgotten when
//! it is filterable no more; by one server at a time. Searches read documents until their index has all contacts, so nothing but their time
//! depends on when this is done.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use model::{Catalog, ValueIndex};
use store::{CatalogIndex, StoredIndex, WorkspaceNumber};

use crate::{App, Duty, Error};

/// The work of one server. Nothing waits for it but a faster search, so its lease is long, and seldom renewed.
const INDEXING: Duty = Duty { name: "indexing", lease: Duration::from_secs(60) };

/// How long to wait between two looks at the catalogs, which are in memory.
const PAUSE: Duration = Duration::from_secs(1);

/// The work rests so many times as long as it took, so that writers have half of the time at least.
const REST: u32 = 1;

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indexed {
    /// How many contacts were looked at, over all indexes.
    pub contacts: u64,
    /// How many values were forgotten.
    pub forgotten: u64,
}

impl App {
    /// Fills and forgets indexes while no other server does, until the application is closed.
    pub async fn keep_indexed(&self) {
        self.on_one_server(INDEXING, |_| async move {
            // The revisions of catalogs whose indexes are as they should be.
            let mut settled = HashMap::new();
            loop {
                match self.index_what_changed(&mut settled).await {
                    Ok(done) if done == Indexed::default() => {}
                    Ok(done) => tracing::info!(done.contacts, done.forgotten, "indexed values"),
                    Err(fault) => tracing::debug!(%fault, "indexing goes on later"),
                }
                tokio::time::sleep(PAUSE).await;
            }
        })
        .await;
    }

    /// One round over all workspaces: fills the indexes that their catalogs have, and forgets those that they do not
    /// have any more. What a round does not finish, the next one does, on whichever server.
    ///
    /// # Errors
    /// What the store says; what is done until then stays.
    pub async fn index_values(&self) -> Result<Indexed, Error> {
        self.index_what_changed(&mut HashMap::new()).await
    }

    async fn index_what_changed(
        &self,
        settled: &mut HashMap<WorkspaceNumber, u64>,
    ) -> Result<Indexed, Error> {
        let mut changed = Vec::new();
        for workspace in self.store().list_workspaces().await? {
            let catalog = self.store().catalog(workspace.number).await?;
            if settled.get(&workspace.number) != Some(&catalog.revision) {
                changed.push((workspace.number, catalog));
            }
        }
        let mut done = Indexed::default();
        if changed.is_empty() {
            return Ok(done);
        }
        let stored = self.store().list_indexes().await?;
        for (workspace, catalog) in changed {
            let stored: Vec<_> = stored.iter().filter(|each| each.workspace == workspace).collect();
            for (of, index) in &catalog.indexes {
                if !stored.iter().any(|each| each.number == index.number && each.is_filled) {
                    let indexed = CatalogIndex { of: *of, index: *index };
                    done.contacts += self.fill_index(workspace, indexed).await?;
                }
            }
            for index in stored.into_iter().filter(|each| is_gone(each, &catalog)) {
                done.forgotten += self.forget_index(workspace, index.number).await?;
            }
            settled.insert(workspace, catalog.revision);
        }
        Ok(done)
    }

    async fn fill_index(&self, workspace: WorkspaceNumber, indexed: CatalogIndex) -> Result<u64, Error> {
        in_parts(|| self.store().fill_index(workspace, indexed)).await
    }

    async fn forget_index(&self, workspace: WorkspaceNumber, number: u64) -> Result<u64, Error> {
        in_parts(|| self.store().forget_index(workspace, number)).await
    }
}

/// Does a part after the other, with rests, until one has nothing to do; how much all of them did.
async fn in_parts<P: Future<Output = Result<u64, store::StoreError>>>(
    part: impl Fn() -> P,
) -> Result<u64, Error> {
    let mut all = 0;
    loop {
        let started = Instant::now();
        match part().await? {
            0 => return Ok(all),
            some => all += some,
        }
        tokio::time::sleep(started.elapsed() * REST).await;
    }
}

/// Whether nothing asks it any more. One that came with a later revision than this catalog's is not known here yet.
fn is_gone(stored: &StoredIndex, catalog: &Catalog) -> bool {
    ValueIndex::revision(stored.number) <= catalog.revision
        && catalog.indexes.values().all(|index| index.number != stored.number)
}
