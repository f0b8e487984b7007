//! Companies: the documented examples, links from both sides, bounds, errors.

use model::{
    Aliases, Dialect, Entity, Field, FieldId, FieldOption, FieldType, Json, List, ListId, OptionId, Tag,
    TagId,
};
use serde_json::json;
use testkit::{assert_has, assert_same_shape};
use uuid::Uuid;

use crate::world::{World, column};

const COMPANIES: &str = "/user-api/v1/companies";
const WHOLE: &str = "include=custom_fields,tags,lists,contacts";
const FREE: [&str; 3] = ["data.id", "data.created_at", "data.updated_at"];

macro_rules! example {
    ($name:literal) => {
        serde_json::from_str::<Json>(include_str!(concat!("../examples/", $name, ".json"))).unwrap()
    };
}

/// The tags, the list and the fields of the examples in place of the demo's, and Sarah.
pub(crate) async fn world() -> World {
    let world = World::linked().await;
    let alias = |text: &str| Aliases::one(Dialect::Rolodex, text);
    let now = model::Timestamp::parse_rfc3339("2025-01-15T10:30:00Z").unwrap();
    let tag = |number: u64, id: &str, name: &str| Tag {
        id: TagId(Uuid::from_u128(u128::from(number))),
        number,
        name: name.to_owned(),
        background_color: None,
        text_color: None,
        created_at: now,
        aliases: alias(id),
        extras: model::Extras::default(),
    };
    let field = |number: u64, id: &str, name: &str, kind, options| Field {
        former_options: Vec::new(),
        filterable: false,
        id: FieldId(Uuid::from_u128(u128::from(number))),
        number,
        key: name.to_lowercase(),
        name: name.to_owned(),
        kind,
        entity: Entity::Company,
        system: None,
        options,
        created_at: now,
        aliases: alias(id),
        extras: model::Extras::default(),
    };
    let growth = FieldOption {
        position: None,
        id: OptionId(Uuid::from_u128(66)),
        value: "Growth".to_owned(),
        name: "Growth".to_owned(),
        aliases: alias("option_789"),
    };
    let list = List {
        conditions: Vec::new(),
        background_color: None,
        text_color: None,
        id: ListId(Uuid::from_u128(77)),
        number: 77,
        name: "Q1 Prospects".to_owned(),
        entity: Entity::Company,
        description: None,
        created_at: now,
        aliases: alias("list_789"),
        extras: model::Extras::default(),
    };
    let edit = move |catalog: &mut model::Catalog| {
        let rows = [("tag_123", "Startup"), ("tag_456", "AI"), ("tag_999", "Growth")];
        catalog.tags = (51..).zip(rows).map(|(number, (id, name))| tag(number, id, name)).collect();
        catalog.lists = [list.clone()].into_iter().collect();
        let industry = field(61, "field_123", "Industry Vertical", FieldType::Text, Vec::new());
        let stage = field(62, "field_456", "Stage", FieldType::SingleSelect, vec![growth.clone()]);
        let mut score = field(63, "field_1", "Score", FieldType::Number, Vec::new());
        score.entity = Entity::Contact;
        catalog.fields = [industry, stage, score].into_iter().collect();
    };
    world.test.app.edit_catalog(world.test.workspace.number, edit).await.unwrap();
    world.person("contact_101", "Sarah", "Johnson", None).await;
    world
}

async fn made(world: &World) -> String {
    let made = world.data("POST", COMPANIES, example!("companies.create.request")).await;
    format!("{COMPANIES}/{}", made["id"].as_str().unwrap())
}

#[tokio::test]
async fn the_documented_company_is_made_as_documented() {
    let world = world().await;
    let reply = world.client.post(COMPANIES, &example!("companies.create.request")).await;
    assert_ne!(reply.header("contactd-change"), "");
    let answer = reply.expect(200);
    let mut expected = example!("companies.create.response");
    // Tags are in the order of their names.
    expected["data"]["tags"].as_array_mut().unwrap().reverse();
    assert_has(&answer, &expected, &FREE);
    let data = &answer["data"];
    let id = data["id"].as_str().unwrap();
    assert_eq!(world.data("GET", &format!("{COMPANIES}/{id}?{WHOLE}"), Json::Null).await, *data);
    assert_eq!(
        world.of_contact("contact_101", "companies").await,
        json!([{"id": id, "name": "TechStart Inc", "title": null, "is_active": true, "start_date": null}])
    );
    let least = world.data("POST", COMPANIES, json!({"name": "Ada"})).await;
    for name in ["tags", "lists", "contacts", "custom_fields"] {
        assert_eq!(least[name], json!([]), "{name}");
    }
    for name in ["logo_url", "linkedin_description", "arr_estimate", "email", "last_team_interaction"] {
        assert_eq!(least.get(name), Some(&Json::Null), "{name}");
    }
    assert_eq!(least["workspace_id"], format!("workspace_{}", world.test.workspace.id.hex()));
}

#[tokio::test]
async fn companies_have_the_documented_shapes() {
    let world = world().await;
    let path = made(&world).await;
    let answer = world.client.get(&format!("{path}?include=tags,contacts")).await.expect(200);
    assert_same_shape(&answer, &example!("companies.get.response"));
    assert_eq!((answer["data"].get("lists"), answer["data"].get("custom_fields")), (None, None));
    let answer = world.client.get(COMPANIES).await.expect(200);
    assert_same_shape(&answer, &example!("companies.list.response"));
    assert_eq!(answer["pagination"], json!({"limit": 25, "offset": 0, "total": 5}));
    let answer = world.client.get(&format!("{COMPANIES}?{WHOLE}&limit=3")).await.expect(200);
    let mut expected = example!("companies.list.include.response");
    // Of the first row that field is a text.
    expected["data"][0]["custom_fields"][0]["value"] = json!("text");
    assert_same_shape(&answer, &expected);
    assert_eq!(column(&answer["data"][0]["contacts"], "id"), ["contact_101"]);
    let tech = world.data("GET", &format!("{COMPANIES}/company_123?include=contacts"), Json::Null).await;
    assert_eq!(column(&tech["contacts"], "id"), ["contact_67890"]);
}

#[tokio::test]
async fn companies_are_ordered_by_every_documented_field() {
    let world = World::new().await;
    let (oldest, newest): (&[&str], &[&str]) =
        (&["Acquire", "Tech Corp", "Acme Corp"], &["Acme Corp", "Tech Corp", "Acquire"]);
    let numbers = world.client.get(&format!("{COMPANIES}?order_by=created_at:asc")).await.expect(200);
    assert_eq!(column(&numbers["data"], "name"), ["Acquire", "Tech Corp", "Acme Corp"]);
    let orders: [(&str, &[&str]); 8] = [
        ("created_at:asc", oldest),
        ("created_at:desc", newest),
        ("name:asc", &["Acme Corp", "Acquire", "Tech Corp"]),
        ("name:desc", &["Tech Corp", "Acquire", "Acme Corp"]),
        // Never known, so both directions are the order of equal companies.
        ("last_team_interaction:asc", oldest),
        ("last_team_interaction:desc", oldest),
        ("team_members_connected:asc", oldest),
        ("team_members_connected:desc", oldest),
    ];
    world.ordered(COMPANIES, "name", &orders).await;
    world.test.clock.advance_ms(1000);
    world.data("PUT", &format!("{COMPANIES}/company_123"), json!({"is_starred": true})).await;
    let orders: [(&str, &[&str]); 2] = [
        ("updated_at:desc", &["Tech Corp", "Acme Corp", "Acquire"]),
        ("updated_at:asc", &["Acquire", "Acme Corp", "Tech Corp"]),
    ];
    world.ordered(COMPANIES, "name", &orders).await;
}

#[tokio::test]
async fn the_documented_update_of_a_company_is_answered_as_documented() {
    let world = world().await;
    let path = made(&world).await;
    world.test.clock.advance_ms(60_000);
    let reply = world.client.put(&path, &example!("companies.update.request")).await;
    assert_ne!(reply.header("contactd-change"), "");
    let answer = reply.expect(200);
    assert_has(&answer, &example!("companies.update.response"), &FREE);
    for name in ["tags", "lists", "contacts", "custom_fields"] {
        assert_eq!(answer["data"].get(name), None, "{name}");
    }
    assert_eq!(answer["data"]["updated_at"], "2025-01-15T12:46:00Z");
    let include = format!("{path}?include=tags,custom_fields");
    let answer = world.client.put(&include, &example!("companies.update.include.request")).await.expect(200);
    let mut expected = example!("companies.update.include.response");
    expected["data"]["tags"].as_array_mut().unwrap().reverse();
    assert_has(&answer, &expected, &FREE);
    let whole = world.data("GET", &format!("{path}?{WHOLE}"), Json::Null).await;
    assert_eq!(column(&whole["contacts"], "id"), ["contact_101"]);
    // A client may write back all that it read.
    let reply = world.client.put(&format!("{path}?{WHOLE}"), &whole).await;
    assert_eq!(reply.header("contactd-change"), "");
    assert_eq!(reply.expect(200)["data"], whole);
}

#[tokio::test]
async fn null_clears_what_a_company_need_not_have() {
    let world = world().await;
    let path = made(&world).await;
    let full = json!({"description": "d", "headquarters_location": "h", "website_url": "w", "logo_url": "l",
        "email": "e", "country_code": "+1", "phone_number": "5", "linkedin_slug": "in", "x_slug": "x",
        "facebook_slug": "f", "instagram_slug": "i", "arr_estimate": 1.50, "number_of_employees": 0});
    let shown = world.data("PUT", &path, full.clone()).await;
    for (name, value) in full.as_object().unwrap() {
        assert_eq!(shown[name], *value, "{name}");
        let cleared = world.data("PUT", &path, json!({name: null})).await;
        assert_eq!(cleared.get(name), Some(&Json::Null), "{name}");
    }
    for name in ["is_starred", "ignore_merge"] {
        for flag in [true, false, true] {
            assert_eq!(world.data("PUT", &path, json!({name: flag})).await[name], flag, "{name}");
        }
    }
}

#[tokio::test]
async fn links_to_a_company_that_stay_keep_what_they_say() {
    let world = world().await;
    let path = format!("{COMPANIES}/company_123?include=contacts");
    let before = world.of_contact("contact_67890", "companies").await;
    assert_eq!(before[0]["title"], "Senior Product Manager");
    let reply = world.client.put(&path, &json!({"contacts": ["contact_999", {"id": "contact_67890"}]})).await;
    assert_ne!(reply.header("contactd-change"), "");
    assert_eq!(column(&reply.expect(200)["data"]["contacts"], "id"), ["contact_67890", "contact_999"]);
    assert_eq!(world.of_contact("contact_67890", "companies").await, before);
    assert_eq!(world.of_contact("contact_999", "companies").await[0]["is_active"], true);
    assert_eq!(world.data("PUT", &path, json!({"contacts": []})).await["contacts"], json!([]));
}

#[tokio::test]
async fn a_company_answers_what_it_was_when_it_is_deleted() {
    let world = world().await;
    let path = made(&world).await;
    let whole = world.data("GET", &format!("{path}?{WHOLE}"), Json::Null).await;
    let reply = world.client.delete(&format!("{path}?{WHOLE}")).await;
    assert_ne!(reply.header("contactd-change"), "");
    let answer = reply.expect(200);
    assert_same_shape(&answer, &example!("companies.delete.response"));
    assert_eq!(answer["data"], whole);
    world.gone(&path, "company").await;
    assert_eq!(world.of_contact("contact_101", "companies").await, json!([]));
}

#[tokio::test]
async fn what_a_company_cannot_be_is_refused_and_nothing_is_stored() {
    let world = world().await;
    let path = made(&world).await;
    let list = format!("{COMPANIES}?{WHOLE}");
    for (method, body, expected) in [
        ("POST", json!({"email": "x"}), "invalid_request: name is required"),
        ("PUT", json!({"name": ""}), "invalid_request: name must not be empty"),
        ("PUT", json!({"name": "é".repeat(256)}), "invalid_request: name must have at most 255 characters"),
        ("PUT", json!({"is_starred": null}), "invalid_request: is_starred must not be null"),
        ("PUT", json!({"arr_estimate": "5"}), "invalid_request: arr_estimate must be a number or null"),
        (
            "PUT",
            json!({"number_of_employees": -1}),
            "invalid_request: number_of_employees must be from 0 to 9223372036854775807",
        ),
        ("PUT", json!({"email": 5}), "invalid_request: email must be a string or null"),
        ("PUT", json!({"tags": null}), "invalid_request: tags must not be null"),
        (
            "PUT",
            json!({"custom_fields": [{"id": "field_456", "value": 5}]}),
            "invalid_request: custom_fields.0.value must be an id or an object with an id",
        ),
        (
            "PUT",
            json!({"name": "New", "tags": ["tag_1"], "lists": ["list_1"], "contacts": ["contact_1"],
                "custom_fields": [{"id": "field_1", "value": 5}, {"id": "field_456", "value": "option_1"}]}),
            "invalid_reference: tags.0 no tag with id tag_1; lists.0 no list with id list_1; \
             custom_fields.0.id no custom field with id field_1; \
             custom_fields.1.value the custom field 'Stage' has no option option_1; \
             contacts.0 no contact with id contact_1",
        ),
        (
            "POST",
            json!({"name": "New", "contacts": ["contact_101", "contact_1"]}),
            "invalid_reference: contacts.1 no contact with id contact_1",
        ),
    ] {
        let path = if method == "POST" { COMPANIES } else { &path };
        assert_eq!(world.refused_on(&list, method, path, body).await, expected);
    }
    let refused = world.client.get(&format!("{COMPANIES}?include=notes")).await.expect(400);
    assert_eq!(refused["details"][0]["message"], "must name some of: custom_fields, tags, lists, contacts");
}
