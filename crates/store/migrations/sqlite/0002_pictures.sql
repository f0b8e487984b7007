-- Pictures of contacts and users, each whole and never changed. `owner_kind` and `owner` say whose it is: while that
-- shows another picture, this one is only kept for undo.
CREATE TABLE pictures (
    workspace  INTEGER NOT NULL,
    id         BLOB    NOT NULL,
    owner_kind INTEGER NOT NULL,
    owner      BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    media_type TEXT    NOT NULL,
    bytes      BLOB    NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;
