//! Several real servers on one PostgreSQL database, and what goes wrong there.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy allows these in tests, but not in what tests share"
)]

mod cut;
mod disk;
mod kill;
mod load;
mod order;
mod pause;
#[expect(dead_code, reason = "it serves the tests of every backend")]
#[path = "../it/process.rs"]
mod process;
mod read_only;
mod replica;
mod restart;
mod start;
