//! Contacts by a key: reading, and changing or making in one step.

use model::Json;
use serde_json::json;
use testkit::Client;

use crate::{CONTACTS, change, create, path, refusals, start};

fn by(key: &str, value: &str) -> String {
    format!("{CONTACTS}/by/{key}/{value}")
}

async fn total(client: &Client) -> u64 {
    client.get(CONTACTS).await.expect(200)["total"].as_u64().unwrap()
}

#[tokio::test]
async fn the_first_put_makes_and_the_next_ones_change() {
    let (_test, client) = start().await;
    let before = total(&client).await;
    for (n, (key, value, again, kind, stored)) in [
        ("email", "Ada@x.example", "ada@X.example", "email", "ada@x.example"),
        ("phone", "%2B1%20858%20555%201212", "%2B1(858)555-1212", "phone", "+18585551212"),
        ("channel", "whatsapp:+31612345678", "whatsapp:+31612345678", "whatsapp", "+31612345678"),
    ]
    .into_iter()
    .enumerate()
    {
        let made = client.put(&by(key, value), &json!({"name": {"full": "Ada"}})).await;
        let contact = made.expect(201);
        let channel = &contact["channels"][0];
        assert_eq!((&channel["kind"], &channel["value"]), (&json!(kind), &json!(stored)));
        assert!(key != "email" || channel["raw"] == value, "as it was written");
        assert_eq!(made.header("location"), path(&contact));
        assert_eq!(made.header("etag"), "\"1\"");
        change(&made);
        let changed = client.put(&by(key, again), &json!({"city": "Rome"})).await;
        let after = changed.expect(200);
        assert_eq!(
            (&after["id"], &after["city"], &after["name"]["full"]),
            (&contact["id"], &json!("Rome"), &json!("Ada"))
        );
        assert_eq!(after["channels"], contact["channels"], "what was written stays");
        let same = client.put(&by(key, value), &json!({"city": "Rome"})).await;
        assert_eq!((same.expect(200), same.header("contactd-change")), (after.clone(), ""));
        assert_eq!(client.get(&by(key, again)).await.expect(200), after);
        assert_eq!(total(&client).await, before + n as u64 + 1);
    }
}

#[tokio::test]
async fn an_alias_is_a_key_of_this_api_or_of_the_dialect_that_it_begins_with() {
    let (_test, client) = start().await;
    let made = client.put(&by("alias", "crm-7"), &json!({"aliases": {"zingle": ["z-1"]}})).await.expect(201);
    assert_eq!(made["aliases"], json!({"native": ["crm-7"], "zingle": ["z-1"]}));
    let again = client.put(&by("alias", "zingle:z-1"), &json!({"city": "Rome"})).await.expect(200);
    assert_eq!((&again["id"], &again["aliases"]), (&made["id"], &made["aliases"]));
    // The key stays, whatever else the aliases are to be.
    let other = json!({"aliases": {"native": ["crm-8"]}});
    let after = client.put(&by("alias", "crm-7"), &other).await.expect(200);
    assert_eq!(after["aliases"]["native"], json!(["crm-8", "crm-7"]));
    let taken = client.put(&by("alias", "crm-9"), &json!({"aliases": {"native": ["crm-8"]}})).await;
    assert_eq!(refusals(&taken, 422), ["aliases.native alias_taken"]);
    assert_eq!(client.get(&by("alias", "native:crm-8")).await.expect(200), after);
    client.get(&by("alias", "nobody")).await.expect(404);
}

#[tokio::test]
async fn a_key_that_is_not_among_the_new_channels_stays_one() {
    let (_test, client) = start().await;
    let body = json!({"channels": [{"kind": "phone", "value": "+31612345678"}]});
    let kinds = |contact: &Json| -> Vec<Json> {
        contact["channels"].as_array().unwrap().iter().map(|each| each["kind"].clone()).collect()
    };
    let made = client.put(&by("email", "ada@x.example"), &body).await.expect(201);
    assert_eq!(kinds(&made), ["phone", "email"]);
    let again = client.put(&by("email", "ada@x.example"), &body).await;
    assert_eq!((again.expect(200), again.header("contactd-change")), (made, ""));
    let other = json!({"channels": [{"kind": "email", "value": "ADA@x.example", "label": "work"}]});
    let changed = client.put(&by("email", "ada@x.example"), &other).await.expect(200);
    assert_eq!((kinds(&changed), &changed["channels"][0]["label"]), (vec![json!("email")], &json!("work")));
}

#[tokio::test]
async fn several_contacts_are_shown_with_the_reason_of_each_and_none_is_changed() {
    let (_test, client) = start().await;
    let email = |label: &str| json!([{"kind": "email", "value": "desk@x.example", "label": label}]);
    let one = create(&client, &json!({"channels": email("a")})).await;
    let two = create(&client, &json!({"channels": email("b")})).await;
    for reply in [
        client.put(&by("email", "DESK@x.example"), &json!({"city": "Rome"})).await,
        client.get(&by("email", "desk@x.example")).await,
    ] {
        let got = reply.expect(300);
        let expected = [&one, &two].map(|contact| {
            json!({"reason": {"member": "channels.0", "channel": contact["channels"][0]}, "contact": contact})
        });
        assert_eq!(got["candidates"], json!(expected));
    }
    assert_eq!(client.get(&path(&one)).await.expect(200), one);
}

#[tokio::test]
async fn preconditions_decide_between_making_and_changing() {
    let (_test, client) = start().await;
    let with = |name: &str, value: &str| client.clone().with_header(name, value);
    let ada = by("email", "ada@x.example");
    for value in ["*", "\"1\""] {
        let refused = with("if-match", value).put(&ada, &json!({})).await;
        assert_eq!(refusals(&refused, 412), [" other_revision"]);
        assert!(refused.text.contains("there is no such record yet"), "{}", refused.text);
    }
    with("if-none-match", "*").put(&ada, &json!({})).await.expect(201);
    with("if-none-match", "*").put(&ada, &json!({"city": "Rome"})).await.expect(412);
    with("if-match", "\"2\"").put(&ada, &json!({"city": "Rome"})).await.expect(412);
    with("if-match", "\"1\"").put(&ada, &json!({"city": "Rome"})).await.expect(200);
}

#[tokio::test]
async fn of_many_at_once_one_makes_the_contact() {
    let (_test, client) = start().await;
    for key in [by("email", "ada@x.example"), by("alias", "crm-7")] {
        let before = total(&client).await;
        let mut writes = tokio::task::JoinSet::new();
        for n in 0..12 {
            let (client, key) = (client.clone(), key.clone());
            writes.spawn(
                async move { client.put(&key, &json!({"city": format!("{n}")})).await.status.as_u16() },
            );
        }
        let mut statuses = writes.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses, [[200].repeat(11), vec![201]].concat());
        assert_eq!(total(&client).await, before + 1);
    }
}

#[tokio::test]
async fn what_is_no_key_is_refused() {
    let (_test, client) = start().await;
    let before = total(&client).await;
    for (key, value, status) in [
        ("name", "ada", 404),
        ("channel", "ada", 400),
        ("channel", ":ada", 400),
        ("channel", "what%20ever:1", 400),
        ("channel", "email:", 400),
        ("email", "%20", 400),
        ("alias", &"x".repeat(1001), 400),
        ("alias", &"x".repeat(256), 422),
        ("email", "nobody", 422),
        ("phone", "call%20me", 422),
        ("phone", "%00", 422),
    ] {
        let reply = client.put(&by(key, value), &json!({})).await;
        assert_eq!(reply.status.as_u16(), status, "{key} {value}: {}", reply.text);
        assert!(!reply.text.contains("query parameter"), "{}", reply.text);
    }
    let refused = client.put(&by("email", "ada@x.example"), &json!({"city": 1, "id": "x"})).await;
    assert_eq!(refusals(&refused, 422), ["city wrong_type", "id immutable"]);
    assert_eq!(total(&client).await, before);
}
