//! A database with a schema that tests copy, since making the schema takes longer than copying it.

use std::future::Future;
use std::thread;

use crate::Session;
use crate::databases::{copy_database, fresh_name};

/// The database that is copied. Nobody is ever connected to it.
const SCHEMA: &str = "with_schema";

/// Where it is made: it gets its name when it is complete.
const UNFINISHED: &str = "unfinished_schema";

/// Held while it is made, in the database `postgres`, so that one process does.
const LOCK: u32 = 716_113;

/// Copies the database with the schema on the server with this URL, up to a database's name. Whoever is first makes it.
#[track_caller]
pub(crate) fn copy<F: Future<Output = ()>>(server: &str, make: impl FnOnce(String) -> F + Send) -> String {
    let postgres = format!("{server}postgres");
    let name = fresh_name();
    match copy_database(&postgres, &name, SCHEMA) {
        Ok(()) => return name,
        Err(fault) if fault.contains("does not exist") => {}
        Err(fault) => panic!("{fault}"),
    }
    let mut session = Session::open(&postgres);
    session.run(&format!("SELECT pg_advisory_lock({LOCK})"));
    let is_there = format!("SELECT count(*) FROM pg_database WHERE datname = '{SCHEMA}'");
    if session.run(&is_there) == "0" {
        session.run(&format!("DROP DATABASE IF EXISTS {UNFINISHED} WITH (FORCE)"));
        session.run(&format!("CREATE DATABASE {UNFINISHED} TEMPLATE template0"));
        run(make, format!("{server}{UNFINISHED}"));
        // Waits for connections that are being closed.
        session.run(&format!("ALTER DATABASE {UNFINISHED} RENAME TO {SCHEMA}"));
    }
    drop(session);
    copy_database(&postgres, &name, SCHEMA).unwrap_or_else(|fault| panic!("{fault}"));
    name
}

/// Has it made on a thread of its own: the one that asks may be busy with a test's tasks.
fn run<F: Future<Output = ()>>(make: impl FnOnce(String) -> F + Send, url: String) {
    let made = thread::scope(|scope| {
        let work = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap_or_else(|fault| panic!("{fault}")).block_on(make(url));
        };
        scope.spawn(work).join()
    });
    made.unwrap_or_else(|_| panic!("the schema is not made"));
}
