//! The pages under `/docs`.

use crate::process::Running;

#[test]
fn the_docs_describe_every_api_and_need_nothing_from_elsewhere() {
    let server = Running::start(&["--demo", "--demo-contacts", "0"]);
    let index = server.request("GET", "/docs/", &[], "");
    assert_eq!(index.status, 200);
    assert!(index.header("content-security-policy").starts_with("default-src 'none'"));
    let names: Vec<_> =
        index.text.split("href=\"/docs/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(!names.is_empty(), "{}", index.text);
    for name in names {
        let page = server.request("GET", &format!("/docs/{name}"), &[], "");
        assert_eq!(page.status, 200, "{name}");
        if name.ends_with(".json") {
            assert_eq!(page.header("content-type"), "application/json");
            let document = page.json();
            assert_eq!(document["openapi"], "3.1.1");
            references_lead_somewhere(&document, &document);
            continue;
        }
        for source in page.text.split("src=\"").skip(1) {
            let path = source.split('"').next().unwrap();
            assert!(path.starts_with("/docs/"), "{name} takes {path}");
            assert_eq!(server.request("GET", path, &[], "").status, 200, "{path}");
        }
    }
    for path in ["/docs/nothing", "/docs/nothing/openapi.json", "/docs/callbell/x"] {
        assert_eq!(server.request("GET", path, &[], "").status, 404, "{path}");
    }
}

/// What a description refers to is in it.
fn references_lead_somewhere(part: &serde_json::Value, document: &serde_json::Value) {
    if let Some(reference) = part["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let members = part.as_object().into_iter().flat_map(|members| members.values());
    let items = part.as_array().into_iter().flatten();
    members.chain(items).for_each(|part| references_lead_somewhere(part, document));
}

#[test]
fn the_type_of_a_problem_is_a_page_that_explains_it() {
    let server = Running::start(&["--demo", "--demo-contacts", "0"]);
    let index = server.request("GET", "/docs/problems", &[], "");
    for (path, body) in [("/api/v1/nothing", ""), ("/api/v1/contacts", "{"), ("/api/v1/contacts?limit=0", "")]
    {
        let method = if body.is_empty() { "GET" } else { "POST" };
        let problem = server.request_as("demo", method, path, body).json();
        let kind = problem["type"].as_str().unwrap();
        let page = server.request("GET", kind, &[], "");
        assert_eq!(page.status, 200, "{kind}");
        assert!(page.text.contains(problem["title"].as_str().unwrap()), "{}", page.text);
        assert!(index.text.contains(&format!("href=\"{kind}\"")), "{kind}: {}", index.text);
    }
    for kind in api_native::problem_kinds() {
        let page = server.request("GET", kind.uri, &[], "");
        assert_eq!(page.status, 200, "{}", kind.uri);
        assert!(page.text.contains(kind.title) && page.text.contains(kind.text), "{}", page.text);
        assert!(index.text.contains(&format!("href=\"{}\"", kind.uri)), "{}: {}", kind.uri, index.text);
    }
    assert_eq!(server.request("GET", "/docs/problems/nothing", &[], "").status, 404);
}

#[test]
fn a_server_is_strict_when_told_so() {
    let server = Running::start(&["--demo", "--demo-contacts", "0", "--strict"]);
    let reply = server.request_as("demo", "GET", "/callbell/v1/contacts?modified_since=2024-01-01", "");
    assert_eq!(reply.expect(400)["error"]["modified_since"][0], "is not documented");
    let lenient = Running::start(&["--demo", "--demo-contacts", "0"]);
    let reply = lenient.request_as("demo", "GET", "/callbell/v1/contacts?modified_since=2024-01-01", "");
    reply.expect(200);
    assert_eq!(reply.header("contactd-ignored"), "modified_since");
}
