//! Fills an empty database with a workspace, a key and the contacts.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use app::{App, KeyRequest, Location, Options, Scope, Settings, Store, SystemClock, WorkspaceNumber};
use model::{ContactId, Dialect, KeyId};
use tokio::task::JoinSet;

use super::progress::Progress;
use super::records::{self, Updates};

/// Contacts in flight at a time: enough to fill the writer's batches.
const IN_FLIGHT: usize = 512;
/// After how many contacts the progress is shown again.
const SHOWN_EVERY: u64 = 1000;
const WORKSPACE: &str = "bench";

/// What the database holds now.
pub(super) struct Seeded {
    pub(super) workspace: WorkspaceNumber,
    pub(super) key: KeyId,
    pub(super) secret: String,
    pub(super) updates: Arc<Updates>,
    /// How long the contacts took.
    pub(super) took: Duration,
    /// The stored size of one of them.
    pub(super) contact_bytes: usize,
}

/// Makes the database at this path and closes it again.
pub(super) async fn seed(database: &Path, contacts: u64, progress: &Progress) -> anyhow::Result<Seeded> {
    let location = Location::Sqlite(database.to_owned());
    let store = Store::open(&location, Options::default()).await.context("cannot make the database")?;
    let app = App::new(store, Arc::new(SystemClock), Settings::default());
    let filled = fill(&app, contacts, progress).await;
    app.close().await;
    filled
}

async fn fill(app: &App, contacts: u64, progress: &Progress) -> anyhow::Result<Seeded> {
    let workspace = app.create_workspace(WORKSPACE).await.context("cannot make the workspace")?.number;
    let catalog = app.edit_catalog(workspace, records::extend).await.context("cannot make the fields")?;
    let request = KeyRequest {
        name: WORKSPACE.to_owned(),
        workspaces: vec![WORKSPACE.to_owned()],
        scopes: vec![Scope::Write],
        dialects: vec![Dialect::Native],
        compat: None,
        expires_at: None,
        secret: None,
    };
    let issued = app.create_key(request).await.context("cannot make the key")?;
    let started = Instant::now();
    let made = people(app, workspace, contacts, progress).await.context("cannot make the contacts")?;
    Ok(Seeded {
        workspace,
        key: issued.key.id,
        secret: issued.secret,
        took: started.elapsed(),
        contact_bytes: made.last().map_or(0, |(_, bytes)| *bytes),
        updates: Arc::new(Updates::new(made.into_iter().map(|(id, _)| id).collect(), &catalog)),
    })
}

/// Makes the contacts, many at a time; gives the id and the stored size of each.
async fn people(
    app: &App,
    workspace: WorkspaceNumber,
    count: u64,
    progress: &Progress,
) -> anyhow::Result<Vec<(ContactId, usize)>> {
    let mut made = Vec::new();
    let mut running = JoinSet::new();
    let mut numbers = 0..count;
    loop {
        while running.len() < IN_FLIGHT
            && let Some(n) = numbers.next()
        {
            let app = app.clone();
            running.spawn(async move { app.seed_contact(workspace, None, records::person(n)).await });
        }
        let Some(done) = running.join_next().await else { return Ok(made) };
        let contact = done.context("a task broke off")??.view.contact;
        // Measuring one is enough.
        let is_last = made.len() as u64 + 1 == count;
        let bytes = if is_last { serde_json::to_vec(&*contact)?.len() } else { 0 };
        made.push((contact.id, bytes));
        if (made.len() as u64).is_multiple_of(SHOWN_EVERY) {
            progress.show(&format!("made {} of {count} contacts", made.len()));
        }
    }
}
