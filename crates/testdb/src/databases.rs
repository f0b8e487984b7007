//! Making and dropping the databases of a PostgreSQL server.

use std::hash::{BuildHasher, RandomState};

use crate::psql;

/// Makes an empty database on the server with this URL, and gives its name.
#[track_caller]
pub(crate) fn create_database(server: &str) -> String {
    let name = fresh_name();
    // Nobody is ever connected to this template, so that many can copy it at a time.
    copy_database(server, &name, "template0").unwrap_or_else(|fault| panic!("{fault}"));
    name
}

/// A name for a database. Tests run in many processes at a time, which know nothing of each other.
pub(crate) fn fresh_name() -> String {
    format!("test_{:016x}", RandomState::new().hash_one(()))
}

/// Makes a database as another one is that nobody is connected to. Its files are copied, which takes half as long as to
/// log what is in them; before version 15 nothing else was known.
pub(crate) fn copy_database(server: &str, name: &str, template: &str) -> Result<(), String> {
    let strategy = "SELECT CASE WHEN current_setting('server_version_num')::int >= 150000 \
                    THEN 'STRATEGY file_copy' ELSE '' END AS strategy \\gset";
    psql::run(server, &format!("{strategy}\nCREATE DATABASE {name} TEMPLATE {template} :strategy")).map(drop)
}

/// Drops a database, whoever uses it.
pub(crate) fn drop_database(server: &str, name: &str) -> Result<(), String> {
    psql::run(server, &format!("DROP DATABASE {name} WITH (FORCE)")).map(drop)
}
