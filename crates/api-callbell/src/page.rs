//! Pages of contacts: by number, or by the cursor of the page before.

use api_kit::{Call, Query};
use app::{ContactList, ContactOrder, ContactQuery, Filter};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use model::Contact;
use serde::{Deserialize, Serialize};

use crate::wire::item::{Listed, Meta};
use crate::{Callbell, Error};

/// Contacts on a page; no parameter changes it.
const SIZE: usize = 20;
/// The last page that may be asked for by number.
const LAST: u64 = 500;

/// A page that a client asks for.
#[derive(Debug)]
pub(crate) struct Page {
    /// Its number, from 1; with a cursor the walk goes on from there, and it is the first one.
    number: u64,
    /// The number of the contact that the page before ended with.
    after: Option<u64>,
}

/// A page as it was found.
pub(crate) struct Found {
    /// Its contacts.
    pub(crate) list: ContactList,
    /// Its number.
    pub(crate) number: u64,
    /// How many pages the whole list has; an empty list has one.
    pub(crate) pages: u64,
    /// The cursor of what comes after it.
    pub(crate) next: Option<String>,
}

/// What stands in a cursor: the last contact of the page before.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cursor {
    /// When it was made, in milliseconds.
    ts: i64,
    /// Its number.
    id: u64,
}

impl Page {
    /// Reads `page`, or `after`, which takes its place.
    pub(crate) fn of(query: &Query) -> Result<Self, Error> {
        if let Some(text) = query.get("after") {
            return Ok(Self { number: 1, after: Some(Cursor::read(text).ok_or(Error::BadCursor)?.id) });
        }
        match query.integer("page", 1)?.unwrap_or(1) {
            number if number > LAST => Err(Error::PageLimit),
            number => Ok(Self { number, after: None }),
        }
    }

    /// Finds it among the contacts that the filter holds for, newest first.
    pub(crate) async fn find(&self, call: &Call<Callbell>, filter: Filter) -> Result<Found, Error> {
        let query = ContactQuery {
            filter,
            order: ContactOrder::Newest,
            after: self.after,
            offset: (self.number - 1) * SIZE as u64,
            // One more tells whether there is a page after this one.
            limit: u32::try_from(SIZE + 1).unwrap_or(u32::MAX),
            ..ContactQuery::default()
        };
        let mut list = call.app.list_contacts(&call.caller, &query).await?;
        let is_last = list.contacts.len() <= SIZE;
        list.contacts.truncate(SIZE);
        let last = list.contacts.last().filter(|_| !is_last);
        let next = last.and_then(|contact| Cursor::of(contact).text());
        Ok(Found { number: self.number, pages: list.total.div_ceil(SIZE as u64).max(1), next, list })
    }
}

impl Cursor {
    fn of(contact: &Contact) -> Self {
        Self { ts: contact.created_at.millis(), id: contact.number }
    }

    fn text(&self) -> Option<String> {
        // Two numbers, for which this cannot fail.
        serde_json::to_vec(self).ok().map(|bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    fn read(text: &str) -> Option<Self> {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

/// The page of a list that is at hand as a whole, which `page` asks for; beyond the last one there is nothing.
pub(crate) fn of_items<T, W>(
    query: &Query,
    (nouns, items): (&'static str, impl IntoIterator<Item = T>),
    encode: impl Fn(T) -> W,
) -> Result<Listed<W>, Error> {
    let page = query.integer("page", 1)?.unwrap_or(1);
    let items: Vec<T> = items.into_iter().collect();
    let pages = items.len().div_ceil(SIZE).max(1) as u64;
    let skipped = usize::try_from(page - 1).unwrap_or(usize::MAX).saturating_mul(SIZE);
    let rows = items.into_iter().skip(skipped).take(SIZE).map(encode).collect();
    Ok(Listed { nouns, rows, meta: Meta { page, pages } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_cursor_is_read_and_written() {
        let text = "eyJ0cyI6MTc1NDM4NDQwMDAwMCwiaWQiOjEyMzQ1fQ";
        let cursor = Cursor::read(text).unwrap();
        assert_eq!((cursor.ts, cursor.id), (1_754_384_400_000, 12_345));
        assert_eq!(cursor.text().as_deref(), Some(text));
    }

    #[test]
    fn anything_else_is_no_cursor() {
        let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        for text in [
            String::new(),
            "x".to_owned(),
            "eyJ0cyI6MTc1NDM4NDQwMDAwMCwiaWQiOjEyMzQ1fQ==".to_owned(),
            encode("{}"),
            encode("[1]"),
            encode(r#"{"ts":1}"#),
            encode(r#"{"ts":1,"id":-1}"#),
            encode(r#"{"ts":1,"id":"1"}"#),
            encode(r#"{"ts":1,"id":1,"x":1}"#),
            encode(r#"{"ts":1,"id":1} "#) + "/",
        ] {
            assert!(Page::of(&Query::parse(&format!("after={text}"))).is_err(), "{text}");
        }
    }

    #[test]
    fn a_cursor_takes_the_place_of_the_page() {
        let page = Page::of(&Query::parse("page=x&after=eyJ0cyI6MSwiaWQiOjd9")).unwrap();
        assert_eq!((page.number, page.after), (1, Some(7)));
    }
}
