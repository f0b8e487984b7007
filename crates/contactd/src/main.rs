//! The binary: reads the configuration, opens the store, mounts the APIs, serves. No logic about contacts.

mod admin;
mod bench;
mod cert;
mod cli;
mod config;
mod connection;
mod demo;
mod docs;
mod import;
mod items;
mod logs;
mod metrics;
mod mount;
mod move_store;
mod progress;
mod serve;
mod server;
mod tls;

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    keep_freed_memory();
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            cli::report(&fault);
            ExitCode::FAILURE
        }
    }
}

/// Has the C library's allocator keep what an answer took for the next one. At first it gives memory back to the system
/// whenever 128 KiB at the end of a heap are free, and takes it again page by page for the next answer, which cost a list
/// of 50 a sixth of its time. The GNU library raises these limits to what it meets: after this, to 1 MiB.
fn keep_freed_memory() {
    const LARGE_ANSWER: usize = 512 << 10;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGE_ANSWER)));
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(args) => serve::run(config::Config::load(*args)?).await,
            Command::Cert(args) => cert::run(&args),
            Command::Workspace(command) => admin::workspace(command).await,
            Command::Key(command) => admin::key(command).await,
            Command::Contact(command) => items::contacts::run(command).await,
            Command::Field(command) => items::field(command).await,
            Command::Tag(command) => items::run(items::TAG, command).await,
            Command::List(command) => items::run(items::LIST, command).await,
            Command::User(command) => items::run(items::USER, command).await,
            Command::Team(command) => items::team(command).await,
            Command::Inbox(command) => items::run(items::INBOX, command).await,
            Command::Funnel(command) => items::run(items::FUNNEL, command).await,
            Command::Verify { database } => admin::verify(&database).await,
            Command::Import(args) => import::run(&args).await,
            Command::Move(args) => move_store::run(&args).await,
            Command::Bench(args) => bench::run(*args).await,
        }
    })
}
