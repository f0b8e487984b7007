//! Saving the rows of a batch.

use model::ContactId;
use rusqlite::{Connection, params};

use super::event_row::event_row;
use super::load::AliasKind;
use super::{facets, records, texts, values};
use crate::backend::{AliasKey, Delete, HeadSave, Insert, Lookups, Saves, Update};
use crate::sort::StoredKeys;
use crate::{StoreError, document};

pub(super) fn save(connection: &Connection, saves: &Saves) -> Result<(), StoreError> {
    deletes(connection, &saves.deletes)?;
    stale(connection, &saves.stale)?;
    updates(connection, &saves.updates)?;
    inserts(connection, &saves.inserts)?;
    fresh(connection, &saves.fresh)?;
    records::save_aliases(connection, &saves.stale, &saves.fresh)?;
    records::save(connection, &saves.records)?;
    facets::save(connection, &saves.facets)?;
    catalogs(connection, &saves.heads)?;
    sort_keys(connection, saves)?;
    texts::save(connection, &saves.texts)?;
    values::save(connection, &saves.stale_values, &saves.fresh_values)?;
    events(connection, saves)?;
    for head in saves.heads.iter().filter(|head| head.contacts != 0 || head.next_number.is_some()) {
        let sql = "UPDATE workspaces SET next_number = coalesce(?2, next_number), \
                   contact_count = contact_count + ?3 WHERE number = ?1";
        let mut statement = connection.prepare_cached(sql)?;
        statement.execute(params![head.workspace.0, head.next_number, head.contacts])?;
    }
    Ok(())
}

/// Makes an alias lead to this record.
pub(super) fn put_alias(
    connection: &Connection,
    kind: AliasKind,
    (workspace, dialect, alias): &AliasKey,
    id: uuid::Uuid,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO aliases (workspace, kind, dialect, alias, id) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (workspace, kind, dialect, alias) DO UPDATE SET id = excluded.id";
    let row = params![workspace.0, kind.number(), dialect.as_str(), alias, id.as_bytes()];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Removes an alias, if it leads to this record.
pub(super) fn remove_alias(
    connection: &Connection,
    kind: AliasKind,
    (workspace, dialect, alias): &AliasKey,
    id: uuid::Uuid,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM aliases \
               WHERE workspace = ?1 AND kind = ?2 AND dialect = ?3 AND alias = ?4 AND id = ?5";
    let row = params![workspace.0, kind.number(), dialect.as_str(), alias, id.as_bytes()];
    connection.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

fn deletes(connection: &Connection, deletes: &[Delete]) -> Result<(), StoreError> {
    for Delete { workspace, row, contact, last_event } in deletes {
        if let Some(row) = row {
            connection.prepare_cached("DELETE FROM contacts WHERE row = ?1")?.execute([row])?;
        }
        let sql = "INSERT INTO tombstones (workspace, id, number, last_event) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (workspace, id) \
                   DO UPDATE SET number = excluded.number, last_event = excluded.last_event";
        connection.prepare_cached(sql)?.execute(params![
            workspace.0,
            contact.id.0.as_bytes(),
            contact.number,
            last_event
        ])?;
        for (dialect, alias) in contact.leading_ids() {
            let key = (*workspace, dialect, alias.to_owned());
            put_alias(connection, AliasKind::DeletedContact, &key, contact.id.0)?;
        }
    }
    Ok(())
}

fn stale(connection: &Connection, stale: &Lookups) -> Result<(), StoreError> {
    for (key, ContactId(id)) in &stale.aliases {
        remove_alias(connection, AliasKind::Contact, key, *id)?;
    }
    for ((workspace, kind, value), ContactId(id)) in &stale.channels {
        let sql = "DELETE FROM channels WHERE workspace = ?1 AND kind = ?2 AND value = ?3 AND contact = ?4";
        connection.prepare_cached(sql)?.execute(params![workspace.0, kind.as_str(), value, id.as_bytes()])?;
    }
    Ok(())
}

fn updates(connection: &Connection, updates: &[Update]) -> Result<(), StoreError> {
    // Setting the name would touch its index, even with the same name.
    let mut same_name = connection
        .prepare_cached("UPDATE contacts SET last_event = ?2, format = ?3, doc = ?4 WHERE row = ?1")?;
    for Update { row, name, last_event, doc, .. } in updates {
        let format = document::CONTACT_FORMAT;
        if let Some(name) = name {
            let sql = "UPDATE contacts SET last_event = ?2, format = ?3, doc = ?4, name = ?5 WHERE row = ?1";
            connection.prepare_cached(sql)?.execute(params![row, last_event, format, doc, name])?;
        } else {
            same_name.execute(params![row, last_event, format, doc])?;
        }
    }
    Ok(())
}

fn inserts(connection: &Connection, inserts: &[Insert]) -> Result<(), StoreError> {
    for Insert { workspace, contact, was_deleted, name, last_event, doc } in inserts {
        let id = contact.id.0;
        if *was_deleted {
            let sql = "DELETE FROM tombstones WHERE workspace = ?1 AND id = ?2";
            connection.prepare_cached(sql)?.execute(params![workspace.0, id.as_bytes()])?;
            for (dialect, alias) in contact.leading_ids() {
                let key = (*workspace, dialect, alias.to_owned());
                remove_alias(connection, AliasKind::DeletedContact, &key, id)?;
            }
        }
        let sql = "INSERT INTO contacts (workspace, id, number, name, last_event, format, doc) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        connection.prepare_cached(sql)?.execute(params![
            workspace.0,
            id.as_bytes(),
            contact.number,
            name,
            last_event,
            document::CONTACT_FORMAT,
            doc
        ])?;
    }
    Ok(())
}

fn fresh(connection: &Connection, fresh: &Lookups) -> Result<(), StoreError> {
    for (key, ContactId(id)) in &fresh.aliases {
        put_alias(connection, AliasKind::Contact, key, *id)?;
    }
    for ((workspace, kind, value), ContactId(id)) in &fresh.channels {
        let sql = "INSERT INTO channels (workspace, kind, value, contact) VALUES (?1, ?2, ?3, ?4)";
        connection.prepare_cached(sql)?.execute(params![workspace.0, kind.as_str(), value, id.as_bytes()])?;
    }
    Ok(())
}

/// Puts catalogs in the place of those that the batch found.
fn catalogs(connection: &Connection, heads: &[HeadSave]) -> Result<(), StoreError> {
    for head in heads {
        if let Some(catalog) = &head.catalog {
            let doc = document::write("catalog", &**catalog)?;
            let sql = "UPDATE catalogs SET revision = ?2, doc = ?3 WHERE workspace = ?1";
            let mut statement = connection.prepare_cached(sql)?;
            statement.execute(params![head.workspace.0, catalog.revision, doc])?;
        }
    }
    Ok(())
}

fn sort_keys(connection: &Connection, saves: &Saves) -> Result<(), StoreError> {
    for ((workspace, number), keys) in &saves.sort_keys {
        match keys {
            Some(StoredKeys { created_at, first_name, last_name }) => {
                let sql = "INSERT INTO sort_keys (workspace, number, created_at, first_name, last_name) \
                           VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (workspace, number) DO UPDATE SET \
                           created_at = excluded.created_at, first_name = excluded.first_name, \
                           last_name = excluded.last_name";
                let row = params![workspace.0, number, created_at, first_name, last_name];
                connection.prepare_cached(sql)?.execute(row)?;
            }
            None => {
                let sql = "DELETE FROM sort_keys WHERE workspace = ?1 AND number = ?2";
                connection.prepare_cached(sql)?.execute(params![workspace.0, number])?;
            }
        }
    }
    Ok(())
}

fn events(connection: &Connection, saves: &Saves) -> Result<(), StoreError> {
    let sql = "INSERT INTO events (row, record, previous, doc) VALUES (?1, ?2, ?3, ?4)";
    let mut statement = connection.prepare_cached(sql)?;
    for event in &saves.events {
        statement.execute(params![
            event_row(event.workspace, event.seq),
            event.record.as_bytes(),
            event.previous,
            event.doc
        ])?;
    }
    Ok(())
}
