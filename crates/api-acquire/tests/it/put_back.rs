//! Clients put back what they got: that changes nothing.

use model::{ChannelKind, ChannelWrite, Edit};
use serde_json::json;

use crate::support::{CONTACTS, JANE, JOHN, data, edit_elsewhere, put, put_fields, start, stored};

#[tokio::test]
async fn the_company_that_is_shown_already_takes_no_other_away() {
    let (test, client) = start().await;
    let link = |text: &str, active| model::CompanyWrite {
        at: "company".to_owned(),
        company: model::Ref::number(model::Dialect::Native, text),
        title: Some(Some("CTO".to_owned())),
        start_date: None,
        active: Some(active),
    };
    let several = vec![link("5", false), link("123", true), link("456", true)];
    edit_elsewhere(&test, "2", vec![Edit::Companies(model::Set::replace(several))]).await;
    let before = stored(&test, "2").await;
    assert_eq!(put(&client, JOHN, json!({"companyId": 123})).await["companyId"], json!(123));
    assert_eq!(stored(&test, "2").await, before);
}

#[tokio::test]
async fn a_body_that_was_got_can_be_put_back() {
    let (test, client) = start().await;
    put_fields(&client, json!({"city": null, "state": "", "phone": "", "email": "X@y.example"})).await;
    put_fields(&client, json!({"features": ["Analytics"], "checkin_date": "2025-02-01", "stage": "Seed"}))
        .await;
    put(&client, JOHN, json!({"tags": [1, 7]})).await;
    test.clock.advance_ms(1000);
    for (path, number) in
        [(JOHN, "2"), (JANE, "4"), (&*format!("{CONTACTS}/1"), "1"), (&*format!("{CONTACTS}/3"), "3")]
    {
        let before = stored(&test, number).await;
        let got = data(&client, &format!("{path}?relations=company|cases|visits|timeline|tags|fields")).await;
        let reply = client.put(path, &got).await;
        reply.expect(200);
        assert_eq!(reply.header("contactd-change"), "", "{path}");
        assert_eq!(stored(&test, number).await, before, "{path}");
        let listed = client.get(&format!("{CONTACTS}?where=id|eq|{number}")).await.expect(200);
        client.put(path, &listed["data"]["list"][0]).await.expect(200);
        assert_eq!(stored(&test, number).await, before, "{path} from the list");
    }
}

#[tokio::test]
async fn members_of_answers_are_not_writable() {
    let (test, client) = start().await;
    let before = stored(&test, "2").await;
    let body = json!({
        "id": 99, "archive": "yes", "company": {"id": 123}, "cases": [{}], "visits": [{}], "timeline": [], "meta": {},
        "isBlocked": "YES", "totalNotes": 9, "viewId": "7", "fields": {"country": null},
    });
    let after = put(&client, JOHN, body).await;
    assert_eq!((&after["id"], &after["archive"]), (&json!(2), &json!("no")));
    assert_eq!(stored(&test, "2").await, before);
}

#[tokio::test]
async fn a_number_that_was_read_with_a_country_can_be_put_back() {
    let (test, client) = start().await;
    let mut phone = ChannelWrite::new("phone", ChannelKind::Phone, "(858) 555-1212");
    phone.country = Some("US".to_owned());
    edit_elsewhere(&test, "2", vec![Edit::MergeChannels(vec![phone])]).await;
    let before = stored(&test, "2").await;
    assert_eq!(before.0.channels[0].value, "+18585551212");
    let got = data(&client, JOHN).await;
    assert_eq!(got["fields"]["phone"], json!("(858) 555-1212"));
    client.put(JOHN, &got).await.expect(200);
    assert_eq!(stored(&test, "2").await, before);
}
