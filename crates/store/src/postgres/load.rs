//! Loading records by their keys, for the writer and for readers.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use model::{Aliases, Catalog, ContactId, Dialect, RecordKind};
use serde::Deserialize;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::keys::{KEYS, channels, ids, key_params, named};
use super::pipeline::{Sql, Step, param};
use super::records;
use super::requests;
use super::row::{contact, each, event, get, place, unsigned, workspace};
use super::single;
use crate::backend::{AliasKey, Found, Head, Keys, Loaded, StoredContact, Wanted, integer};
use crate::{StoreError, WorkspaceNumber, document};

/// Events of a batch count from here until they are committed: above every number that an event ever has.
pub(super) const COUNT_FROM: u64 = 1 << 40;

/// How contacts are loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Locking {
    /// By a reader.
    None,
    /// By a writer, first of all: in the order of their ids, so that writers wait for each other in one order.
    Waiting,
    /// By a writer that holds locks already: it must not wait, because another may wait for it.
    Failing,
}

/// What is done about requests that may have been carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claims {
    /// They are looked for.
    Sought,
    /// All are taken for new: if one is not, the key of their table tells when they are saved.
    TakenForNew,
}

macro_rules! contacts {
    ($locking:literal) => {
        named!(
            0,
            "contacts",
            concat!(
                "SELECT n.way, n.place, c.workspace, c.id, c.last_event, c.format, c.doc \
                 FROM named n JOIN contacts c ON c.workspace = n.workspace AND c.id = n.id \
                 ORDER BY c.workspace, c.id ",
                $locking
            )
        )
    };
}

static CONTACTS: Sql = Sql { text: contacts!(""), types: KEYS };
static CONTACTS_WAITING: Sql = Sql { text: contacts!("FOR NO KEY UPDATE OF c"), types: KEYS };
static CONTACTS_FAILING: Sql = Sql { text: contacts!("FOR NO KEY UPDATE OF c NOWAIT"), types: KEYS };

static NUMBERING: Sql = Sql {
    text: "SELECT number FROM workspaces WHERE number = ANY($1) ORDER BY number FOR NO KEY UPDATE",
    types: &[Type::INT8_ARRAY],
};

static HEADS: Sql = Sql {
    text: "SELECT h.workspace, h.catalog_revision, w.next_number, h.contact_count, h.last_event \
           FROM heads h JOIN workspaces w ON w.number = h.workspace WHERE h.workspace = ANY($1)",
    types: &[Type::INT8_ARRAY],
};

static CATALOGS: Sql =
    Sql { text: "SELECT workspace, doc FROM catalogs WHERE workspace = ANY($1)", types: &[Type::INT8_ARRAY] };

macro_rules! deleted {
    ($locking:literal) => {
        Sql {
            text: concat!(
                "SELECT t.workspace, t.id, t.last_event FROM unnest($1::bigint[], $2::uuid[]) k (workspace, id) \
                 JOIN tombstones t ON t.workspace = k.workspace AND t.id = k.id ORDER BY t.workspace, t.id ",
                $locking
            ),
            types: &[Type::INT8_ARRAY, Type::UUID_ARRAY],
        }
    };
}

static DELETED: Sql = deleted!("");
static DELETED_WAITING: Sql = deleted!("FOR NO KEY UPDATE OF t");
static DELETED_FAILING: Sql = deleted!("FOR NO KEY UPDATE OF t NOWAIT");

/// Two writers may not both find that nobody has a channel: so they take turns for each.
static CLAIM_CHANNELS: Sql = Sql {
    text: "SELECT pg_advisory_xact_lock(key) FROM (\
           SELECT DISTINCT hashtextextended(k.kind || ' ' || k.value, k.workspace) AS key \
           FROM unnest($1::bigint[], $2::text[], $3::text[]) k (workspace, kind, value) ORDER BY key) k",
    types: &[Type::INT8_ARRAY, Type::TEXT_ARRAY, Type::TEXT_ARRAY],
};

static OWNERS: Sql = Sql {
    text: "SELECT k.place, h.contact FROM unnest($1::bigint[], $2::text[], $3::text[]) \
           WITH ORDINALITY k (workspace, kind, value, place) JOIN LATERAL (\
           SELECT contact FROM channels h WHERE h.workspace = k.workspace AND h.kind = k.kind \
           AND h.value = k.value ORDER BY contact LIMIT $4) h ON true ORDER BY k.place, h.contact",
    types: &[Type::INT8_ARRAY, Type::TEXT_ARRAY, Type::TEXT_ARRAY, Type::INT8],
};

static EVENTS: Sql = Sql {
    text: "SELECT k.place, e.previous, e.doc FROM unnest($1::bigint[], $2::bigint[]) \
           WITH ORDINALITY k (workspace, seq, place) CROSS JOIN LATERAL \
           (SELECT * FROM events e WHERE e.workspace = k.workspace AND e.seq = k.seq LIMIT 1) e",
    types: &[Type::INT8_ARRAY, Type::INT8_ARRAY],
};

/// Which part of [`Wanted`] a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Turn,
    Heads,
    Catalogs,
    Contacts,
    /// One contact, and the head of its workspace.
    Single,
    Deleted,
    Records(RecordKind),
    Kinds,
    LastNumbers,
    Counts,
    Owners,
    Events,
    Claims,
}

/// The statements that load what is wanted, and how to read their rows.
pub(super) struct Loading<'w> {
    wanted: &'w Wanted,
    is_writer: bool,
    parts: Vec<Part>,
    steps: Vec<Step<'w>>,
}

impl<'w> Loading<'w> {
    pub(super) fn new(wanted: &'w Wanted, locking: Locking, claims: Claims) -> Self {
        let is_writer = locking != Locking::None;
        let mut loading = Self { wanted, is_writer, parts: Vec::new(), steps: Vec::new() };
        if is_writer && !wanted.numbering.is_empty() {
            let mut workspaces = numbers(&wanted.numbering);
            workspaces.sort_unstable();
            loading.push(Part::Turn, &NUMBERING, vec![param(workspaces)]);
        }
        let single = if locking == Locking::Waiting { single::lock(wanted) } else { None };
        let is_single = single.is_some();
        if let Some(step) = single {
            loading.push_step(Part::Single, step);
        } else if !wanted.heads.is_empty() {
            loading.push(Part::Heads, &HEADS, vec![param(numbers(&wanted.heads))]);
        }
        if !wanted.catalogs.is_empty() {
            loading.push(Part::Catalogs, &CATALOGS, vec![param(numbers(&wanted.catalogs))]);
        }
        let (contacts, deleted) = match locking {
            Locking::None => (&CONTACTS, &DELETED),
            Locking::Waiting => (&CONTACTS_WAITING, &DELETED_WAITING),
            Locking::Failing => (&CONTACTS_FAILING, &DELETED_FAILING),
        };
        match single::read(&wanted.contacts).filter(|_| !is_writer) {
            Some(step) => loading.push_step(Part::Contacts, step),
            None if is_single => {}
            None => loading.push_keys(Part::Contacts, contacts, &wanted.contacts),
        }
        if !wanted.deleted.is_empty() {
            let (workspaces, ids) = ids(&wanted.deleted);
            loading.push(Part::Deleted, deleted, vec![param(workspaces), param(ids)]);
        }
        if is_writer && !wanted.locks.is_empty() {
            loading.parts.push(Part::Turn);
            loading.steps.push(records::lock(&wanted.locks, locking));
        }
        for (kind, keys) in &wanted.records {
            if !keys.is_empty() {
                loading.push(Part::Records(*kind), &records::RECORDS, records::keys(*kind, keys));
            }
        }
        if is_writer && !wanted.counts.is_empty() {
            loading.push_step(Part::Kinds, records::claim_kinds(&wanted.counts, locking));
        }
        if !wanted.last_numbers.is_empty() {
            loading.parts.push(Part::LastNumbers);
            loading.steps.push(records::last_numbers(&wanted.last_numbers));
        }
        if !wanted.counts.is_empty() {
            loading.push_step(Part::Counts, records::counts(&wanted.counts));
        }
        if !wanted.channels.is_empty() {
            if is_writer {
                let [workspaces, kinds, values] = channels(&wanted.channels);
                loading.push(Part::Turn, &CLAIM_CHANNELS, vec![workspaces, kinds, values]);
            }
            let [workspaces, kinds, values] = channels(&wanted.channels);
            let most = param(i64::try_from(wanted.owners_max).unwrap_or(i64::MAX));
            loading.push(Part::Owners, &OWNERS, vec![workspaces, kinds, values, most]);
        }
        if !wanted.events.is_empty() {
            let workspaces: Vec<i64> = wanted.events.iter().map(|(workspace, _)| workspace.0).collect();
            let seqs: Vec<i64> = wanted.events.iter().map(|(_, seq)| integer(*seq)).collect();
            loading.push(Part::Events, &EVENTS, vec![param(workspaces), param(seqs)]);
        }
        if !wanted.claims.is_empty() && claims == Claims::Sought {
            loading.push_step(Part::Claims, requests::claims(&wanted.claims));
        }
        loading
    }

    pub(super) fn steps(&self) -> &[Step<'w>] {
        &self.steps
    }

    /// Whether rows are locked by it, when a writer loads.
    pub(super) fn has_locks(&self) -> bool {
        self.parts.iter().any(|part| {
            matches!(part, Part::Turn | Part::Kinds | Part::Contacts | Part::Single | Part::Deleted)
        })
    }

    fn push(&mut self, part: Part, sql: &'static Sql, params: Vec<super::pipeline::Param<'w>>) {
        self.push_step(part, Step::new(sql, params));
    }

    fn push_step(&mut self, part: Part, step: Step<'w>) {
        self.parts.push(part);
        self.steps.push(step);
    }

    fn push_keys(&mut self, part: Part, sql: &'static Sql, keys: &'w Keys) {
        if !keys.is_empty() {
            self.push(part, sql, key_params(keys));
        }
    }

    /// What the rows of the steps hold.
    pub(super) fn read(self, rows: Vec<Vec<Row>>) -> Result<Loaded, StoreError> {
        let Wanted { contacts, channels, events, .. } = self.wanted;
        let mut loaded = Loaded {
            contacts: Found::empty(contacts),
            owners: vec![Vec::new(); channels.len()],
            events: events.iter().map(|_| None).collect(),
            ..Loaded::default()
        };
        for (part, rows) in self.parts.into_iter().zip(rows) {
            match part {
                Part::Turn => {}
                Part::Kinds => records::check_claimed(&rows)?,
                Part::Counts => loaded.counts = records::counted(&self.wanted.counts, &rows)?,
                Part::Heads => loaded.heads = each(&rows, |row| head(row, 0, self.is_writer))?,
                Part::Catalogs => {
                    loaded.catalogs = each(&rows, |row| {
                        Ok((workspace(row, 0)?, document::read::<Catalog>("catalog", get(row, 1)?)?))
                    })?;
                }
                Part::Contacts => loaded.contacts = stored_contacts(contacts, &rows, self.is_writer)?,
                Part::Single => {
                    // The head stands in each row, at its end.
                    loaded.heads =
                        each(rows.get(..1).unwrap_or_default(), |row| head(row, 7, self.is_writer))?;
                    let rows = rows.into_iter().filter(|row| !matches!(row.try_get(0), Ok(None::<i32>)));
                    loaded.contacts = stored_contacts(contacts, &rows.collect::<Vec<_>>(), self.is_writer)?;
                }
                Part::Deleted => {
                    loaded.deleted =
                        each(&rows, |row| Ok((workspace(row, 0)?, get(row, 1)?, unsigned(row, 2)?)))?;
                }
                Part::Records(kind) => {
                    if let Some(keys) = self.wanted.records.get(&kind) {
                        loaded.records.insert(kind, records::found(kind, keys, &rows)?);
                    }
                }
                Part::LastNumbers => {
                    let numbers = self.wanted.last_numbers.iter().zip(&rows);
                    let read = |((workspace, kind), row): (&(WorkspaceNumber, RecordKind), &Row)| {
                        Ok((*workspace, *kind, unsigned(row, 0)?))
                    };
                    loaded.last_numbers = numbers.map(read).collect::<Result<_, StoreError>>()?;
                }
                Part::Owners => {
                    for row in &rows {
                        if let Some(owners) = loaded.owners.get_mut(place(row, 0)?) {
                            owners.push(ContactId(get(row, 1)?));
                        }
                    }
                }
                Part::Claims => loaded.claims = requests::keyed(&rows)?,
                Part::Events => {
                    for row in &rows {
                        if let Some(found) = loaded.events.get_mut(place(row, 0)?) {
                            *found = Some(event(row, 1, 2)?);
                        }
                    }
                }
            }
        }
        Ok(loaded)
    }
}

fn numbers(workspaces: &[WorkspaceNumber]) -> Vec<i64> {
    workspaces.iter().map(|workspace| workspace.0).collect()
}

/// A head, from its columns. Of a writer, events count from a place of their own.
fn head(row: &Row, first: usize, is_writer: bool) -> Result<(WorkspaceNumber, Head), StoreError> {
    let head = Head {
        catalog_revision: unsigned(row, first + 1)?,
        next_number: unsigned(row, first + 2)?,
        contact_count: unsigned(row, first + 3)?,
        last_event: if is_writer { COUNT_FROM } else { unsigned(row, first + 4)? },
    };
    Ok((workspace(row, first)?, head))
}

fn stored_contacts(keys: &Keys, rows: &[Row], is_writer: bool) -> Result<Found<StoredContact>, StoreError> {
    let mut found = Found::empty(keys);
    let mut seen = HashSet::new();
    for row in rows {
        if let Some((workspace, id)) = found.name(row, &mut seen)? {
            let stored =
                StoredContact { row: 0, last_event: unsigned(row, 4)?, document: contact(row, 5, 6)? };
            found.rows.push((workspace, id, stored));
        }
    }
    if is_writer && !keys.aliases.is_empty() {
        check_aliases(keys, &found)?;
    }
    Ok(found)
}

/// The ids by which clients find a contact beside its own, of all its document.
#[derive(Deserialize)]
struct LeadingIds {
    #[serde(default)]
    aliases: Aliases,
    #[serde(default)]
    former: Aliases,
}

/// While this writer waited for a contact, another may have taken the alias from it by which it was found.
fn check_aliases(keys: &Keys, found: &Found<StoredContact>) -> Result<(), StoreError> {
    let rows: HashMap<_, _> =
        found.rows.iter().map(|(workspace, id, stored)| ((*workspace, *id), stored)).collect();
    let is_moved = |(key, id): (&AliasKey, &Option<Uuid>)| {
        let (workspace, dialect, alias): &(WorkspaceNumber, Dialect, String) = key;
        let document = &id.and_then(|id| rows.get(&(*workspace, id)))?.document;
        let ids: LeadingIds = serde_json::from_str(&document.text).ok()?;
        Some(![ids.aliases, ids.former].iter().any(|ids| ids.of(*dialect).contains(alias)))
    };
    let moved = keys.aliases.iter().zip(&found.aliases).any(|pair| is_moved(pair) == Some(true));
    if moved {
        Err(StoreError::Conflict(Arc::new(std::io::Error::other("an alias was moved"))))
    } else {
        Ok(())
    }
}
