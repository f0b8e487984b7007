-- Which events are the last one of a contact that lives: of 1024 events that follow each other, a bit each. Noted now and
-- then, in whole chunks, so that an update costs nothing more; of the events after the last chunk the log itself tells.
CREATE TABLE last_events (
    workspace bigint    NOT NULL,
    chunk     bigint    NOT NULL,
    bits      bit(1024) NOT NULL,
    PRIMARY KEY (workspace, chunk)
) WITH (fillfactor = 50);
