//! Undo: every change can be taken back, and that too.

use app::Scope;
use model::{Catalog, Company, CompanyId, ContactId, Dialect, ItemRef, Json, Tag};
use serde_json::json;
use testkit::{Client, Reply};

use crate::{CONTACTS, JANE, change, changes, create, numbered, path, refusals, start};

async fn undo(client: &Client, number: u64, body: &Json) -> Reply {
    client.post(&format!("{}/undo", changes(number)), body).await
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
async fn an_update_is_undone_and_the_undo_too() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let jane = numbered(&client, JANE).await;
    let patch =
        json!({"name": {"last": "Jones"}, "tags": [], "channels": [], "values": {"lead_score": null}});
    let updated = client.patch(&path(&jane), &patch).await;

    let undone = client.send("POST", &format!("{}/undo", changes(change(&updated))), "").await;
    let answer = undone.expect(200);
    assert_eq!((&answer["done"], &answer["change"]), (&json!("updated"), &json!(change(&undone))));
    assert_eq!(content(&answer["contact"]), content(&jane));
    assert_eq!(answer["contact"]["revision"], 3);
    assert_eq!(client.get(&path(&jane)).await.expect(200), answer["contact"]);
    let seen = client.get(&changes(change(&undone))).await.expect(200);
    assert_eq!((&seen["undoes"], &seen["kind"]), (&json!(change(&updated)), &json!("updated")));

    let again = undo(&client, change(&undone), &json!({})).await.expect(200);
    assert_eq!(content(&again["contact"]), content(&updated.json()));
}

#[tokio::test]
async fn a_creation_is_undone_by_deleting_and_that_by_restoring() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let created =
        client.post(CONTACTS, &json!({"name": {"full": "Ada"}, "aliases": {"native": ["a"]}})).await;
    let contact = created.expect(201);
    let undone = undo(&client, change(&created), &json!({})).await;
    assert_eq!(undone.expect(200), json!({"change": change(&undone), "done": "deleted", "contact": null}));
    assert_eq!(client.get(&path(&contact)).await.status, 404);

    let restored = undo(&client, change(&undone), &json!({})).await;
    let answer = restored.expect(200);
    assert_eq!(answer["done"], "restored");
    assert_eq!(content(&answer["contact"]), content(&contact));
    assert_eq!(content(&client.get(&format!("{CONTACTS}/a")).await.expect(200)), content(&contact));
}

#[tokio::test]
async fn a_deletion_is_undone_under_the_old_ids() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let jane = numbered(&client, JANE).await;
    let deleted = client.delete(&path(&jane)).await;
    let restored = undo(&client, change(&deleted), &json!({})).await;
    assert_eq!(restored.expect(200)["done"], "restored");
    assert_eq!(content(&client.get(&path(&jane)).await.expect(200)), content(&jane));
    let gone = undo(&client, change(&restored), &json!({})).await.expect(200);
    assert_eq!((&gone["done"], &gone["contact"]), (&json!("deleted"), &json!(null)));
    assert_eq!(client.get(&path(&jane)).await.status, 404);
}

#[tokio::test]
async fn a_member_that_was_changed_again_is_a_conflict() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let jane = numbered(&client, JANE).await;
    let patch = json!({"city": "Rome", "state": "Lazio", "values": {"lead_score": 1}});
    let first = client.patch(&path(&jane), &patch).await;
    let second = json!({"city": "Oslo", "values": {"lead_score": 2}});
    let second = client.patch(&path(&jane), &second).await;
    let (number, second) = (change(&second), second.expect(200));

    for body in [json!({}), json!({"on_conflict": "refuse"})] {
        let refused = undo(&client, change(&first), &body).await;
        assert_eq!(refusals(&refused, 409), ["city changed_since", "values.lead_score changed_since"]);
        let problem = refused.json();
        assert_eq!(problem["type"], "/docs/problems/changed-since");
        let later = problem["later_changes"].as_array().unwrap();
        let shown: Vec<_> =
            later.iter().map(|each| json!([each["member"], each["value"], each["change"]])).collect();
        assert_eq!(shown, [json!(["city", "Oslo", number]), json!(["values.lead_score", 2, number])]);
        assert_eq!((&later[0]["contact_id"], &later[0]["actor"]["dialect"]), (&jane["id"], &json!("native")));
    }
    assert_eq!(client.get(&path(&jane)).await.expect(200), second, "nothing was stored");

    let skipped = undo(&client, change(&first), &json!({"on_conflict": "skip"})).await.expect(200);
    let shown = |answer: &Json| {
        let contact = &answer["contact"];
        json!([contact["city"], contact["state"], contact["values"]["lead_score"]])
    };
    assert_eq!(shown(&skipped), json!(["Oslo", null, 2]));
    let again = undo(&client, change(&first), &json!({"on_conflict": "skip"})).await;
    assert_eq!((&again.expect(200)["done"], &again.json()["change"]), (&json!("unchanged"), &json!(null)));
    assert_eq!(again.header("contactd-change"), "");

    let overwritten = undo(&client, change(&first), &json!({"on_conflict": "overwrite"})).await.expect(200);
    assert_eq!(shown(&overwritten), json!([null, null, 95]));
}

#[tokio::test]
async fn what_was_written_into_a_contact_since_it_was_made_stands_in_the_way_of_its_end() {
    let (_test, client) = start().await;
    let created = client.post(CONTACTS, &json!({"city": "Rome"})).await;
    let number = change(&client.patch(&path(&created.json()), &json!({"state": "Lazio"})).await);
    let refused = undo(&client, change(&created), &json!({})).await;
    assert_eq!(refusals(&refused, 409), [" changed_since"]);
    let later = &refused.json()["later_changes"];
    assert_eq!(
        (&later[0]["member"], &later[0]["change"], later.as_array().unwrap().len()),
        (&json!("state"), &json!(number), 1)
    );
    // Deleted already, there is nothing to take back, and nothing that stands in the way.
    client.delete(&path(&created.json())).await;
    let refused = undo(&client, change(&created), &json!({})).await;
    assert_eq!(refusals(&refused, 409), ["contact changed_since"]);
}

#[tokio::test]
async fn what_was_added_to_a_list_since_stays() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let contact = create(&client, &json!({"channels": [{"kind": "email", "value": "a@x.example"}]})).await;
    let mut channels = contact["channels"].as_array().unwrap().clone();
    channels.push(json!({"kind": "email", "value": "b@x.example"}));
    let first = client.patch(&path(&contact), &json!({"channels": channels})).await;
    let mut channels = first.expect(200)["channels"].as_array().unwrap().clone();
    channels.push(json!({"kind": "phone", "value": "+31612345678"}));
    client.patch(&path(&contact), &json!({"channels": channels})).await.expect(200);
    let undone = undo(&client, change(&first), &json!({})).await.expect(200);
    let values: Vec<_> =
        undone["contact"]["channels"].as_array().unwrap().iter().map(|each| each["value"].clone()).collect();
    assert_eq!(values, ["a@x.example", "+31612345678"]);
}

#[tokio::test]
async fn an_id_that_was_taken_since_stops_a_restore() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let contact = create(&client, &json!({"aliases": {"native": ["a"]}})).await;
    let deleted = client.delete(&path(&contact)).await;
    create(&client, &json!({"aliases": {"native": ["a"]}})).await;
    let refused = undo(&client, change(&deleted), &json!({})).await;
    assert_eq!(refused.expect(409)["type"], "/docs/problems/in-use");
    assert_eq!(client.get(&path(&contact)).await.status, 404);
}

#[tokio::test]
async fn only_a_key_that_may_write_may_undo() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    let jane = numbered(&client, JANE).await;
    let updated = client.patch(&path(&jane), &json!({"city": "Rome"})).await;
    let reader = client.clone().with_key(&test.key(&[Scope::Read], &[Dialect::Native]).await);
    let refused = undo(&reader, change(&updated), &json!({})).await;
    assert_eq!(refused.expect(403)["detail"], "the key lacks the scope 'write'");
    assert_eq!(reader.get(&changes(change(&updated))).await.status, 200);
    assert_eq!(client.get(&path(&jane)).await.expect(200)["city"], "Rome");
}

#[tokio::test]
async fn what_is_wrong_with_an_undo_is_said() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let jane = numbered(&client, JANE).await;
    let number = change(&client.patch(&path(&jane), &json!({"city": "Rome"})).await);
    for (body, status, expected) in [
        (r#"{"on_conflict":"maybe"}"#, 422, "on_conflict not_one_of"),
        (r#"{"on_conflict":1}"#, 422, "on_conflict wrong_type"),
        (r#"{"on_conflict":null}"#, 422, "on_conflict not_nullable"),
        (r#"{"mode":"skip"}"#, 422, "mode unknown_member"),
        ("[]", 400, " malformed"),
        ("{", 400, " malformed"),
    ] {
        let reply = client.send("POST", &format!("{}/undo", changes(number)), body).await;
        assert_eq!(refusals(&reply, status), [expected], "{body}");
    }
    for id in ["0", "999999", "18446744073709551615", "99999999999999999999", "+1", "x", "%00", ""] {
        for reply in [
            client.get(&format!("/api/v1/changes/{id}")).await,
            client.post(&format!("/api/v1/changes/{id}/undo"), &json!({})).await,
        ] {
            assert_eq!(reply.expect(404)["type"], "/docs/problems/not-found", "{id}");
        }
    }
    assert_eq!(client.get(&path(&jane)).await.expect(200)["city"], "Rome");
}

#[tokio::test]
async fn changes_of_other_records_are_shown_and_undone() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    let secret = test.key(&[Scope::Write], &[Dialect::Native]).await;
    let caller = test.app.authenticate(&secret, Dialect::Native, None).await.unwrap();
    let make = |id, now, _: &Catalog| Ok(Company::new(CompanyId(id), "Acme", now));
    let made = test.app.create_record(&caller, make).await.unwrap();
    let id = made.record.id.to_string();
    let seen = client.get(&changes(made.change.unwrap())).await.expect(200);
    assert_eq!(seen["contact_id"], Json::Null);
    assert_eq!((&seen["record_kind"], &seen["record_id"]), (&json!("company"), &json!(id)));
    assert_eq!(seen["differences"][1], json!({"member": "name", "before": null, "after": "Acme"}));
    let undone = undo(&client, made.change.unwrap(), &json!({})).await;
    let deletion = change(&undone);
    assert_eq!(
        undone.expect(200),
        json!({"change": deletion, "done": "deleted", "record_kind": "company", "record_id": id, "contact": null})
    );
    let seen = client.get(&changes(deletion)).await.expect(200);
    assert_eq!((&seen["kind"], &seen["undoes"]), (&json!("deleted"), &json!(made.change)));
    assert_eq!((&seen["deleted"]["id"], &seen["deleted"]["name"]), (&json!(id), &json!("Acme")));

    let lead = ItemRef::Name("lead".to_owned());
    let rename = |tag: &mut Tag, _: &Catalog| {
        tag.name = "prospect".to_owned();
        Ok(())
    };
    let renamed = test.app.update_item(&caller, &lead, rename).await.unwrap();
    let seen = client.get(&changes(renamed.change.unwrap())).await.expect(200);
    assert_eq!(seen["record_kind"], "tag");
    assert_eq!(seen["differences"], json!([{"member": "name", "before": "lead", "after": "prospect"}]));
    let undone = undo(&client, renamed.change.unwrap(), &json!({})).await.expect(200);
    assert_eq!((&undone["done"], &undone["record_kind"]), (&json!("updated"), &json!("tag")));
    assert!(test.app.catalog(&caller).await.unwrap().tags.find(&lead).is_some());
}

#[tokio::test]
async fn a_change_of_several_records_is_undone_as_a_whole() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    let caller = crate::caller(&test, Dialect::Rolodex).await;
    let jane = numbered(&client, JANE).await;
    let id = ContactId(jane["id"].as_str().unwrap().parse().unwrap());
    let make = |id, now, _: &Catalog| Ok(Company::new(CompanyId(id), "Acme", now));
    let number = test.app.create_linked(&caller, &[id], make).await.unwrap().change.unwrap();
    // Each part says which change it belongs to; the first is the change.
    for part in [number, number + 1] {
        assert_eq!(client.get(&changes(part)).await.expect(200)["part_of"], number);
    }
    let history = client.get(&format!("{}/history?limit=1", path(&jane))).await.expect(200);
    assert_eq!(
        (&history["changes"][0]["id"], &history["changes"][0]["part_of"]),
        (&json!(number + 1), &json!(number))
    );
    let undone = undo(&client, number, &json!({})).await;
    assert_eq!(
        (&undone.json()["done"], &undone.json()["record_kind"]),
        (&json!("deleted"), &json!("company"))
    );
    assert_eq!(content(&numbered(&client, JANE).await), content(&jane));
    undo(&client, change(&undone), &json!({})).await.expect(200);
    assert_ne!(numbered(&client, JANE).await["companies"], jane["companies"]);
}
