//! Contacts as they were, and where their values come from.

use app::Merge;
use model::{Change, Dialect, Edit, Json, Ref, TextMember};
use serde_json::json;
use testkit::{Client, TestApp};

use crate::{CONTACTS, JANE, caller, catalog, change, changes, create, id_of, numbered, path, start};

/// A contact that was made, changed twice, deleted and restored, a second apart; as it was after each but the deletion.
async fn life(test: &TestApp, client: &Client) -> Vec<Json> {
    let mut states = vec![create(client, &json!({"name": {"full": "Ada King"}, "city": "London"})).await];
    test.clock.advance_ms(1_000);
    let path = path(&states[0]);
    states.push(client.patch(&path, &json!({"city": "Rome", "starred": true})).await.expect(200));
    test.clock.advance_ms(1_000);
    states.push(client.patch(&path, &json!({"city": null, "social": {"x": "ada"}})).await.expect(200));
    test.clock.advance_ms(1_000);
    let deleted = client.delete(&path).await;
    test.clock.advance_ms(1_000);
    let undone = client.post(&format!("{}/undo", changes(change(&deleted))), &json!({})).await;
    states.push(undone.expect(200)["contact"].clone());
    states
}

async fn at(client: &Client, contact: &Json, at: &str) -> testkit::Reply {
    client.get(&format!("{}?at={at}", path(contact))).await
}

#[tokio::test]
async fn a_contact_is_shown_as_it_was_at_a_revision_and_at_a_time() {
    let (test, client) = start().await;
    let states = life(&test, &client).await;
    let now = states.last().unwrap();
    for state in &states {
        let revision = state["revision"].as_u64().unwrap();
        let reply = at(&client, now, &revision.to_string()).await;
        assert_eq!(reply.expect(200), *state, "revision {revision}");
        assert_eq!(reply.header("etag"), format!("\"{revision}\""));
        for instant in [state["updated_at"].as_str().unwrap().to_owned(), then(state, 999)] {
            assert_eq!(at(&client, now, &instant).await.expect(200), *state, "{instant}");
        }
    }
    let before = at(&client, now, "2025-01-15T12:44:59.999Z").await;
    assert_eq!(before.expect(404)["type"], "/docs/problems/not-found");
    assert_eq!(
        before.json()["detail"],
        "there was no such thing then: it was made at 2025-01-15T12:45:00.000Z"
    );
    let gone = at(&client, now, "2025-01-15T12:45:03.500Z").await;
    assert_eq!(gone.expect(410)["type"], "/docs/problems/gone");
    assert_eq!(gone.json()["detail"], "it was deleted at 2025-01-15T12:45:03.000Z");
    let beyond = at(&client, now, "9").await.expect(404);
    assert_eq!(beyond["detail"], "there was no such thing then: its last revision is 4");
}

/// The instant so many milliseconds after a contact's last change.
fn then(contact: &Json, ms: u64) -> String {
    contact["updated_at"].as_str().unwrap().replace(".000Z", &format!(".{ms}Z"))
}

#[tokio::test]
async fn a_deleted_contact_is_shown_as_it_was() {
    let (test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    test.clock.advance_ms(1_000);
    client.delete(&path(&jane)).await;
    assert_eq!(client.get(&path(&jane)).await.status, 404);
    assert_eq!(at(&client, &jane, "1").await.expect(200), jane);
    assert_eq!(at(&client, &jane, jane["updated_at"].as_str().unwrap()).await.expect(200), jane);
    at(&client, &jane, "2025-02-01T00:00:00Z").await.expect(410);
    at(&client, &json!({"id": "018e5f1e-0000-7000-8000-000000000001"}), "1").await.expect(404);
}

#[tokio::test]
async fn a_merged_contact_is_itself_before_the_merge_and_the_other_from_then_on() {
    let (test, client) = start().await;
    let into = create(&client, &json!({"name": {"full": "Ada"}})).await;
    let other = create(&client, &json!({"name": {"full": "Eve"}, "city": "Rome"})).await;
    test.clock.advance_ms(1_000);
    let caller = caller(&test, Dialect::Native).await;
    let named = |contact: &Json| Ref::uuid(Dialect::Native, contact["id"].as_str().unwrap());
    test.app
        .merge_contacts(&caller, &Merge::new(named(&into), vec![(String::new(), named(&other))]))
        .await
        .unwrap();
    let merged = client.get(&path(&other)).await.expect(200);
    assert_eq!(at(&client, &other, "2025-01-15T12:45:00.500Z").await.expect(200), other);
    assert_eq!(at(&client, &other, "2025-01-15T12:45:01Z").await.expect(200), merged);
    assert_eq!(at(&client, &into, "2025-01-15T12:45:00.500Z").await.expect(200), into);
    // A revision is one of what the id leads to now.
    assert_eq!(at(&client, &other, "1").await.expect(200), into);
}

#[tokio::test]
async fn what_is_no_moment_is_refused() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    for text in ["", "0", "x", "-1", "2025-01-15", "2025-13-15T12:45:00Z", "99999999999999999999", "%00"] {
        let problem = at(&client, &jane, text).await.expect(400);
        assert!(problem["detail"].as_str().unwrap().contains("'at' must be a revision"), "{text}");
    }
}

#[tokio::test]
async fn provenance_says_who_set_each_value_and_what_was_there_before() {
    let (test, client) = start().await;
    let tags = catalog(&test).await.tags.clone();
    let [lead, ai] = ["lead", "AI"].map(|name| id_of(&tags, name));
    let phone = json!([{"kind": "phone", "value": "+1 858 555 1212"}]);
    let made = create(&client, &json!({"city": "London", "tags": [lead], "channels": phone})).await;
    test.clock.advance_ms(1_000);
    // A chatbot writes over the phone number.
    let callbell = caller(&test, Dialect::Callbell).await;
    let mut update = Change::default();
    let number = model::ChannelWrite::new("phone", model::ChannelKind::Phone, "+1 858 555 9999");
    update.push("phone", Edit::PrimaryChannel(model::ChannelKind::Phone, Some(number)));
    update.push("city", Edit::Text(TextMember::City, None));
    let named = Ref::uuid(Dialect::Callbell, made["id"].as_str().unwrap());
    let overwritten = test.app.update_contact(&callbell, named, update).await.unwrap().change.unwrap();
    let tagged = client.patch(&path(&made), &json!({"tags": [lead, ai]})).await;
    let got = client.get(&format!("{}/provenance", path(&made))).await.expect(200);
    assert_eq!(
        (&got["contact_id"], &got["is_complete"], &got["changes_read"]),
        (&made["id"], &json!(true), &json!(3))
    );
    let members = got["members"].as_array().unwrap();
    let of = |member: &str| members.iter().find(|each| each["member"] == member).cloned().expect(member);
    let channel = made["channels"][0].clone();
    let origin = of(&format!("channels.{}", channel["id"].as_str().unwrap()));
    assert_eq!((&origin["value"]["value"], &origin["previous"]), (&json!("+18585559999"), &channel));
    assert_eq!(
        (&origin["change"], &origin["kind"], &origin["revision"]),
        (&json!(overwritten), &json!("updated"), &json!(2))
    );
    assert_eq!(origin["at"], "2025-01-15T12:45:01.000Z");
    let key = callbell.key();
    let actor = json!({"key_id": key.id.to_string(), "key_name": key.name, "dialect": "callbell", "request_id": "req-1"});
    assert_eq!(origin["actor"], actor);
    assert_eq!((&of("city")["value"], &of("city")["previous"]), (&json!(null), &json!("London")));
    let old = of(&format!("tags.{lead}"));
    assert_eq!(
        (&old["value"], &old["previous"], &old["kind"]),
        (&json!(lead), &json!(null), &json!("created"))
    );
    assert_eq!(of(&format!("tags.{ai}"))["change"], change(&tagged));
    // Put back, it says so, also of a contact that is deleted.
    let undone = client.post(&format!("{}/undo", changes(overwritten)), &json!({})).await;
    client.delete(&path(&made)).await;
    let got = client.get(&format!("{}/provenance", path(&made))).await.expect(200);
    let members = got["members"].as_array().unwrap();
    let city = members.iter().find(|each| each["member"] == "city").unwrap();
    assert_eq!(
        (&city["value"], &city["change"], &city["undoes"]),
        (&json!("London"), &json!(change(&undone)), &json!(overwritten))
    );
    client.get(&format!("{CONTACTS}/nobody/provenance")).await.expect(404);
}
