//! Companies, notes and tasks: getting, listing, creating, updating, deleting. Each kind goes through the same functions.

use std::sync::Arc;

use model::{
    Actor, Catalog, Company, CompanyId, Dialect, Difference, Document, Note, NoteId, Precondition, Record,
    RecordKind, Ref, Rejection, Timestamp,
};
use store::{
    Action, AnyOutcome, ContactQuery, Done, RecordOutcome, RecordQuery, RecordWrite, Scope, WorkspaceNumber,
};
use uuid::Uuid;

use crate::cleaning::seen;
use crate::links::is_outdated;
use crate::retry::{has_changed, retried};
use crate::terms::Author;
use crate::{App, Caller, Error, LinkTo, Missing};

/// A company, note or task, and the catalog that its ids refer to.
#[derive(Clone, Debug)]
pub struct RecordView<D> {
    /// The record.
    pub record: D,
    /// The catalog.
    pub catalog: Arc<Catalog>,
}

/// A page of companies, notes or tasks.
#[derive(Clone, Debug)]
pub struct RecordList<D> {
    /// The records.
    pub records: Vec<D>,
    /// How many the whole list has, exactly.
    pub total: u64,
    /// The catalog that their ids refer to.
    pub catalog: Arc<Catalog>,
}

/// What came of a write of a company, note or task; it is durable.
#[derive(Clone, Debug)]
pub struct WrittenRecord<D> {
    /// The record as it is now, or as it was when it was deleted.
    pub record: D,
    /// The catalog that its ids refer to.
    pub catalog: Arc<Catalog>,
    /// What was done.
    pub done: Done,
    /// The number of the change, by which it can be undone; `None` when nothing changed.
    pub change: Option<u64>,
    /// What differs.
    pub differences: Vec<Difference>,
}

impl App {
    /// The company, note or task that a client names.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`], also for another workspace's record.
    pub async fn get_record<D: Document>(
        &self,
        caller: &Caller,
        named: &Ref,
    ) -> Result<RecordView<D>, Error> {
        caller.require(Scope::Read)?;
        let record = self.find_record(caller.workspace, named).await?;
        Ok(RecordView { record, catalog: self.catalog(caller).await? })
    }

    /// A page of companies, notes or tasks.
    ///
    /// # Errors
    /// [`Error::MissingScope`], or what the store says.
    pub async fn list_records<D: Document>(
        &self,
        caller: &Caller,
        query: &RecordQuery,
    ) -> Result<RecordList<D>, Error> {
        caller.note_read();
        let catalog = self.catalog(caller).await?;
        let query = RecordQuery { filter: seen(query.filter.clone(), &catalog), ..query.clone() };
        let page = self.store().list_records(caller.workspace, D::KIND, &query).await?;
        let records = page.records.iter().filter_map(|record| D::of(record)).cloned().collect();
        Ok(RecordList { records, total: page.total, catalog: self.catalog(caller).await? })
    }

    /// The companies, notes or tasks with these ids, in any order; unknown ids are left out.
    ///
    /// # Errors
    /// What the store says.
    pub async fn find_records<D: Document>(
        &self,
        caller: &Caller,
        ids: impl IntoIterator<Item = Uuid>,
    ) -> Result<Vec<D>, Error> {
        caller.note_read();
        let ids: Vec<_> = ids.into_iter().collect();
        let records = self.store().find_records(caller.workspace, D::KIND, ids).await?;
        Ok(records.iter().filter_map(D::of).cloned().collect())
    }

    /// The ids of the companies, notes or tasks that a client names, in one look-up; `None` where there is none.
    ///
    /// # Errors
    /// [`Error::MissingScope`], or what the store says.
    pub async fn find_record_ids<D: Document>(
        &self,
        caller: &Caller,
        named: &[Ref],
    ) -> Result<Vec<Option<Uuid>>, Error> {
        caller.require(Scope::Read)?;
        Ok(self.store().find_record_ids(caller.workspace, D::KIND, named).await?)
    }

    /// The companies with these ids, in any order; unknown ids are left out.
    ///
    /// # Errors
    /// What the store says.
    pub async fn find_companies(&self, caller: &Caller, ids: &[CompanyId]) -> Result<Vec<Company>, Error> {
        self.find_records(caller, ids.iter().map(|id| id.0)).await
    }

    /// The notes with these ids, in any order; unknown ids are left out.
    ///
    /// # Errors
    /// What the store says.
    pub async fn find_notes(&self, caller: &Caller, ids: &[NoteId]) -> Result<Vec<Note>, Error> {
        self.find_records(caller, ids.iter().map(|id| id.0)).await
    }

    /// Makes a company, note or task. `make` gets a fresh id and the time.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Rejected`] with every violation, or what the store says.
    pub async fn create_record<D: Document>(
        &self,
        caller: &Caller,
        make: impl FnOnce(Uuid, Timestamp, &Catalog) -> Result<D, Rejection> + Send,
    ) -> Result<WrittenRecord<D>, Error> {
        caller.require(Scope::Write)?;
        let catalog = self.catalog_on(&caller.terms, caller.workspace).await?;
        let record = make(self.clock().fresh_id(), self.clock().now(), &catalog)?;
        self.put_record(&caller.into(), record, None).await
    }

    /// How many records of a kind the workspace has.
    ///
    /// # Errors
    /// What the store says.
    pub async fn count_records(
        &self,
        caller: &Caller,
        kind: RecordKind,
        catalog: &Catalog,
    ) -> Result<u64, Error> {
        caller.note_read();
        let (store, workspace) = (self.store(), caller.workspace);
        match (kind, catalog.count(kind)) {
            (_, Some(count)) => Ok(count),
            (RecordKind::Contact, None) => {
                let query = ContactQuery { limit: 1, ..ContactQuery::default() };
                Ok(store.list_documents(workspace, &query).await?.total)
            }
            (kind, None) => {
                let query = RecordQuery { limit: 1, ..RecordQuery::default() };
                Ok(store.list_records(workspace, kind, &query).await?.total)
            }
        }
    }

    /// Changes a company, note or task; `edit` is called again with the record as it is then, when somebody else
    /// changed it in between.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`]; [`Error::Rejected`] with every violation; or what the store says.
    pub async fn update_record<D: Document>(
        &self,
        caller: &Caller,
        named: &Ref,
        edit: impl Fn(&mut D, &Catalog) -> Result<(), Rejection> + Send + Sync,
    ) -> Result<WrittenRecord<D>, Error> {
        self.update_record_at(caller, named, &Precondition::default(), edit).await
    }

    /// Changes a company, note or task if its revision is what the client wants it to be.
    ///
    /// # Errors
    /// As [`update_record`](Self::update_record); [`Error::Rejected`] when it is another.
    pub async fn update_record_at<D: Document>(
        &self,
        caller: &Caller,
        named: &Ref,
        precondition: &Precondition,
        edit: impl Fn(&mut D, &Catalog) -> Result<(), Rejection> + Send + Sync,
    ) -> Result<WrittenRecord<D>, Error> {
        caller.require(Scope::Write)?;
        retried(has_changed, || self.try_update(caller, (named, precondition), &edit)).await
    }

    async fn try_update<D: Document>(
        &self,
        caller: &Caller,
        (named, precondition): (&Ref, &Precondition),
        edit: &(impl Fn(&mut D, &Catalog) -> Result<(), Rejection> + Send + Sync),
    ) -> Result<WrittenRecord<D>, Error> {
        let mut record: D = self.find_record(caller.workspace, named).await?;
        let before: Record = record.clone().into();
        precondition.check(before.revision())?;
        let catalog = self.catalog_on(&caller.terms, caller.workspace).await?;
        edit(&mut record, &catalog)?;
        let after: Record = record.clone().into();
        if after.id() != before.id() {
            return Err(Error::InUse(after.id().to_string()));
        }
        self.put_record(&caller.into(), record, Some(before.revision())).await
    }

    /// Deletes a company, note or task, and takes it from its contacts; the change can be undone as a whole. Of more
    /// contacts than [`CHANGE_MAX`](crate::CHANGE_MAX) all keep the id, and have it again when it comes back.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`], or what the store says.
    pub async fn delete_record<D: Document>(
        &self,
        caller: &Caller,
        named: &Ref,
    ) -> Result<WrittenRecord<D>, Error> {
        self.delete_record_at(caller, named, &Precondition::default()).await
    }

    /// Deletes a company, note or task if its revision is what the client wants it to be.
    ///
    /// # Errors
    /// As [`delete_record`](Self::delete_record); [`Error::Rejected`] when it is another.
    pub async fn delete_record_at<D: Document>(
        &self,
        caller: &Caller,
        named: &Ref,
        precondition: &Precondition,
    ) -> Result<WrittenRecord<D>, Error> {
        caller.require(Scope::Write)?;
        retried(is_outdated, || self.try_delete(caller, named, precondition)).await
    }

    async fn try_delete<D: Document>(
        &self,
        caller: &Caller,
        named: &Ref,
        precondition: &Precondition,
    ) -> Result<WrittenRecord<D>, Error> {
        let record: Record = self.find_record::<D>(caller.workspace, named).await?.into();
        precondition.check(record.revision())?;
        let (id, expected) = (record.id(), record.revision());
        let delete = Action::Record(RecordWrite::Delete { kind: D::KIND, id, expected });
        let outcomes = self.delete_linked(caller, delete, LinkTo::of(D::KIND, id)).await?;
        let outcome = outcomes.into_iter().next().and_then(AnyOutcome::record);
        WrittenRecord::of(outcome.ok_or(Error::NotFound(Missing::Record(D::KIND)))?)
    }

    /// Makes a company, note or task in contactd's own name: no key, no rights asked. For demos, tests and imports.
    ///
    /// # Errors
    /// [`Error::InUse`] when its number is taken; [`Error::Rejected`]; what the store says.
    pub async fn seed_record<D: Document>(
        &self,
        workspace: WorkspaceNumber,
        record: D,
    ) -> Result<WrittenRecord<D>, Error> {
        let actor = Actor { key: None, dialect: Dialect::Native, request_id: None };
        self.put_record(&Author::own(workspace, actor), record, None).await
    }

    pub(crate) async fn find_record<D: Document>(
        &self,
        workspace: WorkspaceNumber,
        named: &Ref,
    ) -> Result<D, Error> {
        let found = self.store().find_record(workspace, D::KIND, named).await?;
        found.as_deref().and_then(D::of).cloned().ok_or(Error::NotFound(Missing::Record(D::KIND)))
    }

    async fn put_record<D: Document>(
        &self,
        author: &Author,
        record: D,
        expected: Option<u64>,
    ) -> Result<WrittenRecord<D>, Error> {
        let record = Box::new(record.into());
        record.check()?;
        self.write_record(author, RecordWrite::Put { record, expected }).await
    }

    async fn write_record<D: Document>(
        &self,
        author: &Author,
        write: RecordWrite,
    ) -> Result<WrittenRecord<D>, Error> {
        let outcome = self.write_any(author, Action::Record(write)).await?.record();
        WrittenRecord::of(outcome.ok_or(Error::NotFound(Missing::Record(D::KIND)))?)
    }
}

impl<D: Document> WrittenRecord<D> {
    pub(crate) fn of(outcome: RecordOutcome) -> Result<Self, Error> {
        let RecordOutcome { record, catalog, done, event, differences } = outcome;
        let record = D::of(&record).cloned().ok_or(Error::NotFound(Missing::Record(D::KIND)))?;
        Ok(Self { record, catalog, done, change: event, differences })
    }
}

/// A record by its id of ours.
pub(crate) fn own(id: Uuid) -> Ref {
    Ref::uuid(Dialect::Native, &id.to_string())
}
