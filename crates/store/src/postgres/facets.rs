//! Who answers which question with yes: saving it, reading it, and lists that are filtered by it.

use std::collections::{BTreeSet, HashMap};

use model::RecordKind;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::bits::Bits;
use super::list;
use super::load::{get, integer, unsigned, workspace};
use super::pipeline::{Sql, Step, param};
use super::server::Session;
use crate::backend::FacetSave;
use crate::filter::Answers;
use crate::numbers::{Chunk, Numbers};
use crate::query::{Among, Select};
use crate::{ContactPage, ContactQuery, StoreError, WorkspaceNumber};

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

static ANSWERS: Sql = Sql {
    text: "SELECT facet, chunk, bits FROM facets WHERE workspace = $1 AND facet = ANY($2) ORDER BY facet, chunk",
    types: &[Type::INT8, Type::UUID_ARRAY],
};

static BY_NUMBER: Sql = Sql {
    text: "SELECT c.format, c.doc FROM unnest($2::bigint[]) WITH ORDINALITY k (number, place) \
           JOIN contacts c ON c.workspace = $1 AND c.number = k.number ORDER BY k.place",
    types: &[Type::INT8, Type::INT8_ARRAY],
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

/// A page of a list that is filtered: one round trip for the answers, one for the contacts.
pub(super) async fn list(
    session: &Session,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
) -> Result<ContactPage, StoreError> {
    let asked = [
        ask(workspace, query.filter.questions(RecordKind::Contact)),
        Step::new(&list::CONTACT_COUNT, vec![param(workspace.0)]),
    ];
    let rows = session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", &asked, "").await?;
    let (answers, counted) = rows.split_first().map_or((&[][..], None), |(answers, rest)| {
        (answers.as_slice(), rest.first().and_then(|rows| rows.first()))
    });
    let found = query.filter.numbers(RecordKind::Contact, &read(answers)?);
    let all = counted.map_or(Ok(0), |row| unsigned(row, 0))?;
    let contacts = match query.page_of(&found) {
        Some(numbers) => {
            let numbers: Vec<i64> = numbers.into_iter().map(integer).collect();
            let step = Step::new(&BY_NUMBER, vec![param(workspace.0), param(numbers)]);
            let rows = session.run("", &[step], "COMMIT").await?;
            list::contacts(rows.first().map_or(&[], Vec::as_slice))?
        }
        None => {
            let among = Among::of(&found, query, all);
            let select = Select::of(workspace, query, among, &list::SYNTAX);
            let contacts = list::page(session, &select).await?;
            session.run("", &[], "COMMIT").await?;
            contacts
        }
    };
    Ok(ContactPage { contacts, total: found.len() })
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

/// Who answers these questions with yes; [`read`] reads it.
pub(super) fn ask<'s>(workspace: WorkspaceNumber, questions: BTreeSet<Uuid>) -> Step<'s> {
    let questions: Vec<Uuid> = questions.into_iter().collect();
    Step::new(&ANSWERS, vec![param(workspace.0), param(questions)])
}

pub(super) fn read(rows: &[Row]) -> Result<Answers, StoreError> {
    let mut answers: Answers = HashMap::new();
    for row in rows {
        let numbers: &mut Numbers = answers.entry(get(row, 0)?).or_default();
        numbers.push(unsigned(row, 1)?, bits(row, 2)?);
    }
    Ok(answers)
}

/// A chunk; its column takes no other length.
fn bits(row: &Row, column: usize) -> Result<Chunk, StoreError> {
    Ok(Chunk::read(get::<Bits<'_>>(row, column)?.as_bytes()).unwrap_or_default())
}
