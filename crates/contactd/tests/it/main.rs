//! End-to-end tests of the real binary, and tests over all dialects.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy allows these in tests, but not in what tests share"
)]

mod acquire;
mod bench;
mod command_line;
mod crash;
mod cross;
mod docs;
mod fidelity;
mod house;
mod https;
mod import;
mod items;
mod matrix;
mod moving;
mod once;
mod operation;
mod pictures;
mod policies;
mod process;
mod single_edits;
mod stateful;
mod tls_client;
mod tour;
mod versions;
