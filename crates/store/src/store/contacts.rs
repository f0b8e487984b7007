//! Reading contacts: one, some, lists of them.

use std::sync::Arc;

use model::{Contact, ContactId, Dialect, Ref};
use tokio::sync::SemaphorePermit;

use super::Store;
use crate::backend::{Backend, Wanted};
use crate::{ContactPage, ContactQuery, Document, DocumentPage, StoreError, WorkspaceNumber};

/// Contacts that [`Store::find_by_channel`] gives at most.
const BY_CHANNEL_MAX: u32 = 100;

impl Store {
    /// The contact that a client names: also by an id of one that was merged into it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_contact(
        &self,
        workspace: WorkspaceNumber,
        contact: &Ref,
    ) -> Result<Option<Arc<Contact>>, StoreError> {
        let found = self.find_document(workspace, contact).await?;
        found.map(|found| found.contact().map(Arc::new)).transpose()
    }

    /// The same contact as it is stored: for what shows it in place.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_document(
        &self,
        workspace: WorkspaceNumber,
        contact: &Ref,
    ) -> Result<Option<Document>, StoreError> {
        let found = self.find_living(workspace, contact).await?;
        let (None, Some(native)) = (&found, contact.native) else { return Ok(found) };
        let former = Ref { dialect: Dialect::Native, text: Contact::former_id(native), native: None };
        self.find_living(workspace, &former).await
    }

    async fn find_living(
        &self,
        workspace: WorkspaceNumber,
        contact: &Ref,
    ) -> Result<Option<Document>, StoreError> {
        let mut wanted = Wanted::default();
        wanted.contacts.push(workspace, contact);
        let found = self.shared.backend.load(wanted).await?.contacts;
        // An alias wins over a well-formed id of ours.
        let id = found.aliases.into_iter().chain(found.numbers).flatten().next();
        let row = match id {
            Some(id) => found.rows.into_iter().find(|(_, row_id, _)| *row_id == id),
            None => found.rows.into_iter().next(),
        };
        Ok(row.map(|(_, _, stored)| stored.document))
    }

    /// The contacts with these ids, in any order; unknown ids are left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_contacts(
        &self,
        workspace: WorkspaceNumber,
        ids: impl IntoIterator<Item = ContactId>,
    ) -> Result<Vec<Arc<Contact>>, StoreError> {
        let mut wanted = Wanted::default();
        wanted.contacts.ids.extend(ids.into_iter().map(|id| (workspace, id.0)));
        if wanted.contacts.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.shared.backend.load(wanted).await?.contacts.rows;
        rows.into_iter().map(|(_, _, stored)| stored.document.contact().map(Arc::new)).collect()
    }

    /// The ids of the contacts that a client names, in one look-up; `None` where there is none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_contact_ids(
        &self,
        workspace: WorkspaceNumber,
        named: &[Ref],
    ) -> Result<Vec<Option<ContactId>>, StoreError> {
        let mut wanted = Wanted::default();
        named.iter().for_each(|each| wanted.contacts.push(workspace, each));
        let found = self.shared.backend.load(wanted).await?.contacts;
        Ok(found.ids(named).into_iter().map(|id| id.map(ContactId)).collect())
    }

    /// The contacts that have this channel, by kind and normalised value, oldest first, 100 at most.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_by_channel(
        &self,
        workspace: WorkspaceNumber,
        kind: &model::ChannelKind,
        value: &str,
    ) -> Result<Vec<Arc<Contact>>, StoreError> {
        let (kind, value) = (kind.clone(), value.to_owned());
        self.shared.backend.contacts_with_channel(workspace, kind, value, BY_CHANNEL_MAX).await
    }

    /// A page of contacts.
    ///
    /// # Errors
    /// [`StoreError::TooSlow`] and [`StoreError::BusyReading`] for a query whose [`Patience`](crate::Patience) ends;
    /// what the database says.
    pub async fn list_contacts(
        &self,
        workspace: WorkspaceNumber,
        query: &ContactQuery,
    ) -> Result<ContactPage, StoreError> {
        let DocumentPage { documents, total, is_counted } = self.list_documents(workspace, query).await?;
        Ok(ContactPage { contacts: documents.contacts()?, total, is_counted })
    }

    /// The same page, with the contacts as they are stored: for what shows them in place.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list_documents(
        &self,
        workspace: WorkspaceNumber,
        query: &ContactQuery,
    ) -> Result<DocumentPage, StoreError> {
        let query = &*self.by_filled_indexes(workspace, query).await?;
        let _turn = self.turn(query).await?;
        let page = self.shared.backend.list_contacts(workspace, query.clone()).await;
        // The next one finds more of it noted.
        if query.asks_changes() {
            self.note_soon(workspace);
        }
        let page = page.map_err(|fault| match fault {
            StoreError::TooSlow(_) => StoreError::TooSlow(query.filter.slow()),
            fault => fault,
        })?;
        if query.is_far_down(page.total) {
            self.note_soon(workspace);
        }
        Ok(page)
    }

    /// Waits until few enough others read the documents of all contacts. Whoever is to do that page by page does it while it
    /// keeps the turn: lists whose [`Patience`](crate::Patience) ends wait for theirs meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Closing`].
    pub async fn turn_to_scan(&self) -> Result<SemaphorePermit<'_>, StoreError> {
        self.shared.scans.acquire().await.map_err(|_| StoreError::Closing)
    }

    /// Waits until few enough others read documents, so that there are readers left for everybody else.
    async fn turn(&self, query: &ContactQuery) -> Result<Option<SemaphorePermit<'_>>, StoreError> {
        let Some(left) = query.patience.left().filter(|_| query.may_ask_documents()) else { return Ok(None) };
        let turn = tokio::time::timeout(left, self.shared.scans.acquire()).await;
        turn.map_err(|_| StoreError::BusyReading)?.map(Some).map_err(|_| StoreError::Closing)
    }
}
