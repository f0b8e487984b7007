//! What happened to a contact: every change, by whom, through which dialect.

use std::collections::BTreeMap;

use model::{Change, Dialect, Edit, Json, Member, NamePart, Ref, TextMember};
use serde_json::json;

use crate::{CONTACTS, JANE, caller, catalog, change, changes, client, create, id_of, numbered, path, start};

#[tokio::test]
async fn history_shows_who_did_what_through_which_dialect() {
    let (test, client) = start().await;
    let contact = create(&client, &json!({"name": {"full": "Ada King"}, "city": "London"})).await;
    test.clock.advance_ms(1_000);
    let zingle = caller(&test, Dialect::Zingle).await;
    let mut update = Change::default();
    update.push("custom_field_values.0", Edit::Name(NamePart::First, Some("Eve".to_owned())));
    update.push("city", Edit::Text(TextMember::City, None));
    let reference = Ref::uuid(Dialect::Zingle, contact["id"].as_str().unwrap());
    let written = test.app.update_contact(&zingle, reference, update).await.expect("the update");
    test.clock.advance_ms(1_000);
    let patched = client.patch(&path(&contact), &json!({"starred": true})).await;

    let got = client.get(&format!("{}/history", path(&contact))).await.expect(200);
    assert_eq!(got["next"], json!(null));
    let list = got["changes"].as_array().unwrap();
    let kinds: Vec<_> = list.iter().map(|each| (&each["kind"], &each["revision"])).collect();
    assert_eq!(
        kinds,
        [(&json!("updated"), &json!(3)), (&json!("updated"), &json!(2)), (&json!("created"), &json!(1))]
    );
    assert_eq!(list[0]["id"], change(&patched));
    assert_eq!(list[0]["actor"]["dialect"], "native");
    let key = zingle.key().id.to_string();
    let expected = json!({
        "id": written.change, "contact_id": contact["id"], "kind": "updated", "revision": 2,
        "at": "2025-01-15T12:45:01.000Z",
        "actor": {"key_id": key, "dialect": "zingle", "request_id": "req-1"},
        "undoes": null,
        "differences": [
            {"member": "name.full", "before": "Ada King", "after": "Eve King"},
            {"member": "name.first", "before": "Ada", "after": "Eve"},
            {"member": "city", "before": "London", "after": null},
        ],
        "deleted": null,
    });
    assert_eq!(list[1], expected);
    let one = client.get(&changes(written.change.unwrap())).await.expect(200);
    assert_eq!(one, expected);
    assert_eq!(list[2]["actor"], json!({"key_id": key, "dialect": "native", "request_id": null}));
}

#[tokio::test]
async fn differences_are_shown_as_in_the_contact() {
    let (test, client) = start().await;
    let catalog = catalog(&test).await;
    let before = numbered(&client, JANE).await;
    let body = json!({
        "birthday": {"day": 1},
        "channels": [{"kind": "email", "value": "Jane@New.example"}],
        "companies": [], "tags": [id_of(&catalog.tags, "AI")], "lists": [], "notes": [],
        "values": {"lead_score": 88.5, "stage": "Seed", "features": ["Analytics"], "checkin_date": "2025-02-03"},
        "starred": false, "closed_at": "2025-01-02T00:00:00Z", "opt_in": "opted_in",
        "assigned_user": id_of(&catalog.users, "jane.doe@email.com"), "assigned_team": id_of(&catalog.teams, "Support"),
        "aliases": {"native": ["n-1"], "rolodex": null}, "extras": {"acquire": {"ip": "10.0.0.1"}},
        "social": {"x": "jane"},
    });
    let reply = client.patch(&path(&before), &body).await;
    let after = reply.expect(200);
    let got = client.get(&changes(change(&reply))).await.expect(200);
    let differences = got["differences"].as_array().unwrap();
    let mut members: Vec<_> = differences.iter().map(|each| each["member"].as_str().unwrap()).collect();
    for each in differences {
        let member = each["member"].as_str().unwrap();
        let pointer = format!("/{}", member.replace('.', "/"));
        let shown = |contact: &model::Json| contact.pointer(&pointer).cloned().unwrap_or_default();
        let is_list = member.starts_with("aliases");
        let or_empty = |json: model::Json| if is_list && json.is_null() { json!([]) } else { json };
        assert_eq!(each["before"], or_empty(shown(&before)), "{member}");
        assert_eq!(each["after"], or_empty(shown(&after)), "{member}");
    }
    members.sort_unstable();
    let expected = [
        "aliases.native",
        "aliases.rolodex",
        "assigned_team",
        "assigned_user",
        "birthday.day",
        "channels",
        "closed_at",
        "companies",
        "extras.acquire.ip",
        "lists",
        "notes",
        "opt_in",
        "social.x",
        "starred",
        "tags",
        "values.checkin_date",
        "values.features",
        "values.lead_score",
        "values.stage",
    ];
    assert_eq!(members, expected);
}

#[tokio::test]
async fn the_value_of_a_field_that_is_gone_is_named_by_the_fields_id() {
    let (test, client) = start().await;
    let reply = client.post(CONTACTS, &json!({"values": {"lead_score": 1}})).await;
    let edited = test.app.edit_catalog(test.workspace.number, |catalog| {
        catalog.fields = catalog.fields.iter().filter(|field| field.key != "lead_score").cloned().collect();
    });
    edited.await.expect("the catalog changes");
    let event = test.app.get_change(&caller(&test, Dialect::Native).await, change(&reply)).await.expect("it");
    let Some(Member::Value(field)) = event.differences.iter().map(|each| each.member.clone()).next_back()
    else {
        panic!("a value differs: {event:?}");
    };
    let got = client.get(&changes(change(&reply))).await.expect(200);
    let expected = json!([{"member": format!("values.{field}"), "before": null, "after": 1}]);
    assert_eq!(got["differences"], expected);
}

#[tokio::test]
async fn a_deleted_contact_keeps_its_history() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let deleted = client.delete(&path(&jane)).await;
    let got = client.get(&format!("{}/history", path(&jane))).await.expect(200);
    let list = got["changes"].as_array().unwrap();
    assert_eq!(list.len(), 2);
    assert_eq!((&list[0]["id"], &list[0]["kind"]), (&json!(change(&deleted)), &json!("deleted")));
    assert_eq!(list[0]["deleted"], jane, "as it was");
    assert_eq!((&list[1]["kind"], &list[1]["actor"]["key_id"]), (&json!("created"), &json!(null)));
}

#[tokio::test]
async fn history_is_paged_newest_first() {
    let (_test, client) = start().await;
    let contact = create(&client, &json!({})).await;
    for n in 1..=4 {
        client.patch(&path(&contact), &json!({"city": format!("City {n}")})).await.expect(200);
    }
    let history = format!("{}/history", path(&contact));
    let mut revisions = Vec::new();
    let mut query = "?limit=2".to_owned();
    loop {
        let page = client.get(&format!("{history}{query}")).await.expect(200);
        let rows = page["changes"].as_array().unwrap().clone();
        assert!(rows.len() <= 2);
        revisions.extend(rows.iter().map(|row| row["revision"].as_u64().unwrap()));
        match page["next"].as_u64() {
            Some(next) => query = format!("?limit=2&before={next}"),
            None => break,
        }
    }
    assert_eq!(revisions, [5, 4, 3, 2, 1]);
    let page = client.get(&format!("{history}?before=1")).await.expect(200);
    assert_eq!(page, json!({"changes": [], "next": null}));
}

#[tokio::test]
async fn another_workspace_sees_no_changes() {
    let (test, client_here) = start().await;
    let jane = numbered(&client_here, JANE).await;
    let number = change(&client_here.patch(&path(&jane), &json!({"city": "X"})).await);
    let foreign = client(&test).with_key(&test.foreign_key().await);
    let unknown = foreign.get(&changes(999_999)).await;
    for reply in [
        foreign.get(&changes(number)).await,
        foreign.post(&format!("{}/undo", changes(number)), &json!({})).await,
    ] {
        assert_eq!((reply.status.as_u16(), &reply.text), (404, &unknown.text));
    }
    assert_eq!(client_here.get(&path(&jane)).await.expect(200)["city"], "X");
    assert_eq!(foreign.get(&format!("{CONTACTS}/nobody/history")).await.status, 404);
}

#[tokio::test]
async fn values_are_told_whatever_became_of_their_options_and_fields() {
    let (_test, client) = start().await;
    let field =
        |key: &str, kind: &str| json!({"key": key, "name": key, "type": kind, "options": ["Gold", "Silver"]});
    let mut fields = Vec::new();
    for body in [
        field("tier", "single_select"),
        field("sizes", "multi_select"),
        json!({"key": "age", "name": "Age", "type": "number"}),
    ] {
        let made = client.post("/api/v1/fields", &body).await.expect(201);
        fields.push((format!("/api/v1/fields/{}", made["id"].as_str().unwrap()), made));
    }
    let values = json!({"tier": "Silver", "sizes": ["Gold", "Silver"], "age": 42});
    let contact = path(&create(&client, &json!({ "values": values })).await);
    let told = async || {
        let history = client.get(&format!("{contact}/history")).await.expect(200);
        let first = history["changes"].as_array().unwrap().last().unwrap()["differences"].clone();
        let after = |each: &Json| (each["member"].as_str().unwrap().to_owned(), each["after"].clone());
        first.as_array().unwrap().iter().map(after).collect::<BTreeMap<_, _>>()
    };
    let as_written = [("age", json!(42)), ("sizes", json!(["Gold", "Silver"])), ("tier", json!("Silver"))];
    let as_written = BTreeMap::from(as_written.map(|(key, value)| (format!("values.{key}"), value)));
    assert_eq!(told().await, as_written);
    for (path, _) in &fields[..2] {
        client.patch(path, &json!({"options": ["Gold"]})).await.expect(200);
    }
    // What they were called stands in the history of their fields.
    let option = |field: usize, n: usize| fields[field].1["options"][n]["id"].clone();
    let sizes = json!(["Gold", option(1, 1)]);
    let mut by_id = as_written;
    by_id.extend([("values.tier".to_owned(), option(0, 1)), ("values.sizes".to_owned(), sizes)]);
    assert_eq!(told().await, by_id);
    for (path, _) in &fields {
        assert_eq!(client.delete(path).await.status.as_u16(), 204);
    }
    let of_fields = [option(0, 1), json!([option(1, 0), option(1, 1)]), json!(42)].into_iter().zip(&fields);
    let by_id =
        of_fields.map(|(value, (_, field))| (format!("values.{}", field["id"].as_str().unwrap()), value));
    assert_eq!(told().await, by_id.collect());
}
