//! An empty database for one test.

use tempfile::TempDir;

use crate::databases::{create_database, drop_database};
use crate::{place, schema};

/// Which backend is under test: `sqlite`, also when it is not set, or `postgres`.
const BACKEND: &str = "CONTACTD_TEST_BACKEND";

/// The URL of the server on which tests make their databases, up to a database's name.
const SERVER: &str = "CONTACTD_TEST_POSTGRES";

/// An empty database, gone when it is dropped.
#[derive(Debug)]
pub struct Database(Place);

#[derive(Debug)]
enum Place {
    Sqlite(TempDir),
    Postgres { server: String, name: String },
}

impl Database {
    /// One of the backend under test.
    #[expect(clippy::new_without_default, reason = "making one does something")]
    #[track_caller]
    pub fn new() -> Self {
        if is_postgres() { Self::postgres() } else { Self::sqlite() }
    }

    /// One of the backend under test in which there may be a schema already, and nothing else: on a PostgreSQL server
    /// all copy one, which is made when the first of them asks for it, by a program that opens a database with this URL
    /// and closes it again. With SQLite that would save nothing.
    #[track_caller]
    pub fn with_schema<F: Future<Output = ()>>(make: impl FnOnce(String) -> F + Send) -> Self {
        if is_postgres() { Self::postgres_with_schema(make) } else { Self::sqlite() }
    }

    /// One of SQLite, for tests of what only SQLite does.
    pub fn sqlite() -> Self {
        Self(Place::Sqlite(place::folder(None).expect("a temporary folder")))
    }

    /// One of PostgreSQL, for tests of what only PostgreSQL does.
    #[track_caller]
    pub fn postgres() -> Self {
        let server = server();
        let name = create_database(&format!("{server}postgres"));
        Self(Place::Postgres { server, name })
    }

    /// As [`with_schema`](Self::with_schema), of PostgreSQL.
    #[track_caller]
    pub fn postgres_with_schema<F: Future<Output = ()>>(make: impl FnOnce(String) -> F + Send) -> Self {
        let server = server();
        let name = schema::copy(&server, make);
        Self(Place::Postgres { server, name })
    }

    /// Whether it is SQLite's.
    pub fn is_sqlite(&self) -> bool {
        matches!(self.0, Place::Sqlite(_))
    }

    /// What is given to `--database`: a path that does not exist yet, or the URL of a database without tables.
    pub fn argument(&self) -> String {
        match &self.0 {
            Place::Sqlite(folder) => folder.path().join("contacts.db").to_str().expect("UTF-8").to_owned(),
            Place::Postgres { server, name } => format!("{server}{name}"),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Place::Postgres { server, name } = &self.0 {
            // It may be gone, or its server.
            let _ = drop_database(&format!("{server}postgres"), name);
        }
    }
}

#[track_caller]
fn is_postgres() -> bool {
    match variable(BACKEND).as_deref() {
        None | Some("sqlite") => false,
        Some("postgres") => true,
        Some(other) => panic!("{BACKEND} is sqlite or postgres, not '{other}'"),
    }
}

#[track_caller]
fn server() -> String {
    variable(SERVER).unwrap_or_else(|| {
        panic!("{SERVER} names no server to test with: run scripts/test, which starts one")
    })
}

#[expect(clippy::disallowed_methods, reason = "what is under test is no setting of the program")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::Session;

    #[test]
    fn a_file_is_made_by_whoever_opens_it_and_gone_with_its_folder() {
        let database = Database::sqlite();
        let path = database.argument();
        assert!(database.is_sqlite() && !Path::new(&path).exists());
        std::fs::write(&path, "").unwrap();
        drop(database);
        assert!(!Path::new(&path).parent().unwrap().exists());
    }

    #[test]
    fn a_schema_is_made_once_for_all_that_copy_it() {
        let cluster = crate::Cluster::start().unwrap();
        let made = std::sync::atomic::AtomicU64::new(0);
        let copy = || {
            let make = |url: String| {
                made.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                async move { drop(Session::open(&url).run("CREATE TABLE t (n int)")) }
            };
            schema::copy(&cluster.url(""), make)
        };
        std::thread::scope(|scope| {
            let copies: Vec<_> = (0..4).map(|_| scope.spawn(copy)).collect();
            let mut names: Vec<String> = copies.into_iter().map(|copy| copy.join().unwrap()).collect();
            for name in &names {
                assert_eq!(cluster.sql(name, "INSERT INTO t VALUES (1); SELECT count(*) FROM t"), "1");
            }
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), 4);
        });
        assert_eq!(made.into_inner(), 1);
    }

    #[test]
    fn a_schema_that_was_not_made_to_its_end_is_made_again() {
        let cluster = crate::Cluster::start().unwrap();
        let failed = std::thread::scope(|scope| {
            let make = async |url: String| {
                Session::open(&url).run("CREATE TABLE half (n int)");
                panic!("meanwhile");
            };
            let server = cluster.url("");
            scope.spawn(move || schema::copy(&server, make)).join()
        });
        assert!(failed.is_err());
        let make = async |url: String| drop(Session::open(&url).run("CREATE TABLE whole (n int)"));
        let name = schema::copy(&cluster.url(""), make);
        let tables = "SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'";
        assert_eq!(cluster.sql(&name, tables), "whole");
    }

    #[test]
    fn a_database_on_the_server_is_empty_and_gone_with_its_users() {
        let (one, two) = (Database::postgres(), Database::postgres());
        assert!(!one.is_sqlite() && one.argument() != two.argument());
        let name = one.argument().rsplit('/').next().unwrap().to_owned();
        let mut user = Session::open(&one.argument());
        assert_eq!(user.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
        drop(one);
        let mut other = Session::open(&two.argument());
        let left = other.run(&format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'"));
        assert_eq!(left, "0");
    }
}
