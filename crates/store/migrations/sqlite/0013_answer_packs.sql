-- Several answers stand in one row, packed, where they resemble each other: `row` is of the last of their requests then,
-- `first` of the first, and `status` is 0. NULL where there is one.
ALTER TABLE answers ADD COLUMN first INTEGER;
