-- What keys (kind 1) and workspaces (2) were: a row for each revision, with what was done, when, by whom, and what came of
-- it. It is saved with the change; of what is older than this table, the row before the first change is.
CREATE TABLE revisions (
    kind     bigint NOT NULL,
    id       uuid   NOT NULL,
    revision bigint NOT NULL,
    doc      text   NOT NULL,
    PRIMARY KEY (kind, id, revision)
);
