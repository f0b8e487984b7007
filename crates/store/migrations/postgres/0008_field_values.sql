-- Values of contacts, in their order, of the fields whose values are kept so: each index by its number in the catalog.
CREATE TABLE field_values (
    workspace   bigint NOT NULL,
    value_index bigint NOT NULL,
    value       bytea  NOT NULL,
    number      bigint NOT NULL,
    PRIMARY KEY (workspace, value_index, value, number)
);

-- The contacts up to this number have their values in the index; null when all have.
CREATE TABLE value_indexes (
    workspace   bigint NOT NULL,
    value_index bigint NOT NULL,
    last_number bigint,
    PRIMARY KEY (workspace, value_index)
);
