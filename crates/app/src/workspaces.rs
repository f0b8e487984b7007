//! Workspaces: making them, listing them, and checking that a caller may enter one.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use model::WorkspaceId;
use store::{Scope, Workspace, WorkspaceNumber};

use crate::{App, Caller, Error, Missing, starter};

/// The workspaces as they were a second ago at most: every Zingle request names one.
#[derive(Default)]
pub(crate) struct WorkspaceCache(RwLock<Option<(Instant, Arc<[Workspace]>)>>);

const CACHE_TTL: Duration = Duration::from_secs(1);

impl App {
    /// Makes a workspace with the starter catalog.
    ///
    /// # Errors
    /// [`Error::InUse`] when the name is taken.
    pub async fn create_workspace(&self, name: &str) -> Result<Workspace, Error> {
        let id = WorkspaceId(self.clock().fresh_id());
        let catalog = starter::catalog(self.clock());
        let made = self.store().create_workspace(id, name, self.clock().now(), &catalog).await?;
        *self.inner.workspaces.0.write().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(made)
    }

    /// Makes a workspace; the caller's key opens it from then on.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; as [`create_workspace`](Self::create_workspace).
    pub async fn create_workspace_of(&self, caller: &Caller, name: &str) -> Result<Workspace, Error> {
        caller.require(Scope::Admin)?;
        if caller.is_on_trial() {
            let (id, created_at) = (WorkspaceId(self.clock().fresh_id()), self.clock().now());
            let is_taken = self.list_workspaces().await?.iter().any(|each| each.name == name);
            let tried = Workspace { number: WorkspaceNumber(0), id, name: name.to_owned(), created_at };
            return if is_taken { Err(Error::InUse(name.to_owned())) } else { Ok(tried) };
        }
        let made = self.create_workspace(name).await?;
        self.open_to(caller, made.number).await?;
        Ok(made)
    }

    /// Gives the caller's workspace another name.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::InUse`] when the name is taken; [`Error::NotFound`].
    pub async fn rename_workspace(&self, caller: &Caller, name: &str) -> Result<Workspace, Error> {
        caller.require(Scope::Admin)?;
        if caller.is_on_trial() {
            let is_taken = |each: &Workspace| each.name == name && each.number != caller.workspace;
            if self.list_workspaces().await?.iter().any(is_taken) {
                return Err(Error::InUse(name.to_owned()));
            }
            return Ok(Workspace { name: name.to_owned(), ..self.workspace_of(caller).await? });
        }
        let is_known = self.store().rename_workspace(caller.workspace, name).await?;
        *self.inner.workspaces.0.write().unwrap_or_else(PoisonError::into_inner) = None;
        is_known.then_some(()).ok_or(Error::NotFound(Missing::Workspace))?;
        self.workspace_of(caller).await
    }

    /// The workspaces that the caller's key opens, in the order they were made.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; what the store says.
    pub async fn workspaces_of(&self, caller: &Caller) -> Result<Vec<Workspace>, Error> {
        caller.require(Scope::Read)?;
        let mut all = self.list_workspaces().await?;
        all.retain(|each| caller.key.workspaces.contains(&each.number));
        Ok(all)
    }

    /// All workspaces, in the order they were made.
    ///
    /// # Errors
    /// What the store says.
    pub async fn list_workspaces(&self) -> Result<Vec<Workspace>, Error> {
        Ok(self.store().list_workspaces().await?)
    }

    /// The workspace with this name or id.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn find_workspace(&self, name_or_id: &str) -> Result<Workspace, Error> {
        let all = self.list_workspaces().await?;
        let found = all.into_iter().find(|each| each.name == name_or_id || is_id(each, name_or_id));
        found.ok_or(Error::NotFound(Missing::Workspace))
    }

    /// The workspace that a caller's requests mean.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it was removed.
    pub async fn workspace_of(&self, caller: &Caller) -> Result<Workspace, Error> {
        let all = self.list_workspaces().await?;
        all.into_iter()
            .find(|each| each.number == caller.workspace)
            .ok_or(Error::NotFound(Missing::Workspace))
    }

    /// The caller in the workspace that its request names.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, [`Error::WrongWorkspace`] when the key does not open it.
    pub async fn enter(&self, caller: &Caller, workspace_id: &str) -> Result<(Caller, Workspace), Error> {
        let all = self.recent_workspaces().await?;
        let found = all.iter().find(|each| is_id(each, workspace_id));
        let workspace = found.cloned().ok_or(Error::NotFound(Missing::Workspace))?;
        if !caller.key.workspaces.contains(&workspace.number) {
            return Err(Error::WrongWorkspace);
        }
        Ok((Caller { workspace: workspace.number, ..caller.clone() }, workspace))
    }

    /// Who contactd's own commands are in a workspace: they have no key, and every right.
    pub fn operator(&self, workspace: &Workspace) -> Caller {
        Caller::own(workspace.number, self.clock().now())
    }

    pub(crate) async fn recent_workspaces(&self) -> Result<Arc<[Workspace]>, Error> {
        let WorkspaceCache(cache) = &self.inner.workspaces;
        let recent = cache.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, all)) = recent.filter(|(since, _)| since.elapsed() < CACHE_TTL) {
            return Ok(all);
        }
        let all: Arc<[Workspace]> = self.store().list_workspaces().await?.into();
        *cache.write().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), Arc::clone(&all)));
        Ok(all)
    }
}

fn is_id(workspace: &Workspace, text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok_and(|id| id == workspace.id.0)
}
