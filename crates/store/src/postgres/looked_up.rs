//! Lists for which something must be looked up first: who answers a question with yes, who has a channel, what documents
//! say.

use model::RecordKind;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::keys::key_text;
use super::pipeline::{Sql, Step, param};
use super::row::{get, unsigned};
use super::server::Session;
use super::{facets, last_changes, list, texts, values};
use crate::answers::{Answers, Channel};
use crate::backend::integer;
use crate::few::{FirstFew, Gathered, Round};
use crate::numbers::Numbers;
use crate::select::{Among, Bind, Select};
use crate::sort::Ranked;
use crate::values::{AskedRange, most_values};
use crate::{ContactQuery, DocumentPage, Documents, StoreError, WorkspaceNumber};

static OWNERS: Sql = Sql {
    text: "SELECT k.place, c.number FROM unnest($2::text[], $3::text[]) WITH ORDINALITY k (kind, value, place) \
           JOIN channels h ON h.workspace = $1 AND h.kind = k.kind AND h.value = k.value \
           JOIN contacts c ON c.workspace = $1 AND c.id = h.contact",
    types: &[Type::INT8, Type::TEXT_ARRAY, Type::TEXT_ARRAY],
};

static BY_NUMBER: Sql = Sql {
    text: "SELECT c.format, c.doc, c.last_event FROM unnest($2::bigint[]) WITH ORDINALITY k (number, place) \
           CROSS JOIN LATERAL (SELECT * FROM contacts c WHERE c.workspace = $1 AND c.number = k.number LIMIT 1) c \
           ORDER BY k.place",
    types: &[Type::INT8, Type::INT8_ARRAY],
};

static CONTACT_COUNT: Sql =
    Sql { text: "SELECT contact_count FROM heads WHERE workspace = $1", types: &[Type::INT8] };

/// Documents that are read together.
const CHUNK: usize = 1000;

/// A page: mostly one round trip for the answers and one for the contacts.
pub(super) async fn list(
    session: &Session,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
) -> Result<DocumentPage, StoreError> {
    let (mut answers, all) = answers(session, workspace, query).await?;
    if let Some(page) = first_few(session, (workspace, all), query, &mut answers).await? {
        return Ok(page);
    }
    values_of_contacts(session, workspace, query, &mut answers).await?;
    // Who is left may be so few now that the page is among the first of them.
    if query.asks_texts_of_contacts()
        && !answers.ranges.is_empty()
        && let Some(page) = first_few(session, (workspace, all), query, &mut answers).await?
    {
        return Ok(page);
    }
    texts_of_contacts(session, workspace, query, (&mut answers, None)).await?;
    answered(session, (workspace, all), query, &mut answers).await
}

/// The page as it is gathered from the first contacts that can be on it; `None` when that is not worth it.
async fn first_few(
    session: &Session,
    (workspace, all): (WorkspaceNumber, u64),
    query: &ContactQuery,
    answers: &mut Answers,
) -> Result<Option<DocumentPage>, StoreError> {
    let Some(mut few) = FirstFew::of(query, answers, all) else { return Ok(None) };
    loop {
        let round = match few.round(workspace, &list::SYNTAX) {
            Round::Known(numbers) => numbers,
            Round::Selected(select) => numbers(session, select).await?,
        };
        let only = few.among(&round);
        texts_of_contacts(session, workspace, query, (answers, Some(&only))).await?;
        let found = query.filter.numbers(RecordKind::Contact, answers).and(&only);
        let candidates: Vec<u64> = round.iter().copied().filter(|number| found.contains(*number)).collect();
        if query.filter.asks_documents(answers) {
            let reads = query.filter.reads();
            'chunks: for chunk in candidates.chunks(CHUNK) {
                query.patience.check()?;
                for contact in by_number(session, workspace, chunk, "").await?.parts(&reads)? {
                    if query.filter.holds(&contact, answers) && !few.add(contact.number) {
                        break 'chunks;
                    }
                }
            }
        } else {
            // Until it is full.
            let _ = candidates.into_iter().all(|number| few.add(number));
        }
        answers.forget_texts_of_contacts();
        match few.end(&round) {
            Gathered::Page { page, total, is_counted } => {
                let documents = by_number(session, workspace, &page, "COMMIT").await?;
                return Ok(Some(DocumentPage { documents, total, is_counted }));
            }
            Gathered::GoOn => {}
            Gathered::TooFew => return Ok(None),
        }
    }
}

/// The page, when the answers are known.
async fn answered(
    session: &Session,
    (workspace, all): (WorkspaceNumber, u64),
    query: &ContactQuery,
    answers: &mut Answers,
) -> Result<DocumentPage, StoreError> {
    let mut found = query.filter.numbers(RecordKind::Contact, answers);
    let mut ranked = Ranked::new(&query.sort, query.end(), query.behind.as_ref());
    if answers.walked.is_some() && query.is_no_walk(&found, all, answers) {
        answers.walked = None;
    }
    if query.asks_documents(answers) {
        let may = std::mem::take(&mut found);
        let candidates = query.candidates(&may);
        let enough = if candidates.is_some() { query.end() } else { usize::MAX };
        let mut candidates = candidates.unwrap_or_else(|| Box::new(may.ascending(None)));
        let (mut holds, reads) = (Vec::new(), query.reads());
        while holds.len() < enough {
            query.patience.check()?;
            let chunk: Vec<u64> = candidates.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                break;
            }
            for contact in by_number(session, workspace, &chunk, "").await?.parts(&reads)? {
                if query.filter.holds(&contact, answers) {
                    holds.push(contact.number);
                    ranked.add(&contact);
                }
            }
        }
        if enough < usize::MAX {
            holds.truncate(enough);
            let skip = usize::try_from(query.offset).unwrap_or(usize::MAX);
            let page: Vec<u64> = holds.iter().copied().skip(skip).collect();
            let documents = by_number(session, workspace, &page, "COMMIT").await?;
            return Ok(DocumentPage { documents, total: holds.len() as u64, is_counted: false });
        }
        found = holds.into_iter().collect();
    }
    let total = found.len();
    let numbers = if query.ranks_documents(answers) {
        let skip = usize::try_from(query.offset).unwrap_or(usize::MAX);
        ranked.finish().into_iter().skip(skip).collect()
    } else if let Some(numbers) = query.page_of(&found) {
        numbers
    } else {
        let among = match query.filter.is_all() {
            true => Among::All,
            false if answers.walked.is_some() => Among::Many(Bind::Bytes(found.dense())),
            false => Among::of(&found, query, all),
        };
        if query.sort.is_empty() {
            let select = Select::of(workspace, query, among, &list::SYNTAX);
            let documents = list::page(session, &select, "COMMIT").await?;
            return Ok(DocumentPage::counted(documents, total));
        }
        let select = match answers.walked {
            Some(indexed) => Select::walk((workspace, indexed.index.number), query, among, &list::SYNTAX),
            None => Select::sorted(workspace, query, (among, answers), &list::SYNTAX),
        };
        numbers(session, select).await?
    };
    let documents = by_number(session, workspace, &numbers, "COMMIT").await?;
    Ok(DocumentPage::counted(documents, total))
}

/// The numbers of contacts that a statement yields. Within a transaction.
async fn numbers(session: &Session, Select { page, binds }: Select) -> Result<Vec<u64>, StoreError> {
    let types = list::types(&binds);
    let rows = session.run(list::PLANNED_EACH, &[list::step(&page, &types, &binds).once()], "").await?;
    rows.iter().flatten().map(|row| unsigned(row, 0)).collect()
}

/// What a query needs to know, but for the values and texts of contacts, and how many contacts there are. Begins the
/// transaction that all of it is read in.
async fn answers(
    session: &Session,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
) -> Result<(Answers, u64), StoreError> {
    let questions: Vec<Uuid> = query.questions().into_iter().collect();
    let channels: Vec<Channel> = query.filter.channels();
    let mut steps = vec![
        Step::new(&facets::ANSWERS, vec![param(workspace.0), param(questions)]),
        Step::new(&CONTACT_COUNT, vec![param(workspace.0)]),
    ];
    if !channels.is_empty() {
        let kinds: Vec<_> = channels.iter().map(|(kind, _)| key_text(kind.as_str())).collect();
        let values: Vec<_> = channels.iter().map(|(_, value)| key_text(value)).collect();
        steps.push(Step::new(&OWNERS, vec![param(workspace.0), param(kinds), param(values)]));
    }
    let rows = session.run(list::BEGIN_READING, &steps, "").await?;
    let mut rows = rows.into_iter();
    let facets = facets::read(&rows.next().unwrap_or_default())?;
    let counted = rows.next().unwrap_or_default();
    let all = counted.first().map_or(Ok(0), |row| unsigned(row, 0))?;
    let mut owners: Vec<Vec<u64>> = vec![Vec::new(); channels.len()];
    for row in rows.next().unwrap_or_default() {
        let place = usize::try_from(get::<i64>(&row, 0)? - 1).ok();
        if let Some(owners) = place.and_then(|place| owners.get_mut(place)) {
            owners.push(unsigned(&row, 1)?);
        }
    }
    let owners = owners.into_iter().map(|numbers| numbers.into_iter().collect::<Numbers>());
    let mut answers =
        Answers { facets, channels: channels.iter().cloned().zip(owners).collect(), ..Answers::default() };
    answers.tell_numbers(&query.filter);
    if let Some(indexed) = query.walked()
        && values::is_filled(session, workspace, indexed.index.number).await?
    {
        answers.walked = Some(indexed);
    }
    for asked in query.filter.texts().into_iter().filter(|asked| !asked.kind.is_contact()) {
        let among = query.filter.bound(&answers);
        let numbers = texts::contacts(session, workspace, (&asked, among.as_ref()), query.patience).await?;
        answers.texts.insert(asked, numbers);
    }
    Ok((answers, all))
}

/// What else it needs to know: who has its values, and changed when.
async fn values_of_contacts(
    session: &Session,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
    answers: &mut Answers,
) -> Result<(), StoreError> {
    for range in query.filter.ranges() {
        let bound = query.filter.bound(answers);
        let found = match &range {
            AskedRange::Values(range) => {
                values::find(session, workspace, range, most_values(bound.as_ref())).await?
            }
            // Who has a number is known already.
            AskedRange::Numbered(_) => None,
            AskedRange::Changed(range) => {
                last_changes::find(session, workspace, *range, bound.as_ref()).await?
            }
        };
        if let Some(numbers) = found {
            answers.ranges.insert(range, numbers);
        }
        query.patience.check()?;
    }
    Ok(())
}

/// And who has its texts, among these contacts if only they matter.
async fn texts_of_contacts(
    session: &Session,
    workspace: WorkspaceNumber,
    query: &ContactQuery,
    (answers, only): (&mut Answers, Option<&Numbers>),
) -> Result<(), StoreError> {
    for asked in query.filter.texts().into_iter().filter(|asked| asked.kind.is_contact()) {
        let among = query.filter.bound_among(answers, only);
        let numbers = texts::contacts(session, workspace, (&asked, among.as_ref()), query.patience).await?;
        answers.texts.insert(asked, numbers);
    }
    Ok(())
}

/// The contacts with these numbers, in this order.
async fn by_number(
    session: &Session,
    workspace: WorkspaceNumber,
    numbers: &[u64],
    last: &str,
) -> Result<Documents, StoreError> {
    let numbers: Vec<i64> = numbers.iter().map(|number| integer(*number)).collect();
    let step = Step::new(&BY_NUMBER, vec![param(workspace.0), param(numbers)]);
    let rows = session.run("", &[step], last).await?;
    list::documents_with_events(rows.first().map_or(&[], Vec::as_slice), 2)
}
