//! What a search asks for, from a query string or a body.

use api_kit::Query;
use app::search::BadTerm;
use model::{Json, Search};
use serde::Deserialize;

use super::cursor::CURSOR_MUST;
use super::fault::{SearchFault, Where};
use crate::{Error, page};

/// A search as a client asks for it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) search: Search,
    places: Places,
    pub(super) sort: Option<String>,
    pub(super) limit: u32,
    pub(super) cursor: Option<(At, String)>,
    /// Whether the exact total is wanted, whatever it costs.
    pub(super) total: bool,
}

/// Where a part of what is asked for stands, and by which name.
#[derive(Clone, Copy, Debug)]
pub(super) enum At {
    /// In the query.
    Query(&'static str),
    /// In the body.
    Body(&'static str),
}

/// Where the terms of a search stand.
#[derive(Debug)]
enum Places {
    /// In a text, by the characters before them.
    Text(Vec<usize>),
    /// In a tree, by JSON pointers.
    Tree(Vec<String>),
}

/// The body of a search.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SearchBody {
    q: Option<String>,
    filter: Option<Json>,
    sort: Option<String>,
    limit: Option<Json>,
    cursor: Option<Json>,
    #[serde(default)]
    total: bool,
}

impl Asked {
    /// Reads `q`, `sort`, `limit`, `cursor` and `total`.
    pub(super) fn of_query(query: &Query) -> Result<Self, Error> {
        let total = match query.one("total")? {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(page::bad("total", "must be true or false")),
        };
        if query.one("order")?.is_some() {
            return Err(page::bad(
                "order",
                "is for lists without 'q' and 'sort'; sort=number or sort=-number says it here",
            ));
        }
        let (search, places) = text(query.one("q")?.unwrap_or_default())?;
        let cursor = page::cursor(query)?.map(|(name, text)| (At::Query(name), text.to_owned()));
        let sort = query.one("sort")?.map(str::to_owned);
        Ok(Self { search, places, sort, limit: page::limit(query)?, cursor, total })
    }

    /// The first contacts of a search as text.
    pub(super) fn first(search: &str, sort: Option<&str>, limit: u32) -> Result<Self, Error> {
        let (search, places) = text(search)?;
        Ok(Self { search, places, sort: sort.map(str::to_owned), limit, cursor: None, total: false })
    }

    /// Reads the same from a body, in which the search can be a tree.
    pub(super) fn of_body(body: Json) -> Result<Self, Error> {
        let body: SearchBody =
            serde_json::from_value(body).map_err(|fault| SearchFault::body(&fault.to_string()))?;
        let (search, places) = match (body.q, body.filter) {
            (Some(_), Some(_)) => return Err(SearchFault::body("takes 'q' or 'filter', not both").into()),
            (Some(text_form), None) => text(&text_form)?,
            (None, Some(tree_form)) => tree(tree_form)?,
            (None, None) => text("")?,
        };
        let limit = body.limit.map_or(Some(page::LIMIT_DEFAULT), |json| page::limit_of(json.as_u64()?));
        let limit = limit.ok_or_else(|| bad(At::Body("limit"), &page::limit_must()))?;
        let cursor = match body.cursor {
            None => None,
            Some(Json::String(text)) => Some((At::Body("cursor"), text)),
            Some(_) => return Err(bad(At::Body("cursor"), CURSOR_MUST)),
        };
        Ok(Self { search, places, sort: body.sort, limit, cursor, total: body.total })
    }

    /// A term that cannot be carried out, with where it stands.
    pub(super) fn fault(&self, bad: &BadTerm) -> SearchFault {
        let place = match &self.places {
            Places::Text(positions) => positions.get(bad.number).map(|position| Where::Position(*position)),
            Places::Tree(pointers) => pointers.get(bad.number).map(|pointer| Where::Pointer(pointer.clone())),
        };
        SearchFault::term(&bad.reason, place)
    }
}

/// A part of what is asked for that is not what it must be.
pub(super) fn bad(at: At, reason: &str) -> Error {
    match at {
        At::Query(name) => page::bad(name, reason),
        At::Body(name) => SearchFault::member(name, reason).into(),
    }
}

fn text(text: &str) -> Result<(Search, Places), Error> {
    let parsed = Search::parse(text).map_err(|fault| SearchFault::syntax(&fault))?;
    Ok((parsed.search, Places::Text(parsed.positions)))
}

fn tree(json: Json) -> Result<(Search, Places), Error> {
    let search: Search =
        serde_json::from_value(json).map_err(|fault| SearchFault::tree(&fault.to_string()))?;
    search.check().map_err(|fault| SearchFault::tree(&fault.to_string()))?;
    let pointers = search.pointers();
    Ok((search, Places::Tree(pointers)))
}
