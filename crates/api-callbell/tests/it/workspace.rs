//! Teams, channels, whose key it is, the plan.

use app::Scope;
use serde_json::json;
use testkit::{assert_has, assert_same_shape};

use crate::stage::{Stage, example};

const TEAM: &str = "/v1/teams/ad42a09715814e6483b1c5debd6a2dbc";
const CHANNEL: &str = "/v1/channels/7c996996fea947f4a1d5a11e7fac84db";

#[tokio::test]
async fn the_documented_teams_are_listed() {
    let stage = Stage::new().await.on_all_terms();
    let answer = stage.client.get("/v1/teams").await.expect(200);
    assert_same_shape(&answer, &example("teams.list.response"));
    let names: Vec<_> = answer["teams"].as_array().unwrap().iter().map(|team| &team["name"]).collect();
    assert_eq!(names, ["General", "Support", "Guests"]);
    assert_eq!(answer["meta"], json!({"page": 1, "pages": 1}));
    let beyond = stage.client.get("/v1/teams/?page=2").await.expect(200);
    assert_eq!(beyond, json!({"teams": [], "meta": {"page": 2, "pages": 1}}));
    for page in ["0", "x", ""] {
        let reply = stage.client.get(&format!("/v1/teams?page={page}")).await;
        assert_eq!(reply.expect(400), json!({"error": {"page": ["must be a whole number, 1 or more"]}}));
    }
}

#[tokio::test]
async fn lists_around_contacts_have_twenty_a_page() {
    let stage = Stage::new().await.on_all_terms();
    let edit = |catalog: &mut model::Catalog| {
        let team = catalog.teams.iter().next().unwrap().clone();
        for number in 100..139 {
            let id = uuid::Uuid::from_u128(number.into()).into();
            catalog.teams.push(model::Team {
                id,
                number,
                aliases: model::Aliases::default(),
                ..team.clone()
            });
        }
    };
    stage.test.app.edit_catalog(stage.test.workspace.number, edit).await.unwrap();
    for (page, count) in [(1, 20), (2, 20), (3, 2), (4, 0), (u64::MAX, 0)] {
        let answer = stage.client.get(&format!("/v1/teams?page={page}")).await.expect(200);
        assert_eq!(answer["teams"].as_array().unwrap().len(), count, "{page}");
        assert_eq!(answer["meta"], json!({"page": page, "pages": 3}));
    }
}

#[tokio::test]
async fn a_team_is_got_and_renamed() {
    let stage = Stage::new().await.on_all_terms();
    let got = stage.client.get(TEAM).await.expect(200);
    assert_has(&got, &example("teams.get.response"), &["team.members"]);
    let reply = stage.client.patch(TEAM, &example("teams.update.request")).await;
    assert_has(&reply.expect(200), &example("teams.update.response"), &["team.members"]);
    assert_ne!(reply.header("contactd-change"), "");
    assert_eq!(stage.client.get(TEAM).await.expect(200), reply.json());
    // Contacts show it.
    assert_eq!(stage.john().await["team"], reply.json()["team"]);
    for body in [json!({}), json!({"name": "New name"}), json!({"default": false, "members": 9})] {
        let same = stage.client.patch(TEAM, &body).await;
        assert_eq!((same.expect(200), same.header("contactd-change")), (reply.json(), ""), "{body}");
    }
}

#[tokio::test]
async fn the_documented_members_are_listed() {
    let stage = Stage::new().await.on_all_terms();
    let answer = stage.client.get(&format!("{TEAM}/members")).await.expect(200);
    assert_same_shape(&answer, &example("teams.members.response"));
    let jane = json!({
        "email": "jane.doe@email.com", "name": "Jane Doe", "available": true, "lastUpdatedAt": "2025-01-15T12:45:00Z"
    });
    assert_eq!(answer, json!({"users": [jane], "meta": {"page": 1, "pages": 1}}));
    let away = stage.client.get(&format!("{TEAM}/members?status=away")).await.expect(200);
    assert_eq!(away["users"], json!([]));
    let there = stage.client.get(&format!("{TEAM}/members/?status=available")).await.expect(200);
    assert_eq!(there, answer);
    let reply = stage.client.get(&format!("{TEAM}/members?status=busy")).await;
    assert_eq!(reply.expect(400), json!({"error": {"status": ["must be one of: available, away"]}}));
}

#[tokio::test]
async fn the_documented_channels_are_listed() {
    let stage = Stage::new().await.on_all_terms();
    let answer = stage.client.get("/v1/channels").await.expect(200);
    let mut documented = example("channels.list.response");
    documented["channels"].as_array_mut().unwrap().truncate(1);
    assert_eq!(answer, documented);
    for (query, count) in [
        ("type=whatsapp", 1),
        ("type=facebook", 0),
        ("type=", 1),
        ("active=true", 1),
        ("active=false", 0),
        ("page=2", 0),
    ] {
        let answer = stage.client.get(&format!("/v1/channels?{query}")).await.expect(200);
        assert_eq!(answer["channels"].as_array().unwrap().len(), count, "{query}");
    }
    let refused = stage.client.get("/v1/channels?active=1").await.expect(400);
    assert_eq!(refused, json!({"error": {"active": ["must be one of: true, false"]}}));
}

#[tokio::test]
async fn a_channel_is_got_and_renamed() {
    let stage = Stage::new().await.on_all_terms();
    assert_eq!(stage.client.get(CHANNEL).await.expect(200), example("channels.get.response"));
    let reply = stage.client.patch(CHANNEL, &example("channels.update.request")).await;
    assert_eq!(reply.expect(200), example("channels.update.response"));
    assert_ne!(reply.header("contactd-change"), "");
    assert_eq!(stage.john().await["channel"], reply.json()["channel"]);
}

#[tokio::test]
async fn a_renaming_can_be_undone() {
    let stage = Stage::new().await.on_all_terms();
    for (path, noun, member) in [(TEAM, "team", "name"), (CHANNEL, "channel", "title")] {
        let before = stage.client.get(path).await.expect(200);
        let reply = stage.client.patch(path, &json!({ member: "other" })).await;
        assert_eq!(reply.expect(200)[noun][member], "other");
        let change = reply.header("contactd-change").parse().unwrap();
        let caller = stage.caller().await;
        stage.test.app.undo(&caller, change, model::OnConflict::Refuse).await.unwrap();
        assert_eq!(stage.client.get(path).await.expect(200), before);
    }
}

#[tokio::test]
async fn names_that_are_none_are_refused() {
    let stage = Stage::new().await.on_all_terms();
    for (path, member) in [(TEAM, "name"), (CHANNEL, "title")] {
        let before = stage.client.get(path).await.expect(200);
        for (json, expected) in [
            (json!(null), "must be a string".to_owned()),
            (json!(1), "must be a string".to_owned()),
            (json!(" "), "must be present and not empty".to_owned()),
            (json!("x".repeat(1001)), "must be at most 1000 characters".to_owned()),
        ] {
            let reply = stage.kept("PATCH", path, json!({ member: json }).to_string()).await;
            assert_eq!(reply.expect(400), json!({"error": {member: [expected]}}));
        }
        let reply = stage.kept("PATCH", path, "[]").await;
        assert_eq!(reply.expect(400), json!({"error": "the body must be a JSON object"}));
        assert_eq!(stage.client.get(path).await.expect(200), before);
    }
}

#[tokio::test]
async fn unknown_teams_and_channels_are_not_found() {
    let stage = Stage::new().await.on_all_terms();
    let nobody = "00000000000000000000000000000000";
    for (path, noun) in [("teams", "team"), ("channels", "channel")] {
        for method in ["GET", "PATCH"] {
            let reply = stage.kept(method, &format!("/v1/{path}/{nobody}"), r#"{"name":1}"#).await;
            assert_eq!(reply.expect(404), json!({"error": format!("{noun} not found")}));
        }
    }
    let reply = stage.client.get(&format!("/v1/teams/{nobody}/members")).await;
    assert_eq!(reply.expect(404), json!({"error": "team not found"}));
}

#[tokio::test]
async fn auth_me_tells_whose_key_it_is() {
    let stage = Stage::new().await.on_all_terms();
    for method in ["GET", "POST"] {
        let answer = stage.client.send(method, "/v1/auth/me", "").await.expect(200);
        assert_same_shape(&answer, &example("auth.me.response"));
        let me = json!({
            "status": "ok", "user_email": "jane.doe@email.com", "user_name": "Jane Doe", "api_key": "demo"
        });
        assert_eq!(answer, me);
    }
    let reply = stage.client_with("nobody").get("/v1/auth/me").await;
    assert_eq!(reply.expect(401), example("error.unauthorized.response"));
}

#[tokio::test]
async fn auth_me_shows_no_secret() {
    let stage = Stage::new().await.on_all_terms();
    let secret = stage.test.key(&[Scope::Read], &[]).await;
    let reply = stage.client_with(&secret).get("/v1/auth/me").await;
    assert_eq!(reply.status, 200);
    assert!(!reply.text.contains(&secret), "{}", reply.text);
}

#[tokio::test]
async fn the_plan_is_what_there_is() {
    let stage = Stage::new().await.on_all_terms();
    let answer = stage.client.get("/v1/plan").await.expect(200);
    assert_same_shape(&answer, &example("plan.get.response"));
    let teams = stage.client.get("/v1/teams").await.expect(200)["teams"].clone();
    let plan = json!({
        "plan": "self_hosted", "includedChannels": 1, "licenses": 1, "activeUsers": 1, "teams": teams
    });
    assert_eq!(answer, plan);
}

#[tokio::test]
async fn the_documented_funnels_are_listed() {
    let stage = Stage::new().await.on_all_terms();
    let answer = stage.client.get("/v1/funnels").await.expect(200);
    let free: Vec<_> = ["createdAt", "position"]
        .iter()
        .flat_map(|name| (0..4).map(move |at| format!("funnels.{at}.{name}")))
        .collect();
    let free: Vec<&str> = free.iter().map(String::as_str).collect();
    assert_has(&answer, &example("funnels.list.response"), &free);
    assert_eq!(answer.as_object().unwrap().len(), 1, "no meta");
    assert_eq!(answer["funnels"][3]["position"], 4);
    assert_eq!(answer["funnels"][0]["createdAt"], "2025-01-15 12:45:00 +0000");
}
