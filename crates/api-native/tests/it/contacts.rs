//! Getting, creating and deleting.

use model::Dialect;
use serde_json::json;

use crate::{CONTACTS, JANE, catalog, change, create, id_of, numbered, path, start};

#[tokio::test]
async fn a_contact_shows_every_member() {
    let (test, client) = start().await;
    let catalog = catalog(&test).await;
    let jane = numbered(&client, JANE).await;
    let channel = |n: usize, kind: &str, value: &str, country: Option<&str>, primary: bool, default: bool| {
        json!({"id": jane["channels"][n]["id"], "kind": kind, "value": value, "raw": value, "label": null,
            "country": country, "primary": primary, "default": default})
    };
    let expected = json!({
        "id": jane["id"], "number": 4, "revision": 1,
        "created_at": "2025-01-15T10:30:00.000Z", "updated_at": "2025-01-15T12:45:00.000Z",
        "name": {"full": "Jane Smith", "first": "Jane", "last": "Smith"},
        "salutation": null, "job_title": "Product Manager",
        "description": "Experienced product manager with a focus on SaaS products", "remarks": null,
        "location": "New York, NY", "city": null, "state": null, "country": null,
        "website_url": "https://janesmith.com", "image_url": null,
        "social": {"linkedin": "janesmith"},
        "birthday": {"day": null, "month": null, "year": null},
        "channels": [
            channel(0, "email", "jane@example.com", None, true, true),
            channel(1, "email", "jane.smith@work.com", None, false, false),
            channel(2, "phone", "+15551234567", None, true, false),
        ],
        "companies": [{"id": jane["companies"][0]["id"], "title": "Senior Product Manager",
            "start_date": "2023-01-15", "active": true}],
        "tags": [id_of(&catalog.tags, "Lead")], "lists": [id_of(&catalog.lists, "Q1 Targets")],
        "notes": [jane["notes"][0]],
        "values": {"lead_score": 95},
        "starred": true, "confirmed": false, "unconfirmed_at": null, "closed_at": null, "blocked_at": null,
        "opt_in": null, "assigned_user": null, "assigned_team": null, "locked_by": null,
        "aliases": {"rolodex": ["contact_67890"]}, "extras": {},
    });
    let got = client.get(&path(&jane)).await.expect(200);
    assert_eq!(got, expected);
    for id in [&jane["id"], &jane["channels"][0]["id"], &jane["companies"][0]["id"], &jane["notes"][0]] {
        assert_eq!(id.as_str().map(str::len), Some(36), "ids have hyphens: {id}");
    }
}

#[tokio::test]
async fn an_empty_contact_has_every_member_too() {
    let (_test, client) = start().await;
    let got = create(&client, &json!({})).await;
    let expected = json!({
        "id": got["id"], "number": got["number"], "revision": 1,
        "created_at": "2025-01-15T12:45:00.000Z", "updated_at": "2025-01-15T12:45:00.000Z",
        "name": {"full": null, "first": null, "last": null},
        "salutation": null, "job_title": null, "description": null, "remarks": null, "location": null,
        "city": null, "state": null, "country": null, "website_url": null, "image_url": null,
        "social": {}, "birthday": {"day": null, "month": null, "year": null},
        "channels": [], "companies": [], "tags": [], "lists": [], "notes": [], "values": {},
        "starred": false, "confirmed": false, "unconfirmed_at": null, "closed_at": null, "blocked_at": null,
        "opt_in": null, "assigned_user": null, "assigned_team": null, "locked_by": null,
        "aliases": {}, "extras": {},
    });
    assert_eq!(got, expected);
}

#[tokio::test]
async fn create_answers_with_location_and_change() {
    let (_test, client) = start().await;
    let reply = client.post(CONTACTS, &json!({"name": {"full": "Ada Lovelace"}})).await;
    let contact = reply.expect(201);
    assert_eq!(contact["name"], json!({"full": "Ada Lovelace", "first": "Ada", "last": "Lovelace"}));
    assert_eq!(reply.header("location"), path(&contact));
    assert_eq!(reply.header("content-type"), "application/json");
    let seen = client.get(&format!("/api/v1/changes/{}", change(&reply))).await.expect(200);
    assert_eq!(seen["kind"], "created");
    assert_eq!(client.get(reply.header("location")).await.expect(200), contact);
}

#[tokio::test]
async fn a_contact_answers_to_its_id_in_both_forms_and_to_native_aliases_only() {
    let (_test, client) = start().await;
    let body = json!({"aliases": {"native": ["old 1", "old/2"], "rolodex": ["contact_1"]}});
    let contact = create(&client, &body).await;
    assert_eq!(contact["aliases"], body["aliases"]);
    let id = contact["id"].as_str().unwrap();
    let same = [id.to_owned(), id.replace('-', ""), id.to_uppercase(), "old%201".into(), "old%2F2".into()];
    for id in same {
        let found = client.get(&format!("{CONTACTS}/{id}")).await.expect(200);
        assert_eq!(found, contact, "{id}");
    }
    assert_eq!(client.get(&format!("{CONTACTS}/contact_1")).await.status, 404);
    let number = contact["number"].as_u64().unwrap();
    assert_eq!(client.get(&format!("{CONTACTS}/{number}")).await.status, 404);
}

#[tokio::test]
async fn a_deleted_contact_is_gone_and_its_change_is_named() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let reply = client.delete(&path(&jane)).await;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (204, ""));
    assert!(change(&reply) > 0);
    for reply in [client.get(&path(&jane)).await, client.delete(&path(&jane)).await] {
        assert_eq!(reply.expect(404)["detail"], "no such contact");
    }
    assert_eq!(client.patch(&path(&jane), &json!({"starred": true})).await.status, 404);
}

#[tokio::test]
async fn another_workspace_has_other_contacts() {
    let (test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let foreign = client.clone().with_key(&test.foreign_key().await);
    let unknown = foreign.get(&format!("{CONTACTS}/01934c2e-0000-7000-8000-000000000000")).await;
    for reply in [
        foreign.get(&path(&jane)).await,
        foreign.delete(&path(&jane)).await,
        foreign.patch(&path(&jane), &json!({"city": "X"})).await,
        foreign.get(&format!("{}/history", path(&jane))).await,
    ] {
        assert_eq!((reply.status, &reply.text), (unknown.status, &unknown.text));
    }
    assert_eq!(foreign.get(CONTACTS).await.expect(200)["total"], 0);
    assert_eq!(client.get(&path(&jane)).await.expect(200), jane);
}

#[tokio::test]
async fn what_the_catalog_lost_is_left_out() {
    let (test, client) = start().await;
    let catalog = catalog(&test).await;
    let body = json!({
        "tags": [id_of(&catalog.tags, "VIP"), id_of(&catalog.tags, "AI")],
        "assigned_user": id_of(&catalog.users, "jane.doe@email.com"),
        "values": {"stage": "Seed", "lead_score": 5},
    });
    let contact = create(&client, &body).await;
    let workspace = test.workspace.number;
    let edited = test.app.edit_catalog(workspace, |catalog| {
        catalog.tags = catalog.tags.iter().filter(|tag| tag.name != "VIP").cloned().collect();
        catalog.users = Default::default();
        catalog.fields = catalog.fields.iter().filter(|field| field.key != "stage").cloned().collect();
    });
    edited.await.expect("the catalog changes");
    // Writes always see the newest catalog.
    let got = client.patch(&path(&contact), &json!({})).await.expect(200);
    assert_eq!(got["tags"], json!([id_of(&catalog.tags, "AI")]));
    assert_eq!(got["assigned_user"], json!(null));
    assert_eq!(got["values"], json!({"lead_score": 5}));
    let caller = crate::caller(&test, Dialect::Native).await;
    let reference = model::Ref::uuid(Dialect::Native, contact["id"].as_str().unwrap());
    let kept = test.app.get_contact(&caller, &reference).await.expect("the contact").contact;
    assert_eq!((kept.tags.len(), kept.values.len()), (2, 2), "nothing is lost in the record");
}
