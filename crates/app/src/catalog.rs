//! The catalog: fields, tags, lists, users, teams, channel types, inboxes and the like, all through the same functions.
//!
//! Keys that may write contacts may write the catalog, too: every vendor's clients make tags and fields as they go.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use model::value::OnUnconvertible;
use model::{
    Actor, Catalog, CatalogRow, Dialect, Difference, ItemRef, Precondition, RecordKind, Rejection, Timestamp,
};
use store::{Action, AnyOutcome, CatalogOutcome, Done, ItemOutcome, Scope, StoreError, WorkspaceNumber};
use uuid::Uuid;

use crate::links::is_outdated;
use crate::retry::{has_changed_catalog, retried};
use crate::terms::{Author, change_of};
use crate::{App, Caller, Ends, Error, LinkTo, Missing};

/// What a new item of the catalog gets.
#[derive(Clone, Copy, Debug)]
pub struct Fresh {
    /// Its id.
    pub id: Uuid,
    /// Its number, which none of its kind ever had.
    pub number: u64,
    /// When it is made.
    pub now: Timestamp,
}

/// What came of a write of an item of the catalog; it is durable.
#[derive(Clone, Debug)]
pub struct WrittenItem<T> {
    /// The item as it is now, or as it was when it was deleted.
    pub item: T,
    /// The catalog as it is now.
    pub catalog: Arc<Catalog>,
    /// What was done.
    pub done: Done,
    /// The number of the change, by which it can be undone; `None` when nothing changed.
    pub change: Option<u64>,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// What is written beside an item of the catalog.
#[derive(Default)]
struct Beside {
    /// The other ends of its links.
    ends: Ends,
    /// What becomes of values that do not convert when it is a field that gets another type.
    on_unconvertible: OnUnconvertible,
}

impl Beside {
    fn links(ends: &Ends) -> Self {
        Self { ends: ends.clone(), ..Self::default() }
    }
}

impl App {
    /// The catalog of the caller's workspace.
    ///
    /// # Errors
    /// [`Error::MissingScope`], or what the store says.
    pub async fn catalog(&self, caller: &Caller) -> Result<Arc<Catalog>, Error> {
        caller.check(Scope::Read)?;
        self.catalog_on(&caller.terms, caller.workspace).await
    }

    /// Makes an item of the catalog, or puts it in the place of the one with its id, of which there is to be one only.
    /// `make` is called again with the catalog as it is then, when somebody else changed
    /// it in between.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Rejected`] with every violation, or what the store says.
    pub async fn create_item<T: CatalogRow>(
        &self,
        caller: &Caller,
        make: impl Fn(Fresh, &Catalog) -> Result<T, Rejection> + Send + Sync,
    ) -> Result<WrittenItem<T>, Error> {
        self.create_linked_item(caller, &Ends::default(), make).await
    }

    /// Makes an item of the catalog and its links, all of it or nothing.
    ///
    /// # Errors
    /// As [`create_item`](Self::create_item); [`Error::NotFound`] when one of the records does not exist that are to be
    /// linked with it; [`Error::Rejected`] also when there are more than [`CHANGE_MAX`](crate::CHANGE_MAX) of a kind.
    pub async fn create_linked_item<T: CatalogRow>(
        &self,
        caller: &Caller,
        ends: &Ends,
        make: impl Fn(Fresh, &Catalog) -> Result<T, Rejection> + Send + Sync,
    ) -> Result<WrittenItem<T>, Error> {
        caller.require(Scope::Write)?;
        let (id, now) = (self.clock().fresh_id(), self.clock().now());
        let edit = |catalog: &mut Catalog| {
            let item = make(Fresh { id, number: catalog.next_number::<T>(), now }, catalog)?;
            T::items_mut(catalog).put_alone(item.clone());
            Ok(item)
        };
        self.write_item(caller, &Beside::links(ends), edit).await
    }

    /// Changes an item of the catalog: one document and one event, however many contacts refer to it. `edit` is called
    /// again with the item and the catalog as they are then, when somebody else changed that in between.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`]; [`Error::Rejected`] with every violation; or what the store says.
    pub async fn update_item<T: CatalogRow>(
        &self,
        caller: &Caller,
        named: &ItemRef,
        edit: impl Fn(&mut T, &Catalog) -> Result<(), Rejection> + Send + Sync,
    ) -> Result<WrittenItem<T>, Error> {
        self.change_item(caller, named, (&Precondition::default(), &Beside::default()), edit).await
    }

    /// Changes an item of the catalog if its revision is what the client wants it to be. The values of a field that gets
    /// another type are converted in the same change.
    ///
    /// # Errors
    /// As [`update_item`](Self::update_item); [`Error::Rejected`] when it is another, and with the values that do not
    /// convert.
    pub async fn update_item_at<T: CatalogRow>(
        &self,
        caller: &Caller,
        named: &ItemRef,
        (precondition, on_unconvertible): (&Precondition, OnUnconvertible),
        edit: impl Fn(&mut T, &Catalog) -> Result<(), Rejection> + Send + Sync,
    ) -> Result<WrittenItem<T>, Error> {
        let beside = Beside { on_unconvertible, ..Beside::default() };
        self.change_item(caller, named, (precondition, &beside), edit).await
    }

    /// Changes an item of the catalog and makes its links exactly these, all of it or nothing. A link that stays keeps
    /// what it says.
    ///
    /// # Errors
    /// As [`update_item`](Self::update_item) and [`create_linked_item`](Self::create_linked_item).
    pub async fn update_linked_item<T: CatalogRow>(
        &self,
        caller: &Caller,
        named: &ItemRef,
        ends: &Ends,
        edit: impl Fn(&mut T, &Catalog) -> Result<(), Rejection> + Send + Sync,
    ) -> Result<WrittenItem<T>, Error> {
        self.change_item(caller, named, (&Precondition::default(), &Beside::links(ends)), edit).await
    }

    async fn change_item<T: CatalogRow>(
        &self,
        caller: &Caller,
        named: &ItemRef,
        (precondition, beside): (&Precondition, &Beside),
        edit: impl Fn(&mut T, &Catalog) -> Result<(), Rejection> + Send + Sync,
    ) -> Result<WrittenItem<T>, Error> {
        caller.require(Scope::Write)?;
        let edit = |catalog: &mut Catalog| {
            let mut item = found::<T>(catalog, named)?;
            let id = item.id();
            precondition.check(catalog.revision_of(id))?;
            edit(&mut item, catalog)?;
            if item.id() != id {
                return Err(Error::InUse(item.id().to_string()));
            }
            T::items_mut(catalog).put_alone(item.clone());
            Ok(item)
        };
        self.write_item(caller, beside, edit).await
    }

    /// Deletes an item of the catalog; the change can be undone. Contacts that have it keep its id, and have it again
    /// when it comes back.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`], or what the store says.
    pub async fn delete_item<T: CatalogRow>(
        &self,
        caller: &Caller,
        named: &ItemRef,
    ) -> Result<WrittenItem<T>, Error> {
        self.delete_item_at(caller, named, &Precondition::default()).await
    }

    /// Deletes an item of the catalog if its revision is what the client wants it to be.
    ///
    /// # Errors
    /// As [`delete_item`](Self::delete_item); [`Error::Rejected`] when it is another.
    pub async fn delete_item_at<T: CatalogRow>(
        &self,
        caller: &Caller,
        named: &ItemRef,
        precondition: &Precondition,
    ) -> Result<WrittenItem<T>, Error> {
        caller.require(Scope::Write)?;
        let edit = |catalog: &mut Catalog| {
            let item = found::<T>(catalog, named)?;
            precondition.check(catalog.revision_of(item.id()))?;
            T::items_mut(catalog).remove(item.id());
            Ok(item)
        };
        self.write_item(caller, &Beside::default(), edit).await
    }

    /// Changes the catalog of a workspace in contactd's own name, again from the start when somebody else
    /// changed it in between.
    ///
    /// # Errors
    /// What the store says.
    pub async fn edit_catalog(
        &self,
        workspace: WorkspaceNumber,
        edit: impl Fn(&mut Catalog) + Sync,
    ) -> Result<Arc<Catalog>, Error> {
        let actor = Actor { key: None, dialect: Dialect::Native, request_id: None };
        let author = Author::own(workspace, actor);
        let edit = |catalog: &mut Catalog| {
            edit(catalog);
            Ok(())
        };
        Ok(self.write_catalog(&author, edit).await?.1.catalog)
    }

    /// Changes the settings of the caller's workspace if they are at the revision that the client wants; they, and the number
    /// of the change, if there was one.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::Rejected`]; what the store says.
    pub async fn update_settings(
        &self,
        caller: &Caller,
        precondition: &Precondition,
        edit: impl Fn(&mut Catalog) -> Result<(), Rejection> + Send + Sync,
    ) -> Result<(Arc<Catalog>, Option<u64>), Error> {
        caller.require(Scope::Admin)?;
        let edit = |catalog: &mut Catalog| {
            precondition.check(catalog.settings_revision())?;
            Ok(edit(catalog)?)
        };
        let ((), outcome) = self.write_catalog(&caller.into(), edit).await?;
        let change = outcome.items.iter().find_map(|item| item.event);
        Ok((outcome.catalog, change))
    }

    /// Writes the catalog with an item that is made, changed or deleted in it, together with what has to be written beside
    /// it.
    async fn write_item<T: CatalogRow>(
        &self,
        caller: &Caller,
        beside: &Beside,
        edit: impl Fn(&mut Catalog) -> Result<T, Error> + Send + Sync,
    ) -> Result<WrittenItem<T>, Error> {
        retried(is_outdated, || self.try_write_item(caller, beside, &edit)).await
    }

    async fn try_write_item<T: CatalogRow>(
        &self,
        caller: &Caller,
        beside: &Beside,
        edit: &(impl Fn(&mut Catalog) -> Result<T, Error> + Send + Sync),
    ) -> Result<WrittenItem<T>, Error> {
        let before = self.catalog_on(&caller.terms, caller.workspace).await?;
        let mut catalog = Catalog::clone(&before);
        let item = edit(&mut catalog)?;
        let link = LinkTo::of(T::KIND, item.id());
        let outcomes = self.write_with(caller, (&before, catalog), link, beside).await?;
        let (is_alone, change) = (outcomes.len() == 1, change_of(outcomes.len(), &outcomes));
        let outcome = outcomes.into_iter().next().and_then(AnyOutcome::catalog);
        let outcome = outcome.ok_or(Error::NotFound(Missing::Record(T::KIND)))?;
        let written = WrittenItem::of(item, outcome);
        // What was written beside it is the same change, and the first event stands for all of it.
        Ok(if is_alone { written } else { WrittenItem { change, ..written } })
    }

    /// Writes the catalog, and beside it what its item's links and its fields' new types need; what came of each.
    ///
    /// The future has no type of its own, so that it is compiled once and not for each kind of item.
    fn write_with<'a>(
        &'a self,
        caller: &'a Caller,
        (before, catalog): (&'a Catalog, Catalog),
        link: Option<LinkTo>,
        Beside { ends, on_unconvertible }: &'a Beside,
    ) -> BoxFuture<'a, Result<Vec<AnyOutcome>, Error>> {
        Box::pin(async move {
            let mut others = self.plan_links(caller, link, ends).await?;
            let conversion = self.conversion(caller, (before, &catalog), *on_unconvertible).await?;
            if let Some(conversion) = &conversion {
                others.extend(self.plan_conversion(caller, &catalog, conversion).await?);
            }
            let actions = [Action::Catalog(Box::new(catalog))].into_iter().chain(others).collect();
            let outcomes = self.write_group(&caller.into(), actions).await.map_err(|fault| match fault {
                // One that was to be converted was deleted in between.
                Error::NotFound(Missing::Record(RecordKind::Company)) if conversion.is_some() => {
                    Error::Unavailable(StoreError::RecordChanged)
                }
                fault => fault,
            })?;
            if let (Some(conversion), Some(change)) = (&conversion, change_of(outcomes.len(), &outcomes)) {
                self.convert_late(caller, conversion, change).await;
            }
            Ok(outcomes)
        })
    }

    async fn write_catalog<R: Send>(
        &self,
        author: &Author,
        edit: impl Fn(&mut Catalog) -> Result<R, Error> + Sync,
    ) -> Result<(R, CatalogOutcome), Error> {
        retried(has_changed_catalog, || async {
            let mut catalog = Catalog::clone(&*self.catalog_on(&author.terms, author.workspace).await?);
            let edited = edit(&mut catalog)?;
            let outcome = self.write_any(author, Action::Catalog(Box::new(catalog))).await?.catalog();
            Ok((edited, outcome.ok_or(Error::NotFound(Missing::Change))?))
        })
        .await
    }
}

impl<T: CatalogRow> WrittenItem<T> {
    pub(crate) fn of(item: T, outcome: CatalogOutcome) -> Self {
        let CatalogOutcome { catalog, items } = outcome;
        let is_own = items.iter().any(|each| each.id == item.id());
        let written =
            items.into_iter().find(|each| if is_own { each.id == item.id() } else { each.kind == T::KIND });
        // An earlier try made another one, and this one was not stored.
        let made = written.as_ref().filter(|_| !is_own).and_then(|each| T::items(&catalog).get(each.id));
        let item = made.cloned().unwrap_or(item);
        let (done, change, differences) = match written {
            Some(ItemOutcome { done, event, differences, .. }) => (done, event, differences),
            None => (Done::Unchanged, None, Vec::new()),
        };
        Self { item, catalog, done, change, differences }
    }
}

fn found<T: CatalogRow>(catalog: &Catalog, named: &ItemRef) -> Result<T, Error> {
    T::items(catalog).find(named).cloned().ok_or(Error::NotFound(Missing::Record(T::KIND)))
}
