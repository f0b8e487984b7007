//! An application on a throwaway store.

use std::sync::Arc;

use app::{App, Compat, KeyRequest, Options, Scope, Settings, Store, Workspace};
use model::{Dialect, Precondition, Timestamp};
use testdb::Database;

use crate::FakeClock;

/// An application with the demo's workspace, its key `demo`, and the contacts of the vendors' examples.
pub struct TestApp {
    /// The application.
    pub app: App,
    /// Its clock.
    pub clock: Arc<FakeClock>,
    /// The demo's workspace.
    pub workspace: Workspace,
    _database: Database,
}

/// A database that a store can be opened in at once.
fn database() -> Database {
    Database::with_schema(async |url| {
        let store = Store::open_beside(&url.parse().expect("a location")).await;
        store.expect("a new store").close().await;
    })
}

impl TestApp {
    /// One without made-up contacts.
    pub async fn new() -> Self {
        Self::with_crowd(0, Compat::Documented).await
    }

    /// One with so many made-up contacts, and this setting for contradicting wire shapes.
    pub async fn with_crowd(crowd: u64, compat: Compat) -> Self {
        let database = database();
        let location = database.argument().parse().expect("a location");
        let store = Store::open(&location, Options::default()).await.expect("a new store");
        let clock = Arc::new(FakeClock::default());
        let app = App::new(store, clock.clone(), Settings { compat, ..Settings::default() });
        let workspace = app.seed_demo(crowd).await.expect("an empty store takes the demo");
        Self { app, clock, workspace, _database: database }
    }

    /// The secret of a new key of the demo's workspace.
    pub async fn key(&self, scopes: &[Scope], dialects: &[Dialect]) -> String {
        self.key_until(scopes, dialects, None).await
    }

    /// The secret of a new key of the demo's workspace that expires.
    pub async fn key_until(
        &self,
        scopes: &[Scope],
        dialects: &[Dialect],
        expires_at: Option<Timestamp>,
    ) -> String {
        self.issue(&self.workspace.name, scopes, dialects, expires_at).await
    }

    /// The secret of a key that opens only another workspace, which is made for it.
    pub async fn foreign_key(&self) -> String {
        let other = self.app.create_workspace("other").await.expect("a new workspace");
        self.issue(&other.name, &[], &[], None).await
    }

    /// The secret of a key that is strict.
    pub async fn strict_key(&self) -> String {
        let request = KeyRequest { strict: Some(true), ..request(&self.workspace.name, &[], &[], None) };
        self.app.create_key(None, request).await.expect("a new key").secret
    }

    /// The secret of a key that was revoked.
    pub async fn revoked_key(&self) -> String {
        let request = request(&self.workspace.name, &[], &[], None);
        let issued = self.app.create_key(None, request).await.expect("a new key");
        self.app.revoke_key(None, (issued.key.id, &Precondition::default())).await.expect("a known key");
        issued.secret
    }

    async fn issue(
        &self,
        workspace: &str,
        scopes: &[Scope],
        dialects: &[Dialect],
        expires_at: Option<Timestamp>,
    ) -> String {
        self.app
            .create_key(None, request(workspace, scopes, dialects, expires_at))
            .await
            .expect("a new key")
            .secret
    }
}

fn request(
    workspace: &str,
    scopes: &[Scope],
    dialects: &[Dialect],
    expires_at: Option<Timestamp>,
) -> KeyRequest {
    KeyRequest {
        name: "test".to_owned(),
        workspaces: vec![workspace.to_owned()],
        scopes: scopes.to_vec(),
        dialects: dialects.to_vec(),
        expires_at,
        ..KeyRequest::default()
    }
}
