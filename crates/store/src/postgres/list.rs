//! Lists of contacts.

use std::sync::Arc;

use model::{ChannelKind, Contact};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::load::{contact, each, key_text, unsigned};
use super::looked_up;
use super::pipeline::{Sql, param};
use super::server::Session;
use crate::query::{Among, Bind, Select, Syntax};
use crate::{ContactPage, ContactQuery, StoreError, WorkspaceNumber};

/// PostgreSQL's ways to say what lists need.
pub(super) const SYNTAX: Syntax = Syntax {
    mark: '$',
    key: "c.id",
    log: "events e JOIN contacts c \
          ON c.workspace = e.workspace AND c.id = e.contact AND c.last_event = e.seq WHERE e.workspace = $1",
    log_order: "e.seq",
    numbers: "unnest($4) n (number)",
    is_chosen: |bits, number| {
        format!(
            "CASE WHEN {number} < 8 * octet_length({bits})::bigint THEN get_bit({bits}, {number}) = 1 ELSE FALSE END"
        )
    },
};

pub(super) static CONTACT_COUNT: Sql =
    Sql { text: "SELECT contact_count FROM heads WHERE workspace = $1", types: &[Type::INT8] };

pub(super) async fn list(
    session: &Session,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
) -> Result<ContactPage, StoreError> {
    if !query.is_plain() {
        return looked_up::list(session, workspace, query).await;
    }
    let select = Select::of(workspace, query, Among::All, &SYNTAX);
    session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", &[], "").await?;
    let contacts = page(session, &select).await?;
    let on_page = contacts.len() as u64;
    let is_end =
        query.after().is_none() && on_page < u64::from(query.limit) && (on_page > 0 || query.offset == 0);
    let total = if is_end { query.offset + on_page } else { total(session, workspace).await? };
    session.run("", &[], "COMMIT").await?;
    Ok(ContactPage { contacts, total })
}

/// The contacts of a page: first the keys, then the documents, so that sorting and skipping need not carry documents
/// along.
pub(super) async fn page(session: &Session, select: &Select) -> Result<Vec<Arc<Contact>>, StoreError> {
    let page = format!(
        "SELECT c.format, c.doc FROM unnest(ARRAY({})) WITH ORDINALITY k (id, place) \
         JOIN contacts c ON c.workspace = $1 AND c.id = k.id ORDER BY k.place",
        select.page
    );
    contacts(&session.ask(&page, &typed(&select.binds)).await?)
}

pub(super) fn typed(binds: &[Bind]) -> Vec<(&(dyn ToSql + Sync), Type)> {
    binds.iter().map(Bind::typed).collect()
}

static BY_CHANNEL: Sql = Sql {
    text: "SELECT c.format, c.doc FROM channels h JOIN contacts c ON c.workspace = h.workspace AND c.id = h.contact \
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
    contacts(&session.query(&BY_CHANNEL, params).await?)
}

pub(super) fn contacts(rows: &[Row]) -> Result<Vec<Arc<Contact>>, StoreError> {
    each(rows, |row| {
        let contact = contact(row, 0, 1)?;
        contact.map(Arc::new).map_err(|source| StoreError::Unreadable { what: "contact", source })
    })
}

async fn total(session: &Session, workspace: WorkspaceNumber) -> Result<u64, StoreError> {
    let rows = session.query(&CONTACT_COUNT, vec![param(workspace.0)]).await?;
    rows.first().map_or(Ok(0), |row| unsigned(row, 0))
}

impl Bind {
    fn typed(&self) -> (&(dyn ToSql + Sync), Type) {
        match self {
            Self::Integer(number) => (number, Type::INT8),
            Self::Integers(numbers) => (numbers, Type::INT8_ARRAY),
            Self::Bytes(bytes) => (bytes, Type::BYTEA),
        }
    }
}
