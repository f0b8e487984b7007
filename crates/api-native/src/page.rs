//! Pages that no change in between makes skip or repeat one.

use api_kit::{Call, Problem, Query};
use app::{ContactOrder, ContactQuery, DocumentList};

use crate::{Error, NativeApi, filter};

/// Items of a page when the client does not say.
pub(crate) const LIMIT_DEFAULT: u32 = 50;
/// Items of a page at most.
pub(crate) const LIMIT_MAX: u32 = 1000;

/// How many items a page may have.
pub(crate) fn limit(query: &Query) -> Result<u32, Error> {
    let Some(text) = query.one("limit")? else { return Ok(LIMIT_DEFAULT) };
    text.trim().parse().ok().and_then(limit_of).ok_or_else(|| bad("limit", &limit_must()))
}

/// The number of the change before which a page of changes begins.
pub(crate) fn before(query: &Query) -> Result<Option<u64>, Error> {
    query.one("before")?;
    Ok(query.integer("before", 1)?)
}

/// A number in a path, written as one is.
pub(crate) fn number(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

/// The cursor of a list, and under which of its two names; the second is the older one.
pub(crate) fn cursor(query: &Query) -> Result<Option<(&'static str, &str)>, Error> {
    match (query.one("cursor")?, query.one("after")?) {
        (Some(_), Some(_)) => {
            Err(bad("after", "must not be given beside 'cursor', of which it is the older name"))
        }
        (Some(text), None) => Ok(Some(("cursor", text))),
        (None, after) => Ok(after.map(|text| ("after", text))),
    }
}

/// The same, of the number that a client gives.
pub(crate) fn limit_of(given: u64) -> Option<u32> {
    u32::try_from(given).ok().filter(|limit| (1..=LIMIT_MAX).contains(limit))
}

/// What a limit must be.
pub(crate) fn limit_must() -> String {
    format!("must be a whole number from 1 to {LIMIT_MAX}")
}

/// A query parameter that cannot be read.
pub(crate) fn bad(name: &'static str, reason: &str) -> Error {
    Problem::BadQuery { name, reason: reason.to_owned() }.into()
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Oldest,
    Newest,
}

/// Where a page ended: at the record with this number. As text: `o` or `n`, and the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cursor {
    order: Order,
    last: u64,
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let (order, number) = match text.strip_prefix('o') {
            Some(number) => (Order::Oldest, number),
            None => (Order::Newest, text.strip_prefix('n')?),
        };
        let cursor = Self { order, last: number.parse().ok()? };
        // Only as it is written: no sign, no zeros before it.
        (cursor.to_string() == text).then_some(cursor)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let order = if self.order == Order::Oldest { 'o' } else { 'n' };
        write!(f, "{order}{}", self.last)
    }
}

/// A page as a client asks for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    limit: u32,
    order: Order,
    after: Option<Cursor>,
}

impl Page {
    /// Reads `limit`, `order` and `cursor`.
    pub(crate) fn from_query(query: &Query) -> Result<Self, Error> {
        let limit = limit(query)?;
        let order = match query.one("order")? {
            None => None,
            Some("oldest") => Some(Order::Oldest),
            Some("newest") => Some(Order::Newest),
            Some(_) => return Err(bad("order", "must be oldest or newest")),
        };
        let Some((name, text)) = cursor(query)? else {
            return Ok(Self { limit, order: order.unwrap_or(Order::Oldest), after: None });
        };
        let cursor = Cursor::parse(text).ok_or_else(|| bad(name, "must be the 'next' of another page"))?;
        if order.is_some_and(|order| order != cursor.order) {
            return Err(bad(name, "must be the 'next' of a page in the same order"));
        }
        Ok(Self { limit, order: cursor.order, after: Some(cursor) })
    }

    /// All records, the oldest first.
    pub(crate) fn all() -> Self {
        Self { limit: u32::MAX - 1, order: Order::Oldest, after: None }
    }

    /// How many records it may have.
    pub(crate) fn limit(self) -> u32 {
        self.limit
    }

    /// In which order.
    pub(crate) fn order(self) -> Order {
        self.order
    }

    /// The number behind which it begins.
    pub(crate) fn after(self) -> Option<u64> {
        self.after.map(|cursor| cursor.last)
    }

    /// The cursor of the page behind the record with this number.
    pub(crate) fn cursor_behind(self, last: u64) -> String {
        Cursor { order: self.order, last }.to_string()
    }

    /// The page of contacts, and the first one after it, which [`cut`](Self::cut) takes off.
    pub(crate) async fn load(self, call: &Call<NativeApi>) -> Result<DocumentList, Error> {
        let order = match self.order {
            Order::Oldest => ContactOrder::Oldest,
            Order::Newest => ContactOrder::Newest,
        };
        let after = self.after();
        let catalog = call.app.catalog(&call.caller).await?;
        let filter = filter::of(&call.query, &catalog)?;
        let query = ContactQuery { filter, order, after, limit: self.limit + 1, ..ContactQuery::default() };
        Ok(call.app.list_documents(&call.caller, &query).await?)
    }

    /// Takes off what is more than the page may have, which tells that there is a next one: its cursor.
    ///
    /// # Errors
    /// That the last contact is damaged.
    pub(crate) fn cut(self, list: &mut DocumentList) -> Result<Option<String>, app::Error> {
        let is_last = list.documents.len() as u64 <= u64::from(self.limit);
        list.documents.truncate(self.limit as usize);
        if is_last {
            return Ok(None);
        }
        let last = list.documents.in_place().next_back().transpose()?;
        Ok(last.map(|contact| self.cursor_behind(contact.number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_back_and_nothing_else_is_one() {
        for (cursor, text) in [
            (Cursor { order: Order::Newest, last: 50 }, "n50"),
            (Cursor { order: Order::Oldest, last: u64::MAX }, "o18446744073709551615"),
        ] {
            assert_eq!(cursor.to_string(), text);
            assert_eq!(Cursor::parse(text), Some(cursor));
        }
        for text in
            ["", "x", "o", "7", "x7", "o-1", "o+1", "o01", "on1", "o1 ", "o18446744073709551616", "é1"]
        {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }

    #[test]
    fn limits_have_bounds() {
        for (text, expected) in
            [("", Some(50)), ("limit=1", Some(1)), ("limit=1000", Some(1000)), ("limit=0", None)]
        {
            assert_eq!(limit(&Query::parse(text)).ok(), expected, "{text}");
        }
        for text in ["limit=1001", "limit=x", "limit=", "limit=-1", "limit=99999999999999999999"] {
            assert!(limit(&Query::parse(text)).is_err(), "{text}");
        }
    }
}
