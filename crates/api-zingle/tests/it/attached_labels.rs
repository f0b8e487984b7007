//! Attaching labels to a contact and detaching them.

use app::Scope;
use serde_json::json;
use testkit::assert_has;

use crate::{CINDY, Site, example, fault};

const VIP: &str = "4492b6a7-bac4-471a-8e54-ddcdda502013";

fn path(label: &str) -> String {
    format!("{CINDY}/labels/{label}")
}

#[tokio::test]
async fn attach_and_detach_answer_the_documented_examples() {
    let site = Site::new().await;
    site.updated(json!({"is_starred": true})).await;
    let reply = site.client.send("POST", &path(VIP), "").await;
    assert_has(&reply.expect(200), &example("contacts.attach_label.response"), &["result.updated_at"]);
    assert!(!reply.header("contactd-change").is_empty());
    let reply = site.client.delete(&path(VIP)).await;
    assert_has(&reply.expect(200), &example("contacts.detach_label.response"), &["result.updated_at"]);
    assert!(!reply.header("contactd-change").is_empty());
}

#[tokio::test]
async fn attaching_twice_leaves_one_label_and_one_change() {
    let site = Site::new().await;
    let first = site.client.send("POST", &path(VIP), "").await;
    site.test.clock.advance_ms(5_000);
    let form = site.client.clone().with_header("content-type", "application/x-www-form-urlencoded");
    let twice = form.clone().with_header("content-type", "application/json");
    let js = example("client.js.labels.attach.request").to_string();
    for (client, body) in [(&site.client, js.as_str()), (&site.client, ""), (&form, ""), (&twice, "a=b")] {
        let again = client.send("POST", &path(VIP), body).await;
        assert_eq!(again.expect(200), first.json(), "{body}");
        assert_eq!(again.header("contactd-change"), "", "{body}");
    }
    assert_eq!(first.json()["result"]["labels"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn attaching_and_detaching_leave_other_labels() {
    let site = Site::new().await;
    let list = site.client.get(&CINDY.replace("contacts/", "contact-labels?")).await.expect(200);
    let ids: Vec<_> =
        list["result"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    for id in &ids {
        site.client.send("POST", &path(id), "").await.expect(200);
    }
    let shown = site.client.send("DELETE", &path(ids[1]), "{}").await.expect(200)["result"]["labels"].clone();
    let left: Vec<_> = shown.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    let expected: Vec<_> = ids.iter().copied().filter(|id| *id != ids[1]).collect();
    assert_eq!(left, expected);
    assert_eq!(site.cindy().await["labels"], shown);
}

#[tokio::test]
async fn a_label_that_is_not_attached_cannot_be_detached() {
    let site = Site::new().await;
    let told = site.refused_at("DELETE", &path(VIP), "").await;
    assert_eq!(told, "400 3008 Label not attached to contact");
    let reply = site.client.delete(&path(VIP)).await;
    assert_eq!(reply.expect(400), example("errors.label_not_attached.response"));
    // Of two that detach at once, one does.
    site.client.send("POST", &path(VIP), "").await.expect(200);
    let detach = path(VIP);
    let (one, other) = tokio::join!(site.client.delete(&detach), site.client.delete(&detach));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
}

#[tokio::test]
async fn a_refusal_is_the_same_however_often_it_is_asked_for() {
    let site = Site::new().await;
    let client = site.client.clone().with_header("idempotency-key", "once");
    let refused = client.delete(&path(VIP)).await;
    assert_eq!(refused.expect(400), example("errors.label_not_attached.response"));
    let again = client.delete(&path(VIP)).await;
    assert_eq!((again.expect(400), again.header("contactd-replayed")), (refused.json(), "true"));
}

#[tokio::test]
async fn labels_and_contacts_that_nobody_knows_are_not_found() {
    let site = Site::new().await;
    let reader = site.client.clone().with_key(&site.test.key(&[Scope::Read], &[]).await);
    let nobody = path(VIP).replace("f119fe3b", "e119fe3b");
    let elsewhere = path(VIP).replace("aff7bc93", "bff7bc93");
    for method in ["POST", "DELETE"] {
        let told = site.refused_at(method, &path("nope"), "").await;
        assert_eq!(told, "404 3400 Label not found: no tag 'nope'", "{method}");
        assert_eq!(fault(&site.client.send(method, &nobody, "").await), "404 3000 Contact not found");
        assert_eq!(fault(&site.client.send(method, &elsewhere, "").await), "404 2800 Service not found");
        let told = fault(&reader.send(method, &path(VIP), "").await);
        assert_eq!(told, "403 2602 Permission denied: the key lacks the scope 'write'", "{method}");
        let large = vec![b' '; 2 << 20];
        assert!(site.refused_at(method, &path(VIP), large).await.starts_with("413 2604 "), "{method}");
    }
    assert_eq!(fault(&site.client.get(&path(VIP)).await), "405 - Method not allowed");
    let answer = site.client.post(&format!("{}?camel_case=1", path(VIP)), &json!({})).await.expect(200);
    assert_eq!(answer["result"]["labels"][0]["displayName"], "VIP");
}
