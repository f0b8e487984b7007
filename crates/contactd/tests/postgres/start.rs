//! Databases that cannot be served, and those of other releases.

use std::net::TcpListener;

use testkit::{Cluster, Database, Session};

use crate::load::Home;
use crate::process::contactd;

const HINT: &str = "hint: --database is postgres://USER:PASSWORD@HOST:PORT/DATABASE, with ?sslmode=require for TLS; the database must \
     exist\n";

/// What `serve` complains of this database. Like other commands, it never says the password.
#[track_caller]
fn complaint(database: &str) -> String {
    let mut said = String::new();
    for command in [&["workspace", "list"][..], &["serve", "--listen", "127.0.0.1:0"]] {
        let output = contactd(&[command, &["--database", database]].concat());
        assert_eq!(output.status.code(), Some(1));
        said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!said.contains("secret") && !said.contains("wrong"), "{said}");
        assert!(said.starts_with("error: cannot open the database"), "{said}");
    }
    said
}

#[test]
fn a_database_that_cannot_be_reached_is_explained() {
    // The one of all tests takes any password.
    let cluster = Cluster::start().unwrap();
    let url = cluster.url(&cluster.create_database());
    let said = complaint(&url.replace(":secret@", ":wrong@"));
    assert!(said.contains("password authentication failed for user \"contactd\""), "{said}");
    assert!(said.ends_with(HINT), "{said}");
    let said = complaint(&format!("{url}_not_there"));
    assert!(said.contains("_not_there\" does not exist"), "{said}");
    assert!(said.ends_with(HINT), "{said}");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = listener.local_addr().unwrap();
    drop(listener);
    let said = complaint(&format!("postgres://contactd:secret@{nobody}/contactd"));
    assert!(said.contains("Connection refused"), "{said}");
    assert!(said.ends_with(HINT), "{said}");
    for bad in
        ["postgres://contactd:secret@127.0.0.1:port/x", "postgres://contactd:secret@127.0.0.1/x?sslmod=no"]
    {
        assert!(complaint(bad).ends_with(HINT));
    }
}

#[test]
fn an_older_schema_is_migrated_and_a_newer_one_refused() {
    let database = Database::postgres();
    let mut session = Session::open(&database.argument());
    session.run("CREATE TABLE contactd_schema (version bigint NOT NULL, oldest bigint NOT NULL)");
    session.run("INSERT INTO contactd_schema VALUES (0, 0)");
    let home = Home::make(&database.argument());
    let server = home.serve(&[]);
    let contact = home.contact(&server);
    assert_eq!(session.run("SELECT version > 0 FROM contactd_schema"), "t");
    // One that nodes of this release can still work with.
    session.run("UPDATE contactd_schema SET version = 99");
    let newer = home.serve(&[]);
    home.set(&newer, &contact, "still").expect(200);
    session.run("UPDATE contactd_schema SET oldest = 98");
    let said = complaint(&database.argument());
    assert!(said.contains("the database has schema 99, this contactd knows "), "{said}");
    assert!(said.contains("hint: run the newer contactd"), "{said}");
    // Whoever serves already goes on.
    home.set(&server, &contact, "on").expect(200);
}
