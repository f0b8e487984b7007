//! Assigning a contact and taking that back.

use app::Scope;
use model::Json;
use serde_json::json;
use testkit::assert_has;

use crate::{CINDY, Site, example, fault};

const JANE: &str = "5912ac4d-280a-4d4e-a632-961b40718293";
const GUESTS: &str = "bf5c8s4e-b4f5-4382-9f3a-9ees5eedaef1";

async fn assigned(site: &Site, body: Json) -> Json {
    let cindy = site.client.post(&format!("{CINDY}/assign"), &body).await.expect(200)["result"].clone();
    assert_eq!(cindy, site.cindy().await);
    json!([cindy["assigned_to_user_id"], cindy["assigned_to_team_id"]])
}

#[tokio::test]
async fn assign_and_unassign_answer_the_documented_examples() {
    let site = Site::new().await.on_all_terms();
    // Cindy is as the examples show her but for her star and her label.
    site.updated(json!({"is_starred": true})).await;
    site.client.post(&format!("{CINDY}/labels/4492b6a7-bac4-471a-8e54-ddcdda502013"), &json!({})).await;
    let reply = site.client.post(&format!("{CINDY}/assign"), &example("contacts.assign.request")).await;
    assert_has(&reply.expect(200), &example("contacts.assign.response"), &["result.updated_at"]);
    assert!(!reply.header("contactd-change").is_empty());
    let reply = site.client.send("POST", &format!("{CINDY}/unassign"), "").await;
    assert_has(&reply.expect(200), &example("contacts.unassign.response"), &["result.updated_at"]);
}

#[tokio::test]
async fn assigning_to_one_ends_the_other() {
    let site = Site::new().await.on_all_terms();
    assert_eq!(assigned(&site, json!({"team_id": GUESTS})).await, json!([null, GUESTS]));
    let ios = example("client.ios.contacts.assign_user.request");
    assert_eq!(assigned(&site, ios).await, json!([JANE, null]));
    assert_eq!(assigned(&site, json!({"user_id": null, "team_id": GUESTS})).await, json!([null, GUESTS]));
    assert_eq!(assigned(&site, json!({"user_id": "", "team_id": GUESTS})).await, json!([null, GUESTS]));
}

#[tokio::test]
async fn assigning_to_neither_unassigns() {
    let site = Site::new().await.on_all_terms();
    for body in [json!({}), json!({"user_id": null, "team_id": null}), json!({"user_id": ""})] {
        assigned(&site, json!({"user_id": JANE})).await;
        assert_eq!(assigned(&site, body).await, json!([null, null]));
    }
    assigned(&site, json!({"user_id": JANE})).await;
    let reply = site.client.send("POST", &format!("{CINDY}/assign"), "").await;
    assert_eq!(reply.expect(200)["result"]["assigned_to_user_id"], json!(null));
}

#[tokio::test]
async fn unassigning_again_changes_nothing() {
    let site = Site::new().await.on_all_terms();
    let path = format!("{CINDY}/unassign");
    let first = site.client.send("POST", &path, "").await;
    assert!(!first.header("contactd-change").is_empty());
    site.test.clock.advance_ms(5_000);
    for body in ["", "{}", "user_id=5", "{"] {
        let again = site.client.send("POST", &path, body).await;
        assert_eq!(again.expect(200), first.json(), "{body}");
        assert_eq!(again.header("contactd-change"), "");
    }
}

#[tokio::test]
async fn whom_nobody_knows_is_refused() {
    let site = Site::new().await.on_all_terms();
    let path = format!("{CINDY}/assign");
    let no_team = format!("- Invalid assignee: team_id: no team '{JANE}'");
    for (body, expected) in [
        (json!({"user_id": "nobody"}), "- Invalid assignee: user_id: no user 'nobody'"),
        (json!({"team_id": JANE}), no_team.as_str()),
        (json!({"user_id": JANE, "team_id": GUESTS}), "- Invalid assignee: must be one of: user_id, team_id"),
        (json!({"user_id": 5}), "2604 Invalid body content: user_id: must be a string or null"),
        (json!({"team_id": [GUESTS]}), "2604 Invalid body content: team_id: must be a string or null"),
        (json!([]), "2604 Invalid body content: the body must be a JSON object"),
    ] {
        let told = site.refused_at("POST", &path, body.to_string()).await;
        assert_eq!(told, format!("400 {expected}"), "{body}");
    }
    let told = site.refused_at("POST", &path, "{").await;
    assert!(told.starts_with("400 2604 "), "{told}");
}

#[tokio::test]
async fn assigning_needs_the_contact_and_the_right_to_write() {
    let site = Site::new().await.on_all_terms();
    let reader = site.client.clone().with_key(&site.test.key(&[Scope::Read], &[]).await);
    let nobody = CINDY.replace("f119fe3b", "e119fe3b");
    for act in ["assign", "unassign"] {
        let told = fault(&site.client.send("POST", &format!("{nobody}/{act}"), "{").await);
        assert_eq!(told, "404 3000 Contact not found", "{act}");
        let told = fault(&reader.send("POST", &format!("{CINDY}/{act}"), "").await);
        assert_eq!(told, "403 2602 Permission denied: the key lacks the scope 'write'", "{act}");
    }
    assert_eq!(site.cindy().await["assigned_to_team_id"], GUESTS);
}

#[tokio::test]
async fn camel_case_names_are_read_only_where_asked_for() {
    let site = Site::new().await.on_all_terms();
    let body = json!({"userId": JANE});
    let answer = site.client.post(&format!("{CINDY}/assign?camel_case=1"), &body).await.expect(200);
    assert_eq!(answer["result"]["assignedToUserId"], JANE);
    // Without it the member is unknown, and so nobody is named.
    assert_eq!(assigned(&site, body).await, json!([null, null]));
}
