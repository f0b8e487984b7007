//! `?camel_case=1`: the same members in camelCase.

use serde_json::json;

use crate::{CINDY, CONTACTS, FIRST_NAME, Site, example};

#[tokio::test]
async fn camel_case_renames_members_both_ways() {
    let site = Site::new().await;
    let path = format!("{CINDY}?camel_case=1");
    for name in ["client.js.contacts.update_first_name", "client.js.contacts.update_notes"] {
        site.client.put(&path, &example(&format!("{name}.request"))).await.expect(200);
    }
    let body = json!({"isStarred": true, "customFieldValues": [{"customFieldId": FIRST_NAME, "value": "a_b"}],
        "channels": [{"channelTypeId": crate::PHONE, "value": "+18585551212", "displayName": "HOME"}]});
    let reply = site.client.put(&path, &body).await;
    let answer = reply.expect(200);
    assert_eq!(answer["status"], json!({"text": "OK", "statusCode": 200, "description": null}));
    let result = &answer["result"];
    assert_eq!((&result["firstName"], &result["isStarred"]), (&json!("a_b"), &json!(true)));
    assert_eq!(result["notes"], "Prefers a quiet room");
    assert_eq!(result["customFieldValues"][0]["customField"]["replacementVariable"], "FIRST NAME");
    assert_eq!(result["customFieldValues"][0]["customField"]["code"], "first_name");
    assert_eq!(result["channels"][0]["channelType"]["typeClass"], "PhoneNumber");
    assert!(!answer.to_string().contains("_name\":"));
    assert!(!reply.header("contactd-change").is_empty());
    assert_eq!(reply.header("content-type"), "application/json");
    let plain = site.cindy().await;
    assert_eq!(plain["first_name"], "a_b");
    assert_eq!(plain.as_object().unwrap().len(), result.as_object().unwrap().len());
}

#[tokio::test]
async fn camel_case_is_for_lists_and_errors_too() {
    let site = Site::new().await;
    let list = site.client.get(&format!("{CONTACTS}?camel_case=1&page_size=2")).await.expect(200);
    assert_eq!((&list["status"]["pageSize"], &list["status"]["totalPages"]), (&json!(2), &json!(2)));
    for reply in [
        site.client.put(&format!("{CINDY}?camel_case=1"), &json!({"isStarred": 1})).await,
        site.client.get("/v1/nope?camel_case=1").await,
        site.client.patch(&format!("{CINDY}?camel_case=1"), &json!({})).await,
        site.client.clone().anonymous().get("/v1?camel_case=1").await,
        site.client.send("PUT", &format!("{CINDY}?camel_case=1"), "{").await,
    ] {
        let status = reply.status.as_u16();
        let json = reply.json();
        assert_eq!(json["status"]["statusCode"], status);
        assert!(json["status"].get("status_code").is_none());
        assert!(json["status"].get("error_code").is_none());
    }
}

#[tokio::test]
async fn camel_case_is_off_without_its_parameter() {
    let site = Site::new().await;
    let before = site.cindy().await;
    for path in [CINDY.to_owned(), format!("{CINDY}?camel_case=0")] {
        let answer = site.client.put(&path, &json!({"firstName": "Rebeka"})).await.expect(200);
        assert_eq!(answer["result"], before);
    }
}

#[tokio::test]
async fn one_member_in_both_cases_is_given_twice() {
    let site = Site::new().await;
    let body = json!({"firstName": "A", "first_name": "B"});
    let reply = site.client.put(&format!("{CINDY}?camel_case=1"), &body).await;
    let status = reply.expect(400)["status"].clone();
    assert_eq!(status["errorCode"], 2604);
    assert_eq!(status["description"], "Invalid body content: first_name: is given twice");
    assert_eq!(site.cindy().await["first_name"], "Cindy");
}
