//! Updates straight to the store: the batch writer without HTTP, keys and rendering.

use std::path::Path;

use anyhow::Context;
use app::{Clock, Location, Options, SystemClock};
use model::{Actor, Dialect, KeyId, Stamp};
use store::{Action, Done, Store, WorkspaceNumber, Write};

use super::load::Target;
use super::records::Update;

/// One client of the store.
pub(super) struct Raw {
    store: Store,
    workspace: WorkspaceNumber,
    key: KeyId,
}

/// Opens the database in this process.
pub(super) async fn open(database: &Path, batch_max: usize) -> anyhow::Result<Store> {
    let options = Options { batch_max, ..Options::default() };
    let opened = Store::open(&Location::Sqlite(database.to_owned()), options).await;
    opened.context("cannot open the database without the server")
}

/// So many clients of it.
pub(super) fn clients(store: &Store, count: usize, workspace: WorkspaceNumber, key: KeyId) -> Vec<Raw> {
    (0..count).map(|_| Raw { store: store.clone(), workspace, key }).collect()
}

impl Target for Raw {
    async fn update(&mut self, update: &Update) -> anyhow::Result<()> {
        let request_id = SystemClock.fresh_id().simple().to_string();
        let write = Write {
            workspace: self.workspace,
            actor: Actor { key: Some(self.key), dialect: Dialect::Native, request_id: Some(request_id) },
            stamp: Stamp { now: SystemClock.now(), seed: SystemClock.fresh_id() },
            action: Action::Update { contact: update.reference(), change: update.change() },
        };
        let outcome = self.store.write(write).await.context("the store refused an update")?;
        anyhow::ensure!(outcome.done == Done::Updated, "an update changed nothing");
        Ok(())
    }
}
