//! Companies, notes and tasks in batches.

use model::Json;
use serde_json::json;
use testkit::{Client, Reply};

use crate::{JANE, change, changes, create, numbered, path, start};

const BATCH: &str = "/api/v1/batch";

async fn run(client: &Client, mode: &str, operations: Json) -> Reply {
    client.post(BATCH, &json!({"mode": mode, "operations": operations})).await
}

fn statuses(reply: &Json) -> Vec<u64> {
    reply["results"].as_array().unwrap().iter().map(|each| each["status"].as_u64().unwrap()).collect()
}

/// How many companies, notes, tasks and contacts there are.
async fn totals(client: &Client) -> Vec<u64> {
    let mut totals = Vec::new();
    for kind in ["companies", "notes", "tasks", "contacts"] {
        let list = client.get(&format!("/api/v1/{kind}")).await.expect(200);
        totals.push(list["total"].as_u64().unwrap());
    }
    totals
}

async fn made(client: &Client, kind: &str, body: Json) -> Json {
    client.post(&format!("/api/v1/{kind}"), &body).await.expect(201)
}

#[tokio::test]
async fn records_of_all_kinds_are_written_in_one_change_that_is_undone_as_one() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let before = totals(&client).await;
    for mode in ["atomic", "each"] {
        let operations = json!([
            {"op": "create", "kind": "company", "body": {"name": "Acme", "aliases": {"native": ["acme"]}}},
            {"op": "update", "kind": "company", "id": "acme", "body": {"number_of_employees": 12}},
            {"op": "create", "kind": "contact", "body": {"companies": [{"id": "acme", "title": "CTO"}]}},
            {"op": "create", "kind": "note", "body": {"body": "Call", "aliases": {"native": ["call"]}}},
            {"op": "update", "kind": "note", "id": "call", "if_match": 1, "body": {"body": "Called"}},
            {"op": "update", "id": jane["id"], "body": {"notes": ["call"]}},
            {"op": "create", "kind": "task", "body": {"body": "Meet", "contacts": [jane["id"]], "aliases": {"native": ["meet"]}}},
            {"op": "delete", "kind": "task", "id": "meet"},
            {"op": "update", "kind": "note", "id": "call", "body": {}},
        ]);
        let reply = run(&client, mode, operations).await;
        let got = reply.expect(200);
        assert_eq!(statuses(&got), [201, 200, 201, 201, 200, 200, 201, 204, 200], "{mode}");
        let results = got["results"].as_array().unwrap();
        let company = &results[1]["company"];
        assert_eq!((&company["name"], &company["number_of_employees"]), (&json!("Acme"), &json!(12)));
        assert_eq!(results[2]["contact"]["companies"][0]["id"], company["id"]);
        assert_eq!(
            (&results[4]["note"]["body"], &results[4]["note"]["revision"]),
            (&json!("Called"), &json!(2))
        );
        assert_eq!((&results[7]["done"], &results[7]["task"]), (&json!("deleted"), &json!(null)));
        assert_eq!((&results[8]["done"], &results[8]["change"]), (&json!("unchanged"), &json!(null)));
        assert_eq!(client.get("/api/v1/companies/acme").await.expect(200), *company);
        assert_eq!(got["change"], change(&reply));
        for part in results.iter().filter_map(|each| each["change"].as_u64()) {
            assert_eq!(client.get(&changes(part)).await.expect(200)["part_of"], got["change"]);
        }
        let undone = client.post(&format!("{}/undo", changes(change(&reply))), &json!({})).await;
        undone.expect(200);
        assert_eq!(totals(&client).await, before);
        let redone = client.post(&format!("{}/undo", changes(change(&undone))), &json!({})).await;
        redone.expect(200);
        assert_eq!(client.get("/api/v1/notes/call").await.expect(200)["body"], "Called");
        client.post(&format!("{}/undo", changes(change(&redone))), &json!({})).await.expect(200);
        assert_eq!(totals(&client).await, before);
    }
}

#[tokio::test]
async fn what_is_deleted_is_taken_from_its_contacts_in_the_same_change() {
    let (_test, client) = start().await;
    let acme = made(&client, "companies", json!({"name": "Acme"})).await;
    let idle = made(&client, "companies", json!({"name": "Idle"})).await;
    let link = json!({"companies": [{"id": acme["id"]}]});
    let (one, other) = (create(&client, &link).await, create(&client, &link).await);
    let delete = |company: &Json| json!({"op": "delete", "kind": "company", "id": company["id"]});
    // In the other mode each is one write.
    let done = run(&client, "each", json!([delete(&acme), delete(&idle), delete(&idle)])).await.expect(200);
    assert_eq!(statuses(&done), [422, 204, 404]);
    assert_eq!(done["results"][0]["problem"]["errors"][0]["member"], "mode");
    let operations = json!([{"op": "delete", "id": one["id"]}, delete(&acme), {"op": "create", "body": {}}]);
    let reply = run(&client, "atomic", operations).await;
    assert_eq!(statuses(&reply.expect(200)), [204, 204, 201]);
    assert_eq!(client.get(&path(&other)).await.expect(200)["companies"], json!([]));
    client.post(&format!("{}/undo", changes(change(&reply))), &json!({})).await.expect(200);
    for contact in [&one, &other] {
        assert_eq!(client.get(&path(contact)).await.expect(200)["companies"], contact["companies"]);
    }
}

#[tokio::test]
async fn tasks_go_with_merged_contacts_as_the_operations_before_left_them() {
    let (_test, client) = start().await;
    let (jane, janet) = (create(&client, &json!({})).await, create(&client, &json!({})).await);
    let task = |text: &str| json!({"body": text, "contacts": [janet["id"]], "aliases": {"native": [text]}});
    let (kept, gone) =
        (made(&client, "tasks", task("kept")).await, made(&client, "tasks", task("gone")).await);
    let operations = json!([
        {"op": "update", "kind": "task", "id": kept["id"], "body": {"body": "Changed"}},
        {"op": "delete", "kind": "task", "id": gone["id"]},
        {"op": "create", "kind": "task", "body": task("new")},
        {"op": "merge", "id": jane["id"], "contacts": [janet["id"]]},
    ]);
    let reply = run(&client, "atomic", operations).await;
    assert_eq!(statuses(&reply.expect(200)), [200, 204, 201, 200]);
    for (alias, body) in [("kept", "Changed"), ("new", "new")] {
        let task = client.get(&format!("/api/v1/tasks/{alias}")).await.expect(200);
        assert_eq!(task["body"], body);
        assert!(task["contacts"].as_array().unwrap().contains(&jane["id"]), "{task}");
    }
    client.get("/api/v1/tasks/gone").await.expect(404);
    client.post(&format!("{}/undo", changes(change(&reply))), &json!({})).await.expect(200);
    let task = client.get("/api/v1/tasks/kept").await.expect(200);
    assert_eq!((&task["body"], &task["contacts"]), (&kept["body"], &kept["contacts"]));
}

#[tokio::test]
async fn one_that_is_refused_stops_all_or_only_itself() {
    let (_test, client) = start().await;
    let client = client.with_odd_requests();
    let one = made(&client, "companies", json!({"name": "One", "aliases": {"native": ["one"]}})).await;
    let two = made(&client, "companies", json!({"name": "Two"})).await;
    let address = format!("/api/v1/companies/{}", two["id"].as_str().unwrap());
    let update = |body: Json| json!({"op": "update", "kind": "company", "id": two["id"], "body": body});
    client.patch("/api/v1/settings", &json!({"quotas": {"note": 0}})).await.expect(200);
    let before = totals(&client).await;
    for (operation, status, code) in [
        (json!({"op": "create", "kind": "company", "body": {}}), 422, Some("name missing")),
        (json!({"op": "create", "kind": "company"}), 422, Some("body missing")),
        (json!({"op": "create", "kind": "note", "body": {"body": "x"}}), 422, Some(" quota_reached")),
        (json!({"op": "create", "kind": "tag", "body": {}}), 422, Some("kind not_one_of")),
        (json!({"op": "create", "kind": 1, "body": {}}), 422, Some("kind wrong_type")),
        (json!({"op": "upsert", "kind": "company", "body": {}}), 422, Some("op not_one_of")),
        (
            json!({"op": "create", "kind": "task", "body": {"body": "x"}, "more": 1}),
            422,
            Some("more unknown_member"),
        ),
        (json!({"op": "update", "kind": "company", "id": "nobody", "body": {}}), 404, None),
        (json!({"op": "delete", "kind": "task", "id": one["id"]}), 404, None),
        (update(json!({"number_of_employees": "x"})), 422, Some("number_of_employees bad_number")),
        (update(json!({"aliases": {"native": ["one"]}})), 422, Some("aliases.native alias_taken")),
        (
            json!({"op": "update", "kind": "company", "id": two["id"], "if_match": 7, "body": {}}),
            412,
            Some(" other_revision"),
        ),
        (
            json!({"op": "delete", "kind": "company", "id": two["id"], "if_match": 7}),
            412,
            Some(" other_revision"),
        ),
    ] {
        let first = update(json!({"name": "Changed"}));
        let operations = json!([first, operation, {"op": "create", "kind": "task", "body": {"body": "x"}}]);
        let refused = run(&client, "atomic", operations.clone()).await;
        assert_eq!(refused.expect(status)["operation"], 1, "{operation}");
        assert_eq!(totals(&client).await, before);
        assert_eq!(client.get(&address).await.expect(200)["name"], "Two");
        let done = run(&client, "each", operations).await;
        let got = done.expect(200);
        assert_eq!(statuses(&got), [200, u64::from(status), 201], "{operation}");
        let errors = got["results"][1]["problem"]["errors"].as_array().unwrap().iter();
        let said = errors
            .map(|each| format!("{} {}", each["member"].as_str().unwrap(), each["code"].as_str().unwrap()));
        let expected: Vec<_> = code.map(str::to_owned).into_iter().collect();
        assert_eq!(said.collect::<Vec<_>>(), expected, "{operation}");
        client.post(&format!("{}/undo", changes(change(&done))), &json!({})).await.expect(200);
        assert_eq!(totals(&client).await, before);
    }
}

#[tokio::test]
async fn a_dry_run_tells_what_would_come_of_each() {
    let (_test, client) = start().await;
    let acme = made(&client, "companies", json!({"name": "Acme"})).await;
    let before = totals(&client).await;
    let dry = client.clone().with_header("prefer", "dry-run; differences=body");
    let operations = json!([
        {"op": "update", "kind": "company", "id": acme["id"], "body": {"name": "Apex"}},
        {"op": "create", "kind": "note", "body": {"body": "Call"}},
        {"op": "delete", "kind": "company", "id": acme["id"]},
    ]);
    let tried = run(&dry, "atomic", operations).await.expect(200);
    assert_eq!(statuses(&tried["answer"]), [200, 201, 204]);
    let differences = tried["differences"].as_array().unwrap();
    let renamed =
        json!({"kind": "company", "id": acme["id"], "member": "name", "before": "Acme", "after": "Apex"});
    assert_eq!(differences.first(), Some(&renamed));
    let deleted = json!({"kind": "company", "id": acme["id"], "done": "deleted"});
    assert_eq!(differences.last(), Some(&deleted));
    assert!(differences.iter().any(|each| each["kind"] == "note" && each["done"] == "created"));
    assert_eq!(totals(&client).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_that_change_the_same_record_lose_nothing() {
    let (_test, client) = start().await;
    let note = made(&client, "notes", json!({"body": "0"})).await;
    let mut batches = tokio::task::JoinSet::new();
    for n in 1..=20 {
        let (client, id) = (client.clone(), note["id"].clone());
        batches.spawn(async move {
            let update =
                |n: usize| json!({"op": "update", "kind": "note", "id": id, "body": {"body": n.to_string()}});
            let mode = if n % 2 == 0 { "atomic" } else { "each" };
            statuses(&run(&client, mode, json!([update(n), update(n + 100)])).await.expect(200))
        });
    }
    assert!(batches.join_all().await.iter().all(|statuses| statuses == &[200, 200]));
    let address = format!("/api/v1/notes/{}", note["id"].as_str().unwrap());
    assert_eq!(client.get(&address).await.expect(200)["revision"], 41);
}
