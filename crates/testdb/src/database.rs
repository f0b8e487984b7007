//! An empty database for one test.

use tempfile::TempDir;

use crate::cluster::{create_database, drop_database};

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
        match variable(BACKEND).as_deref() {
            None | Some("sqlite") => Self::sqlite(),
            Some("postgres") => Self::postgres(),
            Some(other) => panic!("{BACKEND} is sqlite or postgres, not '{other}'"),
        }
    }

    /// One of SQLite, for tests of what only SQLite does.
    pub fn sqlite() -> Self {
        Self(Place::Sqlite(TempDir::new().expect("a temporary folder")))
    }

    /// One of PostgreSQL, for tests of what only PostgreSQL does.
    #[track_caller]
    pub fn postgres() -> Self {
        let Some(server) = variable(SERVER) else {
            panic!("{SERVER} names no server to test with: run scripts/test, which starts one")
        };
        let name = create_database(&format!("{server}postgres"));
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
