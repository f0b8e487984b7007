//! What would come of writes: all that a batch does, on a reader, without saving anything.

use super::batch::Batch;
use crate::backend::{Admin, Backend, Batches, CommitError, Committed, Loaded, Saves, Wanted};
use crate::catalogs::Catalogs;
use crate::{AnyOutcome, StoreError, Together, Write};

/// A reader in the place of a writer: it locks nothing, and saves nothing.
struct Reading<'b, B>(&'b B);

/// What would come of writes now, one after the other: the outcomes of the last part, which no event tells of. Of those
/// before it, what cannot be carried out is passed over.
pub(crate) async fn rehearse(
    backend: &impl Backend,
    catalogs: &Catalogs,
    parts: &[Vec<Write>],
    together: Together,
) -> Result<Vec<Result<AnyOutcome, StoreError>>, StoreError> {
    let started = std::time::Instant::now();
    let mut reading = Reading(backend);
    let writes = parts.concat();
    let mut batch = Batch::load(&mut reading, catalogs, &writes).await?;
    // Before a write may replace them, which is only rehearsed.
    for (workspace, catalog) in batch.catalogs() {
        catalogs.put(workspace, catalog, started);
    }
    let mut outcomes = Vec::new();
    for (n, part) in parts.iter().enumerate() {
        outcomes.clear();
        let must = together == Together::AllOrNone && n + 1 == parts.len();
        for (place, write) in part.iter().enumerate() {
            let mut outcome = batch.carry_out(&mut reading, write).await?;
            match &mut outcome {
                Ok(outcome) => outcome.forget_events(),
                Err(fault) if must => {
                    let fault = Box::new(fault.copy());
                    return Err(StoreError::InGroup { place, fault });
                }
                Err(_) => {}
            }
            outcomes.push(outcome);
        }
    }
    Ok(outcomes)
}

impl<B: Backend> Batches for Reading<'_, B> {
    const USES_NETWORK: bool = false;

    async fn begin(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn load(&mut self, wanted: &Wanted) -> Result<Loaded, StoreError> {
        self.0.load(wanted.clone()).await
    }

    async fn administer(&mut self, _: &Admin) -> Result<u64, StoreError> {
        Err(StoreError::Closing)
    }

    async fn commit(&mut self, _: &Saves) -> Result<Committed, CommitError> {
        Err(CommitError::NotStored(StoreError::Closing))
    }

    async fn find_committed(&mut self, _: &Saves) -> Result<Option<Committed>, StoreError> {
        Err(StoreError::Closing)
    }

    async fn rollback(&mut self) {}
}
