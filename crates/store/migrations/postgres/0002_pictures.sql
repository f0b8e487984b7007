-- Pictures of contacts and users, each whole and never changed. `owner_kind` and `owner` say whose it is: while that
-- shows another picture, this one is only kept for undo.
CREATE TABLE pictures (
    workspace  bigint NOT NULL,
    id         uuid   NOT NULL,
    owner_kind bigint NOT NULL,
    owner      uuid   NOT NULL,
    created_at bigint NOT NULL,
    media_type text   NOT NULL,
    bytes      bytea  NOT NULL,
    PRIMARY KEY (workspace, id)
);

-- Pictures are compressed already.
ALTER TABLE pictures ALTER COLUMN bytes SET STORAGE EXTERNAL;
