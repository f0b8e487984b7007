-- What keys (kind 1) and workspaces (2) were: a row for each revision, with what was done, when, by whom, and what came of
-- it. It is saved with the change; of what is older than this table, the row before the first change is.
CREATE TABLE revisions (
    kind     INTEGER NOT NULL,
    id       BLOB    NOT NULL,
    revision INTEGER NOT NULL,
    doc      TEXT    NOT NULL,
    PRIMARY KEY (kind, id, revision)
) STRICT, WITHOUT ROWID;
