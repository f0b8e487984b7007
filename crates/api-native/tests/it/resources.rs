//! What stands beside contacts: every kind behaves the same way.

use model::Json;
use serde_json::json;
use testkit::{Client, TestApp};

use crate::{CONTACTS, change, changes, client, refusals, start};

/// A kind: its word, a document of one, a patch that changes it, and the member that the patch changes.
struct Kind {
    plural: &'static str,
    document: Json,
    patch: Json,
    member: &'static str,
}

fn kind(plural: &'static str, document: Json, member: &'static str, value: Json) -> Kind {
    let patch = Json::Object([(member.to_owned(), value)].into_iter().collect());
    Kind { plural, document, patch, member }
}

/// All kinds. Those that name others name what the demo has.
async fn kinds(client: &Client) -> Vec<Kind> {
    let user = client.post("/api/v1/users", &json!({"email": "new@example.com"})).await.expect(201);
    let user = &user["id"];
    let contact = client.post(CONTACTS, &json!({"name": {"full": "Ada"}})).await.expect(201);
    vec![
        kind("fields", json!({"name": "Shoe Size", "type": "number"}), "name", json!("Size")),
        kind("tags", json!({"name": "vip", "background_color": "#00ff7f"}), "name", json!("VIP")),
        kind("lists", json!({"name": "Winter", "entity": "company"}), "description", json!("cold")),
        kind("users", json!({"email": "ada@example.com", "first_name": "Ada"}), "admin", json!(true)),
        kind("teams", json!({"name": "Night", "members": [user]}), "members", json!([])),
        kind("channel-types", json!({"name": "Fax", "kind": "fax"}), "name", json!("Telefax")),
        kind("inboxes", json!({"name": "Page", "kind": "facebook"}), "kind", json!("instagram")),
        kind("funnels", json!({"name": "Done", "emoji": "🎯"}), "position", json!(1)),
        kind("custom-statuses", json!({"name": "Lunch"}), "emoji", json!("🥪")),
        kind("presences", json!({"user": user}), "available", json!(false)),
        kind(
            "subscriptions",
            json!({"url": "https://example.com/hook", "events": ["contact_created"]}),
            "enabled",
            json!(false),
        ),
        kind("companies", json!({"name": "Acme", "social": {"x": "acme"}}), "arr_estimate", json!(12.50)),
        kind(
            "notes",
            json!({"body": "Called", "author": user, "messages": [{"body": "Ok"}]}),
            "title",
            json!("Call"),
        ),
        kind(
            "tasks",
            json!({"body": "Call back", "contacts": [contact["id"]], "due_at": "2025-02-01T09:00:00.000Z"}),
            "completed_at",
            json!("2025-01-20T10:00:00.000Z"),
        ),
    ]
}

fn one(kind: &Kind, made: &Json) -> String {
    format!("/api/v1/{}/{}", kind.plural, made["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn each_kind_is_made_read_changed_and_deleted() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    for kind in kinds(&client).await {
        let all = format!("/api/v1/{}", kind.plural);
        let created = client.post(&all, &kind.document).await;
        let made = created.expect(201);
        let path = one(&kind, &made);
        assert_eq!(created.header("location"), path);
        for (name, value) in kind.document.as_object().unwrap() {
            if !value.is_array() {
                assert_eq!(&made[name], value, "{all}: {name}");
            }
        }
        let got = client.get(&path).await;
        assert_eq!(got.expect(200), made, "{all}");
        assert_eq!(got.header("etag"), format!("\"{}\"", made["revision"]));
        assert_eq!(created.header("etag"), got.header("etag"));
        let list = client.get(&format!("{all}?order=newest&limit=1")).await.expect(200);
        assert_eq!(list[kind.plural], json!([made]), "{all}");

        let back = client.patch(&path, &made).await;
        assert_eq!(back.expect(200), made, "{all}: what was read can be written back");
        assert_eq!(back.header("contactd-change"), "");

        test.clock.advance_ms(1000);
        let patched = client.patch(&path, &kind.patch).await;
        let changed = patched.expect(200);
        assert_eq!(changed[kind.member], kind.patch[kind.member], "{all}");
        assert!(changed["revision"].as_u64() > made["revision"].as_u64(), "{all}");
        assert_eq!(
            changed["updated_at"],
            "2025-01-15T12:45:01.000Z".replace("01.000", &format!("{:02}.000", seconds(&test)))
        );
        assert_eq!(client.get(&path).await.expect(200), changed);

        let deleted = client.delete(&path).await;
        assert_eq!((deleted.status.as_u16(), deleted.text.as_str()), (204, ""));
        client.get(&path).await.expect(404);
        client.patch(&path, &kind.patch).await.expect(404);
        client.delete(&path).await.expect(404);
        let history = client.get(&format!("{path}/history")).await.expect(200);
        let words: Vec<_> = history["changes"].as_array().unwrap().iter().map(|each| &each["kind"]).collect();
        assert_eq!(words, ["deleted", "updated", "created"], "{all}");
        assert_eq!(history["changes"][0]["deleted"]["id"], made["id"], "{all}: as it was shown");
        assert_eq!(history["changes"][0]["deleted"][kind.member], changed[kind.member], "{all}");
        let differences = history["changes"][1]["differences"].as_array().unwrap();
        let difference =
            differences.iter().find(|each| each["member"] == kind.member).expect("what was patched");
        if !changed[kind.member].is_array() {
            assert_eq!(difference["after"], changed[kind.member], "{all}");
        }
        let undone =
            client.post(&format!("{}/undo", changes(change(&deleted))), &json!({})).await.expect(200);
        assert_eq!(undone["record_id"], made["id"]);
        let back = client.get(&path).await.expect(200);
        assert_eq!(back[kind.member], changed[kind.member], "{all}");
        assert!(
            back["revision"].as_u64() > changed["revision"].as_u64(),
            "{all}: a tag is never given twice"
        );
    }
}

fn seconds(test: &TestApp) -> i64 {
    test.app.now().seconds() % 60
}

#[tokio::test]
async fn each_kind_names_the_members_that_it_refuses() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    for kind in kinds(&client).await {
        let all = format!("/api/v1/{}", kind.plural);
        let before = client.get(&all).await.expect(200)["total"].clone();
        let mut document = kind.document.clone();
        document["colour"] = json!(1);
        document["id"] = json!("018e5f1e-0000-7000-8000-000000000001");
        assert_eq!(
            refusals(&client.post(&all, &document).await, 422),
            ["id immutable", "colour unknown_member"]
        );
        let missing = refusals(&client.post(&all, &json!({})).await, 422);
        assert!(missing.iter().all(|each| each.ends_with(" missing")) && !missing.is_empty(), "{missing:?}");
        assert_eq!(client.get(&all).await.expect(200)["total"], before, "{all}: nothing was stored");

        let made = client.post(&all, &kind.document).await.expect(201);
        let path = one(&kind, &made);
        for name in ["id", "number", "revision", "created_at", "updated_at"] {
            let refused =
                client.patch(&path, &json!({ name: "x", kind.member: kind.patch[kind.member] })).await;
            assert_eq!(refusals(&refused, 422), [format!("{name} immutable")], "{all}");
        }
        assert_eq!(refusals(&client.patch(&path, &json!({"x": 1})).await, 422), ["x unknown_member"]);
        assert_eq!(refusals(&client.patch(&path, &json!([])).await, 400), [" malformed"]);
        assert_eq!(refusals(&client.send("PATCH", &path, "").await, 400), [" malformed"]);
        assert_eq!(client.get(&path).await.expect(200), made, "{all}: nothing was stored");
    }
}

#[tokio::test]
async fn conditions_that_cannot_be_used_are_no_malformed_body() {
    let (_test, client) = start().await;
    let all = "/api/v1/lists";
    for (entity, conditions) in [
        ("contact", json!([{"member": "x"}])),
        ("contact", json!([{"subject": "email", "test": {"number": "greater"}, "value": "1"}])),
        ("contact", json!([{"subject": "email", "test": {"text": "matches"}, "value": "("}])),
        ("company", json!([{"subject": "email", "test": "is_set", "value": ""}])),
    ] {
        let body = json!({"name": "Some", "entity": entity, "conditions": conditions});
        let refused = client.post(all, &body).await;
        assert_eq!(refusals(&refused, 422), ["conditions unusable"], "{conditions}");
        assert_eq!(refused.json()["type"], "/docs/problems/invalid");
    }
}

#[tokio::test]
async fn each_kind_asks_for_rights_and_keeps_to_its_workspace() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    let reader = test.key(&[app::Scope::Read], &[model::Dialect::Native]).await;
    let foreign = test.foreign_key().await;
    for kind in kinds(&client).await {
        let all = format!("/api/v1/{}", kind.plural);
        let made = client.post(&all, &kind.document).await.expect(201);
        let path = one(&kind, &made);
        let reading = client.clone().with_key(&reader);
        reading.get(&path).await.expect(200);
        reading.post(&all, &kind.document).await.expect(403);
        reading.patch(&path, &kind.patch).await.expect(403);
        reading.delete(&path).await.expect(403);
        let abroad = client.clone().with_key(&foreign);
        for reply in [
            abroad.get(&path).await,
            abroad.patch(&path, &kind.patch).await,
            abroad.delete(&path).await,
            abroad.get(&format!("{path}/history")).await,
        ] {
            reply.expect(404);
        }
        client.clone().anonymous().get(&path).await.expect(401);
        assert_eq!(client.get(&path).await.expect(200), made);
    }
}

#[tokio::test]
async fn lists_are_pages_of_one_order() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    for kind in ["tags", "companies"] {
        for n in 1..=5 {
            client.post(&format!("/api/v1/{kind}"), &json!({"name": format!("n{n}")})).await.expect(201);
        }
        for order in ["oldest", "newest"] {
            let all = client.get(&format!("/api/v1/{kind}?order={order}")).await.expect(200);
            let mut names = Vec::new();
            let mut after = String::new();
            loop {
                let page =
                    client.get(&format!("/api/v1/{kind}?order={order}&limit=2{after}")).await.expect(200);
                assert_eq!(page["total"], all["total"]);
                names.extend(page[kind].as_array().unwrap().clone());
                let Some(next) = page["next"].as_str() else { break };
                after = format!("&after={next}");
            }
            assert_eq!(Json::Array(names), all[kind], "{kind} {order}");
        }
        client.get(&format!("/api/v1/{kind}?limit=0")).await.expect(400);
    }
    let found = client.get("/api/v1/tags?name=N3").await.expect(200);
    assert_eq!((&found["total"], &found["tags"][0]["name"]), (&json!(1), &json!("n3")));
}

#[tokio::test]
async fn a_vendors_id_belongs_to_one_of_a_kind() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    for kind in ["tags", "companies"] {
        let all = format!("/api/v1/{kind}");
        let body = |name: &str| json!({"name": name, "aliases": {"zingle": ["z-1"]}});
        let made = client.post(&all, &body("a")).await.expect(201);
        assert_eq!(made["aliases"], json!({"zingle": ["z-1"]}));
        let refused = client.post(&all, &body("b")).await;
        assert!(refusals(&refused, 422)[0].starts_with("aliases.zingle "), "{}", refused.text);
        let path = format!("{all}/{}", made["id"].as_str().unwrap());
        client.patch(&path, &json!({"aliases": {"zingle": null}})).await.expect(200);
        client.post(&all, &body("b")).await.expect(201);
    }
}

#[tokio::test]
async fn one_team_alone_is_the_default_one() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let made = client.post("/api/v1/teams", &json!({"name": "Night", "default": true})).await.expect(201);
    let teams = client.get("/api/v1/teams").await.expect(200)["teams"].as_array().unwrap().clone();
    let default: Vec<_> =
        teams.iter().filter(|team| team["default"] == true).map(|team| &team["id"]).collect();
    assert_eq!(default, [&made["id"]]);
}

#[tokio::test]
async fn references_are_checked_by_id() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let wrong = "018e5f1e-0000-7000-8000-00000000beef";
    for (path, body, refused) in [
        (
            "teams",
            json!({"name": "a", "members": [wrong, "x", 1]}),
            "members.0 unknown_user; members.1 unknown_user; members.2 wrong_type",
        ),
        (
            "companies",
            json!({"name": "a", "tags": [wrong], "values": {"nope": 1}}),
            "tags.0 unknown_tag; values.nope unknown_field",
        ),
        ("tasks", json!({"body": "a", "contacts": [wrong]}), "contacts.0 wrong_type"),
        ("tasks", json!({"body": "a", "assignee": wrong}), "assignee unknown_user"),
        ("notes", json!({"body": " ", "author": wrong}), "body blank; author unknown_user"),
        (
            "notes",
            json!({"body": "a", "messages": [{"id": wrong}, {"x": 1}]}),
            "messages.0.id wrong_type; messages.0.body missing; messages.1.body missing; messages.1.x unknown_member",
        ),
        ("presences", json!({"user": wrong}), "user unknown_user"),
        ("subscriptions", json!({"url": "ftp://a.b", "events": []}), "url bad_url"),
        ("users", json!({"email": "a"}), "email bad_email"),
        ("users", json!({"email": "JANE.DOE@email.com"}), "email taken"),
        ("fields", json!({"name": "a", "type": "colour"}), "type not_one_of"),
        ("fields", json!({"name": "a", "type": "text", "key": "lead_score"}), "key taken"),
        ("fields", json!({"name": "a", "type": "text", "key": "lead score"}), "key wrong_type"),
        ("funnels", json!({"name": "a", "position": 0}), "position out_of_range"),
        ("tags", json!({"name": "a", "text_color": "red"}), "text_color wrong_type"),
        ("tags", json!({"name": "x".repeat(1001)}), "name too_long"),
        (
            "tags",
            json!({"name": "a", "aliases": {"zingle": ["a", "a"], "x": []}}),
            "aliases.zingle duplicate; aliases.x unknown_member",
        ),
    ] {
        let path = format!("/api/v1/{path}");
        let before = client.get(&path).await.expect(200)["total"].clone();
        assert_eq!(refusals(&client.post(&path, &body).await, 422).join("; "), refused, "{body}");
        assert_eq!(client.get(&path).await.expect(200)["total"], before);
    }
}

#[tokio::test]
async fn companies_notes_and_tasks_are_found_by_what_they_have() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    let tag = client.post("/api/v1/tags", &json!({"name": "hot"})).await.expect(201)["id"].clone();
    let user = client.post("/api/v1/users", &json!({"email": "a@b.example"})).await.expect(201)["id"].clone();
    let contact = client.post(CONTACTS, &json!({})).await.expect(201)["id"].clone();
    let company = client
        .post("/api/v1/companies", &json!({"name": "a", "tags": [tag], "starred": true}))
        .await
        .expect(201);
    let note = client.post("/api/v1/notes", &json!({"body": "a", "author": user})).await.expect(201);
    let task = json!({"body": "a", "tags": [tag], "assignee": user, "contacts": [contact]});
    let task = client.post("/api/v1/tasks", &task).await.expect(201);
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    for (path, one) in [
        ("companies?tag=hot&starred=true".to_owned(), &company),
        (format!("notes?author={}", text(&user)), &note),
        (format!("tasks?contact={}&completed=false", text(&contact)), &task),
        (format!("tasks?assignee={}&tag={}", text(&user), text(&tag)), &task),
    ] {
        let kind = path.split('?').next().unwrap();
        let list = client.get(&format!("/api/v1/{path}")).await.expect(200);
        assert_eq!((&list["total"], &list[kind][0]), (&json!(1), one), "{path}");
    }
    client.get("/api/v1/tasks?tag=nope").await.expect(400);
    // What is gone is left out, and stands there again when it comes back.
    let client = self::client(&test);
    let gone = client.delete(&format!("/api/v1/tags/{}", text(&tag))).await;
    let path = format!("/api/v1/tasks/{}", text(&task["id"]));
    assert_eq!(client.get(&path).await.expect(200)["tags"], json!([]));
    client.post(&format!("{}/undo", changes(change(&gone))), &json!({})).await.expect(200);
    assert_eq!(client.get(&path).await.expect(200)["tags"], json!([tag]));
}
