//! The command line: what is printed where, exit codes, hints.

use testkit::Connection;

use crate::process::{Running, complaint, contactd_with, printed};

/// A database with the workspace `main`.
struct Database {
    _place: testkit::Database,
    argument: String,
}

impl Database {
    fn with_workspace() -> Self {
        Self::of(testkit::Database::new())
    }

    fn of(place: testkit::Database) -> Self {
        let argument = place.argument();
        printed(&["workspace", "create", "main", "--database", &argument]);
        Self { argument, _place: place }
    }

    fn key(&self, args: &[&str]) -> String {
        let base = ["key", "create", "--workspace", "main", "--database", &self.argument];
        printed(&[&base[..], args].concat()).trim_end().to_owned()
    }
}

fn status(server: &Running, key: &str, method: &str, path: &str) -> u16 {
    server.request_as(key, method, path, "{}").status
}

#[test]
fn key_create_prints_the_key_and_nothing_else() {
    let database = Database::with_workspace();
    let out = printed(&["key", "create", "--workspace", "main", "--database", &database.argument]);
    let key = out.strip_suffix('\n').unwrap();
    assert!(
        key.starts_with("ctd_")
            && key.len() == 44
            && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    );
    let listed = printed(&["key", "list", "--database", &database.argument]);
    assert!(!listed.contains(key), "{listed}");
    assert!(listed.contains("main  read,write  native,zingle,acquire,callbell,rolodex  active"), "{listed}");
}

#[test]
fn workspaces_are_made_once_and_listed() {
    let database = Database::with_workspace();
    let text = complaint(&["workspace", "create", "main", "--database", &database.argument]);
    assert_eq!(text, "error: cannot make the workspace 'main': main is in use\n");
    let listed = printed(&["workspace", "list", "--database", &database.argument]);
    assert_eq!(listed.lines().count(), 1);
    assert!(listed.ends_with("  main\n"), "{listed}");
}

#[test]
fn keys_are_made_beside_a_running_server_and_revoked_within_a_second() {
    let database = Database::with_workspace();
    let server = Running::start(&["--database", &database.argument]);
    let key = database.key(&["--name", "bot"]);
    assert_eq!(status(&server, &key, "GET", "/api/v1/contacts"), 200);
    let listed = printed(&["key", "list", "--database", &database.argument]);
    let id = listed.split_whitespace().next().unwrap();
    printed(&["key", "revoke", id, "--database", &database.argument]);
    let revoked_at = std::time::Instant::now();
    while status(&server, &key, "GET", "/api/v1/contacts") != 401 {
        assert!(revoked_at.elapsed().as_secs() < 5, "the key still works");
    }
    let listed = printed(&["key", "list", "--database", &database.argument]);
    assert!(listed.contains("  revoked 20") && listed.ends_with("  bot\n"), "{listed}");
}

#[test]
fn keys_are_changed_and_rotated_beside_a_running_server() {
    let database = Database::with_workspace();
    let server = Running::start(&["--database", &database.argument]);
    let old = database.key(&["--policy", "tags=add_only", "--policy", "city=refuse", "--rate", "600/minute"]);
    let list = || printed(&["key", "list", "--database", &database.argument]);
    let id = list().split_whitespace().next().unwrap().to_owned();
    let run = |args: &[&str]| printed(&[args, &["--database", &database.argument]].concat());
    run(&[
        "key",
        "change",
        &id,
        "--no-policy",
        "city",
        "--policy",
        "lists=refuse",
        "--scope",
        "read",
        "--no-rate",
    ]);
    assert!(list().contains("main  read  "), "{}", list());
    assert!(list().ends_with("  active  lists=refuse,tags=add_only\n"), "{}", list());
    let new = run(&["key", "rotate", &id, "--overlap", "1"]);
    for secret in [old.as_str(), new.trim_end()] {
        assert_eq!(status(&server, secret, "GET", "/api/v1/contacts"), 200);
    }
    run(&["workspace", "rename", "main", "front desk"]);
    assert!(list().contains("  front desk  read  "), "{}", list());
    // What was done is told, and taken back where that gives no secret back.
    let history = printed(&["key", "history", &id, "--database", &database.argument]);
    let kinds: Vec<_> = history.lines().map(|line| line.split("\"kind\":").nth(1).unwrap()).collect();
    assert!(
        kinds.len() == 3
            && kinds[0].starts_with("\"rotated\"")
            && kinds[1].starts_with("\"updated\"")
            && kinds[2].starts_with("\"created\""),
        "{history}"
    );
    let changed = list();
    run(&["key", "undo", &id, "2"]);
    assert!(list().contains("tags=add_only") && list().contains("city=refuse"), "{}", list());
    run(&["key", "undo", &id, "4"]);
    assert_eq!(list(), changed);
    let complaint = |args: &[&str]| complaint(&[args, &["--database", &database.argument]].concat());
    let text = complaint(&["key", "undo", &id, "3"]);
    let why = "the change was not taken back: the secret before is gone; rotate the key again";
    assert_eq!(text, format!("error: {why}\n"));
    let text = complaint(&["key", "undo", &id, "9"]);
    let hint = format!("hint: `contactd key history {id}` shows the revisions");
    assert_eq!(text, format!("error: no change of the key made revision 9\n{hint}\n"));
    let text = complaint(&["key", "change", "x"]);
    assert_eq!(text, "error: no key has the id 'x'\nhint: `contactd key list` shows the ids\n");
}

#[test]
fn members_are_made_filterable_beside_a_running_server() {
    let database = Database::with_workspace();
    let key = database.key(&[]);
    let server = Running::start(&["--database", &database.argument]);
    let set = |members: &'static str| {
        ["workspace", "set", "main", "--filterable", members, "--database", &database.argument]
    };
    let until = |filterable: &str| {
        let (started, expected) = (std::time::Instant::now(), format!("\"filterable\":{filterable}"));
        // The server may know the settings of a second ago.
        loop {
            let reply = server.request_as(&key, "GET", "/api/v1/settings", "");
            if reply.text.contains(&expected) {
                return;
            }
            assert!(started.elapsed().as_secs() < 10, "{}", reply.text);
        }
    };
    assert_eq!(printed(&set("last_name, city")), "");
    until(r#"["last_name","city"]"#);
    assert!(
        complaint(&set("city,updated_at"))
            .contains("'updated_at' cannot be filterable; these can: first_name, ")
    );
    printed(&set(""));
    until("[]");
}

#[test]
fn a_key_does_only_what_it_was_made_for() {
    let database = Database::with_workspace();
    let server = Running::start(&["--database", &database.argument]);
    let reader = database.key(&["--scope", "read"]);
    assert_eq!(status(&server, &reader, "GET", "/api/v1/contacts"), 200);
    assert_eq!(status(&server, &reader, "POST", "/api/v1/contacts"), 403);
    let callbell = database.key(&["--dialect", "callbell"]);
    assert_eq!(status(&server, &callbell, "GET", "/callbell/v1/contacts"), 200);
    assert_eq!(status(&server, &callbell, "GET", "/api/v1/contacts"), 403);
    let expired = database.key(&["--expires", "2020-01-01"]);
    assert_eq!(status(&server, &expired, "GET", "/api/v1/contacts"), 401);
}

#[test]
fn an_old_clients_secret_is_taken_over() {
    let database = Database::with_workspace();
    let args =
        ["key", "create", "--workspace", "main", "--secret-from-stdin", "--database", &database.argument];
    let secret = "the-key-that-the-old-bot-has";
    let output = contactd_with(&args, &format!("{secret}\n"));
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{secret}\n"));
    let again = contactd_with(&args, secret);
    assert_eq!(String::from_utf8(again.stderr).unwrap(), "error: a key with this secret exists already\n");
    let short = contactd_with(&args, "short");
    assert!(!short.status.success());
    assert!(String::from_utf8(short.stderr).unwrap().contains("20 or more visible ASCII characters"));
    let server = Running::start(&["--database", &database.argument]);
    assert_eq!(status(&server, secret, "GET", "/callbell/v1/contacts"), 200);
}

#[test]
fn a_second_server_on_one_file_is_refused_by_name() {
    let database = Database::of(testkit::Database::sqlite());
    let _first = Running::start(&["--database", &database.argument]);
    let text = complaint(&["serve", "--listen", "127.0.0.1:0", "--database", &database.argument]);
    assert!(text.contains("error: cannot open the database: another contactd serves "), "{text}");
    assert!(text.ends_with("hint: stop the other server, or give this one another --database\n"), "{text}");
}

#[test]
fn wrong_use_is_explained() {
    let text = complaint(&["serve", "--demo", "--listen", "0.0.0.0:0"]);
    assert_eq!(
        text,
        "error: --demo has a key that everybody knows and listens on loopback only, not on 0.0.0.0:0\n\
         hint: leave out --listen, or use 127.0.0.1 or [::1]\n"
    );
    let text = complaint(&["serve", "--database", "mysql://localhost/contacts"]);
    assert_eq!(
        text,
        "error: databases with the scheme 'mysql' are not supported\n\
         hint: give a path, sqlite:PATH, or postgres://USER:PASSWORD@HOST/DATABASE\n"
    );
    let text = complaint(&["key", "create", "--workspace", "main", "--scope", "all"]);
    assert!(text.contains("unknown scope 'all'; known: read, write, admin"), "{text}");
    let database = Database::with_workspace();
    let text = complaint(&["key", "create", "--workspace", "mian", "--database", &database.argument]);
    assert_eq!(text, "error: no such workspace\nhint: `contactd workspace list` shows them\n");
    let text = complaint(&["key", "revoke", "x", "--database", &database.argument]);
    assert_eq!(text, "error: no key has the id 'x'\nhint: `contactd key list` shows the ids\n");
}

/// SQLite only: a file can be missing.
#[test]
fn a_file_that_is_not_there_is_named() {
    let database = testkit::Database::sqlite();
    let text = complaint(&["key", "create", "--workspace", "main", "--database", &database.argument()]);
    assert!(text.starts_with("error: there is no database at "), "{text}");
    assert!(!std::path::Path::new(&database.argument()).exists(), "a mistyped path makes no database");
    let text = complaint(&["serve", "--database", "/no/such/folder/contacts.db"]);
    assert!(text.starts_with("error: cannot open the database: "), "{text}");
    assert!(text.contains("cannot use /no/such/folder: No such file or directory"), "{text}");
    assert!(text.contains("\nhint: "), "{text}");
}

#[test]
fn settings_come_from_a_file_the_environment_and_options() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let database = Database::with_workspace();
    let text = format!("database = {:?}\ncompat = \"observed\"\n", database.argument);
    std::fs::write(path("good.toml"), text).unwrap();
    std::fs::write(path("bad.toml"), "databse = 1\n").unwrap();
    let text = complaint(&["serve", "--config", &path("bad.toml")]);
    assert!(text.contains("unknown field `databse`"), "{text}");
    let server = Running::start(&["--config", &path("good.toml")]);
    let made = server.request_as(
        &database.key(&[]),
        "POST",
        "/callbell/v1/contacts",
        r#"{"source":"whatsapp","identifier":"31612345678","name":"Kim"}"#,
    );
    assert!(made.expect(200)["contact"].is_object(), "compat of the file is in force");
}

#[test]
fn help_tells_every_option_and_its_variable() {
    let help = printed(&["serve", "--help"]);
    for word in [
        "--listen",
        "--database",
        "--demo",
        "--compat",
        "--config",
        "--tls-cert",
        "--tls-key",
        "CONTACTD_LISTEN",
        "CONTACTD_DATABASE",
        "CONTACTD_TLS_CERT",
        "CONTACTD_TLS_KEY",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
    assert!(printed(&["--version"]).starts_with("contactd 0."));
}

#[test]
fn a_stop_answers_what_is_in_flight_and_then_closes() {
    let database = Database::with_workspace();
    let key = database.key(&[]);
    let mut server = Running::start(&["--database", &database.argument]);
    let mut connection = Connection::open(server.address).unwrap();
    // Half of a request is in flight when the signal comes.
    let head = format!(
        "POST /api/v1/contacts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 23\r\n\r\n"
    );
    connection.send(format!("{head}{{\"remarks\":").as_bytes()).unwrap();
    // A request on another connection tells that the server has read the first half before it is stopped.
    assert_eq!(status(&server, &key, "GET", "/api/v1/contacts"), 200);
    server.signal("TERM");
    connection.send(b"\"in flight\"}").unwrap();
    let reply = connection.receive().unwrap();
    assert_eq!(reply.expect(201)["remarks"], "in flight");
    assert!(server.wait().success());
    assert!(Connection::open(server.address).is_err());
    let server = Running::start(&["--database", &database.argument]);
    let list = server.request_as(&key, "GET", "/api/v1/contacts", "").expect(200);
    assert_eq!(list["contacts"][0]["remarks"], "in flight");
}
