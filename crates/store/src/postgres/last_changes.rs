//! When contacts last changed: noting it, and who did in a range.

use tokio_postgres::types::Type;

use super::last_events;
use super::pipeline::{Sql, Step, param};
use super::row::{get, unsigned};
use super::server::Session;
use crate::backend::integer;
use crate::document::{CONTACT_START, changed_at};
use crate::last_changes::{CHUNKS_AT_ONCE, ChangedIn, InstantRange, LastChange, is_too_much};
use crate::last_events::{Fresh, SPAN_MAX, Span};
use crate::numbers::Numbers;
use crate::{StoreError, WorkspaceNumber};

static NOTE: Sql = Sql {
    text: "INSERT INTO last_changes (workspace, chunk, first_at, last_at, changes) SELECT $1, k.* \
           FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[]) k (chunk, first_at, last_at, changes)",
    types: &[Type::INT8, Type::INT8_ARRAY, Type::INT8_ARRAY, Type::INT8_ARRAY, Type::BYTEA_ARRAY],
};

/// Notes chunks.
pub(super) fn note(workspace: WorkspaceNumber, fresh: &[Fresh]) -> Step<'_> {
    let of = |value: fn(&Fresh) -> i64| fresh.iter().map(value).collect::<Vec<_>>();
    let packed: Vec<&[u8]> = fresh.iter().map(|fresh| fresh.changes.packed.as_slice()).collect();
    let params = vec![
        param(workspace.0),
        param(of(|fresh| integer(fresh.chunk))),
        param(of(|fresh| fresh.changes.first_at)),
        param(of(|fresh| fresh.changes.last_at)),
        param(packed),
    ];
    Step::new(&NOTE, params)
}

/// `LATERAL`, because old statistics would have all contacts read.
static ASK: Sql = Sql {
    text: "SELECT k.seq, c.number, c.format, left(c.doc, $3) FROM unnest($2::bigint[]) k (seq) CROSS JOIN LATERAL \
           (SELECT * FROM events e WHERE e.workspace = $1 AND e.seq = k.seq LIMIT 1) e CROSS JOIN LATERAL \
           (SELECT * FROM contacts c WHERE c.workspace = $1 AND c.id = e.record AND c.last_event = k.seq LIMIT 1) c",
    types: &[Type::INT8, Type::INT8_ARRAY, Type::INT4],
};

/// Adds what contacts tell of the events of a span that do not tell it themselves. Of one that cannot be read there is
/// nothing: `verify` tells of it. Within a transaction.
pub(super) async fn ask(
    session: &Session,
    workspace: WorkspaceNumber,
    span: &mut Span,
) -> Result<(), StoreError> {
    if span.silent().is_empty() {
        return Ok(());
    }
    let events: Vec<i64> = span.silent().iter().map(|event| integer(*event)).collect();
    let length = i32::try_from(CONTACT_START).unwrap_or(i32::MAX);
    let mut changes = Vec::new();
    for row in session.query(&ASK, vec![param(workspace.0), param(events), param(length)]).await? {
        if let Some(at) = changed_at(get(&row, 2)?, get(&row, 3)?) {
            changes.push(LastChange { event: unsigned(&row, 0)?, number: unsigned(&row, 1)?, at });
        }
    }
    span.add_changes(changes);
    Ok(())
}

static NOTED: Sql = Sql {
    text: "SELECT chunk, first_at, changes FROM last_changes \
           WHERE workspace = $1 AND chunk >= $2 AND first_at <= $3 AND last_at >= $4 ORDER BY chunk LIMIT $5",
    types: &[Type::INT8, Type::INT8, Type::INT8, Type::INT8, Type::INT8],
};

/// The contacts that last changed in a range; `None` when that is too much to find out, where no others than these
/// matter. Within a transaction.
pub(super) async fn find(
    session: &Session,
    workspace: WorkspaceNumber,
    range: InstantRange,
    bound: Option<&Numbers>,
) -> Result<Option<Numbers>, StoreError> {
    let not_noted = last_events::ends(session, workspace).await?;
    let Some(not_noted) = not_noted.filter(|not_noted| !is_too_much(not_noted.end, bound)) else {
        return Ok(None);
    };
    let last = last_events::all(session, workspace, not_noted, SPAN_MAX).await?;
    let Some(last) = last else { return Ok(None) };
    let mut found = Vec::new();
    let see = |change: LastChange| found.push(change.number);
    each(session, workspace, &last.changes, ChangedIn { range, last: &last.events, see }).await?;
    Ok(Some(found.into_iter().collect()))
}

/// Each last change in a range, where these are not noted. Within a transaction.
pub(super) async fn each(
    session: &Session,
    workspace: WorkspaceNumber,
    not_noted: &[LastChange],
    mut changed: ChangedIn<'_, impl FnMut(LastChange)>,
) -> Result<(), StoreError> {
    let (range, mut next) = (changed.range, 0);
    loop {
        let numbers = [workspace.0, integer(next), range.last(), range.from, integer(CHUNKS_AT_ONCE)];
        let rows = session.query(&NOTED, numbers.map(param).into()).await?;
        for row in &rows {
            let chunk = unsigned(row, 0)?;
            changed.meet_noted(chunk, get(row, 1)?, get(row, 2)?);
            next = chunk + 1;
        }
        if (rows.len() as u64) < CHUNKS_AT_ONCE {
            break;
        }
    }
    not_noted.iter().for_each(|change| changed.meet(*change));
    Ok(())
}
