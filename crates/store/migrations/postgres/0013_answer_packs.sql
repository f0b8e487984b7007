-- Several answers stand in one row, packed, where they resemble each other: `place` is of the last of their requests then,
-- `first` of the first, and `status` is 0, which nodes of before take for no answer. NULL where there is one.
ALTER TABLE answers ADD COLUMN first bigint;
