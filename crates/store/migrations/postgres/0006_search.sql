-- What words are looked for in: one text for each contact (kind 0), company (1) and note (2), without case and accents.
CREATE TABLE texts (
    workspace bigint NOT NULL,
    kind      bigint NOT NULL,
    number    bigint NOT NULL,
    text      text   COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, kind, number)
);

-- Found by any three letters that follow each other, where the server has the extension for that; without it the texts
-- of a workspace are read one after the other, which finds the same.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX texts_text_index ON texts USING gin (text gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'words are searched without an index: %', SQLERRM;
END
$$;

-- Texts that are still to be made from records that were stored without: those behind this key of each table. Empty when
-- all are made.
CREATE TABLE texts_due (
    part           text   PRIMARY KEY,
    last_workspace bigint NOT NULL,
    last_id        uuid   NOT NULL
);

INSERT INTO texts_due (part, last_workspace, last_id) VALUES
    ('contacts', 0, '00000000-0000-0000-0000-000000000000'), ('records', 0, '00000000-0000-0000-0000-000000000000');
