//! Values in order: saving them, finding who has one in a range, filling an index, forgetting it.

use tokio_postgres::types::Type;
use uuid::Uuid;

use super::pipeline::{Sql, Step, param};
use super::row::{contact, get, unsigned, workspace};
use super::server::Session;
use crate::backend::integer;
use crate::numbers::Numbers;
use crate::values::{CatalogIndex, FILLED_AT_ONCE, FORGOTTEN_AT_ONCE, StoredIndex, ValueRange, ValueRow};
use crate::{StoreError, WorkspaceNumber};

const ROWS: &[Type] = &[Type::INT8_ARRAY, Type::INT8_ARRAY, Type::BYTEA_ARRAY, Type::INT8_ARRAY];

static REMOVE: Sql = Sql {
    text: "DELETE FROM field_values v \
           USING unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[]) k (workspace, value_index, value, number) \
           WHERE v.workspace = k.workspace AND v.value_index = k.value_index AND v.value = k.value \
           AND v.number = k.number",
    types: ROWS,
};

static PUT: Sql = Sql {
    text: "INSERT INTO field_values (workspace, value_index, value, number) \
           SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[]) ON CONFLICT DO NOTHING",
    types: ROWS,
};

/// The statements that remove the values that a batch makes stale, and save those that are fresh.
pub(super) fn save<'s>(stale: &'s [ValueRow], fresh: &'s [ValueRow]) -> impl Iterator<Item = Step<'s>> {
    [(&REMOVE, stale), (&PUT, fresh)].into_iter().filter(|(_, rows)| !rows.is_empty()).map(|(sql, rows)| {
        let of = |value: fn(&ValueRow) -> i64| rows.iter().map(value).collect::<Vec<_>>();
        let values: Vec<&[u8]> = rows.iter().map(|row| row.value.as_bytes()).collect();
        let params = vec![
            param(of(|row| row.workspace.0)),
            param(of(|row| integer(row.index))),
            param(values),
            param(of(|row| integer(row.number))),
        ];
        Step::new(sql, params)
    })
}

static IS_FILLED: Sql = Sql {
    text: "SELECT FROM value_indexes WHERE workspace = $1 AND value_index = $2 AND last_number IS NULL",
    types: &[Type::INT8, Type::INT8],
};

static FIND: Sql = Sql {
    text: "SELECT number FROM field_values WHERE workspace = $1 AND value_index = $2 AND value >= $3 AND value < $4 \
           LIMIT $5",
    types: &[Type::INT8, Type::INT8, Type::BYTEA, Type::BYTEA, Type::INT8],
};

static FIND_FROM: Sql = Sql {
    text: "SELECT number FROM field_values WHERE workspace = $1 AND value_index = $2 AND value >= $3 LIMIT $4",
    types: &[Type::INT8, Type::INT8, Type::BYTEA, Type::INT8],
};

/// The contacts that have a value in a range; `None` when they are more than `most`, or the index does not have all.
/// Within a transaction.
pub(super) async fn find(
    session: &Session,
    workspace: WorkspaceNumber,
    range: &ValueRange,
    most: u64,
) -> Result<Option<Numbers>, StoreError> {
    let most = most.saturating_add(1);
    let key = || vec![param(workspace.0), param(integer(range.index))];
    let mut params = key();
    params.push(param(range.from.as_bytes()));
    params.extend(range.until.as_ref().map(|until| param(until.as_bytes())));
    params.push(param(integer(most)));
    let sql = if range.until.is_some() { &FIND } else { &FIND_FROM };
    let rows = session.run("", &[Step::new(&IS_FILLED, key()), Step::new(sql, params)], "").await?;
    let [filled, found] = rows.as_slice() else { return Ok(None) };
    if filled.is_empty() || found.len() as u64 >= most {
        return Ok(None);
    }
    found.iter().map(|row| unsigned(row, 0)).collect::<Result<Numbers, _>>().map(Some)
}

/// Whether an index has all contacts. Within a transaction.
pub(super) async fn is_filled(
    session: &Session,
    workspace: WorkspaceNumber,
    index: u64,
) -> Result<bool, StoreError> {
    Ok(!session.query(&IS_FILLED, vec![param(workspace.0), param(integer(index))]).await?.is_empty())
}

/// Locked, so that one node at a time goes on with it.
static LAST: Sql = Sql {
    text: "SELECT last_number FROM value_indexes WHERE workspace = $1 AND value_index = $2 FOR UPDATE",
    types: &[Type::INT8, Type::INT8],
};

static NEXT: Sql = Sql {
    text: "SELECT id, number FROM contacts WHERE workspace = $1 AND number > $2 ORDER BY number LIMIT $3",
    types: &[Type::INT8, Type::INT8, Type::INT8],
};

/// Locked, in the order in which all lock them, so that nobody changes a value before it is in the index.
static CONTACTS: Sql = Sql {
    text: "SELECT format, doc FROM contacts WHERE workspace = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE",
    types: &[Type::INT8, Type::UUID_ARRAY],
};

static CAME_TO: Sql = Sql {
    text: "INSERT INTO value_indexes (workspace, value_index, last_number) VALUES ($1, $2, $3) \
           ON CONFLICT (workspace, value_index) DO UPDATE SET last_number = excluded.last_number",
    types: &[Type::INT8, Type::INT8, Type::INT8],
};

/// Fills an index with the values of the next contacts; how many they were, 0 when there are none left. Within a
/// transaction.
pub(super) async fn fill(
    session: &Session,
    workspace: WorkspaceNumber,
    indexed: CatalogIndex,
) -> Result<u64, StoreError> {
    let key = || vec![param(workspace.0), param(integer(indexed.index.number))];
    let last = session.query(&LAST, key()).await?;
    let last = last.first().map(|row| get::<Option<i64>>(row, 0)).transpose()?;
    // Filled already.
    if last == Some(None) {
        return Ok(0);
    }
    let params = vec![param(workspace.0), param(last.flatten().unwrap_or(0)), param(FILLED_AT_ONCE)];
    let next = session.query(&NEXT, params).await?;
    let ids = next.iter().map(|row| get::<Uuid>(row, 0)).collect::<Result<Vec<_>, _>>()?;
    let last = next.last().map(|row| get::<i64>(row, 1)).transpose()?;
    let mut fresh = Vec::new();
    for row in session.query(&CONTACTS, vec![param(workspace.0), param(ids)]).await? {
        // What cannot be read has no row: `verify` tells of it.
        if let Ok(contact) = contact(&row, 0, 1)?.read() {
            fresh.push(indexed.row(workspace, &contact));
        }
    }
    fresh.sort_unstable();
    let mut came_to = key();
    came_to.push(param(last));
    let steps: Vec<_> = save(&[], &fresh).chain([Step::new(&CAME_TO, came_to)]).collect();
    session.run("", &steps, "").await?;
    Ok(next.len() as u64)
}

static FORGET_INDEX: Sql = Sql {
    text: "DELETE FROM value_indexes WHERE workspace = $1 AND value_index = $2",
    types: &[Type::INT8, Type::INT8],
};

static FORGET_VALUES: Sql = Sql {
    text: "WITH gone AS (DELETE FROM field_values WHERE (workspace, value_index, value, number) IN (\
           SELECT workspace, value_index, value, number FROM field_values \
           WHERE workspace = $1 AND value_index = $2 LIMIT $3) RETURNING 1) SELECT count(*) FROM gone",
    types: &[Type::INT8, Type::INT8, Type::INT8],
};

/// Forgets an index, or the next values of it; how many they were, 0 when there are none left. Within a transaction.
pub(super) async fn forget(
    session: &Session,
    workspace: WorkspaceNumber,
    index: u64,
) -> Result<u64, StoreError> {
    let key = || vec![param(workspace.0), param(integer(index))];
    let mut some = key();
    some.push(param(FORGOTTEN_AT_ONCE));
    let rows =
        session.run("", &[Step::new(&FORGET_INDEX, key()), Step::new(&FORGET_VALUES, some)], "").await?;
    rows.get(1).and_then(|rows| rows.first()).map_or(Ok(0), |row| unsigned(row, 0))
}

static INDEXES: Sql =
    Sql { text: "SELECT workspace, value_index, last_number IS NULL FROM value_indexes", types: &[] };

static NEXT_INDEX: Sql = Sql {
    text: "SELECT workspace, value_index FROM field_values WHERE (workspace, value_index) > ($1, $2) \
           ORDER BY workspace, value_index LIMIT 1",
    types: &[Type::INT8, Type::INT8],
};

/// The indexes of which anything is stored.
pub(super) async fn indexes(session: &Session) -> Result<Vec<StoredIndex>, StoreError> {
    let mut found = Vec::new();
    for row in &session.query(&INDEXES, Vec::new()).await? {
        let (workspace, number) = (workspace(row, 0)?, unsigned(row, 1)?);
        found.push(StoredIndex { workspace, number, is_filled: get(row, 2)? });
    }
    // Some may have values before anything was filled: a step from each index to the next.
    let mut last = (i64::MIN, i64::MIN);
    loop {
        let next = session.query(&NEXT_INDEX, vec![param(last.0), param(last.1)]).await?;
        let Some(row) = next.first() else { return Ok(found) };
        last = (get(row, 0)?, get(row, 1)?);
        StoredIndex::note(&mut found, workspace(row, 0)?, unsigned(row, 1)?);
    }
}

static EACH: Sql = Sql {
    text: "SELECT workspace, value_index, value, number FROM field_values \
           WHERE (workspace, value_index, value, number) > ($1, $2, $3, $4) \
           ORDER BY workspace, value_index, value, number LIMIT $5",
    types: &[Type::INT8, Type::INT8, Type::BYTEA, Type::INT8, Type::INT8],
};

/// Values that are read together.
const PAGE: i64 = 10_000;

/// All values that are stored.
pub(super) async fn each(session: &Session, mut see: impl FnMut(ValueRow)) -> Result<(), StoreError> {
    let mut after = (i64::MIN, i64::MIN, Vec::<u8>::new(), i64::MIN);
    loop {
        let (one, two, value, four) = after;
        let params = vec![param(one), param(two), param(value), param(four), param(PAGE)];
        let rows = session.query(&EACH, params).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = (get(last, 0)?, get(last, 1)?, get(last, 2)?, get(last, 3)?);
        for row in &rows {
            let value = String::from_utf8_lossy(get(row, 2)?).into_owned();
            let workspace = workspace(row, 0)?;
            see(ValueRow { workspace, index: unsigned(row, 1)?, value, number: unsigned(row, 3)? });
        }
    }
}
