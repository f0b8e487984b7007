//! List parameters, and pages of contacts that no change in between makes skip or repeat one.

use api_kit::{Call, Problem, Query};
use app::{ContactList, ContactOrder, ContactQuery, Filter};
use uuid::Uuid;

use crate::{Error, NativeApi};

/// Items of a page when the client does not say.
const LIMIT_DEFAULT: u32 = 50;
/// Items of a page at most.
const LIMIT_MAX: u32 = 1000;
/// How often a page is sought again when contacts come and go at the same time.
const SEEKS_MAX: usize = 4;

/// How many items a page may have.
pub(crate) fn limit(query: &Query) -> Result<u32, Error> {
    let bad = || Problem::BadQuery {
        name: "limit",
        reason: format!("must be a whole number from 1 to {LIMIT_MAX}"),
    };
    let given = query.integer("limit", 1).map_err(|_| bad())?;
    let limit = given.map_or(Ok(LIMIT_DEFAULT), u32::try_from);
    Ok(limit.ok().filter(|limit| *limit <= LIMIT_MAX).ok_or_else(bad)?)
}

/// The order of a list of contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Oldest,
    Newest,
}

impl Order {
    /// Whether a contact stands at or before another one's place in this order.
    fn is_up_to(self, id: Uuid, last: Uuid) -> bool {
        match self {
            Self::Oldest => id <= last,
            Self::Newest => id >= last,
        }
    }
}

/// Where a page ended: at this contact, the so-manieth of the list at that time. As text: `o` or `n`, the
/// contact's id, the count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cursor {
    order: Order,
    last: Uuid,
    count: u64,
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let order = match text.get(..1)? {
            "o" => Order::Oldest,
            "n" => Order::Newest,
            _ => return None,
        };
        let last = Uuid::try_parse(text.get(1..33)?).ok()?;
        let count = text.get(33..)?;
        let is_plain = count.bytes().all(|byte| byte.is_ascii_digit());
        let count =
            count.parse().ok().filter(|count| is_plain && (1..=u64::from(u32::MAX)).contains(count))?;
        Some(Self { order, last, count })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let order = if self.order == Order::Oldest { 'o' } else { 'n' };
        write!(f, "{order}{}{}", self.last.simple(), self.count)
    }
}

/// A page of contacts as a client asks for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContactsPage {
    limit: u32,
    order: Order,
    after: Option<Cursor>,
}

impl ContactsPage {
    /// Reads `limit`, `order` and `after`.
    pub(crate) fn from_query(query: &Query) -> Result<Self, Error> {
        let limit = limit(query)?;
        let bad = |name, reason: &str| Problem::BadQuery { name, reason: reason.to_owned() };
        let order = match query.get("order") {
            None => None,
            Some("oldest") => Some(Order::Oldest),
            Some("newest") => Some(Order::Newest),
            Some(_) => return Err(bad("order", "must be oldest or newest").into()),
        };
        let Some(text) = query.get("after") else {
            return Ok(Self { limit, order: order.unwrap_or(Order::Oldest), after: None });
        };
        let cursor = Cursor::parse(text).ok_or_else(|| bad("after", "must be the 'next' of another page"))?;
        if order.is_some_and(|order| order != cursor.order) {
            return Err(bad("after", "must be the 'next' of a page in the same order").into());
        }
        Ok(Self { limit, order: cursor.order, after: Some(cursor) })
    }

    /// The page, and the cursor of the next one.
    ///
    /// Lists are paged by count. A contact that came or went before the cursor shifts them, which shows in
    /// that the contact at the cursor is another one: then its place is sought again.
    pub(crate) async fn load(self, call: &Call<NativeApi>) -> Result<(ContactList, Option<String>), Error> {
        let Some(mut cursor) = self.after else {
            let list = self.query(call, 0, self.limit).await?;
            let next = self.next(&list, 0);
            return Ok((list, next));
        };
        for _ in 0..SEEKS_MAX {
            if let Some(found) = self.load_at(call, cursor).await? {
                return Ok(found);
            }
            cursor.count = self.seek(call, cursor.last).await?;
        }
        // Contacts come and go faster than they can be listed: what there is now, without repeats.
        let mut list = self.query(call, cursor.count, self.limit).await?;
        list.contacts.retain(|contact| !self.order.is_up_to(contact.id.0, cursor.last));
        let next = self.next(&list, cursor.count);
        Ok((list, next))
    }

    /// The page after the cursor, unless the cursor's count is out of date.
    async fn load_at(
        self,
        call: &Call<NativeApi>,
        cursor: Cursor,
    ) -> Result<Option<(ContactList, Option<String>)>, Error> {
        let is_before = |id: Uuid| self.order.is_up_to(id, cursor.last);
        let overlap = u64::from(cursor.count > 0);
        let mut list = self.query(call, cursor.count - overlap, self.limit + u32::from(overlap > 0)).await?;
        let known = list.contacts.iter().take_while(|contact| is_before(contact.id.0)).count();
        if known as u64 != overlap {
            return Ok(None);
        }
        list.contacts.drain(..known);
        let next = self.next(&list, cursor.count);
        Ok(Some((list, next)))
    }

    /// How many contacts stand up to the place of this one now: a binary search.
    async fn seek(self, call: &Call<NativeApi>, last: Uuid) -> Result<u64, Error> {
        let (mut low, mut high) = (0, self.query(call, 0, 1).await?.total);
        while low < high {
            let middle = low + (high - low) / 2;
            let found = self.query(call, middle, 1).await?;
            let is_before = |id: Uuid| self.order.is_up_to(id, last);
            if found.contacts.first().is_some_and(|contact| is_before(contact.id.0)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    async fn query(self, call: &Call<NativeApi>, offset: u64, limit: u32) -> Result<ContactList, Error> {
        let order = match self.order {
            Order::Oldest => ContactOrder::Oldest,
            Order::Newest => ContactOrder::Newest,
        };
        let query = ContactQuery { filter: Filter::All, order, offset, limit };
        Ok(call.app.list_contacts(&call.caller, &query).await?)
    }

    /// The cursor at the end of a page that begins at `offset`, while there is more after it.
    fn next(self, list: &ContactList, offset: u64) -> Option<String> {
        let count = offset + list.contacts.len() as u64;
        let last = list.contacts.last().filter(|_| count < list.total)?.id.0;
        Some(Cursor { order: self.order, last, count }.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_back_and_nothing_else_is_one() {
        let cursor = Cursor { order: Order::Newest, last: Uuid::from_u128(7), count: 50 };
        let text = cursor.to_string();
        assert_eq!(text, "n0000000000000000000000000000000750");
        assert_eq!(Cursor::parse(&text), Some(cursor));
        let id = "00000000000000000000000000000007";
        for text in
            ["", "x", "o", id, &format!("o{id}"), &format!("o{id}0"), &format!("o{id}+1"), &format!("x{id}1")]
        {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
        assert_eq!(Cursor::parse(&format!("o{id}99999999999999999999999")), None);
        assert_eq!(Cursor::parse("é1234567890123456789012345678901234"), None);
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
