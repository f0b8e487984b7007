//! Searches of contacts: what they find, in which order, and what is refused.

use std::collections::BTreeSet;

use app::{Clock, SystemClock};
use model::{
    Entity, Extras, Field, FieldId, FieldOption, FieldType, FilterableMember, Json, OptionId, Timestamp,
};
use serde_json::json;
use testkit::{Client, TestApp};

use crate::{CONTACTS, client, create, path, refusals, start};

pub(crate) const SEARCH: &str = "/api/v1/contacts/search";
const PAGE: &str = include_str!("../../../../docs/search.md");

pub(crate) fn field(key: &str, kind: FieldType, options: &[&str]) -> Field {
    let option = |name: &&str| FieldOption {
        position: None,
        id: OptionId(SystemClock.fresh_id()),
        value: name.to_lowercase(),
        name: (*name).to_owned(),
        aliases: Default::default(),
    };
    Field {
        id: FieldId(SystemClock.fresh_id()),
        number: 9000 + key.len() as u64,
        key: key.to_owned(),
        name: key.to_owned(),
        kind,
        entity: Entity::Contact,
        system: None,
        options: options.iter().map(option).collect(),
        former_options: Vec::new(),
        filterable: false,
        created_at: SystemClock.now(),
        aliases: Default::default(),
        extras: Extras::default(),
    }
}

/// The contacts of the page about searches, alone in their workspace.
async fn with_page() -> (TestApp, Client) {
    with_page_and_fields(false).await
}

async fn with_page_and_fields(filterable: bool) -> (TestApp, Client) {
    let (test, client) = start().await;
    let now = Timestamp::parse_rfc3339("2026-03-31T15:00:00Z").unwrap();
    test.clock.advance_ms(now.millis() - test.clock.now().millis());
    for contact in client.get(CONTACTS).await.expect(200)["contacts"].as_array().unwrap() {
        assert_eq!(client.delete(&path(contact)).await.status, 204);
    }
    let fields = [
        field("lead_score", FieldType::Number, &[]),
        field("plan", FieldType::SingleSelect, &["Free", "Pro"]),
        field("renewal", FieldType::Date, &[]),
        field("newsletter", FieldType::Boolean, &[]),
    ];
    let edited = test.app.edit_catalog(test.workspace.number, |catalog| {
        fields.iter().for_each(|each| catalog.fields.push(Field { filterable, ..each.clone() }));
        catalog.filterable_members = FilterableMember::ALL.into_iter().filter(|_| filterable).collect();
    });
    edited.await.unwrap();
    let mut tags = serde_json::Map::new();
    for name in ["vip", "beta"] {
        let made = client.post("/api/v1/tags", &json!({ "name": name })).await.expect(201);
        tags.insert(name.to_owned(), made["id"].clone());
    }
    let (_, rest) = PAGE.split_once("```json\n[").unwrap();
    let (contacts, _) = rest.split_once("```").unwrap();
    let contacts: Vec<Json> = serde_json::from_str(&format!("[{contacts}")).unwrap();
    for mut contact in contacts {
        if let Some(names) = contact.get_mut("tags").and_then(Json::as_array_mut) {
            names.iter_mut().for_each(|name| *name = tags[name.as_str().unwrap()].clone());
        }
        create(&client, &contact).await;
    }
    (test, client)
}

fn names(list: &Json) -> Vec<String> {
    let contacts = list["contacts"].as_array().unwrap();
    contacts.iter().map(|each| each["name"]["full"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn found(client: &Client, query: &str) -> Vec<String> {
    names(&client.get(&format!("{CONTACTS}?{query}")).await.expect(200))
}

#[tokio::test]
async fn the_page_about_searches_says_what_is_found() {
    let (_test, client) = with_page().await;
    assert_page(&client).await;
}

#[tokio::test]
async fn indexes_find_what_documents_say() {
    let (test, client) = with_page_and_fields(true).await;
    // Before they are filled, and then.
    assert_page(&client).await;
    assert_orders(&test, &client).await;
    let (first, then) = (test.app.index_values().await.unwrap(), test.app.index_values().await.unwrap());
    // Of the demo's field and two of the page's, and of members.
    assert_eq!((first.contacts, then.contacts), ((3 + 13) * 4, 0));
    assert_page(&client).await;
    assert_orders(&test, &client).await;
    assert_eq!(test.app.verify().await.unwrap().faults, [""; 0]);
}

async fn assert_page(client: &Client) {
    let (_, table) = PAGE.split_once("| Search | Finds |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').rsplitn(2, '|').map(str::trim).collect();
        let (search, expected) = (cells[1].trim_matches('`'), cells[0]);
        assert_eq!(found(client, &format!("q={}", escaped(search))).await.join(", "), expected, "{search}");
        // The tree means the same.
        let tree = serde_json::to_value(model::Search::parse(search).unwrap().search).unwrap();
        let list = client.post(SEARCH, &json!({ "filter": tree, "total": true })).await.expect(200);
        assert_eq!(names(&list).join(", "), expected, "{tree}");
        assert_eq!(list["total"], names(&list).len(), "{tree}");
        let list = client.post(SEARCH, &json!({ "q": search })).await.expect(200);
        assert_eq!(names(&list).join(", "), expected, "{search}");
        count += 1;
    }
    assert!(count > 30, "{count}");
}

#[tokio::test]
async fn searches_are_narrowed_by_the_parameters_of_lists() {
    let (_test, client) = with_page().await;
    assert_eq!(found(&client, "q=lead_score%3E1&starred=true").await, ["Jane Smith", "Mei Li"]);
    assert_eq!(found(&client, "q=lead_score%3E1&tag=beta").await, ["José Ålund"]);
    // Accents do not count in options either.
    assert_eq!(found(&client, &format!("q={}", escaped("plan:prö"))).await, ["Jane Smith"]);
    let all = ["Jane Smith", "José Ålund", "Mei Li", "Straße 7 GmbH"];
    assert_eq!(found(&client, "q=").await, all);
    assert_eq!(client.post(SEARCH, &json!({})).await.expect(200)["contacts"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_flag_can_be_compared_unless_a_field_has_its_name() {
    let (_test, client) = with_page().await;
    let (starred, others) = (found(&client, "q=starred").await, found(&client, "q=-starred").await);
    assert!(!starred.is_empty() && !others.is_empty());
    for (query, expected) in [
        ("starred:true", &starred),
        ("starred=true", &starred),
        ("starred!=true", &others),
        ("starred:false", &others),
        ("-starred:false", &starred),
    ] {
        assert_eq!(found(&client, &format!("q={}", escaped(query))).await, *expected, "{query}");
    }
    for query in ["starred:maybe", "starred>true"] {
        client.get(&format!("{CONTACTS}?q={}", escaped(query))).await.expect(400);
    }
    let field = json!({"key": "starred", "name": "Starred", "type": "boolean"});
    client.post("/api/v1/fields", &field).await.expect(201);
    assert_eq!(found(&client, "q=starred:true").await, [""; 0]);
    assert_eq!(found(&client, "q=starred").await, starred);
}

#[tokio::test]
async fn what_was_written_is_found_by_the_next_search() {
    let (_test, client) = with_page().await;
    let list = client.get(&format!("{CONTACTS}?q=jane")).await.expect(200);
    let jane = &list["contacts"][0];
    let company = client.post("/api/v1/companies", &json!({"name": "Öko & Partner"})).await.expect(201);
    let patch = json!({"name": {"full": "Janet"}, "city": "Oslo", "companies": [{"id": company["id"]}]});
    client.send("PATCH", &path(jane), patch.to_string()).await.expect(200);
    for (query, expected) in [
        ("q=smith", vec!["Janet"]), // her e-mail address
        ("q=name:smith", vec![]),
        ("q=janet", vec!["Janet"]),
        ("q=city:oslo", vec!["Janet"]),
        ("q=oko", vec!["Janet"]),
        ("q=company:oeko", vec![]),
        ("q=company%3D%22oko%20partner%22", vec!["Janet"]),
        ("q=company%3Doko", vec![]),
        ("q=has:company", vec!["Janet"]),
    ] {
        assert_eq!(found(&client, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn numbers_and_times_of_changes_are_compared() {
    let (test, client) = with_page().await;
    let list = client.get(CONTACTS).await.expect(200);
    let second = &list["contacts"][1];
    let number = second["number"].as_u64().unwrap();
    test.clock.advance_ms(1000);
    let changed = client.send("PATCH", &path(second), json!({"city": "Oslo"}).to_string()).await.expect(200);
    let at = escaped(changed["updated_at"].as_str().unwrap());
    let (jane, jose, mei, strasse) = ("Jane Smith", "José Ålund", "Mei Li", "Straße 7 GmbH");
    for (query, expected) in [
        (format!("number%3D{number}"), vec![jose]),
        (format!("number:{number}.0"), vec![jose]),
        (format!("number%3D{number}.5"), vec![]),
        (format!("number!%3D{number}"), vec![jane, mei, strasse]),
        (format!("number%3E{number}"), vec![mei, strasse]),
        (format!("number%3E%3D{number}.5"), vec![mei, strasse]),
        (format!("number%3C%3D{number}.5"), vec![jane, jose]),
        (format!("number%3C{number}"), vec![jane]),
        ("number%3E-1e9".to_owned(), vec![jane, jose, mei, strasse]),
        ("number%3E1e300".to_owned(), vec![]),
        (format!("updated%3E%3D{at}"), vec![jose]),
        (format!("updated%3D{at}"), vec![jose]),
        (format!("updated!%3D{at}"), vec![jane, mei, strasse]),
        (format!("updated%3C{at}%20number%3E{number}"), vec![mei, strasse]),
        (format!("updated%3C%3D{at}"), vec![jane, jose, mei, strasse]),
        (format!("updated%3E{at}"), vec![]),
        ("updated%3E-1h%20city:oslo".to_owned(), vec![jose]),
        ("-updated%3E-1h".to_owned(), vec![]),
    ] {
        for total in ["", "&total=true"] {
            assert_eq!(found(&client, &format!("q={query}{total}")).await, expected, "{query}{total}");
        }
    }
}

#[tokio::test]
async fn orders_are_by_any_scalar() {
    let (test, client) = with_page().await;
    assert_orders(&test, &client).await;
}

async fn assert_orders(test: &TestApp, client: &Client) {
    let (jane, jose, mei, strasse) = ("Jane Smith", "José Ålund", "Mei Li", "Straße 7 GmbH");
    let list = client.get(&format!("{CONTACTS}?q=jose")).await.expect(200);
    test.clock.advance_ms(1000);
    let patch = json!({"job_title": "CTO"});
    client.send("PATCH", &path(&list["contacts"][0]), patch.to_string()).await.expect(200);
    for (sort, expected) in [
        ("number", [jane, jose, mei, strasse]),
        ("-number", [strasse, mei, jose, jane]),
        ("-updated_at", [jose, strasse, mei, jane]),
        ("updated_at,name", [jane, mei, strasse, jose]),
        ("name", [jane, jose, mei, strasse]),
        ("-name", [strasse, mei, jose, jane]),
        ("-first_name", [strasse, mei, jose, jane]),
        ("lead_score", [strasse, jose, jane, mei]),
        ("-lead_score", [mei, jane, jose, strasse]),
        ("-starred,-lead_score", [mei, jane, jose, strasse]),
        ("-starred,created_at,-number", [mei, jane, strasse, jose]),
        ("plan,-name", [strasse, jose, mei, jane]),
        ("-renewal", [jane, mei, jose, strasse]),
        ("closed_at", [jane, mei, strasse, jose]),
        ("-closed_at", [jose, jane, mei, strasse]),
        ("created_at", [jane, jose, mei, strasse]),
        ("-created_at,-number", [strasse, mei, jose, jane]),
        ("city", [mei, strasse, jane, jose]),
        ("-city", [jose, jane, mei, strasse]),
        ("-job_title", [jose, jane, mei, strasse]),
        // In names accents count, also where an index has them.
        ("last_name", [strasse, mei, jane, jose]),
        ("-city,number", [jose, jane, mei, strasse]),
    ] {
        assert_eq!(found(client, &format!("sort={sort}")).await, expected, "{sort}");
        // Page by page it is the same, whatever the filter reads.
        for q in ["", "created%3E%3Dtoday"] {
            let mut pages: Vec<String> = Vec::new();
            let mut cursor = String::new();
            loop {
                let list =
                    client.get(&format!("{CONTACTS}?sort={sort}&q={q}&limit=1{cursor}")).await.expect(200);
                pages.extend(names(&list));
                let Some(next) = list["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(pages, expected, "{sort} {q}");
        }
    }
}

#[tokio::test]
async fn pages_stay_right_while_contacts_come_go_and_change() {
    for (sort, far) in [("name", "zzz"), ("-updated_at", "b05"), ("-lead_score", "zzz"), ("last_name", "zzz")]
    {
        let (test, client) = with_page().await;
        let mut made = Vec::new();
        for n in 0..10 {
            test.clock.advance_ms(1);
            let name = json!({"full": format!("b{n:02}"), "last": format!("b{n:02}")});
            let body = json!({"name": name, "values": {"lead_score": 1000 - n}});
            made.push(create(&client, &body).await);
        }
        let query = |cursor: &str| format!("{CONTACTS}?q=name:b&sort={sort}&limit=4{cursor}");
        let whole = names(&client.get(&format!("{CONTACTS}?q=name:b&sort={sort}")).await.expect(200));
        assert_eq!(whole.len(), 10);
        let first = client.get(&query("")).await.expect(200);
        let mut met: Vec<String> = names(&first);
        // The last one that was met goes, one that was not met changes what does not order it, and one comes.
        let gone = first["contacts"][3].clone();
        assert_eq!(client.delete(&path(&gone)).await.status, 204);
        if sort != "-updated_at" {
            let last = made.iter().find(|each| each["name"]["full"] == *whole.last().unwrap()).unwrap();
            client.send("PATCH", &path(last), json!({"starred": true}).to_string()).await.expect(200);
        }
        create(&client, &json!({"name": {"full": format!("b {far}")}})).await;
        let mut cursor = first["next"].as_str().unwrap().to_owned();
        loop {
            let list = client.get(&query(&format!("&cursor={cursor}"))).await.expect(200);
            met.extend(names(&list));
            let Some(next) = list["next"].as_str() else { break };
            cursor = next.to_owned();
        }
        met.retain(|name| !name.starts_with("b "));
        assert_eq!(met, whole, "{sort}");
    }
}

#[tokio::test]
async fn totals_are_exact_on_request() {
    let (_test, client) = with_page().await;
    for (query, total) in [
        ("q=tag:vip", json!(2)),
        ("q=jo&limit=1", json!(1)),
        ("q=lead_score%3E1&limit=1", Json::Null),
        ("q=lead_score%3E1&limit=1&total=false", Json::Null),
        ("q=lead_score%3E1&limit=1&total=true", json!(3)),
        ("q=lead_score%3E1&limit=1&sort=name", json!(3)),
        ("limit=1", json!(4)),
    ] {
        let list = client.get(&format!("{CONTACTS}?{query}")).await.expect(200);
        assert_eq!(list["total"], total, "{query}");
        assert!(list["contacts"].as_array().unwrap().len() <= 2, "{query}");
    }
}

/// A refused search: `parameter position-or-pointer suggestion: detail`.
fn refusal(reply: &testkit::Reply) -> String {
    assert!(refusals(reply, 400).is_empty());
    let problem = reply.json();
    assert_eq!(problem["type"], "/docs/problems/bad-search");
    let place = if problem["pointer"].is_null() { &problem["position"] } else { &problem["pointer"] };
    let detail = problem["detail"].as_str().unwrap();
    format!("{} {place} {}: {detail}", problem["parameter"].as_str().unwrap(), problem["suggestion"])
}

#[tokio::test]
async fn searches_that_cannot_be_carried_out_say_where_and_why() {
    let (_test, client) = with_page().await;
    let at = "the search cannot be carried out at character";
    for (search, expected) in [
        ("jane leadscore>80", format!("q 5 \"lead_score\": {at} 5: there is no member and no field 'leadscore'; did you mean 'lead_score'?")),
        ("qqqq:1", format!("q 0 null: {at} 0: there is no member and no field 'qqqq'")),
        ("é tag:vop", format!("q 2 \"vip\": {at} 2: there is no tag 'vop'; did you mean 'vip'?")),
        ("has:fone", format!("q 0 \"phone\": {at} 0: there is no member and no field 'fone'; did you mean 'phone'?")),
        ("lead_score>high", format!("q 0 null: {at} 0: 'lead_score' is compared with a number")),
        ("newsletter:yes", format!("q 0 null: {at} 0: 'newsletter' is compared with true or false")),
        ("tag>vip", format!("q 0 null: {at} 0: 'tag' cannot be compared by '>', only by ':', '=' and '!='")),
        ("opt_in:maybe", format!("q 0 null: {at} 0: 'opt_in' is compared with opted_in or opted_out")),
        ("a ?!", format!("q 2 null: {at} 2: '?!' has no letter and no digit to look for")),
        ("values.city:x", format!("q 0 null: {at} 0: there is no member and no field 'values.city'")),
        ("(jane", "q 0 null: the search cannot be read at character 0: this '(' is not closed".to_owned()),
        ("lead_score > 80", "q 11 null: the search cannot be read at character 11: '>' needs a member right before it and a value right \
                             after it, as in 'lead_score>80'".to_owned()),
    ] {
        let reply = client.get(&format!("{CONTACTS}?q={}", escaped(search))).await;
        assert_eq!(refusal(&reply), expected, "{search}");
        assert_eq!(refusal(&client.post(SEARCH, &json!({ "q": search })).await), expected, "{search}");
    }
    let reply = client.get(&format!("{CONTACTS}?q=renewal%3Esoon")).await;
    assert!(
        refusal(&reply).contains("'renewal' is compared with a date (2026-01-31), an instant"),
        "{}",
        reply.text
    );
    for (sort, expected) in [
        ("lastname", "sort null \"last_name\": 'sort' cannot order by 'lastname'; did you mean 'last_name'?"),
        ("tag", "sort null null: 'sort' cannot order by 'tag'"),
        ("name,-qqqq", "sort null null: 'sort' cannot order by 'qqqq'"),
        ("-updated_at,qqqq", "sort null null: 'sort' cannot order by 'qqqq'"),
        ("", "sort null null: 'sort' cannot order by ''"),
        ("a,b,c,d,e,f", "sort null null: 'sort' takes 5 keys at most"),
    ] {
        assert_eq!(refusal(&client.get(&format!("{CONTACTS}?sort={sort}")).await), expected, "{sort}");
    }
}

#[tokio::test]
async fn bodies_that_are_no_searches_are_refused() {
    let (_test, client) = with_page().await;
    let nested = (0..21).fold(json!({"word": "x"}), |inner, _| json!({ "not": inner }));
    let many = json!({"or": vec![json!({"word": "x"}); 101]});
    let empty = json!({"and": vec![json!({"or": []}); 101]});
    let long = json!({"where": {"member": "city", "value": "x".repeat(4093)}});
    let unknown = json!({"and": [{"word": "jane"}, {"or": [{"where": {"member": "tagg", "value": 1}}]}]});
    for (body, expected) in [
        (json!({"filter": {"word": 5}}), "filter null null: the search cannot be read: "),
        (
            json!({"filter": {"like": "x"}}),
            "filter null null: the search cannot be read: unknown variant `like`",
        ),
        (
            json!({"filter": nested}),
            "filter null null: the search cannot be read: is nested more than 20 levels deep",
        ),
        (json!({"filter": many}), "filter null null: the search cannot be read: has more than 100 terms"),
        (json!({"filter": empty}), "filter null null: the search cannot be read: has more than 100 terms"),
        (json!({"filter": long}), "filter null null: the search cannot be read: has more than 4096 bytes"),
        (
            json!({"filter": unknown}),
            "filter \"/and/1/or/0/where\" \"tag\": the search cannot be carried out at /and/1/or/0/where: ",
        ),
        (
            json!({"filter": {"is": "closed"}, "q": "x"}),
            "body null null: the body of a search cannot be read: takes 'q' or 'filter'",
        ),
        (json!({"query": "x"}), "body null null: the body of a search cannot be read: unknown field `query`"),
        (
            json!(["jane", null, null, 1, null, true]),
            "body null null: the body of a search cannot be read: must be a JSON object",
        ),
    ] {
        let told = refusal(&client.post(SEARCH, &body).await);
        assert!(told.starts_with(expected), "{body}: {told}");
    }
    let broken = client.send("POST", SEARCH, r#"{"q": "x", "q": "y"}"#).await;
    assert_eq!(refusals(&broken, 400), ["q malformed"]);
    let reply = client.send("POST", SEARCH, "").await;
    assert_eq!(refusal(&reply), "body null null: the body of a search cannot be read: must be a JSON object");
}

#[tokio::test]
async fn a_wrong_limit_or_cursor_is_a_member_of_the_body() {
    let (_test, client) = with_page().await;
    let next = client.post(SEARCH, &json!({"q": "tag:vip", "limit": 1})).await.expect(200)["next"].clone();
    let limit = "limit \"/limit\" null: the member 'limit' of the body must be a whole number from 1 to 1000";
    let cursor = "cursor \"/cursor\" null: the member 'cursor' of the body must be the 'next' of";
    for (body, expected) in [
        (json!({"limit": 0}), limit.to_owned()),
        (json!({"limit": 1001}), limit.to_owned()),
        (json!({"limit": -1}), limit.to_owned()),
        (json!({"limit": 1.5}), limit.to_owned()),
        (json!({"limit": "1"}), limit.to_owned()),
        (json!({"cursor": "o1"}), format!("{cursor} another page")),
        (json!({"cursor": 1}), format!("{cursor} another page")),
        (
            json!({"q": "jane", "cursor": next}),
            format!("{cursor} a page of the same search in the same order"),
        ),
    ] {
        assert_eq!(refusal(&client.post(SEARCH, &body).await), expected, "{body}");
    }
    client.post(SEARCH, &json!({"q": "tag:vip", "limit": 1, "cursor": next})).await.expect(200);
}

#[tokio::test]
async fn cursors_that_are_forged_of_another_list_or_too_old_are_refused() {
    let (test, client) = with_page().await;
    let first = client.get(&format!("{CONTACTS}?q=tag:vip&sort=name&limit=1")).await.expect(200);
    let next = first["next"].as_str().unwrap().to_owned();
    let other = client.get(&format!("{CONTACTS}?limit=1")).await.expect(200)["next"].clone();
    let reason = |query: String| {
        let client = &client;
        async move {
            let reply = client.get(&format!("{CONTACTS}?{query}")).await;
            assert!(refusals(&reply, 400).is_empty());
            reply.json()["detail"].as_str().unwrap().to_owned()
        }
    };
    let page = "the query parameter 'cursor' must be the 'next' of another page";
    let same =
        "the query parameter 'cursor' must be the 'next' of a page of the same search in the same order";
    for (query, expected) in [
        (format!("q=tag:vip&sort=name&cursor=A{next}"), page),
        (format!("q=tag:vip&sort=name&cursor={}", other.as_str().unwrap()), page),
        ("q=tag:vip&sort=name&cursor=".to_owned(), page),
        ("q=tag:vip&sort=name&cursor=%00%ff".to_owned(), page),
        (format!("limit=1&cursor={next}"), page),
        (format!("q=tag:beta&sort=name&cursor={next}"), same),
        (format!("q=tag:vip&sort=-name&cursor={next}"), same),
        (format!("q=tag:vip&sort=name&starred=true&cursor={next}"), same),
    ] {
        assert_eq!(reason(query.clone()).await, expected, "{query}");
    }
    assert_eq!(found(&client, &format!("q=tag%3Avip&sort=name&cursor={next}")).await, ["José Ålund"]);
    test.clock.advance_ms(24 * 60 * 60 * 1000 + 1);
    let old = reason(format!("q=tag:vip&sort=name&cursor={next}")).await;
    assert_eq!(old, "the query parameter 'cursor' is older than a day: begin again with the first page");
}

#[tokio::test]
async fn what_is_relative_to_now_means_the_same_on_every_page() {
    let (test, client) = with_page().await;
    let query = format!("{CONTACTS}?q=created%3E-1h&limit=2");
    let first = client.get(&query).await.expect(200);
    test.clock.advance_ms(2 * 60 * 60 * 1000);
    assert_eq!(names(&client.get(&query).await.expect(200)).len(), 0);
    let next = first["next"].as_str().unwrap();
    let second = client.get(&format!("{query}&cursor={next}")).await.expect(200);
    let met: BTreeSet<String> = names(&first).into_iter().chain(names(&second)).collect();
    assert_eq!(met.len(), 4);
}

#[tokio::test]
async fn other_workspaces_find_nothing_here() {
    let (test, _client) = with_page().await;
    let secret = test.foreign_key().await;
    let other = client(&test).with_key(&secret);
    assert_eq!(found(&other, "q=jane").await, [""; 0]);
}
