//! Changing contacts and other records with JSON Patch (RFC 6902).

use model::Json;
use serde_json::json;
use testkit::{Client, Reply};

use crate::{CONTACTS, JANE, catalog, change, create, id_of, numbered, path, refusals, start};

fn patching(client: &Client) -> Client {
    client.clone().with_header("content-type", "application/json-patch+json")
}

async fn patch(client: &Client, contact: &Json, operations: &Json) -> Reply {
    patching(client).patch(&path(contact), operations).await
}

#[tokio::test]
async fn operations_change_members_in_their_order() {
    let (_test, client) = start().await;
    let contact = create(
        &client,
        &json!({
            "name": {"full": "Ada King"}, "city": "London", "values": {"lead_score": 1},
            "channels": [{"kind": "email", "value": "a@x.example"}, {"kind": "phone", "value": "+31612345678"}],
        }),
    )
    .await;
    let reply = patch(
        &client,
        &contact,
        &json!([
            {"op": "test", "path": "/values/lead_score", "value": 1.0},
            {"op": "copy", "from": "/city", "path": "/state"},
            {"op": "move", "from": "/city", "path": "/location"},
            {"op": "replace", "path": "/name/first", "value": "Augusta"},
            {"op": "add", "path": "/values/stage", "value": "Seed"},
            {"op": "remove", "path": "/values/lead_score"},
            {"op": "add", "path": "/social/x", "value": "ada"},
            {"op": "add", "path": "/extras/acquire", "value": {"ip": "10.0.0.1"}},
            {"op": "replace", "path": "/channels/0/value", "value": "b@x.example"},
            {"op": "add", "path": "/channels/-", "value": {"kind": "email", "value": "c@x.example"}},
            {"op": "replace", "path": format!("/channels/{}/label", contact["channels"][1]["id"].as_str().unwrap()), "value": "work"},
            {"op": "replace", "path": "/starred", "value": true},
        ]),
    )
    .await;
    let after = reply.expect(200);
    assert_eq!(reply.header("etag"), "\"2\"");
    let shown = |names: &[&str]| -> Vec<Json> { names.iter().map(|name| after[*name].clone()).collect() };
    assert_eq!(
        shown(&["city", "state", "location", "starred"]),
        [json!(null), json!("London"), json!("London"), json!(true)]
    );
    assert_eq!(after["name"], json!({"full": "Augusta King", "first": "Augusta", "last": "King"}));
    assert_eq!((&after["values"], &after["social"]), (&json!({"stage": "Seed"}), &json!({"x": "ada"})));
    assert_eq!(after["extras"], json!({"acquire": {"ip": "10.0.0.1"}}));
    let channels: Vec<_> = after["channels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| json!([each["value"], each["label"]]))
        .collect();
    assert_eq!(
        channels,
        [json!(["b@x.example", null]), json!(["+31612345678", "work"]), json!(["c@x.example", null])]
    );
    assert_eq!(after["channels"][0]["id"], contact["channels"][0]["id"]);
    let nothing = patch(&client, &contact, &json!([{"op": "test", "path": "/starred", "value": true}])).await;
    assert_eq!((nothing.expect(200), nothing.header("contactd-change")), (after, ""));
}

#[tokio::test]
async fn tags_and_lists_are_added_and_removed_by_place_and_by_what_they_are() {
    let (test, client) = start().await;
    let all = catalog(&test).await;
    let [lead, vip, ai] = ["lead", "VIP", "AI"].map(|name| id_of(&all.tags, name));
    let targets = id_of(&all.lists, "Q1 Targets");
    let contact = create(&client, &json!({"tags": [lead]})).await;
    for (operations, tags) in [
        (json!([{"op": "add", "path": "/tags/-", "value": vip}]), vec![&lead, &vip]),
        (json!([{"op": "add", "path": "/tags/-", "value": vip}]), vec![&lead, &vip]),
        (json!([{"op": "add", "path": "/tags/AI"}, {"op": "remove", "path": "/tags/VIP"}]), vec![&lead, &ai]),
        (json!([{"op": "add", "path": "/tags/0", "value": "VIP"}]), vec![&vip, &lead, &ai]),
        (
            json!([{"op": "test", "path": "/tags/1", "value": lead}, {"op": "remove", "path": "/tags/1"}]),
            vec![&vip, &ai],
        ),
        (json!([{"op": "remove", "path": format!("/tags/{ai}")}]), vec![&vip]),
        (json!([{"op": "add", "path": format!("/tags/{lead}"), "value": lead}]), vec![&vip, &lead]),
        (json!([{"op": "replace", "path": "/tags", "value": [ai]}]), vec![&ai]),
    ] {
        let after = patch(&client, &contact, &operations).await.expect(200);
        assert_eq!(after["tags"], json!(tags), "{operations}");
    }
    let listed =
        patch(&client, &contact, &json!([{"op": "add", "path": "/lists/Q1 Targets"}])).await.expect(200);
    assert_eq!(listed["lists"], json!([targets]));
    for path in ["/tags/VIP", "/tags/nobody", "/tags/7", "/tags/-"] {
        let reply = patch(&client, &contact, &json!([{"op": "remove", "path": path}])).await;
        assert_eq!(refusals(&reply, 422), ["0 no_such_place"], "{path}");
    }
}

#[tokio::test]
async fn what_is_hidden_of_a_set_stays() {
    let (test, client) = start().await;
    let contact = create(&client, &json!({"tags": [id_of(&catalog(&test).await.tags, "lead")]})).await;
    let tag = format!("/api/v1/tags/{}", contact["tags"][0].as_str().unwrap());
    let deleted = client.delete(&tag).await;
    patch(&client, &contact, &json!([{"op": "add", "path": "/tags/VIP"}])).await.expect(200);
    client.post(&format!("/api/v1/changes/{}/undo", change(&deleted)), &json!({})).await.expect(200);
    let back = client.get(&path(&contact)).await.expect(200);
    assert_eq!(back["tags"].as_array().unwrap().len(), 2);
    assert_eq!(back["tags"][0], contact["tags"][0]);
}

#[tokio::test]
async fn an_operation_that_cannot_be_carried_out_is_named_and_nothing_is_stored() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let set = json!({"op": "replace", "path": "/city", "value": "Rome"});
    for (operation, status, expected) in [
        (json!({"op": "test", "path": "/starred", "value": "no"}), 409, "1 test_failed"),
        (json!({"op": "test", "path": "/nowhere", "value": null}), 422, "1 no_such_place"),
        (json!({"op": "replace", "path": "/nowhere", "value": 1}), 422, "1 no_such_place"),
        (json!({"op": "add", "path": "/nowhere", "value": 1}), 422, "1 no_such_place"),
        (json!({"op": "add", "path": "/city/x", "value": 1}), 422, "1 no_such_place"),
        (json!({"op": "add", "path": "/channels/99", "value": {}}), 422, "1 no_such_place"),
        (json!({"op": "replace", "path": "", "value": [1]}), 422, "1 no_such_place"),
        (json!({"op": "move", "from": "/values/nowhere", "path": "/city"}), 422, "1 no_such_place"),
        (json!({"op": "move", "from": "/name", "path": "/name/first"}), 422, "1 into_itself"),
        (json!({"op": "replace", "path": "/id", "value": "x"}), 422, "1 immutable"),
        (json!({"op": "remove", "path": "/revision"}), 422, "1 immutable"),
        (json!({"op": "replace", "path": "", "value": {}}), 422, "1 immutable"),
        (json!({"op": "replace", "path": "/starred", "value": 1}), 422, "starred wrong_type"),
        (json!({"op": "remove", "path": "/starred"}), 422, "starred not_nullable"),
        (json!({"op": "add", "path": "/tags/-", "value": "nobody"}), 422, "tags.1 unknown_tag"),
    ] {
        let reply = patch(&client, &jane, &json!([set, operation])).await;
        assert_eq!(refusals(&reply, status), [expected], "{operation}");
    }
    let failed = patch(&client, &jane, &json!([{"op": "test", "path": "/city", "value": "x"}])).await.json();
    assert_eq!(failed["type"], "/docs/problems/test-failed");
    assert_eq!(client.get(&path(&jane)).await.expect(200), jane);
}

#[tokio::test]
async fn copies_do_not_grow_without_bound() {
    let (_test, client) = start().await;
    let contact = create(&client, &json!({"extras": {"acquire": {"a": {"x": "y"}}}})).await;
    let double = json!({"op": "copy", "from": "/extras/acquire", "path": "/extras/acquire/b"});
    let reply = patch(&client, &contact, &json!(vec![double; 1000])).await;
    let refused = refusals(&reply, 422);
    assert!(refused[0].ends_with(" too_long") && refused[0] != "999 too_long", "{refused:?}");
    let deeper =
        |n: usize| json!({"op": "add", "path": format!("/extras/acquire/a{}", "/x".repeat(n)), "value": {}});
    let operations: Vec<_> = (1..200).map(deeper).collect();
    // `/extras/acquire/a` is three levels down, and no value stands more than 64 levels down.
    assert_eq!(refusals(&patch(&client, &contact, &json!(operations)).await, 422), ["60 too_long"]);
    let twice_as_deep = |n: u32| {
        let path = format!("/extras/acquire{}", "/b".repeat(1 << n));
        json!({"op": "copy", "from": "/extras/acquire", "path": path})
    };
    let operations: Vec<_> = (0..18).map(twice_as_deep).collect();
    assert_eq!(refusals(&patch(&client, &contact, &json!(operations)).await, 422), ["5 too_long"]);
    let [there, back] = [("a", "b"), ("b", "a")].map(|(from, path)| {
        json!({"op": "move", "from": format!("/extras/acquire/{from}"), "path": format!("/extras/acquire/{path}")})
    });
    let text = json!({"op": "add", "path": "/extras/acquire/a", "value": "x".repeat(10_000)});
    let operations: Vec<_> =
        std::iter::once(text).chain([there, back].into_iter().cycle().take(999)).collect();
    assert_eq!(refusals(&patch(&client, &contact, &json!(operations)).await, 422), ["105 too_long"]);
    assert_eq!(client.get(&path(&contact)).await.expect(200), contact);
}

#[tokio::test]
async fn what_is_no_json_patch_is_refused() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    for (body, status, expected) in [
        ("", 400, " malformed"),
        ("{}", 400, " malformed"),
        ("[", 400, "0 malformed"),
        ("[1]", 422, "0 wrong_type"),
        ("[{}]", 422, "0.op missing"),
        (r#"[{"op":"add","path":"/city","value":1},{"op":"spam","path":"/city"}]"#, 422, "1.op not_one_of"),
        (r#"[{"op":"add","path":"city","value":1}]"#, 422, "0.path wrong_type"),
        (r#"[{"op":"add","path":"/ci~ty","value":1}]"#, 422, "0.path wrong_type"),
        (r#"[{"op":"add","path":"/city"}]"#, 422, "0.value missing"),
        (r#"[{"op":"add","path":"/tags/-"}]"#, 422, "0.value missing"),
        (r#"[{"op":"test","path":"/city"}]"#, 422, "0.value missing"),
        (r#"[{"op":"move","path":"/city"}]"#, 422, "0.from missing"),
        (r#"[{"op":"remove"}]"#, 422, "0.path missing"),
    ] {
        let reply = patching(&client).send("PATCH", &path(&jane), body).await;
        assert_eq!(refusals(&reply, status), [expected], "{body}");
    }
    let many = vec![json!({"op": "test", "path": "/city", "value": null}); 1001];
    assert_eq!(refusals(&patch(&client, &jane, &json!(many)).await, 422), [" too_long"]);
    patch(&client, &json!({"id": "nobody"}), &json!([])).await.expect(404);
    // A new record is no place for operations, and a change none for another type.
    let refused = patching(&client).post(CONTACTS, &json!([])).await;
    assert_eq!(refused.expect(415)["type"], "/docs/problems/unsupported-media-type");
    let refused =
        client.clone().with_header("content-type", "text/plain").patch(&path(&jane), &json!({})).await;
    refused.expect(415);
    assert_eq!(
        refused.header("accept-patch"),
        "application/merge-patch+json, application/json-patch+json, application/json"
    );
}

#[tokio::test]
async fn of_many_patches_at_once_none_is_lost() {
    let (_test, client) = start().await;
    let contact = create(&client, &json!({})).await;
    let mut patches = tokio::task::JoinSet::new();
    for n in 0..12 {
        let (client, contact) = (client.clone(), contact.clone());
        patches.spawn(async move {
            let channel = json!({"kind": "email", "value": format!("{n}@x.example")});
            patch(&client, &contact, &json!([{"op": "add", "path": "/channels/-", "value": channel}]))
                .await
                .expect(200);
        });
    }
    patches.join_all().await;
    let after = client.get(&path(&contact)).await.expect(200);
    assert_eq!((after["channels"].as_array().unwrap().len(), &after["revision"]), (12, &json!(13)));
}

#[tokio::test]
async fn preconditions_hold_for_json_patches() {
    let (_test, client) = start().await;
    let contact = create(&client, &json!({})).await;
    let operations = json!([{"op": "replace", "path": "/city", "value": "Rome"}]);
    let with = |name: &str, value: &str| patching(&client).with_header(name, value);
    assert_eq!(with("if-match", "\"7\"").patch(&path(&contact), &operations).await.status, 412);
    assert_eq!(with("if-none-match", "*").patch(&path(&contact), &operations).await.status, 412);
    with("if-match", "\"1\"").patch(&path(&contact), &operations).await.expect(200);
}

#[tokio::test]
async fn other_records_take_json_patches_too() {
    let (_test, client) = start().await;
    for (kind, body, operation, after) in [
        ("tags", json!({"name": "a"}), json!({"op": "replace", "path": "/name", "value": "b"}), json!("b")),
        (
            "companies",
            json!({"name": "a", "aliases": {"native": ["x"]}}),
            json!({"op": "replace", "path": "/name", "value": "b"}),
            json!("b"),
        ),
    ] {
        let made = client.post(&format!("/api/v1/{kind}"), &body).await.expect(201);
        let one = format!("/api/v1/{kind}/{}", made["id"].as_str().unwrap());
        let operations = json!([{"op": "test", "path": "/name", "value": "a"}, operation]);
        let reply = patching(&client).patch(&one, &operations).await;
        assert_eq!(reply.expect(200)["name"], after);
        let again = patching(&client).patch(&one, &operations).await;
        assert_eq!(refusals(&again, 409), ["0 test_failed"]);
        let fixed =
            patching(&client).patch(&one, &json!([{"op": "replace", "path": "/number", "value": 9}])).await;
        assert_eq!(refusals(&fixed, 422), ["0 immutable"]);
    }
}
