//! The statements of a move: for each table a page of it, and the insertion of many rows.

use tokio_postgres::types::Type;

use super::super::pipeline::Sql;
use crate::transfer::Table;

/// Reads the rows after a key, up to a number of rows and of bytes: each row knows what those before it in the page
/// take.
macro_rules! page {
    ($columns:literal of $bytes:literal, $from:literal, $key:literal > $after:literal, $rows:literal rows, $most:literal bytes, $types:expr) => {{
        static PAGE: Sql = Sql {
            text: concat!(
                "SELECT ",
                $columns,
                " FROM (SELECT *, sum(",
                $bytes,
                ") OVER (ORDER BY ",
                $key,
                ") - ",
                $bytes,
                " AS bytes_before FROM (SELECT ",
                $columns,
                " FROM ",
                $from,
                " WHERE (",
                $key,
                ") > (",
                $after,
                ") ORDER BY ",
                $key,
                " LIMIT ",
                $rows,
                ") r) p WHERE bytes_before < ",
                $most,
                " ORDER BY ",
                $key,
            ),
            types: $types,
        };
        &PAGE
    }};
}

macro_rules! statement {
    ($types:expr, $($text:expr),+) => {{
        static STATEMENT: Sql = Sql { text: concat!($($text),+), types: $types };
        &STATEMENT
    }};
}

const BY_NUMBER: &[Type] = &[Type::INT8, Type::INT8, Type::INT8];
const BY_TWO_NUMBERS: &[Type] = &[Type::INT8, Type::INT8, Type::INT8, Type::INT8];
const BY_ID: &[Type] = &[Type::INT8, Type::UUID, Type::INT8, Type::INT8];
const BY_ALIAS: &[Type] = &[Type::INT8, Type::INT8, Type::TEXT, Type::TEXT, Type::INT8, Type::INT8];
const BY_CHANNEL: &[Type] = &[Type::INT8, Type::TEXT, Type::TEXT, Type::UUID, Type::INT8, Type::INT8];
const BY_FACET: &[Type] = &[Type::INT8, Type::UUID, Type::INT8, Type::INT8, Type::INT8];
const BY_RECORD: &[Type] = &[Type::INT8, Type::UUID, Type::INT8, Type::INT8, Type::INT8];
const BY_HASH: &[Type] = &[Type::BYTEA, Type::INT8, Type::INT8];

/// The outer joins make what lacks its counters an error, where it would be left out without a word.
pub(super) fn page(table: Table) -> &'static Sql {
    match table {
        Table::Workspaces => page!(
            "number, id, name, created_at, next_number, contact_count, last_event" of "0",
            "workspaces LEFT JOIN heads ON workspace = number", "number" > "$1", "$2" rows, "$3" bytes, BY_NUMBER
        ),
        Table::Catalogs => page!(
            "workspace, catalog_revision, doc" of "octet_length(doc)",
            "catalogs LEFT JOIN heads USING (workspace)", "workspace" > "$1", "$2" rows, "$3" bytes, BY_NUMBER
        ),
        Table::Contacts => page!(
            "workspace, id, number, last_event, format, name, doc" of "octet_length(doc)",
            "contacts", "workspace, id" > "$1, $2", "$3" rows, "$4" bytes, BY_ID
        ),
        Table::Tombstones => page!(
            "workspace, id, number, last_event" of "0",
            "tombstones", "workspace, id" > "$1, $2", "$3" rows, "$4" bytes, BY_ID
        ),
        Table::Aliases => page!(
            "workspace, kind, dialect, alias, id" of "0", "aliases",
            "workspace, kind, dialect, alias" > "$1, $2, $3, $4", "$5" rows, "$6" bytes, BY_ALIAS
        ),
        Table::Channels => page!(
            "workspace, kind, value, contact" of "0", "channels",
            "workspace, kind, value, contact" > "$1, $2, $3, $4", "$5" rows, "$6" bytes, BY_CHANNEL
        ),
        Table::Facets => page!(
            "workspace, facet, chunk, bits" of "0", "facets",
            "workspace, facet, chunk" > "$1, $2, $3", "$4" rows, "$5" bytes, BY_FACET
        ),
        Table::SortKeys => page!(
            "workspace, number, created_at, first_name, last_name" of "0",
            "sort_keys", "workspace, number" > "$1, $2", "$3" rows, "$4" bytes, BY_TWO_NUMBERS
        ),
        Table::Records => page!(
            "workspace, id, kind, number, sort, last_event, doc" of "octet_length(doc)", "records",
            "workspace, id, kind" > "$1, $2, $3", "$4" rows, "$5" bytes, BY_RECORD
        ),
        Table::Events => page!(
            "workspace, seq, record, previous, doc" of "octet_length(doc)",
            "events", "workspace, seq" > "$1, $2", "$3" rows, "$4" bytes, BY_TWO_NUMBERS
        ),
        Table::LastEvents => page!(
            "workspace, chunk, bits" of "0",
            "last_events", "workspace, chunk" > "$1, $2", "$3" rows, "$4" bytes, BY_TWO_NUMBERS
        ),
        Table::LastChanges => page!(
            "workspace, chunk, first_at, last_at, changes" of "octet_length(changes)",
            "last_changes", "workspace, chunk" > "$1, $2", "$3" rows, "$4" bytes, BY_TWO_NUMBERS
        ),
        Table::Pictures => page!(
            "workspace, id, owner_kind, owner, created_at, media_type, bytes" of "octet_length(bytes)",
            "pictures", "workspace, id" > "$1, $2", "$3" rows, "$4" bytes, BY_ID
        ),
        Table::Requests => page!(
            "place, workspace, api_key, hash, step, fingerprint, at, event, events, status, headers, body, exact"
                of "octet_length(body)",
            "requests", "place" > "$1", "$2" rows, "$3" bytes, BY_NUMBER
        ),
        // In the order of the requests, for which there is an index.
        Table::Answers => page!(
            "place, first, status, headers, body" of "octet_length(body)",
            "(SELECT r.place, a.first, a.status, a.headers, a.body FROM requests r \
             JOIN answers a ON a.workspace = r.workspace AND a.place = r.place) a",
            "place" > "$1", "$2" rows, "$3" bytes, BY_NUMBER
        ),
        Table::Revisions => page!(
            "kind, id, revision, doc" of "octet_length(doc)", "revisions",
            "kind, id, revision" > "$1, $2, $3", "$4" rows, "$5" bytes, BY_RECORD
        ),
        Table::Keys => page!(
            "hash, place, id, doc" of "octet_length(doc)", "keys", "hash" > "$1", "$2" rows, "$3" bytes, BY_HASH
        ),
    }
}

const NUMBERS: Type = Type::INT8_ARRAY;
const IDS: Type = Type::UUID_ARRAY;
const TEXTS: Type = Type::TEXT_ARRAY;

/// The counters of a workspace stand apart from it; the revision of its catalog comes with that.
pub(super) fn insert(table: Table) -> &'static Sql {
    match table {
        Table::Workspaces => statement!(
            &[NUMBERS, IDS, TEXTS, NUMBERS, NUMBERS, NUMBERS, NUMBERS],
            "WITH k AS (SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], ",
            "$6::bigint[], $7::bigint[]) k (number, id, name, created_at, next_number, contact_count, last_event)), ",
            "w AS (INSERT INTO workspaces (number, id, name, created_at, next_number) ",
            "SELECT number, id, name, created_at, next_number FROM k) ",
            "INSERT INTO heads (workspace, last_event, contact_count, catalog_revision) ",
            "SELECT number, last_event, contact_count, 0 FROM k"
        ),
        Table::Catalogs => statement!(
            &[NUMBERS, NUMBERS, TEXTS],
            "WITH k AS (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[]) k (workspace, revision, doc)), ",
            "h AS (UPDATE heads SET catalog_revision = k.revision FROM k WHERE heads.workspace = k.workspace) ",
            "INSERT INTO catalogs (workspace, doc) SELECT workspace, doc FROM k"
        ),
        Table::Contacts => statement!(
            &[NUMBERS, IDS, NUMBERS, NUMBERS, NUMBERS, TEXTS, TEXTS],
            "INSERT INTO contacts (workspace, id, number, last_event, format, name, doc) SELECT * FROM ",
            "unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])"
        ),
        Table::Tombstones => statement!(
            &[NUMBERS, IDS, NUMBERS, NUMBERS],
            "INSERT INTO tombstones (workspace, id, number, last_event) ",
            "SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[])"
        ),
        Table::Aliases => statement!(
            &[NUMBERS, NUMBERS, TEXTS, TEXTS, IDS],
            "INSERT INTO aliases (workspace, kind, dialect, alias, id) ",
            "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::uuid[])"
        ),
        Table::Channels => statement!(
            &[NUMBERS, TEXTS, TEXTS, IDS],
            "INSERT INTO channels (workspace, kind, value, contact) ",
            "SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[])"
        ),
        // Without a cast, which would shorten the bits to one.
        Table::Facets => statement!(
            &[NUMBERS, IDS, NUMBERS, Type::BIT_ARRAY],
            "INSERT INTO facets (workspace, facet, chunk, bits) ",
            "SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4)"
        ),
        Table::SortKeys => statement!(
            &[NUMBERS, NUMBERS, NUMBERS, TEXTS, TEXTS],
            "INSERT INTO sort_keys (workspace, number, created_at, first_name, last_name) ",
            "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])"
        ),
        Table::Records => statement!(
            &[NUMBERS, IDS, NUMBERS, NUMBERS, TEXTS, NUMBERS, TEXTS],
            "INSERT INTO records (workspace, id, kind, number, sort, last_event, doc) SELECT * FROM ",
            "unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::text[])"
        ),
        Table::Events => statement!(
            &[NUMBERS, NUMBERS, IDS, NUMBERS, TEXTS],
            "INSERT INTO events (workspace, seq, record, previous, doc) ",
            "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::bigint[], $5::text[])"
        ),
        Table::LastEvents => statement!(
            &[NUMBERS, NUMBERS, Type::BIT_ARRAY],
            "INSERT INTO last_events (workspace, chunk, bits) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3)"
        ),
        Table::LastChanges => statement!(
            &[NUMBERS, NUMBERS, NUMBERS, NUMBERS, Type::BYTEA_ARRAY],
            "INSERT INTO last_changes (workspace, chunk, first_at, last_at, changes) ",
            "SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[])"
        ),
        Table::Pictures => statement!(
            &[NUMBERS, IDS, NUMBERS, IDS, NUMBERS, TEXTS, Type::BYTEA_ARRAY],
            "INSERT INTO pictures (workspace, id, owner_kind, owner, created_at, media_type, bytes) SELECT * FROM ",
            "unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::uuid[], $5::bigint[], $6::text[], $7::bytea[])"
        ),
        Table::Requests => statement!(
            &[
                NUMBERS,
                NUMBERS,
                IDS,
                IDS,
                NUMBERS,
                IDS,
                NUMBERS,
                NUMBERS,
                NUMBERS,
                NUMBERS,
                TEXTS,
                Type::BYTEA_ARRAY,
                NUMBERS
            ],
            "INSERT INTO requests (place, workspace, api_key, hash, step, fingerprint, at, event, events, status, ",
            "headers, body, exact) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::uuid[], $5::bigint[], ",
            "$6::uuid[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::text[], $12::bytea[], ",
            "$13::bigint[])"
        ),
        Table::Answers => statement!(
            &[NUMBERS, NUMBERS, NUMBERS, TEXTS, Type::BYTEA_ARRAY],
            "INSERT INTO answers (workspace, place, first, status, headers, body) ",
            "SELECT r.workspace, k.* FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[]) ",
            "k (place, first, status, headers, body) JOIN requests r ON r.place = k.place"
        ),
        Table::Revisions => statement!(
            &[NUMBERS, IDS, NUMBERS, TEXTS],
            "INSERT INTO revisions (kind, id, revision, doc) ",
            "SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::text[])"
        ),
        Table::Keys => statement!(
            &[Type::BYTEA_ARRAY, NUMBERS, IDS, TEXTS],
            "INSERT INTO keys (hash, place, id, doc) ",
            "SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::uuid[], $4::text[])"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of a table's columns.
    fn columns(table: &str) -> Vec<&'static str> {
        let schema = concat!(
            include_str!("../../../migrations/postgres/0001_init.sql"),
            include_str!("../../../migrations/postgres/0002_pictures.sql"),
            include_str!("../../../migrations/postgres/0003_idempotency.sql"),
            include_str!("../../../migrations/postgres/0007_last_events.sql"),
            include_str!("../../../migrations/postgres/0009_answers.sql"),
            include_str!("../../../migrations/postgres/0011_last_changes.sql"),
            include_str!("../../../migrations/postgres/0012_revisions.sql")
        );
        let (_, after) = schema.split_once(&format!("CREATE TABLE {table} (\n")).unwrap();
        let lines = after.lines().take_while(|line| !line.starts_with(')'));
        let names = lines.filter_map(|line| line.split_whitespace().next());
        names.filter(|name| !["PRIMARY", "CONSTRAINT"].contains(name)).collect()
    }

    #[test]
    fn every_column_is_moved() {
        let has = |table: Table, name: &str| {
            insert(table).text.split([' ', ',', '(', ')']).any(|column| column == name)
        };
        for table in Table::ALL {
            for name in columns(table.as_str()) {
                assert!(has(table, name), "{table:?}: {name}");
            }
        }
        for name in columns("heads") {
            assert!(has(Table::Workspaces, name), "heads: {name}");
        }
    }
}
