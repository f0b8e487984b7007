//! Who answers which question with yes.

use std::collections::{BTreeSet, HashMap};

use model::Facet;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::load::uuid;
use crate::backend::{FacetSave, integer};
use crate::filter::Answers;
use crate::numbers::{Chunk, Numbers};
use crate::{ContactQuery, StoreError, WorkspaceNumber};

/// Saves the answers of a batch. A chunk in which nobody says yes is not kept.
pub(super) fn save(connection: &Connection, saves: &[FacetSave]) -> Result<(), StoreError> {
    const FIND: &str = "SELECT bits FROM facets WHERE workspace = ?1 AND chunk = ?2 AND facet = ?3";
    const INSERT: &str = "INSERT INTO facets (workspace, chunk, facet, bits) VALUES (?1, ?2, ?3, ?4)";
    const UPDATE: &str = "UPDATE facets SET bits = ?4 WHERE workspace = ?1 AND chunk = ?2 AND facet = ?3";
    const DELETE: &str = "DELETE FROM facets WHERE workspace = ?1 AND chunk = ?2 AND facet = ?3";
    let mut find = connection.prepare_cached(FIND)?;
    let mut update = connection.prepare_cached(UPDATE)?;
    for FacetSave { workspace, facet, chunk, yes, no } in saves {
        let (chunk, facet) = (integer(*chunk), facet.as_bytes());
        let before = find.query_row(params![workspace.0, chunk, facet], |row| bits(row, 0)).optional()?;
        let after = before.unwrap_or_default().without(*no).or(*yes);
        if after.is_empty() {
            connection.prepare_cached(DELETE)?.execute(params![workspace.0, chunk, facet])?;
        } else if before.is_some() {
            update.execute(params![workspace.0, chunk, facet, after.bytes()])?;
        } else {
            connection.prepare_cached(INSERT)?.execute(params![workspace.0, chunk, facet, after.bytes()])?;
        }
    }
    Ok(())
}

/// What a query needs to know: who answers its questions with yes, and who has its channels.
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
    let sql = "SELECT c.number FROM channels h JOIN contacts c ON c.workspace = h.workspace AND c.id = h.contact \
               WHERE h.workspace = ?1 AND h.kind = ?2 AND h.value = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    for (kind, value) in query.filter.channels() {
        let numbers = statement.query_map(params![workspace.0, kind.as_str(), value], |row| row.get(0))?;
        let numbers = numbers.collect::<Result<Numbers, _>>()?;
        answers.channels.insert((kind, value), numbers);
    }
    Ok(answers)
}

/// Who answers these questions with yes, chunk by chunk. A chunk in which there is anybody says so itself.
fn yes(
    connection: &Connection,
    workspace: WorkspaceNumber,
    mut questions: BTreeSet<Uuid>,
) -> Result<HashMap<Uuid, Numbers>, StoreError> {
    let every = Facet::Every.id();
    questions.insert(every);
    let mut found: HashMap<Uuid, Numbers> = HashMap::new();
    let marks: Vec<_> = (3..questions.len() + 3).map(|place| format!("?{place}")).collect();
    let sql = format!(
        "SELECT facet, bits FROM facets WHERE workspace = ?1 AND chunk = ?2 AND facet IN ({})",
        marks.join(", ")
    );
    let mut of_chunk = connection.prepare_cached(&sql)?;
    let mut next = connection.prepare_cached(
        "SELECT chunk FROM facets WHERE workspace = ?1 AND chunk > ?2 ORDER BY chunk LIMIT 1",
    )?;
    let mut chunk = Some(0);
    while let Some(number) = chunk {
        of_chunk.raw_bind_parameter(1, workspace.0)?;
        of_chunk.raw_bind_parameter(2, integer(number))?;
        for (facet, place) in questions.iter().zip(3..) {
            of_chunk.raw_bind_parameter(place, facet.as_bytes())?;
        }
        let mut has_anybody = false;
        let mut rows = of_chunk.raw_query();
        while let Some(row) = rows.next()? {
            let facet = uuid(row, 0)?;
            has_anybody |= facet == every;
            found.entry(facet).or_default().push(number, bits(row, 1)?);
        }
        drop(rows);
        chunk = match has_anybody {
            true => Some(number + 1),
            false => next.query_row(params![workspace.0, integer(number)], |row| row.get(0)).optional()?,
        };
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
fn bits(row: &Row<'_>, column: usize) -> rusqlite::Result<Chunk> {
    let bytes = row.get_ref(column)?.as_blob()?;
    let size = || rusqlite::types::FromSqlError::InvalidBlobSize {
        expected_size: crate::numbers::CHUNK_BYTES,
        blob_size: bytes.len(),
    };
    Ok(Chunk::read(bytes).ok_or_else(size)?)
}
