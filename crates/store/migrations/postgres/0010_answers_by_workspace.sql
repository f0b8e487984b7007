-- The workspace stands first in this key, too, as in every other one.
ALTER TABLE answers ADD COLUMN workspace bigint;
UPDATE answers a SET workspace = r.workspace FROM requests r WHERE r.place = a.place;
DELETE FROM answers WHERE workspace IS NULL;
ALTER TABLE answers ALTER COLUMN workspace SET NOT NULL;
ALTER TABLE answers DROP CONSTRAINT answers_pkey;
ALTER TABLE answers ADD PRIMARY KEY (workspace, place);

-- What makes an event of a whole contact is long enough to be compressed, which the server's own way does slowly. Where the
-- server has no other, that stays as it is.
DO $$
BEGIN
    EXECUTE 'ALTER TABLE contacts ALTER COLUMN doc SET COMPRESSION lz4';
    EXECUTE 'ALTER TABLE records ALTER COLUMN doc SET COMPRESSION lz4';
    EXECUTE 'ALTER TABLE events ALTER COLUMN doc SET COMPRESSION lz4';
EXCEPTION WHEN feature_not_supported OR syntax_error OR invalid_parameter_value THEN
    NULL;
END
$$;
