//! Searched texts: saving them, finding who has one with a needle in it, making those that are missing.

use model::{Record, RecordKind};
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::pipeline::{Sql, Step, param};
use super::row::{contact, get, unsigned, workspace};
use super::server::Session;
use super::{facets, list};
use crate::backend::{DOCUMENTS, integer, kind_number};
use crate::filter::HasText;
use crate::numbers::Numbers;
use crate::query::Patience;
use crate::texts::{self, SEARCHED, TextKey, TextSave};
use crate::{StoreError, WorkspaceNumber};

static PUT: Sql = Sql {
    text: "INSERT INTO texts (workspace, kind, number, text) \
           SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) \
           ON CONFLICT (workspace, kind, number) DO UPDATE SET text = excluded.text",
    types: &[Type::INT8_ARRAY, Type::INT8_ARRAY, Type::INT8_ARRAY, Type::TEXT_ARRAY],
};

static REMOVE: Sql = Sql {
    text: "DELETE FROM texts t USING unnest($1::bigint[], $2::bigint[], $3::bigint[]) k (workspace, kind, number) \
           WHERE t.workspace = k.workspace AND t.kind = k.kind AND t.number = k.number",
    types: &[Type::INT8_ARRAY, Type::INT8_ARRAY, Type::INT8_ARRAY],
};

/// The statements that save the texts of a batch.
pub(super) fn save(saves: &[TextSave]) -> impl Iterator<Item = Step<'_>> {
    let keys = |keys: &[&TextKey]| {
        let of = |value: fn(&TextKey) -> i64| keys.iter().map(|key| value(key)).collect::<Vec<_>>();
        vec![param(of(|key| key.0.0)), param(of(|key| kind_number(key.1))), param(of(|key| integer(key.2)))]
    };
    let gone: Vec<_> = saves.iter().filter(|(_, text)| text.is_none()).map(|(key, _)| key).collect();
    let put: Vec<_> = saves.iter().filter_map(|(key, text)| Some((key, text.as_deref()?))).collect();
    let gone = (!gone.is_empty()).then(|| Step::new(&REMOVE, keys(&gone)));
    let put = (!put.is_empty()).then(|| {
        let mut params = keys(&put.iter().map(|(key, _)| *key).collect::<Vec<_>>());
        params.push(param(put.iter().map(|(_, text)| *text).collect::<Vec<&str>>()));
        Step::new(&PUT, params)
    });
    gone.into_iter().chain(put)
}

/// A needle has letters, digits and spaces only, so it is no pattern itself. Planned each time: how many texts have it
/// decides whether the index is worth asking.
const FIND: &str = "SELECT number FROM texts WHERE workspace = $1 AND kind = $2 AND text LIKE $3 \
                    AND ($4 = '' OR text = $4)";

/// Who is linked to a record that has it.
const FIND_LINKED: &str = "SELECT f.facet, f.chunk, f.bits FROM texts t \
     JOIN records r ON r.workspace = $1 AND r.kind = $2 AND r.number = t.number \
     JOIN facets f ON f.workspace = $1 AND f.facet = r.id \
     WHERE t.workspace = $1 AND t.kind = $2 AND t.text LIKE $3 AND ($4 = '' OR t.text = $4) \
     ORDER BY f.facet, f.chunk";

/// The same among these contacts, whose texts are looked at one by one.
const FIND_AMONG: &str = "SELECT t.number FROM unnest($5) n (number) CROSS JOIN LATERAL (\
     SELECT * FROM texts t WHERE t.workspace = $1 AND t.kind = $2 AND t.number = n.number LIMIT 1) t \
     WHERE t.text LIKE $3 AND ($4 = '' OR t.text = $4)";

/// The contacts that have this text: in their own, in a company's or in a note's. Those that are not among others, where
/// only these matter, may be missing. Within a transaction.
pub(super) async fn contacts(
    session: &Session,
    workspace: WorkspaceNumber,
    (asked, among): (&HasText, Option<&Numbers>),
    patience: Patience,
) -> Result<Numbers, StoreError> {
    /// Looks that take less time than the index may take.
    const FEW: u64 = 10_000;
    patience.check()?;
    if among.is_some_and(Numbers::is_empty) {
        return Ok(Numbers::default());
    }
    let mut params = vec![
        param(workspace.0),
        param(kind_number(asked.kind)),
        param(format!("%{}%", asked.needle.as_str())),
        param(if asked.is_whole { asked.needle.whole() } else { String::new() }),
    ];
    let few = among.filter(|among| asked.kind.is_contact() && among.len() <= FEW);
    let text = match few {
        Some(few) => {
            params.push(param(few.ascending(None).map(integer).collect::<Vec<_>>()));
            FIND_AMONG
        }
        None if asked.kind.is_contact() => FIND,
        None => FIND_LINKED,
    };
    let types = &[Type::INT8, Type::INT8, Type::TEXT, Type::TEXT, Type::INT8_ARRAY];
    let types = types.get(..params.len()).unwrap_or(types);
    let step = Step::made(text, types, params).once();
    let rows = session.run(list::PLANNED_EACH, &[step], "").await?;
    patience.check()?;
    let rows = rows.first().map_or(&[][..], Vec::as_slice);
    if asked.kind.is_contact() {
        return rows.iter().map(|row| unsigned(row, 0)).collect();
    }
    Ok(Numbers::union(facets::read(rows)?.into_values()))
}

static EACH: Sql = Sql {
    text: "SELECT workspace, kind, number, text FROM texts WHERE (workspace, kind, number) > ($1, $2, $3) \
           ORDER BY workspace, kind, number LIMIT $4",
    types: &[Type::INT8, Type::INT8, Type::INT8, Type::INT8],
};

/// Texts that are read together.
const PAGE: i64 = 10_000;

/// All texts that are stored.
pub(super) async fn each(
    session: &Session,
    mut see: impl FnMut((i64, i64, i64), &str),
) -> Result<(), StoreError> {
    let mut after = (i64::MIN, i64::MIN, i64::MIN);
    loop {
        let params = vec![param(after.0), param(after.1), param(after.2), param(PAGE)];
        let rows = session.query(&EACH, params).await?;
        for row in &rows {
            after = (get(row, 0)?, get(row, 1)?, get(row, 2)?);
            see(after, get(row, 3)?);
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

static ARE_MADE: Sql = Sql { text: "SELECT NOT EXISTS (SELECT FROM texts_due)", types: &[] };

/// Whether every record that should have a text has one.
pub(super) async fn are_made(session: &Session) -> Result<bool, StoreError> {
    let rows = session.query(&ARE_MADE, Vec::new()).await?;
    rows.first().map_or(Ok(false), |row| get(row, 0))
}

/// Records whose texts are made in one transaction: few, because it locks them.
const CHUNK: i64 = 200;

/// Locked, so that one node at a time makes them.
static DUE: Sql = Sql {
    text: "SELECT part, last_workspace, last_id FROM texts_due ORDER BY part LIMIT 1 FOR UPDATE",
    types: &[],
};

/// Locked, so that nobody deletes one before its text is there. Another node has written the texts of those that
/// changed meanwhile.
static CONTACTS: Sql = Sql {
    text: "SELECT workspace, id, format, doc FROM contacts WHERE (workspace, id) > ($1, $2) \
           ORDER BY workspace, id LIMIT $3 FOR NO KEY UPDATE",
    types: &[Type::INT8, Type::UUID, Type::INT8],
};

static RECORDS: Sql = Sql {
    text: "SELECT workspace, id, kind, doc FROM records WHERE (workspace, id) > ($1, $2) AND kind = ANY ($4) \
           ORDER BY workspace, id LIMIT $3 FOR NO KEY UPDATE",
    types: &[Type::INT8, Type::UUID, Type::INT8, Type::INT8_ARRAY],
};

static FILL: Sql = Sql {
    text: "INSERT INTO texts (workspace, kind, number, text) \
           SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) \
           ON CONFLICT (workspace, kind, number) DO NOTHING",
    types: PUT.types,
};

static CAME_TO: Sql = Sql {
    text: "UPDATE texts_due SET last_workspace = $2, last_id = $3 WHERE part = $1",
    types: &[Type::TEXT, Type::INT8, Type::UUID],
};

static DONE: Sql = Sql { text: "DELETE FROM texts_due WHERE part = $1", types: &[Type::TEXT] };

/// Has all texts made when the store is next opened.
pub(super) static MAKE_ALL_AGAIN: Sql = Sql {
    text: "INSERT INTO texts_due (part, last_workspace, last_id) \
           SELECT part, 0, '00000000-0000-0000-0000-000000000000' FROM unnest(ARRAY['contacts', 'records']) part \
           ON CONFLICT (part) DO UPDATE SET last_workspace = excluded.last_workspace, last_id = excluded.last_id",
    types: &[],
};

/// Makes the texts of records that were stored without. How far it came is stored with them, so that it, or another
/// node, goes on there when it is interrupted.
pub(super) async fn make_missing(session: &Session) -> Result<(), StoreError> {
    // So that a database that takes no writes can be read when there is nothing to do.
    while !are_made(session).await? {
        session.run("BEGIN ISOLATION LEVEL READ COMMITTED", &[], "").await?;
        let due = session.query(&DUE, Vec::new()).await?;
        let Some(due) = due.first() else {
            session.run("", &[], "COMMIT").await?;
            break;
        };
        let (part, mut last): (String, (i64, Uuid)) = (get(due, 0)?, (get(due, 1)?, get(due, 2)?));
        let mut params = vec![param(last.0), param(last.1), param(CHUNK)];
        let rows = if part == "contacts" {
            session.query(&CONTACTS, params).await?
        } else {
            params.push(param(SEARCHED.map(kind_number).to_vec()));
            session.query(&RECORDS, params).await?
        };
        let mut texts = Vec::new();
        for row in &rows {
            last = (get(row, 0)?, get(row, 1)?);
            // What cannot be read has no text: `verify` tells of it.
            if part == "contacts" {
                if let Ok(contact) = contact(row, 2, 3)?.read() {
                    let key = (workspace(row, 0)?, RecordKind::Contact, contact.number);
                    texts.extend(texts::of_contact(&contact).map(|text| (key, text)));
                }
                continue;
            }
            let (kind, doc): (i64, &str) = (get(row, 2)?, get(row, 3)?);
            let kind = DOCUMENTS.into_iter().find(|each| kind_number(*each) == kind);
            let record = kind.filter(|_| !doc.is_empty()).and_then(|kind| Record::read(kind, doc).ok());
            if let Some(record) = record {
                let key = (workspace(row, 0)?, record.kind(), record.number());
                texts.extend(texts::of_record(&record).map(|text| (key, text)));
            }
        }
        let of = |value: fn(&TextKey) -> i64| texts.iter().map(|(key, _)| value(key)).collect::<Vec<_>>();
        let fill = vec![
            param(of(|key| key.0.0)),
            param(of(|key| kind_number(key.1))),
            param(of(|key| integer(key.2))),
            param(texts.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>()),
        ];
        let mark = match rows.is_empty() {
            true => Step::new(&DONE, vec![param(part)]),
            false => Step::new(&CAME_TO, vec![param(part), param(last.0), param(last.1)]),
        };
        session.run("", &[Step::new(&FILL, fill), mark], "COMMIT").await?;
    }
    Ok(())
}
