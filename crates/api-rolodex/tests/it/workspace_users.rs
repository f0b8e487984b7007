//! Users of the workspace: the documented examples, pages, order.

use model::{Aliases, Dialect, Json, Timestamp, User, UserId};
use serde_json::json;
use testkit::{assert_has, assert_same_shape};
use uuid::Uuid;

use crate::world::World;

const USERS: &str = "/user-api/v1/workspace-users";

macro_rules! example {
    ($name:literal) => {
        serde_json::from_str::<Json>(include_str!(concat!("../examples/", $name, ".json"))).unwrap()
    };
}

/// The documented user beside the demo's.
pub(crate) async fn world() -> World {
    let world = World::new().await;
    let john = User {
        id: UserId(Uuid::from_u128(7)),
        number: 7,
        email: "john.doe@company.com".to_owned(),
        first_name: "John".to_owned(),
        last_name: "Doe".to_owned(),
        avatar_url: Some("https://example.com/avatars/john.jpg".to_owned()),
        admin: true,
        created_at: Timestamp::parse_rfc3339("2025-01-15T10:30:00Z").unwrap(),
        aliases: Aliases::one(Dialect::Rolodex, "workspace_user_12345"),
    };
    let edit = |catalog: &mut model::Catalog| {
        let demo = catalog.users.iter().map(|user| User { admin: false, ..user.clone() });
        catalog.users = demo.chain([john.clone()]).collect();
    };
    world.test.app.edit_catalog(world.test.workspace.number, edit).await.unwrap();
    world
}

#[tokio::test]
async fn a_workspace_user_has_the_documented_shape() {
    let world = world().await;
    let answer = world.client.get(&format!("{USERS}/workspace_user_12345")).await.expect(200);
    assert_has(&answer, &example!("workspace-users.get.response"), &["data.workspace_id"]);
    assert_eq!(answer["data"]["workspace_id"], format!("workspace_{}", world.test.workspace.id.hex()));
    let missing = world.client.get(&format!("{USERS}/workspace_user_1")).await.expect(404);
    assert_eq!(missing, json!({"error": "not_found", "message": "No user with that id."}));
}

#[tokio::test]
async fn workspace_users_are_listed_as_documented() {
    let world = world().await;
    let answer = world.client.get(USERS).await.expect(200);
    assert_same_shape(&answer, &example!("workspace-users.list.response"));
    assert_eq!(answer["pagination"], json!({"limit": 25, "offset": 0, "total": 2}));
    assert_eq!((&answer["data"][0]["role"], &answer["data"][1]["role"]), (&json!("USER"), &json!("ADMIN")));
    let orders: [(&str, &[&str]); 2] =
        [("created_at:asc", &["John Doe", "Jane Doe"]), ("created_at:desc", &["Jane Doe", "John Doe"])];
    world.ordered(USERS, "full_name", &orders).await;
    // The documented page lies beyond the documented total.
    let page = world.client.get(&format!("{USERS}?limit=5&offset=10")).await.expect(200);
    assert_eq!(page, json!({"pagination": {"limit": 5, "offset": 10, "total": 2}, "data": []}));
}
