-- Requests that came with an idempotency key and were carried out: a row for each of their commits, in the order of the
-- commits, and with the first row the answer, once there is one. `hash` is of the client's key, `fingerprint` of what
-- was asked; `event` is the first of so many events,
-- and a `status` of 0 says that there is no answer yet.
CREATE TABLE requests (
    row         INTEGER PRIMARY KEY,
    workspace   INTEGER NOT NULL,
    api_key     BLOB    NOT NULL,
    hash        BLOB    NOT NULL,
    step        INTEGER NOT NULL,
    fingerprint BLOB    NOT NULL,
    at          INTEGER NOT NULL,
    event       INTEGER,
    events      INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    headers     TEXT NOT NULL,
    body        BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX requests_by_hash ON requests (workspace, api_key, hash, step);
