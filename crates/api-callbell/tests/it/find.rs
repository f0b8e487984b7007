//! Contacts by phone number and by the id of WhatsApp Cloud.

use model::{Aliases, Change, Dialect, Edit, Inbox, InboxId, Json};
use serde_json::json;
use testkit::assert_same_shape;
use uuid::Uuid;

use crate::stage::{JOHN, JOHN_PATH, Stage, example};

/// The inbox that the demo has, and another one.
const MAIN: &str = "7c996996fea947f4a1d5a11e7fac84db";
const OTHER: &str = "dcefe6d18b5c4bbdb0661136c7f63c8e";

async fn add_inbox(stage: &Stage) {
    let edit = |catalog: &mut model::Catalog| {
        catalog.inboxes.push(Inbox {
            id: InboxId(Uuid::from_u128(200)),
            number: 200,
            name: "phone_number_2".to_owned(),
            kind: "whatsapp".to_owned(),
            main: false,
            aliases: Aliases::one(Dialect::Callbell, OTHER),
        });
    };
    stage.test.app.edit_catalog(stage.test.workspace.number, edit).await.unwrap();
}

/// An example without the values of custom fields, which the contacts found here have not.
fn without_values(name: &str) -> Json {
    let mut example = example(name);
    example["contact"]["customFields"] = json!({});
    example
}

#[tokio::test]
async fn a_contact_is_found_by_its_number() {
    for stage in [Stage::new().await, Stage::observed().await] {
        let answer = stage.client.get("/v1/contacts/phone/123456789").await.expect(200);
        assert_eq!(answer["contact"]["uuid"], JOHN);
        assert_same_shape(&answer, &without_values("contacts.by-phone.response"));
        assert_eq!(answer["contact"], stage.john().await);
    }
}

#[tokio::test]
async fn numbers_are_compared_by_their_digits() {
    let stage = Stage::new().await;
    stage.create(json!({"source": "whatsapp", "identifier": "+57 319 2754701", "name": "Ana"})).await;
    stage.create(json!({"source": "whatsapp", "identifier": "5790372023", "name": "Eva"})).await;
    for (path, name) in [
        ("573192754701", "Ana"),
        ("+573192754701", "Ana"),
        ("%2B57%20319%202754701", "Ana"),
        ("57-319-2754701/", "Ana"),
        ("5790372023", "Eva"),
        ("+5790372023", "Eva"),
        ("123%20456%20789", "John Doe"),
        ("15551234567", "Jane Smith"),
    ] {
        let answer = stage.client.get(&format!("/v1/contacts/phone/{path}")).await.expect(200);
        assert_eq!(answer["contact"]["name"], name, "{path}");
    }
}

#[tokio::test]
async fn numbers_without_a_country_are_read_in_that_of_the_workspace() {
    let stage = Stage::new().await;
    let path = "/v1/contacts/phone/(555)%20123-4567";
    stage.client.get(path).await.expect(404);
    let edit = |catalog: &mut model::Catalog| catalog.default_country = Some("US".to_owned());
    stage.test.app.edit_catalog(stage.test.workspace.number, edit).await.unwrap();
    assert_eq!(stage.client.get(path).await.expect(200)["contact"]["name"], "Jane Smith");
}

#[tokio::test]
async fn nobody_has_the_number() {
    let stage = Stage::new().await;
    for path in ["99", "call%20me", "%20", "+", "123456789x1", "0123456789", "23456789"] {
        let reply = stage.client.get(&format!("/v1/contacts/phone/{path}")).await;
        assert_eq!(reply.expect(404), example("error.not-found.response"), "{path}");
    }
    stage.client.delete(JOHN_PATH).await.expect(200);
    stage.client.get("/v1/contacts/phone/123456789").await.expect(404);
}

#[tokio::test]
async fn a_look_up_may_name_a_channel() {
    let stage = Stage::new().await;
    add_inbox(&stage).await;
    let ana = json!({"source": "whatsapp", "identifier": "573192754701", "channel_uuid": OTHER});
    let ana = stage.create(ana).await["uuid"].clone();
    let uuid_of = |reply: testkit::Reply| match reply.status.as_u16() {
        200 => reply.json()["contact"]["uuid"].clone(),
        404 => Json::Null,
        _ => panic!("{}", reply.text),
    };
    for (query, expected) in [
        ("573192754701", ana.clone()),
        (&format!("573192754701?channel_uuid={OTHER}"), ana.clone()),
        ("573192754701?channel_uuid=dcefe6d1-8b5c-4bbd-b066-1136c7f63c8e", ana.clone()),
        ("573192754701?channel_uuid=", ana),
        (&format!("573192754701?channel_uuid={MAIN}"), Json::Null),
        ("573192754701?channel_uuid=x", Json::Null),
        (&format!("123456789?channel_uuid={MAIN}"), JOHN.into()),
        (&format!("123456789?channel_uuid={OTHER}"), Json::Null),
    ] {
        let found = uuid_of(stage.client.get(&format!("/v1/contacts/phone/{query}")).await);
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test]
async fn the_channel_of_a_look_up_may_stand_in_its_body() {
    let stage = Stage::new().await;
    add_inbox(&stage).await;
    let path = "/v1/contacts/phone/123456789";
    for (body, status) in [
        (json!({"channel_uuid": MAIN}).to_string(), 200),
        (json!({"channel_uuid": OTHER}).to_string(), 404),
        (json!({"channel_uuid": null}).to_string(), 200),
        (json!({"channel_uuid": 1}).to_string(), 200),
        ("{".to_owned(), 200),
        ("[]".to_owned(), 200),
        (String::new(), 200),
    ] {
        stage.client.send("GET", path, body).await.expect(status);
    }
    let body = json!({"channel_uuid": OTHER}).to_string();
    stage.client.send("GET", &format!("{path}?channel_uuid={MAIN}"), body).await.expect(200);
}

#[tokio::test]
async fn a_contact_is_found_by_its_bsuid() {
    let stage = Stage::new().await;
    let mut change = Change::default();
    change.push("x", Edit::Extra(Dialect::Callbell, "bsuid".to_owned(), Some("bsuid_abc123".into())));
    let made = stage.test.app.create_contact(&stage.caller().await, change).await.unwrap();
    let answer = stage.client.get("/v1/contacts/bsuid/bsuid_abc123").await.expect(200);
    assert_eq!(answer["contact"]["uuid"], made.view.contact.id.hex());
    assert_same_shape(&answer, &without_values("contacts.by-bsuid.response"));
    for path in ["bsuid_abc", "BSUID_ABC123", JOHN, "%20"] {
        let reply = stage.client.get(&format!("/v1/contacts/bsuid/{path}")).await;
        assert_eq!(reply.expect(404), example("error.not-found.response"), "{path}");
    }
}
