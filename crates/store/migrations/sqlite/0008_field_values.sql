-- Values of contacts, in their order, of the fields whose values are kept so: each index by its number in the catalog.
CREATE TABLE field_values (
    workspace   INTEGER NOT NULL,
    value_index INTEGER NOT NULL,
    value       BLOB    NOT NULL,
    number      INTEGER NOT NULL,
    PRIMARY KEY (workspace, value_index, value, number)
) STRICT, WITHOUT ROWID;

-- The contacts up to this number have their values in the index; NULL when all have.
CREATE TABLE value_indexes (
    workspace   INTEGER NOT NULL,
    value_index INTEGER NOT NULL,
    last_number INTEGER,
    PRIMARY KEY (workspace, value_index)
) STRICT, WITHOUT ROWID;
