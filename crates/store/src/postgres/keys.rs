//! Keys of records: as parameters of statements, and whom they name.

use std::borrow::Cow;
use std::collections::HashSet;

use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::pipeline::{Param, param};
use super::row::{get, place, workspace};
use crate::backend::{ChannelKey, Found, Keys, integer};
use crate::{StoreError, WorkspaceNumber};

pub(super) const KEYS: &[Type; 7] = &[
    Type::INT8_ARRAY,
    Type::TEXT_ARRAY,
    Type::TEXT_ARRAY,
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::INT8_ARRAY,
    Type::UUID_ARRAY,
];

/// Whom each key names, in a table of records: by alias (way 0), number (1) and id (2). Materialized, because
/// otherwise PostgreSQL, which looks at a row again after it waited for its lock, may look for it under the first key
/// only, and then not find it. `OFFSET 0` keeps it from reading all aliases for each batch, which seems best to it while
/// it takes the table for empty.
macro_rules! named {
    ($kind:literal, $numbers:literal, $rest:expr) => {
        concat!(
            "WITH named AS MATERIALIZED (\
             SELECT 0 AS way, k.place, k.workspace, a.id \
             FROM unnest($1::bigint[], $2::text[], $3::text[]) \
             WITH ORDINALITY k (workspace, dialect, alias, place) \
             JOIN LATERAL (SELECT a.id FROM aliases a WHERE a.workspace = k.workspace AND a.kind = ",
            $kind,
            " AND a.dialect = k.dialect AND a.alias = k.alias OFFSET 0) a ON true \
             UNION ALL SELECT 1, k.place, k.workspace, n.id \
             FROM unnest($4::bigint[], $5::bigint[]) WITH ORDINALITY k (workspace, number, place) \
             JOIN ",
            $numbers,
            " n ON n.workspace = k.workspace AND n.number = k.number \
             UNION ALL SELECT 2, k.place, k.workspace, k.id \
             FROM unnest($6::bigint[], $7::uuid[]) WITH ORDINALITY k (workspace, id, place)) ",
            $rest
        )
    };
}

pub(super) use named;

/// The parameters of [`KEYS`].
pub(super) fn key_params(keys: &Keys) -> Vec<Param<'_>> {
    let workspaces: Vec<i64> = keys.aliases.iter().map(|(workspace, ..)| workspace.0).collect();
    let dialects: Vec<&str> = keys.aliases.iter().map(|(_, dialect, _)| dialect.as_str()).collect();
    let aliases: Vec<_> = keys.aliases.iter().map(|(.., alias)| key_text(alias)).collect();
    let of_numbers: Vec<i64> = keys.numbers.iter().map(|(workspace, _)| workspace.0).collect();
    let numbers: Vec<i64> = keys.numbers.iter().map(|(_, number)| integer(*number)).collect();
    let (of_ids, ids) = ids(&keys.ids);
    vec![
        param(workspaces),
        param(dialects),
        param(aliases),
        param(of_numbers),
        param(numbers),
        param(of_ids),
        param(ids),
    ]
}

/// Bytes of a text in an index at most. PostgreSQL indexes nothing that takes a third of a page.
const KEY_BYTES: usize = 1000;

/// A text that a client may have made up, as the database can look it up: it knows no text with a NUL, of which none
/// is stored, and no empty one leads anywhere. The end of a long one is told by a hash, which is in the database, so
/// that it must never change.
pub(super) fn key_text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        return Cow::Borrowed("");
    }
    if text.len() <= KEY_BYTES {
        return Cow::Borrowed(text);
    }
    let start = text.get(..text.floor_char_boundary(KEY_BYTES / 2)).unwrap_or_default();
    // FNV-1a of 128 bits.
    let hash = text.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    Cow::Owned(format!("{start}\u{1}{hash:032x}"))
}

pub(super) fn ids(keys: &[(WorkspaceNumber, Uuid)]) -> (Vec<i64>, Vec<Uuid>) {
    keys.iter().map(|(workspace, id)| (workspace.0, *id)).unzip()
}

/// The columns of channels: workspaces, kinds and values.
pub(super) fn channels<'k>(keys: impl IntoIterator<Item = &'k ChannelKey>) -> [Param<'k>; 3] {
    let (mut workspaces, mut kinds, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (workspace, kind, value) in keys {
        workspaces.push(workspace.0);
        kinds.push(key_text(kind.as_str()));
        values.push(key_text(value));
    }
    [param(workspaces), param(kinds), param(values)]
}

impl<T> Found<T> {
    pub(super) fn empty(keys: &Keys) -> Self {
        Self {
            aliases: vec![None; keys.aliases.len()],
            numbers: vec![None; keys.numbers.len()],
            rows: Vec::new(),
        }
    }

    /// Notes whom a key names, from the columns `way`, `place`, `workspace` and `id`; whether the record is new.
    pub(super) fn name(
        &mut self,
        row: &Row,
        seen: &mut HashSet<(WorkspaceNumber, Uuid)>,
    ) -> Result<Option<(WorkspaceNumber, Uuid)>, StoreError> {
        let key = (workspace(row, 2)?, get(row, 3)?);
        let names = match get::<i32>(row, 0)? {
            0 => self.aliases.get_mut(place(row, 1)?),
            1 => self.numbers.get_mut(place(row, 1)?),
            _ => None,
        };
        if let Some(name) = names {
            *name = Some(key.1);
        }
        Ok(seen.insert(key).then_some(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_keys_are_short_and_never_the_same() {
        assert_eq!(key_text("short"), "short");
        assert_eq!(key_text("with\0NUL"), "");
        let whole = "ö".repeat(KEY_BYTES / 2);
        assert_eq!(key_text(&whole), whole);
        let long = format!("{whole}x");
        // What is in databases must be found by every later release.
        let key = format!("{}\u{1}d129d32bf6bf0bea6e237436a7797d6f", "ö".repeat(KEY_BYTES / 4));
        assert_eq!(key_text(&long), key);
        assert_ne!(key_text(&long), key_text(&format!("{whole}y")));
        let odd = format!("a{whole}");
        assert_eq!(key_text(&odd).len(), 499 + 1 + 32);
    }
}
