//! The README's tour: the documented request of each vendor, as the demo prints it, gets the documented answer.

use model::Json;
use testkit::{HttpReply, assert_has};

use crate::process::Running;

/// Sends a `curl` line as the demo prints it: `curl -X METHOD URL [-u USER] [-H HEADER]… [-d BODY]`.
fn paste(server: &Running, line: &str) -> HttpReply {
    let mut words = words(line).into_iter();
    assert_eq!(words.next().as_deref(), Some("curl"));
    let (mut method, mut url, mut body) = (String::new(), String::new(), String::new());
    let mut headers = Vec::new();
    while let Some(word) = words.next() {
        let mut argument = || words.next().expect("an argument");
        match word.as_str() {
            "-X" => method = argument(),
            "-d" => body = argument(),
            "-H" => {
                let (name, value) =
                    argument().split_once(": ").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
                headers.push((name, value));
            }
            "-u" => {
                // base64 of joe@example.com:demo
                assert_eq!(argument(), "joe@example.com:demo");
                headers.push(("Authorization".to_owned(), "Basic am9lQGV4YW1wbGUuY29tOmRlbW8=".to_owned()));
            }
            _ => url = word,
        }
    }
    let path = url.strip_prefix(&format!("http://{}", server.address)).expect("the server's own address");
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    server.request(&method, path, &headers, &body)
}

/// The words of a shell line with single quotes only.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (n, part) in line.split('\'').enumerate() {
        if n % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

fn example(text: &str) -> Json {
    serde_json::from_str(text).expect("an example")
}

#[test]
fn the_four_documented_requests_get_the_four_documented_answers() {
    let server = Running::start(&["--demo"]);
    let lines: Vec<_> = server.printed.lines().filter(|line| line.starts_with("curl ")).collect();
    let [zingle, acquire, callbell, rolodex, _undo] = lines[..] else { panic!("{}", server.printed) };

    let reply = paste(&server, zingle);
    let free = ["result.updated_at"];
    assert_has(&reply.expect(200), &example(include_str!("../examples/zingle.update.response.json")), &free);
    let undone = reply.header("contactd-change").to_owned();

    let answer = paste(&server, acquire).expect(200);
    assert_has(&answer, &example(include_str!("../examples/acquire.update.response.json")), &[]);

    let answer = paste(&server, callbell).expect(200);
    assert_has(&answer, &example(include_str!("../examples/callbell.update.response.json")), &[]);

    let reply = paste(&server, rolodex);
    let last = reply.header("contactd-change").to_owned();
    let answer = reply.expect(200);
    let free = ["data.updated_at"];
    assert_has(&answer, &example(include_str!("../examples/rolodex.update.response.json")), &free);
    assert_eq!(answer["data"]["emails"][0]["email_address"], "jane.smith@newcompany.com");
    assert_eq!(answer["data"]["custom_fields"][0]["value"], example("88"));

    // The page takes back the last one.
    let page = include_str!("../../../../README.md");
    assert!(page.contains(&format!("/api/v1/changes/{last}/undo ")), "{last}");

    let path = format!("/api/v1/changes/{undone}/undo");
    let answer = server.request_as("demo", "POST", &path, "").expect(200);
    assert_eq!(answer["contact"]["name"]["first"], "Cindy");
}

#[test]
fn the_demo_has_its_contacts_and_a_crowd() {
    let server = Running::start(&["--demo"]);
    let list = server.request_as("demo", "GET", "/api/v1/contacts?limit=1", "").expect(200);
    assert_eq!(list["total"], example("1004"));
}

#[test]
fn vendors_host_names_need_no_prefix() {
    let server = Running::start(&["--demo", "--demo-contacts", "0"]);
    for (host, key, path) in [
        (
            "api.zingle.me",
            ("Authorization", "Bearer demo"),
            "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b/contacts/f119fe3b-67e2-4b59-b605-5586616978d0",
        ),
        ("acme.acquire.io:443", ("Authorization", "Bearer demo"), "/api/v1/crm/objects/contact/2"),
        (
            "API.callbell.eu",
            ("Authorization", "Bearer demo"),
            "/v1/contacts/414a6d692bd645ed803f2e7ce360d4c8",
        ),
        ("api.rolodexcrm.com", ("x-rolodex-api-key", "demo"), "/user-api/v1/contacts/contact_67890"),
        ("api.rolodexcrm.com", ("Authorization", "Bearer demo"), "/v1/contacts/contact_67890/"),
    ] {
        let reply = server.request("GET", path, &[("Host", host), key], "");
        assert_eq!(reply.status, 200, "{host}: {}", reply.text);
    }
}
