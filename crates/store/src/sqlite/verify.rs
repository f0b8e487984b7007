//! Checking a whole database: the file, and that contacts, look-ups and events agree.

use std::collections::HashMap;

use model::{Catalog, Contact};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::load::{AliasKind, contact, find_alias, record, uuid};
use super::{facets, last_changes, last_events, texts, values};
use crate::answer_rows;
use crate::last_changes::{ChangedIn, InstantRange};
use crate::recount::{RecordRow, Recount, compare_keys, lost_alias};
use crate::sort::StoredKeys;
use crate::{StoreError, Verified, WorkspaceNumber};

pub(super) fn verify(connection: &Connection) -> Result<Verified, StoreError> {
    let mut verified = Verified::default();
    // The check of an index of texts goes by what this connection last saw of it; a search makes it look again.
    texts::look(connection)?;
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    for line in statement.query_map([], |row| row.get::<_, String>(0))? {
        let line = line?;
        if line != "ok" {
            verified.fault(line);
        }
    }
    let mut recount = Recount::default();
    let mut statement = connection.prepare("SELECT workspace, doc FROM catalogs")?;
    for row in statement.query_map([], |row| Ok((row.get(0)?, record("catalog", row, 1)?)))? {
        let (workspace, catalog) = row?;
        let catalog: Catalog = catalog?;
        recount.add_catalog(WorkspaceNumber(workspace), &catalog);
    }
    contacts(connection, &mut verified, &mut recount)?;
    records(connection, &mut verified, &mut recount)?;
    facets::each(connection, |key, stored| recount.compare(key, stored, &mut verified))?;
    if texts::are_made(connection)? {
        texts::each(connection, |key, text| recount.compare_text(key, text, &mut verified))?;
        recount.finish_texts(&mut verified);
    }
    values::each(connection, |row| recount.compare_value(&row, &mut verified))?;
    recount.finish_values(&values::indexes(connection)?, &mut verified);
    recount.finish(&mut verified);
    events(connection, &mut verified)?;
    requests(connection, &mut verified)?;
    Ok(verified)
}

/// Every contact can be read, its last event is the one that made it what it is, and its look-ups lead to it.
fn contacts(
    connection: &Connection,
    verified: &mut Verified,
    recount: &mut Recount,
) -> Result<(), StoreError> {
    let sql = "SELECT c.workspace, c.id, c.format, c.doc, e.record = c.id, json_extract(e.doc, '$.revision'), \
               k.created_at, k.first_name, k.last_name, c.last_event FROM contacts c \
               LEFT JOIN events e ON e.row = (c.workspace << 40) + c.last_event \
               LEFT JOIN sort_keys k ON k.workspace = c.workspace AND k.number = c.number";
    let mut counts: HashMap<i64, u64> = HashMap::new();
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (workspace, id) = (WorkspaceNumber(row.get(0)?), uuid(row, 1)?);
        verified.contacts += 1;
        *counts.entry(workspace.0).or_default() += 1;
        recount.add_last(workspace, row.get(9)?);
        let contact = match contact(row, 2, 3)?.read() {
            Ok(contact) => contact,
            Err(fault) => {
                verified.fault(format!("contact {id} cannot be read: {fault}"));
                continue;
            }
        };
        let (is_own, revision): (Option<bool>, Option<u64>) = (row.get(4)?, row.get(5)?);
        if is_own != Some(true) {
            verified.fault(format!("contact {id} names a last event that is not its own"));
        } else if revision != Some(contact.revision) {
            verified.fault(format!("contact {id} does not have the revision of its last event"));
        }
        look_ups(connection, workspace, &contact, verified)?;
        recount.add_contact(workspace, &contact);
        compare_keys(&contact, sort_keys(row)?.as_ref(), verified);
    }
    let mut statement = connection.prepare("SELECT number, contact_count FROM workspaces")?;
    for row in statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, u64>(1)?)))? {
        let (workspace, counted) = row?;
        let found = counts.get(&workspace).copied().unwrap_or(0);
        if found != counted {
            verified.fault(format!("workspace {workspace} counts {counted} contacts and has {found}"));
        }
        let workspace = WorkspaceNumber(workspace);
        let not_noted = last_events::not_noted(connection, workspace)?;
        let last = last_events::all(connection, workspace, not_noted, u64::MAX)?.unwrap_or_default();
        recount.compare_last(workspace, &last.events, verified);
        let see = |change| recount.compare_change(workspace, change, verified);
        let changed = ChangedIn { range: InstantRange::ALL, last: &last.events, see };
        last_changes::each(connection, workspace, &last.changes, changed)?;
    }
    recount.finish_changes(verified);
    Ok(())
}

/// Every record beside contacts can be read, is what its last event made it, and is found by its aliases; also where
/// the history ends of what was deleted or stands in the catalog.
fn records(
    connection: &Connection,
    verified: &mut Verified,
    recount: &mut Recount,
) -> Result<(), StoreError> {
    let sql = "SELECT r.workspace, r.id, r.kind, r.number, r.sort, r.doc, e.record = r.id, \
               json_extract(e.doc, '$.revision') \
               FROM records r LEFT JOIN events e ON e.row = (r.workspace << 40) + r.last_event";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let found = RecordRow {
            workspace: WorkspaceNumber(row.get(0)?),
            id: uuid(row, 1)?,
            kind: row.get(2)?,
            number: row.get(3)?,
            sort: row.get(4)?,
            doc: row.get(5)?,
            is_own_event: row.get::<_, Option<bool>>(6)? == Some(true),
            event_revision: row.get(7)?,
        };
        let Some(record) = found.check(verified, recount) else { continue };
        for (dialect, alias) in record.aliases().pairs() {
            let kind = AliasKind::Record(record.kind());
            if find_alias(connection, kind, (found.workspace, dialect, alias))? != Some(found.id) {
                verified.fault(lost_alias(dialect.as_str(), alias, record.kind(), found.id));
            }
        }
    }
    Ok(())
}

fn sort_keys(row: &Row<'_>) -> rusqlite::Result<Option<StoredKeys>> {
    let Some(created_at) = row.get(6)? else { return Ok(None) };
    Ok(Some(StoredKeys { created_at, first_name: row.get(7)?, last_name: row.get(8)? }))
}

fn look_ups(
    connection: &Connection,
    workspace: WorkspaceNumber,
    contact: &Contact,
    verified: &mut Verified,
) -> Result<(), StoreError> {
    let id: Uuid = contact.id.0;
    for (dialect, alias) in contact.leading_ids() {
        if find_alias(connection, AliasKind::Contact, (workspace, dialect, alias))? != Some(id) {
            verified.fault(format!("the {dialect} id '{alias}' does not lead to contact {id}"));
        }
    }
    let sql = "SELECT 1 FROM channels WHERE workspace = ?1 AND kind = ?2 AND value = ?3 AND contact = ?4";
    let mut statement = connection.prepare_cached(sql)?;
    for channel in &contact.channels {
        let key = params![workspace.0, channel.kind.as_str(), channel.value.as_str(), id.as_bytes()];
        if !statement.exists(key)? {
            verified.fault(format!("channel {} does not lead to contact {id}", channel.id));
        }
    }
    Ok(())
}

/// The events of every request that is known are there, and so is the request of every answer, which can be read.
fn requests(connection: &Connection, verified: &mut Verified) -> Result<(), StoreError> {
    let sql = "SELECT r.event FROM requests r \
               LEFT JOIN events e ON e.row = (r.workspace << 40) + r.event + r.events - 1 \
               WHERE r.event IS NOT NULL AND e.row IS NULL LIMIT 1";
    if let Some(seq) = connection.query_row(sql, [], |row| row.get::<_, u64>(0)).optional()? {
        verified.fault(format!("a request names the events from {seq} on, which are not there"));
    }
    let sql = "SELECT a.row FROM answers a LEFT JOIN requests r ON r.row = a.row \
               WHERE r.row IS NULL OR r.step <> 0 LIMIT 1";
    if let Some(row) = connection.query_row(sql, [], |row| row.get::<_, i64>(0)).optional()? {
        verified.fault(format!("answer {row} belongs to no request"));
    }
    let mut statement = connection.prepare("SELECT row, body FROM answers WHERE first IS NOT NULL")?;
    let mut packs = statement.query([])?;
    while let Some(row) = packs.next()? {
        answer_rows::check(row.get(0)?, &row.get::<_, Vec<u8>>(1)?, verified);
    }
    Ok(())
}

/// Every event names the one before it of the same record, without a gap.
fn events(connection: &Connection, verified: &mut Verified) -> Result<(), StoreError> {
    verified.events = connection.query_row("SELECT count(*) FROM events", [], |row| row.get(0))?;
    let sql = "SELECT e.row & 1099511627775 FROM events e \
               LEFT JOIN events p ON p.row = (e.row >> 40 << 40) + e.previous \
               WHERE e.previous IS NOT NULL AND (p.record IS NULL OR p.record <> e.record OR p.row >= e.row) \
               LIMIT 1";
    if let Some(seq) = connection.query_row(sql, [], |row| row.get::<_, u64>(0)).optional()? {
        verified.fault(format!("event {seq} does not follow an event of its record"));
    }
    Ok(())
}
