//! Who answers which question with yes.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::load::uuid;
use super::{last_changes, texts, values};
use crate::answers::Answers;
use crate::backend::{FacetSave, integer};
use crate::numbers::{Chunk, Numbers};
use crate::values::{AskedRange, most_values};
use crate::{ContactQuery, StoreError, WorkspaceNumber};

/// Saves the answers of a batch. A chunk in which nobody says yes is not kept.
pub(super) fn save(connection: &Connection, saves: &[FacetSave]) -> Result<(), StoreError> {
    const FIND: &str = "SELECT bits FROM facets WHERE workspace = ?1 AND facet = ?2 AND chunk = ?3";
    const INSERT: &str = "INSERT INTO facets (workspace, facet, chunk, bits) VALUES (?1, ?2, ?3, ?4)";
    const UPDATE: &str = "UPDATE facets SET bits = ?4 WHERE workspace = ?1 AND facet = ?2 AND chunk = ?3";
    const DELETE: &str = "DELETE FROM facets WHERE workspace = ?1 AND facet = ?2 AND chunk = ?3";
    let mut find = connection.prepare_cached(FIND)?;
    let mut update = connection.prepare_cached(UPDATE)?;
    for FacetSave { workspace, facet, chunk, yes, no } in saves {
        let (chunk, facet) = (integer(*chunk), facet.as_bytes());
        let before = find.query_row(params![workspace.0, facet, chunk], |row| bits(row, 0)).optional()?;
        let after = before.unwrap_or_default().without(*no).or(*yes);
        if after.is_empty() {
            connection.prepare_cached(DELETE)?.execute(params![workspace.0, facet, chunk])?;
        } else if before.is_some() {
            update.execute(params![workspace.0, facet, chunk, after.bytes()])?;
        } else {
            connection.prepare_cached(INSERT)?.execute(params![workspace.0, facet, chunk, after.bytes()])?;
        }
    }
    Ok(())
}

/// What a query needs to know, but for the values and texts of contacts: who answers its questions with yes, who has its
/// channels, and whose companies and notes have its texts.
pub(super) fn answers(
    connection: &Connection,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
) -> Result<Answers, StoreError> {
    let mut answers = Answers::default();
    let questions = query.questions();
    if !questions.is_empty() {
        answers.facets = yes(connection, workspace, questions)?;
    }
    answers.tell_numbers(&query.filter);
    let sql = "SELECT c.number FROM channels h JOIN contacts c ON c.workspace = h.workspace AND c.id = h.contact \
               WHERE h.workspace = ?1 AND h.kind = ?2 AND h.value = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    for (kind, value) in query.filter.channels() {
        let numbers = statement.query_map(params![workspace.0, kind.as_str(), value], |row| row.get(0))?;
        let numbers = numbers.collect::<Result<Numbers, _>>()?;
        answers.channels.insert((kind, value), numbers);
    }
    if let Some(indexed) = query.walked()
        && values::is_filled(connection, workspace, indexed.index.number)?
    {
        answers.walked = Some(indexed);
    }
    for asked in query.filter.texts().into_iter().filter(|asked| !asked.kind.is_contact()) {
        let among = query.filter.bound(&answers);
        let numbers = texts::contacts(connection, workspace, (&asked, among.as_ref()), query.patience)?;
        answers.texts.insert(asked, numbers);
    }
    Ok(answers)
}

/// What else it needs to know: who has its values, and changed when.
pub(super) fn values_of_contacts(
    connection: &Connection,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
    answers: &mut Answers,
) -> Result<(), StoreError> {
    for range in query.filter.ranges() {
        let bound = query.filter.bound(answers);
        let found = match &range {
            AskedRange::Values(range) => {
                values::find(connection, workspace, range, most_values(bound.as_ref()))?
            }
            // Who has a number is known already.
            AskedRange::Numbered(_) => None,
            AskedRange::Changed(range) => last_changes::find(connection, workspace, *range, bound.as_ref())?,
        };
        if let Some(numbers) = found {
            answers.ranges.insert(range, numbers);
        }
        query.patience.check()?;
    }
    Ok(())
}

/// And who has its texts, among these contacts if only they matter.
pub(super) fn texts_of_contacts(
    connection: &Connection,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
    (answers, only): (&mut Answers, Option<&Numbers>),
) -> Result<(), StoreError> {
    for asked in query.filter.texts().into_iter().filter(|asked| asked.kind.is_contact()) {
        let among = query.filter.bound_among(answers, only);
        let numbers = match &among {
            Some(few) if only.is_some() => texts::among(connection, workspace, (&asked, few))?,
            among => texts::contacts(connection, workspace, (&asked, among.as_ref()), query.patience)?,
        };
        answers.texts.insert(asked, numbers);
        query.patience.check()?;
    }
    Ok(())
}

/// Who answers these questions with yes.
pub(super) fn yes(
    connection: &Connection,
    workspace: WorkspaceNumber,
    questions: BTreeSet<Uuid>,
) -> Result<HashMap<Uuid, Numbers>, StoreError> {
    let sql = "SELECT chunk, bits FROM facets WHERE workspace = ?1 AND facet = ?2 ORDER BY chunk";
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = HashMap::new();
    for facet in questions {
        let mut numbers = Numbers::default();
        let mut rows = statement.query(params![workspace.0, facet.as_bytes()])?;
        while let Some(row) = rows.next()? {
            numbers.push(row.get(0)?, bits(row, 1)?);
        }
        found.insert(facet, numbers);
    }
    Ok(found)
}

/// All that is stored.
pub(super) fn each(
    connection: &Connection,
    mut see: impl FnMut((WorkspaceNumber, Uuid, u64), Chunk),
) -> Result<(), StoreError> {
    let mut statement = connection.prepare("SELECT workspace, facet, chunk, bits FROM facets")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        see((WorkspaceNumber(row.get(0)?), uuid(row, 1)?, row.get(2)?), bits(row, 3)?);
    }
    Ok(())
}

/// A chunk, from its column.
pub(super) fn bits(row: &Row<'_>, column: usize) -> rusqlite::Result<Chunk> {
    let bytes = row.get_ref(column)?.as_blob()?;
    let size = || rusqlite::types::FromSqlError::InvalidBlobSize {
        expected_size: crate::numbers::CHUNK_BYTES,
        blob_size: bytes.len(),
    };
    Ok(Chunk::read(bytes).ok_or_else(size)?)
}
