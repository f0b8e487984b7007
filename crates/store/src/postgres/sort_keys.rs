//! What lists of contacts can be ordered by.

use tokio_postgres::types::Type;

use super::pipeline::{Sql, Step, param};
use crate::WorkspaceNumber;
use crate::backend::integer;
use crate::sort::StoredKeys;

static PUT: Sql = Sql {
    text: "INSERT INTO sort_keys (workspace, number, created_at, first_name, last_name) \
           SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[]) \
           ON CONFLICT (workspace, number) DO UPDATE SET created_at = excluded.created_at, \
           first_name = excluded.first_name, last_name = excluded.last_name",
    types: &[Type::INT8_ARRAY, Type::INT8_ARRAY, Type::INT8_ARRAY, Type::TEXT_ARRAY, Type::TEXT_ARRAY],
};

static REMOVE: Sql = Sql {
    text: "DELETE FROM sort_keys s USING unnest($1::bigint[], $2::bigint[]) k (workspace, number) \
           WHERE s.workspace = k.workspace AND s.number = k.number",
    types: &[Type::INT8_ARRAY, Type::INT8_ARRAY],
};

type Save = ((WorkspaceNumber, u64), Option<StoredKeys>);

/// The statements that save them.
pub(super) fn save(saves: &[Save]) -> impl Iterator<Item = Step<'_>> {
    let keys = |rows: &[&(WorkspaceNumber, u64)]| {
        let workspaces: Vec<i64> = rows.iter().map(|key| key.0.0).collect();
        let numbers: Vec<i64> = rows.iter().map(|key| integer(key.1)).collect();
        vec![param(workspaces), param(numbers)]
    };
    let gone: Vec<_> = saves.iter().filter(|(_, keys)| keys.is_none()).map(|(key, _)| key).collect();
    let put: Vec<_> = saves.iter().filter_map(|(key, keys)| Some((key, keys.as_ref()?))).collect();
    let gone = (!gone.is_empty()).then(|| Step::new(&REMOVE, keys(&gone)));
    let put = (!put.is_empty()).then(|| {
        let mut params = keys(&put.iter().map(|(key, _)| *key).collect::<Vec<_>>());
        params.push(param(put.iter().map(|(_, keys)| keys.created_at).collect::<Vec<i64>>()));
        params.push(param(put.iter().map(|(_, keys)| keys.first_name.as_str()).collect::<Vec<&str>>()));
        params.push(param(put.iter().map(|(_, keys)| keys.last_name.as_str()).collect::<Vec<&str>>()));
        Step::new(&PUT, params)
    });
    gone.into_iter().chain(put)
}
