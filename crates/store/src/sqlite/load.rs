//! Loading records by their keys, for the writer and for readers.

use std::collections::HashSet;

use model::{Catalog, ContactId, Event};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::event_row::event_row;
use super::seen::Seen;
use super::{records, requests};
use crate::backend::{AliasKey, ChannelKey, Found, Head, Keys, Loaded, StoredContact, Wanted};
pub(super) use crate::backend::{AliasKind, integer};
use crate::{Document, StoreError, WorkspaceNumber, document};

/// `seen` is what is known of requests, if anything is.
pub(super) fn load(
    connection: &Connection,
    wanted: &Wanted,
    seen: Option<&Seen>,
) -> Result<Loaded, StoreError> {
    let contacts = Contacts::load(connection, &wanted.contacts)?;
    Ok(Loaded {
        heads: each(&wanted.heads, |workspace| head(connection, *workspace))?,
        catalogs: each(&wanted.catalogs, |workspace| catalog(connection, *workspace))?,
        deleted: deleted(connection, &wanted.deleted)?,
        contacts: contacts.found,
        records: records::load(connection, &wanted.records)?,
        last_numbers: records::last_numbers(connection, &wanted.last_numbers)?,
        counts: records::counts(connection, &wanted.counts)?,
        owners: owners(connection, &wanted.channels, wanted.owners_max)?,
        events: events(connection, &wanted.events)?,
        claims: requests::claims(connection, &wanted.claims, seen)?,
        are_taken_for_new: false,
    })
}

/// An id, from its column.
pub(super) fn uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get(column).map(Uuid::from_bytes)
}

/// A contact, from the columns `format` and `doc`.
pub(super) fn contact(row: &Row<'_>, format: usize, doc: usize) -> rusqlite::Result<Document> {
    Ok(Document { format: row.get(format)?, text: row.get(doc)? })
}

/// Another document, from its column, without a copy of the text.
pub(super) fn record<T: DeserializeOwned>(
    what: &'static str,
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Result<T, StoreError>> {
    Ok(document::read(what, text(row, column)?))
}

/// One event by its row, for [`event`].
pub(super) const EVENT: &str = "SELECT previous, doc FROM events WHERE row = ?1";

/// An event, from the columns `previous` and `doc`.
pub(super) fn event(row: &Row<'_>) -> rusqlite::Result<Result<Event, StoreError>> {
    let previous = row.get(0)?;
    Ok(record::<Event>("event", row, 1)?.map(|event| Event { previous, ..event }))
}

/// Whom an alias names.
pub(super) fn find_alias(
    connection: &Connection,
    kind: AliasKind,
    (workspace, dialect, alias): (WorkspaceNumber, model::Dialect, &str),
) -> Result<Option<Uuid>, StoreError> {
    let sql = "SELECT id FROM aliases WHERE workspace = ?1 AND kind = ?2 AND dialect = ?3 AND alias = ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let key = params![workspace.0, kind.number(), dialect.as_str(), alias];
    Ok(statement.query_row(key, |row| uuid(row, 0)).optional()?)
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r str> {
    Ok(row.get_ref(column)?.as_str()?)
}

/// What there is for each key.
fn each<K: Copy, T>(
    keys: &[K],
    find: impl Fn(&K) -> Result<Option<T>, StoreError>,
) -> Result<Vec<(K, T)>, StoreError> {
    keys.iter().filter_map(|key| Some(find(key).transpose()?.map(|found| (*key, found)))).collect()
}

fn head(connection: &Connection, workspace: WorkspaceNumber) -> Result<Option<Head>, StoreError> {
    let sql = "SELECT c.revision, w.next_number, w.contact_count, \
               (SELECT max(row) - (?1 << 40) FROM events WHERE row BETWEEN (?1 << 40) AND (?1 << 40) + 1099511627775) \
               FROM workspaces w JOIN catalogs c ON c.workspace = w.number WHERE w.number = ?1";
    let read = |row: &Row<'_>| {
        Ok(Head {
            catalog_revision: row.get(0)?,
            next_number: row.get(1)?,
            contact_count: row.get(2)?,
            last_event: row.get::<_, Option<u64>>(3)?.unwrap_or(0),
        })
    };
    Ok(connection.prepare_cached(sql)?.query_row([workspace.0], read).optional()?)
}

fn catalog(connection: &Connection, workspace: WorkspaceNumber) -> Result<Option<Catalog>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT doc FROM catalogs WHERE workspace = ?1")?;
    statement.query_row([workspace.0], |row| record("catalog", row, 0)).optional()?.transpose()
}

/// Contacts on their way out of the database, each once.
struct Contacts {
    found: Found<StoredContact>,
    seen: HashSet<(WorkspaceNumber, Uuid)>,
}

impl Contacts {
    fn load(connection: &Connection, keys: &Keys) -> Result<Self, StoreError> {
        let mut contacts = Self { found: Found::default(), seen: HashSet::new() };
        if keys.aliases.is_empty() && keys.numbers.is_empty() && keys.ids.is_empty() {
            return Ok(contacts);
        }
        let by_id = "SELECT id, row, last_event, format, doc FROM contacts WHERE workspace = ?1 AND id = ?2";
        let by_number =
            "SELECT id, row, last_event, format, doc FROM contacts WHERE workspace = ?1 AND number = ?2";
        let mut by_id = connection.prepare_cached(by_id)?;
        contacts.found.aliases = aliases(connection, AliasKind::Contact, &keys.aliases)?;
        for (key, id) in keys.aliases.iter().zip(contacts.found.aliases.clone()) {
            if let Some(id) = id {
                contacts.by_id(&mut by_id, key.0, id)?;
            }
        }
        for (workspace, id) in &keys.ids {
            contacts.by_id(&mut by_id, *workspace, *id)?;
        }
        if !keys.numbers.is_empty() {
            let mut by_number = connection.prepare_cached(by_number)?;
            for (workspace, number) in &keys.numbers {
                let mut rows = by_number.query(params![workspace.0, integer(*number)])?;
                let id = rows.next()?.map(|row| contacts.take(*workspace, row)).transpose()?;
                contacts.found.numbers.push(id);
            }
        }
        Ok(contacts)
    }

    fn by_id(
        &mut self,
        statement: &mut CachedStatement<'_>,
        workspace: WorkspaceNumber,
        id: Uuid,
    ) -> Result<(), StoreError> {
        if !self.seen.contains(&(workspace, id)) {
            let mut rows = statement.query(params![workspace.0, id.as_bytes()])?;
            rows.next()?.map(|row| self.take(workspace, row)).transpose()?;
        }
        Ok(())
    }

    fn take(&mut self, workspace: WorkspaceNumber, row: &Row<'_>) -> rusqlite::Result<Uuid> {
        let id = uuid(row, 0)?;
        if self.seen.insert((workspace, id)) {
            let stored =
                StoredContact { row: row.get(1)?, last_event: row.get(2)?, document: contact(row, 3, 4)? };
            self.found.rows.push((workspace, id, stored));
        }
        Ok(id)
    }
}

fn deleted(
    connection: &Connection,
    keys: &[(WorkspaceNumber, Uuid)],
) -> Result<Vec<(WorkspaceNumber, Uuid, u64)>, StoreError> {
    let mut found = Vec::new();
    for key in keys {
        let sql = "SELECT last_event FROM tombstones WHERE workspace = ?1 AND id = ?2";
        let mut statement = connection.prepare_cached(sql)?;
        let last_event =
            statement.query_row(params![key.0.0, key.1.as_bytes()], |row| row.get(0)).optional()?;
        found.extend(last_event.map(|last_event| (key.0, key.1, last_event)));
    }
    Ok(found)
}

pub(super) fn aliases(
    connection: &Connection,
    kind: AliasKind,
    keys: &[AliasKey],
) -> Result<Vec<Option<Uuid>>, StoreError> {
    let find =
        |(workspace, dialect, alias): &AliasKey| find_alias(connection, kind, (*workspace, *dialect, alias));
    keys.iter().map(find).collect()
}

fn owners(
    connection: &Connection,
    keys: &[ChannelKey],
    owners_max: usize,
) -> Result<Vec<Vec<ContactId>>, StoreError> {
    let find = |(workspace, kind, value): &ChannelKey| {
        let sql = "SELECT contact FROM channels WHERE workspace = ?1 AND kind = ?2 AND value = ?3 \
                   ORDER BY contact LIMIT ?4";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![workspace.0, kind.as_str(), value, owners_max], |row| {
            uuid(row, 0).map(ContactId)
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    keys.iter().map(find).collect()
}

fn events(
    connection: &Connection,
    keys: &[(WorkspaceNumber, u64)],
) -> Result<Vec<Option<Event>>, StoreError> {
    let find = |(workspace, seq): &(WorkspaceNumber, u64)| {
        let mut statement = connection.prepare_cached(EVENT)?;
        statement.query_row([event_row(*workspace, *seq)], event).optional()?.transpose()
    };
    keys.iter().map(find).collect()
}
