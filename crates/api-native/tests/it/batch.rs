//! Many writes in one request.

use model::Json;
use serde_json::json;
use testkit::{Client, Reply};

use crate::{CONTACTS, JANE, change, changes, create, numbered, path, refusals, start};

const BATCH: &str = "/api/v1/batch";

async fn run(client: &Client, mode: &str, operations: &Json) -> Reply {
    client.post(BATCH, &json!({"mode": mode, "operations": operations})).await
}

async fn total(client: &Client) -> u64 {
    client.get(CONTACTS).await.expect(200)["total"].as_u64().unwrap()
}

fn statuses(reply: &Json) -> Vec<u64> {
    reply["results"].as_array().unwrap().iter().map(|each| each["status"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn operations_are_carried_out_in_their_order_and_undone_as_one() {
    let (_test, client) = start().await;
    let before = client.get(CONTACTS).await.expect(200);
    let jane = numbered(&client, JANE).await;
    let other = create(&client, &json!({"job_title": "CTO"})).await;
    for mode in ["atomic", "each"] {
        let reply = run(
            &client,
            mode,
            &json!([
                {"op": "merge", "id": jane["id"], "contacts": [other["id"]], "choices": {"job_title": other["id"]}},
                {"op": "create", "body": {"city": "Rome", "aliases": {"native": ["new"]}}},
                {"op": "update", "id": "new", "body": {"state": "Lazio"}},
                {"op": "upsert", "by": "email", "value": "a@x.example", "body": {}},
                {"op": "upsert", "by": "email", "value": "A@x.example", "body": {"city": "Oslo"}},
                {"op": "update", "id": jane["id"], "body": {"starred": true}},
                {"op": "delete", "id": "new"},
                {"op": "update", "id": jane["id"], "body": {}},
            ]),
        )
        .await;
        let got = reply.expect(200);
        assert_eq!(statuses(&got), [200, 201, 200, 201, 200, 200, 204, 200]);
        let results = got["results"].as_array().unwrap();
        assert_eq!(results[0]["contact"]["job_title"], "CTO");
        assert_eq!(results[3]["contact"]["id"], results[4]["contact"]["id"]);
        assert_eq!(
            (&results[2]["contact"]["city"], &results[2]["contact"]["state"]),
            (&json!("Rome"), &json!("Lazio"))
        );
        assert_eq!((&results[6]["done"], &results[6]["contact"]), (&json!("deleted"), &json!(null)));
        assert_eq!((&results[7]["done"], &results[7]["change"]), (&json!("unchanged"), &json!(null)));
        assert_eq!(got["change"], change(&reply));
        // All is one change.
        let parts: Vec<_> = results.iter().filter_map(|each| each["change"].as_u64()).collect();
        for part in &parts {
            assert_eq!(client.get(&changes(*part)).await.expect(200)["part_of"], got["change"]);
        }
        let undone = client.post(&format!("{}/undo", changes(change(&reply))), &json!({})).await;
        undone.expect(200);
        assert_eq!(client.get(CONTACTS).await.expect(200)["total"], before["total"].as_u64().unwrap() + 1);
        client.get(&path(&other)).await.expect(200);
        let back = numbered(&client, JANE).await;
        assert_eq!((&back["starred"], &back["channels"]), (&jane["starred"], &jane["channels"]));
        // And again, and back.
        let redone = client.post(&format!("{}/undo", changes(change(&undone))), &json!({})).await;
        redone.expect(200);
        assert_eq!(client.get(&path(&other)).await.expect(200)["id"], jane["id"]);
        client.post(&format!("{}/undo", changes(change(&redone))), &json!({})).await.expect(200);
        assert_eq!(client.get(&path(&other)).await.expect(200)["id"], other["id"]);
        assert_eq!(client.get(CONTACTS).await.expect(200)["total"], before["total"].as_u64().unwrap() + 1);
    }
}

#[tokio::test]
async fn one_that_is_refused_stops_all_or_only_itself() {
    let (_test, client) = start().await;
    let client = client.with_odd_requests();
    let jane = numbered(&client, JANE).await;
    let email = json!([{"kind": "email", "value": "desk@x.example"}]);
    for _ in 0..2 {
        create(&client, &json!({"channels": email})).await;
    }
    let before = total(&client).await;
    for (operation, status, code) in [
        (json!({"op": "update", "id": "nobody", "body": {}}), 404, None),
        (json!({"op": "update", "id": jane["id"], "body": {"city": 1}}), 422, Some("city wrong_type")),
        (json!({"op": "update", "id": jane["id"], "body": {"tags": ["x"]}}), 422, Some("tags.0 unknown_tag")),
        (json!({"op": "update", "id": jane["id"], "if_match": 77, "body": {}}), 412, Some(" other_revision")),
        (json!({"op": "delete", "id": jane["id"], "if_match": 77}), 412, Some(" other_revision")),
        (json!({"op": "upsert", "by": "email", "value": "desk@x.example", "body": {}}), 409, None),
        (json!({"op": "upsert", "by": "name", "value": "x", "body": {}}), 422, Some("by not_one_of")),
        (json!({"op": "upsert", "by": "channel", "value": "x", "body": {}}), 422, Some("value unusable")),
        (
            json!({"op": "merge", "id": jane["id"], "contacts": [jane["id"]]}),
            422,
            Some("contacts.0 same_contact"),
        ),
        (json!({"op": "create"}), 422, Some("body missing")),
        (json!({"op": "update", "body": {}}), 422, Some("id missing")),
        (json!({"op": "create", "body": {}, "more": 1}), 422, Some("more unknown_member")),
        (json!({"op": "spam"}), 422, Some("op not_one_of")),
        (json!({}), 422, Some("op missing")),
        (json!(1), 422, Some(" wrong_type")),
    ] {
        let first = json!({"op": "update", "id": jane["id"], "body": {"city": format!("{operation}").chars().take(9).collect::<String>()}});
        let operations = json!([first, operation, {"op": "create", "body": {}}]);
        let refused = run(&client, "atomic", &operations).await;
        assert_eq!(
            (refused.expect(status)["operation"].as_u64(), refused.header("contactd-change")),
            (Some(1), ""),
            "{operation}"
        );
        assert_eq!(total(&client).await, before);
        assert_eq!(client.get(&path(&jane)).await.expect(200)["city"], jane["city"], "{operation}");
        let done = run(&client, "each", &operations).await;
        let got = done.expect(200);
        assert_eq!(statuses(&got), [200, u64::from(status), 201], "{operation}");
        let problem = &got["results"][1]["problem"];
        let said =
            problem["errors"].as_array().unwrap().iter().map(|each| {
                format!("{} {}", each["member"].as_str().unwrap(), each["code"].as_str().unwrap())
            });
        assert_eq!(
            said.collect::<Vec<_>>(),
            code.map(str::to_owned).into_iter().collect::<Vec<_>>(),
            "{operation}"
        );
        client.post(&format!("{}/undo", changes(change(&done))), &json!({})).await.expect(200);
        assert_eq!(total(&client).await, before);
    }
}

#[tokio::test]
async fn a_contact_that_is_named_very_often_sees_each_change() {
    let (_test, client) = start().await;
    let contact = create(&client, &json!({})).await;
    let update = |n: usize| json!({"op": "update", "id": contact["id"], "if_match": n + 1, "body": {"city": format!("{n}"), "values": {"lead_score": n}}});
    let operations: Vec<_> = (0..500).map(update).collect();
    let got = run(&client, "atomic", &json!(operations)).await.expect(200);
    let results = got["results"].as_array().unwrap();
    for (n, result) in results.iter().enumerate() {
        assert_eq!(
            (&result["contact"]["city"], &result["contact"]["revision"]),
            (&json!(format!("{n}")), &json!(n + 2))
        );
    }
    let undone = client.post(&format!("{}/undo", changes(got["change"].as_u64().unwrap())), &json!({})).await;
    undone.expect(200);
    let after = client.get(&path(&contact)).await.expect(200);
    assert_eq!(
        (&after["city"], &after["values"], &after["revision"]),
        (&json!(null), &json!({}), &json!(1001))
    );
}

#[tokio::test]
async fn a_batch_has_bounds() {
    let (_test, client) = start().await;
    let before = total(&client).await;
    let many = vec![json!({"op": "create", "body": {}}); 1001];
    let reply = run(&client, "atomic", &json!(many)).await;
    assert_eq!(reply.expect(413)["type"], "/docs/problems/too-large");
    assert!(reply.text.contains("at most 1000 operations"), "{}", reply.text);
    // More than any other body may have, but not more than this.
    let large = json!({"op": "create", "body": {"remarks": "x".repeat(60_000)}});
    let got = run(&client, "atomic", &json!(vec![large; 30])).await.expect(200);
    assert_eq!(got["results"].as_array().unwrap().len(), 30);
    let huge = format!("{{\"operations\":[{}]}}", " ".repeat(8 << 20));
    assert_eq!(client.send("POST", BATCH, huge).await.expect(413)["type"], "/docs/problems/too-large");
    assert_eq!(total(&client).await, before + 30);
    let none = run(&client, "each", &json!([])).await.expect(200);
    assert_eq!(none, json!({"change": null, "results": []}));
}

#[tokio::test]
async fn what_is_no_batch_is_refused() {
    let (test, client) = start().await;
    for (body, status, expected) in [
        ("", 422, "operations missing"),
        ("[]", 400, " malformed"),
        ("{}", 422, "operations missing"),
        (r#"{"operations":1}"#, 422, "operations wrong_type"),
        (r#"{"operations":[],"mode":"some"}"#, 422, "mode not_one_of"),
        (r#"{"operations":[],"more":1}"#, 422, "more unknown_member"),
    ] {
        assert_eq!(refusals(&client.send("POST", BATCH, body).await, status), [expected], "{body}");
    }
    let reader = client.clone().with_key(&test.key(&[app::Scope::Read], &[]).await);
    run(&reader, "each", &json!([{"op": "create", "body": {}}])).await.expect(403);
}
