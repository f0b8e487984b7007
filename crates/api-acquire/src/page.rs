//! Parameters: the contact's id in the path, and those of gets and lists.

use api_kit::{Call, Problem, Query};
use app::{ContactOrder, ContactQuery, Filter};
use model::{Dialect, Facet, Json, Ref, ViolationKind};
use serde::Serialize;

use crate::{Acquire, Error, wire};

/// Most contacts on a page.
const MAX_LIMIT: u64 = 100;
/// Contacts on a page when the request does not say.
const DEFAULT_LIMIT: u64 = 20;

/// The contact that the path names.
///
/// # Errors
/// 400 when the id is no integer.
pub(crate) fn contact_id(call: &Call<Acquire>) -> Result<Ref, Error> {
    let text = call.param("contactId");
    if wire::is_integer(text) {
        Ok(Ref::number(Dialect::Acquire, text))
    } else {
        Err(Error::refused("contactId", ViolationKind::WrongType("an integer")))
    }
}

/// The members that a get or a list asks for.
pub(crate) struct Selection {
    select: Vec<String>,
    relations: Vec<String>,
}

impl Selection {
    /// Reads `select` and `relations`: keys repeated, with `[]`, or names joined by `|`. Unknown names are
    /// ignored.
    pub(crate) fn read(query: &Query) -> Self {
        Self { select: query.list("select", '|'), relations: query.list("relations", '|') }
    }

    /// Whether a relation is asked for.
    pub(crate) fn has(&self, relation: &str) -> bool {
        self.relations.iter().any(|name| name == relation)
    }

    /// An empty array where a relation that contactd does not hold is asked for.
    pub(crate) fn empty(&self, relation: &str) -> Option<[(); 0]> {
        self.has(relation).then_some([])
    }

    /// The members that `select` leaves of an object: those named, the relations asked for, and `id`.
    pub(crate) fn apply(&self, object: &impl Serialize) -> serde_json::Result<Json> {
        let mut json = serde_json::to_value(object)?;
        if let (false, Json::Object(members)) = (self.select.is_empty(), &mut json) {
            members.retain(|name, _| name == "id" || self.names(name));
        }
        Ok(json)
    }

    fn names(&self, member: &str) -> bool {
        // QUIRK(acquire): the list page of the contacts calls `dateCreated` `dateCreate` in `select`; both
        // work. Test: select_knows_both_spellings_of_date_created.
        let named = |name: &String| name == member || (name == "dateCreate" && member == "dateCreated");
        self.select.iter().chain(&self.relations).any(named)
    }
}

/// What a list asks for.
pub(crate) struct Page {
    /// The one contact that `where=id|eq|…` names.
    pub(crate) ids: Vec<Ref>,
    /// The other conditions: extra members and their texts.
    pub(crate) texts: Vec<(String, String)>,
    order: ContactOrder,
    number: u64,
    limit: u64,
}

impl Page {
    /// Reads `limit`, `page`, `where` and `order`.
    ///
    /// # Errors
    /// 400, naming the parameter.
    pub(crate) fn read(query: &Query) -> Result<Self, Error> {
        let mut page = Self {
            ids: Vec::new(),
            texts: Vec::new(),
            order: order(query)?,
            number: number(query, "page")?.unwrap_or(0).min(u64::from(u32::MAX)),
            limit: number(query, "limit")?.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT),
        };
        for condition in query.all("where").filter(|text| !text.is_empty()) {
            page.condition(condition)?;
        }
        Ok(page)
    }

    /// The list as the store takes it.
    pub(crate) fn query(&self) -> ContactQuery {
        let texts = self.texts.iter().cloned();
        let parts = texts.map(|(name, text)| Filter::Is(Facet::Extra(Dialect::Acquire, name, text)));
        ContactQuery {
            filter: if self.texts.is_empty() { Filter::All } else { Filter::And(parts.collect()) },
            order: self.order,
            offset: self.number.saturating_mul(self.limit),
            limit: u32::try_from(self.limit).unwrap_or(u32::MAX),
            ..ContactQuery::default()
        }
    }

    /// Whether it is the first page.
    pub(crate) fn is_first(&self) -> bool {
        self.number == 0
    }

    /// One condition: `column|expression|value`.
    fn condition(&mut self, text: &str) -> Result<(), Error> {
        let bad = |reason: String| Error::from(Problem::BadQuery { name: "where", reason });
        let mut parts = text.splitn(3, '|');
        let (Some(column), Some(expression), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad("must have the form \"column|expression|value\"".to_owned()));
        };
        if !matches!(expression.trim(), "eq" | "=") {
            return Err(bad("can only compare with \"eq\"".to_owned()));
        }
        match column.trim() {
            "id" if !wire::is_integer(value.trim()) => {
                Err(bad("must compare \"id\" with an integer".to_owned()))
            }
            "id" => {
                self.ids.push(Ref::number(Dialect::Acquire, value.trim()));
                Ok(())
            }
            name if wire::contact::CLIENT_TEXTS.contains(&name) => {
                self.texts.push((name.to_owned(), value.to_owned()));
                Ok(())
            }
            _ => {
                let known = wire::contact::CLIENT_TEXTS.join(", ");
                Err(bad(format!("names an unknown column; known: id, {known}")))
            }
        }
    }
}

/// A whole number as digits, however many; a number that is too large counts as the largest.
fn number(query: &Query, name: &'static str) -> Result<Option<u64>, Error> {
    let Some(text) = query.get(name).map(str::trim) else { return Ok(None) };
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Problem::BadQuery { name, reason: "must be a whole number".to_owned() }.into());
    }
    Ok(Some(text.parse().unwrap_or(u64::MAX)))
}

/// `order={"column":"ASC"}`; without it the latest change comes first.
fn order(query: &Query) -> Result<ContactOrder, Error> {
    let Some(text) = query.get("order").filter(|text| !text.trim().is_empty()) else {
        return Ok(ContactOrder::LastUpdated);
    };
    let reason = "must be a JSON object with one of id, dateCreated, dateUpdated and ASC or DESC";
    let bad = || Error::from(Problem::BadQuery { name: "order", reason: reason.to_owned() });
    let members: serde_json::Map<String, Json> = serde_json::from_str(text).map_err(|_| bad())?;
    let mut members = members.iter().map(|(column, way)| (column.as_str(), way.as_str()));
    let (Some((column, Some(way))), None) = (members.next(), members.next()) else { return Err(bad()) };
    match (column, way.to_ascii_uppercase().as_str()) {
        ("id" | "dateCreated", "ASC") => Ok(ContactOrder::Oldest),
        ("id" | "dateCreated", "DESC") => Ok(ContactOrder::Newest),
        ("dateUpdated", "ASC") => Ok(ContactOrder::FirstUpdated),
        ("dateUpdated", "DESC") => Ok(ContactOrder::LastUpdated),
        _ => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_can_be_compared_with() {
        for name in wire::contact::CLIENT_TEXTS {
            assert!(model::facet::EXTRAS.contains(&(Dialect::Acquire, name)), "{name}");
        }
    }
}
