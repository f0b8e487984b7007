//! One record under all dialects: written through each, read through each of the others.

use std::collections::BTreeMap;

use model::{Json, Timestamp};
use serde_json::json;
use testkit::{Client, TestApp};

const SERVICE: &str = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b";

/// A contact without anything, and a client for each API.
struct World {
    _test: TestApp,
    zingle: Client,
    acquire: Client,
    callbell: Client,
    rolodex: Client,
    native: Client,
    uuid: String,
    number: String,
}

impl World {
    async fn new() -> Self {
        let test = TestApp::new().await;
        let client = |router| Client::new(router).with_key("demo");
        let native = client(api_native::routes(test.app.clone()));
        let made = native.post("/api/v1/contacts", &json!({})).await.expect(201);
        Self {
            zingle: client(api_zingle::routes(test.app.clone())),
            acquire: client(api_acquire::routes(test.app.clone())),
            callbell: client(api_callbell::routes(test.app.clone())),
            rolodex: client(api_rolodex::routes(test.app.clone())),
            native,
            uuid: made["id"].as_str().unwrap().to_owned(),
            number: made["number"].to_string(),
            _test: test,
        }
    }

    fn zingle_path(&self) -> String {
        format!("{SERVICE}/contacts/{}", self.uuid)
    }

    fn acquire_path(&self) -> String {
        format!("/api/v1/crm/objects/contact/{}", self.number)
    }

    fn callbell_path(&self) -> String {
        format!("/v1/contacts/{}", self.uuid.replace('-', ""))
    }

    fn rolodex_path(&self) -> String {
        format!("/user-api/v1/contacts/contact_{}", self.uuid.replace('-', ""))
    }

    fn native_path(&self) -> String {
        format!("/api/v1/contacts/{}", self.uuid)
    }

    /// A field's id in Zingle, by its name.
    async fn zingle_field(&self, name: &str) -> String {
        let list =
            self.zingle.get(&format!("{SERVICE}/contact-custom-fields?page_size=100")).await.expect(200);
        let found = list["result"].as_array().unwrap().iter().find(|field| field["display_name"] == name);
        found.unwrap_or_else(|| panic!("no field {name}"))["id"].as_str().unwrap().to_owned()
    }

    /// A field's id in Rolodex, by its name: from the contact that has a value of it.
    async fn rolodex_field(&self, key: &str, value: Json) -> (String, Json) {
        let other = self.native.post("/api/v1/contacts", &json!({"values": {key: value}})).await.expect(201);
        let id = other["id"].as_str().unwrap().replace('-', "");
        let path = format!("/user-api/v1/contacts/contact_{id}?include=custom_fields");
        let shown = self.rolodex.get(&path).await.expect(200)["data"]["custom_fields"][0].clone();
        (shown["id"].as_str().unwrap().to_owned(), shown["value"].clone())
    }
}

type View = BTreeMap<&'static str, String>;

/// The text of a JSON scalar; nothing for null.
fn put(view: &mut View, name: &'static str, json: &Json) {
    match json {
        Json::Null => {}
        Json::String(text) => drop(view.insert(name, text.clone())),
        other => drop(view.insert(name, other.to_string())),
    }
}

async fn read_zingle(world: &World) -> View {
    let contact = world.zingle.get(&world.zingle_path()).await.expect(200)["result"].clone();
    let mut view = View::new();
    let (first, last) = (contact["first_name"].as_str(), contact["last_name"].as_str());
    let name: Vec<_> = [first, last].into_iter().flatten().collect();
    view.insert("name", name.join(" "));
    for channel in contact["channels"].as_array().unwrap() {
        match channel["channel_type"]["type_class"].as_str().unwrap() {
            "EmailAddress" => put(&mut view, "email", &channel["value"]),
            "PhoneNumber" => put(&mut view, "phone", &channel["value"]),
            other => panic!("{other}"),
        }
    }
    for value in contact["custom_field_values"].as_array().unwrap() {
        match value["custom_field"]["display_name"].as_str().unwrap() {
            "Billing Address" => put(&mut view, "address", &value["value"]),
            "Lead Score" => put(&mut view, "score", &value["value"]),
            "Status" => put(&mut view, "status", &value["value"]),
            "Checkin Date" => {
                let date = Timestamp::from_seconds(value["value"].as_i64().unwrap()).unwrap();
                view.insert("date", date.to_date());
            }
            _ => {}
        }
    }
    view
}

async fn read_acquire(world: &World) -> View {
    let fields = world.acquire.get(&world.acquire_path()).await.expect(200)["data"]["fields"].clone();
    let mut view = View::new();
    for (name, key) in [
        ("name", "name"),
        ("email", "email"),
        ("phone", "phone"),
        ("address", "billing_address"),
        ("score", "lead_score"),
        ("status", "status"),
        ("date", "checkin_date"),
    ] {
        put(&mut view, name, &fields[key]);
    }
    view
}

async fn read_callbell(world: &World) -> View {
    let contact = world.callbell.get(&world.callbell_path()).await.expect(200)["contact"][0].clone();
    let mut view = View::new();
    put(&mut view, "name", &contact["name"]);
    put(&mut view, "phone", &contact["phoneNumber"]);
    for (name, field) in [
        ("address", "Billing Address"),
        ("score", "Lead Score"),
        ("status", "Status"),
        ("date", "Checkin Date"),
    ] {
        put(&mut view, name, &contact["customFields"][field]);
    }
    view
}

async fn read_rolodex(world: &World) -> View {
    let path = format!("{}?include=emails,phone_numbers,custom_fields", world.rolodex_path());
    let contact = world.rolodex.get(&path).await.expect(200)["data"].clone();
    let mut view = View::new();
    put(&mut view, "name", &contact["full_name"]);
    put(&mut view, "email", &contact["emails"][0]["email_address"]);
    if let Some(phone) = contact["phone_numbers"].get(0) {
        let text = |member: &str| phone[member].as_str().unwrap_or_default().to_owned();
        view.insert("phone", text("country_code") + &text("phone_number"));
    }
    for field in contact["custom_fields"].as_array().unwrap() {
        match field["name"].as_str().unwrap() {
            "Billing Address" => put(&mut view, "address", &field["value"]),
            "Lead Score" => put(&mut view, "score", &field["value"]),
            "Status" => put(&mut view, "status", &field["value"]["value"]),
            "Checkin Date" => put(&mut view, "date", &field["value"]),
            _ => {}
        }
    }
    view
}

async fn read_native(world: &World) -> View {
    let contact = world.native.get(&world.native_path()).await.expect(200);
    let mut view = View::new();
    put(&mut view, "name", &contact["name"]["full"]);
    for channel in contact["channels"].as_array().unwrap() {
        match channel["kind"].as_str().unwrap() {
            "email" => put(&mut view, "email", &channel["raw"]),
            "phone" => put(&mut view, "phone", &channel["raw"]),
            other => panic!("{other}"),
        }
    }
    let values = &contact["values"];
    for (name, key) in [
        ("address", "billing_address"),
        ("score", "lead_score"),
        ("status", "status"),
        ("date", "checkin_date"),
    ] {
        put(&mut view, name, &values[key]);
    }
    view
}

/// What each test writes, as every API must show it.
fn written() -> View {
    View::from([
        ("name", "Zoë Müller".to_owned()),
        ("email", "Zoe@Example.com".to_owned()),
        ("phone", "+31612345678".to_owned()),
        ("address", "Main Street 1".to_owned()),
        ("score", "88.50".to_owned()),
        ("status", "Active".to_owned()),
        ("date", "2026-02-03".to_owned()),
    ])
}

/// Reads through every API; Callbell shows no e-mail address.
async fn assert_all_show(world: &World, expected: &View) {
    assert_eq!(&read_native(world).await, expected, "native");
    assert_eq!(&read_zingle(world).await, expected, "zingle");
    assert_eq!(&read_acquire(world).await, expected, "acquire");
    assert_eq!(&read_rolodex(world).await, expected, "rolodex");
    let mut without_email = expected.clone();
    without_email.remove("email");
    assert_eq!(read_callbell(world).await, without_email, "callbell");
}

/// A number with more than one digit behind the point, exactly as written.
fn score() -> Json {
    serde_json::from_str("88.50").unwrap()
}

#[tokio::test]
async fn written_through_zingle_it_reads_the_same_everywhere() {
    let world = World::new().await;
    let value = async |name: &str, value: Json| json!({"custom_field_id": world.zingle_field(name).await, "value": value});
    let body = json!({
        "custom_field_values": [
            value("First Name", json!("Zoë")).await,
            value("Last Name", json!("Müller")).await,
            value("Billing Address", json!("Main Street 1")).await,
            value("Lead Score", score()).await,
            value("Status", json!("Active")).await,
            value("Checkin Date", json!(1_770_076_800)).await,
        ],
        "channels": [
            {"channel_type_id": "0a293ea3-4721-433e-a031-610ebcf43255", "value": "+31612345678"},
            {"channel_type_id": "b71f3d91-da94-412b-8ff1-59a882b63024", "value": "Zoe@Example.com"},
        ],
    });
    world.zingle.put(&world.zingle_path(), &body).await.expect(200);
    assert_all_show(&world, &written()).await;
}

#[tokio::test]
async fn written_through_acquire_it_reads_the_same_everywhere() {
    let world = World::new().await;
    let body = json!({"fields": {
        "name": "Zoë Müller",
        "email": "Zoe@Example.com",
        "phone": "+31612345678",
        "billing_address": "Main Street 1",
        "lead_score": "88.50",
        "status": "Active",
        "checkin_date": "2026-02-03",
    }});
    world.acquire.put(&world.acquire_path(), &body).await.expect(200);
    assert_all_show(&world, &written()).await;
}

#[tokio::test]
async fn written_through_callbell_it_reads_the_same_everywhere() {
    let world = World::new().await;
    let body = json!({"name": "Zoë Müller", "custom_fields": {
        "Billing Address": "Main Street 1",
        "Lead Score": "88.50",
        "Status": "Active",
        "Checkin Date": "2026-02-03",
    }});
    world.callbell.patch(&world.callbell_path(), &body).await.expect(200);
    let mut expected = written();
    expected.remove("email");
    expected.remove("phone");
    assert_all_show(&world, &expected).await;
}

#[tokio::test]
async fn written_through_rolodex_it_reads_the_same_everywhere() {
    let world = World::new().await;
    let (address, _) = world.rolodex_field("billing_address", json!("x")).await;
    let (status, option) = world.rolodex_field("status", json!("Active")).await;
    let (date, _) = world.rolodex_field("checkin_date", json!("2020-01-01")).await;
    let body = json!({
        "first_name": "Zoë",
        "last_name": "Müller",
        "emails": ["Zoe@Example.com"],
        "phone_numbers": [{"phone_number": "612345678", "country_code": "+31"}],
        "custom_fields": [
            {"id": address, "value": "Main Street 1"},
            {"id": "field_123", "value": score()},
            {"id": status, "value": option["id"]},
            {"id": date, "value": "2026-02-03"},
        ],
    });
    world.rolodex.put(&world.rolodex_path(), &body).await.expect(200);
    assert_all_show(&world, &written()).await;
}

#[tokio::test]
async fn written_through_the_native_api_it_reads_the_same_everywhere() {
    let world = World::new().await;
    let body = json!({
        "name": {"full": "Zoë Müller"},
        "channels": [{"kind": "email", "value": "Zoe@Example.com"}, {"kind": "phone", "value": "+31612345678"}],
        "values": {
            "billing_address": "Main Street 1",
            "lead_score": score(),
            "status": "Active",
            "checkin_date": "2026-02-03",
        },
    });
    world.native.patch(&world.native_path(), &body).await.expect(200);
    assert_all_show(&world, &written()).await;
}

#[tokio::test]
async fn tags_are_one_set_under_every_name() {
    let world = World::new().await;
    world.callbell.patch(&world.callbell_path(), &json!({"tags": ["Interested", "VIP"]})).await.expect(200);
    let zingle = world.zingle.get(&world.zingle_path()).await.expect(200);
    let labels: Vec<_> = zingle["result"]["labels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|label| label["display_name"].clone())
        .collect();
    assert_eq!(labels, ["Interested", "VIP"]);
    let path = format!("{}?include=tags", world.rolodex_path());
    let rolodex = world.rolodex.get(&path).await.expect(200);
    assert_eq!(rolodex["data"]["tags"][1]["tag"]["name"], "VIP");
    let path = format!("{}?include=tags", world.rolodex_path());
    world.rolodex.put(&path, &json!({"tags": ["tag_456"]})).await.expect(200);
    let callbell = world.callbell.get(&world.callbell_path()).await.expect(200);
    assert_eq!(callbell["contact"][0]["tags"], json!(["AI"]));
    let acquire = world.acquire.get(&world.acquire_path()).await.expect(200);
    assert_eq!(acquire["data"]["tags"][0]["name"], "AI");
}

#[tokio::test]
async fn conversation_state_is_shared() {
    let world = World::new().await;
    world
        .zingle
        .put(&world.zingle_path(), &json!({"is_starred": true, "is_closed": true, "notes": "By the window"}))
        .await
        .expect(200);
    let callbell = world.callbell.get(&world.callbell_path()).await.expect(200)["contact"][0].clone();
    assert_eq!(callbell["closedAt"], "2025-01-15T12:45:00Z");
    assert_eq!(callbell["note"], "By the window");
    assert_eq!(world.rolodex.get(&world.rolodex_path()).await.expect(200)["data"]["is_starred"], true);
    world
        .callbell
        .patch(&world.callbell_path(), &json!({"note": "", "assigned_user": "JANE.DOE@email.com"}))
        .await
        .expect(200);
    let zingle = world.zingle.get(&world.zingle_path()).await.expect(200)["result"].clone();
    assert_eq!(zingle["notes"], Json::Null);
    assert_eq!(zingle["assigned_to_user_id"], "5912ac4d-280a-4d4e-a632-961b40718293");
    assert_eq!(zingle["is_closed"], true);
}

#[tokio::test]
async fn an_undo_through_the_native_api_takes_back_any_dialects_change() {
    let world = World::new().await;
    let before = world.native.get(&world.native_path()).await.expect(200);
    for (client, method, path, body) in [
        (&world.zingle, "PUT", world.zingle_path(), json!({"first_name": "Kim", "is_starred": true})),
        (
            &world.acquire,
            "PUT",
            world.acquire_path(),
            json!({"fields": {"email": "kim@example.com", "city": null}}),
        ),
        (&world.callbell, "PATCH", world.callbell_path(), json!({"tags": ["lead"], "name": "Kim"})),
        (
            &world.rolodex,
            "PUT",
            world.rolodex_path(),
            json!({"companies": ["company_123"], "emails": ["a@b.c"]}),
        ),
    ] {
        let reply = client.send(method, &path, body.to_string()).await;
        reply.expect(200);
        let change = reply.header("contactd-change").to_owned();
        assert_ne!(change, "", "{path}");
        world.native.post(&format!("/api/v1/changes/{change}/undo"), &json!({})).await.expect(200);
        let mut after = world.native.get(&world.native_path()).await.expect(200);
        after["revision"] = before["revision"].clone();
        after["updated_at"] = before["updated_at"].clone();
        assert_eq!(after, before, "{path}");
    }
}
