//! Running it: health, metrics, request ids, oddities of HTTP clients.

use crate::process::Running;

fn demo() -> Running {
    Running::start(&["--demo", "--demo-contacts", "0"])
}

#[test]
fn health_readiness_and_metrics() {
    let server = demo();
    assert_eq!(server.request("GET", "/healthz", &[], "").text, "ok\n");
    assert_eq!(server.request("GET", "/readyz", &[], "").text, "ready\n");
    server.request_as("demo", "GET", "/api/v1/contacts", "").expect(200);
    server.request_as("demo", "GET", "/callbell/v1/contacts/none", "").expect(404);
    server.request_as("demo", "GET", "/rolodex/nowhere/at/all", "").expect(404);
    let metrics = server.request("GET", "/metrics", &[], "").text;
    for line in [
        "contactd_requests_total{dialect=\"native\",route=\"/api/v1/contacts\",method=\"GET\",status=\"200\"} 1",
        "contactd_requests_total{dialect=\"callbell\",route=\"/v1/contacts/{uuid}\",method=\"GET\",status=\"404\"} 1",
        "contactd_requests_total{dialect=\"rolodex\",route=\"\",method=\"\",status=\"404\"} 1",
        "contactd_request_seconds_count{dialect=\"native\"} 1",
        "contactd_writer_events_total 8",
        "contactd_writer_waiting 0",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    assert!(metrics.ends_with("# EOF\n"), "{metrics}");
}

#[test]
fn every_answer_carries_the_requests_id() {
    let server = demo();
    let path = "/callbell/v1/contacts/414a6d692bd645ed803f2e7ce360d4c8";
    let given = [("Authorization", "Bearer demo"), ("X-Request-Id", "mine-1")];
    let reply = server.request("PATCH", path, &given, r#"{"name":"With an id"}"#);
    assert_eq!(reply.header("x-request-id"), "mine-1");
    let change = reply.header("contactd-change");
    let event = server.request_as("demo", "GET", &format!("/api/v1/changes/{change}"), "").expect(200);
    assert_eq!(event["actor"]["request_id"], "mine-1");
    assert_eq!(event["actor"]["dialect"], "callbell");
    let made = server.request("GET", "/healthz", &[("X-Request-Id", &"x".repeat(500))], "");
    assert_eq!(made.header("x-request-id").len(), 32);
}

#[test]
fn real_clients_oddities_are_taken() {
    let server = demo();
    let zingle = "/zingle/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b/contacts";
    // A slash at the end, alone and before the query.
    server.request_as("demo", "GET", "/zingle/v1/", "").expect(200);
    server.request_as("demo", "GET", &format!("{zingle}/?page=1"), "").expect(200);
    // A POST without any length, and a GET and a DELETE with a body.
    let head = |method: &str, path: &str| {
        format!("{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer demo\r\n")
    };
    let mut connection = server.connect();
    connection.raw(format!("{}\r\n", head("POST", zingle)).as_bytes()).unwrap().expect(200);
    let label =
        format!("{zingle}/f119fe3b-67e2-4b59-b605-5586616978d0/labels/4492b6a7-bac4-471a-8e54-ddcdda502013/");
    let attach = format!("{}Content-Type: application/json\r\n\r\n", head("POST", &label));
    for _ in 0..2 {
        let contact = connection.raw(attach.as_bytes()).unwrap().expect(200)["result"].clone();
        assert_eq!(contact["labels"].as_array().unwrap().len(), 1);
    }
    let detach = format!("{}Content-Length: 2\r\n\r\n{{}}", head("DELETE", &label));
    assert_eq!(
        connection.raw(detach.as_bytes()).unwrap().expect(200)["result"]["labels"],
        serde_json::json!([])
    );
    let get = head("GET", "/callbell/v1/contacts/414a6d692bd645ed803f2e7ce360d4c8");
    connection.raw(format!("{get}Content-Length: 2\r\n\r\n{{}}").as_bytes()).unwrap().expect(200);
    let delete = head("DELETE", &format!("{zingle}/f119fe3b-67e2-4b59-b605-5586616978d0"));
    connection.raw(format!("{delete}Content-Length: 2\r\n\r\n{{}}").as_bytes()).unwrap().expect(200);
    // JSON under any Content-Type, and under two.
    let put = head("PUT", "/acquire/api/v1/crm/objects/contact/2");
    for kind in
        ["", "Content-Type: text/plain\r\n", "Content-Type: a/b\r\nContent-Type: application/json\r\n"]
    {
        let request = format!("{put}{kind}Content-Length: 15\r\n\r\n{{\"name\":\"Kim\"}} ");
        assert_eq!(connection.raw(request.as_bytes()).unwrap().expect(200)["data"]["fields"]["name"], "Kim");
    }
    // A body in chunks.
    let chunked =
        format!("{put}Transfer-Encoding: chunked\r\n\r\n7\r\n{{\"name\"\r\n7\r\n:\"Lee\"}}\r\n0\r\n\r\n");
    assert_eq!(connection.raw(chunked.as_bytes()).unwrap().expect(200)["data"]["fields"]["name"], "Lee");
}

#[test]
fn the_host_of_the_request_line_counts_before_the_header() {
    let server = demo();
    let path = "/v1/contacts/414a6d692bd645ed803f2e7ce360d4c8";
    let get = |target: &str, host: &str| {
        let request =
            format!("GET {target}{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer demo\r\n\r\n");
        server.connect().raw(request.as_bytes()).unwrap().status
    };
    assert_eq!(get("", "api.callbell.eu"), 200);
    assert_eq!(get("http://api.callbell.eu", "localhost"), 200);
    assert_eq!(get("http://localhost", "api.callbell.eu"), 404);
}

#[test]
fn a_body_over_the_limit_is_refused_in_every_dialect() {
    let server = demo();
    let body = format!("{{\"name\":\"{}\"}}", "x".repeat(2 << 20));
    for (method, path) in [
        (
            "PUT",
            "/zingle/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b/contacts/f119fe3b-67e2-4b59-b605-5586616978d0",
        ),
        ("PUT", "/acquire/api/v1/crm/objects/contact/2"),
        ("PATCH", "/callbell/v1/contacts/414a6d692bd645ed803f2e7ce360d4c8"),
        ("PUT", "/rolodex/user-api/v1/contacts/contact_67890"),
        ("POST", "/api/v1/contacts"),
    ] {
        // The server may answer and close before all of the body was sent.
        let mut connection = server.connect();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer demo\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        connection.send(head.as_bytes()).unwrap();
        let _ = connection.send(&body.as_bytes()[..(1 << 20) + 1]);
        assert_eq!(connection.receive().unwrap().status, 413, "{path}");
    }
}

/// Many clients send a request's head and body apart, and go on with the connection whatever the answer was.
#[test]
fn an_answer_waits_for_the_rest_of_its_request() {
    let server = Running::start(&["--demo", "--demo-contacts", "0"]);
    let mut connection = server.connect();
    for (path, status) in [("/api/v1/contacts", 401), ("/callbell/v1/nothing", 404)] {
        let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n");
        connection.send(head.as_bytes()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert_eq!(connection.raw(b"{}").unwrap().status, status, "{path}");
    }
    let reply =
        connection.request("GET", "/api/v1/contacts", &[("Authorization", "Bearer demo")], "").unwrap();
    assert_eq!(reply.status, 200);
}
