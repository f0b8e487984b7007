//! Merging contacts, what that would make, and taking it apart.

use model::Json;
use serde_json::json;
use testkit::{Client, Reply};

use crate::{CONTACTS, JANE, change, changes, create, numbered, path, refusals, start};

async fn merge(client: &Client, into: &Json, body: &Json) -> Reply {
    client.post(&format!("{}/merge", path(into)), body).await
}

async fn unmerge(client: &Client, from: &Json, body: &Json) -> Reply {
    client.post(&format!("{}/unmerge", path(from)), body).await
}

/// Two contacts of one person.
async fn two(client: &Client) -> (Json, Json) {
    let jane = json!({"name": {"full": "Jane"}, "city": "Oslo"});
    let janet = json!({
        "name": {"full": "Janet Smith"}, "city": "Rome", "job_title": "CTO", "values": {"lead_score": 7},
        "channels": [{"kind": "email", "value": "janet@x.example"}], "aliases": {"native": ["janet"]},
    });
    (create(client, &jane).await, create(client, &janet).await)
}

/// A contact without what counts its changes.
fn content(contact: &Json) -> Json {
    let mut content = contact.clone();
    let members = content.as_object_mut().expect("a contact");
    members.remove("revision");
    members.remove("updated_at");
    content
}

#[tokio::test]
async fn contacts_are_merged_and_taken_apart_again() {
    let (_test, client) = start().await;
    let (jane, janet) = two(&client).await;
    let merged = merge(&client, &jane, &json!({"contacts": ["janet"]})).await;
    let body = merged.expect(200);
    let contact = &body["contact"];
    assert_eq!((&body["change"], merged.header("etag")), (&json!(change(&merged)), "\"2\""));
    assert_eq!(
        (&contact["id"], &contact["city"], &contact["job_title"]),
        (&jane["id"], &json!("Oslo"), &json!("CTO"))
    );
    assert!(body["differences"].as_array().unwrap().iter().any(|each| each["member"] == "job_title"));
    for old in [path(&janet), format!("{CONTACTS}/janet")] {
        assert_eq!(client.get(&old).await.expect(200), *contact);
    }
    client.patch(&path(&jane), &json!({"job_title": "CEO", "state": "Oslo"})).await.expect(200);
    let apart = unmerge(&client, &janet, &json!({})).await;
    let body = apart.expect(200);
    change(&apart);
    assert_eq!(
        (&body["contact"]["job_title"], &body["contact"]["state"]),
        (&json!("CEO"), &json!("Oslo")),
        "kept"
    );
    assert_eq!(
        (&body["contact"]["channels"], &body["contact"]["values"]),
        (&json!([]), &json!({})),
        "given back"
    );
    assert_eq!(content(&body["restored"][0]), content(&janet));
    assert_eq!(client.get(&format!("{CONTACTS}/janet")).await.expect(200), body["restored"][0]);
    assert_eq!(
        unmerge(&client, &jane, &json!({})).await.expect(404)["detail"],
        "no contact is merged into this one"
    );
}

#[tokio::test]
async fn a_merge_is_undone_and_that_too() {
    let (_test, client) = start().await;
    let (jane, janet) = two(&client).await;
    let merged = merge(&client, &jane, &json!({"contacts": [janet["id"]]})).await;
    let undo = async |number: u64| client.post(&format!("{}/undo", changes(number)), &json!({})).await;
    let apart = undo(change(&merged)).await;
    assert_eq!(content(&apart.expect(200)["contact"]), content(&jane));
    assert_eq!(content(&client.get(&path(&janet)).await.expect(200)), content(&janet));
    let again = undo(change(&apart)).await;
    assert_eq!(content(&again.expect(200)["contact"]), content(&merged.json()["contact"]));
    assert_eq!(client.get(&path(&janet)).await.expect(200), again.json()["contact"]);
    unmerge(&client, &jane, &json!({"contact": janet["id"]})).await.expect(200);
    assert_eq!(content(&client.get(&path(&janet)).await.expect(200)), content(&janet));
}

#[tokio::test]
async fn a_preview_shows_what_would_come_of_it_and_stores_nothing() {
    let (_test, client) = start().await;
    let (jane, janet) = two(&client).await;
    let body = json!({
        "contacts": [janet["id"]], "choices": {"city": janet["id"], "name": "janet", "values.lead_score": jane["id"]},
    });
    let mut asked = body.clone();
    asked["preview"] = json!(true);
    let preview = merge(&client, &jane, &asked).await;
    assert_eq!((&preview.expect(200)["change"], preview.header("contactd-change")), (&json!(null), ""));
    assert_eq!(client.get(&path(&jane)).await.expect(200), jane);
    assert_eq!(client.get(&path(&janet)).await.expect(200), janet);
    let merged = merge(&client, &jane, &body).await.expect(200);
    assert_eq!(content(&preview.json()["contact"]), content(&merged["contact"]));
    assert_eq!(preview.json()["differences"], merged["differences"]);
    assert_eq!(
        (&preview.json()["deleted"], &merged["deleted"]),
        (&json!([janet["id"]]), &json!([janet["id"]]))
    );
    let contact = &merged["contact"];
    assert_eq!(
        (&contact["city"], &contact["name"]["full"], &contact["values"]),
        (&json!("Rome"), &json!("Janet Smith"), &json!({}))
    );
}

#[tokio::test]
async fn a_dry_run_tells_which_contacts_would_be_deleted_and_which_would_come_back() {
    let (_test, client) = start().await;
    let (jane, janet) = two(&client).await;
    let bob = create(&client, &json!({"state": "Lazio"})).await;
    let dry = client.clone().with_header("prefer", "dry-run; differences=body");
    // What would be made, deleted or brought back, by id.
    let records = |tried: &Json| {
        let told = tried["differences"].as_array().unwrap().iter();
        told.filter(|each| each.get("member").is_none()).cloned().collect::<Json>()
    };
    let record = |id: &Json, done: &str| json!({"kind": "contact", "id": id, "done": done});
    let body = json!({"contacts": [janet["id"], bob["id"]]});
    let tried = merge(&dry, &jane, &body).await.expect(200);
    assert_eq!(records(&tried), json!([record(&janet["id"], "deleted"), record(&bob["id"], "deleted")]));
    assert!(tried["differences"].as_array().unwrap().iter().any(|each| each["member"] == "job_title"));
    let operation = json!({"op": "merge", "id": jane["id"], "contacts": [janet["id"]]});
    let batch = json!({"mode": "atomic", "operations": [operation]});
    let tried = dry.post("/api/v1/batch", &batch).await.expect(200);
    assert_eq!(records(&tried), json!([record(&janet["id"], "deleted")]));
    let number = change(&merge(&client, &jane, &body).await);
    let tried = dry.post(&format!("{}/undo", changes(number)), &json!({})).await.expect(200);
    assert_eq!(records(&tried), json!([record(&janet["id"], "restored"), record(&bob["id"], "restored")]));
    assert_eq!(client.get(&path(&bob)).await.expect(200)["id"], jane["id"]);
}

#[tokio::test]
async fn three_are_merged_in_turn_and_taken_apart_in_any_order() {
    let (_test, client) = start().await;
    let (jane, janet) = two(&client).await;
    let other = create(&client, &json!({"state": "Lazio"})).await;
    merge(&client, &janet, &json!({"contacts": [other["id"]]})).await.expect(200);
    let merged = merge(&client, &jane, &json!({"contacts": [janet["id"]]})).await.expect(200);
    for each in [&jane, &janet, &other] {
        assert_eq!(client.get(&path(each)).await.expect(200), merged["contact"]);
    }
    // A circle: one of them is the other already.
    let circle = merge(&client, &other, &json!({"contacts": [jane["id"]]})).await;
    assert_eq!(refusals(&circle, 422), ["contacts.0 same_contact"]);
    unmerge(&client, &jane, &json!({"contact": other["id"]})).await.expect(404);
    unmerge(&client, &jane, &json!({"contact": janet["id"]})).await.expect(200);
    unmerge(&client, &janet, &json!({"contact": other["id"]})).await.expect(200);
    for each in [&jane, &janet, &other] {
        assert_eq!(content(&client.get(&path(each)).await.expect(200)), content(each));
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_merge_is_said_and_nothing_is_stored() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let id = &jane["id"];
    for preview in [false, true] {
        for (body, expected) in [
            (json!({}), "contacts missing"),
            (json!({"contacts": []}), "contacts blank"),
            (json!({"contacts": "x"}), "contacts wrong_type"),
            (json!({"contacts": [1]}), "contacts.0 wrong_type"),
            (json!({"contacts": [id]}), "contacts.0 same_contact"),
            (json!({"contacts": ["nobody"]}), "contacts.0 unknown_contact"),
            (json!({"contacts": [id], "other": 1}), "other unknown_member"),
            (json!({"contacts": ["a"], "choices": {"tags": id}}), "choices.tags immutable"),
            (json!({"contacts": ["a"], "choices": {"opt_in": id}}), "choices.opt_in immutable"),
            (json!({"contacts": ["a"], "choices": {"nowhere": id}}), "choices.nowhere unknown_member"),
            (
                json!({"contacts": ["a"], "choices": {"values.nowhere": id}}),
                "choices.values.nowhere unknown_field",
            ),
            (json!({"contacts": ["a"], "choices": {"city": 1}}), "choices.city wrong_type"),
            (json!({"contacts": vec!["a"; 101]}), "contacts.100 too_long"),
        ] {
            let mut body = body;
            body["preview"] = json!(preview);
            let reply = merge(&client, &jane, &body).await;
            assert_eq!(refusals(&reply, 422), [expected], "{body}");
        }
    }
    let other = create(&client, &json!({})).await;
    let stranger = json!({"contacts": [other["id"]], "choices": {"city": numbered(&client, 2).await["id"]}});
    assert_eq!(refusals(&merge(&client, &jane, &stranger).await, 422), ["choices.city unknown_contact"]);
    merge(&client, &json!({"id": "nobody"}), &json!({"contacts": [id]})).await.expect(404);
    let outdated = client.clone().with_header("if-match", "\"77\"");
    assert_eq!(
        refusals(&merge(&outdated, &jane, &json!({"contacts": [other["id"]]})).await, 412),
        [" other_revision"]
    );
    assert_eq!(refusals(&unmerge(&client, &jane, &json!({"contact": 1})).await, 422), ["contact wrong_type"]);
    assert_eq!(client.get(&path(&jane)).await.expect(200), jane);
}
