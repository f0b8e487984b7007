//! The records that the vendor's examples of tags, lists, notes and tasks name, and what is asked of them all.

use model::{
    Aliases, Change, Company, CompanyId, Dialect, Edit, Json, NamePart, Task, TaskId, TextMember, Timestamp,
};
use serde_json::json;
use uuid::Uuid;

use crate::world::{CONTACTS, World, brief};

/// The contacts of the examples: id, first name, last name, picture.
const PEOPLE: [(&str, &str, &str, &str); 4] = [
    ("contact_123", "John", "Doe", "avatar1"),
    ("contact_456", "Jane", "Smith", "avatar2"),
    ("contact_789", "Bob", "Johnson", "avatar3"),
    ("contact_999", "Ann", "Other", "avatar4"),
];

impl World {
    /// The demo, and the contacts, the company and the task of the examples.
    pub(crate) async fn linked() -> Self {
        let world = Self::new().await;
        let workspace = world.test.workspace.number;
        for (id, first, last, picture) in PEOPLE {
            let picture = format!("https://example.com/{picture}.jpg");
            world.person(id, first, last, Some(picture)).await;
        }
        let now = Timestamp::parse_rfc3339("2025-01-15T10:30:00Z").unwrap();
        let company = Company {
            image_url: Some("https://example.com/logo.png".to_owned()),
            aliases: Aliases::one(Dialect::Rolodex, "company_789"),
            ..Company::new(CompanyId(Uuid::from_u128(0x789)), "Tech Corp", now)
        };
        world.test.app.seed_record(workspace, company).await.unwrap();
        let task = Task {
            aliases: Aliases::one(Dialect::Rolodex, "task_101"),
            ..Task::new(TaskId(Uuid::from_u128(0x101)), "Schedule meeting", now)
        };
        world.test.app.seed_record(workspace, task).await.unwrap();
        world
    }

    /// Makes a contact with this id.
    pub(crate) async fn person(&self, id: &str, first: &str, last: &str, picture: Option<String>) {
        let mut change = Change::default();
        change.push("id", Edit::Aliases(Dialect::Rolodex, vec![id.to_owned()]));
        change.push("name", Edit::Name(NamePart::First, Some(first.to_owned())));
        change.push("name", Edit::Name(NamePart::Last, Some(last.to_owned())));
        change.push("image_url", Edit::Text(TextMember::ImageUrl, picture));
        self.test.app.seed_contact(self.test.workspace.number, None, change).await.unwrap();
    }

    /// The object that a request answers with, which must be a success.
    pub(crate) async fn data(&self, method: &str, path: &str, body: Json) -> Json {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.client.send(method, path, body).await.expect(200)["data"].clone()
    }

    /// Sends a body that must be refused with 400, and checks that a whole list stays as it is; gives the error.
    pub(crate) async fn refused_on(&self, list: &str, method: &str, path: &str, body: Json) -> String {
        let before = self.client.get(list).await.expect(200);
        let error = self.refused(method, path, body.to_string()).await;
        assert_eq!(self.client.get(list).await.expect(200), before, "stored all the same: {error}");
        error
    }

    /// What a contact's own page says of one of its relationships.
    pub(crate) async fn of_contact(&self, id: &str, relationship: &str) -> Json {
        let path = format!("{CONTACTS}/{id}?include={relationship}");
        self.data("GET", &path, Json::Null).await[relationship].clone()
    }

    /// A thing that is gone: every method says so, with what it would be.
    pub(crate) async fn gone(&self, path: &str, what: &str) {
        let expected = json!({"error": "not_found", "message": format!("No {what} with that id.")});
        for method in ["GET", "PUT", "DELETE"] {
            // Before the body is looked at.
            let reply = self.client.send(method, path, "nonsense").await;
            assert_eq!(reply.expect(404), expected, "{method} {path}");
        }
    }

    /// The pages of a list by one member, in some orders; an order that is not the resource's is refused.
    pub(crate) async fn ordered(&self, path: &str, member: &str, orders: &[(&str, &[&str])]) {
        for (order, expected) in orders {
            let page = self.client.get(&format!("{path}?order_by={order}&limit=100")).await.expect(200);
            let shown: Vec<_> = page["data"].as_array().unwrap().iter().map(|row| &row[member]).collect();
            assert_eq!(
                shown.iter().map(|each| each.as_str().unwrap()).collect::<Vec<_>>(),
                *expected,
                "{order}"
            );
        }
        let refused = self.client.get(&format!("{path}?order_by=body:asc")).await.expect(400);
        assert!(brief(&refused).starts_with("invalid_request: order_by must be one of: "), "{refused}");
    }
}
