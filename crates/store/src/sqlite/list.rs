//! Lists of contacts.

use model::{ChannelKind, Contact, Reads, RecordKind};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::{event_row, facets, last_events};
use crate::answers::Answers;
use crate::backend::integer;
use crate::few::{FirstFew, Gathered, Round};
use crate::select::{Among, Bind, Select, Syntax};
use crate::sort::Ranked;
use crate::{ContactOrder, ContactQuery, DocumentPage, Documents, StoreError, WorkspaceNumber, document};

/// SQLite's ways to say what lists need.
pub(crate) const SYNTAX: Syntax = Syntax {
    mark: '?',
    key: "c.row",
    all: "contacts c WHERE c.workspace = ?1",
    name: "c.name",
    log: event_row::log,
    log_order: "e.row",
    numbers: "(SELECT value AS number FROM json_each(?4)) n",
    is_chosen: |bits, number| format!("is_chosen({bits}, {number})"),
};

/// The same for pages of the contacts themselves.
const DOCUMENTS: Syntax = Syntax { key: "c.format, c.doc", ..SYNTAX };

pub(super) fn list(
    connection: &Connection,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
) -> Result<DocumentPage, StoreError> {
    if !query.is_plain() || query.is_far_by_number() {
        return looked_up(connection, workspace, query);
    }
    if query.offset > 0 || query.order == ContactOrder::FirstUpdated {
        let total = contact_count(connection, workspace)?;
        if query.is_far_down(total)
            && let Some(page) = last_events::page(connection, workspace, query)?
        {
            return Ok(DocumentPage::counted(page, total));
        }
        if let Some(nearer) = query.nearer_end(total) {
            let documents = plain(connection, workspace, &nearer)?.reversed();
            return Ok(DocumentPage::counted(documents, total));
        }
    }
    let documents = plain(connection, workspace, query)?;
    let on_page = documents.len() as u64;
    let is_whole = query.after().is_none() && query.behind.is_none();
    let is_end = is_whole && on_page < u64::from(query.limit) && (on_page > 0 || query.offset == 0);
    let total = if is_end { query.offset + on_page } else { contact_count(connection, workspace)? };
    Ok(DocumentPage::counted(documents, total))
}

/// A page of a list for which nothing must be looked up.
fn plain(
    connection: &Connection,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
) -> Result<Documents, StoreError> {
    match query.order {
        ContactOrder::Oldest | ContactOrder::Newest => {
            met(connection, Select::of(workspace, query, Among::All, &DOCUMENTS), query.limit)
        }
        _ => page(connection, Select::of(workspace, query, Among::All, &SYNTAX)),
    }
}

/// A page of a list for which something must be looked up.
fn looked_up(
    connection: &Connection,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
) -> Result<DocumentPage, StoreError> {
    let mut answers = facets::answers(connection, workspace, query)?;
    if let Some(page) = first_few(connection, workspace, query, &mut answers)? {
        return Ok(page);
    }
    facets::values_of_contacts(connection, workspace, query, &mut answers)?;
    // Who is left may be so few now that the page is among the first of them.
    if query.asks_texts_of_contacts()
        && !answers.ranges.is_empty()
        && let Some(page) = first_few(connection, workspace, query, &mut answers)?
    {
        return Ok(page);
    }
    facets::texts_of_contacts(connection, workspace, query, (&mut answers, None))?;
    answered(connection, workspace, query, &mut answers)
}

/// The page as it is gathered from the first contacts that can be on it; `None` when that is not worth it.
fn first_few(
    connection: &Connection,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
    answers: &mut Answers,
) -> Result<Option<DocumentPage>, StoreError> {
    if !query.is_uncounted {
        return Ok(None);
    }
    let all = contact_count(connection, workspace)?;
    let Some(mut few) = FirstFew::of(query, answers, all) else { return Ok(None) };
    loop {
        let round = match few.round(workspace, &SYNTAX) {
            Round::Known(numbers) => numbers,
            Round::Selected(select) => numbers(connection, select)?,
        };
        let only = few.among(&round);
        facets::texts_of_contacts(connection, workspace, query, (answers, Some(&only)))?;
        let found = query.filter.numbers(RecordKind::Contact, answers).and(&only);
        let mut candidates = round.iter().copied().filter(|number| found.contains(*number));
        if query.filter.asks_documents(answers) {
            each(connection, workspace, (candidates, &query.filter.reads()), |contact| {
                query.patience.check()?;
                Ok(!query.filter.holds(&contact, answers) || few.add(contact.number))
            })?;
        } else {
            // Until it is full.
            let _ = candidates.all(|number| few.add(number));
        }
        answers.forget_texts_of_contacts();
        match few.end(&round) {
            Gathered::Page { page, total, is_counted } => {
                let documents = by_number(connection, workspace, page.into_iter())?;
                return Ok(Some(DocumentPage { documents, total, is_counted }));
            }
            Gathered::GoOn => {}
            Gathered::TooFew => return Ok(None),
        }
    }
}

/// The page, when the answers are known.
fn answered(
    connection: &Connection,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
    answers: &mut Answers,
) -> Result<DocumentPage, StoreError> {
    let mut found = query.filter.numbers(RecordKind::Contact, answers);
    let mut ranked = Ranked::new(&query.sort, query.end(), query.behind.as_ref());
    if answers.walked.is_some() && query.is_no_walk(&found, contact_count(connection, workspace)?, answers) {
        answers.walked = None;
    }
    if query.asks_documents(answers) {
        let may = std::mem::take(&mut found);
        let candidates = query.candidates(&may);
        let enough = if candidates.is_some() { query.end() } else { usize::MAX };
        let mut holds = Vec::new();
        let candidates = candidates.unwrap_or_else(|| Box::new(may.ascending(None)));
        each(connection, workspace, (candidates, &query.reads()), |contact| {
            if query.filter.holds(&contact, answers) {
                holds.push(contact.number);
                ranked.add(&contact);
            }
            query.patience.check()?;
            Ok(holds.len() < enough)
        })?;
        if enough < usize::MAX {
            let skip = usize::try_from(query.offset).unwrap_or(usize::MAX);
            let documents = by_number(connection, workspace, holds.iter().copied().skip(skip))?;
            return Ok(DocumentPage { documents, total: holds.len() as u64, is_counted: false });
        }
        found = holds.into_iter().collect();
    }
    let numbers = if query.ranks_documents(answers) {
        let skip = usize::try_from(query.offset).unwrap_or(usize::MAX);
        ranked.finish().into_iter().skip(skip).collect()
    } else if let Some(numbers) = query.page_of(&found) {
        numbers
    } else {
        let among = match query.filter.is_all() {
            true => Among::All,
            false if answers.walked.is_some() => Among::Many(Bind::Bytes(found.dense())),
            false => Among::of(&found, query, contact_count(connection, workspace)?),
        };
        if query.sort.is_empty() {
            let documents = page(connection, Select::of(workspace, query, among, &SYNTAX))?;
            return Ok(DocumentPage::counted(documents, found.len()));
        }
        let select = match answers.walked {
            Some(indexed) => Select::walk((workspace, indexed.index.number), query, among, &SYNTAX),
            None => Select::sorted(workspace, query, (among, answers), &SYNTAX),
        };
        numbers(connection, select)?
    };
    let documents = by_number(connection, workspace, numbers.into_iter())?;
    Ok(DocumentPage::counted(documents, found.len()))
}

/// The numbers of contacts that a statement yields.
fn numbers(connection: &Connection, Select { page, binds }: Select) -> Result<Vec<u64>, StoreError> {
    let mut statement = connection.prepare_cached(&page)?;
    let numbers = statement.query_map(params_from_iter(binds), |row| row.get(0))?;
    Ok(numbers.collect::<Result<_, _>>()?)
}

fn by_number(
    connection: &Connection,
    workspace: WorkspaceNumber,
    numbers: impl Iterator<Item = u64>,
) -> Result<Documents, StoreError> {
    let mut documents = Documents::of(numbers.size_hint().0);
    let mut statement = connection.prepare_cached(BY_NUMBER)?;
    for number in numbers {
        let key = params![workspace.0, integer(number)];
        statement.query_row(key, |row| add_with_event(&mut documents, row, row.get(2)?))?;
    }
    Ok(documents)
}

const BY_NUMBER: &str = "SELECT format, doc, last_event FROM contacts WHERE workspace = ?1 AND number = ?2";

/// The contacts with these numbers, in this order, with what is read of them, until one is the last that is wanted.
fn each(
    connection: &Connection,
    workspace: WorkspaceNumber,
    (numbers, reads): (impl Iterator<Item = u64>, &Reads),
    mut see: impl FnMut(Contact) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(BY_NUMBER)?;
    for number in numbers {
        let key = params![workspace.0, integer(number)];
        let read = |row: &Row<'_>| Ok(document::read_part(row.get(0)?, row.get_ref(1)?.as_str()?, reads));
        if !see(statement.query_row(key, read)??)? {
            break;
        }
    }
    Ok(())
}

/// The contacts of a page: first the rows, then the documents, so that sorting and skipping need not carry documents
/// along.
fn page(connection: &Connection, select: Select) -> Result<Documents, StoreError> {
    let mut statement = connection.prepare_cached(&select.page)?;
    let rows = statement.query_map(params_from_iter(select.binds), |row| row.get(0))?;
    documents(connection, &rows.collect::<Result<Vec<_>, _>>()?)
}

/// The contacts of a page to which an index leads one after the other, so that nothing is sorted.
fn met(connection: &Connection, select: Select, limit: u32) -> Result<Documents, StoreError> {
    let mut documents = Documents::of(usize::try_from(limit).unwrap_or_default());
    let mut statement = connection.prepare_cached(&select.page)?;
    let mut rows = statement.query(params_from_iter(select.binds))?;
    while let Some(row) = rows.next()? {
        add(&mut documents, row)?;
    }
    Ok(documents)
}

/// That a number (second) is among bits (first), as [`Numbers::dense`](crate::numbers::Numbers::dense) makes them.
pub(super) fn add_is_chosen(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("is_chosen", 2, flags, |arguments| {
        let bits = arguments.get_raw(0).as_blob()?;
        let number: u64 = arguments.get(1)?;
        let byte = usize::try_from(number / 8).ok().and_then(|place| bits.get(place));
        Ok(byte.is_some_and(|byte| byte >> (number % 8) & 1 == 1))
    })
}

pub(super) fn by_channel(
    connection: &Connection,
    workspace: WorkspaceNumber,
    kind: &ChannelKind,
    value: &str,
    limit: u32,
) -> Result<Documents, StoreError> {
    let sql = "SELECT c.row FROM channels h JOIN contacts c ON c.workspace = h.workspace AND c.id = h.contact \
               WHERE h.workspace = ?1 AND h.kind = ?2 AND h.value = ?3 ORDER BY h.contact LIMIT ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![workspace.0, kind.as_str(), value, limit], |row| row.get(0))?;
    documents(connection, &rows.collect::<Result<Vec<_>, _>>()?)
}

fn documents(connection: &Connection, rows: &[i64]) -> Result<Documents, StoreError> {
    let mut documents = Documents::of(rows.len());
    let sql = "SELECT format, doc, last_event FROM contacts WHERE row = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    for row in rows {
        statement.query_row([row], |row| add_with_event(&mut documents, row, row.get(2)?))?;
    }
    Ok(documents)
}

/// The same with its last event.
pub(super) fn add_with_event(documents: &mut Documents, row: &Row<'_>, event: u64) -> rusqlite::Result<()> {
    documents.push_with_event(row.get(0)?, row.get_ref(1)?.as_str()?, event);
    Ok(())
}

/// Adds a contact, from the columns `format` and `doc`.
pub(super) fn add(documents: &mut Documents, row: &Row<'_>) -> rusqlite::Result<()> {
    documents.push(row.get(0)?, row.get_ref(1)?.as_str()?);
    Ok(())
}

fn contact_count(connection: &Connection, workspace: WorkspaceNumber) -> Result<u64, StoreError> {
    let sql = "SELECT contact_count FROM workspaces WHERE number = ?1";
    let count = connection.prepare_cached(sql)?.query_row([workspace.0], |row| row.get(0)).optional()?;
    Ok(count.unwrap_or(0))
}

impl rusqlite::ToSql for Bind {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        match self {
            Self::Integer(number) => number.to_sql(),
            // What `json_each` reads.
            Self::Integers(numbers) => {
                let texts: Vec<_> = numbers.iter().map(i64::to_string).collect();
                Ok(format!("[{}]", texts.join(",")).into())
            }
            Self::Bytes(bytes) => bytes.to_sql(),
            Self::Text(text) => text.to_sql(),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::ContactId;
    use rusqlite::StatementStatus;
    use uuid::Uuid;

    use super::*;
    use crate::Behind;

    /// A page in the order of changes begins at its place, however long the log is on either side.
    #[test]
    fn the_log_is_gone_along_from_the_place_of_the_page() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::sqlite::migrate::run(&mut connection).unwrap();
        let contact = Contact::blank(ContactId(Uuid::nil()), 1, model::Timestamp::default());
        let doc = document::write("contact", &contact).unwrap();
        let many = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 5000) ";
        for sql in [
            "INSERT INTO contacts (workspace, id, number, name, last_event, format, doc) \
             SELECT 7, CAST(n AS BLOB), n, '', n, 1, ?1 FROM n",
            "INSERT INTO events (row, record, doc) SELECT (7 << 40) + n, CAST(n AS BLOB), ?1 FROM n",
        ] {
            connection.execute(&format!("{many}{sql}"), [&doc]).unwrap();
        }
        for (order, place, first) in
            [(ContactOrder::LastUpdated, 12, 11_u64), (ContactOrder::FirstUpdated, 4988, 4989)]
        {
            let behind = Some(Behind::Event(place));
            let query = ContactQuery { order, behind, limit: 10, ..ContactQuery::default() };
            let syntax = Syntax { key: "c.number", ..SYNTAX };
            let Select { page, binds } = Select::of(WorkspaceNumber(7), &query, Among::All, &syntax);
            let mut statement = connection.prepare(&page).unwrap();
            let numbers = statement.query_map(params_from_iter(binds), |row| row.get(0)).unwrap();
            let numbers: Vec<u64> = numbers.collect::<Result<_, _>>().unwrap();
            assert_eq!((numbers.len(), numbers.first()), (10, Some(&first)));
            let steps = statement.get_status(StatementStatus::VmStep);
            assert!(steps < 1000, "{order:?}: {steps} steps");
        }
    }

    #[test]
    fn documents_are_read_on_the_way_only_where_nothing_is_sorted() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::sqlite::migrate::run(&mut connection).unwrap();
        for order in [ContactOrder::Oldest, ContactOrder::Newest] {
            for after in [None, Some(5)] {
                let query = ContactQuery { order, after, limit: 50, ..ContactQuery::default() };
                let Select { page, binds } = Select::of(WorkspaceNumber(1), &query, Among::All, &DOCUMENTS);
                let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {page}")).unwrap();
                let steps = statement.query_map(params_from_iter(binds), |row| row.get(3)).unwrap();
                let steps: Vec<String> = steps.collect::<Result<_, _>>().unwrap();
                assert!(steps.len() == 1 && steps[0].contains("(workspace=?"), "{steps:?}");
            }
        }
    }
}
