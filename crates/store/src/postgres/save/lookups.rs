//! Saving what leads to records: aliases and channels.

use tokio_postgres::types::Type;
use uuid::Uuid;

use super::super::keys::channels;
use super::super::pipeline::{Sql, Step, param};
use super::Saving;
use crate::WorkspaceNumber;
use crate::backend::{AliasKey, AliasKind, DOCUMENTS, Lookups};

const ALIAS_COLUMNS: &[Type] =
    &[Type::INT8_ARRAY, Type::TEXT_ARRAY, Type::TEXT_ARRAY, Type::UUID_ARRAY, Type::INT8];

pub(super) static REMOVE_ALIASES: Sql = Sql {
    text: "DELETE FROM aliases a \
           USING unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[]) k (workspace, dialect, alias, id) \
           WHERE a.workspace = k.workspace AND a.kind = $5 AND a.dialect = k.dialect AND a.alias = k.alias \
           AND a.id = k.id",
    types: ALIAS_COLUMNS,
};

/// In one order, so that two writers do not wait for each other. An alias that another writer has just taken is an
/// error.
static PUT_ALIASES: Sql = Sql {
    text: "INSERT INTO aliases (workspace, kind, dialect, alias, id) SELECT workspace, $5, dialect, alias, id \
           FROM unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[]) k (workspace, dialect, alias, id) \
           ORDER BY workspace, dialect, alias",
    types: ALIAS_COLUMNS,
};

pub(super) static PUT_DELETED_ALIASES: Sql = Sql {
    text: "INSERT INTO aliases (workspace, kind, dialect, alias, id) \
           SELECT DISTINCT ON (workspace, dialect, alias) workspace, $5, dialect, alias, id \
           FROM unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[]) \
           WITH ORDINALITY k (workspace, dialect, alias, id, place) \
           ORDER BY workspace, dialect, alias, place DESC \
           ON CONFLICT (workspace, kind, dialect, alias) DO UPDATE SET id = excluded.id",
    types: ALIAS_COLUMNS,
};

static REMOVE_CHANNELS: Sql = Sql {
    text: "DELETE FROM channels c \
           USING unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[]) k (workspace, kind, value, contact) \
           WHERE c.workspace = k.workspace AND c.kind = k.kind AND c.value = k.value AND c.contact = k.contact",
    types: &[Type::INT8_ARRAY, Type::TEXT_ARRAY, Type::TEXT_ARRAY, Type::UUID_ARRAY],
};

static PUT_CHANNELS: Sql = Sql {
    text: "INSERT INTO channels (workspace, kind, value, contact) SELECT workspace, kind, value, contact \
           FROM unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[]) k (workspace, kind, value, contact) \
           ORDER BY workspace, kind, value, contact",
    types: &[Type::INT8_ARRAY, Type::TEXT_ARRAY, Type::TEXT_ARRAY, Type::UUID_ARRAY],
};

impl<'s> Saving<'s> {
    pub(super) fn stale(&mut self, stale: &'s Lookups) {
        self.aliases(&REMOVE_ALIASES, AliasKind::Contact, &borrowed(&stale.aliases));
        self.record_aliases(&REMOVE_ALIASES, stale);
        self.channels(&REMOVE_CHANNELS, stale);
    }

    pub(super) fn fresh(&mut self, fresh: &'s Lookups) {
        self.aliases(&PUT_ALIASES, AliasKind::Contact, &borrowed(&fresh.aliases));
        self.record_aliases(&PUT_ALIASES, fresh);
        self.channels(&PUT_CHANNELS, fresh);
    }

    fn record_aliases(&mut self, sql: &'static Sql, lookups: &'s Lookups) {
        for kind in DOCUMENTS {
            let of_kind = lookups.of_records.iter().filter(|(each, ..)| *each == kind);
            let rows = of_kind.map(|(_, (workspace, dialect, alias), id)| {
                (*workspace, dialect.as_str(), alias.as_str(), *id)
            });
            self.aliases(sql, AliasKind::Record(kind), &rows.collect::<Vec<_>>());
        }
    }

    fn channels(&mut self, sql: &'static Sql, lookups: &'s Lookups) {
        if !lookups.channels.is_empty() {
            let [workspaces, kinds, values] = channels(lookups.channels.iter().map(|(key, _)| key));
            let contacts: Vec<Uuid> = lookups.channels.iter().map(|(_, contact)| contact.0).collect();
            self.push(sql, vec![workspaces, kinds, values, param(contacts)]);
        }
    }

    pub(super) fn aliases(&mut self, sql: &'static Sql, kind: AliasKind, rows: &[AliasRow<'s>]) {
        if let Some(step) = aliases(sql, kind, rows) {
            self.steps.push(step);
        }
    }
}

/// An alias of a record.
pub(in crate::postgres) type AliasRow<'a> = (WorkspaceNumber, &'static str, &'a str, Uuid);

/// A step about aliases; `None` without any.
pub(in crate::postgres) fn aliases<'a>(
    sql: &'static Sql,
    kind: AliasKind,
    rows: &[AliasRow<'a>],
) -> Option<Step<'a>> {
    if rows.is_empty() {
        return None;
    }
    let workspaces: Vec<i64> = rows.iter().map(|row| row.0.0).collect();
    let dialects: Vec<&str> = rows.iter().map(|row| row.1).collect();
    let texts: Vec<&str> = rows.iter().map(|row| row.2).collect();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.3).collect();
    let params = vec![param(workspaces), param(dialects), param(texts), param(ids), param(kind.number())];
    Some(Step::new(sql, params))
}

fn borrowed(rows: &[(AliasKey, model::ContactId)]) -> Vec<AliasRow<'_>> {
    rows.iter()
        .map(|((workspace, dialect, alias), id)| (*workspace, dialect.as_str(), alias.as_str(), id.0))
        .collect()
}

pub(super) fn alias_rows(
    workspace: WorkspaceNumber,
    contact: &model::Contact,
) -> impl Iterator<Item = AliasRow<'_>> {
    let id = contact.id.0;
    contact.leading_ids().map(move |(dialect, alias)| (workspace, dialect.as_str(), alias, id))
}
