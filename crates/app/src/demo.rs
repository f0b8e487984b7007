//! The demo workspace: everything that the vendors' own examples name, under the ids they use, so that their
//! documented requests work as they stand; and a crowd of made-up contacts beside it.

mod catalog;
mod contacts;
mod crowd;

use model::WorkspaceId;
use store::{Scope, Workspace};
use uuid::uuid;

use crate::{App, Error, KeyRequest, starter};

/// The id of the demo workspace: the service of Zingle's examples.
pub const WORKSPACE_ID: WorkspaceId = WorkspaceId(uuid!("aff7bc93-6e28-4e70-8770-defa35cdfc1b"));
/// The demo's only key, valid in every dialect. Known to everybody, so the demo listens on loopback only.
pub const KEY: &str = "demo";
/// How many made-up contacts there are beside those of the examples.
pub const CROWD: u64 = 1_000;

impl App {
    /// Fills an empty store with the demo workspace, its key and its contacts; `crowd` made-up ones.
    ///
    /// # Errors
    /// [`Error::InUse`] when the store has a demo workspace already, or what the store says.
    pub async fn seed_demo(&self, crowd: u64) -> Result<Workspace, Error> {
        let catalog = catalog::with_examples(starter::catalog(self.clock()), self.clock());
        let workspace = self
            .store()
            .create_workspace(WORKSPACE_ID, "demo", self.authored(None, None), &catalog, None)
            .await?;
        self.issue_key(
            None,
            KeyRequest {
                name: "demo".to_owned(),
                workspaces: vec![workspace.name.clone()],
                scopes: vec![Scope::Admin],
                ..KeyRequest::default()
            },
            KEY.to_owned(),
        )
        .await?;
        for company in contacts::companies(self.clock()) {
            self.seed_record(workspace.number, company).await?;
        }
        self.seed_record(workspace.number, contacts::note(self.clock())).await?;
        for (number, change) in contacts::examples() {
            self.seed_contact(workspace.number, Some(number), change).await?;
        }
        self.seed_crowd(workspace.number, crowd).await?;
        Ok(workspace)
    }
}
