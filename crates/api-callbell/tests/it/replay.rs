//! Every example of the vendor's pages: its request is sent as the page has it, and the answer has what the page's answer
//! has. What the values are is told where each resource is tested.

use model::{Change, Dialect, Edit, Json};
use serde_json::json;
use testkit::{Example, assert_all_replayed, assert_same_shape, examples};

use crate::stage::{JOHN, JOHN_PATH, Stage, example};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples");
/// What the requests of these beginnings are about, and what stands in for `{uuid}` in their paths.
const IDS: [(&str, &str); 5] = [
    ("contacts.", JOHN),
    ("conversation.", JOHN),
    ("bot.", JOHN),
    ("channels.", "7c996996fea947f4a1d5a11e7fac84db"),
    ("teams.", "ad42a09715814e6483b1c5debd6a2dbc"),
];
/// The errors that requests of contacts meet.
const ERRORS: [(&str, &str, &str, &str, u16); 7] = [
    ("error.not-found", "GET", "/v1/contacts/x", "", 404),
    ("error.unknown-tag", "PATCH", JOHN_PATH, r#"{"tags":["foo"]}"#, 400),
    ("error.unknown-custom-field", "PATCH", JOHN_PATH, r#"{"custom_fields":{"foo":"x"}}"#, 400),
    ("error.invalid-custom-field", "PATCH", JOHN_PATH, r#"{"custom_fields":{"Status":"Gone"}}"#, 400),
    ("error.page-limit", "GET", "/v1/contacts?page=501", "", 400),
    ("error.cursor", "GET", "/v1/contacts?after=x", "", 400),
    ("error.unauthorized", "GET", JOHN_PATH, "", 401),
];
/// Lists that have nothing, because nothing is sent.
const EMPTY: [&str; 3] = ["contacts.messages", "contacts.messages.full", "webhooks.events"];
/// Why an example is not replayed.
const LEFT_OUT: [(&str, &[&str]); 5] = [
    (
        "nothing is sent: the calls are not there",
        &[
            "messages.send.text",
            "messages.send.image",
            "messages.send.image-caption",
            "messages.send.document",
            "messages.send.audio",
            "messages.send.video",
            "messages.send.metadata",
            "messages.send.assigned-user",
            "messages.send.template",
            "messages.send.template-image",
            "messages.send.template-document",
            "messages.send.template-video",
            "messages.send.template-values",
            "messages.send.fields-contact",
            "messages.send.fields-conversation",
            "messages.send.fields-both",
            "messages.status",
            "messages.delete",
        ],
    ),
    (
        "templates are of messages: the calls are not there",
        &["templates.list", "templates.get", "templates.update"],
    ),
    (
        "what is sent to a webhook is no request to this API",
        &[
            "webhook.contact_created",
            "webhook.contact_updated",
            "webhook.contact_updated.full",
            "webhook.contact_deleted",
            "webhook.conversation_opened",
            "webhook.conversation_closed",
            "webhook.message_created",
            "webhook.message_created.full",
            "webhook.message_status_updated",
            "webhook.agent_status_updated",
            "webhook.agent_session_updated",
            "webhook.team_membership_updated",
            "webhook.ack",
        ],
    ),
    (
        "errors of requests that send messages",
        &["error.validation", "error.validation.observed", "error.wallet"],
    ),
    (
        "no request makes the server fail, and nothing limits how often a client calls",
        &["error.server-error", "error.rate-limited"],
    ),
];

/// A server with all that the requests name.
async fn prepared(stage: Stage) -> Stage {
    stage.extend_catalog().await;
    let mut change = Change::default();
    change.push("bsuid", Edit::Extra(Dialect::Callbell, "bsuid".to_owned(), Some("bsuid_abc123".into())));
    stage.test.app.create_contact(&stage.caller().await, change).await.unwrap();
    stage.client.post(&format!("{JOHN_PATH}/bot"), &example("bot.set.request")).await.expect(200);
    stage
}

/// Reading goes first and deleting last, but for the contact whose number is then free.
fn rank(call: &Example) -> usize {
    match (call.method.as_str(), call.name.as_str()) {
        ("GET", _) => 0,
        ("DELETE", _) => 2,
        (_, "contacts.create") => 3,
        _ => 1,
    }
}

/// Makes a custom status, and gives its id.
async fn custom_status(stage: &Stage) -> String {
    let asked = example("custom-statuses.create.request");
    let made = stage.client.post("/v1/custom_statuses", &asked).await.expect(200);
    made["customStatus"]["id"].as_str().unwrap().to_owned()
}

/// The path and the body of a page's request, with ids of what there is.
async fn request(stage: &Stage, call: &Example) -> (String, String) {
    let mut body = call.request();
    let id = match call.name.split_once('.').unwrap().0 {
        "custom-statuses" => custom_status(stage).await,
        "users" => {
            body = body.replace("0d6041a2-8b88-49ec-a99b-a88a078a16c1", &custom_status(stage).await);
            "jane.doe@email.com".to_owned()
        }
        _ => {
            let known = IDS.iter().find(|(beginning, _)| call.name.starts_with(beginning));
            known.map(|(_, id)| (*id).to_owned()).unwrap_or_default()
        }
    };
    let path = call.path.replace("{uuid}", &id).replace("{id}", &id);
    (path.replace("{number}", "123456789").replace("{bsuid}", "bsuid_abc123"), body)
}

/// A page's answer without the values of its contact, which ours does not all have.
fn without_values(mut answer: Json) -> Json {
    let contacts = ["/contact", "/contact/0", "/contacts/0", "/contacts/1"];
    for at in contacts {
        if let Some(contact) = answer.pointer_mut(at).and_then(Json::as_object_mut) {
            contact.remove("customFields");
        }
    }
    answer
}

#[tokio::test]
async fn every_example_is_replayed() {
    let all = examples(FOLDER);
    let is_left_out = |name: &str| LEFT_OUT.iter().any(|(_, names)| names.contains(&name));
    let mut replayed: Vec<&str> = ERRORS.iter().map(|(name, ..)| *name).collect();
    let calls = all.iter().filter(|each| !each.method.is_empty() && !is_left_out(&each.name));
    let mut calls: Vec<_> = calls.collect();
    calls.sort_by_key(|each| rank(each));
    let documented = prepared(Stage::new().await).await;
    let observed = prepared(Stage::observed().await).await;
    for call in calls {
        let stage = if call.shape.is_some() { &observed } else { &documented };
        let (path, body) = request(stage, call).await;
        let reply = stage.client.send(&call.method, &path, body).await;
        match call.response() {
            None => assert_eq!((reply.status.as_u16(), reply.text.as_str()), (204, ""), "{}", call.name),
            Some(documented) => {
                assert_eq!(reply.status, 200, "{}: {}", call.name, reply.text);
                let answer = reply.json();
                assert_same_shape(&answer, &without_values(documented));
                let mut lists = answer.as_object().unwrap().values().filter_map(Json::as_array);
                assert_eq!(lists.any(Vec::is_empty), EMPTY.contains(&call.name.as_str()), "{}", call.name);
            }
        }
        replayed.push(&call.name);
    }
    assert_all_replayed(&all, replayed, &LEFT_OUT);
}

#[tokio::test]
async fn calls_of_examples_that_are_left_out_are_not_there() {
    let stage = Stage::new().await;
    let all = examples(FOLDER);
    let calls =
        all.iter().filter(|each| each.name.starts_with("messages.") || each.name.starts_with("templates."));
    for call in calls {
        let path = call.path.replace("{uuid}", "1da07a20eb0d46728f89d234a727607a");
        let reply = stage.kept(&call.method, &path, call.request()).await;
        assert_eq!(reply.expect(404), json!({"error": "not found"}), "{}", call.name);
    }
}

#[tokio::test]
async fn every_example_of_an_error_is_met() {
    let stage = Stage::new().await;
    for (name, method, path, body, status) in ERRORS {
        let client = if status == 401 { stage.client_with("nobody") } else { stage.client.clone() };
        let answer = client.send(method, path, body).await.expect(status);
        assert_eq!(answer, example(&format!("{name}.response")), "{name}");
    }
}
