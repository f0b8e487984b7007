//! `contactd import`: contacts from a file of documents, beside what goes on.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::Output;

use testkit::Database;

use crate::process::{Running, complaint, contactd, contactd_with, printed, signal, started};

/// A database with the workspace `main`, a key, and a folder for files.
struct Place {
    database: Database,
    argument: String,
    folder: tempfile::TempDir,
    key: String,
}

impl Place {
    fn make() -> Self {
        Self::of(Database::new())
    }

    fn of(database: Database) -> Self {
        let argument = database.argument();
        printed(&["workspace", "create", "main", "--database", &argument]);
        let key = printed(&["key", "create", "--workspace", "main", "--database", &argument]);
        let folder = tempfile::TempDir::new().unwrap();
        Self { database, argument, folder, key: key.trim_end().to_owned() }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file and gives its path.
    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn arguments<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        [&["import", "--database", &self.argument, "--workspace", "main"], more].concat()
    }

    fn import(&self, more: &[&str]) -> Output {
        contactd(&self.arguments(more))
    }

    fn list(&self, server: &Running, query: &str) -> serde_json::Value {
        server.request_as(&self.key, "GET", &format!("/api/v1/contacts?{query}"), "").expect(200)
    }

    fn verified(&self) -> String {
        printed(&["verify", "--database", &self.argument])
    }
}

/// What was said on standard error but how far it is.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().filter(|line| !line.contains(" contacts so far, ")).map(|line| format!("{line}\n")).collect()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn person(n: u32) -> String {
    format!(
        "{{\"aliases\":{{\"native\":[\"crm-{n}\"]}},\"name\":{{\"full\":\"Person {n}\"}},\
         \"channels\":[{{\"kind\":\"email\",\"value\":\"p{n}@example.com\"}}]}}\n"
    )
}

#[test]
fn lines_become_contacts_in_their_order_with_an_event_each() {
    let place = Place::make();
    let file = place.file("people", format!("{}\n \t\r\n{}{}", person(1), person(2), person(3).trim_end()));
    let output = place.import(&[&file]);
    assert!(output.status.success(), "{}", said(&output));
    let out = stdout(&output);
    let id = out.strip_prefix("5 lines: 3 contacts made as ").unwrap().trim_end();
    assert!(id.starts_with("import-"), "{id}");
    let server = Running::start(&["--database", &place.argument]);
    for n in 1..=3 {
        let path = format!("/api/v1/contacts/crm-{n}");
        let contact = server.request_as(&place.key, "GET", &path, "").expect(200);
        assert_eq!(contact["number"], n);
        assert_eq!(contact["name"]["full"], format!("Person {n}"));
        let history = server.request_as(&place.key, "GET", &format!("{path}/history"), "").expect(200);
        assert_eq!(history["changes"].as_array().unwrap().len(), 1);
        let actor = &history["changes"][0]["actor"];
        assert_eq!(actor, &serde_json::json!({"key_id": null, "dialect": "native", "request_id": id}));
    }
    assert_eq!(place.list(&server, "limit=1")["total"], 3);
    drop(server);
    assert_eq!(place.verified(), "ok: 3 contacts, 3 events\n");
}

#[test]
fn a_line_means_what_a_posted_document_means() {
    let place = Place::make();
    let document = r#"{"name":{"first":"Zoë"},"birthday":{"day":3},"social":{"x":"zoe"},"channels":[{"kind":"phone","value":"+1 858 555 1212","label":"HOME"}],"extras":{"acquire":{"ip":"::1"}},"opt_in":"opted_in"}"#;
    let file = place.file("one", document);
    printed(&place.arguments(&[&file]));
    let server = Running::start(&["--database", &place.argument]);
    let posted = server.request_as(&place.key, "POST", "/api/v1/contacts", document).expect(201);
    let path = "/api/v1/contacts?limit=2";
    let both = server.request_as(&place.key, "GET", path, "").expect(200)["contacts"].clone();
    let shared = |contact: &serde_json::Value| {
        let mut contact = contact.clone();
        for name in ["id", "number", "created_at", "updated_at"] {
            contact.as_object_mut().unwrap().remove(name);
        }
        contact["channels"][0].as_object_mut().unwrap().remove("id");
        contact
    };
    assert_eq!(both.as_array().unwrap().len(), 2);
    for contact in both.as_array().unwrap() {
        assert_eq!(shared(contact), shared(&posted));
    }
}

#[test]
fn what_is_wrong_with_a_line_is_told_and_kept_and_stops_nothing() {
    let place = Place::make();
    let deep = format!("{{\"extras\":{}{}}}\n", "[".repeat(70), "]".repeat(70));
    let bad = [
        (2, "{\"city\":tru}\n".to_owned()),
        (3, "{\"city\":\"a\",\"city\":\"b\"}\n".to_owned()),
        (4, deep),
        (5, "[]\r\n".to_owned()),
        (6, "{\"tags\":[\"lead\"],\"stat\":1}\n".to_owned()),
        (8, person(1)),
        (9, "{\"city\":\"\u{1b}\n".to_owned()),
    ];
    let mut text = person(1);
    for (line, bad) in &bad {
        if *line == 8 {
            text.push_str(&person(2));
        }
        text.push_str(bad);
    }
    text.push_str(&person(3));
    let (file, rejects) = (place.file("people", &text), place.path("rejects"));
    let output = place.import(&["--rejects", &rejects, &file]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(1), ""));
    let said = said(&output);
    let nested = ["0"; 63].join(".");
    let expected = format!(
        "line 2: city: invalid JSON: expected ident at column 12\n\
         line 3: city: is given twice\n\
         line 4: extras.{nested}: must not be nested deeper than 64 levels\n\
         line 5: the body must be a JSON object\n\
         line 6: stat: is not known; tags.0: no tag has the id 'lead'; give its id, for a name can belong to several\n\
         line 8: aliases.native: is the id of another contact\n\
         line 9: city: invalid JSON: control character (\\u0000-\\u001F) found while parsing a string at column 10\n\
         error: 7 lines refused of 10, 3 contacts made as import-"
    );
    assert!(said.starts_with(&expected), "{said}\n{expected}");
    assert!(said.ends_with(&format!("\nhint: mend these lines in {rejects}, and import that\n")), "{said}");
    let kept: String = bad.iter().map(|(_, line)| line.as_str()).collect();
    assert_eq!(std::fs::read_to_string(&rejects).unwrap(), kept);
    assert_eq!(place.verified(), "ok: 3 contacts, 3 events\n");
}

#[test]
fn a_line_that_is_too_long_is_refused_and_kept() {
    let place = Place::make();
    let long = format!("{{\"remarks\":\"{}\"}}\n", "x".repeat(3 << 20));
    let (file, rejects) =
        (place.file("people", format!("{}{long}{}", person(1), person(2))), place.path("r"));
    let output = place.import(&["--rejects", &rejects, &file]);
    let said = said(&output);
    assert!(
        said.starts_with("line 2: the line has more than 1 MiB\nerror: 1 lines refused of 3, 2 "),
        "{said}"
    );
    assert!(std::fs::read_to_string(&rejects).unwrap() == long);
    assert_eq!(place.verified(), "ok: 2 contacts, 2 events\n");
}

#[test]
fn importing_again_doubles_nobody_whose_line_has_an_alias() {
    let place = Place::make();
    let people: String = (1..=5).map(person).collect();
    let file = place.file("people", &people);
    printed(&place.arguments(&[&file]));
    let output = place.import(&[&file]);
    let said = said(&output);
    assert!(said.starts_with("line 1: aliases.native: is the id of another contact\n"), "{said}");
    assert!(said.contains("error: 5 lines refused of 5, 0 contacts made as "), "{said}");
    assert!(
        said.ends_with("\nhint: --rejects FILE keeps these lines as they came, to be mended and imported\n")
    );
    assert_eq!(place.verified(), "ok: 5 contacts, 5 events\n");
}

#[test]
fn a_dry_run_tells_the_same_and_stores_nothing() {
    let place = Place::make();
    printed(&place.arguments(&[&place.file("one", person(1))]));
    let text = format!("{}{}{}{{\"teams\":1}}\n", person(1), person(2), person(2));
    let server = Running::start(&["--database", &place.argument]);
    let rejects = place.path("rejects");
    let args = place.arguments(&["--dry-run", "--rejects", &rejects, "-"]);
    let output = contactd_with(&args, &text);
    assert_eq!(
        said(&output),
        format!(
            "line 1: aliases.native: is the id of another contact\n\
             line 3: aliases.native: is the id of another contact\n\
             line 4: teams: is not known\n\
             error: 3 lines refused of 4, 1 contacts would be made, nothing was stored\n\
             hint: mend these lines in {rejects}, and import that\n"
        )
    );
    let output = contactd_with(&place.arguments(&["--dry-run", "-"]), &person(7));
    assert_eq!(stdout(&output), "1 lines: 1 contacts would be made, nothing was stored\n");
    assert_eq!(place.list(&server, "limit=1")["total"], 1);
    drop(server);
    assert_eq!(place.verified(), "ok: 1 contacts, 1 events\n");
}

#[test]
fn a_stop_ends_after_what_is_in_flight_and_says_where() {
    let place = Place::make();
    let mut child = started(&place.arguments(&["-"]));
    let mut input = child.stdin.take().unwrap();
    let people: String = (1..=300).map(person).collect();
    input.write_all(people.as_bytes()).unwrap();
    // The first line that is told says that it is at work; the input stays open.
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    assert!(line.starts_with("line ") && line.contains(" contacts so far, 0 lines refused"), "{line}");
    signal(&child, "INT");
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    drop(input);
    let told = rest.lines().find_map(|line| line.strip_prefix("error: stopped after line ")).unwrap();
    let (taken, told) = told.split_once(": ").unwrap();
    let taken: u32 = taken.parse().unwrap();
    assert!(told.starts_with(&format!("{taken} contacts made as import-")), "{rest}");
    let hint = format!(
        "hint: `tail -n +{} FILE | contactd import … -` goes on with the lines after it\n",
        taken + 1
    );
    assert!(rest.ends_with(&hint), "{rest}");
    assert_eq!(place.verified(), format!("ok: {taken} contacts, {taken} events\n"));
    let after: String = (taken + 1..=301).map(person).collect();
    let output = contactd_with(&place.arguments(&["-"]), &after);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(place.verified(), "ok: 301 contacts, 301 events\n");
}

/// PostgreSQL only: a file has one server.
#[test]
fn servers_on_postgresql_go_on_meanwhile() {
    let place = Place::of(Database::postgres());
    let server = Running::start(&["--database", &place.argument]);
    let people: String = (1..=3000).map(person).collect();
    let file = place.file("people", &people);
    let importing = started(&place.arguments(&[&file]));
    let mut made = 0;
    for n in 0..50 {
        let body = format!("{{\"remarks\":\"{n}\"}}");
        made += u32::from(server.request_as(&place.key, "POST", "/api/v1/contacts", &body).status == 201);
    }
    let output = importing.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(made, 50);
    assert_eq!(place.list(&server, "limit=1")["total"], 3050);
    assert_eq!(place.verified(), "ok: 3050 contacts, 3050 events\n");
}

/// SQLite only: PostgreSQL's servers may run.
#[test]
fn a_file_that_is_served_takes_no_import() {
    let place = Place::of(Database::sqlite());
    let file = place.file("people", person(1));
    let server = Running::start(&["--database", &place.argument]);
    let text = complaint(&place.arguments(&[&file]));
    assert!(text.contains("error: cannot open the database: another contactd serves "), "{text}");
    drop(server);
    printed(&place.arguments(&[&file]));
}

#[test]
fn wrong_use_of_import_is_explained() {
    let place = Place::make();
    let file = place.file("people", person(1));
    let text = complaint(&place.arguments(&["/no/such/file"]));
    assert_eq!(text, "error: cannot read /no/such/file: No such file or directory (os error 2)\n");
    let text = complaint(&place.arguments(&[place.folder.path().to_str().unwrap()]));
    assert!(text.contains(": is a directory\n"), "{text}");
    let text = complaint(&["import", "--database", &place.argument, "--workspace", "mian", &file]);
    assert_eq!(text, "error: no such workspace\nhint: `contactd workspace list` shows them\n");
    let text = complaint(&place.arguments(&["--rejects", &file, &file]));
    assert!(text.starts_with("error: cannot make the file of --rejects: File exists"), "{text}");
    assert!(text.ends_with("\nhint: --rejects names a new file; its folder must exist and be writable\n"));
    let missing: PathBuf = place.folder.path().join("no.db");
    let text = complaint(&["import", "--database", missing.to_str().unwrap(), "--workspace", "main", &file]);
    assert!(text.starts_with("error: there is no database at ") && !missing.exists(), "{text}");
    assert_eq!(place.verified(), "ok: 0 contacts, 0 events\n");
    drop(place.database);
}

#[test]
fn a_rejects_file_without_a_line_goes_away() {
    let place = Place::make();
    let (file, rejects) = (place.file("people", person(1)), place.path("rejects"));
    printed(&place.arguments(&["--rejects", &rejects, &file]));
    assert!(!std::path::Path::new(&rejects).exists());
}

#[test]
fn help_tells_how_to_import() {
    let help = printed(&["import", "--help"]);
    for word in ["--workspace", "--rejects", "--dry-run", "NDJSON", "1 MiB", "doubles nobody", "Examples:"] {
        assert!(help.contains(word), "{word}: {help}");
    }
}
