//! End-to-end tests of the real binary, and tests over all dialects.

mod bench;
mod command_line;
mod crash;
mod cross;
mod house;
mod operation;
mod process;
mod tour;
