-- When contacts last changed: of each chunk of `last_events`, in the order of its events, which contacts they were the last
-- event of when that was noted, and when these say that they changed; between which instants that is, in milliseconds. A
-- chunk that has a row here is noted. Written once: what is no last event any more, `last_events` tells.
CREATE TABLE last_changes (
    workspace bigint NOT NULL,
    chunk     bigint NOT NULL,
    first_at  bigint NOT NULL,
    last_at   bigint NOT NULL,
    changes   bytea  NOT NULL,
    PRIMARY KEY (workspace, chunk)
);

-- It does not get smaller by being compressed.
ALTER TABLE last_changes ALTER COLUMN changes SET STORAGE EXTERNAL;
