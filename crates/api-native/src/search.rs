//! Searches: `GET /contacts?q=…` and `POST /contacts/search`.

mod asked;
mod cursor;
mod fault;

use std::time::Duration;

use api_kit::{Answer, Body, Call};
use app::{App, Caller, ContactList, ContactOrder, ContactQuery, DocumentList, Filter, Patience};
use model::{Catalog, Json};

use self::asked::Asked;
use self::cursor::{Cursor, Place, fingerprint};
pub(crate) use self::fault::{SearchFault, too_slow};
use crate::contacts::listed;
use crate::media::Document;
use crate::shape::Shape;
use crate::{Error, NativeApi, filter};

/// How long a search may read documents.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// Whether a list of contacts is asked for by what only searches have.
pub(crate) fn is_asked(call: &Call<NativeApi>) -> Result<bool, Error> {
    Ok(call.query.one("q")?.is_some() || call.query.one("sort")?.is_some())
}

pub(crate) async fn list(call: Call<NativeApi>) -> Answer<NativeApi> {
    let catalog = call.app.catalog(&call.caller).await?;
    let asked = Asked::of_query(&call.query)?;
    let besides = filter::of(&call.query, &catalog)?;
    // What else is asked for belongs to the search: a cursor is one of all of it.
    let text = filter::parameters(&call.query).map(|(name, value)| format!("{name}={value}"));
    let text = text.collect::<Vec<_>>().join("&");
    let found = find((&call.app, &call.caller), &asked, &catalog, (besides, &text)).await?;
    answer(&call, found).await
}

pub(crate) async fn search(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let body = match body {
        Body::Json(body @ Json::Object(_)) => body,
        Body::Malformed(violation) => return Err(app::Error::Rejected(violation.into()).into()),
        Body::Json(_) | Body::Empty => return Err(SearchFault::body("must be a JSON object").into()),
    };
    let catalog = call.app.catalog(&call.caller).await?;
    let asked = Asked::of_body(body)?;
    let found = find((&call.app, &call.caller), &asked, &catalog, (Filter::All, "")).await?;
    answer(&call, found).await
}

/// The contacts that a search as text finds, in an order, so many at most: without HTTP.
pub(crate) async fn first(
    app: &App,
    caller: &Caller,
    (search, sort, limit): (&str, Option<&str>, u32),
) -> Result<ContactList, Error> {
    let asked = Asked::first(search, sort, limit)?;
    let catalog = app.catalog(caller).await?;
    let list = find((app, caller), &asked, &catalog, (Filter::All, "")).await?.list;
    Ok(list.whole()?)
}

/// A page of what was found.
struct Found {
    list: DocumentList,
    next: Option<String>,
}

async fn answer(call: &Call<NativeApi>, found: Found) -> Answer<NativeApi> {
    let shape = Shape::of(call, &found.list.catalog)?;
    listed(call, &shape, &found.list, found.next).await
}

async fn find(
    (app, caller): (&App, &Caller),
    asked: &Asked,
    catalog: &Catalog,
    (besides, besides_text): (Filter, &str),
) -> Result<Found, Error> {
    let sort = asked.sort.as_deref().unwrap_or_default();
    let workspace = caller.workspace().0.to_string();
    let mark = fingerprint(&[&workspace, &asked.search.to_string(), besides_text, sort]);
    let cursor = asked
        .cursor
        .as_ref()
        .map(|(at, text)| Cursor::read(text, mark, app.now()).map_err(|reason| asked::bad(*at, reason)));
    let cursor = cursor.transpose()?;
    // All pages of a list are of one time, so that what is relative to it means the same.
    let (now, place) = match cursor {
        Some(cursor) => (cursor.begun_at(), cursor.place),
        None => (app.now(), Place::Start),
    };
    let found = app::search::filter(&asked.search, catalog, now).map_err(|bad| asked.fault(&bad))?;
    let (order, sort) = match &asked.sort {
        Some(text) => app::search::order(text, catalog).map_err(|bad| SearchFault::order(&bad))?,
        None => (ContactOrder::Oldest, Vec::new()),
    };
    let (after, behind) = match place {
        Place::Start => (None, None),
        Place::Number(number) => (Some(number), None),
        Place::Behind(behind) => (None, Some(behind)),
    };
    let query = ContactQuery {
        filter: both(found, besides),
        order,
        sort,
        after,
        behind,
        // One more tells whether there is a next page.
        limit: asked.limit + 1,
        is_uncounted: !asked.total,
        patience: Patience::of(PATIENCE),
        ..ContactQuery::default()
    };
    let mut list = app.list_documents(caller, &query).await?;
    let next = next(&mut list, &query, asked.limit)?.map(|place| Cursor::new(mark, now, place).to_string());
    Ok(Found { list, next })
}

/// Those that both hold for; all contacts are not looked up for it.
fn both(a: Filter, b: Filter) -> Filter {
    match (a, b) {
        (Filter::All, filter) | (filter, Filter::All) => filter,
        (a, b) => Filter::And(vec![a, b]),
    }
}

/// Cuts a page to its length; the place where the next one begins, if there is one.
fn next(list: &mut DocumentList, query: &ContactQuery, limit: u32) -> Result<Option<Place>, app::Error> {
    let limit = limit as usize;
    if list.documents.len() <= limit {
        return Ok(None);
    }
    list.documents.truncate(limit);
    let Some((last, last_event)) = list.documents.last()? else { return Ok(None) };
    let behind = query.place(&last, last_event).map(Place::Behind);
    Ok(Some(behind.unwrap_or(Place::Number(last.number))))
}
