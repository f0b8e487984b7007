//! Checking a whole database: that contacts, look-ups and events agree.

use std::collections::HashMap;

use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::facets;
use super::load::{AliasKind, channels, contact, get, unsigned, workspace};
use super::pipeline::{Sql, param};
use super::server::Session;
use crate::recount::{Recount, compare_keys};
use crate::sort::StoredKeys;
use crate::{StoreError, Verified, WorkspaceNumber};

/// Contacts that are looked at together.
const CHUNK: i64 = 1000;

static CONTACTS: Sql = Sql {
    text: "SELECT c.workspace, c.id, c.format, c.doc, e.contact = c.id, (e.doc::json ->> 'revision')::bigint, \
           k.created_at, k.first_name, k.last_name \
           FROM contacts c LEFT JOIN events e ON e.workspace = c.workspace AND e.seq = c.last_event \
           LEFT JOIN sort_keys k ON k.workspace = c.workspace AND k.number = c.number \
           WHERE (c.workspace, c.id) > ($1, $2) ORDER BY c.workspace, c.id LIMIT $3",
    types: &[Type::INT8, Type::UUID, Type::INT8],
};

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
     WHERE e.previous IS NOT NULL AND (p.contact IS NULL OR p.contact <> e.contact OR p.seq >= e.seq) LIMIT 1";

/// Here whole tables are read, unlike everywhere else.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
                     SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; \
                     SET LOCAL enable_bitmapscan = on; SET LOCAL plan_cache_mode = auto";

pub(super) async fn verify(session: &Session) -> Result<Verified, StoreError> {
    let mut verified = Verified::default();
    session.run(BEGIN, &[], "").await?;
    let counts = contacts(session, &mut verified).await?;
    counters(session, &counts, &mut verified).await?;
    let broken = session.ask(BROKEN_CHAIN, &[]).await?;
    if let Some(row) = broken.first() {
        verified.fault(format!("event {} does not follow an event of its contact", unsigned(row, 0)?));
    }
    session.run("", &[], "COMMIT").await?;
    Ok(verified)
}

/// Every contact can be read, its last event is the one that made it what it is, and its look-ups lead to it.
async fn contacts(session: &Session, verified: &mut Verified) -> Result<HashMap<i64, u64>, StoreError> {
    let mut counts: HashMap<i64, u64> = HashMap::new();
    let mut recount = Recount::default();
    let mut after = (i64::MIN, Uuid::nil());
    loop {
        let rows = session.query(&CONTACTS, vec![param(after.0), param(after.1), param(CHUNK)]).await?;
        let Some(last) = rows.last() else { break };
        after = (get(last, 0)?, get(last, 1)?);
        let mut found = Vec::new();
        for row in &rows {
            *counts.entry(get(row, 0)?).or_default() += 1;
            found.extend(read(row, verified)?);
        }
        look_ups(session, &found, verified).await?;
        found.iter().for_each(|(workspace, contact)| recount.add(*workspace, contact));
    }
    facets::each(session, |key, stored| recount.compare(key, stored, verified)).await?;
    recount.finish(verified);
    Ok(counts)
}

fn read(row: &Row, verified: &mut Verified) -> Result<Option<(WorkspaceNumber, model::Contact)>, StoreError> {
    let id: Uuid = get(row, 1)?;
    verified.contacts += 1;
    let contact = match contact(row, 2, 3)? {
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
        let pairs = contact.aliases.pairs();
        aliases.extend(pairs.map(|(dialect, alias)| (*workspace, dialect.as_str(), alias, contact.id.0)));
        let channels = contact.channels.iter();
        keys.extend(
            channels
                .map(|each| ((*workspace, each.kind.clone(), each.value.to_string()), each.id, contact.id.0)),
        );
    }
    if let Some(step) = super::save::aliases(&LOST_ALIASES, AliasKind::Contact, &aliases) {
        for row in session.run("", &[step], "").await?.into_iter().flatten() {
            if let Some((_, dialect, alias, id)) =
                usize::try_from(get::<i64>(&row, 0)? - 1).ok().and_then(|n| aliases.get(n))
            {
                verified.fault(format!("the {dialect} id '{alias}' does not lead to contact {id}"));
            }
        }
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
        let (count, last) = events.get(&workspace).copied().unwrap_or_default();
        if count != last_event || last != last_event {
            verified.fault(format!(
                "workspace {workspace} counts {last_event} events and has {count}, numbered up to {last}"
            ));
        }
    }
    Ok(())
}
