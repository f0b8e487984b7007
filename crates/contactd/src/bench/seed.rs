//! Fills a database: a workspace and a key, then contacts, then a history.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use app::{App, KeyRequest, Scope, Settings, Store, SystemClock, WorkspaceNumber};
use model::KeyId;
use store::Outcome;
use tokio::task::JoinSet;

use super::operation::Operation;
use super::raw::Raw;
use super::records;
use super::workload::{Request, Workload};
use crate::progress::{Progress, Total};

/// Writes in flight at a time: enough to fill the writer's batches.
const IN_FLIGHT: u64 = 512;
const WORKSPACE: &str = "bench";

/// What the database holds now.
pub(super) struct Seeded {
    pub(super) workspace: WorkspaceNumber,
    pub(super) key: KeyId,
    pub(super) secret: String,
    pub(super) workload: Arc<Workload>,
}

/// What was filled in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Filled {
    /// How many writes that were.
    pub(super) writes: u64,
    pub(super) took: Duration,
    /// Events in the workspace afterwards.
    pub(super) events: u64,
    /// The stored size of the contact that was written last.
    pub(super) contact_bytes: usize,
}

/// Makes a workspace and a key in an empty database.
pub(super) async fn prepare(store: &Store) -> anyhow::Result<Seeded> {
    let app = App::new(store.clone(), Arc::new(SystemClock), Settings::default());
    if !app.list_workspaces().await.context("cannot see whether the database is empty")?.is_empty() {
        return Err(anyhow!(
            "hint: make a new database and name that; what is in this one was left as it is"
        )
        .context("the database is not empty"));
    }
    let workspace = app.create_workspace(WORKSPACE).await.context("cannot make the workspace")?.number;
    let catalog = app.edit_catalog(workspace, records::extend).await.context("cannot make the fields")?;
    let request = KeyRequest {
        name: WORKSPACE.to_owned(),
        workspaces: vec![WORKSPACE.to_owned()],
        scopes: vec![Scope::Write],
        ..KeyRequest::default()
    };
    let issued = app.create_key(None, request).await.context("cannot make the key")?;
    let workload = Arc::new(Workload::new(&catalog).context("the fields are not there")?);
    Ok(Seeded { workspace, key: issued.key.id, secret: issued.secret, workload })
}

impl Seeded {
    /// A client of the store.
    pub(super) fn raw(&self, store: &Store) -> Raw {
        Raw { store: store.clone(), workspace: self.workspace, key: self.key }
    }

    /// Makes contacts until there are so many.
    pub(super) async fn grow(
        &mut self,
        store: &Store,
        contacts: u64,
        progress: &Progress,
    ) -> anyhow::Result<Filled> {
        let missing = contacts.saturating_sub(self.workload.people());
        let mut made = Vec::new();
        let workload = Arc::clone(&self.workload);
        let person = || Ok(Request::Create(workload.person()));
        let keep = |outcome: &Outcome| made.push(outcome.contact.id);
        let filled = fill(&self.raw(store), missing, person, keep, (progress, "making contacts")).await;
        let filled = filled.context("cannot make the contacts")?;
        drop(workload);
        Arc::get_mut(&mut self.workload).context("contacts are in use")?.add(made);
        Ok(filled)
    }

    /// Makes the history longer by so many updates.
    pub(super) async fn lengthen(
        &self,
        store: &Store,
        updates: u64,
        progress: &Progress,
    ) -> anyhow::Result<Filled> {
        let update = || self.workload.next(Operation::Update).context("there are no contacts");
        let filled = fill(&self.raw(store), updates, update, |_| (), (progress, "appending events")).await;
        filled.context("cannot make the history longer")
    }
}

/// Carries out so many writes, many at a time.
async fn fill(
    raw: &Raw,
    writes: u64,
    mut next: impl FnMut() -> anyhow::Result<Request>,
    mut keep: impl FnMut(&Outcome),
    (progress, what): (&Progress, &'static str),
) -> anyhow::Result<Filled> {
    let started = Instant::now();
    progress.begin(Total::Records(writes), 0);
    let mut running = JoinSet::new();
    let mut filled = Filled::default();
    let mut begun = 0;
    loop {
        while begun < writes && begun - filled.writes < IN_FLIGHT {
            let (raw, request) = (raw.clone(), next()?);
            running.spawn(async move { raw.write(&request).await });
            begun += 1;
        }
        let Some(done) = running.join_next().await else { break };
        let outcome = done.context("a task broke off")??;
        keep(&outcome);
        filled.writes += 1;
        filled.events = filled.events.max(outcome.event.unwrap_or_default());
        if filled.writes == writes {
            filled.contact_bytes = serde_json::to_vec(&*outcome.contact)?.len();
        }
        progress.at(filled.writes, |_| what.to_owned());
    }
    filled.took = started.elapsed();
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use app::{Location, Options};
    use axum::body::Body;
    use hyper::{Request as HttpRequest, StatusCode};
    use model::{Contact, Dialect, Json, Ref};
    use tempfile::TempDir;
    use tower::ServiceExt;

    use super::*;
    use crate::progress::Unwatched;

    async fn empty() -> (TempDir, Store) {
        let folder = TempDir::new().unwrap();
        let location = Location::Sqlite(folder.path().join("bench.db"));
        let store = Store::open(&location, Options::default()).await.unwrap();
        (folder, store)
    }

    /// A contact as it is stored, without what no two have in common.
    fn shared(contact: &Contact) -> Json {
        let mut json = serde_json::to_value(contact).unwrap();
        for name in ["id", "number", "aliases", "created_at", "updated_at"] {
            json.as_object_mut().unwrap().remove(name);
        }
        for channel in json["channels"].as_array_mut().unwrap() {
            channel.as_object_mut().unwrap().remove("id");
        }
        json
    }

    #[tokio::test]
    async fn contacts_are_the_same_however_they_are_made() {
        let (_folder, store) = empty().await;
        let seeded = prepare(&store).await.unwrap();
        let person = seeded.workload.person();
        let raw = seeded.raw(&store).write(&Request::Create(person.clone())).await.unwrap().contact;
        let mut document: Json = serde_json::from_slice(&person.document()).unwrap();
        document["aliases"]["callbell"][0] = "another".into();
        let app = App::new(store.clone(), Arc::new(SystemClock), Settings::default());
        let request = HttpRequest::post("/api/v1/contacts")
            .header("Authorization", format!("Bearer {}", seeded.secret))
            .header("Content-Type", "application/json")
            .body(Body::from(document.to_string()))
            .unwrap();
        let answer = api_native::routes(app).oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        let another = Ref::uuid(Dialect::Callbell, "another");
        let posted = store.find_contact(seeded.workspace, &another).await.unwrap().unwrap();
        assert_eq!(shared(&posted), shared(&raw));
    }

    #[tokio::test]
    async fn a_database_with_anything_in_it_is_refused() {
        let (_folder, store) = empty().await;
        prepare(&store).await.unwrap();
        let fault = prepare(&store).await.err().unwrap();
        assert_eq!(fault.to_string(), "the database is not empty");
        assert!(fault.chain().any(|cause| cause.to_string().starts_with("hint: ")), "{fault:?}");
    }

    #[tokio::test]
    async fn contacts_and_history_grow_to_what_is_asked_for() {
        let (_folder, store) = empty().await;
        let mut seeded = prepare(&store).await.unwrap();
        let progress = Progress::new(Unwatched::Nothing);
        let filled = seeded.grow(&store, 20, &progress).await.unwrap();
        // The fields and tags of the catalog have events, too.
        let catalog = filled.events - 20;
        assert_eq!((filled.writes, catalog), (20, 25));
        assert_eq!(seeded.grow(&store, 30, &progress).await.unwrap().writes, 10);
        assert_eq!(seeded.grow(&store, 30, &progress).await.unwrap().writes, 0);
        assert_eq!(seeded.lengthen(&store, 50, &progress).await.unwrap().events, catalog + 80);
    }
}
