//! Tests of the Callbell API, against its routes in process.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy knows that of test functions only, not of what they share"
)]

mod bad_input;
mod conversations;
mod create;
mod custom_fields;
mod errors;
mod examples;
mod fidelity;
mod find;
mod guesses;
mod list;
mod replay;
mod stage;
mod statuses;
mod strict;
mod update;
mod walk;
mod webhooks;
mod workspace;
mod wrong_values;
