//! Workspaces: making them, listing them, and checking that a caller may enter one.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use model::{OnConflict, Precondition, Rejection, WorkspaceId};
use store::{Asked, Cause, Scope, Workspace, WorkspaceNumber};

use crate::retry::{has_changed, retried};
use crate::revisions::{Putting, Revisions, asked, not_undoable};
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
        self.make_workspace(None, name).await
    }

    async fn make_workspace(&self, caller: Option<&Caller>, name: &str) -> Result<Workspace, Error> {
        self.check_once(caller).await?;
        let id = WorkspaceId(self.clock().fresh_id());
        let catalog = starter::catalog(self.clock());
        let opened_by = caller.map(|caller| caller.key.id);
        let create = async |claim| {
            let asked = Asked { authored: self.authored(caller, None), claim };
            self.store().create_workspace(id, name, asked, &catalog, opened_by).await
        };
        let made = self.commit_once(caller, create).await?;
        self.forget_workspaces();
        opened_by.iter().for_each(|key| self.inner.keys.forget(*key));
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
            let name = name.to_owned();
            let tried = Workspace { number: WorkspaceNumber(0), id, name, revision: 1, created_at };
            return if is_taken { Err(Error::InUse(tried.name)) } else { Ok(tried) };
        }
        self.make_workspace(Some(caller), name).await
    }

    /// Gives the caller's workspace another name.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::InUse`] when the name is taken; [`Error::NotFound`]; [`Error::Rejected`] when it is
    /// at another revision than wanted.
    pub async fn rename_workspace(
        &self,
        caller: &Caller,
        precondition: &Precondition,
        name: &str,
    ) -> Result<Workspace, Error> {
        let rename = |now: &mut String| {
            name.clone_into(now);
            Ok(())
        };
        self.change_workspace(caller, precondition, None, rename).await
    }

    /// Takes back that the caller's workspace was renamed.
    ///
    /// # Errors
    /// As [`rename_workspace`](Self::rename_workspace); [`Error::NotFound`] for a revision that is not known;
    /// [`Error::Rejected`] with [`ViolationKind::ChangedSince`](model::ViolationKind::ChangedSince) when it was renamed again
    /// since, and `on_conflict` says to refuse then, and for one that made it.
    pub async fn undo_renaming(
        &self,
        caller: &Caller,
        precondition: &Precondition,
        revision: u64,
        on_conflict: OnConflict,
    ) -> Result<Workspace, Error> {
        let history = self.workspace_history(caller, Some(revision.saturating_add(1)), 1).await?;
        let revised = history.take(revision)?;
        let Some(before) = revised.before.filter(|_| revised.revision.cause == Cause::Updated) else {
            return Err(not_undoable("a workspace that was made stays"));
        };
        let put_back = |now: &mut String| {
            let mut putting = Putting::new(on_conflict);
            putting.put("name", now, &before, &revised.revision.state);
            putting.finish()
        };
        self.change_workspace(caller, precondition, Some(revision), put_back).await
    }

    /// What the caller's workspace was called, the newest change first: those of before a revision, so many at most.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`]; what the store says.
    pub async fn workspace_history(
        &self,
        caller: &Caller,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Revisions<String>, Error> {
        caller.require(Scope::Admin)?;
        let id = self.workspace_of(caller).await?.id;
        let before = before.unwrap_or(u64::MAX);
        Ok(Revisions::of(self.store().workspace_revisions(id, before, asked(limit)).await?, limit))
    }

    /// Gives the caller's workspace another name, where `undoes` is the revision whose change this takes back.
    async fn change_workspace(
        &self,
        caller: &Caller,
        precondition: &Precondition,
        undoes: Option<u64>,
        edit: impl Fn(&mut String) -> Result<(), Rejection> + Send + Sync,
    ) -> Result<Workspace, Error> {
        caller.require(Scope::Admin)?;
        self.check_once(Some(caller)).await?;
        let edit = &edit;
        retried(has_changed, || async move {
            let before = self.workspace_of(caller).await?;
            precondition.check(before.revision)?;
            let mut after = before.clone();
            edit(&mut after.name)?;
            if after == before {
                return Ok(after);
            }
            after.revision += 1;
            if caller.is_on_trial() {
                let is_taken = |each: &Workspace| each.name == after.name && each.number != caller.workspace;
                let is_taken = self.list_workspaces().await?.iter().any(is_taken);
                return if is_taken { Err(Error::InUse(after.name)) } else { Ok(after) };
            }
            let at = (caller.workspace, before.revision);
            let rename = async |claim| {
                let asked = Asked { authored: self.authored(Some(caller), undoes), claim };
                self.store().rename_workspace(at, &after.name, asked).await
            };
            let is_known = self.commit_once(Some(caller), rename).await?;
            self.forget_workspaces();
            is_known.then_some(after).ok_or(Error::NotFound(Missing::Workspace))
        })
        .await
    }

    /// Looks workspaces up again at the next request.
    fn forget_workspaces(&self) {
        *self.inner.workspaces.0.write().unwrap_or_else(PoisonError::into_inner) = None;
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
