//! Pictures over the wire: large bodies in, pictures out, also after a crash.

use testkit::Database;

use crate::process::{Running, printed};

const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// Makes a contact in a new database, and a server on it; the key, the contact's path and the database.
fn started(more: &[&str]) -> (Running, String, String, Database) {
    let database = Database::new();
    let place = database.argument();
    printed(&["workspace", "create", "main", "--database", &place]);
    let key = printed(&["key", "create", "--workspace", "main", "--database", &place]).trim_end().to_owned();
    let server = Running::start(&[&["--database", &place], more].concat());
    let services = server.request_as(&key, "GET", "/zingle/v1/services", "").expect(200);
    let service = services["result"][0]["id"].as_str().unwrap().to_owned();
    let contacts = format!("/zingle/v1/services/{service}/contacts");
    let made = server.request_as(&key, "POST", &contacts, "{}").expect(200);
    let path = format!("{contacts}/{}", made["result"]["id"].as_str().unwrap());
    (server, key, path, database)
}

/// Puts a picture that is as large as one may be; its address.
fn put(server: &Running, key: &str, path: &str) -> String {
    // What comes after a picture's end is nobody's matter; 6 MB of base64.
    let base64 = format!("{}{}", PNG.trim_end_matches('='), "A".repeat(6_000_000));
    let body = format!("{{\"content_type\":\"image/png\",\"base64\":\"{base64}\"}}");
    let put = server.request_as(key, "PUT", &format!("{path}/avatar"), &body).expect(200);
    put["result"]["avatar_uri"].as_str().unwrap().to_owned()
}

#[test]
fn a_picture_survives_a_crash_and_is_served_under_every_host() {
    let (mut server, key, path, database) = started(&[]);
    let url = put(&server, &key, &path);
    let picture = url.strip_prefix("http://localhost").unwrap().to_owned();
    server.signal("KILL");
    server.wait();
    let server = Running::start(&["--database", &database.argument()]);
    for (host, path) in [
        ("localhost", picture.clone()),
        ("api.zingle.me", picture.clone()),
        ("app.acquire.io", picture.clone()),
        ("localhost", format!("/zingle{picture}")),
    ] {
        let shown = server.request("GET", &path, &[("Host", host)], "");
        assert_eq!((shown.status, shown.header("content-type")), (200, "image/png"), "{host} {path}");
        assert!(shown.bytes.starts_with(b"\x89PNG") && shown.bytes.len() > 4 << 20);
    }
    // Other APIs show it, too.
    let id = path.rsplit('/').next().unwrap();
    let native = server.request_as(&key, "GET", &format!("/api/v1/contacts/{id}"), "").expect(200);
    assert_eq!(native["image_url"], url);
    let taken = server.request_as(&key, "PATCH", &format!("/api/v1/contacts/{id}"), r#"{"image_url":null}"#);
    taken.expect(200);
    assert_eq!(server.request("GET", &picture, &[], "").status, 404);
}

#[test]
fn pictures_are_linked_to_where_clients_reach_the_server() {
    let (server, key, path, _database) = started(&["--public-url", "https://contacts.example.com/crm/"]);
    let url = put(&server, &key, &path);
    let picture = url.strip_prefix("https://contacts.example.com/crm").unwrap();
    assert_eq!(server.request("GET", picture, &[], "").status, 200);
    let refused = crate::process::complaint(&["serve", "--demo", "--public-url", "contacts.example.com"]);
    assert!(
        refused.contains("--public-url is no URL") && refused.contains("hint: such as https://"),
        "{refused}"
    );
}
