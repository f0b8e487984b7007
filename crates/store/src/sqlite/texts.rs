//! Searched texts: saving them, finding who has one with a needle in it, making those that are missing.

use std::collections::BTreeSet;

use model::{Record, RecordKind};
use rusqlite::{Connection, OptionalExtension, Params, params};

use super::{facets, load};
use crate::backend::{DOCUMENTS, integer, kind_number};
use crate::filter::HasText;
use crate::numbers::Numbers;
use crate::query::Patience;
use crate::texts::{self, SEARCHED, TextKey, TextSave};
use crate::{StoreError, WorkspaceNumber};

/// Bits of a rowid that are a record's number.
const NUMBER_BITS: u32 = 40;
/// Bits of a rowid for the kind.
const KIND_BITS: u32 = 2;

/// The row of a text, unless its number is too large for one.
fn row((workspace, kind, number): TextKey) -> Option<i64> {
    let (number, highest) = (i64::try_from(number).ok()?, 1 << NUMBER_BITS);
    let is_near = number < highest && (0..1 << (63 - NUMBER_BITS - KIND_BITS)).contains(&workspace.0);
    is_near.then(|| (((workspace.0 << KIND_BITS) | kind_number(kind)) << NUMBER_BITS) | number)
}

/// Whose text is in a row.
fn key(row: i64) -> (i64, i64, i64) {
    let (kind, number) = (row >> NUMBER_BITS, row & ((1 << NUMBER_BITS) - 1));
    (kind >> KIND_BITS, kind & ((1 << KIND_BITS) - 1), number)
}

/// Saves the texts of a batch.
pub(super) fn save(connection: &Connection, saves: &[TextSave]) -> Result<(), StoreError> {
    const PUT: &str = "INSERT OR REPLACE INTO texts (rowid, text) VALUES (?1, ?2)";
    const REMOVE: &str = "DELETE FROM texts WHERE rowid = ?1";
    const PUT_FAR: &str =
        "INSERT OR REPLACE INTO far_texts (workspace, kind, number, text) VALUES (?1, ?2, ?3, ?4)";
    const REMOVE_FAR: &str = "DELETE FROM far_texts WHERE workspace = ?1 AND kind = ?2 AND number = ?3";
    for (key, text) in saves {
        let (workspace, kind, number) = (key.0.0, kind_number(key.1), integer(key.2));
        match (row(*key), text) {
            (Some(row), Some(text)) => connection.prepare_cached(PUT)?.execute(params![row, text])?,
            (Some(row), None) => connection.prepare_cached(REMOVE)?.execute([row])?,
            (None, Some(text)) => {
                connection.prepare_cached(PUT_FAR)?.execute(params![workspace, kind, number, text])?
            }
            (None, None) => connection.prepare_cached(REMOVE_FAR)?.execute([workspace, kind, number])?,
        };
    }
    Ok(())
}

/// The contacts that have this text: in their own, in a company's or in a note's. Those that are not among others, where
/// only these matter, may be missing.
pub(super) fn contacts(
    connection: &Connection,
    workspace: WorkspaceNumber,
    (asked, among): (&HasText, Option<&Numbers>),
    patience: Patience,
) -> Result<Numbers, StoreError> {
    patience.check()?;
    if among.is_some_and(Numbers::is_empty) {
        return Ok(Numbers::default());
    }
    let numbers = match among.filter(|_| asked.kind.is_contact()) {
        Some(among) => records_among(connection, workspace, (asked, among))?,
        None => records(connection, workspace, asked, u64::MAX)?,
    };
    patience.check()?;
    if asked.kind.is_contact() {
        return Ok(numbers.into_iter().collect());
    }
    let sql = "SELECT id FROM records WHERE workspace = ?1 AND kind = ?2 AND number = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let mut linked = Vec::new();
    for number in numbers {
        let key = params![workspace.0, kind_number(asked.kind), integer(number)];
        if let Some(id) = statement.query_row(key, |row| load::uuid(row, 0)).optional()? {
            linked.extend(facets::yes(connection, workspace, BTreeSet::from([id]))?.into_values());
        }
        patience.check()?;
    }
    Ok(Numbers::union(linked))
}

/// What of these records has a text with this in it: by a look at each of their texts, unless the index has found all
/// that have it, whichever they are, in about the same time.
fn records_among(
    connection: &Connection,
    workspace: WorkspaceNumber,
    (asked, among): (&HasText, &Numbers),
) -> Result<Vec<u64>, StoreError> {
    /// Looks that take less time than the index takes to begin.
    const FEW: u64 = 300;
    /// What the index finds in the time of a look.
    const FOUND_IN_A_LOOK: u64 = 3;
    if among.len() > FEW {
        let most = among.len().saturating_mul(FOUND_IN_A_LOOK);
        let found = records(connection, workspace, asked, most)?;
        if (found.len() as u64) < most {
            return Ok(found);
        }
    }
    looks(connection, workspace, (asked, among))
}

/// The contacts that have this text, among these, of which there are few.
pub(super) fn among(
    connection: &Connection,
    workspace: WorkspaceNumber,
    (asked, among): (&HasText, &Numbers),
) -> Result<Numbers, StoreError> {
    Ok(looks(connection, workspace, (asked, among))?.into_iter().collect())
}

/// The same by a look at each of their texts.
fn looks(
    connection: &Connection,
    workspace: WorkspaceNumber,
    (asked, among): (&HasText, &Numbers),
) -> Result<Vec<u64>, StoreError> {
    let whole = asked.is_whole.then(|| asked.needle.whole());
    let has = |text: &str| whole.as_ref().map_or_else(|| asked.needle.is_in(text), |whole| text == whole);
    // Where the index keeps its texts: there they are read without asking it.
    let mut near = connection.prepare_cached("SELECT c0 FROM texts_content WHERE id = ?1")?;
    let sql = "SELECT text FROM far_texts WHERE workspace = ?1 AND kind = ?2 AND number = ?3";
    let mut far = connection.prepare_cached(sql)?;
    let mut found = Vec::new();
    for number in among.ascending(None) {
        let mut rows = match row((workspace, asked.kind, number)) {
            Some(row) => near.query([row])?,
            None => far.query(params![workspace.0, kind_number(asked.kind), integer(number)])?,
        };
        if let Some(row) = rows.next()?
            && has(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)
        {
            found.push(number);
        }
    }
    Ok(found)
}

/// The numbers of the records of a kind that have a text with this in it, and not many more than `most` of them.
fn records(
    connection: &Connection,
    workspace: WorkspaceNumber,
    asked: &HasText,
    most: u64,
) -> Result<Vec<u64>, StoreError> {
    let needle = asked.needle.as_str();
    let whole = asked.is_whole.then(|| asked.needle.whole());
    let mut found = Vec::new();
    if let (Some(first), Some(last)) =
        (row((workspace, asked.kind, 0)), row((workspace, asked.kind, (1 << NUMBER_BITS) - 1)))
    {
        // A text is compared only where all of it must be the same: to read it costs more than to find it.
        let same = if whole.is_some() { " AND text = ?5" } else { " AND ?5 IS NULL" };
        let sql = format!(
            "SELECT rowid & 1099511627775 FROM texts WHERE texts MATCH ?1 AND rowid BETWEEN ?2 AND ?3{same} LIMIT ?4"
        );
        let phrase = format!("\"{needle}\"");
        numbers(connection, &sql, params![phrase, first, last, integer(most), whole], &mut found)?;
    }
    let sql = "SELECT number FROM far_texts WHERE workspace = ?1 AND kind = ?2 AND instr(text, ?3) > 0 \
               AND (?4 IS NULL OR text = ?4)";
    let far = params![workspace.0, kind_number(asked.kind), needle, whole];
    numbers(connection, sql, far, &mut found)?;
    Ok(found)
}

fn numbers(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    found: &mut Vec<u64>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    for number in statement.query_map(params, |row| row.get(0))? {
        found.push(number?);
    }
    Ok(())
}

/// Has the connection see the index as it is now.
pub(super) fn look(connection: &Connection) -> Result<(), StoreError> {
    let first = connection.query_row("SELECT rowid FROM texts LIMIT 1", [], |row| row.get::<_, i64>(0));
    first.optional()?;
    Ok(())
}

/// All texts that are stored.
pub(super) fn each(
    connection: &Connection,
    mut see: impl FnMut((i64, i64, i64), &str),
) -> Result<(), StoreError> {
    let mut statement = connection.prepare("SELECT rowid, text FROM texts")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        see(key(row.get(0)?), row.get_ref(1)?.as_str().unwrap_or_default());
    }
    let mut statement = connection.prepare("SELECT workspace, kind, number, text FROM far_texts")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        see((row.get(0)?, row.get(1)?, row.get(2)?), row.get_ref(3)?.as_str().unwrap_or_default());
    }
    Ok(())
}

/// Whether every record that should have a text has one.
pub(super) fn are_made(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM texts_due)";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

/// Records whose texts are made in one transaction.
const CHUNK: i64 = 1000;

/// Has all texts made when the store is next opened.
pub(super) fn make_all_again(connection: &Connection) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO texts_due (part, last_row) VALUES ('contacts', 0), ('records', 0)";
    Ok(connection.execute_batch(sql)?)
}

/// Makes the texts of records that were stored without. How far it came is stored with them, so that it goes on there
/// when it is interrupted. Nobody writes meanwhile.
pub(super) fn make_missing(connection: &mut Connection) -> Result<(), StoreError> {
    while let Some((part, after)) = connection
        .query_row("SELECT part, last_row FROM texts_due LIMIT 1", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        })
        .optional()?
    {
        let transaction = connection.transaction()?;
        let (last, saves) = match part.as_str() {
            "contacts" => missing_contacts(&transaction, after)?,
            _ => missing_records(&transaction, after)?,
        };
        save(&transaction, &saves)?;
        match last {
            Some(last) => transaction
                .execute("UPDATE texts_due SET last_row = ?2 WHERE part = ?1", params![part, last])?,
            None => transaction.execute("DELETE FROM texts_due WHERE part = ?1", [part])?,
        };
        transaction.commit()?;
    }
    Ok(())
}

/// The last row of a chunk, and its texts. What cannot be read has none: `verify` tells of it.
type Chunk = (Option<i64>, Vec<TextSave>);

fn missing_contacts(connection: &Connection, after: i64) -> Result<Chunk, StoreError> {
    let sql = "SELECT row, workspace, format, doc FROM contacts WHERE row > ?1 ORDER BY row LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([after, CHUNK])?;
    let (mut last, mut saves) = (None, Vec::new());
    while let Some(row) = rows.next()? {
        last = Some(row.get(0)?);
        if let Ok(contact) = load::contact(row, 2, 3)?.read() {
            let key = (WorkspaceNumber(row.get(1)?), RecordKind::Contact, contact.number);
            saves.extend(texts::of_contact(&contact).map(|text| (key, Some(text))));
        }
    }
    Ok((last, saves))
}

fn missing_records(connection: &Connection, after: i64) -> Result<Chunk, StoreError> {
    let sql = "SELECT row, workspace, kind, doc FROM records WHERE row > ?1 ORDER BY row LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([after, CHUNK])?;
    let (mut last, mut saves) = (None, Vec::new());
    while let Some(row) = rows.next()? {
        last = Some(row.get(0)?);
        let (kind, doc): (i64, String) = (row.get(2)?, row.get(3)?);
        let kind = DOCUMENTS.into_iter().find(|each| kind_number(*each) == kind && SEARCHED.contains(each));
        let record = kind.filter(|_| !doc.is_empty()).and_then(|kind| Record::read(kind, &doc).ok());
        if let Some(record) = record {
            let key = (WorkspaceNumber(row.get(1)?), record.kind(), record.number());
            saves.extend(texts::of_record(&record).map(|text| (key, Some(text))));
        }
    }
    Ok((last, saves))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_back_and_what_has_no_row_is_far() {
        for (workspace, kind, number) in [
            (1, RecordKind::Contact, 1),
            (7, RecordKind::Company, 5),
            ((1 << 21) - 1, RecordKind::Note, (1 << 40) - 1),
        ] {
            let row = row((WorkspaceNumber(workspace), kind, number)).unwrap();
            assert_eq!(key(row), (workspace, kind_number(kind), integer(number)));
        }
        assert_eq!(row((WorkspaceNumber(1), RecordKind::Contact, 1 << 40)), None);
        assert_eq!(row((WorkspaceNumber(1 << 21), RecordKind::Contact, 1)), None);
        assert_eq!(row((WorkspaceNumber(1), RecordKind::Contact, u64::MAX)), None);
    }
}
