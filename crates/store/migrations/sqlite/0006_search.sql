-- What words are looked for in: one text for each contact, company and note, without case and accents, found by any three
-- letters that follow each other. The rowid is the workspace times 2^42, plus the kind (0 contact, 1 company, 2 note)
-- times 2^40, plus the record's number; what has a larger number stands in `far_texts`, which is read whole.
CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'trigram case_sensitive 1', columnsize = 0);

CREATE TABLE far_texts (
    workspace INTEGER NOT NULL,
    kind      INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    text      TEXT    NOT NULL,
    PRIMARY KEY (workspace, kind, number)
) STRICT, WITHOUT ROWID;

-- Texts that are still to be made from records that were stored without: those behind this row of each table. Empty when
-- all are made.
CREATE TABLE texts_due (
    part     TEXT    NOT NULL PRIMARY KEY,
    last_row INTEGER NOT NULL
) STRICT;

INSERT INTO texts_due (part, last_row) VALUES ('contacts', 0), ('records', 0);
