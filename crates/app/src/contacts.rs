//! Contacts: getting, listing, creating, updating, deleting.

use std::sync::Arc;

use model::{
    Actor, Catalog, Change, ChannelKind, Contact, ContactId, Dialect, Difference, Ground, HeldBack, Linked,
    Ref, Violation, ViolationKind,
};
use store::{Action, AnyOutcome, ContactQuery, Document, Documents, Done, Outcome, Scope, WorkspaceNumber};

use crate::cleaning::seen;
use crate::terms::Author;
use crate::{App, Caller, Error, Missing};

/// Contacts that are updated together at most.
const GROUP: usize = 1000;

/// A contact and the catalog that its ids refer to.
#[derive(Clone, Debug)]
pub struct View {
    /// The contact.
    pub contact: Arc<Contact>,
    /// The catalog.
    pub catalog: Arc<Catalog>,
}

/// A contact as it is stored, and the catalog that its ids refer to.
#[derive(Clone, Debug)]
pub struct DocumentView {
    /// The contact.
    pub document: Document,
    /// The catalog.
    pub catalog: Arc<Catalog>,
}

/// What came of a write; it is durable.
#[derive(Clone, Debug)]
pub struct Written {
    /// The contact as it is now, or as it was when it was deleted.
    pub view: View,
    /// What was done.
    pub done: Done,
    /// The number of the change, by which it can be undone; `None` when nothing changed.
    pub change: Option<u64>,
    /// What differs.
    pub differences: Vec<Difference>,
    /// What the policy of the key held back.
    pub held_back: Vec<HeldBack>,
    /// The contacts that were deleted, because they were merged into this one.
    pub merged: Vec<ContactId>,
}

/// A page of contacts.
#[derive(Clone, Debug)]
pub struct ContactList {
    /// The contacts.
    pub contacts: Vec<Arc<Contact>>,
    /// How many the whole list has, exactly.
    pub total: u64,
    /// Whether all were counted; else the total is that of those that were met.
    pub is_counted: bool,
    /// The catalog that their ids refer to.
    pub catalog: Arc<Catalog>,
}

/// The same page, with the contacts as they are stored.
#[derive(Clone, Debug)]
pub struct DocumentList {
    /// The contacts.
    pub documents: Documents,
    /// How many the whole list has, exactly.
    pub total: u64,
    /// Whether all were counted: else the total is that of those that were met up to the end of the page.
    pub is_counted: bool,
    /// The catalog that their ids refer to.
    pub catalog: Arc<Catalog>,
}

impl DocumentList {
    /// The same page with the contacts read.
    ///
    /// # Errors
    /// [`Error::Store`] when one is damaged.
    pub fn whole(self) -> Result<ContactList, Error> {
        let Self { documents, total, is_counted, catalog } = self;
        Ok(ContactList { contacts: documents.contacts()?, total, is_counted, catalog })
    }
}

impl ContactList {
    /// A page of a list that was counted.
    pub fn counted(contacts: Vec<Arc<Contact>>, total: u64, catalog: Arc<Catalog>) -> Self {
        Self { contacts, total, is_counted: true, catalog }
    }
}

impl From<Outcome> for Written {
    fn from(outcome: Outcome) -> Self {
        Self {
            view: View { contact: outcome.contact, catalog: outcome.catalog },
            done: outcome.done,
            change: outcome.event,
            differences: outcome.differences,
            held_back: outcome.held_back,
            merged: outcome.merged.into_vec(),
        }
    }
}

impl App {
    /// The contact that a client names.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`], also for another workspace's contact.
    pub async fn get_contact(&self, caller: &Caller, contact: &Ref) -> Result<View, Error> {
        caller.require(Scope::Read)?;
        let found = self.store().find_contact(caller.workspace, contact).await?;
        let contact = found.ok_or(Error::NotFound(Missing::Contact))?;
        Ok(View { contact, catalog: self.catalog(caller).await? })
    }

    /// The same contact as it is stored, for what shows it in place.
    ///
    /// # Errors
    /// As [`get_contact`](Self::get_contact).
    pub async fn get_document(&self, caller: &Caller, contact: &Ref) -> Result<DocumentView, Error> {
        caller.require(Scope::Read)?;
        let found = self.store().find_document(caller.workspace, contact).await?;
        let document = found.ok_or(Error::NotFound(Missing::Contact))?;
        Ok(DocumentView { document, catalog: self.catalog(caller).await? })
    }

    /// A page of contacts.
    ///
    /// # Errors
    /// [`Error::MissingScope`], or what the store says.
    pub async fn list_contacts(&self, caller: &Caller, query: &ContactQuery) -> Result<ContactList, Error> {
        self.list_documents(caller, query).await?.whole()
    }

    /// The same page as it is stored, for what shows contacts in place.
    ///
    /// # Errors
    /// As [`list_contacts`](Self::list_contacts).
    pub async fn list_documents(&self, caller: &Caller, query: &ContactQuery) -> Result<DocumentList, Error> {
        caller.note_read();
        let catalog = self.catalog(caller).await?;
        let mut query = self.with_dynamic_lists(query, &catalog);
        query.filter = seen(query.filter, &catalog);
        let page = self.store().list_documents(caller.workspace, &query).await?;
        let store::DocumentPage { documents, total, is_counted } = page;
        Ok(DocumentList { documents, total, is_counted, catalog })
    }

    /// The contacts with these ids, in any order; unknown ids are left out.
    ///
    /// # Errors
    /// [`Error::MissingScope`], or what the store says.
    pub async fn find_contacts(
        &self,
        caller: &Caller,
        ids: impl IntoIterator<Item = ContactId>,
    ) -> Result<Vec<Arc<Contact>>, Error> {
        caller.require(Scope::Read)?;
        Ok(self.store().find_contacts(caller.workspace, ids).await?)
    }

    /// The ids of the contacts that a client names, in one look-up; `None` where there is none.
    ///
    /// # Errors
    /// [`Error::MissingScope`], or what the store says.
    pub async fn find_contact_ids(
        &self,
        caller: &Caller,
        named: &[Ref],
    ) -> Result<Vec<Option<ContactId>>, Error> {
        caller.require(Scope::Read)?;
        Ok(self.store().find_contact_ids(caller.workspace, named).await?)
    }

    /// The contacts that have this channel, by kind and normalised value, oldest first.
    ///
    /// # Errors
    /// [`Error::MissingScope`], or what the store says.
    pub async fn find_by_channel(
        &self,
        caller: &Caller,
        kind: &ChannelKind,
        value: &str,
    ) -> Result<Vec<Arc<Contact>>, Error> {
        caller.require(Scope::Read)?;
        Ok(self.store().find_by_channel(caller.workspace, kind, value).await?)
    }

    /// Makes a contact.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Rejected`] with every violation, or what the store says.
    pub async fn create_contact(&self, caller: &Caller, change: Change) -> Result<Written, Error> {
        caller.require(Scope::Write)?;
        let id = ContactId(self.clock().fresh_id());
        if !change.violations.is_empty() {
            let blank = Contact::blank(id, 0, self.clock().now());
            return Err(self.refusal(caller.workspace, &blank, &change).await?);
        }
        self.write(caller, Action::Create { id, number: None, change }).await
    }

    /// Changes a contact.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::VersionRequired`]; [`Error::NotFound`], before anything that is wrong with the
    /// change;
    /// [`Error::Rejected`] with every violation; or what the store says.
    pub async fn update_contact(
        &self,
        caller: &Caller,
        contact: Ref,
        mut change: Change,
    ) -> Result<Written, Error> {
        caller.require(Scope::Write)?;
        change.precondition = caller.precondition(change.precondition)?;
        if !change.violations.is_empty() {
            // It cannot succeed: no need to trouble the writer.
            let found = self.store().find_contact(caller.workspace, &contact).await?;
            let found = found.ok_or(Error::NotFound(Missing::Contact))?;
            return Err(self.refusal(caller.workspace, &found, &change).await?);
        }
        self.write(caller, Action::Update { contact, change }).await
    }

    /// Changes several contacts, all of them or none; 1000 at most.
    ///
    /// # Errors
    /// As [`update_contact`](Self::update_contact), for the first that cannot be changed.
    pub async fn update_contacts(
        &self,
        caller: &Caller,
        updates: Vec<(Ref, Change)>,
    ) -> Result<Vec<Written>, Error> {
        caller.require(Scope::Write)?;
        if updates.len() > GROUP {
            let kind = ViolationKind::TooLong { max: GROUP, unit: "items" };
            return Err(Error::Rejected(Violation::new("", kind).into()));
        }
        let action = |(contact, mut change): (Ref, Change)| {
            change.precondition = caller.precondition(change.precondition)?;
            Ok(read_ahead(Action::Update { contact, change }))
        };
        let actions: Result<Vec<_>, Error> = updates.into_iter().map(action).collect();
        let outcomes = self.write_group(&caller.into(), actions?).await?;
        Ok(outcomes.into_iter().filter_map(AnyOutcome::contact).map(Written::from).collect())
    }

    /// Deletes a contact; the change can be undone.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::VersionRequired`]; [`Error::NotFound`]; [`Error::Rejected`] when it is not at the
    /// revision that the request wants, or the key's policy keeps it; or what the store says.
    pub async fn delete_contact(&self, caller: &Caller, contact: Ref) -> Result<Written, Error> {
        caller.require(Scope::Write)?;
        let precondition = caller.precondition(None)?;
        self.write(caller, Action::Delete { contact, precondition }).await
    }

    /// Every violation of a change that the dialect already found fault with.
    pub(crate) async fn refusal(
        &self,
        workspace: WorkspaceNumber,
        contact: &Contact,
        change: &Change,
    ) -> Result<Error, Error> {
        let catalog = self.store().catalog(workspace).await?;
        // What the change refers to outside the catalog is not looked up for a change that is refused anyway.
        let judged = Change {
            edits: change.edits.iter().filter(|(_, edit)| is_self_contained(edit)).cloned().collect(),
            violations: change.violations.clone(),
            precondition: change.precondition.clone(),
        };
        let ground =
            Ground { catalog: &catalog, linked: &Linked::default(), stamp: self.stamp(), policy: None };
        match model::apply(contact, &judged, &ground) {
            Err(rejection) => Ok(Error::Rejected(rejection)),
            // Unreachable: the change carries violations.
            Ok(_) => Ok(Error::Rejected(model::Rejection { violations: change.violations.clone() })),
        }
    }

    /// Makes a contact in contactd's own name: no key, no rights asked. For demos and tests.
    ///
    /// # Errors
    /// As [`create_contact`](Self::create_contact); [`Error::InUse`] when the number is taken.
    pub async fn seed_contact(
        &self,
        workspace: WorkspaceNumber,
        number: Option<u64>,
        change: Change,
    ) -> Result<Written, Error> {
        let id = ContactId(self.clock().fresh_id());
        let actor = Actor { key: None, dialect: Dialect::Native, request_id: None };
        self.write_as(&Author::own(workspace, actor), Action::Create { id, number, change }).await
    }

    async fn write(&self, caller: &Caller, action: Action) -> Result<Written, Error> {
        self.write_as(&caller.into(), action).await
    }

    async fn write_as(&self, author: &Author, action: Action) -> Result<Written, Error> {
        let outcome = self.write_any(author, read_ahead(action)).await?.contact();
        Ok(outcome.ok_or(Error::NotFound(Missing::Contact))?.into())
    }
}

/// Reads what can be read before the one writer has the change.
fn read_ahead(mut action: Action) -> Action {
    if let Action::Create { change, .. } | Action::Update { change, .. } = &mut action {
        change.read_ahead();
    }
    action
}

fn is_self_contained(edit: &model::Edit) -> bool {
    use model::Edit::{Companies, Notes, PrimaryCompany};
    !matches!(edit, Companies(_) | PrimaryCompany(_) | Notes(_))
}
