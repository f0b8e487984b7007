//! Who answers which question with yes.

use std::collections::HashMap;

use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::bits::Bits;
use super::pipeline::{Sql, Step, param};
use super::row::{get, unsigned, workspace};
use super::server::Session;
use crate::backend::{FacetSave, integer};
use crate::numbers::{Chunk, Numbers};
use crate::{StoreError, WorkspaceNumber};

// The bits are not cast, because a cast without a length shortens them to one.

static YES: Sql = Sql {
    text: "INSERT INTO facets AS f (workspace, facet, chunk, bits) SELECT k.workspace, k.facet, k.chunk, k.bits \
           FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4) k (workspace, facet, chunk, bits) \
           ON CONFLICT (workspace, facet, chunk) DO UPDATE SET bits = f.bits | excluded.bits",
    types: KEYS_AND_BITS,
};

static NO: Sql = Sql {
    text: "UPDATE facets f SET bits = f.bits & ~k.bits \
           FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4) k (workspace, facet, chunk, bits) \
           WHERE f.workspace = k.workspace AND f.facet = k.facet AND f.chunk = k.chunk",
    types: KEYS_AND_BITS,
};

const KEYS_AND_BITS: &[Type] = &[Type::INT8_ARRAY, Type::UUID_ARRAY, Type::INT8_ARRAY, Type::BIT_ARRAY];

pub(super) static ANSWERS: Sql = Sql {
    text: "SELECT facet, chunk, bits FROM facets WHERE workspace = $1 AND facet = ANY($2) ORDER BY facet, chunk",
    types: &[Type::INT8, Type::UUID_ARRAY],
};

/// The statements that save the answers of a batch. They come when the workspace's counters are locked, so two writers
/// never wait for each other's.
pub(super) fn save(saves: &[FacetSave]) -> impl Iterator<Item = Step<'_>> {
    [(&YES, (|save| save.yes) as fn(&FacetSave) -> Chunk), (&NO, |save| save.no)]
        .into_iter()
        .filter_map(|(sql, bits)| step(sql, saves, bits))
}

fn step<'s>(sql: &'static Sql, saves: &'s [FacetSave], bits: fn(&FacetSave) -> Chunk) -> Option<Step<'s>> {
    let changed: Vec<_> = saves.iter().filter(|save| !bits(save).is_empty()).collect();
    if changed.is_empty() {
        return None;
    }
    let of = |value: fn(&FacetSave) -> i64| changed.iter().map(|save| value(save)).collect::<Vec<_>>();
    let facets: Vec<Uuid> = changed.iter().map(|save| save.facet).collect();
    let bits: Vec<Bits<'_>> = changed.iter().map(|save| Bits::from(bits(save).bytes())).collect();
    let params = vec![
        param(of(|save| save.workspace.0)),
        param(facets),
        param(of(|save| integer(save.chunk))),
        param(bits),
    ];
    Some(Step::new(sql, params))
}

static EACH: Sql = Sql {
    text: "SELECT facet, chunk, bits, workspace FROM facets WHERE (workspace, facet, chunk) > ($1, $2, $3) \
           ORDER BY workspace, facet, chunk LIMIT $4",
    types: &[Type::INT8, Type::UUID, Type::INT8, Type::INT8],
};

/// Chunks that are read together.
const PAGE: i64 = 10_000;

/// All that is stored.
pub(super) async fn each(
    session: &Session,
    mut see: impl FnMut((WorkspaceNumber, Uuid, u64), Chunk),
) -> Result<(), StoreError> {
    let mut after = (i64::MIN, Uuid::nil(), i64::MIN);
    loop {
        let params = vec![param(after.0), param(after.1), param(after.2), param(PAGE)];
        let rows = session.query(&EACH, params).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = (get(last, 3)?, get(last, 0)?, get(last, 1)?);
        for row in &rows {
            see((workspace(row, 3)?, get(row, 0)?, unsigned(row, 1)?), bits(row, 2)?);
        }
    }
}

/// The answers, from the rows of [`ANSWERS`].
pub(super) fn read(rows: &[Row]) -> Result<HashMap<Uuid, Numbers>, StoreError> {
    let mut answers: HashMap<Uuid, Numbers> = HashMap::new();
    for row in rows {
        answers.entry(get(row, 0)?).or_default().push(unsigned(row, 1)?, bits(row, 2)?);
    }
    Ok(answers)
}

/// A chunk; its column takes no other length.
pub(super) fn bits(row: &Row, column: usize) -> Result<Chunk, StoreError> {
    Ok(Chunk::read(get::<Bits<'_>>(row, column)?.as_bytes()).unwrap_or_default())
}
