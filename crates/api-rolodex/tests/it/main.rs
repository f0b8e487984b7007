//! The Rolodex routes, called in process on the demo's records.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod bad_input;
mod companies;
mod custom_fields;
mod dynamic_lists;
mod errors;
mod examples;
mod fidelity;
mod linked;
mod lists;
mod member_lists;
mod notes;
mod one_change;
mod references;
mod relationships;
mod replay;
mod round_trip;
mod strict;
mod tags;
mod tasks;
mod update;
mod values;
mod walk;
mod workspace_users;
mod world;
mod wrong_values;
