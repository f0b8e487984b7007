//! Lists that are filtered by what contacts have and are.

use app::{Clock, SystemClock};
use model::{Entity, Field, FieldId, FieldOption, FieldType, Json, OptionId};
use serde_json::json;
use testkit::{Client, TestApp};

use crate::{CONTACTS, catalog, create, id_of, path, refusals, start};

/// Adds a select field `phase` with the options `new` and `won`, and a boolean field `newsletter`.
async fn add_fields(test: &TestApp) {
    let field = |key: &str, kind, options: &[&str]| Field {
        former_options: Vec::new(),
        filterable: false,
        id: FieldId(SystemClock.fresh_id()),
        number: 9000 + key.len() as u64,
        key: key.to_owned(),
        name: key.to_owned(),
        kind,
        entity: Entity::Contact,
        system: None,
        options: options
            .iter()
            .map(|value| FieldOption {
                position: None,
                id: OptionId(SystemClock.fresh_id()),
                value: (*value).to_owned(),
                name: (*value).to_owned(),
                aliases: Default::default(),
            })
            .collect(),
        created_at: SystemClock.now(),
        aliases: Default::default(),
        extras: model::Extras::default(),
    };
    let fields = [
        field("phase", FieldType::SingleSelect, &["new", "won"]),
        field("newsletter", FieldType::Boolean, &[]),
        field("contract", FieldType::Text, &[]),
    ];
    let edited = test.app.edit_catalog(test.workspace.number, |catalog| {
        fields.iter().for_each(|field| catalog.fields.push(field.clone()));
    });
    edited.await.expect("a new catalog");
}

async fn numbers(client: &Client, query: &str) -> Vec<u64> {
    let list = client.get(&format!("{CONTACTS}?{query}")).await.expect(200);
    let contacts = list["contacts"].as_array().expect("contacts");
    let numbers: Vec<u64> = contacts.iter().map(|each| each["number"].as_u64().expect("a number")).collect();
    assert_eq!(list["total"], numbers.len(), "{query}");
    numbers
}

#[tokio::test]
async fn all_conditions_must_hold() {
    let (test, client) = start().await;
    add_fields(&test).await;
    let catalog = catalog(&test).await;
    let user = catalog.users.iter().next().expect("a user");
    let cindy = crate::numbered(&client, 1).await;
    let team = cindy["assigned_team"].as_str().expect("a team");
    let lead = id_of(&catalog.tags, "lead");
    let five = json!({
        "tags": [lead], "starred": true, "values": {"phase": "won", "newsletter": true},
        "assigned_user": user.id, "opt_in": "opted_out",
    });
    create(&client, &five).await;
    let six = json!({"tags": [lead], "values": {"phase": "new", "newsletter": false}, "confirmed": true});
    let six = create(&client, &six).await;
    for (query, expected) in [
        (format!("tag={lead}"), vec![5, 6]),
        ("tag=LEAD".to_owned(), vec![5, 6]),
        ("tag=lead&starred=true".to_owned(), vec![5]),
        ("tag=lead&starred=false&order=newest".to_owned(), vec![6]),
        ("starred=true".to_owned(), vec![4, 5]),
        ("values.phase=won".to_owned(), vec![5]),
        ("values.phase=new&tag=lead".to_owned(), vec![6]),
        ("values.newsletter=true".to_owned(), vec![5]),
        ("values.newsletter=false&tag=lead".to_owned(), vec![6]),
        (format!("assigned_user={}", user.email), vec![5]),
        ("assigned_user=none".to_owned(), vec![1, 2, 3, 4, 6]),
        (format!("assigned_team={team}"), vec![1]),
        ("assigned_team=none&starred=true".to_owned(), vec![4, 5]),
        ("opt_in=opted_out".to_owned(), vec![5]),
        ("opt_in=opted_in".to_owned(), vec![1]),
        ("opt_in=none&confirmed=true".to_owned(), vec![6]),
        ("closed=true".to_owned(), vec![]),
        ("blocked=false&tag=lead".to_owned(), vec![5, 6]),
    ] {
        assert_eq!(numbers(&client, &query).await, expected, "{query}");
    }
    let jane = crate::numbered(&client, crate::JANE).await;
    let text = |member: &Json| member.as_str().expect("an id").to_owned();
    let company = text(&jane["companies"][0]["id"]);
    assert_eq!(numbers(&client, &format!("company={company}")).await, [4]);
    assert_eq!(numbers(&client, &format!("list={}", text(&jane["lists"][0]))).await, [4]);
    // What changes is found under its new answer at once.
    let patch = json!({"tags": [], "values": {"phase": "won"}});
    client.send("PATCH", &path(&six), patch.to_string()).await.expect(200);
    assert_eq!(numbers(&client, "tag=lead").await, [5]);
    assert_eq!(numbers(&client, "values.phase=won").await, [5, 6]);
}

#[tokio::test]
async fn filtered_lists_have_pages() {
    let (test, client) = start().await;
    let lead = id_of(&catalog(&test).await.tags, "lead");
    for n in 5..=11 {
        create(&client, &if n % 2 == 1 { json!({"tags": [lead]}) } else { json!({}) }).await;
    }
    let first = client.get(&format!("{CONTACTS}?tag=lead&limit=3")).await.expect(200);
    assert_eq!((&first["total"], &first["contacts"][2]["number"]), (&json!(4), &json!(9)));
    let next = first["next"].as_str().expect("a next page");
    let second = client.get(&format!("{CONTACTS}?tag=lead&limit=3&after={next}")).await.expect(200);
    assert_eq!((&second["total"], &second["next"]), (&json!(4), &Json::Null));
    assert_eq!(second["contacts"][0]["number"], 11);
    // Of its two names a client must choose one.
    let both = client.get(&format!("{CONTACTS}?cursor={next}&after={next}")).await.expect(400);
    assert!(both["detail"].as_str().unwrap().starts_with("the query parameter 'after' must not"), "{both}");
}

#[tokio::test]
async fn what_is_no_condition_is_told() {
    let (_test, client) = start().await;
    for (query, ignored) in [
        ("asigned_user=none", "asigned_user"),
        ("starred=true&value.x=1&limit=1&spam=2", "value.x, spam"),
        ("q=jane&tags=vip", "tags"),
        ("starred=true&limit=1", ""),
    ] {
        let reply = client.get(&format!("{CONTACTS}?{query}")).await;
        reply.expect(200);
        assert_eq!(reply.header("contactd-ignored"), ignored, "{query}");
    }
}

#[tokio::test]
async fn conditions_that_cannot_be_read_are_refused() {
    let (test, client) = start().await;
    add_fields(&test).await;
    for (query, detail) in [
        ("tag=nobody-has-this", "'tag' must be the id or the name of one that there is"),
        ("tag=", "'tag' must be the id or the name of one that there is"),
        ("list=%00", "'list' must be the id or the name of one that there is"),
        ("assigned_user=x", "'assigned_user' must be the id or the name of one that there is"),
        ("assigned_team=x", "'assigned_team' must be the id or the name of one that there is"),
        ("company=acme", "'company' must be the id of a company"),
        ("starred=yes", "'starred' must be true or false"),
        ("opt_in=maybe", "'opt_in' must be opted_in, opted_out or none"),
        ("values.nothing=1", "'values' has no field 'nothing'"),
        ("values.phase=lost", "'values' 'phase' has no option 'lost'"),
        ("values.newsletter=1", "'values' must be true or false"),
        ("values.contract=x", "'values' 'contract' is no select and no boolean field"),
    ] {
        let reply = client.get(&format!("{CONTACTS}?{query}")).await;
        assert!(refusals(&reply, 400).is_empty());
        assert_eq!(reply.json()["detail"], format!("the query parameter {detail}"), "{query}");
    }
}
