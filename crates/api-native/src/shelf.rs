//! Where resources are kept: in the catalog, or as documents of their own. Handlers see no difference.

use std::marker::PhantomData;
use std::sync::Arc;

use app::{App, Caller, Fresh, RecordOrder, RecordQuery};
use model::value::OnUnconvertible;
use model::{
    Catalog, CatalogRow, Dialect, Document, ItemRef, Precondition, Record, RecordKind, Ref, Rejection,
    Violation, ViolationKind,
};

use crate::Error;
use crate::page::{Order, Page};
use crate::resource::{Context, Resource};

/// A record as it is shown, and what its ids refer to.
pub(crate) struct One<T> {
    pub(crate) row: T,
    pub(crate) catalog: Arc<Catalog>,
    /// The number of the change that a write made.
    pub(crate) change: Option<u64>,
    /// Its revision; after a deletion, the last one.
    pub(crate) revision: u64,
}

/// A page.
pub(crate) struct Many<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) total: u64,
}

/// Which record is changed, and on what conditions.
#[derive(Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) id: &'a str,
    /// What must hold of its revision.
    pub(crate) precondition: &'a Precondition,
    /// What becomes of values that do not convert, when it is a field that gets another type.
    pub(crate) on_unconvertible: OnUnconvertible,
}

/// How a record is changed; called again when somebody else changed it in between.
pub(crate) type EditOf<'a, T> = dyn Fn(&mut T, &Catalog) -> Result<(), Rejection> + Send + Sync + 'a;

/// A place that resources of one kind are kept in.
pub(crate) trait Shelf: Send + Sync + 'static {
    /// What is kept there.
    type Row: Resource;
    /// Its kind.
    const KIND: RecordKind;

    /// What is shown of a record beside itself.
    fn context<'a>(row: &'a Self::Row, catalog: &'a Catalog) -> Context<'a>;

    /// One.
    fn get(
        app: &App,
        caller: &Caller,
        id: &str,
    ) -> impl Future<Output = Result<One<Self::Row>, Error>> + Send;

    /// A page of those that a query asks for, and one more, which tells whether there is a next page.
    fn list(
        app: &App,
        caller: &Caller,
        asked: Asked<'_>,
    ) -> impl Future<Output = Result<Many<Self::Row>, Error>> + Send;

    /// Makes one.
    fn create(
        app: &App,
        caller: &Caller,
        edit: &EditOf<'_, Self::Row>,
    ) -> impl Future<Output = Result<One<Self::Row>, Error>> + Send;

    /// Changes one.
    fn update(
        app: &App,
        caller: &Caller,
        named: Named<'_>,
        edit: &EditOf<'_, Self::Row>,
    ) -> impl Future<Output = Result<One<Self::Row>, Error>> + Send;

    /// Deletes one.
    fn delete(
        app: &App,
        caller: &Caller,
        named: (&str, &Precondition),
    ) -> impl Future<Output = Result<One<Self::Row>, Error>> + Send;
}

/// A page, and the query that says of which list.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) query: &'a api_kit::Query,
    pub(crate) page: Page,
}

/// Items of the catalog.
pub(crate) struct Items<T>(PhantomData<T>);

impl<T: CatalogRow + Resource> Shelf for Items<T> {
    type Row = T;
    const KIND: RecordKind = T::KIND;

    fn context<'a>(row: &'a T, catalog: &'a Catalog) -> Context<'a> {
        let id = row.id();
        Context {
            catalog,
            revision: catalog.revision_of(id),
            updated_at: catalog.updated_at.get(&id).copied(),
        }
    }

    async fn get(app: &App, caller: &Caller, id: &str) -> Result<One<T>, Error> {
        let catalog = app.catalog(caller).await?;
        let found = T::items(&catalog).find(&ItemRef::id_text(Dialect::Native, id)).cloned();
        let row = found.ok_or(app::Error::NotFound(app::Missing::Record(T::KIND)))?;
        let revision = catalog.revision_of(row.id());
        Ok(One { row, catalog, change: None, revision })
    }

    async fn list(app: &App, caller: &Caller, asked: Asked<'_>) -> Result<Many<T>, Error> {
        let catalog = app.catalog(caller).await?;
        let name = asked.query.one("name")?.map(str::to_lowercase);
        let has_name = |row: &&T| name.as_ref().is_none_or(|name| row.name().to_lowercase() == *name);
        let all: Vec<&T> = T::items(&catalog).iter().filter(has_name).collect();
        let after = asked.page.after();
        let is_after = |row: &&&T| {
            let number = row.number().unwrap_or_default();
            after.is_none_or(|after| {
                if asked.page.order() == Order::Oldest { number > after } else { number < after }
            })
        };
        let (total, limit) = (all.len() as u64, asked.page.limit() as usize + 1);
        let rows = match asked.page.order() {
            Order::Oldest => all.iter().filter(is_after).take(limit).map(|row| T::clone(row)).collect(),
            Order::Newest => all.iter().rev().filter(is_after).take(limit).map(|row| T::clone(row)).collect(),
        };
        Ok(Many { rows, catalog, total })
    }

    async fn create(app: &App, caller: &Caller, edit: &EditOf<'_, T>) -> Result<One<T>, Error> {
        let made = app.create_item(caller, |fresh, catalog| {
            let mut row = T::blank(fresh);
            edit(&mut row, catalog)?;
            check_aliases(&row, catalog)?;
            Ok(row)
        });
        Ok(Self::one(made.await?))
    }

    async fn update(
        app: &App,
        caller: &Caller,
        named: Named<'_>,
        edit: &EditOf<'_, T>,
    ) -> Result<One<T>, Error> {
        let conditions = (named.precondition, named.on_unconvertible);
        let named = ItemRef::id_text(Dialect::Native, named.id);
        let changed = app.update_item_at(caller, &named, conditions, |row: &mut T, catalog| {
            edit(row, catalog)?;
            check_aliases(row, catalog)
        });
        Ok(Self::one(changed.await?))
    }

    async fn delete(
        app: &App,
        caller: &Caller,
        (id, precondition): (&str, &Precondition),
    ) -> Result<One<T>, Error> {
        let named = ItemRef::id_text(Dialect::Native, id);
        Ok(Self::one(app.delete_item_at(caller, &named, precondition).await?))
    }
}

impl<T: CatalogRow> Items<T> {
    fn one(written: app::WrittenItem<T>) -> One<T> {
        let revision = written.catalog.revision_of(written.item.id());
        One { row: written.item, catalog: written.catalog, change: written.change, revision }
    }
}

/// Refuses an alias that another item of the kind has. Those of documents are checked by the store.
fn check_aliases<T: CatalogRow>(row: &T, catalog: &Catalog) -> Result<(), Rejection> {
    let is_taken = |(dialect, text): &(Dialect, &str)| {
        let named = ItemRef::Id(Ref { dialect: *dialect, text: (*text).to_owned(), native: None });
        T::items(catalog).find(&named).is_some_and(|other| other.id() != row.id())
    };
    match row.aliases().pairs().find(is_taken) {
        None => Ok(()),
        Some((dialect, _)) => Err(Violation::new(format!("aliases.{dialect}"), ViolationKind::Taken).into()),
    }
}

/// Companies, notes and tasks.
pub(crate) struct Records<D>(PhantomData<D>);

impl<D: Document + Resource> Shelf for Records<D> {
    type Row = D;
    const KIND: RecordKind = D::KIND;

    fn context<'a>(row: &'a D, catalog: &'a Catalog) -> Context<'a> {
        let record: Record = row.clone().into();
        Context { catalog, revision: record.revision(), updated_at: Some(record.updated_at()) }
    }

    async fn get(app: &App, caller: &Caller, id: &str) -> Result<One<D>, Error> {
        let view = app.get_record::<D>(caller, &Ref::uuid(Dialect::Native, id)).await?;
        Ok(Self::one(view.record, view.catalog, None))
    }

    async fn list(app: &App, caller: &Caller, asked: Asked<'_>) -> Result<Many<D>, Error> {
        let catalog = app.catalog(caller).await?;
        let query = RecordQuery {
            filter: D::filter(asked.query, &catalog)?,
            order: match asked.page.order() {
                Order::Oldest => RecordOrder::Oldest,
                Order::Newest => RecordOrder::Newest,
            },
            after: asked.page.after(),
            offset: 0,
            limit: asked.page.limit() + 1,
        };
        let list = app.list_records::<D>(caller, &query).await?;
        Ok(Many { rows: list.records, catalog: list.catalog, total: list.total })
    }

    async fn create(app: &App, caller: &Caller, edit: &EditOf<'_, D>) -> Result<One<D>, Error> {
        let made = app.create_record(caller, |id, now, catalog| {
            let mut row = D::blank(Fresh { id, number: 0, now });
            edit(&mut row, catalog)?;
            Ok(row)
        });
        let made = made.await?;
        Ok(Self::one(made.record, made.catalog, made.change))
    }

    async fn update(
        app: &App,
        caller: &Caller,
        Named { id, precondition, .. }: Named<'_>,
        edit: &EditOf<'_, D>,
    ) -> Result<One<D>, Error> {
        let named = Ref::uuid(Dialect::Native, id);
        let written = app.update_record_at(caller, &named, precondition, edit).await?;
        Ok(Self::one(written.record, written.catalog, written.change))
    }

    async fn delete(
        app: &App,
        caller: &Caller,
        (id, precondition): (&str, &Precondition),
    ) -> Result<One<D>, Error> {
        let named = Ref::uuid(Dialect::Native, id);
        let deleted = app.delete_record_at::<D>(caller, &named, precondition).await?;
        Ok(Self::one(deleted.record, deleted.catalog, deleted.change))
    }
}

impl<D: Document> Records<D> {
    fn one(row: D, catalog: Arc<Catalog>, change: Option<u64>) -> One<D> {
        let record: Record = row.clone().into();
        One { row, catalog, change, revision: record.revision() }
    }
}
