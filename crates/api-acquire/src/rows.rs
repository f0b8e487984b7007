//! Pages of companies, notes and blocked contacts. The store knows their usual order; what else is asked for is found in memory.

use std::sync::Arc;

use api_kit::{Call, Problem};
use app::{ContactQuery, Filter, RecordOrder, RecordQuery};
use model::{Contact, Document};

use crate::condition::{Cell, Rows};
use crate::page::Page;
use crate::{Acquire, Error};

/// How many records are read at once.
const CHUNK: u32 = 1_000;
/// How many records that conditions hold for are kept in memory at most.
const MOST: usize = 20_000;

/// The contacts that a filter holds for, the oldest first.
pub(crate) async fn contacts(call: &Call<Acquire>, filter: Filter) -> Result<Vec<Arc<Contact>>, Error> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let query = ContactQuery { filter: filter.clone(), after, limit: CHUNK, ..ContactQuery::default() };
        let found = call.app.list_contacts(&call.caller, &query).await?.contacts;
        let Some(last) = found.last() else { return Ok(all) };
        after = Some(last.number);
        all.extend(found);
        if all.len() > MOST {
            return Err(too_many());
        }
    }
}

fn too_many() -> Error {
    let reason = format!("must leave at most {MOST} records, when it or \"order\" is given");
    Problem::BadQuery { name: "where", reason }.into()
}

/// A page of records in this order, unless the request has another one, and how many the list has.
pub(crate) async fn page<D: Document>(
    call: &Call<Acquire>,
    page: Page,
    rows: &Rows,
    order: RecordOrder,
    cells: impl Fn(&D, &str) -> Vec<Cell<'static>> + Copy,
) -> Result<(Vec<D>, u64), Error> {
    if rows.is_plain() {
        let query =
            RecordQuery { order, offset: page.offset(), limit: page.limit(), ..RecordQuery::default() };
        let found = call.app.list_records::<D>(&call.caller, &query).await?;
        return Ok((found.records, found.total));
    }
    let mut kept = Vec::new();
    let mut offset = 0;
    loop {
        let query = RecordQuery { order, offset, limit: CHUNK, ..RecordQuery::default() };
        let found = call.app.list_records::<D>(&call.caller, &query).await?;
        if found.records.is_empty() {
            return Ok(page.of(rows.ordered(kept, cells)));
        }
        offset += found.records.len() as u64;
        kept.extend(found.records.into_iter().filter(|record| rows.hold(record, cells)));
        if kept.len() > MOST {
            return Err(too_many());
        }
    }
}
