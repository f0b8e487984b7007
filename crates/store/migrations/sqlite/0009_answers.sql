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
