//! Records beside contacts: loading, saving and listing them.

use std::collections::HashSet;
use std::sync::Arc;

use model::{Facet, Record, RecordKind};
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::keys::{key_params, named};
use super::load::Locking;
use super::pipeline::{Param, Sql, Step, param};
use super::row::{each, get, place, unsigned};
use super::server::Session;
use super::{facets, list};
use crate::answers::Answers;
use crate::backend::{Found, Keys, RecordSave, StoredRecord, integer, kind_number};
use crate::numbers::Numbers;
use crate::select::{Among, Bind, Select, Syntax};
use crate::{RecordPage, RecordQuery, StoreError, WorkspaceNumber};

/// The records of a kind, the last parameter.
pub(super) static RECORDS: Sql = Sql {
    text: named!(
        "$8",
        "(SELECT workspace, number, id FROM records WHERE kind = $8)",
        "SELECT n.way, n.place, r.workspace, r.id, r.last_event, r.doc FROM named n CROSS JOIN LATERAL \
         (SELECT * FROM records r WHERE r.workspace = n.workspace AND r.id = n.id AND r.kind = $8 LIMIT 1) r"
    ),
    types: &[
        Type::INT8_ARRAY,
        Type::TEXT_ARRAY,
        Type::TEXT_ARRAY,
        Type::INT8_ARRAY,
        Type::INT8_ARRAY,
        Type::INT8_ARRAY,
        Type::UUID_ARRAY,
        Type::INT8,
    ],
};

pub(super) fn keys(kind: RecordKind, keys: &Keys) -> Vec<Param<'_>> {
    let mut params = key_params(keys);
    params.push(param(kind_number(kind)));
    params
}

/// What the rows of [`RECORDS`] hold.
pub(super) fn found(kind: RecordKind, keys: &Keys, rows: &[Row]) -> Result<Found<StoredRecord>, StoreError> {
    let mut found = Found::empty(keys);
    let mut seen = HashSet::new();
    for row in rows {
        if let Some((workspace, id)) = found.name(row, &mut seen)? {
            found.rows.push((workspace, id, StoredRecord::read(kind, unsigned(row, 4)?, get(row, 5)?)?));
        }
    }
    Ok(found)
}

macro_rules! lock {
    ($locking:literal) => {
        Sql {
            text: concat!(
                "SELECT r.id FROM unnest($1::bigint[], $2::uuid[], $3::bigint[]) k (workspace, id, kind) \
                 JOIN records r ON r.workspace = k.workspace AND r.id = k.id AND r.kind = k.kind \
                 ORDER BY r.workspace, r.id, r.kind ",
                $locking
            ),
            types: &[Type::INT8_ARRAY, Type::UUID_ARRAY, Type::INT8_ARRAY],
        }
    };
}

static LOCK_WAITING: Sql = lock!("FOR NO KEY UPDATE OF r");
static LOCK_FAILING: Sql = lock!("FOR NO KEY UPDATE OF r NOWAIT");

/// Locks the records that a batch writes, before they are read: a statement sees what was there when it began.
pub(super) fn lock<'l>(locks: &[(WorkspaceNumber, RecordKind, Uuid)], locking: Locking) -> Step<'l> {
    let workspaces: Vec<i64> = locks.iter().map(|(workspace, ..)| workspace.0).collect();
    let ids: Vec<Uuid> = locks.iter().map(|(.., id)| *id).collect();
    let kinds: Vec<i64> = locks.iter().map(|(_, kind, _)| kind_number(*kind)).collect();
    let sql = if locking == Locking::Failing { &LOCK_FAILING } else { &LOCK_WAITING };
    Step::new(sql, vec![param(workspaces), param(ids), param(kinds)])
}

static LAST_NUMBERS: Sql = Sql {
    text: "SELECT coalesce((SELECT max(number) FROM records r WHERE r.workspace = k.workspace AND r.kind = k.kind), 0) \
           FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY k (workspace, kind, place) ORDER BY k.place",
    types: &[Type::INT8_ARRAY, Type::INT8_ARRAY],
};

/// The largest number of each kind. Two writers that take the same next one cannot both commit it.
pub(super) fn last_numbers<'l>(wanted: &[(WorkspaceNumber, RecordKind)]) -> Step<'l> {
    let (workspaces, kinds): (Vec<i64>, Vec<i64>) =
        wanted.iter().map(|(workspace, kind)| (workspace.0, kind_number(*kind))).unzip();
    Step::new(&LAST_NUMBERS, vec![param(workspaces), param(kinds)])
}

static CLAIM_KINDS: Sql = Sql {
    text: "SELECT pg_advisory_xact_lock(key) FROM (SELECT DISTINCT hashtextextended('quota ' || k.kind, k.workspace) AS key \
           FROM unnest($1::bigint[], $2::bigint[]) k (workspace, kind) ORDER BY key) k",
    types: &[Type::INT8_ARRAY, Type::INT8_ARRAY],
};

static TRY_CLAIM_KINDS: Sql = Sql {
    text: "SELECT pg_try_advisory_xact_lock(hashtextextended('quota ' || k.kind, k.workspace)) \
           FROM unnest($1::bigint[], $2::bigint[]) k (workspace, kind)",
    types: &[Type::INT8_ARRAY, Type::INT8_ARRAY],
};

static COUNTS: Sql = Sql {
    text: "SELECT k.place, f.bits FROM unnest($1::bigint[], $2::uuid[]) WITH ORDINALITY k (workspace, facet, place) \
           JOIN facets f ON f.workspace = k.workspace AND f.facet = k.facet",
    types: &[Type::INT8_ARRAY, Type::UUID_ARRAY],
};

/// Two writers may not both find that there is room for one more record: so they take turns for each kind. Only where a
/// quota is set, since all others need not wait.
pub(super) fn claim_kinds<'l>(wanted: &[(WorkspaceNumber, RecordKind)], locking: Locking) -> Step<'l> {
    let (workspaces, kinds): (Vec<i64>, Vec<i64>) =
        wanted.iter().map(|(workspace, kind)| (workspace.0, kind_number(*kind))).unzip();
    let sql = if locking == Locking::Failing { &TRY_CLAIM_KINDS } else { &CLAIM_KINDS };
    Step::new(sql, vec![param(workspaces), param(kinds)])
}

/// Whether another writer has one of the kinds that were only tried.
pub(super) fn check_claimed(rows: &[Row]) -> Result<(), StoreError> {
    // Of those that were waited for, the rows say nothing.
    let is_taken = rows.iter().any(|row| matches!(row.try_get(0), Ok(false)));
    if is_taken {
        let fault = std::io::Error::other("another writer makes records of a kind with a quota");
        return Err(StoreError::Conflict(Arc::new(fault)));
    }
    Ok(())
}

/// How many records of each kind there are, by the bits of all of them.
pub(super) fn counts<'l>(wanted: &[(WorkspaceNumber, RecordKind)]) -> Step<'l> {
    let (workspaces, facets): (Vec<i64>, Vec<Uuid>) =
        wanted.iter().map(|(workspace, kind)| (workspace.0, Facet::Every.id_for(*kind))).unzip();
    Step::new(&COUNTS, vec![param(workspaces), param(facets)])
}

/// What the rows of [`counts`] hold.
pub(super) fn counted(
    wanted: &[(WorkspaceNumber, RecordKind)],
    rows: &[Row],
) -> Result<Vec<(WorkspaceNumber, RecordKind, u64)>, StoreError> {
    let mut counted: Vec<_> = wanted.iter().map(|(workspace, kind)| (*workspace, *kind, 0)).collect();
    for row in rows {
        if let Some((.., count)) = counted.get_mut(place(row, 0)?) {
            *count += facets::bits(row, 1)?.len();
        }
    }
    Ok(counted)
}

const COLUMNS: &[Type] = &[
    Type::INT8_ARRAY,
    Type::UUID_ARRAY,
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::TEXT_ARRAY,
    Type::INT8_ARRAY,
    Type::TEXT_ARRAY,
];

/// A record that another writer has just made is an error.
static INSERT: Sql = Sql {
    text: "INSERT INTO records (workspace, id, kind, number, sort, last_event, doc) \
           SELECT k.workspace, k.id, k.kind, k.number, k.sort, h.last_event - k.back, k.doc FROM unnest(\
           $1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::text[]) \
           k (workspace, id, kind, number, sort, back, doc) JOIN heads h ON h.workspace = k.workspace \
           ORDER BY k.workspace, k.kind, k.number",
    types: COLUMNS,
};

static UPDATE: Sql = Sql {
    text: "UPDATE records r SET number = coalesce(k.number, r.number), sort = k.sort, \
           last_event = h.last_event - k.back, doc = k.doc FROM unnest(\
           $1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::text[]) \
           k (workspace, id, kind, number, sort, back, doc) JOIN heads h ON h.workspace = k.workspace \
           WHERE r.workspace = k.workspace AND r.id = k.id AND r.kind = k.kind",
    types: COLUMNS,
};

/// The statements that save the records of a batch; `back` tells how far an event is from the workspace's last one.
pub(super) fn save<'s>(
    records: &'s [RecordSave],
    back: impl Fn(WorkspaceNumber, u64) -> i64,
) -> impl Iterator<Item = Step<'s>> {
    let step = move |is_new: bool, sql: &'static Sql| {
        let rows: Vec<&RecordSave> = records.iter().filter(|record| record.is_new == is_new).collect();
        if rows.is_empty() {
            return None;
        }
        let numbers: Vec<Option<i64>> = rows.iter().map(|each| each.number.map(integer)).collect();
        let params = vec![
            param(rows.iter().map(|each| each.workspace.0).collect::<Vec<i64>>()),
            param(rows.iter().map(|each| each.id).collect::<Vec<Uuid>>()),
            param(rows.iter().map(|each| kind_number(each.kind)).collect::<Vec<i64>>()),
            param(numbers),
            param(rows.iter().map(|each| each.sort.as_str()).collect::<Vec<&str>>()),
            param(rows.iter().map(|each| back(each.workspace, each.last_event)).collect::<Vec<i64>>()),
            param(rows.iter().map(|each| each.doc.as_str()).collect::<Vec<&str>>()),
        ];
        Some(Step::new(sql, params))
    };
    [(false, &UPDATE), (true, &INSERT)].into_iter().filter_map(move |(is_new, sql)| step(is_new, sql))
}

/// PostgreSQL's ways to say what lists of records need. The kind is the fifth bound value.
const SYNTAX: Syntax = Syntax {
    mark: '$',
    key: "c.id",
    all: "records c WHERE c.workspace = $1 AND c.kind = $5",
    name: "c.sort",
    // No list of records begins behind an event.
    log: |_| "records c WHERE c.workspace = $1 AND c.kind = $5".to_owned(),
    log_order: "c.last_event",
    numbers: "unnest($4) n (number)",
    is_chosen: super::list::is_chosen,
};

static BY_NUMBER: Sql = Sql {
    text: "SELECT r.doc FROM unnest($3::bigint[]) WITH ORDINALITY k (number, place) \
           CROSS JOIN LATERAL (SELECT * FROM records r WHERE r.workspace = $1 AND r.kind = $2 \
           AND r.number = k.number LIMIT 1) r ORDER BY k.place",
    types: &[Type::INT8, Type::INT8, Type::INT8_ARRAY],
};

/// A page: one round trip for the answers, one for the records.
pub(super) async fn page(
    session: &Session,
    workspace: WorkspaceNumber,
    kind: RecordKind,
    query: &RecordQuery,
) -> Result<RecordPage, StoreError> {
    let questions: Vec<Uuid> = query.questions(kind).into_iter().collect();
    let asked = [Step::new(&facets::ANSWERS, vec![param(workspace.0), param(questions)])];
    let rows = session.run(list::BEGIN_READING, &asked, "").await?;
    let facets = facets::read(rows.first().map_or(&[], Vec::as_slice))?;
    let all = facets.get(&Facet::Every.id_for(kind)).map_or(0, Numbers::len);
    let found = query.filter.numbers(kind, &Answers { facets, ..Answers::default() });
    let query = &query.list();
    let records = match query.page_of(&found) {
        Some(numbers) => {
            let numbers: Vec<i64> = numbers.into_iter().map(integer).collect();
            let params = vec![param(workspace.0), param(kind_number(kind)), param(numbers)];
            let rows = session.run("", &[Step::new(&BY_NUMBER, params)], "COMMIT").await?;
            documents(kind, rows.first().map_or(&[], Vec::as_slice))?
        }
        None => {
            let mut select = Select::of(workspace, query, Among::of(&found, query, all), &SYNTAX);
            select.binds.push(Bind::Integer(kind_number(kind)));
            let page = format!(
                "SELECT r.doc FROM unnest(ARRAY({})) WITH ORDINALITY k (id, place) \
                 JOIN records r ON r.workspace = $1 AND r.id = k.id AND r.kind = $5 ORDER BY k.place",
                select.page
            );
            let types = list::types(&select.binds);
            let step = list::step(&page, &types, &select.binds).once();
            let rows = session.run(list::PLANNED_EACH, &[step], "COMMIT").await?;
            documents(kind, rows.first().map_or(&[], Vec::as_slice))?
        }
    };
    Ok(RecordPage { records, total: found.len() })
}

fn documents(kind: RecordKind, rows: &[Row]) -> Result<Vec<Arc<Record>>, StoreError> {
    each(rows, |row| {
        let record = Record::read(kind, get(row, 0)?);
        record.map(Arc::new).map_err(|source| StoreError::Unreadable { what: kind.as_str(), source })
    })
}
