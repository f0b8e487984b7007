//! Pages of contacts: by number, or by the cursor of the page before.

use std::sync::Arc;

use api_kit::{Call, Query};
use app::{ContactList, ContactOrder, ContactQuery, Filter};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use model::Contact;
use serde::{Deserialize, Serialize};

use crate::{Callbell, Error};

/// Contacts on a page; no parameter changes it.
const SIZE: u32 = 20;
/// The last page that may be asked for by number.
const LAST: u64 = 500;

/// A page that a client asks for.
#[derive(Debug)]
pub(crate) struct Page {
    /// Its number, from 1; with a cursor the walk goes on from there, and it is the first one.
    number: u64,
    /// Only contacts with a number below this one: those after the cursor.
    below: Option<u64>,
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
            return Ok(Self { number: 1, below: Some(Cursor::read(text).ok_or(Error::BadCursor)?.id) });
        }
        match query.integer("page", 1)?.unwrap_or(1) {
            number if number > LAST => Err(Error::PageLimit),
            number => Ok(Self { number, below: None }),
        }
    }

    /// The number to show.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// How many pages a list has; an empty list has one.
    pub(crate) fn pages(&self, list: &ContactList) -> u64 {
        list.total.div_ceil(SIZE.into()).max(1)
    }

    /// The cursor of what comes after this page.
    pub(crate) fn next(&self, list: &ContactList) -> Option<String> {
        let is_last = self.offset() + list.contacts.len() as u64 >= list.total;
        list.contacts.last().filter(|_| !is_last).and_then(|contact| Cursor::of(contact).text())
    }

    fn offset(&self) -> u64 {
        (self.number - 1) * u64::from(SIZE)
    }

    /// The contacts of this page among those that any of the filters holds for, newest first; no contact is
    /// in two of them. The list is in the order of ids and a cursor holds a number: they rise together, except
    /// among contacts made at the same moment.
    pub(crate) async fn fetch(
        &self,
        call: &Call<Callbell>,
        filters: Vec<Filter>,
    ) -> Result<ContactList, Error> {
        let mut lists = Vec::with_capacity(filters.len());
        let is_single = filters.len() == 1;
        for filter in filters {
            let filter = match self.below {
                Some(number) => Filter::And(vec![filter, Filter::NumberBelow(number)]),
                None => filter,
            };
            // The store cannot say "or": of several lists, each must reach to the end of the page. Pages have
            // a last number, so that is bounded.
            let (offset, limit) = match (is_single, u32::try_from(self.offset())) {
                (false, Ok(offset)) => (0, offset.saturating_add(SIZE)),
                _ => (self.offset(), SIZE),
            };
            let query = ContactQuery { filter, order: ContactOrder::Newest, offset, limit };
            lists.push(call.app.list_contacts(&call.caller, &query).await?);
        }
        let catalog = call.app.catalog(&call.caller).await?;
        let total = lists.iter().map(|list| list.total).sum();
        let mut contacts: Vec<Arc<Contact>> = lists.into_iter().flat_map(|list| list.contacts).collect();
        if !is_single {
            contacts.sort_by_key(|contact| std::cmp::Reverse(contact.number));
            let skipped = usize::try_from(self.offset()).unwrap_or(usize::MAX);
            contacts = contacts.into_iter().skip(skipped).take(SIZE as usize).collect();
        }
        Ok(ContactList { contacts, total, catalog })
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
        assert_eq!((page.number, page.below), (1, Some(7)));
    }
}
