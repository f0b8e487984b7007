//! `contactd move`: what was served from one database is served from another.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use app::{App, Options, Settings, Store, SystemClock};
use testkit::Database;

use crate::process::{Running, complaint, printed, signal, started};

fn move_from<'a>(from: &'a str, to: &'a str) -> [&'a str; 5] {
    ["move", "--from", from, "--to", to]
}

#[test]
fn a_moved_database_is_served_with_its_old_keys() {
    let (first, file, last) = (Database::new(), Database::sqlite(), Database::new());
    let (from, to, back) = (first.argument(), file.argument(), last.argument());
    printed(&["workspace", "create", "main", "--database", &from]);
    printed(&["workspace", "create", "Büro", "--database", &from]);
    let key = printed(&["key", "create", "--workspace", "main", "--database", &from]).trim_end().to_owned();
    let mut server = Running::start(&["--database", &from]);
    let make = |server: &Running, body: &str| {
        let made = server.request_as(&key, "POST", "/api/v1/contacts", body).expect(201);
        made["id"].as_str().unwrap().to_owned()
    };
    let (kept, gone) = (make(&server, r#"{"remarks":"ключ 😀"}"#), make(&server, "{}"));
    let path = format!("/api/v1/contacts/{kept}");
    server.request_as(&key, "PATCH", &path, r#"{"job_title":"Nurse"}"#).expect(200);
    assert_eq!(server.request_as(&key, "DELETE", &format!("/api/v1/contacts/{gone}"), "").status, 204);
    let histories = |server: &Running| {
        [&kept, &gone].map(|id| {
            let path = format!("/api/v1/contacts/{id}/history");
            server.request_as(&key, "GET", &path, "").expect(200).to_string()
        })
    };
    let before = (server.request_as(&key, "GET", &path, "").expect(200), histories(&server));
    server.signal("TERM");
    assert!(server.wait().success());

    let all =
        "moved: 2 workspaces, 1 contacts, 4 events, 1 keys; all 16 records are the same in both databases\n";
    assert_eq!(printed(&move_from(&from, &to)), all);
    assert_eq!(printed(&move_from(&to, &back)), all);
    for database in [&to, &back] {
        assert_eq!(printed(&["verify", "--database", database]), "ok: 1 contacts, 4 events\n");
        let server = Running::start(&["--database", database]);
        assert_eq!((server.request_as(&key, "GET", &path, "").expect(200), histories(&server)), before);
        make(&server, r#"{"remarks":"new"}"#);
    }
    let refused = complaint(&move_from(&from, &to));
    assert!(refused.ends_with(
        "contacts.db is not empty: it has workspaces\n\
         hint: --to is a path without a file, or an empty PostgreSQL database\n"
    ));
}

#[tokio::test]
async fn a_stop_leaves_a_move_that_goes_on() {
    let first = Database::new();
    let from = first.argument();
    let store = Store::open(&from.parse().unwrap(), Options::default()).await.unwrap();
    let app = App::new(store, Arc::new(SystemClock), Settings::default());
    app.seed_demo(1500).await.unwrap();
    app.close().await;
    // A stop may come too late.
    for _ in 0..20 {
        let target = Database::new();
        let to = target.argument();
        let mut moving = started(&move_from(&from, &to));
        let mut said = BufReader::new(moving.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert!(line.starts_with("copying workspaces: 0 of "), "{line}");
        signal(&moving, "TERM");
        let mut rest = String::new();
        said.read_to_string(&mut rest).unwrap();
        if moving.wait().unwrap().success() {
            continue;
        }
        assert!(
            rest.ends_with(
                "error: stopped before all was moved\nhint: the same command goes on where it stopped\n"
            ),
            "{rest}"
        );
        let refused = complaint(&["serve", "--listen", "127.0.0.1:0", "--database", &to]);
        assert!(refused.contains("cannot open the database: unfinished move from "), "{refused}");
        complaint(&["workspace", "list", "--database", &to]);
        assert!(printed(&move_from(&from, &to)).starts_with("moved: 1 workspaces, 1504 contacts, "));
        assert_eq!(printed(&["verify", "--database", &to]), "ok: 1504 contacts, 1508 events\n");
        return;
    }
    panic!("no stop came in time");
}

/// SQLite only: PostgreSQL's servers may run.
#[test]
fn a_file_that_is_served_is_not_moved() {
    let (first, target) = (Database::sqlite(), Database::new());
    let (from, to) = (first.argument(), target.argument());
    printed(&["workspace", "create", "main", "--database", &from]);
    let server = Running::start(&["--database", &from]);
    let refused = complaint(&move_from(&from, &to));
    assert_eq!(
        refused,
        format!(
            "error: cannot read {from}: another contactd serves {from}\n\
             hint: stop the server; nothing may be written while a store is moved\n"
        )
    );
    drop(server);
    printed(&move_from(&from, &to));
}

#[test]
fn help_tells_how_to_move() {
    let help = printed(&["move", "--help"]);
    for word in ["--from", "--to", "503", "CONTACTD_MOVE_FROM", "goes on where it stopped", "createdb"] {
        assert!(help.contains(word), "{word}: {help}");
    }
}
