//! Records beside contacts as answers show them, one by one and in lists.

use model::{Catalog, CatalogItem, Company, Json, Note, Record, Task};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Context, Resource};
use crate::page::Page;
use crate::shelf::{Many, Records, Shelf};

/// An item of the catalog that was deleted, as it was shown.
pub(crate) fn item_json(item: &CatalogItem, revision: u64, catalog: &Catalog) -> Json {
    let context = Context { catalog, revision, updated_at: None };
    match item {
        CatalogItem::Field(item) => to_json(&item.body(context)),
        CatalogItem::Tag(item) => to_json(&item.body(context)),
        CatalogItem::List(item) => to_json(&item.body(context)),
        CatalogItem::User(item) => to_json(&item.body(context)),
        CatalogItem::Team(item) => to_json(&item.body(context)),
        CatalogItem::ChannelType(item) => to_json(&item.body(context)),
        CatalogItem::Inbox(item) => to_json(&item.body(context)),
        CatalogItem::Funnel(item) => to_json(&item.body(context)),
        CatalogItem::CustomStatus(item) => to_json(&item.body(context)),
        CatalogItem::Presence(item) => to_json(&item.body(context)),
        CatalogItem::Subscription(item) => to_json(&item.body(context)),
    }
}

/// A company, note or task that was deleted, as it was shown.
pub(crate) fn record_json(record: &Record, catalog: &Catalog) -> Json {
    match record {
        Record::Company(company) => to_json(&company.body(Records::<Company>::context(company, catalog))),
        Record::Note(note) => to_json(&note.body(Records::<Note>::context(note, catalog))),
        Record::Task(task) => to_json(&task.body(Records::<Task>::context(task, catalog))),
    }
}

/// Plain data with text keys, for which this cannot fail.
pub(crate) fn to_json(body: &impl Serialize) -> Json {
    serde_json::to_value(body).unwrap_or_default()
}

/// A page of records under their kind's word.
pub(super) struct ListBody<'a, S: Shelf> {
    rows: Vec<<S::Row as Resource>::Body<'a>>,
    next: Option<String>,
    total: u64,
}

impl<'a, S: Shelf> ListBody<'a, S> {
    pub(super) fn new(found: &'a Many<S::Row>, page: Page) -> Self {
        let shown = |row: &'a S::Row| row.body(S::context(row, &found.catalog));
        let rows: Vec<_> = found.rows.iter().take(page.limit() as usize).map(shown).collect();
        let is_last = found.rows.len() <= rows.len();
        let last = found.rows.get(..rows.len()).and_then(<[S::Row]>::last).filter(|_| !is_last);
        Self { next: last.map(|row| page.cursor_behind(row.key().1)), rows, total: found.total }
    }
}

impl<S: Shelf> Serialize for ListBody<'_, S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry(S::Row::PLURAL, &self.rows)?;
        map.serialize_entry("next", &self.next)?;
        map.serialize_entry("total", &self.total)?;
        map.end()
    }
}
