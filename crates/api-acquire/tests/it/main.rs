//! Tests of the Acquire dialect: in process, on the demo's records.

#![recursion_limit = "256"]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking; clippy knows that of test functions only, not of what they share"
)]

mod bad_input;
mod blocks;
mod companies;
mod errors;
mod example_table;
mod examples;
mod extensions;
mod fidelity;
mod lists;
mod members;
mod merge;
mod notes;
mod object_fields;
mod put_back;
mod reading;
mod search;
mod strict;
mod support;
mod tags;
mod update;
mod values;
mod walk;
