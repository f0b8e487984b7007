//! Making, changing and deleting labels.

use model::Json;
use serde_json::json;
use testkit::assert_has;

use crate::{CINDY, Site, example, fault};

const LABELS: &str = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b/contact-labels";

#[tokio::test]
async fn labels_are_made_changed_and_deleted() {
    let site = Site::new().await;
    let made = site.client.post(LABELS, &example("labels.create.request")).await;
    assert_has(&made.expect(200), &example("labels.create.response"), &["result.id"]);
    assert!(!made.header("contactd-change").is_empty());
    let path = format!("{LABELS}/{}", made.json()["result"]["id"].as_str().unwrap());
    let changed = site.client.put(&path, &example("labels.update.request")).await.expect(200);
    assert_has(&changed, &example("labels.update.response"), &["result.id"]);
    assert_eq!(site.client.get(&path).await.expect(200), changed);
    // The documented method of the same route.
    let color = site.client.post(&path, &json!({"text_color": "#000"})).await.expect(200);
    assert_eq!(color["result"]["text_color"], "#000");
    assert_eq!(color["result"]["background_color"], "#93623a");
    assert_eq!(site.client.put(&path, &json!({})).await.header("contactd-change"), "");
    let label = path.strip_prefix(LABELS).unwrap();
    let cindy = site.client.post(&format!("{CINDY}/labels{label}"), &json!({})).await.expect(200);
    assert_eq!(cindy["result"]["labels"][0]["display_name"], "VIP Guests");
    let deleted = site.client.send("DELETE", &path, "{}").await;
    assert_eq!(deleted.expect(200), example("labels.delete.response"));
    assert_eq!(site.cindy().await["labels"], json!([]));
    for gone in [site.client.delete(&path).await, site.client.get(&path).await] {
        assert_eq!(fault(&gone), "404 3400 Label not found");
    }
    // Nothing is lost: undone, the contact has it again.
    let caller = site.test.app.authenticate("demo", model::Dialect::Native, None).await.unwrap();
    let change = deleted.header("contactd-change").parse().unwrap();
    site.test.app.undo(&caller, change, model::OnConflict::Refuse).await.unwrap();
    assert_eq!(site.cindy().await["labels"][0]["display_name"], "VIP Guests");
}

#[tokio::test]
async fn requests_of_clients_make_labels() {
    let site = Site::new().await;
    let mut ios = example("client.ios.labels.create.request");
    ios["display_name"] = json!("Returning");
    let made = site.client.post(LABELS, &ios).await.expect(200);
    assert_eq!(made["result"]["display_name"], "Returning");
    let mut web = example("client.js.labels.create.request");
    web["displayName"] = json!("Web");
    let path = format!("{LABELS}?camel_case=1");
    let made = site.client.post(&path, &web).await.expect(200);
    assert_eq!(
        (&made["result"]["displayName"], &made["result"]["textColor"]),
        (&json!("Web"), &json!("#ffffff"))
    );
    let told = site.client.post(&path, &web).await.expect(400);
    assert_eq!(told["status"]["errorCode"], 3402);
}

/// Tries a write: gives what it was told, and checks that it stored nothing.
async fn refused(site: &Site, method: &str, path: &str, body: &Json) -> String {
    let all = format!("{LABELS}?page_size=1000");
    let before = site.client.get(&all).await.json();
    let reply = site.client.send(method, path, body.to_string()).await;
    assert_eq!(reply.header("contactd-change"), "");
    assert_eq!(site.client.get(&all).await.json(), before);
    fault(&reply)
}

#[tokio::test]
async fn bad_labels_are_refused() {
    let site = Site::new().await;
    let good = example("labels.create.request");
    let with = |name: &str, value: Json| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let without = |name: &str| {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let vip = format!("{LABELS}/4492b6a7-bac4-471a-8e54-ddcdda502013");
    for (body, told) in [
        (without("display_name"), "400 3403 Missing label display_name: display_name: is required"),
        (with("display_name", json!(" ")), "400 3403 Missing label display_name: display_name: is required"),
        (with("display_name", json!(null)), "400 3403 Missing label display_name: display_name: is required"),
        (
            with("display_name", json!("VIP")),
            "400 3402 Label display_name in use: display_name: is in use already",
        ),
        (with("display_name", json!(5)), "400 2604 Invalid body content: display_name: must be a string"),
        (
            with("display_name", json!("x".repeat(1001))),
            "400 2604 Invalid body content: display_name: must have at most 1000 characters",
        ),
        (
            without("background_color"),
            "400 3404 Missing label background_color: background_color: is required",
        ),
        (without("text_color"), "400 3405 Missing label text_color: text_color: is required"),
        (
            with("text_color", json!("white")),
            "400 3406 Invalid label color: text_color: must be a colour such as #93623a",
        ),
        (json!([]), "400 2604 Invalid body content: the body must be a JSON object"),
    ] {
        assert_eq!(refused(&site, "POST", LABELS, &body).await, told, "{body}");
    }
    for (body, told) in [
        (json!({"display_name": "lead"}), "400 3402 "),
        (json!({"display_name": ""}), "400 3403 "),
        (json!({"background_color": null}), "400 3404 "),
        (json!({"background_color": "#12345"}), "400 3406 "),
        (json!({"text_color": 5}), "400 3406 "),
    ] {
        let answer = refused(&site, "PUT", &vip, &body).await;
        assert!(answer.starts_with(told), "{body}: {answer}");
    }
    let nowhere = format!("{LABELS}/nope");
    for method in ["PUT", "POST", "DELETE"] {
        assert_eq!(refused(&site, method, &nowhere, &json!({})).await, "404 3400 Label not found");
    }
    // Its own name is no other's.
    site.client.put(&vip, &json!({"display_name": "VIP"})).await.expect(200);
}

#[tokio::test]
async fn one_name_that_two_ask_for_at_once_is_given_once() {
    let site = Site::new().await;
    let good = example("labels.create.request");
    let (one, other) = tokio::join!(site.client.post(LABELS, &good), site.client.post(LABELS, &good));
    let mut answers = [one.status.as_u16(), other.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [200, 400]);
    let list = site.client.get(&format!("{LABELS}?display_name=Foo*")).await.expect(200);
    assert_eq!(list["status"]["total_records"], 1);
}
