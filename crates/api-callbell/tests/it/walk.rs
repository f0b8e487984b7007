//! What the vendor's clients do, one call after another: walk through the contacts, filter them by tag, change tags, name,
//! team and user, look up by number, leave notes; and what the vendor's own collection of requests does.

use std::collections::BTreeSet;

use model::Json;
use serde_json::json;

use crate::stage::{Stage, example};

/// The contact, which must be an object: clients of the live service stop at anything else.
#[track_caller]
fn object(answer: &Json) -> Json {
    assert!(answer["contact"].is_object(), "{answer}");
    answer["contact"].clone()
}

/// Walks through all contacts as the clients do: page by page while there are more pages.
async fn all(stage: &Stage, filter: &str) -> Vec<Json> {
    let (mut page, mut rows) = (1, Vec::new());
    loop {
        let answer = stage.client.get(&format!("/v1/contacts?page={page}{filter}")).await.expect(200);
        rows.extend(answer["contacts"].as_array().unwrap().iter().cloned());
        let pages = answer["meta"]["pages"].as_u64().unwrap();
        assert_eq!(answer["meta"]["page"], page);
        if page >= pages {
            return rows;
        }
        page += 1;
    }
}

#[tokio::test]
async fn a_triage_bot_walks_tags_and_renames() {
    let stage = Stage::with(45, app::Compat::Observed).await.on_all_terms();
    let contacts = all(&stage, "").await;
    let mut ids: Vec<_> = contacts.iter().map(|contact| contact["uuid"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((contacts.len(), ids.len()), (49, 49));

    let called_back = async |stage: &Stage| {
        let rows = all(stage, "&tags[]=call%20BACK").await;
        rows.iter().map(|row| row["uuid"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let mut expected_back = called_back(&stage).await;

    // Of some contacts: read it, set its tags as a whole, read it again. Nothing else may move.
    let tagged = json!({"tags": ["Interested", "Call back"]});
    for contact in contacts.iter().take(5) {
        let path = format!("/v1/contacts/{}", contact["uuid"].as_str().unwrap());
        let before = object(&stage.client.get(&path).await.expect(200));
        assert_eq!(before, *contact, "lists and single contacts have the same members");
        let mut expected = before.clone();
        expected["tags"] = tagged["tags"].clone();
        let patched = stage.client.patch(&path, &tagged).await;
        assert_eq!(object(&patched.expect(200)), expected);
        assert_ne!(patched.header("contactd-change"), "");
        let again = stage.client.patch(&path, &tagged).await;
        assert_eq!((object(&again.expect(200)), again.header("contactd-change")), (expected, ""));
        expected_back.insert(contact["uuid"].as_str().unwrap().to_owned());
    }
    assert_eq!(called_back(&stage).await, expected_back);

    // Stale tags go, and a name is kept byte for byte.
    let path = format!("/v1/contacts/{}", contacts[0]["uuid"].as_str().unwrap());
    let cleared = object(&stage.client.patch(&path, &json!({"tags": []})).await.expect(200));
    assert_eq!(cleared["tags"], json!([]));
    let name = json!({"name": " Zo\u{eb}  O'Neil "});
    let renamed = object(&stage.client.patch(&path, &name).await.expect(200));
    assert_eq!((&renamed["name"], &renamed["tags"]), (&name["name"], &json!([])));
    expected_back.remove(contacts[0]["uuid"].as_str().unwrap());
    assert_eq!(called_back(&stage).await, expected_back);
}

#[tokio::test]
async fn an_agent_hands_a_contact_over() {
    let stage = Stage::observed().await.on_all_terms();
    // A look-up by number, with the channel in the body of the GET; then members are read unguarded.
    let channel = json!({"channel_uuid": "7c996996fea947f4a1d5a11e7fac84db"}).to_string();
    let found = object(&stage.client.send("GET", "/v1/contacts/phone/123456789", channel).await.expect(200));
    for name in ["uuid", "phoneNumber", "closedAt", "source", "href", "conversationHref", "blockedAt"] {
        assert!(found.get(name).is_some(), "{name}");
    }
    assert_eq!(stage.client.get("/v1/contacts/phone/5790372023").await.status, 404);
    let path = format!("/v1/contacts/{}", found["uuid"].as_str().unwrap());

    let team = json!({"team_uuid": "47aad5f9b4ca423c9d630f06ab93fe1f"});
    let moved = object(&stage.client.patch(&path, &team).await.expect(200));
    assert_eq!(moved["team"]["uuid"], team["team_uuid"]);
    let user = json!({"assigned_user": "jane.doe@email.com"});
    let given = object(&stage.client.patch(&path, &user).await.expect(200));
    assert_eq!((&given["assignedUser"], &given["team"]), (&user["assigned_user"], &moved["team"]));
    let back = json!({"team_uuid": "ad42a09715814e6483b1c5debd6a2dbc", "bot_status": "bot_end"});
    object(&stage.client.patch(&path, &back).await.expect(200));
    let bot = stage.client.get(&format!("{path}/bot")).await.expect(200);
    assert_eq!(bot["bot"]["status"], "ended");

    let noted =
        stage.client.post(&format!("{path}/conversation/note"), &json!({"text": "handed over"})).await;
    assert_eq!(noted.expect(200)["success"], true);
    // Clients follow meta, or ask until a page is empty.
    let messages = stage.client.get(&format!("{path}/messages?page=1")).await.expect(200);
    assert_eq!((&messages["messages"], &messages["meta"]["pages"]), (&json!([]), &json!(1)));

    let teams = stage.client.get("/v1/teams").await.expect(200);
    for team in teams["teams"].as_array().unwrap() {
        let path = format!("/v1/teams/{}/members?page=1", team["uuid"].as_str().unwrap());
        assert!(stage.client.get(&path).await.expect(200)["users"].is_array());
    }
}

#[tokio::test]
async fn the_collection_of_requests_runs_from_create_to_delete() {
    let stage = Stage::observed().await.on_all_terms();
    let new = json!({"source": "whatsapp", "identifier": "573192754701", "name": "Ana", "tags": ["lead"],
        "custom_fields": {"Status": "Active"}, "note": "VIP"});
    let made = object(&stage.client.post("/v1/contacts", &new).await.expect(200));
    let path = format!("/v1/contacts/{}", made["uuid"].as_str().unwrap());
    assert_eq!(all(&stage, "").await[0], made);
    let taken = stage.client.post("/v1/contacts", &new).await.expect(400);
    assert_eq!(taken["error"], json!({"identifier": ["has already been taken"]}));

    let funnels = stage.client.get("/v1/funnels").await.expect(200);
    let funnel = json!({"funnel_id": funnels["funnels"][1]["uuid"]});
    let moved = stage.client.put(&format!("{path}/conversation/update_funnel"), &funnel).await.expect(200);
    assert_eq!(object(&moved)["funnelId"], funnel["funnel_id"]);
    let closed = stage.client.post(&format!("{path}/conversation/close"), &json!({})).await.expect(200);
    assert_ne!(object(&closed)["closedAt"], Json::Null);
    let open = stage.client.post(&format!("{path}/conversation/open"), &json!({})).await.expect(200);
    assert_eq!(object(&open)["closedAt"], Json::Null);
    let asked = stage.client.post(&format!("{path}/bot"), &json!({"status": "bot_start"})).await.expect(200);
    assert_eq!(asked["bot"]["status"], "started");

    let lunch = stage.client.post("/v1/custom_statuses", &json!({"name": "Lunch"})).await.expect(200);
    let lunch = lunch["customStatus"]["id"].as_str().unwrap().to_owned();
    let set = json!({"available": false, "custom_status_uuid": lunch});
    let set = stage.client.put("/v1/users/jane.doe@email.com/status", &set).await.expect(200);
    assert_eq!(set["user_status"]["custom_status"]["name"], "Lunch");
    assert_eq!(stage.client.delete("/v1/users/jane.doe@email.com/status").await.status, 204);
    let status = format!("/v1/custom_statuses/{lunch}");
    stage.client.delete(&status).await.expect(200);
    stage.client.delete(&status).await.expect(404);

    let webhook = example("webhooks.subscribe.request");
    stage.client.post("/v1/webhooks/subscribe", &webhook).await.expect(200);
    stage.client.get("/v1/webhooks/events?status=success").await.expect(200);
    stage.client.delete("/v1/webhooks/unsubscribe").await.expect(200);
    stage.client.delete("/v1/webhooks/unsubscribe").await.expect(404);
    stage.client.get("/v1/plan").await.expect(200);

    let unchanged = object(&stage.client.get(&path).await.expect(200));
    assert_eq!((&unchanged["tags"], &unchanged["note"]), (&json!(["lead"]), &json!("VIP")));
    let gone = stage.client.delete(&path).await.expect(200);
    assert_eq!(gone, json!({"status": "contact was destroyed"}));
    for method in ["GET", "PATCH", "DELETE", "DELETE"] {
        let reply = stage.client.send(method, &path, "{}").await;
        assert_eq!(reply.expect(404), json!({"error": "contact not found"}), "{method}");
    }
    assert!(all(&stage, "").await.iter().all(|contact| contact["uuid"] != made["uuid"]));
}
