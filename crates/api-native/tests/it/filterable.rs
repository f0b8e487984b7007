//! Fields and members are made filterable and stop being it, through the API; what searches find stays the same.

use model::Json;
use serde_json::json;
use testkit::{Client, Reply};

use crate::search::escaped;
use crate::{CONTACTS, change, changes, create, path, refusals, start};

const FIELDS: &str = "/api/v1/fields";
const SETTINGS: &str = "/api/v1/settings";

#[tokio::test]
async fn a_field_becomes_filterable_and_that_can_be_undone() {
    let (test, client) = start().await;
    let field = json!({"name": "Customer Number", "type": "number"});
    let made = client.post(FIELDS, &field).await.expect(201);
    assert_eq!((&made["key"], &made["filterable"]), (&json!("customer_number"), &json!(false)));
    let jane = create(&client, &json!({"name": {"full": "Jane"}, "values": {"customer_number": 4711}})).await;
    let path = format!("{FIELDS}/{}", made["id"].as_str().unwrap());
    let patched = client.patch(&path, &json!({"filterable": true})).await;
    let change = patched.header("contactd-change").to_owned();
    assert_eq!(patched.expect(200)["filterable"], true);
    let found = async |search: &str| {
        let list = client.get(&format!("{CONTACTS}?q={}", escaped(search))).await.expect(200);
        list["contacts"].as_array().unwrap().iter().map(|each| each["id"].clone()).collect::<Vec<_>>()
    };
    let is_right = async || {
        assert_eq!(found("customer_number=4711").await, [jane["id"].clone()]);
        assert!(found("customer_number>4711").await.is_empty());
    };
    is_right().await;
    let indexed = test.app.index_values().await.unwrap();
    assert!(indexed.contacts > 0 && indexed.forgotten == 0, "{indexed:?}");
    is_right().await;
    let history = client.get(&format!("{path}/history")).await.expect(200);
    let difference = json!([{"member": "filterable", "before": false, "after": true}]);
    assert_eq!(history["changes"][0]["differences"], difference);
    client.post(&format!("/api/v1/changes/{change}/undo"), &json!({})).await.expect(200);
    assert_eq!(client.get(&path).await.expect(200)["filterable"], false);
    is_right().await;
    let forgotten = test.app.index_values().await.unwrap();
    // Of both fields that were filterable: the other one is the demo's.
    assert_eq!((forgotten.contacts, forgotten.forgotten * 2), (0, indexed.contacts));
    is_right().await;
}

#[tokio::test]
async fn a_field_that_is_filterable_gets_another_type() {
    let (test, client) = start().await;
    let field = json!({"name": "Code", "type": "text", "filterable": true});
    let made = client.post(FIELDS, &field).await.expect(201);
    for code in ["9", "10"] {
        create(&client, &json!({"values": {"code": code}})).await;
    }
    test.app.index_values().await.unwrap();
    let order = async || {
        let list = client.get(&format!("{CONTACTS}?q=has:code&sort=code")).await.expect(200);
        let code = |each: &model::Json| each["values"]["code"].to_string();
        list["contacts"].as_array().unwrap().iter().map(code).collect::<Vec<_>>()
    };
    assert_eq!(order().await, ["\"10\"", "\"9\""]);
    let path = format!("{FIELDS}/{}", made["id"].as_str().unwrap());
    client.patch(&path, &json!({"type": "number"})).await.expect(200);
    assert_eq!(order().await, ["9", "10"]);
    let round = test.app.index_values().await.unwrap();
    assert!(round.contacts >= 2 && round.forgotten >= 2, "{round:?}");
    assert_eq!(order().await, ["9", "10"]);
}

#[tokio::test]
async fn only_values_of_contacts_are_filterable_and_of_so_many_fields() {
    let (_test, client) = start().await;
    let company = json!({"name": "Sector", "type": "text", "entity": "company", "filterable": true});
    let refused = client.post(FIELDS, &company).await.expect(422);
    assert_eq!(refused["errors"][0]["member"], "filterable");
    client.post(FIELDS, &json!({"name": "Odd", "type": "text", "filterable": "yes"})).await.expect(422);
    // One field of the demo is it.
    for n in 1..32 {
        let field = json!({"name": format!("Field {n}"), "type": "text", "filterable": true});
        client.post(FIELDS, &field).await.expect(201);
    }
    let refused = client.post(FIELDS, &json!({"name": "One more", "type": "date", "filterable": true})).await;
    let refused = refused.expect(422);
    assert_eq!(
        (&refused["errors"][0]["member"], &refused["errors"][0]["code"]),
        (&json!("filterable"), &json!("quota_reached"))
    );
    // Of these, contacts answer with yes or no at once.
    for kind in ["boolean", "single_select"] {
        let field = json!({"name": kind, "type": kind, "filterable": true});
        client.post(FIELDS, &field).await.expect(201);
    }
    // Without a change, nothing is refused.
    let list = client.get(&format!("{FIELDS}?limit=100")).await.expect(200);
    let last = list["fields"].as_array().unwrap().iter().find(|each| each["key"] == "field_31").unwrap();
    let path = format!("{FIELDS}/{}", last["id"].as_str().unwrap());
    client.patch(&path, &json!({"name": "The last", "filterable": true})).await.expect(200);
}

/// The names of the contacts that a list has.
async fn listed(client: &Client, query: &str) -> Vec<String> {
    let list = client.get(&format!("{CONTACTS}?{query}")).await.expect(200);
    let name = |each: &Json| each["name"]["full"].as_str().unwrap_or_default().to_owned();
    list["contacts"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn members_become_filterable_and_that_can_be_undone() {
    let (test, client) = start().await;
    let client = client.on_all_terms();
    assert_eq!(client.get(SETTINGS).await.expect(200)["filterable"], json!([]));
    create(&client, &json!({"name": {"full": "Jane", "last": "Öberg"}, "city": "Zürich"})).await;
    let empty = create(&client, &json!({"name": {"full": "Nobody"}, "city": "Zürich"})).await;
    client.patch(&path(&empty), &json!({"city": ""})).await.expect(200);
    let is_right = async || {
        for (search, expected) in [
            ("city=zurich", vec!["Jane"]),
            ("city>zuri city<=ZÜRICH", vec!["Jane"]),
            ("-has:city nobody", vec!["Nobody"]),
            ("city!=zurich nobody", vec!["Nobody"]),
            ("city<a nobody", vec![]),
            ("last_name=oberg", vec!["Jane"]),
        ] {
            assert_eq!(listed(&client, &format!("q={}", escaped(search))).await, expected, "{search}");
        }
        let sorted = listed(&client, "q=name%3Dnobody%20OR%20name%3Djane&sort=-city").await;
        assert_eq!(sorted, ["Jane", "Nobody"]);
    };
    is_right().await;
    let set = async |filterable: Json| client.patch(SETTINGS, &json!({ "filterable": filterable })).await;
    let reply: Reply = set(json!(["last_name", "city"])).await;
    assert_eq!(reply.expect(200)["filterable"], json!(["last_name", "city"]));
    // In their own order, whatever was sent.
    let more = set(json!(["created_at", "city", "last_name"])).await;
    assert_eq!(more.expect(200)["filterable"], json!(["last_name", "city", "created_at"]));
    is_right().await;
    let indexed = test.app.index_values().await.unwrap();
    assert!(indexed.contacts > 0 && indexed.forgotten == 0, "{indexed:?}");
    is_right().await;
    let shown = client.get(&changes(change(&more))).await.expect(200);
    let difference = json!([{
        "member": "filterable",
        "before": ["last_name", "city"],
        "after": ["last_name", "city", "created_at"],
    }]);
    assert_eq!(shown["differences"], difference);
    // Only what it did is taken back.
    client.post(&format!("{}/undo", changes(change(&reply))), &json!({})).await.expect(200);
    assert_eq!(client.get(SETTINGS).await.expect(200)["filterable"], json!(["created_at"]));
    is_right().await;
    assert!(test.app.index_values().await.unwrap().forgotten > 0);
    is_right().await;
    assert_eq!(set(Json::Null).await.expect(200)["filterable"], json!([]));
    assert!(test.app.index_values().await.unwrap().forgotten > 0);
    is_right().await;
    assert_eq!(test.app.verify().await.unwrap().faults, [""; 0]);
}

#[tokio::test]
async fn only_some_members_are_filterable_beside_so_many_fields() {
    let (_test, client) = start().await;
    let client = client.with_odd_requests();
    let set = async |filterable: Json| client.patch(SETTINGS, &json!({ "filterable": filterable })).await;
    for (filterable, expected) in [
        (json!(["city", "updated_at"]), "filterable.1 not_one_of"),
        (json!(["remarks"]), "filterable.0 not_one_of"),
        (json!(["city", "state", "city"]), "filterable.2 duplicate"),
        (json!([7]), "filterable.0 wrong_type"),
        (json!("city"), "filterable wrong_type"),
    ] {
        assert_eq!(refusals(&set(filterable).await, 422), [expected]);
    }
    let refused = set(json!(["name"])).await.expect(422);
    let allowed = model::FilterableMember::ALL.map(model::FilterableMember::as_str).join(", ");
    assert_eq!(refused["errors"][0]["message"], format!("must be one of: {allowed}"));
    // One field of the demo is it.
    for n in 2..32 {
        let field = json!({"name": format!("Field {n}"), "type": "text", "filterable": true});
        client.post(FIELDS, &field).await.expect(201);
    }
    assert_eq!(refusals(&set(json!(["city", "state"])).await, 422), ["filterable quota_reached"]);
    set(json!(["city"])).await.expect(200);
    let one_more = json!({"name": "One more", "type": "date", "filterable": true});
    assert_eq!(refusals(&client.post(FIELDS, &one_more).await, 422), ["filterable quota_reached"]);
    // Another one in its place.
    set(json!(["state"])).await.expect(200);
    set(json!([])).await.expect(200);
    client.post(FIELDS, &one_more).await.expect(201);
    assert_eq!(client.get("/api/v1/limits").await.expect(200)["record"]["filterable"], 32);
}

#[tokio::test]
async fn a_cursor_goes_on_while_what_it_orders_by_becomes_filterable() {
    for sort in
        ["city", "-city", "closed_at", "-closed_at", "created_at", "-created_at", "last_name", "-last_name"]
    {
        let (test, client) = start().await;
        for n in 0..8 {
            test.clock.advance_ms(1000);
            let closed = (n % 3 != 0).then(|| format!("2026-01-0{}T00:00:00Z", n % 4 + 1));
            let name = json!({"full": format!("q{n}"), "last": (n % 2 == 0).then(|| format!("É{n}"))});
            let city = (n % 4 != 0).then(|| format!("Ö{}", n % 3));
            create(&client, &json!({"name": name, "city": city, "closed_at": closed})).await;
        }
        let query = format!("q=name:q&sort={sort}");
        let whole = listed(&client, &query).await;
        assert_eq!(whole.len(), 8);
        let (mut met, mut cursor) = (Vec::new(), String::new());
        for page in 0..5 {
            match page {
                2 => {
                    let filterable = json!({"filterable": ["last_name", "city", "created_at", "closed_at"]});
                    client.patch(SETTINGS, &filterable).await.expect(200);
                }
                3 => assert!(test.app.index_values().await.unwrap().contacts > 0),
                4 => drop(client.patch(SETTINGS, &json!({"filterable": null})).await.expect(200)),
                _ => {}
            }
            let limit = if page == 4 { 4 } else { 1 };
            let list = client.get(&format!("{CONTACTS}?{query}&limit={limit}{cursor}")).await.expect(200);
            let contacts = list["contacts"].as_array().unwrap();
            met.extend(contacts.iter().map(|each| each["name"]["full"].as_str().unwrap().to_owned()));
            cursor = list["next"].as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
        }
        assert_eq!(met, whole, "{sort}");
    }
}
