//! Conversations: open, close, note, funnel, messages, bot.

use app::Scope;
use model::{Json, Note};
use serde_json::json;
use testkit::{assert_has, assert_same_shape};

use crate::stage::{JOHN_PATH, Stage, example, single};

const FUNNEL: &str = "ff0f96b9-b003-4d0c-b14f-27f3f6868dd6";

fn path(action: &str) -> String {
    format!("{JOHN_PATH}/{action}")
}

async fn notes(stage: &Stage) -> Vec<Note> {
    let ids = stage.record().await.notes;
    stage.test.app.find_notes(&stage.caller().await, &ids).await.unwrap()
}

#[tokio::test]
async fn close_and_open_set_and_clear_closed_at() {
    let stage = Stage::new().await;
    let reply = stage.client.send("POST", &path("conversation/close"), "").await;
    let answer = reply.expect(200);
    assert_eq!(answer["contact"]["closedAt"], "2025-01-15T12:45:00Z");
    assert_ne!(reply.header("contactd-change"), "");
    let free = ["contact.closedAt", "contact.funnelId"];
    let mut documented = example("conversation.close.response");
    documented["contact"]["funnelId"] = Json::Null;
    assert_has(&answer, &documented, &free[..1]);
    assert_eq!(stage.john().await, answer["contact"]);

    stage.test.clock.advance_ms(5000);
    let again = stage.client.send("POST", &path("conversation/close/"), "").await;
    assert_eq!(again.expect(200), answer, "it was closed already");
    assert_eq!(again.header("contactd-change"), "");

    let opened = stage.client.send("POST", &path("conversation/open"), "").await.expect(200);
    assert_has(&opened, &example("conversation.open.response"), &[]);
    assert_eq!(stage.john().await["closedAt"], Json::Null);
}

#[tokio::test]
async fn conversations_answer_in_the_shape_of_the_key() {
    for (stage, is_list) in [(Stage::new().await, true), (Stage::observed().await, false)] {
        let closed = stage.client.send("POST", &path("conversation/close"), "").await.expect(200);
        assert!(closed["contact"].is_object());
        let opened = stage.client.send("POST", &path("conversation/open"), "").await.expect(200);
        assert_eq!(opened["contact"].is_array(), is_list);
        let body = example("conversation.update_funnel.request");
        let moved = stage.client.put(&path("conversation/update_funnel"), &body).await.expect(200);
        assert_eq!(moved["contact"].is_array(), is_list);
        assert_eq!(single(&moved)["uuid"], single(&opened)["uuid"]);
    }
}

#[tokio::test]
async fn update_funnel_moves_the_contact() {
    let stage = Stage::new().await;
    let body = example("conversation.update_funnel.request");
    let reply = stage.client.put(&path("conversation/update_funnel"), &body).await;
    assert_same_shape(&reply.expect(200), &example("conversation.update_funnel.response"));
    assert_eq!(single(&reply.json())["funnelId"], FUNNEL);
    assert_eq!(stage.john().await["funnelId"], FUNNEL);
    // It is no member that an update takes.
    stage.patch(json!({"funnelId": null})).await;
    assert_eq!(stage.john().await["funnelId"], FUNNEL);
}

#[tokio::test]
async fn the_funnel_is_updated_at_the_path_of_the_snippet_too() {
    let stage = Stage::new().await;
    let body = json!({"funnel_id": "1CD7845E6B93453DB0159DCE35D16F39"});
    let reply = stage.client.post(&path("messages/update_funnel"), &body).await;
    assert_eq!(single(&reply.expect(200))["funnelId"], "1cd7845e-6b93-453d-b015-9dce35d16f39");
}

#[tokio::test]
async fn update_funnel_refuses_what_is_no_funnel() {
    let stage = Stage::new().await;
    for (body, expected) in [
        ("", json!({"funnel_id": ["must be present and not empty"]})),
        (r#"{"funnel_id":null}"#, json!({"funnel_id": ["must be present and not empty"]})),
        (r#"{"funnel_id":1}"#, json!({"funnel_id": ["must be a string"]})),
        (r#"{"funnel_id":"x"}"#, json!({"funnel_id": ["funnel does not exist"]})),
        (r#"{"funnel_id":""}"#, json!({"funnel_id": ["funnel does not exist"]})),
        ("[]", json!("the body must be a JSON object")),
    ] {
        let reply = stage.kept("PUT", &path("conversation/update_funnel"), body).await;
        assert_eq!(reply.expect(400), json!({ "error": expected }), "{body}");
    }
}

#[tokio::test]
async fn a_note_becomes_a_note_of_the_contact() {
    let stage = Stage::new().await;
    stage.extend_catalog().await;
    let reply = stage.client.post(&path("conversation/note"), &example("conversation.note.request")).await;
    assert_eq!(reply.expect(200), example("conversation.note.response"));
    assert_ne!(reply.header("contactd-change"), "");
    let second = stage.client.post(&path("conversation/note/"), &json!({"text": " é\n"})).await;
    assert_eq!(second.expect(200), json!({"success": true}));
    let notes = notes(&stage).await;
    let mut bodies: Vec<_> = notes.iter().map(|note| (note.body.as_str(), note.mentions.len())).collect();
    bodies.sort_unstable();
    assert_eq!(bodies, [(" é\n", 0), ("Hey @john.doe, look here!", 1)]);
    // The one free text beside the contact is another thing.
    assert_eq!(stage.john().await["note"], Json::Null);
}

#[tokio::test]
async fn a_note_needs_a_text() {
    let stage = Stage::new().await;
    let long = json!({"text": "x".repeat(65_537)}).to_string();
    for (body, expected) in [
        ("", json!({"text": ["must be present and not empty"]})),
        (r#"{"note":"x"}"#, json!({"text": ["must be present and not empty"]})),
        (r#"{"text":null}"#, json!({"text": ["must be present and not empty"]})),
        (r#"{"text":" "}"#, json!({"text": ["must be present and not empty"]})),
        (r#"{"text":["x"]}"#, json!({"text": ["must be a string"]})),
        (&long, json!({"text": ["must be at most 65536 characters"]})),
        ("\"x\"", json!("the body must be a JSON object")),
    ] {
        let reply = stage.kept("POST", &path("conversation/note"), body).await;
        assert_eq!(reply.expect(400), json!({ "error": expected }), "{body}");
    }
    assert_eq!(notes(&stage).await, []);
}

#[tokio::test]
async fn a_contact_has_no_messages() {
    let stage = Stage::new().await;
    let empty = |page: u64| json!({"messages": [], "meta": {"page": page, "pages": 1}});
    for (query, page) in [("", 1), ("?page=1", 1), ("?page=7", 7), ("?sort=x", 1)] {
        let answer = stage.client.get(&path(&format!("messages{query}"))).await.expect(200);
        assert_eq!(answer, empty(page), "{query}");
    }
    let example = example("contacts.messages.response");
    assert!(example["messages"].is_array());
    let reply = stage.client.get(&path("messages?page=0")).await;
    assert_eq!(reply.expect(400), json!({"error": {"page": ["must be a whole number, 1 or more"]}}));
}

#[tokio::test]
async fn the_bot_is_what_was_asked_of_it() {
    let stage = Stage::new().await;
    let none = stage.client.get(&path("bot")).await;
    assert_eq!(none.expect(404), json!({"error": "bot not found"}));
    let reply = stage.client.post(&path("bot"), &example("bot.set.request")).await;
    let free = ["bot.uuid", "bot.name", "bot.version"];
    assert_has(&reply.expect(200), &example("bot.set.response"), &free);
    let got = stage.client.get(&path("bot")).await.expect(200);
    assert_eq!(got, reply.json());
    assert_same_shape(&got, &example("bot.get.response"));
    stage.client.post(&path("bot"), &json!({"status": "bot_end"})).await.expect(200);
    assert_eq!(stage.client.get(&path("bot")).await.expect(200)["bot"]["status"], "ended");
    // An update and a creation say the same.
    stage.patch(json!({"bot_status": "bot_start"})).await;
    assert_eq!(stage.client.get(&path("bot")).await.expect(200)["bot"]["status"], "started");
}

#[tokio::test]
async fn the_bot_knows_two_words() {
    let stage = Stage::new().await;
    for (body, expected) in [
        ("", "must be present and not empty"),
        (r#"{"status":null}"#, "must be present and not empty"),
        (r#"{"status":"paused"}"#, "must be one of: bot_start, bot_end"),
        (r#"{"status":true}"#, "must be one of: bot_start, bot_end"),
    ] {
        let reply = stage.kept("POST", &path("bot"), body).await;
        assert_eq!(reply.expect(400), json!({"error": {"status": [expected]}}), "{body}");
    }
    stage.client.get(&path("bot")).await.expect(404);
}

const ACTIONS: [(&str, &str); 8] = [
    ("POST", "conversation/close"),
    ("POST", "conversation/open"),
    ("POST", "conversation/note"),
    ("PUT", "conversation/update_funnel"),
    ("POST", "messages/update_funnel"),
    ("POST", "bot"),
    ("GET", "bot"),
    ("GET", "messages"),
];

#[tokio::test]
async fn an_unknown_contact_has_no_conversation() {
    let stage = Stage::new().await;
    for (method, action) in ACTIONS {
        for id in ["00000000000000000000000000000000", "x"] {
            let path = format!("/v1/contacts/{id}/{action}");
            let reply = stage.kept(method, &path, "{}").await;
            assert_eq!(reply.expect(404), example("error.not-found.response"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn conversations_need_a_key_that_may_write() {
    let stage = Stage::new().await;
    let reader = stage.client_with(&stage.test.key(&[Scope::Read], &[]).await);
    for (method, action) in ACTIONS {
        let none = stage.client.clone().anonymous().send(method, &path(action), "{}").await;
        assert_eq!(none.expect(401), example("error.unauthorized.response"), "{method} {action}");
        if method != "GET" {
            let body = json!({"text": "x", "funnel_id": FUNNEL, "status": "bot_end"}).to_string();
            assert_eq!(reader.send(method, &path(action), body).await.status, 403, "{method} {action}");
        }
    }
    assert_eq!(stage.events().await, 1);
}
