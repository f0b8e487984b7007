//! What answers show of contacts: `fields` and `include`.

use serde_json::json;

use crate::{CONTACTS, JANE, numbered, path, start};

#[tokio::test]
async fn only_the_members_that_are_asked_for_are_shown() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    for (fields, expected) in [
        ("city", json!({"city": jane["city"]})),
        ("name.full,tags", json!({"name": {"full": jane["name"]["full"]}, "tags": jane["tags"]})),
        ("values.lead_score", json!({"values": {"lead_score": jane["values"]["lead_score"]}})),
        ("name.full,name", json!({"name": jane["name"]})),
    ] {
        let mut expected = expected;
        (expected["id"], expected["revision"]) = (jane["id"].clone(), jane["revision"].clone());
        let got = client.get(&format!("{}?fields={fields}", path(&jane))).await;
        assert_eq!(got.expect(200), expected, "{fields}");
        assert_eq!(got.header("etag"), "\"1\"");
        let list = client.get(&format!("{CONTACTS}?fields={fields}")).await.expect(200);
        assert!(list["contacts"].as_array().unwrap().contains(&expected), "{fields}");
        assert_eq!(list["total"], 4);
        let then = client.get(&format!("{}?at=1&fields={fields}", path(&jane))).await.expect(200);
        assert_eq!(then, expected, "{fields}");
    }
}

#[tokio::test]
async fn what_contacts_name_is_included() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let all = "tags,lists,companies,notes,users,teams";
    let got = client.get(&format!("{}?include={all}", path(&jane))).await.expect(200);
    let included = &got["included"];
    for (word, ids) in [
        ("tags", jane["tags"].clone()),
        ("lists", jane["lists"].clone()),
        ("notes", jane["notes"].clone()),
        ("companies", json!([jane["companies"][0]["id"]])),
    ] {
        let one = client.get(&format!("/api/v1/{word}/{}", ids[0].as_str().unwrap())).await.expect(200);
        assert_eq!(included[word].as_array().unwrap().len(), ids.as_array().unwrap().len(), "{word}");
        assert!(included[word].as_array().unwrap().contains(&one), "{word}");
    }
    let mut contact = got.clone();
    contact.as_object_mut().unwrap().remove("included");
    assert_eq!(contact, jane);
    let list = client.get(&format!("{CONTACTS}?include=tags&fields=tags")).await.expect(200);
    let ids: std::collections::BTreeSet<_> = list["contacts"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|each| each["tags"].as_array().unwrap())
        .map(|id| id.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(list["included"]["tags"].as_array().unwrap().len(), ids.len());
}

#[tokio::test]
async fn what_is_included_may_have_changed_since_a_revision() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    let tag = format!("/api/v1/tags/{}", jane["tags"][0].as_str().unwrap());
    let shown = format!("{}?include=tags", path(&jane));
    let known = client.clone().with_header("if-none-match", "\"1\"");
    for (path, status) in
        [(path(&jane), 304), (format!("{}?fields=tags", path(&jane)), 304), (shown.clone(), 200)]
    {
        assert_eq!(known.get(&path).await.status.as_u16(), status, "{path}");
    }
    let before = client.get(&shown).await;
    assert_eq!((before.header("etag"), &before.json()["revision"]), ("", &json!(1)));
    client.patch(&tag, &json!({"name": "renamed"})).await.expect(200);
    let after = known.get(&shown).await;
    assert_eq!(after.expect(200)["included"]["tags"][0]["name"], "renamed");
    assert_eq!(after.header("contactd-ignored"), "");
    client.clone().with_header("if-match", "\"1\"").get(&shown).await.expect(200);
    client.clone().with_header("if-match", "\"2\"").get(&shown).await.expect(412);
}

#[tokio::test]
async fn names_that_are_not_known_are_refused() {
    let (_test, client) = start().await;
    let jane = numbered(&client, JANE).await;
    for (query, name) in [
        ("fields=city,nowhere", "nowhere"),
        ("fields=name.middle", "name.middle"),
        ("fields=values.nowhere", "values.nowhere"),
        ("fields=city.x", "city.x"),
        ("include=contacts", "contacts"),
        ("include=tags,spam", "spam"),
    ] {
        for path in [path(&jane), CONTACTS.to_owned()] {
            let problem = client.get(&format!("{path}?{query}")).await.expect(400);
            assert!(problem["detail"].as_str().unwrap().contains(&format!("'{name}'")), "{query}");
        }
    }
}
