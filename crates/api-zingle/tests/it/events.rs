//! Events: notes are the only ones.

use model::{Dialect, Json, Note, NoteId};
use serde_json::json;
use testkit::{assert_has, assert_same_shape};

use crate::{CINDY, CINDY_ID, SERVICE, Site, example, fault};

const EVENTS: &str = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b/events";

impl Site {
    async fn noted(&self, body: &str) -> Json {
        let note = json!({"event_type": "note", "contact_id": CINDY_ID, "body": body});
        self.client.post(EVENTS, &note).await.expect(200)["result"].clone()
    }

    async fn bodies(&self, query: &str) -> (Vec<String>, Json) {
        let list = self.client.get(&format!("{EVENTS}?{query}")).await.expect(200);
        let rows = list["result"].as_array().unwrap();
        (
            rows.iter().map(|row| row["body"].as_str().unwrap().to_owned()).collect(),
            list["status"]["total_records"].clone(),
        )
    }
}

#[tokio::test]
async fn notes_are_events() {
    let site = Site::new().await.on_all_terms();
    let before = site.cindy().await;
    site.test.clock.advance_ms(5000);
    let mut request = example("events.create.request");
    request["contact_id"] = json!(CINDY_ID);
    let reply = site.client.post(EVENTS, &request).await;
    let made = reply.expect(200);
    assert!(!reply.header("contactd-change").is_empty());
    let mut expected = example("events.create.response");
    expected["result"]["contact_id"] = json!(CINDY_ID);
    assert_has(&made, &expected, &["result.id", "result.created_at"]);
    let path = format!("{EVENTS}/{}", made["result"]["id"].as_str().unwrap());
    assert_eq!(site.client.get(&path).await.expect(200), made);
    let list = site.client.get(&format!("{EVENTS}?contact_id={CINDY_ID}")).await.expect(200);
    assert_eq!(list["result"], json!([made["result"]]));
    let mut shape = example("events.list.response");
    shape["result"][0]["automation"] = json!({});
    assert_same_shape(&list, &shape);
    shape = example("events.get.response");
    shape["result"]["automation"] = json!({});
    assert_same_shape(&made, &shape);
    // A note is the contact's.
    let after = site.cindy().await;
    assert!(after["updated_at"].as_i64() > before["updated_at"].as_i64());
    let camel = site.client.get(&format!("{path}?camel_case=1")).await.expect(200);
    assert_eq!(camel["result"]["eventType"], "note");
    // Without its contact it is nobody's.
    site.client.delete(CINDY).await.expect(200);
    assert_eq!(site.client.get(&path).await.expect(200)["result"]["contact_id"], json!(null));
    let none = site.client.get(&format!("{EVENTS}?contact_id={CINDY_ID}")).await.expect(200);
    assert_eq!(none["result"], json!([]));
}

#[tokio::test]
async fn events_are_filtered_and_paged() {
    let site = Site::new().await.on_all_terms();
    let (others, all) = site.bodies("page_size=1000").await;
    assert_eq!(all, others.len());
    let start = site.cindy().await["updated_at"].as_i64().unwrap();
    for body in ["b", "a", "c"] {
        site.test.clock.advance_ms(10_000);
        site.noted(body).await;
    }
    // One that a user wrote, through another API.
    let user = site.test.app.authenticate("demo", Dialect::Native, None).await.unwrap();
    let jane = site.test.app.catalog(&user).await.unwrap().users.iter().next().unwrap().id;
    let cindy = model::Ref::uuid(Dialect::Zingle, CINDY_ID);
    let cindy = site.test.app.get_contact(&user, &cindy).await.unwrap().contact.id;
    site.test.clock.advance_ms(10_000);
    let make = |id, now, _: &_| Ok(Note { author: Some(jane), ..Note::new(NoteId(id), "d", now) });
    site.test.app.create_linked(&user, &[cindy], make).await.unwrap();
    let of_cindy = format!("contact_id={CINDY_ID}");
    let author = "triggered_by_user_id=5912ac4d-280a-4d4e-a632-961b40718293";
    for (query, expected, total) in [
        (of_cindy.clone(), "bacd", 4),
        (format!("{of_cindy}&sort_field=body"), "abcd", 4),
        (format!("{of_cindy}&sort_direction=desc&page_size=2&page=2"), "ab", 4),
        (format!("{of_cindy}&event_type=message,note"), "bacd", 4),
        (format!("{of_cindy}&event_type[]=message"), "", 0),
        (format!("{of_cindy}&automation_id=x"), "", 0),
        (format!("{of_cindy}&created_at=greater_than({})", start + 10), "acd", 3),
        (format!("{of_cindy}&{author}"), "d", 1),
        (format!("created_at=greater_than({start})&sort_direction=desc&page_size=2"), "dc", 4),
        (format!("created_at=greater_than({start}),less_than({})&page=2&page_size=1", start + 40), "a", 3),
        (author.to_owned(), "d", 1),
        ("triggered_by_user_id=nobody".to_owned(), "", 0),
        ("contact_id=nobody".to_owned(), "", 0),
        (format!("{of_cindy}&page_size=0"), "", 4),
    ] {
        let (bodies, count) = site.bodies(&query).await;
        assert_eq!((bodies.concat(), count), (expected.to_owned(), json!(total)), "{query}");
    }
    let (bodies, _) = site.bodies("page_size=1000&sort_direction=desc").await;
    assert_eq!(bodies[..4], ["d", "c", "a", "b"]);
    let list = site.client.get(&format!("{EVENTS}?{author}")).await.expect(200);
    assert_eq!(list["result"][0]["triggered_by_user"]["username"], "jane.doe@email.com");
    let told = fault(&site.client.get(&format!("{EVENTS}?created_at=yesterday")).await);
    assert!(told.starts_with("400 - "), "{told}");
}

#[tokio::test]
async fn bad_notes_are_refused() {
    let site = Site::new().await.on_all_terms();
    let good = json!({"event_type": "note", "contact_id": CINDY_ID, "body": "x"});
    let with = |name: &str, value: Json| {
        let mut body = good.clone();
        body[name] = value;
        body.to_string()
    };
    for (body, told) in [
        ("{}".to_owned(), "400 7000 Invalid event_type: event_type: is required"),
        (
            with("event_type", json!("message")),
            "400 7000 Invalid event_type: event_type: must be one of: note",
        ),
        (with("contact_id", json!(null)), "400 7001 Missing contact_id: contact_id: is required"),
        (with("contact_id", json!("nope")), "400 7002 Contact not found"),
        (with("body", json!(" ")), "400 7004 Missing note body: body: is required"),
        (with("body", json!(5)), "400 7004 Missing note body: body: must be a string"),
        ("[]".to_owned(), "400 2604 Invalid body content: the body must be a JSON object"),
    ] {
        assert_eq!(site.refused_at("POST", EVENTS, body).await, told);
    }
    let long = with("body", json!("x".repeat(100_000)));
    let told = site.refused_at("POST", EVENTS, long).await;
    assert!(told.starts_with("400 2604 ") && told.contains("body"), "{told}");
    assert_eq!(fault(&site.client.get(&format!("{SERVICE}/events/nope")).await), "404 7003 Event not found");
}
