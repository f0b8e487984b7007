-- When contacts last changed: of each chunk of `last_events`, in the order of its events, which contacts they were the last
-- event of when that was noted, and when these say that they changed; between which instants that is, in milliseconds. A
-- chunk that has a row here is noted. Written once: what is no last event any more, `last_events` tells.
CREATE TABLE last_changes (
    workspace INTEGER NOT NULL,
    chunk     INTEGER NOT NULL,
    first_at  INTEGER NOT NULL,
    last_at   INTEGER NOT NULL,
    changes   BLOB    NOT NULL,
    PRIMARY KEY (workspace, chunk)
) STRICT, WITHOUT ROWID;
