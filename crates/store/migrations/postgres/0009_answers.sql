-- Answers to requests that were carried out once, in the order of their commits: each has the place of the first commit of
-- its request. What was kept before this table was there, and what nodes of before keep, stands in `requests` itself.
CREATE TABLE answers (
    place   bigint NOT NULL,
    status  bigint NOT NULL,
    headers text   NOT NULL,
    body    bytea  NOT NULL,
    PRIMARY KEY (place)
);

-- Most are a little larger than what is compressed and moved to a place of its own otherwise, and seldom read.
ALTER TABLE answers SET (toast_tuple_target = 8160);

-- 1 where the events of the commit tell all that its request is answered.
ALTER TABLE requests ADD COLUMN exact bigint NOT NULL DEFAULT 0;
