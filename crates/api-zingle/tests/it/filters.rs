//! The contact list: every filter, and orders by every field.

use model::Json;
use serde_json::json;

use crate::{CONTACTS, SERVICE_ID, Site, fault};

/// The phone type that is the same in every service.
const PHONE: &str = "0a293ea3-4721-433e-a031-610ebcf43255";

/// Three contacts beside those of the demo, under short names.
async fn people() -> (Site, [(&'static str, String); 3]) {
    let site = Site::new().await;
    let mut made = Vec::new();
    for body in [
        json!({"first_name": "ann", "last_name": "Zulu", "is_starred": true, "is_confirmed": false,
            "external_id": "pms-7", "channels": [{"channel_type_id": PHONE, "value": "+18585550101"}]}),
        json!({"first_name": "Bob", "last_name": "alpha", "is_closed": true,
            "channels": [{"channel_type_id": PHONE, "value": "+442079460958"}]}),
        json!({"first_name": "ANNA", "last_name": "Zulu", "is_starred": true}),
    ] {
        made.push(site.created(body).await["id"].as_str().unwrap().to_owned());
        site.test.clock.advance_ms(10_000);
    }
    let [ann, bob, anna] = made.try_into().unwrap();
    (site, [("ann", ann), ("bob", bob), ("anna", anna)])
}

/// Which of the people a list shows, in its order; those of the demo are passed over.
async fn shown(site: &Site, people: &[(&'static str, String)], query: &str) -> Vec<&'static str> {
    let mut rows = Vec::new();
    for path in
        [CONTACTS.to_owned(), "/v1/contacts".to_owned(), format!("/v1/accounts/{SERVICE_ID}/contacts")]
    {
        let list = site.client.get(&format!("{path}?page_size=100&{query}")).await.expect(200);
        let all = list["result"].as_array().unwrap().clone();
        assert_eq!(list["status"]["total_records"], all.len(), "{query}");
        rows.push(all);
    }
    assert!(rows.iter().all(|each| *each == rows[0]), "{query}");
    let name = |row: &Json| people.iter().find(|(_, id)| row["id"] == json!(id)).map(|(name, _)| *name);
    rows[0].iter().filter_map(name).collect()
}

#[tokio::test]
async fn every_filter_chooses() {
    let (site, people) = people().await;
    let label = site.client.get(&CONTACTS.replace("contacts", "contact-labels")).await.expect(200);
    let label = label["result"][0]["id"].as_str().unwrap().to_owned();
    site.client.send("POST", &format!("{CONTACTS}/{}/labels/{label}", people[0].1), "").await.expect(200);
    let users = site.test.app.authenticate("demo", model::Dialect::Zingle, None).await.unwrap();
    let catalog = site.test.app.catalog(&users).await.unwrap();
    let user = catalog.users.iter().next().unwrap().id;
    let team = catalog.teams.iter().find(|team| team.members.contains(&user)).map(|team| team.id);
    let assign = json!({"user_id": user});
    site.client.post(&format!("{CONTACTS}/{}/assign", people[1].1), &assign).await.expect(200);
    for (query, expected) in [
        (format!("label_id={label}"), vec!["ann"]),
        ("label_id=none-such".to_owned(), vec![]),
        ("contact_group_id=none-such".to_owned(), vec![]),
        ("is_starred=true".to_owned(), vec!["ann", "anna"]),
        ("is_starred=0".to_owned(), vec!["bob"]),
        ("is_confirmed=false".to_owned(), vec!["ann"]),
        ("is_closed=true".to_owned(), vec!["bob"]),
        ("is_closed=false&is_starred=1&is_confirmed=1".to_owned(), vec!["anna"]),
        (format!("assigned_to_user_id={user}"), vec!["bob"]),
        (format!("relative_user_id={user}"), vec!["bob"]),
        ("relative_user_id=none-such".to_owned(), vec![]),
        ("assigned_to_team_id=none-such".to_owned(), vec![]),
        ("is_unassigned=true".to_owned(), vec!["ann", "anna"]),
        ("is_unassigned=false".to_owned(), vec!["ann", "bob", "anna"]),
        ("external_id=pms-7".to_owned(), vec!["ann"]),
        ("external_id=pms-8".to_owned(), vec![]),
        ("locked_by_source=Opera".to_owned(), vec![]),
        ("optin_status=opted-out".to_owned(), vec![]),
        ("query=NN".to_owned(), vec!["ann", "anna"]),
        ("query=4420794".to_owned(), vec!["bob"]),
        ("query=zulu&search_message_bodies=true".to_owned(), vec!["ann", "anna"]),
        ("last_message_created_at=greater_than(0)".to_owned(), vec![]),
        ("no_such_filter=1".to_owned(), vec!["ann", "bob", "anna"]),
    ] {
        assert_eq!(shown(&site, &people, &query).await, expected, "{query}");
    }
    if let Some(team) = team {
        let assign = json!({"team_id": team});
        site.client.post(&format!("{CONTACTS}/{}/assign", people[2].1), &assign).await.expect(200);
        assert_eq!(shown(&site, &people, &format!("relative_user_id={user}")).await, ["bob", "anna"]);
        assert_eq!(shown(&site, &people, &format!("assigned_to_team_id={team}")).await, ["anna"]);
    }
}

#[tokio::test]
async fn a_channel_is_found_however_it_is_written() {
    let (site, people) = people().await;
    for (query, expected) in [
        ("channel_value=%2B18585550101".to_owned(), vec!["ann"]),
        ("channel_value=+18585550101".to_owned(), vec!["ann"]),
        (format!("channel_value=%2B18585550101&channel_type_id={PHONE}"), vec!["ann"]),
        (format!("channel_type_id={PHONE}"), vec!["ann", "bob"]),
        ("channel_type_id=none-such".to_owned(), vec![]),
        ("channel_value=*555*".to_owned(), vec!["ann"]),
        ("channel_value=%2B44*".to_owned(), vec!["bob"]),
        ("channel_value=*".to_owned(), vec!["ann", "bob"]),
        ("channel_value=%2B19999999999".to_owned(), vec![]),
        ("channel_value=".to_owned(), vec!["ann", "bob", "anna"]),
    ] {
        assert_eq!(shown(&site, &people, &query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn times_are_filtered_by_range() {
    let (site, people) = people().await;
    let list = site.client.get(&format!("{CONTACTS}/{}", people[1].1)).await.expect(200);
    let at = list["result"]["created_at"].as_i64().unwrap();
    for (query, expected) in [
        (format!("created_at=greater_than({at})"), vec!["anna"]),
        (format!("created_at=greater_than({})", at - 1), vec!["bob", "anna"]),
        (format!("created_at=less_than({}000)", at + 1), vec!["ann", "bob"]),
        (format!("updated_at=greater_than({}),less_than({})", at - 1, at + 1), vec!["bob"]),
        (format!("updated_at=greater_than({at})"), vec!["anna"]),
        (format!("updated_at=greater_than({}),less_than({})", at * 1000 - 1, at * 1000 + 1), vec!["bob"]),
        (format!("updated_at=less_than({at})"), vec!["ann"]),
        (format!("created_at=greater_than%28{at}%29"), vec!["anna"]),
        ("unconfirmed_at=greater_than(0)".to_owned(), vec![]),
    ] {
        assert_eq!(shown(&site, &people, &query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn contacts_sort_by_every_field() {
    let (site, people) = people().await;
    for (query, expected) in [
        ("sort_field=last_name", ["bob", "ann", "anna"]),
        ("sort_field=last_name&sort_direction=desc", ["anna", "ann", "bob"]),
        ("sort_fields=last_name+desc", ["ann", "anna", "bob"]),
        ("sort_fields[]=last_name%20desc&sort_fields[]=first_name%20desc", ["anna", "ann", "bob"]),
        ("sort_field=first_name", ["ann", "anna", "bob"]),
        ("sort_field=created_at&sort_direction=desc", ["anna", "bob", "ann"]),
        ("sort_field=updated_at", ["ann", "bob", "anna"]),
        ("sort_fields=updated_at+desc,id", ["anna", "bob", "ann"]),
        ("sort_fields=is_starred,first_name+desc", ["bob", "anna", "ann"]),
        ("sort_fields=is_closed+desc", ["bob", "ann", "anna"]),
        ("sort_field=is_confirmed", ["ann", "bob", "anna"]),
        ("sort_field=optin_status", ["ann", "bob", "anna"]),
        ("sort_field=locked_by_source&sort_direction=desc", ["anna", "bob", "ann"]),
        ("sort_field=unconfirmed_at", ["ann", "bob", "anna"]),
        ("sort_fields%5B%5D=last_message_created_at%20desc&is_starred=true", ["ann", "anna", ""]),
    ] {
        let expected: Vec<_> = expected.into_iter().filter(|name| !name.is_empty()).collect();
        assert_eq!(shown(&site, &people, query).await, expected, "{query}");
    }
    let list = site.client.get(&format!("{CONTACTS}?sort_fields=last_name+desc,id")).await.expect(200);
    assert_eq!(
        (&list["status"]["sort_field"], &list["status"]["sort_direction"]),
        (&json!("last_name"), &json!("desc"))
    );
}

#[tokio::test]
async fn filters_that_cannot_be_read_are_refused() {
    let (site, _) = people().await;
    for name in ["is_starred", "is_confirmed", "is_closed", "is_unassigned"] {
        let reply = site.client.get(&format!("{CONTACTS}?{name}=maybe")).await;
        let expected = format!("400 - Invalid query: the query parameter '{name}' must be true or false");
        assert_eq!(fault(&reply), expected);
    }
    for text in ["5", "greater_than(x)", "between(1)"] {
        let reply = site.client.get(&format!("{CONTACTS}?created_at={text}")).await;
        let expected = "400 - Invalid query: the query parameter 'created_at' must be greater_than(N)";
        assert!(fault(&reply).starts_with(expected), "{text}");
    }
}
