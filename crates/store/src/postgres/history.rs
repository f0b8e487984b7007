//! The history of a record: a walk along the chain of its events; and the log of a workspace.

use model::{Event, Native, RecordKind, Ref};
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::administer::find_alias;
use super::pipeline::{Sql, param};
use super::row::{each, event, get, unsigned};
use super::server::Session;
use crate::backend::{AliasKind, integer, kind_number};
use crate::{HistoryQuery, StoreError, WorkspaceNumber};

/// `LATERAL`, because otherwise a plan that was made, and is kept, while there are few events reads all of them.
static CHAIN: Sql = Sql {
    text: "WITH RECURSIVE chain AS (\
           SELECT seq, previous, doc, 1::bigint AS step FROM events WHERE workspace = $1 AND seq = $2 AND $3 > 0 \
           UNION ALL SELECT e.seq, e.previous, e.doc, c.step + 1 \
           FROM chain c CROSS JOIN LATERAL \
           (SELECT * FROM events e WHERE e.workspace = $1 AND e.seq = c.previous LIMIT 1) e WHERE c.step < $3) \
           SELECT seq, previous, doc FROM chain ORDER BY step",
    types: &[Type::INT8, Type::INT8, Type::INT8],
};

pub(super) async fn history(
    session: &Session,
    workspace: WorkspaceNumber,
    query: &HistoryQuery,
) -> Result<Option<Vec<(u64, Event)>>, StoreError> {
    let HistoryQuery { kind, record, before, limit } = query;
    let end = match kind {
        RecordKind::Contact => end_of_chain(session, workspace, record).await?,
        kind => end_of_record(session, workspace, *kind, record).await?,
    };
    let Some((id, last_event)) = end else { return Ok(None) };
    let start = match before {
        Some(before) => before_event(session, workspace, id, last_event, *before).await?,
        None => Some(last_event),
    };
    let Some(start) = start else { return Ok(Some(Vec::new())) };
    let limit = i64::try_from(*limit).unwrap_or(i64::MAX);
    let rows = session.query(&CHAIN, vec![param(workspace.0), param(integer(start)), param(limit)]).await?;
    each(&rows, |row| Ok((unsigned(row, 0)?, event(row, 1, 2)?))).map(Some)
}

static PREVIOUS: Sql = Sql {
    text: "SELECT previous FROM events WHERE workspace = $1 AND seq = $2 AND record = $3",
    types: &[Type::INT8, Type::INT8, Type::UUID],
};

static LAST_BEFORE: Sql = Sql {
    text: "WITH RECURSIVE chain AS (\
           SELECT seq, previous FROM events WHERE workspace = $1 AND seq = $2 \
           UNION ALL SELECT e.seq, e.previous FROM chain c CROSS JOIN LATERAL \
           (SELECT * FROM events e WHERE e.workspace = $1 AND e.seq = c.previous LIMIT 1) e WHERE c.seq >= $3) SELECT max(seq) FROM chain WHERE seq < $3",
    types: &[Type::INT8, Type::INT8, Type::INT8],
};

/// The record's last event before this number.
async fn before_event(
    session: &Session,
    workspace: WorkspaceNumber,
    id: Uuid,
    last_event: u64,
    before: u64,
) -> Result<Option<u64>, StoreError> {
    // A cursor is one of the record's events; then there is nothing to walk.
    let rows = session.query(&PREVIOUS, vec![param(workspace.0), param(integer(before)), param(id)]).await?;
    let rows = match rows.is_empty() {
        false => rows,
        true => {
            let params = vec![param(workspace.0), param(integer(last_event)), param(integer(before))];
            session.query(&LAST_BEFORE, params).await?
        }
    };
    let found = rows.first().map(|row| get::<Option<i64>>(row, 0)).transpose()?.flatten();
    Ok(found.map(i64::unsigned_abs))
}

static BY_ID: Sql = Sql {
    text: "SELECT id, last_event FROM contacts WHERE workspace = $1 AND id = $2",
    types: &[Type::INT8, Type::UUID],
};
static BY_NUMBER: Sql = Sql {
    text: "SELECT id, last_event FROM contacts WHERE workspace = $1 AND number = $2",
    types: &[Type::INT8, Type::INT8],
};
static DELETED_BY_ID: Sql = Sql {
    text: "SELECT id, last_event FROM tombstones WHERE workspace = $1 AND id = $2",
    types: &[Type::INT8, Type::UUID],
};
static DELETED_BY_NUMBER: Sql = Sql {
    text: "SELECT id, last_event FROM tombstones WHERE workspace = $1 AND number = $2 \
           ORDER BY last_event DESC LIMIT 1",
    types: &[Type::INT8, Type::INT8],
};

/// Which contact it is, and its last event. Living contacts come before deleted ones.
async fn end_of_chain(
    session: &Session,
    workspace: WorkspaceNumber,
    contact: &Ref,
) -> Result<Option<(Uuid, u64)>, StoreError> {
    let alias = (workspace, contact.dialect, contact.text.as_str());
    let sources = [
        (AliasKind::Contact, &BY_ID, &BY_NUMBER),
        (AliasKind::DeletedContact, &DELETED_BY_ID, &DELETED_BY_NUMBER),
    ];
    for (kind, by_id, by_number) in sources {
        let mut rows = Vec::new();
        if let Some(id) = find_alias(session, kind, alias).await? {
            rows = session.query(by_id, vec![param(workspace.0), param(id)]).await?;
        }
        if rows.is_empty() {
            rows = match contact.native {
                Some(Native::Uuid(id)) => session.query(by_id, vec![param(workspace.0), param(id)]).await?,
                Some(Native::Number(number)) => {
                    session.query(by_number, vec![param(workspace.0), param(integer(number))]).await?
                }
                None => rows,
            };
        }
        if let Some(row) = rows.first() {
            return Ok(Some((get(row, 0)?, unsigned(row, 1)?)));
        }
    }
    Ok(None)
}

static RECORD_BY_ID: Sql = Sql {
    text: "SELECT id, last_event FROM records WHERE workspace = $1 AND kind = $2 AND id = $3",
    types: &[Type::INT8, Type::INT8, Type::UUID],
};
static RECORD_BY_NUMBER: Sql = Sql {
    text: "SELECT id, last_event FROM records WHERE workspace = $1 AND kind = $2 AND number = $3",
    types: &[Type::INT8, Type::INT8, Type::INT8],
};

/// Which record beside contacts it is, or was, and its last event.
async fn end_of_record(
    session: &Session,
    workspace: WorkspaceNumber,
    kind: RecordKind,
    record: &Ref,
) -> Result<Option<(Uuid, u64)>, StoreError> {
    let alias = (workspace, record.dialect, record.text.as_str());
    let by_id = |id: Uuid| vec![param(workspace.0), param(kind_number(kind)), param(id)];
    let mut rows = Vec::new();
    if let Some(id) = find_alias(session, AliasKind::Record(kind), alias).await? {
        rows = session.query(&RECORD_BY_ID, by_id(id)).await?;
    }
    if rows.is_empty() {
        rows = match record.native {
            Some(Native::Uuid(id)) => session.query(&RECORD_BY_ID, by_id(id)).await?,
            Some(Native::Number(number)) => {
                let key = vec![param(workspace.0), param(kind_number(kind)), param(integer(number))];
                session.query(&RECORD_BY_NUMBER, key).await?
            }
            None => rows,
        };
    }
    rows.first().map(|row| Ok((get(row, 0)?, unsigned(row, 1)?))).transpose()
}

static LOG: Sql = Sql {
    text: "SELECT seq, previous, doc FROM events WHERE workspace = $1 AND seq > $2 ORDER BY seq LIMIT $3",
    types: &[Type::INT8, Type::INT8, Type::INT8],
};

/// The events of a workspace after this one, oldest first.
pub(super) async fn events(
    session: &Session,
    workspace: WorkspaceNumber,
    after: u64,
    limit: u32,
) -> Result<Vec<(u64, Event)>, StoreError> {
    let params = vec![param(workspace.0), param(integer(after)), param(i64::from(limit))];
    each(&session.query(&LOG, params).await?, |row| Ok((unsigned(row, 0)?, event(row, 1, 2)?)))
}
