//! Custom statuses, and users who have them.

use app::Scope;
use model::Json;
use serde_json::json;
use testkit::{assert_has, assert_same_shape};

use crate::stage::{Stage, example};

const MEMBERS: &str = "/v1/teams/ad42a09715814e6483b1c5debd6a2dbc/members";
const LIST: &str = "/v1/custom_statuses";

/// Makes a custom status and yields its id.
async fn create(stage: &Stage, body: Json) -> String {
    let answer = stage.client.post(LIST, &body).await.expect(200);
    answer["customStatus"]["id"].as_str().unwrap().to_owned()
}

/// Where the status of the demo's user is.
async fn jane(stage: &Stage) -> String {
    let catalog = stage.test.app.catalog(&stage.caller().await).await.unwrap();
    format!("/v1/users/{}/status", catalog.users.iter().next().unwrap().id.hex())
}

async fn member(stage: &Stage) -> Json {
    stage.client.get(MEMBERS).await.expect(200)["users"][0].clone()
}

#[tokio::test]
async fn custom_statuses_are_made_got_changed_and_listed() {
    let stage = Stage::new().await.on_all_terms();
    let none = stage.client.get(LIST).await.expect(200);
    assert_eq!(none, json!({"customStatuses": [], "meta": {"page": 1, "pages": 1}}));
    let reply = stage.client.post(LIST, &example("custom-statuses.create.request")).await;
    let made = reply.expect(200);
    assert_same_shape(&made, &example("custom-statuses.create.response"));
    assert_eq!(
        (&made["customStatus"]["name"], &made["customStatus"]["emoji"]),
        (&json!("Lunch"), &json!(null))
    );
    assert_ne!(reply.header("contactd-change"), "");
    let path = format!("{LIST}/{}", made["customStatus"]["id"].as_str().unwrap());
    assert_eq!(stage.client.get(&path).await.expect(200), made);
    assert_same_shape(&made, &example("custom-statuses.get.response"));

    stage.test.clock.advance_ms(60_000);
    let changed = stage.client.put(&path, &example("custom-statuses.update.request")).await.expect(200);
    let free = ["customStatus.id", "customStatus.createdAt", "customStatus.updatedAt"];
    let mut documented = example("custom-statuses.update.response");
    documented["customStatus"]["emoji"] = Json::Null;
    assert_has(&changed, &documented, &free);
    let with_emoji = stage.client.put(&path, &json!({"emoji": "⭐️"})).await.expect(200);
    assert_has(&with_emoji, &example("custom-statuses.update.response"), &free);
    assert_eq!(stage.client.put(&path, &json!({})).await.expect(200), with_emoji);
    create(&stage, json!({"name": "In meeting", "emoji": "💬"})).await;
    let listed = stage.client.get(&format!("{LIST}/")).await.expect(200);
    assert_same_shape(&listed, &example("custom-statuses.list.response"));
    assert_eq!(listed["customStatuses"].as_array().unwrap().len(), 2);
    assert_eq!(listed["customStatuses"][0], with_emoji["customStatus"]);
    let cleared = stage.client.put(&path, &json!({"emoji": null})).await.expect(200);
    assert_eq!(cleared["customStatus"]["emoji"], Json::Null);
}

#[tokio::test]
async fn times_have_the_form_of_their_page() {
    let stage = Stage::new().await.on_all_terms();
    let id = create(&stage, json!({"name": "Lunch"})).await;
    stage.test.clock.advance_ms(1_234);
    let path = format!("{LIST}/{id}");
    let status = stage.client.put(&path, &json!({"name": "Late lunch"})).await.expect(200);
    assert_eq!(status["customStatus"]["createdAt"], "2025-01-15 12:45:00 +0000");
    assert_eq!(status["customStatus"]["updatedAt"], "2025-01-15 12:45:01 +0000");
    let body = json!({"available": false, "custom_status_uuid": id});
    let set = stage.client.put(&jane(&stage).await, &body).await.expect(200);
    let at = "2025-01-15T12:45:01.234+00:00";
    let custom = json!({"id": id, "name": "Late lunch", "last_updated_at": at});
    let appearance = json!({"available": false, "last_updated_at": at});
    assert_eq!(set, json!({"user_status": {"custom_status": custom, "appearance": appearance}}));
    assert_eq!(member(&stage).await["lastUpdatedAt"], "2025-01-15T12:45:01Z");
    assert_eq!(member(&stage).await["userCustomStatus"]["updatedAt"], "2025-01-15T12:45:01Z");
}

#[tokio::test]
async fn a_custom_status_is_deleted() {
    let stage = Stage::new().await.on_all_terms();
    let id = create(&stage, json!({"name": "Lunch"})).await;
    stage.client.put(&jane(&stage).await, &json!({"custom_status_uuid": id})).await.expect(200);
    let path = format!("{LIST}/{id}");
    let reply = stage.client.delete(&path).await;
    assert_eq!(reply.expect(200), example("custom-statuses.delete.response"));
    stage.client.get(&path).await.expect(404);
    assert_eq!(member(&stage).await.get("userCustomStatus"), None, "nobody has it any more");
    let change = reply.header("contactd-change").parse().unwrap();
    stage.test.app.undo(&stage.caller().await, change, model::OnConflict::Refuse).await.unwrap();
    assert_eq!(member(&stage).await["userCustomStatus"]["id"], id.as_str());
}

#[tokio::test]
async fn a_custom_status_is_deleted_at_the_path_of_the_snippet_too() {
    let stage = Stage::new().await.on_all_terms();
    let id = create(&stage, json!({"name": "Lunch"})).await;
    let reply = stage.client.delete(&format!("/v1/custom_status/{id}")).await;
    assert_eq!(reply.expect(200), example("custom-statuses.delete.response"));
    let again = stage.client.delete(&format!("/v1/custom_status/{id}")).await;
    assert_eq!(again.expect(404), json!({"error": "custom status not found"}));
}

#[tokio::test]
async fn custom_statuses_refuse_what_is_no_name() {
    let stage = Stage::new().await.on_all_terms();
    let id = create(&stage, json!({"name": "Lunch"})).await;
    let path = format!("{LIST}/{id}");
    let before = stage.client.get(LIST).await.expect(200);
    for (body, expected) in [
        (r#"{"name":""}"#, json!({"name": ["must be present and not empty"]})),
        (r#"{"name":1,"emoji":2}"#, json!({"name": ["must be a string"], "emoji": ["must be a string"]})),
        ("[]", json!("the body must be a JSON object")),
    ] {
        for (method, path) in [("POST", LIST), ("PUT", path.as_str())] {
            let reply = stage.kept(method, path, body).await;
            assert_eq!(reply.expect(400), json!({ "error": expected }), "{method} {body}");
        }
    }
    for body in ["", "{}", r#"{"name":null}"#] {
        let reply = stage.kept("POST", LIST, body).await;
        assert_eq!(reply.expect(400), json!({"error": {"name": ["must be present and not empty"]}}));
    }
    for method in ["GET", "PUT", "DELETE"] {
        let reply = stage.kept(method, &format!("{LIST}/x"), r#"{"name":1}"#).await;
        assert_eq!(reply.expect(404), json!({"error": "custom status not found"}), "{method}");
    }
    assert_eq!(stage.client.get(LIST).await.expect(200), before);
}

#[tokio::test]
async fn the_documented_user_status_is_set() {
    let stage = Stage::new().await.on_all_terms();
    let edit = |catalog: &mut model::Catalog| {
        catalog.custom_statuses.push(model::CustomStatus {
            id: uuid::Uuid::from_u128(1).into(),
            number: 1,
            name: "Vacationing".to_owned(),
            emoji: Some("🌴".to_owned()),
            created_at: model::Timestamp::default(),
            aliases: model::Aliases::one(model::Dialect::Callbell, "0d6041a28b8849eca99ba88a078a16c1"),
        });
    };
    stage.test.app.edit_catalog(stage.test.workspace.number, edit).await.unwrap();
    let path = jane(&stage).await;
    let reply = stage.client.put(&path, &example("users.status.set.request")).await;
    let free = ["user_status.custom_status.last_updated_at", "user_status.appearance.last_updated_at"];
    assert_has(&reply.expect(200), &example("users.status.set.response"), &free);
    assert_ne!(reply.header("contactd-change"), "");
    let shown = member(&stage).await;
    assert_eq!(shown["available"], false);
    assert_eq!(shown["userCustomStatus"]["name"], "Vacationing");
    assert_eq!(shown["userCustomStatus"]["emoji"], "🌴");
    assert_same_shape(&shown, &example("teams.members.response")["users"][1]);
    let away = stage.client.get(&format!("{MEMBERS}?status=away")).await.expect(200);
    assert_eq!(away["users"], json!([shown]));
    assert_eq!(stage.client.get("/v1/plan").await.expect(200)["activeUsers"], 0);
    let again = stage.client.put(&path, &example("users.status.set.request")).await;
    assert_eq!((again.expect(200), again.header("contactd-change")), (reply.json(), ""));

    let back = stage.client.put(&path, &json!({"available": true})).await.expect(200);
    assert_eq!(back["user_status"]["appearance"]["available"], true);
    assert_eq!(back["user_status"]["custom_status"]["name"], "Vacationing");
    let none = stage.client.put(&path, &json!({"custom_status_uuid": null})).await.expect(200);
    assert_eq!(none["user_status"]["custom_status"], Json::Null);
    let catalog = stage.test.app.catalog(&stage.caller().await).await.unwrap();
    assert_eq!(catalog.presences.len(), 1, "one of each user");
}

#[tokio::test]
async fn deleting_a_user_status_takes_the_custom_status_away() {
    let stage = Stage::new().await.on_all_terms();
    let path = jane(&stage).await;
    let nothing = stage.client.delete(&path).await;
    assert_eq!((nothing.status.as_u16(), nothing.text.as_str()), (204, ""));
    assert_eq!(nothing.header("contactd-change"), "");
    let id = create(&stage, json!({"name": "Lunch"})).await;
    let body = json!({"available": false, "custom_status_uuid": id});
    stage.client.put(&path, &body).await.expect(200);
    let reply = stage.client.delete(&format!("{path}/")).await;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (204, ""));
    assert_ne!(reply.header("contactd-change"), "");
    assert_eq!(member(&stage).await.get("userCustomStatus"), None);
    assert_eq!(member(&stage).await["available"], false);
}

#[tokio::test]
async fn user_statuses_refuse_what_is_none() {
    let stage = Stage::new().await.on_all_terms();
    let path = jane(&stage).await;
    for (body, expected) in [
        (r#"{"available":null}"#, json!({"available": ["must be a boolean"]})),
        (r#"{"available":"false"}"#, json!({"available": ["must be a boolean"]})),
        (r#"{"custom_status_uuid":1}"#, json!({"custom_status_uuid": ["must be a string or null"]})),
        (
            r#"{"available":false,"custom_status_uuid":"x"}"#,
            json!({"custom_status_uuid": ["custom status does not exist"]}),
        ),
        ("[]", json!("the body must be a JSON object")),
    ] {
        let reply = stage.kept("PUT", &path, body).await;
        assert_eq!(reply.expect(400), json!({ "error": expected }), "{body}");
    }
    assert_eq!(member(&stage).await["available"], true);
    for method in ["PUT", "DELETE"] {
        let reply = stage.kept(method, "/v1/users/x/status", r#"{"available":1}"#).await;
        assert_eq!(reply.expect(404), json!({"error": "user not found"}), "{method}");
    }
}

#[tokio::test]
async fn a_user_is_named_by_its_address_too() {
    let stage = Stage::new().await.on_all_terms();
    let path = "/v1/users/Jane.Doe%40email.com/status";
    stage.client.put(path, &json!({"available": false})).await.expect(200);
    assert_eq!(member(&stage).await["available"], false);
}

#[tokio::test]
async fn what_stands_around_contacts_needs_a_key_that_may_write() {
    let stage = Stage::new().await.on_all_terms();
    let reader = stage.client_with(&stage.test.key(&[Scope::Read], &[]).await);
    let id = create(&stage, json!({"name": "Lunch"})).await;
    let (status, user) = (format!("{LIST}/{id}"), jane(&stage).await);
    let webhook = json!({"url": "https://a.b", "subscriptions": ["contact_created"]});
    stage.client.post("/v1/webhooks/subscribe", &webhook).await.expect(200);
    for (method, path, body) in [
        ("PATCH", "/v1/teams/ad42a09715814e6483b1c5debd6a2dbc", json!({"name": "x"})),
        ("PATCH", "/v1/channels/7c996996fea947f4a1d5a11e7fac84db", json!({"title": "x"})),
        ("POST", LIST, json!({"name": "x"})),
        ("PUT", &status, json!({"name": "x"})),
        ("DELETE", &status, json!({})),
        ("PUT", &user, json!({"available": false})),
        ("DELETE", &user, json!({})),
        ("POST", "/v1/webhooks/subscribe", webhook.clone()),
        ("DELETE", "/v1/webhooks/unsubscribe", json!({})),
    ] {
        let reply = reader.send(method, path, body.to_string()).await;
        let expected = json!({"error": "not authorized: the key lacks the scope 'write'"});
        assert_eq!(reply.expect(403), expected, "{method} {path}");
        let reply = stage.client.clone().anonymous().send(method, path, body.to_string()).await;
        assert_eq!(reply.expect(401), example("error.unauthorized.response"), "{method} {path}");
    }
}
