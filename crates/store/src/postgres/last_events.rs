//! Which events are the last one of a contact: noting it, and pages that are told from it.

use std::ops::Range;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::bits::Bits;
use super::facets::bits;
use super::last_changes;
use super::list::{self, BEGIN_READING};
use super::pipeline::{Sql, Step, param};
use super::row::{get, unsigned};
use super::server::Session;
use crate::backend::integer;
use crate::document::EVENT_START;
use crate::last_events::{Last, Notes, SPAN_MAX, Span, due};
use crate::numbers::{CHUNK_NUMBERS, Chunk, Numbers};
use crate::{ContactQuery, DocumentPage, StoreError, WorkspaceNumber};

/// How many chunks are noted, which event is the last one, and how many contacts there are.
static ENDS: Sql = Sql {
    text: "SELECT coalesce((SELECT max(chunk) + 1 FROM last_changes WHERE workspace = $1), 0), last_event, \
           contact_count FROM heads WHERE workspace = $1",
    types: &[Type::INT8],
};

static SPAN: Sql = Sql {
    text: "SELECT seq, previous, left(doc, $4) FROM events WHERE workspace = $1 AND seq >= $2 AND seq < $3 \
           ORDER BY seq",
    types: &[Type::INT8, Type::INT8, Type::INT8, Type::INT4],
};

/// What is to be noted next.
pub(super) async fn notes(
    session: &Session,
    workspace: WorkspaceNumber,
) -> Result<Option<Notes>, StoreError> {
    let rows = session.query(&ENDS, vec![param(workspace.0)]).await?;
    let Some(ends) = rows.first() else { return Ok(None) };
    let Some(events) = due(unsigned(ends, 0)?, unsigned(ends, 1)?) else { return Ok(None) };
    // In one state, so that what is told is of the events that are read.
    let rows = session.run(BEGIN_READING, &[span_of(workspace, &events)], "").await?;
    let rows = rows.first().map_or(&[][..], Vec::as_slice);
    let span = span(session, workspace, rows).await?;
    session.run("", &[], "COMMIT").await?;
    Ok(Some(span.notes(events)))
}

fn span_of<'s>(workspace: WorkspaceNumber, events: &Range<u64>) -> Step<'s> {
    let length = i32::try_from(EVENT_START).unwrap_or(i32::MAX);
    let params =
        vec![param(workspace.0), param(integer(events.start)), param(integer(events.end)), param(length)];
    Step::new(&SPAN, params)
}

/// Events as [`SPAN`] yields them, with what contacts tell of them. Within a transaction.
async fn span(session: &Session, workspace: WorkspaceNumber, rows: &[Row]) -> Result<Span, StoreError> {
    let mut span = Span::default();
    for row in rows {
        let previous = get::<Option<i64>>(row, 1)?.map(i64::unsigned_abs);
        span.add(unsigned(row, 0)?, previous, get(row, 2)?);
    }
    last_changes::ask(session, workspace, &mut span).await?;
    Ok(span)
}

/// One server notes at a time, until its commit: another one sees what is noted then.
static TAKE_TURN: Sql = Sql { text: "SELECT pg_try_advisory_xact_lock($1)", types: &[Type::INT8] };

/// Where the keys of these locks begin, one for each workspace.
const LOCKS: i64 = 0x6e6f_7465 << 32;

// The bits are not cast, because a cast without a length shortens them to one.

static STALE: Sql = Sql {
    text: "UPDATE last_events l SET bits = l.bits & ~k.bits FROM unnest($2::bigint[], $3) k (chunk, bits) \
           WHERE l.workspace = $1 AND l.chunk = k.chunk",
    types: &[Type::INT8, Type::INT8_ARRAY, Type::BIT_ARRAY],
};

static FRESH: Sql = Sql {
    text: "INSERT INTO last_events (workspace, chunk, bits) SELECT $1, k.chunk, k.bits \
           FROM unnest($2::bigint[], $3) k (chunk, bits) \
           ON CONFLICT (workspace, chunk) DO UPDATE SET bits = last_events.bits & excluded.bits",
    types: &[Type::INT8, Type::INT8_ARRAY, Type::BIT_ARRAY],
};

/// Stores notes; how many chunks are new.
pub(super) async fn note(
    session: &Session,
    workspace: WorkspaceNumber,
    notes: &Notes,
) -> Result<u64, StoreError> {
    let first = notes.fresh.first().map(|fresh| fresh.chunk);
    let turn = session.query(&TAKE_TURN, vec![param(LOCKS | workspace.0)]).await?;
    if turn.first().map(|row| get::<bool>(row, 0)).transpose()? != Some(true) {
        return Ok(0);
    }
    let rows = session.query(&ENDS, vec![param(workspace.0)]).await?;
    let noted = rows.first().map(|row| unsigned(row, 0)).transpose()?;
    if first != noted {
        return Ok(0);
    }
    let stale = notes.stale.iter().map(|(chunk, bits)| (*chunk, bits));
    let fresh = notes.fresh.iter().map(|fresh| (fresh.chunk, &fresh.last));
    let steps = [
        chunks(&STALE, workspace, stale),
        chunks(&FRESH, workspace, fresh),
        last_changes::note(workspace, &notes.fresh),
    ];
    session.run("", &steps, "").await?;
    Ok(notes.fresh.len() as u64)
}

fn chunks<'s>(
    sql: &'static Sql,
    workspace: WorkspaceNumber,
    chunks: impl Iterator<Item = (u64, &'s Chunk)>,
) -> Step<'s> {
    let (numbers, bits): (Vec<i64>, Vec<Bits<'_>>) =
        chunks.map(|(chunk, bits)| (integer(chunk), Bits::from(bits.bytes()))).unzip();
    Step::new(sql, vec![param(workspace.0), param(numbers), param(bits)])
}

static NOTED: Sql = Sql {
    text: "SELECT chunk, bits FROM last_events WHERE workspace = $1 AND chunk < $2 ORDER BY chunk",
    types: &[Type::INT8, Type::INT8],
};

static PAGE: Sql = Sql {
    text: "SELECT c.format, c.doc, k.seq FROM unnest($2::bigint[]) WITH ORDINALITY k (seq, place) CROSS JOIN LATERAL \
           (SELECT * FROM events e WHERE e.workspace = $1 AND e.seq = k.seq LIMIT 1) e CROSS JOIN LATERAL \
           (SELECT * FROM contacts c WHERE c.workspace = $1 AND c.id = e.record LIMIT 1) c ORDER BY k.place",
    types: &[Type::INT8, Type::INT8_ARRAY],
};

/// A page in the order of last changes that is far down; `None` when it is not, or more events than are read together are
/// not noted.
pub(super) async fn page(
    session: &Session,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
) -> Result<Option<DocumentPage>, StoreError> {
    let ends = session.run(BEGIN_READING, &[Step::new(&ENDS, vec![param(workspace.0)])], "").await?;
    let ends = ends.first().and_then(|rows| rows.first());
    let is_far_down =
        ends.map(|ends| unsigned(ends, 2)).transpose()?.is_some_and(|total| query.is_far_down(total));
    let last = match ends.filter(|_| is_far_down) {
        Some(ends) => all(session, workspace, not_noted(ends)?, SPAN_MAX).await?,
        None => None,
    };
    let Some(last) = last else {
        session.run("", &[], "COMMIT").await?;
        return Ok(None);
    };
    let events: Vec<i64> = query.page_of_events(&last.events).into_iter().map(integer).collect();
    let page = Step::new(&PAGE, vec![param(workspace.0), param(events)]);
    let rows = session.run("", &[page], "COMMIT").await?;
    let documents = list::documents_with_events(rows.first().map_or(&[], Vec::as_slice), 2)?;
    Ok(Some(DocumentPage::counted(documents, last.events.len())))
}

/// The first event that is not noted, and the one after the last, in the transaction that is open. None without a
/// workspace.
pub(super) async fn ends(
    session: &Session,
    workspace: WorkspaceNumber,
) -> Result<Option<Range<u64>>, StoreError> {
    let ends = session.query(&ENDS, vec![param(workspace.0)]).await?;
    ends.first().map(not_noted).transpose()
}

fn not_noted(ends: &Row) -> Result<Range<u64>, StoreError> {
    Ok(unsigned(ends, 0)?.saturating_mul(CHUNK_NUMBERS)..unsigned(ends, 1)? + 1)
}

/// The last events of all contacts, in the transaction that is open, of a log of which these events are not noted; `None`
/// when they are more than this.
pub(super) async fn all(
    session: &Session,
    workspace: WorkspaceNumber,
    not_noted: Range<u64>,
    most: u64,
) -> Result<Option<Last>, StoreError> {
    if not_noted.end.saturating_sub(not_noted.start) > most {
        return Ok(None);
    }
    let noted = vec![param(workspace.0), param(integer(not_noted.start / CHUNK_NUMBERS))];
    let rows = session.run("", &[Step::new(&NOTED, noted), span_of(workspace, &not_noted)], "").await?;
    let [chunks, events] = rows.as_slice() else { return Ok(None) };
    let mut noted = Numbers::default();
    for row in chunks {
        noted.push(unsigned(row, 0)?, bits(row, 1)?);
    }
    Ok(Some(span(session, workspace, events).await?.follow(&noted)))
}
