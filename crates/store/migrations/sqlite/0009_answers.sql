-- Answers to requests that were carried out once, in the order of their commits: each has the row of the first commit of its
-- request. What was kept before this table was there stands in `requests` itself.
CREATE TABLE answers (
    row     INTEGER PRIMARY KEY,
    status  INTEGER NOT NULL,
    headers TEXT    NOT NULL,
    body    BLOB    NOT NULL
) STRICT;

-- 1 where the events of the commit tell all that its request is answered.
ALTER TABLE requests ADD COLUMN exact INTEGER NOT NULL DEFAULT 0;

-- Hashes come in no order, so that each new one changed another page of an index of all of them. Within the last 256 rows
-- it changes one of few. Most requests are known to be new without a look; those that are not are looked for in each part.
DROP INDEX requests_by_hash;
CREATE INDEX requests_by_part ON requests (row >> 8, api_key, hash);
