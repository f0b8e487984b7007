-- Every key begins with the workspace. Lookup rows are written only when their content changed; nothing
-- indexes the time of a change, because the log of events answers what is newest.

CREATE TABLE workspaces (
    number        INTEGER PRIMARY KEY,
    id            BLOB    NOT NULL,
    name          TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    next_number   INTEGER NOT NULL DEFAULT 1,
    contact_count INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT workspaces_id_key UNIQUE (id),
    CONSTRAINT workspaces_name_key UNIQUE (name)
) STRICT;

CREATE TABLE catalogs (
    workspace INTEGER PRIMARY KEY,
    revision  INTEGER NOT NULL,
    doc       TEXT    NOT NULL
) STRICT;

-- Has a rowid, because documents are large and updates leave every key alone. `name` is the full name in
-- lower case, to order by; it stands with the keys before the document, so that reading it is cheap.
CREATE TABLE contacts (
    row        INTEGER PRIMARY KEY,
    workspace  INTEGER NOT NULL,
    id         BLOB    NOT NULL,
    number     INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    last_event INTEGER NOT NULL,
    format     INTEGER NOT NULL,
    doc        TEXT    NOT NULL,
    CONSTRAINT contacts_workspace_id_key UNIQUE (workspace, id),
    CONSTRAINT contacts_workspace_number_key UNIQUE (workspace, number)
) STRICT;

CREATE INDEX contacts_workspace_name_number_index ON contacts (workspace, name, number);

-- Contacts that were deleted: where their history ends.
CREATE TABLE tombstones (
    workspace  INTEGER NOT NULL,
    id         BLOB    NOT NULL,
    number     INTEGER NOT NULL,
    last_event INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX tombstones_workspace_number_index ON tombstones (workspace, number);

-- The ids that vendors gave records. Kinds: 0 contact, 3 deleted contact, else as in `records`.
CREATE TABLE aliases (
    workspace INTEGER NOT NULL,
    kind      INTEGER NOT NULL,
    dialect   TEXT    NOT NULL,
    alias     TEXT    NOT NULL,
    id        BLOB    NOT NULL,
    PRIMARY KEY (workspace, kind, dialect, alias)
) STRICT, WITHOUT ROWID;

-- Who has a channel.
CREATE TABLE channels (
    workspace INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    value     TEXT    NOT NULL,
    contact   BLOB    NOT NULL,
    PRIMARY KEY (workspace, kind, value, contact)
) STRICT, WITHOUT ROWID;

-- Who answers a question with yes (has a tag, is starred, …): of 1024 contacts whose numbers follow each other, a bit
-- each. So a list that is filtered reads little, and an update rewrites few rows, which are soon the same ones.
CREATE TABLE facets (
    workspace INTEGER NOT NULL,
    facet     BLOB    NOT NULL,
    chunk     INTEGER NOT NULL,
    bits      BLOB    NOT NULL,
    PRIMARY KEY (workspace, facet, chunk)
) STRICT, WITHOUT ROWID;

-- What lists of contacts can be ordered by beside the full name: narrow rows in the order of the numbers, which cost a
-- new contact next to nothing. Names are in lower case.
CREATE TABLE sort_keys (
    workspace  INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    first_name TEXT    NOT NULL,
    last_name  TEXT    NOT NULL,
    PRIMARY KEY (workspace, number)
) STRICT, WITHOUT ROWID;

-- Companies (kind 1), notes (2) and tasks (4). Of those that were deleted, and of what stands in the catalog (kinds from
-- 5 on), a row without a document tells where their history ends; a number stays taken. `sort` is what lists are ordered
-- by. Written seldom, so the last event has an index.
CREATE TABLE records (
    row        INTEGER PRIMARY KEY,
    workspace  INTEGER NOT NULL,
    id         BLOB    NOT NULL,
    kind       INTEGER NOT NULL,
    number     INTEGER,
    sort       TEXT    NOT NULL,
    last_event INTEGER NOT NULL,
    doc        TEXT    NOT NULL,
    CONSTRAINT records_workspace_id_kind_key UNIQUE (workspace, id, kind),
    CONSTRAINT records_workspace_kind_number_key UNIQUE (workspace, kind, number)
) STRICT;

CREATE INDEX records_workspace_kind_sort_number_index ON records (workspace, kind, sort, number);
CREATE INDEX records_workspace_kind_last_event_index ON records (workspace, kind, last_event);

-- The log: append only. `row` is the workspace times 2^40 plus the event's number: so the events of a workspace
-- stand in the order of their numbers, and appending one touches the fewest pages. `previous` is the number of
-- the record's event before this one.
CREATE TABLE events (
    row      INTEGER PRIMARY KEY,
    record   BLOB    NOT NULL,
    previous INTEGER,
    doc      TEXT    NOT NULL
) STRICT;

-- API keys, by the hash of their secret.
CREATE TABLE keys (
    row  INTEGER PRIMARY KEY,
    hash BLOB    NOT NULL,
    id   BLOB    NOT NULL,
    doc  TEXT    NOT NULL,
    CONSTRAINT keys_hash_key UNIQUE (hash),
    CONSTRAINT keys_id_key UNIQUE (id)
) STRICT;

-- A move of a whole store into this database that has not ended; nobody serves it before. `place` and `source` say
-- where it comes from, `state` what that store's counters were, and `last_key` of `part`, a table, how far it came.
CREATE TABLE moves (
    source   TEXT NOT NULL PRIMARY KEY,
    place    TEXT NOT NULL,
    state    TEXT NOT NULL,
    part     TEXT NOT NULL,
    last_key TEXT NOT NULL
) STRICT;
