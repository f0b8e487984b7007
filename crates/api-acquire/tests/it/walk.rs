//! A day of a client: every request as the documented clients send it, on one contact from its beginning to its end.

use serde_json::json;

use crate::support::start;

#[tokio::test]
async fn a_client_works_through_the_life_of_a_contact() {
    let (_test, client) = start().await;
    let client = client.on_all_terms();
    let base = "/api/v1/crm";
    let object = |kind: &str| format!("{base}/objects/{kind}");

    // An attribute, a company, a tag.
    let field = json!({"object": "contact", "key": "plan", "type": "text", "config": {
        "input": {"type": "dropdown", "label": "Plan", "options": ["free", "paid"]},
    }});
    client.post(&object("object-field"), &field).await.expect(200);
    let company = json!({"fields": {"name": "Initech", "website": "initech.example"}, "name": "Initech"});
    let company = client.post(&object("company"), &company).await.expect(200)["data"]["id"].clone();
    let tag = json!({"name": "trial", "color": "#00ff00", "type": ["contact"]});
    let tag = client.post(&format!("{base}/tag"), &tag).await.expect(200)["data"]["id"].clone();

    // A contact, with name, e-mail and phone beside `fields`, as a client sends them.
    let body = json!({
        "name": "Peter Gibbons", "email": "peter@initech.example", "phone": "+15125550100",
        "fields": {"city": "Austin", "plan": "free"}, "companyId": company, "tags": [tag],
    });
    let made = client.post(&object("contact"), &body).await.expect(200)["data"].clone();
    let path = format!("{}/{}", object("contact"), made["id"]);
    assert_eq!(made["fields"]["email"], json!("peter@initech.example"));

    // Found by list, by condition, by search.
    let list = client.get(&format!("{}?limit=20&page=0", object("contact"))).await.expect(200);
    assert_eq!(list["data"]["list"][0]["id"], made["id"], "the latest comes first");
    for query in ["where=email|=|peter@initech.example", "where=plan|eq|free&where=name|like|gibbons"] {
        let found = client.get(&format!("{}?{query}", object("contact"))).await.expect(200);
        assert_eq!(found["data"]["list"][0]["id"], made["id"], "{query}");
        assert_eq!(found["data"]["counts"]["total"], json!(1), "{query}");
    }
    let search = json!({"payload": {}, "page": 0, "limit": 0, "search": "peter@"});
    let found = client.post(&format!("{base}/contact/list"), &search).await.expect(200);
    assert_eq!(found["data"]["list"][0]["contactId"], made["id"]);

    // Read with everything, changed, and read again.
    let all =
        client.get(&format!("{path}?relations=company|tags|cases|fields")).await.expect(200)["data"].clone();
    assert_eq!(all["company"]["fields"]["name"], json!("Initech"));
    assert_eq!(all["tags"][0]["name"], json!("trial"));
    let reply = client.put(&path, &all).await;
    reply.expect(200);
    assert_eq!(reply.header("contactd-change"), "", "what was read changes nothing");
    client.put(&path, &json!({"name": "Peter G.", "fields": {"plan": "paid"}})).await.expect(200);
    let now = client.get(&path).await.expect(200)["data"]["fields"].clone();
    assert_eq!(
        (&now["name"], &now["plan"], &now["city"]),
        (&json!("Peter G."), &json!("paid"), &json!("Austin"))
    );

    // A note with an answer.
    let note =
        json!({"contactId": made["id"], "title": "Call", "description": "about the paper", "type": "note"});
    let note = client.post(&object("note"), &note).await.expect(200)["data"]["id"].clone();
    let message = json!({"type": "message", "note_id": note, "contact_id": made["id"], "message": "done"});
    client.post(&format!("{base}/note/add-message"), &message).await.expect(200);
    client.put(&format!("{}/{note}", object("note")), &json!({"title": "Called"})).await.expect(200);
    let notes = client.get(&format!("{}?contactId={}", object("note"), made["id"])).await.expect(200);
    assert_eq!(notes["data"]["rows"][0]["lastMessage"]["message"], json!("done"));

    // The same person came in twice, and is merged.
    let twin = json!({"fields": {"email": "pgibbons@home.example", "state": "Texas"}});
    let twin = client.post(&object("contact"), &twin).await.expect(200)["data"]["id"].clone();
    let merge = format!("{base}/contact/merge/{}", made["id"]);
    client.post(&merge, &json!({"sourceIds": [twin]})).await.expect(200);
    let both = client.get(&format!("{}/{twin}", object("contact"))).await.expect(200)["data"].clone();
    assert_eq!((&both["id"], &both["fields"]["email"]), (&made["id"], &json!("peter@initech.example")));

    // Blocked for a while.
    let block = json!({"data": [made["id"]], "type": "contact", "blockTill": "2030-01-01T00:00:00.000Z"});
    client.post(&format!("{base}/block-visitor"), &block).await.expect(200);
    client.delete(&format!("{base}/block-visitor?id={}", made["id"])).await.expect(200);

    // And all of it deleted, each once.
    for path in [
        format!("{}/{note}", object("note")),
        path.clone(),
        format!("{}/{company}", object("company")),
        format!("{base}/tag?id={tag}"),
    ] {
        client.delete(&path).await.expect(200);
        let again = client.delete(&path).await;
        assert!([400, 404].contains(&again.status.as_u16()), "{path}: {}", again.text);
        assert_eq!(again.json()["code"], json!("ERROR_RECORD_NOT_FOUND"), "{path}");
    }
    client.get(&format!("{}/{twin}", object("contact"))).await.expect(404);
}
