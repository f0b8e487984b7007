//! Saving the rows of a batch.
//!
//! What other nodes seldom wait for comes first; then the workspaces' counters, which are locked from there to
//! the commit; then what holds the numbers of events.

mod lookups;

use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

pub(super) use self::lookups::{AliasRow, aliases};
use self::lookups::{PUT_DELETED_ALIASES, REMOVE_ALIASES, alias_rows};
use super::keys::ids;
use super::pipeline::{Param, Sql, Step, param};
use super::row::{get, unsigned, workspace};
use super::{facets, listen, records, requests, single, sort_keys, texts, values};
use crate::backend::{AliasKind, Committed, Delete, EventRow, HeadSave, Insert, Saves, Update, integer};
use crate::last_rows::LastRows;
use crate::once::ClaimKey;
use crate::{StoreError, WorkspaceNumber, document};

static REMOVE_CONTACTS: Sql = Sql {
    text: "DELETE FROM contacts c USING unnest($1::bigint[], $2::uuid[]) k (workspace, id) \
           WHERE c.workspace = k.workspace AND c.id = k.id",
    types: &[Type::INT8_ARRAY, Type::UUID_ARRAY],
};

static TAKE_TURN: Sql = Sql {
    text: "SELECT workspace FROM heads WHERE workspace = ANY($1) ORDER BY workspace FOR NO KEY UPDATE",
    types: &[Type::INT8_ARRAY],
};

/// Under a catalog that was replaced meanwhile, the number of the last event is null, which its column refuses.
static COUNT: Sql = Sql {
    text: "UPDATE heads h SET \
           last_event = CASE WHEN h.catalog_revision = k.revision THEN h.last_event + k.events END, \
           contact_count = h.contact_count + k.contacts, \
           catalog_revision = coalesce(k.next_revision, h.catalog_revision) \
           FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) \
           k (workspace, revision, events, contacts, next_revision) \
           WHERE h.workspace = k.workspace RETURNING h.workspace, h.last_event",
    types: &[Type::INT8_ARRAY, Type::INT8_ARRAY, Type::INT8_ARRAY, Type::INT8_ARRAY, Type::INT8_ARRAY],
};

static UPDATE_CATALOG: Sql =
    Sql { text: "UPDATE catalogs SET doc = $2 WHERE workspace = $1", types: &[Type::INT8, Type::TEXT] };

static NUMBER: Sql = Sql {
    text: "UPDATE workspaces w SET next_number = k.next_number \
           FROM unnest($1::bigint[], $2::bigint[]) k (workspace, next_number) WHERE w.number = k.workspace",
    types: &[Type::INT8_ARRAY, Type::INT8_ARRAY],
};

static UPDATE_CONTACTS: Sql = Sql {
    text: "UPDATE contacts c SET last_event = h.last_event - k.back, format = $6, doc = k.doc, \
           name = coalesce(k.name, c.name) \
           FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::text[], $5::text[]) \
           k (workspace, id, back, name, doc) JOIN heads h ON h.workspace = k.workspace \
           WHERE c.workspace = k.workspace AND c.id = k.id",
    types: &[
        Type::INT8_ARRAY,
        Type::UUID_ARRAY,
        Type::INT8_ARRAY,
        Type::TEXT_ARRAY,
        Type::TEXT_ARRAY,
        Type::INT8,
    ],
};

static INSERT_CONTACTS: Sql = Sql {
    text: "INSERT INTO contacts (workspace, id, number, last_event, format, name, doc) \
           SELECT k.workspace, k.id, k.number, h.last_event - k.back, $7, k.name, k.doc \
           FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::text[]) \
           k (workspace, id, number, back, name, doc) JOIN heads h ON h.workspace = k.workspace \
           ORDER BY k.workspace, k.number",
    types: &[
        Type::INT8_ARRAY,
        Type::UUID_ARRAY,
        Type::INT8_ARRAY,
        Type::INT8_ARRAY,
        Type::TEXT_ARRAY,
        Type::TEXT_ARRAY,
        Type::INT8,
    ],
};

static REMOVE_TOMBSTONES: Sql = Sql {
    text: "DELETE FROM tombstones t USING unnest($1::bigint[], $2::uuid[]) k (workspace, id) \
           WHERE t.workspace = k.workspace AND t.id = k.id",
    types: &[Type::INT8_ARRAY, Type::UUID_ARRAY],
};

static PUT_TOMBSTONES: Sql = Sql {
    text: "INSERT INTO tombstones (workspace, id, number, last_event) \
           SELECT k.workspace, k.id, k.number, h.last_event - k.back \
           FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[]) k (workspace, id, number, back) \
           JOIN heads h ON h.workspace = k.workspace ORDER BY k.workspace, k.id \
           ON CONFLICT (workspace, id) \
           DO UPDATE SET number = excluded.number, last_event = excluded.last_event",
    types: &[Type::INT8_ARRAY, Type::UUID_ARRAY, Type::INT8_ARRAY, Type::INT8_ARRAY],
};

/// `previous_back` is for an event of the same batch, whose number is not known here either.
static APPEND_EVENTS: Sql = Sql {
    text: "INSERT INTO events (workspace, seq, record, previous, doc) \
           SELECT k.workspace, h.last_event - k.back, k.record, \
           coalesce(k.previous, h.last_event - k.previous_back), k.doc \
           FROM unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::bigint[], $5::bigint[], $6::text[]) \
           k (workspace, back, record, previous, previous_back, doc) JOIN heads h ON h.workspace = k.workspace",
    types: &[
        Type::INT8_ARRAY,
        Type::INT8_ARRAY,
        Type::UUID_ARRAY,
        Type::INT8_ARRAY,
        Type::INT8_ARRAY,
        Type::TEXT_ARRAY,
    ],
};

/// An event of a record by what it holds, searched from the record's last one backwards.
static FIND_EVENT: Sql = Sql {
    text: "WITH RECURSIVE chain AS (\
           SELECT e.seq, e.previous, e.doc, 1 AS step FROM (\
           SELECT last_event FROM contacts WHERE workspace = $1 AND id = $2 UNION ALL \
           SELECT last_event FROM tombstones WHERE workspace = $1 AND id = $2 UNION ALL \
           SELECT last_event FROM records WHERE workspace = $1 AND id = $2) l \
           JOIN events e ON e.workspace = $1 AND e.seq = l.last_event \
           UNION ALL SELECT e.seq, e.previous, e.doc, c.step + 1 \
           FROM chain c JOIN events e ON e.workspace = $1 AND e.seq = c.previous \
           WHERE c.doc <> $3 AND c.step < 10000) \
           SELECT seq FROM chain WHERE doc = $3",
    types: &[Type::INT8, Type::UUID, Type::TEXT],
};

/// The statements that save a batch, and which of them tell the numbers that it got, and where its requests stand.
pub(super) struct Saving<'s> {
    steps: Vec<Step<'s>>,
    count: Option<usize>,
    claim: Option<usize>,
}

impl<'s> Saving<'s> {
    pub(super) fn new(saves: &'s Saves, last: &LastRows) -> Result<Self, StoreError> {
        let mut saving = Self { steps: Vec::new(), count: None, claim: None };
        if saves.is_empty() {
            return Ok(saving);
        }
        let back = Back::of(saves);
        // Of commits that were made before, so that nobody need wait for them.
        saving.steps.extend(requests::answer(&saves.answers, last));
        if let Some(step) = single::update(saves) {
            saving.steps.extend(texts::save(&saves.texts));
            saving.steps.extend(values::save(&saves.stale_values, &saves.fresh_values));
            saving.count = Some(saving.steps.len());
            saving.steps.push(step);
            saving.steps.extend(facets::save(&saves.facets));
            saving.steps.extend(sort_keys::save(&saves.sort_keys));
            saving.claims(saves, &back);
            return Ok(saving);
        }
        if saves.events.is_empty() {
            saving.claims(saves, &back);
            return Ok(saving);
        }
        saving.removed(&saves.deletes);
        saving.stale(&saves.stale);
        saving.fresh(&saves.fresh);
        // Their index takes longer than all else, and the counters are what servers wait for.
        saving.steps.extend(texts::save(&saves.texts));
        saving.steps.extend(values::save(&saves.stale_values, &saves.fresh_values));
        saving.heads(&saves.heads);
        saving.catalogs(&saves.heads)?;
        saving.steps.extend(records::save(&saves.records, |workspace, seq| back.to(workspace, seq)));
        saving.steps.extend(facets::save(&saves.facets));
        saving.steps.extend(sort_keys::save(&saves.sort_keys));
        saving.tombstones(saves, &back);
        saving.updates(&saves.updates, &back);
        saving.inserts(&saves.inserts, &back);
        saving.events(&saves.events, &back);
        saving.claims(saves, &back);
        Ok(saving)
    }

    pub(super) fn steps(&self) -> &[Step<'s>] {
        &self.steps
    }

    /// The numbers of the last events.
    pub(super) fn read(&self, rows: &[Vec<Row>]) -> Result<Committed, StoreError> {
        let counted = self.count.and_then(|place| rows.get(place));
        counted.into_iter().flatten().map(|row| Ok((workspace(row, 0)?, unsigned(row, 1)?))).collect()
    }

    /// Where the requests stand that were carried out.
    pub(super) fn places(&self, rows: &[Vec<Row>]) -> Result<Vec<(ClaimKey, i64)>, StoreError> {
        self.claim.and_then(|place| rows.get(place)).map_or(Ok(Vec::new()), |rows| requests::keyed(rows))
    }

    fn push(&mut self, sql: &'static Sql, params: Vec<Param<'s>>) {
        self.steps.push(Step::new(sql, params));
    }

    fn removed(&mut self, deletes: &[Delete]) {
        let keys: Vec<_> = deletes.iter().map(|each| (each.workspace, each.contact.id.0)).collect();
        if !keys.is_empty() {
            let (workspaces, ids) = ids(&keys);
            self.push(&REMOVE_CONTACTS, vec![param(workspaces), param(ids)]);
        }
    }

    fn heads(&mut self, heads: &[HeadSave]) {
        let of = |value: fn(&HeadSave) -> i64| heads.iter().map(value).collect::<Vec<_>>();
        let workspaces = || of(|head| head.workspace.0);
        let numbered: Vec<_> =
            heads.iter().filter_map(|head| Some((head.workspace.0, head.next_number?))).collect();
        if !numbered.is_empty() {
            let (workspaces, numbers): (Vec<i64>, Vec<i64>) =
                numbered.into_iter().map(|(workspace, number)| (workspace, integer(number))).unzip();
            self.push(&NUMBER, vec![param(workspaces), param(numbers)]);
        }
        if heads.len() > 1 {
            self.push(&TAKE_TURN, vec![param(workspaces())]);
        }
        self.count = Some(self.steps.len());
        let params = vec![
            param(workspaces()),
            param(of(|head| integer(head.catalog_revision))),
            param(of(|head| integer(head.events))),
            param(of(|head| head.contacts)),
            param(heads.iter().map(next_revision).collect::<Vec<Option<i64>>>()),
        ];
        self.push(&COUNT, params);
    }

    /// Comes when the counters are locked, so no two nodes replace a catalog at the same time.
    fn catalogs(&mut self, heads: &[HeadSave]) -> Result<(), StoreError> {
        for head in heads {
            if let Some(catalog) = &head.catalog {
                let doc = document::write("catalog", &**catalog)?;
                self.push(&UPDATE_CATALOG, vec![param(head.workspace.0), param(doc)]);
                self.steps.push(listen::tell(head.workspace));
            }
        }
        Ok(())
    }

    fn tombstones(&mut self, saves: &'s Saves, back: &Back) {
        let restored: Vec<&Insert> = saves.inserts.iter().filter(|insert| insert.was_deleted).collect();
        if !restored.is_empty() {
            let keys: Vec<_> = restored.iter().map(|each| (each.workspace, each.contact.id.0)).collect();
            let (workspaces, ids) = ids(&keys);
            self.push(&REMOVE_TOMBSTONES, vec![param(workspaces), param(ids)]);
            let aliases = restored.iter().flat_map(|each| alias_rows(each.workspace, &each.contact));
            self.aliases(&REMOVE_ALIASES, AliasKind::DeletedContact, &aliases.collect::<Vec<_>>());
        }
        if !saves.deletes.is_empty() {
            let of = |value: &dyn Fn(&Delete) -> i64| saves.deletes.iter().map(value).collect::<Vec<_>>();
            let ids: Vec<Uuid> = saves.deletes.iter().map(|each| each.contact.id.0).collect();
            let params = vec![
                param(of(&|each| each.workspace.0)),
                param(ids),
                param(of(&|each| integer(each.contact.number))),
                param(of(&|each| back.to(each.workspace, each.last_event))),
            ];
            self.push(&PUT_TOMBSTONES, params);
            let aliases = saves.deletes.iter().flat_map(|each| alias_rows(each.workspace, &each.contact));
            self.aliases(&PUT_DELETED_ALIASES, AliasKind::DeletedContact, &aliases.collect::<Vec<_>>());
        }
    }

    fn updates(&mut self, updates: &'s [Update], back: &Back) {
        if updates.is_empty() {
            return;
        }
        let workspaces: Vec<i64> = updates.iter().map(|each| each.workspace.0).collect();
        let ids: Vec<Uuid> = updates.iter().map(|each| each.id.0).collect();
        let backs: Vec<i64> = updates.iter().map(|each| back.to(each.workspace, each.last_event)).collect();
        let names: Vec<Option<&str>> = updates.iter().map(|each| each.name.as_deref()).collect();
        let docs: Vec<&str> = updates.iter().map(|each| each.doc.as_str()).collect();
        let params = vec![
            param(workspaces),
            param(ids),
            param(backs),
            param(names),
            param(docs),
            param(document::CONTACT_FORMAT),
        ];
        self.push(&UPDATE_CONTACTS, params);
    }

    fn inserts(&mut self, inserts: &'s [Insert], back: &Back) {
        if inserts.is_empty() {
            return;
        }
        let workspaces: Vec<i64> = inserts.iter().map(|each| each.workspace.0).collect();
        let ids: Vec<Uuid> = inserts.iter().map(|each| each.contact.id.0).collect();
        let numbers: Vec<i64> = inserts.iter().map(|each| integer(each.contact.number)).collect();
        let backs: Vec<i64> = inserts.iter().map(|each| back.to(each.workspace, each.last_event)).collect();
        let names: Vec<&str> = inserts.iter().map(|each| each.name.as_str()).collect();
        let docs: Vec<&str> = inserts.iter().map(|each| each.doc.as_str()).collect();
        let params = vec![
            param(workspaces),
            param(ids),
            param(numbers),
            param(backs),
            param(names),
            param(docs),
            param(document::CONTACT_FORMAT),
        ];
        self.push(&INSERT_CONTACTS, params);
    }

    fn claims(&mut self, saves: &Saves, back: &Back) {
        if let Some(step) = requests::claim(&saves.claims, |workspace, seq| back.to(workspace, seq)) {
            self.claim = Some(self.steps.len());
            self.steps.push(step);
        }
    }

    fn events(&mut self, events: &'s [EventRow], back: &Back) {
        let workspaces: Vec<i64> = events.iter().map(|each| each.workspace.0).collect();
        let backs: Vec<i64> = events.iter().map(|each| back.to(each.workspace, each.seq)).collect();
        let records: Vec<Uuid> = events.iter().map(|each| each.record).collect();
        let is_own = |seq: &u64| *seq > super::load::COUNT_FROM;
        let previous: Vec<Option<i64>> =
            events.iter().map(|each| each.previous.filter(|seq| !is_own(seq)).map(integer)).collect();
        let own = |each: &EventRow| each.previous.filter(is_own).map(|seq| back.to(each.workspace, seq));
        let own: Vec<Option<i64>> = events.iter().map(own).collect();
        let docs: Vec<&str> = events.iter().map(|each| each.doc.as_str()).collect();
        let params =
            vec![param(workspaces), param(backs), param(records), param(previous), param(own), param(docs)];
        self.push(&APPEND_EVENTS, params);
    }
}

fn next_revision(head: &HeadSave) -> Option<i64> {
    head.catalog.as_ref().map(|catalog| integer(catalog.revision))
}

/// How far events are from the last one of their workspace: the last ones, of few workspaces.
struct Back(Vec<(WorkspaceNumber, u64)>);

impl Back {
    fn of(saves: &Saves) -> Self {
        let mut last: Vec<(WorkspaceNumber, u64)> = Vec::with_capacity(saves.heads.len());
        for event in saves.events.iter().rev() {
            if !last.iter().any(|(workspace, _)| *workspace == event.workspace) {
                last.push((event.workspace, event.seq));
            }
            if last.len() == saves.heads.len() {
                break;
            }
        }
        Self(last)
    }

    fn to(&self, workspace: WorkspaceNumber, seq: u64) -> i64 {
        let last = self.0.iter().find(|(each, _)| *each == workspace);
        integer(last.map_or(seq, |(_, last)| *last).saturating_sub(seq))
    }
}

/// Finds an event that was to be saved: in each workspace the last one.
pub(super) fn find(saves: &Saves) -> Vec<(WorkspaceNumber, Step<'_>)> {
    let last = |head: &HeadSave| saves.events.iter().rev().find(|event| event.workspace == head.workspace);
    let find =
        |event: &'_ EventRow| vec![param(event.workspace.0), param(event.record), param(event.doc.clone())];
    let events = saves.heads.iter().filter_map(last);
    events.map(|event| (event.workspace, Step::new(&FIND_EVENT, find(event)))).collect()
}

/// The number of the event that was found.
pub(super) fn found(rows: &[Row]) -> Result<Option<u64>, StoreError> {
    rows.first().map(|row| Ok(get::<i64>(row, 0)?.unsigned_abs())).transpose()
}
