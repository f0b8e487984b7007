//! Lists of contacts.

use std::sync::Arc;

use model::{ChannelKind, Contact};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::keys::key_text;
use super::pipeline::{Sql, Step, param};
use super::row::{get, unsigned};
use super::server::Session;
use super::{last_events, looked_up};
use crate::select::{Among, Bind, LogPart, Select, Syntax};
use crate::{ContactOrder, ContactQuery, DocumentPage, Documents, StoreError, WorkspaceNumber};

/// PostgreSQL's ways to say what lists need.
pub(super) const SYNTAX: Syntax = Syntax {
    mark: '$',
    key: "c.id",
    all: "contacts c WHERE c.workspace = $1",
    name: "c.name",
    log,
    log_order: "e.seq",
    numbers: "unnest($4) n (number)",
    is_chosen,
};

/// `LATERAL`, because otherwise so few are expected to be the last event of their contact that all contacts are read.
fn log(part: LogPart<'_>) -> String {
    let part = match part {
        LogPart::All => String::new(),
        LogPart::Before(event) => format!(" AND e.seq < {event}"),
        LogPart::After(event) => format!(" AND e.seq > {event}"),
    };
    format!(
        "events e CROSS JOIN LATERAL (SELECT * FROM contacts c WHERE c.workspace = e.workspace AND c.id = e.record \
         AND c.last_event = e.seq LIMIT 1) c WHERE e.workspace = $1{part}"
    )
}

/// The same for pages of the contacts themselves.
const DOCUMENTS: Syntax = Syntax { key: "c.format, c.doc, c.number", ..SYNTAX };

/// Whether a number is one of those whose bits are a bound value.
pub(super) fn is_chosen(bits: &str, number: &str) -> String {
    format!(
        "CASE WHEN {number} < 8 * octet_length({bits})::bigint THEN get_bit({bits}, {number}) = 1 ELSE FALSE END"
    )
}

/// For statements that see one state together.
pub(super) const BEGIN_READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// How a page is found best depends on how much of the list it is: so it is planned when that is known.
pub(super) const PLANNED_EACH: &str = "SET LOCAL plan_cache_mode = auto; SET LOCAL enable_bitmapscan = on";

/// The same, for a list that takes one statement.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
                     SET LOCAL plan_cache_mode = auto; SET LOCAL enable_bitmapscan = on";

pub(super) async fn list(
    session: &Session,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
) -> Result<DocumentPage, StoreError> {
    if !query.is_plain() || query.is_far_by_number() {
        return looked_up::list(session, workspace, query).await;
    }
    match query.order {
        ContactOrder::Oldest | ContactOrder::Newest => by_number(session, workspace, query).await,
        ContactOrder::LastUpdated | ContactOrder::FirstUpdated => {
            if query.is_far_down(u64::MAX)
                && let Some(page) = last_events::page(session, workspace, query).await?
            {
                return Ok(page);
            }
            all(session, workspace, query, (BEGIN, "COMMIT")).await
        }
        // An index has this order, so that there is nothing to plan each time.
        ContactOrder::Name | ContactOrder::NameDescending => all(session, workspace, query, ("", "")).await,
    }
}

/// In the orders by number the index leads to the contacts of the page one after the other: one look-up instead of
/// one for each. What order a join keeps, the database does not promise: so they are sorted here.
async fn by_number(
    session: &Session,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
) -> Result<DocumentPage, StoreError> {
    let select = Select::of(workspace, query, Among::All, &DOCUMENTS);
    let page = format!(
        "SELECT c.format, c.doc, h.contact_count, 0::bigint, c.number \
         FROM heads h LEFT JOIN LATERAL ({}) c ON true WHERE h.workspace = $1",
        select.page
    );
    let rows = session.run("", &[step(&page, &types(&select.binds), &select.binds)], "").await?;
    let mut page: Vec<(Option<i64>, Row)> =
        rows.into_iter().flatten().map(|row| Ok((get(&row, 4)?, row))).collect::<Result<_, StoreError>>()?;
    page.sort_unstable_by_key(|(number, _)| *number);
    if query.order == ContactOrder::Newest {
        page.reverse();
    }
    counted(page.into_iter().map(|(_, row)| row).collect())
}

/// The contacts of a page: first the keys, then the documents, so that sorting and skipping need not carry documents
/// along.
pub(super) async fn page(session: &Session, select: &Select, last: &str) -> Result<Documents, StoreError> {
    let page = format!(
        "SELECT c.format, c.doc, c.last_event FROM unnest(ARRAY({})) WITH ORDINALITY k (id, place) \
         JOIN contacts c ON c.workspace = $1 AND c.id = k.id ORDER BY k.place",
        select.page
    );
    let rows =
        session.run(PLANNED_EACH, &[step(&page, &types(&select.binds), &select.binds).once()], last).await?;
    documents_with_events(rows.first().map_or(&[], Vec::as_slice), 2)
}

/// Without a filter the total is known, so that one statement does. Few different ones are asked, so they are kept.
/// `LATERAL`, because otherwise a plan that was made while there were few contacts would read all of them.
async fn all(
    session: &Session,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
    (begin, commit): (&str, &str),
) -> Result<DocumentPage, StoreError> {
    let select = Select::of(workspace, query, Among::All, &SYNTAX);
    let page = format!(
        "SELECT c.format, c.doc, h.contact_count, c.last_event FROM heads h LEFT JOIN \
         (unnest(ARRAY({})) WITH ORDINALITY k (id, place) CROSS JOIN LATERAL \
         (SELECT * FROM contacts c WHERE c.workspace = $1 AND c.id = k.id LIMIT 1) c) \
         ON true WHERE h.workspace = $1 ORDER BY k.place",
        select.page
    );
    let rows = session.run(begin, &[step(&page, &types(&select.binds), &select.binds)], commit).await?;
    counted(rows.into_iter().flatten().collect())
}

/// A page, from rows of format, document, the total of the list and the last event.
fn counted(mut rows: Vec<Row>) -> Result<DocumentPage, StoreError> {
    let total = rows.first().map_or(Ok(0), |row| unsigned(row, 2))?;
    // A page without contacts is a row without one.
    rows.retain(|row| !matches!(row.try_get(0), Ok(None::<i64>)));
    Ok(DocumentPage::counted(documents_with_events(&rows, 3)?, total))
}

static BY_CHANNEL: Sql = Sql {
    text: "SELECT c.format, c.doc FROM channels h CROSS JOIN LATERAL (\
           SELECT * FROM contacts c WHERE c.workspace = h.workspace AND c.id = h.contact LIMIT 1) c \
           WHERE h.workspace = $1 AND h.kind = $2 AND h.value = $3 ORDER BY h.contact LIMIT $4",
    types: &[Type::INT8, Type::TEXT, Type::TEXT, Type::INT8],
};

pub(super) async fn by_channel(
    session: &Session,
    workspace: WorkspaceNumber,
    kind: &ChannelKind,
    value: &str,
    limit: u32,
) -> Result<Vec<Arc<Contact>>, StoreError> {
    let params = vec![
        param(workspace.0),
        param(key_text(kind.as_str())),
        param(key_text(value)),
        param(i64::from(limit)),
    ];
    documents(&session.query(&BY_CHANNEL, params).await?)?.contacts()
}

/// Contacts, from the columns `format` and `doc`.
pub(super) fn documents(rows: &[Row]) -> Result<Documents, StoreError> {
    let mut documents = Documents::of(rows.len());
    for row in rows {
        documents.push(get(row, 0)?, get(row, 1)?);
    }
    Ok(documents)
}

/// The same with their last events, from this column.
pub(super) fn documents_with_events(rows: &[Row], event: usize) -> Result<Documents, StoreError> {
    let mut documents = Documents::of(rows.len());
    for row in rows {
        documents.push_with_event(get(row, 0)?, get(row, 1)?, unsigned(row, event)?);
    }
    Ok(documents)
}

pub(super) fn step<'s>(text: &'s str, types: &'s [Type], binds: &'s [Bind]) -> Step<'s> {
    let params = binds.iter().map(|bind| match bind {
        Bind::Integer(number) => param(*number),
        Bind::Integers(numbers) => param(numbers.as_slice()),
        Bind::Bytes(bytes) => param(bytes.as_slice()),
        Bind::Text(text) => param(text.as_str()),
    });
    Step::made(text, types, params.collect())
}

pub(super) fn types(binds: &[Bind]) -> Vec<Type> {
    let of = |bind: &Bind| match bind {
        Bind::Integer(_) => Type::INT8,
        Bind::Integers(_) => Type::INT8_ARRAY,
        Bind::Bytes(_) => Type::BYTEA,
        Bind::Text(_) => Type::TEXT,
    };
    binds.iter().map(of).collect()
}
