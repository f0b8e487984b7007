//! Checking a whole database: that contacts, look-ups and events agree.

use std::collections::HashMap;

use model::RecordKind;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::keys::channels;
use super::pipeline::{Sql, param};
use super::row::{contact, get, unsigned, workspace};
use super::save::AliasRow;
use super::server::Session;
use super::{facets, last_changes, last_events, texts, values};
use crate::answer_rows;
use crate::backend::{AliasKind, DOCUMENTS};
use crate::last_changes::{ChangedIn, InstantRange};
use crate::recount::{RecordRow, Recount, compare_keys, lost_alias};
use crate::sort::StoredKeys;
use crate::{StoreError, Verified, WorkspaceNumber, document};

/// Contacts that are looked at together.
const CHUNK: i64 = 1000;

static CONTACTS: Sql = Sql {
    text: "SELECT c.workspace, c.id, c.format, c.doc, e.record = c.id, (e.doc::json ->> 'revision')::bigint, \
           k.created_at, k.first_name, k.last_name, c.last_event \
           FROM contacts c LEFT JOIN events e ON e.workspace = c.workspace AND e.seq = c.last_event \
           LEFT JOIN sort_keys k ON k.workspace = c.workspace AND k.number = c.number \
           WHERE (c.workspace, c.id) > ($1, $2) ORDER BY c.workspace, c.id LIMIT $3",
    types: &[Type::INT8, Type::UUID, Type::INT8],
};

static CATALOGS: Sql = Sql { text: "SELECT workspace, doc FROM catalogs", types: &[] };

static COUNTS: Sql =
    Sql { text: "SELECT workspace, contact_count, last_event FROM heads ORDER BY workspace", types: &[] };

static LOST_ALIASES: Sql = Sql {
    text: "SELECT k.place FROM unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[]) \
           WITH ORDINALITY k (workspace, dialect, alias, id, place) \
           LEFT JOIN aliases a ON a.workspace = k.workspace AND a.kind = $5 AND a.dialect = k.dialect \
           AND a.alias = k.alias AND a.id = k.id WHERE a.id IS NULL",
    types: &[Type::INT8_ARRAY, Type::TEXT_ARRAY, Type::TEXT_ARRAY, Type::UUID_ARRAY, Type::INT8],
};

static LOST_CHANNELS: Sql = Sql {
    text: "SELECT k.place FROM unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[]) \
           WITH ORDINALITY k (workspace, kind, value, contact, place) \
           LEFT JOIN channels c ON c.workspace = k.workspace AND c.kind = k.kind AND c.value = k.value \
           AND c.contact = k.contact WHERE c.contact IS NULL",
    types: &[Type::INT8_ARRAY, Type::TEXT_ARRAY, Type::TEXT_ARRAY, Type::UUID_ARRAY],
};

/// How many events each workspace has, beside what its counter says. Reads all of them, so no time limit holds.
const EVENT_COUNTS: &str =
    "SELECT workspace, count(*), coalesce(max(seq), 0) FROM events GROUP BY workspace ORDER BY workspace";

const BROKEN_CHAIN: &str = "SELECT e.seq FROM events e \
     LEFT JOIN events p ON p.workspace = e.workspace AND p.seq = e.previous \
     WHERE e.previous IS NOT NULL AND (p.record IS NULL OR p.record <> e.record OR p.seq >= e.seq) LIMIT 1";

const LOST_REQUEST: &str = "SELECT r.event FROM requests r \
     LEFT JOIN events e ON e.workspace = r.workspace AND e.seq = r.event + r.events - 1 \
     WHERE r.event IS NOT NULL AND e.seq IS NULL LIMIT 1";

/// One that came when its request was being forgotten may be left for a while.
const MISPLACED_ANSWER: &str = "SELECT a.place FROM answers a JOIN requests r ON r.place = a.place \
     WHERE r.step <> 0 OR r.workspace <> a.workspace LIMIT 1";

/// Here whole tables are read, unlike everywhere else.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
                     SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; \
                     SET LOCAL enable_bitmapscan = on; SET LOCAL plan_cache_mode = auto";

pub(super) async fn verify(session: &Session) -> Result<Verified, StoreError> {
    let mut verified = Verified::default();
    session.run(BEGIN, &[], "").await?;
    let mut recount = Recount::default();
    for row in session.query(&CATALOGS, Vec::new()).await? {
        recount.add_catalog(workspace(&row, 0)?, &document::read("catalog", get(&row, 1)?)?);
    }
    let counts = contacts(session, &mut verified, &mut recount).await?;
    records(session, &mut verified, &mut recount).await?;
    facets::each(session, |key, stored| recount.compare(key, stored, &mut verified)).await?;
    if texts::are_made(session).await? {
        texts::each(session, |key, text| recount.compare_text(key, text, &mut verified)).await?;
        recount.finish_texts(&mut verified);
    }
    values::each(session, |row| recount.compare_value(&row, &mut verified)).await?;
    recount.finish_values(&values::indexes(session).await?, &mut verified);
    counters(session, &counts, &mut verified, &mut recount).await?;
    recount.finish(&mut verified);
    let broken = session.ask(BROKEN_CHAIN, &[]).await?;
    if let Some(row) = broken.first() {
        verified.fault(format!("event {} does not follow an event of its record", unsigned(row, 0)?));
    }
    if let Some(row) = session.ask(LOST_REQUEST, &[]).await?.first() {
        verified
            .fault(format!("a request names the events from {} on, which are not there", unsigned(row, 0)?));
    }
    if let Some(row) = session.ask(MISPLACED_ANSWER, &[]).await?.first() {
        verified.fault(format!("answer {} belongs to no request", get::<i64>(row, 0)?));
    }
    packs(session, &mut verified).await?;
    session.run("", &[], "COMMIT").await?;
    Ok(verified)
}

/// Every contact can be read, its last event is the one that made it what it is, and its look-ups lead to it.
async fn contacts(
    session: &Session,
    verified: &mut Verified,
    recount: &mut Recount,
) -> Result<HashMap<i64, u64>, StoreError> {
    let mut counts: HashMap<i64, u64> = HashMap::new();
    let mut after = (i64::MIN, Uuid::nil());
    loop {
        let rows = session.query(&CONTACTS, vec![param(after.0), param(after.1), param(CHUNK)]).await?;
        let Some(last) = rows.last() else { break };
        after = (get(last, 0)?, get(last, 1)?);
        let mut found = Vec::new();
        for row in &rows {
            *counts.entry(get(row, 0)?).or_default() += 1;
            recount.add_last(workspace(row, 0)?, unsigned(row, 9)?);
            found.extend(read(row, verified)?);
        }
        look_ups(session, &found, verified).await?;
        for (workspace, contact) in &found {
            recount.add_contact(*workspace, contact);
        }
    }
    Ok(counts)
}

static PACKS: Sql = Sql {
    text: "SELECT a.workspace, a.place, a.body FROM answers a \
           WHERE (a.workspace, a.place) > ($1, $2) AND a.first IS NOT NULL ORDER BY a.workspace, a.place LIMIT $3",
    types: &[Type::INT8, Type::INT8, Type::INT8],
};

/// Every pack of answers can be read.
async fn packs(session: &Session, verified: &mut Verified) -> Result<(), StoreError> {
    let mut after = (i64::MIN, i64::MIN);
    loop {
        let rows = session.query(&PACKS, vec![param(after.0), param(after.1), param(CHUNK)]).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = (get(last, 0)?, get(last, 1)?);
        for row in &rows {
            answer_rows::check(get(row, 1)?, get(row, 2)?, verified);
        }
    }
}

static RECORDS: Sql = Sql {
    text: "SELECT r.workspace, r.id, r.kind, r.number, r.sort, r.doc, e.record = r.id, \
           (e.doc::json ->> 'revision')::bigint \
           FROM records r LEFT JOIN events e ON e.workspace = r.workspace AND e.seq = r.last_event \
           WHERE (r.workspace, r.id, r.kind) > ($1, $2, $3) ORDER BY r.workspace, r.id, r.kind LIMIT $4",
    types: &[Type::INT8, Type::UUID, Type::INT8, Type::INT8],
};

/// Every record beside contacts can be read, is what its last event made it, and is found by its aliases; also where
/// the history ends of what was deleted or stands in the catalog.
async fn records(
    session: &Session,
    verified: &mut Verified,
    recount: &mut Recount,
) -> Result<(), StoreError> {
    let mut after = (i64::MIN, Uuid::nil(), i64::MIN);
    loop {
        let key = vec![param(after.0), param(after.1), param(after.2), param(CHUNK)];
        let rows = session.query(&RECORDS, key).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = (get(last, 0)?, get(last, 1)?, get(last, 2)?);
        let mut found = Vec::new();
        for row in &rows {
            let row = record_row(row)?;
            found.extend(row.check(verified, recount).map(|record| (row.workspace, record)));
        }
        for kind in DOCUMENTS {
            let of_kind = found.iter().filter(|(_, record)| record.kind() == kind);
            let aliases: Vec<_> = of_kind
                .flat_map(|(workspace, record)| {
                    let pairs = record.aliases().pairs();
                    pairs.map(|(dialect, alias)| (*workspace, dialect.as_str(), alias, record.id()))
                })
                .collect();
            for (_, dialect, alias, id) in lost(session, AliasKind::Record(kind), &aliases).await? {
                verified.fault(lost_alias(dialect, alias, kind, id));
            }
        }
    }
}

fn record_row(row: &Row) -> Result<RecordRow, StoreError> {
    Ok(RecordRow {
        workspace: workspace(row, 0)?,
        id: get(row, 1)?,
        kind: get(row, 2)?,
        number: get::<Option<i64>>(row, 3)?.map(i64::unsigned_abs),
        sort: get(row, 4)?,
        doc: get(row, 5)?,
        is_own_event: get::<Option<bool>>(row, 6)? == Some(true),
        event_revision: get::<Option<i64>>(row, 7)?.map(i64::unsigned_abs),
    })
}

/// Those of the aliases that do not lead where they should.
async fn lost<'a>(
    session: &Session,
    kind: AliasKind,
    aliases: &[AliasRow<'a>],
) -> Result<Vec<AliasRow<'a>>, StoreError> {
    let Some(step) = super::save::aliases(&LOST_ALIASES, kind, aliases) else { return Ok(Vec::new()) };
    let mut lost = Vec::new();
    for row in session.run("", &[step], "").await?.into_iter().flatten() {
        let place = usize::try_from(get::<i64>(&row, 0)? - 1).ok();
        lost.extend(place.and_then(|place| aliases.get(place)).copied());
    }
    Ok(lost)
}

fn read(row: &Row, verified: &mut Verified) -> Result<Option<(WorkspaceNumber, model::Contact)>, StoreError> {
    let id: Uuid = get(row, 1)?;
    verified.contacts += 1;
    let contact = match contact(row, 2, 3)?.read() {
        Ok(contact) => contact,
        Err(fault) => {
            verified.fault(format!("contact {id} cannot be read: {fault}"));
            return Ok(None);
        }
    };
    let revision = get::<Option<i64>>(row, 5)?.map(i64::unsigned_abs);
    if get::<Option<bool>>(row, 4)? != Some(true) {
        verified.fault(format!("contact {id} names a last event that is not its own"));
    } else if revision != Some(contact.revision) {
        verified.fault(format!("contact {id} does not have the revision of its last event"));
    }
    let keys = match get(row, 6)? {
        Some(created_at) => {
            Some(StoredKeys { created_at, first_name: get(row, 7)?, last_name: get(row, 8)? })
        }
        None => None,
    };
    compare_keys(&contact, keys.as_ref(), verified);
    Ok(Some((workspace(row, 0)?, contact)))
}

async fn look_ups(
    session: &Session,
    contacts: &[(WorkspaceNumber, model::Contact)],
    verified: &mut Verified,
) -> Result<(), StoreError> {
    let mut aliases = Vec::new();
    let mut keys = Vec::new();
    for (workspace, contact) in contacts {
        let pairs = contact.leading_ids();
        aliases.extend(pairs.map(|(dialect, alias)| (*workspace, dialect.as_str(), alias, contact.id.0)));
        let channels = contact.channels.iter();
        keys.extend(
            channels
                .map(|each| ((*workspace, each.kind.clone(), each.value.to_string()), each.id, contact.id.0)),
        );
    }
    for (_, dialect, alias, id) in lost(session, AliasKind::Contact, &aliases).await? {
        verified.fault(lost_alias(dialect, alias, RecordKind::Contact, id));
    }
    let [workspaces, kinds, values] = channels(keys.iter().map(|(key, ..)| key));
    let owners: Vec<Uuid> = keys.iter().map(|(.., id)| *id).collect();
    for row in session.query(&LOST_CHANNELS, vec![workspaces, kinds, values, param(owners)]).await? {
        if let Some((_, channel, id)) =
            usize::try_from(get::<i64>(&row, 0)? - 1).ok().and_then(|n| keys.get(n))
        {
            verified.fault(format!("channel {channel} does not lead to contact {id}"));
        }
    }
    Ok(())
}

/// The workspaces' counters are right, and their events are numbered without a gap.
async fn counters(
    session: &Session,
    contacts: &HashMap<i64, u64>,
    verified: &mut Verified,
    recount: &mut Recount,
) -> Result<(), StoreError> {
    let mut events: HashMap<i64, (u64, u64)> = HashMap::new();
    for row in session.ask(EVENT_COUNTS, &[]).await? {
        verified.events += unsigned(&row, 1)?;
        events.insert(get(&row, 0)?, (unsigned(&row, 1)?, unsigned(&row, 2)?));
    }
    for row in session.query(&COUNTS, Vec::new()).await? {
        let (workspace, counted, last_event): (i64, u64, u64) =
            (get(&row, 0)?, unsigned(&row, 1)?, unsigned(&row, 2)?);
        let found = contacts.get(&workspace).copied().unwrap_or(0);
        if found != counted {
            verified.fault(format!("workspace {workspace} counts {counted} contacts and has {found}"));
        }
        let workspace_number = WorkspaceNumber(workspace);
        let not_noted = last_events::ends(session, workspace_number).await?.unwrap_or(0..0);
        let last = last_events::all(session, workspace_number, not_noted, u64::MAX).await?;
        let last = last.unwrap_or_default();
        recount.compare_last(workspace_number, &last.events, verified);
        let see = |change| recount.compare_change(workspace_number, change, verified);
        let changed = ChangedIn { range: InstantRange::ALL, last: &last.events, see };
        last_changes::each(session, workspace_number, &last.changes, changed).await?;
        let (count, last) = events.get(&workspace).copied().unwrap_or_default();
        if count != last_event || last != last_event {
            verified.fault(format!(
                "workspace {workspace} counts {last_event} events and has {count}, numbered up to {last}"
            ));
        }
    }
    recount.finish_changes(verified);
    Ok(())
}
