//! What the tests share: the demo, the documented contact, and what is true of every refusal.

use api_callbell::{CONTRACT, routes};
use app::{Caller, Compat};
use model::{
    Aliases, Catalog, Dialect, Entity, Field, FieldId, FieldOption, FieldType, Json, Native, OptionId, Ref,
    Tag, TagId, Timestamp, User, UserId,
};
use testkit::{Client, Reply, TestApp};
use uuid::Uuid;

/// The contact of the vendor's examples.
pub(crate) const JOHN: &str = "414a6d692bd645ed803f2e7ce360d4c8";
/// Where it is.
pub(crate) const JOHN_PATH: &str = "/v1/contacts/414a6d692bd645ed803f2e7ce360d4c8";

pub(crate) struct Stage {
    pub(crate) test: TestApp,
    pub(crate) client: Client,
}

impl Stage {
    /// The demo, answering as the vendor's pages show it.
    pub(crate) async fn new() -> Self {
        Self::with(0, Compat::Documented).await
    }

    /// The demo, answering as the live service does.
    pub(crate) async fn observed() -> Self {
        Self::with(0, Compat::Observed).await
    }

    pub(crate) async fn with(crowd: u64, compat: Compat) -> Self {
        let test = TestApp::with_crowd(crowd, compat).await;
        let client = Client::new(routes(test.app.clone())).described_by(&CONTRACT).with_key("demo");
        Self { test, client }
    }

    /// The same, with each write tried before and sent again afterwards.
    pub(crate) fn on_all_terms(self) -> Self {
        Self { client: self.client.on_all_terms(), ..self }
    }

    /// A client with another key.
    pub(crate) fn client_with(&self, key: &str) -> Client {
        Client::new(routes(self.test.app.clone())).described_by(&CONTRACT).with_key(key)
    }

    pub(crate) async fn caller(&self) -> Caller {
        self.test.app.authenticate("demo", Dialect::Native, None).await.expect("the demo's key")
    }

    /// The documented contact, as it is stored.
    pub(crate) async fn record(&self) -> model::Contact {
        self.record_of(JOHN).await
    }

    /// A contact by the id that it shows, as it is stored.
    pub(crate) async fn record_of(&self, id: &str) -> model::Contact {
        let native = Uuid::try_parse(id).ok().map(Native::Uuid);
        let contact = Ref { dialect: Dialect::Callbell, text: id.to_owned(), native };
        let view = self.test.app.get_contact(&self.caller().await, &contact).await.expect("a contact");
        model::Contact::clone(&view.contact)
    }

    /// How many events the documented contact has.
    pub(crate) async fn events(&self) -> usize {
        let contact = Ref { dialect: Dialect::Callbell, text: JOHN.to_owned(), native: None };
        let history = self.test.app.history(&self.caller().await, &contact, None, 100).await;
        history.expect("a history").events.len()
    }

    /// Updates the documented contact and yields it.
    #[track_caller]
    pub(crate) fn patch(&self, body: Json) -> impl Future<Output = Json> {
        let at = std::panic::Location::caller();
        async move {
            let reply = self.client.patch(JOHN_PATH, &body).await;
            assert_eq!(reply.status, 200, "{at}: {body}: {}", reply.text);
            single(&reply.json())
        }
    }

    /// The documented contact as it is shown.
    pub(crate) async fn john(&self) -> Json {
        single(&self.client.get(JOHN_PATH).await.expect(200))
    }

    /// Makes a contact, with an empty name unless the body has one, and yields it.
    pub(crate) async fn create(&self, mut body: Json) -> Json {
        if body.get("name").is_none() {
            body["name"] = "".into();
        }
        let reply = self.client.post("/v1/contacts", &body).await;
        assert_eq!(reply.status, 200, "{body}: {}", reply.text);
        single(&reply.json())
    }

    /// Sends a body for the documented contact that must be refused, and checks that nothing was stored.
    /// Yields the `error` member.
    pub(crate) async fn refused(&self, body: impl Into<Vec<u8>>) -> Json {
        let reply = self.kept("PATCH", JOHN_PATH, body).await;
        assert_eq!(reply.status, 400, "{}", reply.text);
        reply.json()["error"].clone()
    }

    /// Sends something that must leave all contacts as they are, and checks that.
    pub(crate) async fn kept(&self, method: &str, path: &str, body: impl Into<Vec<u8>>) -> Reply {
        let (before, events, all) = (self.record().await, self.events().await, self.all().await);
        self.test.clock.advance_ms(1000);
        let reply = self.client.send(method, path, body).await;
        assert_eq!(self.record().await, before, "{}", reply.text);
        assert_eq!(self.events().await, events, "{}", reply.text);
        assert_eq!(self.all().await, all, "{}", reply.text);
        assert_eq!(reply.header("contactd-change"), "", "{}", reply.text);
        reply
    }

    async fn all(&self) -> Json {
        self.client.get("/v1/contacts").await.expect(200)
    }

    /// Adds what the vendor's examples name beyond the demo's catalog, and a tag that ends with a space.
    pub(crate) async fn extend_catalog(&self) {
        let edit = |catalog: &mut Catalog| {
            let created_at = Timestamp::default();
            for (n, (name, kind, options)) in (100..).zip(FIELDS) {
                let option = |(at, value): (usize, &&str)| FieldOption {
                    position: None,
                    id: OptionId(Uuid::from_u128(n * 100 + at as u128)),
                    value: (*value).to_owned(),
                    name: (*value).to_owned(),
                    aliases: Aliases::default(),
                };
                catalog.fields.push(Field {
                    former_options: Vec::new(),
                    filterable: false,
                    id: FieldId(Uuid::from_u128(n)),
                    number: n as u64,
                    key: format!("field_{n}"),
                    name: name.to_owned(),
                    kind,
                    entity: Entity::Contact,
                    system: None,
                    options: options.iter().enumerate().map(option).collect(),
                    created_at,
                    aliases: Aliases::default(),
                    extras: model::Extras::default(),
                });
            }
            for (number, name) in (100..).zip(["hot", "spaced ", "a,b"]) {
                catalog.tags.push(Tag {
                    id: TagId(Uuid::from_u128(number.into())),
                    number,
                    name: name.to_owned(),
                    background_color: None,
                    text_color: None,
                    created_at,
                    aliases: Aliases::default(),
                    extras: model::Extras::default(),
                });
            }
            catalog.users.push(User {
                id: UserId(Uuid::from_u128(100)),
                number: 100,
                email: "john.doe@email.com".to_owned(),
                first_name: "John".to_owned(),
                last_name: "Doe".to_owned(),
                avatar_url: None,
                admin: false,
                created_at,
                aliases: Aliases::default(),
            });
        };
        self.test.app.edit_catalog(self.test.workspace.number, edit).await.expect("a catalog");
    }
}

/// Fields that the examples name, and one of each type that the vendor has no word for.
const FIELDS: [(&str, FieldType, &[&str]); 11] = [
    ("Address", FieldType::Text, &[]),
    ("VAT", FieldType::Text, &[]),
    ("Birth Date", FieldType::Date, &[]),
    ("Join Date", FieldType::Date, &[]),
    ("Preferences", FieldType::MultiSelect, &["Newsletter", "Promotions", "Updates"]),
    ("Stripe link", FieldType::Url, &[]),
    ("Fax", FieldType::Phone, &[]),
    ("Met", FieldType::Datetime, &[]),
    ("Owner", FieldType::User, &[]),
    ("Quoted", FieldType::MultiSelect, &["say \"hi\"", "é"]),
    ("Dotted.name", FieldType::Number, &[]),
];

/// The contact in an answer, whichever of the two shapes it has.
#[track_caller]
pub(crate) fn single(answer: &Json) -> Json {
    match &answer["contact"] {
        Json::Array(items) if items.len() == 1 => items[0].clone(),
        Json::Object(_) => answer["contact"].clone(),
        _ => panic!("no contact: {answer}"),
    }
}

/// A vendor's example body.
#[track_caller]
pub(crate) fn example(name: &str) -> Json {
    let path = format!("{}/tests/examples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{path}: {fault}"));
    serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}
