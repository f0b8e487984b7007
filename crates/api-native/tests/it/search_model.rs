//! Searches find what a plain reading of the contacts finds, whatever is searched for and in whatever order.

use std::cmp::Ordering;
use std::collections::HashMap;

use model::search::{Comparison, Flag, Test, words};
use model::{FieldType, Json, Search};
use serde_json::json;
use testkit::{Client, TestApp};

use crate::search::{SEARCH, field};
use crate::{CONTACTS, create, path, start};

const CONTACTS_MADE: usize = 60;
const SEARCHES: usize = 400;

/// Numbers that look random, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn maybe(&mut self, of: &[&str]) -> Json {
        if self.below(3) == 0 { Json::Null } else { self.one_of(of).into() }
    }
}

const NAMES: [&str; 8] =
    ["Jane Smith", "JANE doe", "José Ålund", "Straße", "Li Mei", "O'Neil, Ann", "jan", "Zoë Smithers"];
const CITIES: [&str; 5] = ["New York", "new-york", "Oslo", "São Paulo", "York"];
const NUMBERS: [&str; 6] = ["-3", "0", "9", "9.5", "80", "1e2"];
const DATES: [&str; 4] = ["2025-01-14", "2025-01-15", "2025-01-16", "2026-02-28"];
const PLANS: [&str; 2] = ["free", "pro"];
const EMAILS: [&str; 4] = ["jane@example.com", "Jane@Other.org", "li@example.com", "x@y.z"];
const WORDS: [&str; 18] = [
    "jane",
    "smith",
    "ane",
    "j",
    "li",
    "an",
    "alund",
    "STRASSE",
    "new york",
    "example.com",
    "@",
    "oyster",
    "acme",
    "ac",
    "ö",
    "jane smith",
    "smith jane",
    "zzz",
];

/// What else contacts are read with: the names of tags, companies and notes by their ids.
struct World {
    contacts: Vec<Json>,
    texts: HashMap<String, String>,
}

async fn made(client: &Client, kind: &str, body: Json, text: &str, world: &mut World) -> Json {
    let made = client.post(&format!("/api/v1/{kind}"), &body).await.expect(201);
    world.texts.insert(made["id"].as_str().unwrap().to_owned(), text.to_owned());
    made["id"].clone()
}

async fn world(random: &mut Random) -> (TestApp, Client, World) {
    let (test, client) = start().await;
    for contact in client.get(CONTACTS).await.expect(200)["contacts"].as_array().unwrap() {
        assert_eq!(client.delete(&path(contact)).await.status, 204);
    }
    let fields = [
        field("score", FieldType::Number, &[]),
        field("plan", FieldType::SingleSelect, &PLANS),
        field("since", FieldType::Date, &[]),
        field("letters", FieldType::Boolean, &[]),
        field("motto", FieldType::Text, &[]),
    ];
    let edited = test.app.edit_catalog(test.workspace.number, |catalog| {
        fields.iter().for_each(|field| catalog.fields.push(field.clone()));
    });
    edited.await.unwrap();
    let mut world = World { contacts: Vec::new(), texts: HashMap::new() };
    let mut ids: HashMap<&str, Vec<Json>> = HashMap::new();
    for name in ["red", "blue"] {
        let id = made(&client, "tags", json!({ "name": name }), name, &mut world).await;
        ids.entry("tags").or_default().push(id);
    }
    for name in ["Acme Öl", "Smith & Sons"] {
        let id = made(&client, "companies", json!({ "name": name }), name, &mut world).await;
        ids.entry("companies").or_default().push(json!({ "id": id }));
    }
    for body in ["Likes oysters", "Jane's friend"] {
        let id = made(&client, "notes", json!({ "body": body }), body, &mut world).await;
        ids.entry("notes").or_default().push(id);
    }
    for n in 0..CONTACTS_MADE {
        test.clock.advance_ms(3_600_000);
        let mut some = |kind: &str| -> Vec<Json> {
            ids[kind].iter().filter(|_| random.below(3) == 0).cloned().collect()
        };
        let (tags, companies, notes) = (some("tags"), some("companies"), some("notes"));
        let mut values = serde_json::Map::new();
        for (key, of) in [("score", &NUMBERS[..]), ("plan", &PLANS), ("since", &DATES), ("motto", &NAMES)] {
            let value = random.maybe(of);
            let number = |text: &str| text.parse::<serde_json::Number>().unwrap();
            values.insert(
                key.to_owned(),
                if key == "score" { value.as_str().map(number).into() } else { value },
            );
        }
        values.insert("letters".to_owned(), [json!(true), json!(false), Json::Null][random.below(3)].clone());
        let channels: Vec<Json> = (0..random.below(3))
            .map(|_| json!({"kind": "email", "value": random.one_of(&EMAILS)}))
            .fold(Vec::new(), |mut all, each| {
                if !all.contains(&each) {
                    all.push(each);
                }
                all
            });
        let contact = json!({
            "name": {"full": random.maybe(&NAMES)}, "city": random.maybe(&CITIES), "remarks": random.maybe(&WORDS),
            "tags": tags, "companies": companies, "notes": notes, "values": values, "channels": channels,
            "starred": random.below(2) == 0, "confirmed": random.below(2) == 0,
            "closed_at": if n % 4 == 0 { json!("2025-01-15T12:00:00Z") } else { Json::Null },
        });
        world.contacts.push(create(&client, &contact).await);
    }
    (test, client, world)
}

fn search(random: &mut Random, depth: usize) -> Search {
    let parts = |random: &mut Random| (0..=random.below(3)).map(|_| search(random, depth - 1)).collect();
    match if depth == 0 { 3 + random.below(7) } else { random.below(10) } {
        0 => Search::And(parts(random)),
        1 => Search::Or(parts(random)),
        2 => Search::Not(Box::new(search(random, depth - 1))),
        3 | 4 => {
            Search::Word(WORDS[random.below(4)].to_owned() + if random.below(2) == 0 { "" } else { " " })
        }
        5 => Search::Word(random.one_of(&WORDS).replace('@', "x@")),
        6 => Search::Is(Flag::ALL[random.below(Flag::ALL.len())]),
        7 => Search::Has(
            random
                .one_of(&["city", "tag", "company", "note", "email", "score", "plan", "letters", "closed_at"])
                .to_owned(),
        ),
        _ => {
            let order = Test::ALL[random.below(Test::ALL.len())];
            let equal = [Test::Matches, Test::Equal, Test::NotEqual][random.below(3)];
            let (member, test, value) = match random.below(9) {
                0 => ("score", order, random.one_of(&NUMBERS)),
                1 => ("since", order, random.one_of(&DATES)),
                2 => (
                    "created",
                    order,
                    random.one_of(&["2025-01-15", "2025-01-16", "2025-01-16T12:45:00Z", "-1d", "today"]),
                ),
                3 => ("city", order, random.one_of(&CITIES)),
                4 => ("name", order, random.one_of(&["jane smith", "jane", "mei", "straße", "o"])),
                5 => ("motto", order, random.one_of(&["jane smith", "smith", "li"])),
                6 => ("tag", equal, random.one_of(&["red", "BLUE"])),
                7 => ("plan", equal, random.one_of(&["Free", "pro"])),
                _ => ("letters", equal, random.one_of(&["true", "false"])),
            };
            Search::Where(Comparison { member: member.to_owned(), test, value: value.to_owned() })
        }
    }
}

impl World {
    /// The texts that words are looked for in.
    fn searched(&self, contact: &Json) -> Vec<String> {
        let texts = [
            &contact["name"]["full"],
            &contact["name"]["first"],
            &contact["name"]["last"],
            &contact["remarks"],
        ];
        let own = texts.into_iter().filter_map(Json::as_str).map(str::to_owned);
        let linked = [
            rows(contact, "companies").map(|link| link["id"].clone()).collect::<Vec<_>>(),
            rows(contact, "notes").cloned().collect(),
        ];
        let linked = linked.concat().into_iter().map(|id| self.texts[id.as_str().unwrap()].clone());
        let channels = rows(contact, "channels").flat_map(|channel| [&channel["value"], &channel["raw"]]);
        own.chain(linked).chain(channels.filter_map(Json::as_str).map(str::to_owned)).collect()
    }

    fn holds(&self, search: &Search, contact: &Json, now: &str) -> bool {
        match search {
            Search::And(parts) => parts.iter().all(|part| self.holds(part, contact, now)),
            Search::Or(parts) => parts.iter().any(|part| self.holds(part, contact, now)),
            Search::Not(part) => !self.holds(part, contact, now),
            Search::Word(word) => self.searched(contact).iter().any(|text| has(text, word)),
            Search::Is(Flag::Closed) => !contact["closed_at"].is_null(),
            Search::Is(Flag::Blocked) => !contact["blocked_at"].is_null(),
            Search::Is(Flag::Starred) => contact["starred"] == true,
            Search::Is(Flag::Confirmed) => contact["confirmed"] == true,
            Search::Has(member) => match member.as_str() {
                "tag" => rows(contact, "tags").next().is_some(),
                "company" => rows(contact, "companies").next().is_some(),
                "note" => rows(contact, "notes").next().is_some(),
                "email" => rows(contact, "channels").next().is_some(),
                "city" | "closed_at" => !contact[member].is_null(),
                _ => !contact["values"][member].is_null(),
            },
            Search::Where(Comparison { member, test, value }) => {
                let is_equal = |is: bool| is != (*test == Test::NotEqual);
                match member.as_str() {
                    "tag" => {
                        let value = value.to_lowercase();
                        is_equal(rows(contact, "tags").any(|id| self.texts[id.as_str().unwrap()] == value))
                    }
                    "plan" => is_equal(contact["values"]["plan"] == value.to_lowercase()),
                    "letters" => is_equal((contact["values"]["letters"] == true) == (value == "true")),
                    "score" => {
                        let own = contact["values"]["score"].as_f64();
                        compared(*test, own.map(|own| own.total_cmp(&value.parse().unwrap())))
                    }
                    "since" => compared(*test, contact["values"]["since"].as_str().map(|own| own.cmp(value))),
                    "created" => {
                        let value = if value == "today" { day_of(now) } else { value };
                        let (own, day) = (contact["created_at"].as_str().unwrap(), value.len() == 10);
                        let instant = value.replace(":00Z", ":00.000Z");
                        let ordering = if day { day_of(own).cmp(value) } else { own.cmp(instant.as_str()) };
                        compared(*test, Some(ordering))
                    }
                    "name" => text(*test, &contact["name"]["full"], value),
                    "city" => text(*test, &contact["city"], value),
                    _ => text(*test, &contact["values"]["motto"], value),
                }
            }
        }
    }
}

fn rows<'a>(contact: &'a Json, member: &str) -> impl Iterator<Item = &'a Json> {
    contact[member].as_array().unwrap().iter()
}

fn has(text: &str, word: &str) -> bool {
    let (text, word) = (words::fold(text), words::fold(word));
    let is_short = word.chars().count() < 3;
    if is_short { text.split("  ").any(|each| each.starts_with(&word)) } else { text.contains(&word) }
}

fn day_of(instant: &str) -> &str {
    instant.split_once('T').unwrap().0
}

fn text(test: Test, own: &Json, value: &str) -> bool {
    match (own.as_str(), test) {
        (own, Test::Matches) => own.is_some_and(|own| has(own, value)),
        (own, test) => compared(test, own.map(|own| words::key(own).cmp(&words::key(value)))),
    }
}

fn compared(test: Test, ordering: Option<Ordering>) -> bool {
    match test {
        Test::NotEqual => ordering != Some(Ordering::Equal),
        Test::Matches | Test::Equal => ordering == Some(Ordering::Equal),
        Test::Greater => ordering == Some(Ordering::Greater),
        Test::GreaterOrEqual => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
        Test::Less => ordering == Some(Ordering::Less),
        Test::LessOrEqual => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
    }
}

/// What a contact is ordered by.
fn rank(contact: &Json, key: &str) -> (f64, String) {
    let text = |json: &Json| json.as_str().unwrap_or_default().to_lowercase();
    match key {
        "name" => (0.0, text(&contact["name"]["full"])),
        "last_name" => (0.0, text(&contact["name"]["last"])),
        "city" => (0.0, words::key(contact["city"].as_str().unwrap_or_default())),
        "score" => (contact["values"]["score"].as_f64().unwrap_or(f64::MIN), String::new()),
        "created_at" | "updated_at" => (0.0, text(&contact[key])),
        "starred" => (if contact["starred"] == true { 1.0 } else { 0.0 }, String::new()),
        _ => (contact["number"].as_f64().unwrap(), String::new()),
    }
}

fn compare(sort: &[&str], a: &Json, b: &Json) -> Ordering {
    let each = sort.iter().map(|key| {
        let name = key.strip_prefix('-').unwrap_or(key);
        let ((a, a_text), (b, b_text)) = (rank(a, name), rank(b, name));
        let ordering = a.total_cmp(&b).then(a_text.cmp(&b_text));
        if key.starts_with('-') { ordering.reverse() } else { ordering }
    });
    each.fold(Ordering::Equal, Ordering::then).then(rank(a, "number").0.total_cmp(&rank(b, "number").0))
}

fn numbers<'a>(contacts: impl IntoIterator<Item = &'a Json>) -> Vec<u64> {
    contacts.into_iter().map(|contact| contact["number"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn searches_find_what_a_plain_reading_finds() {
    let mut random = Random(20);
    let (test, client, world) = world(&mut random).await;
    let now = test.app.now().to_rfc3339_millis();
    let orders: [&[&str]; 8] = [
        &["number"],
        &["-number"],
        &["-updated_at"],
        &["name"],
        &["-name"],
        &["last_name", "-created_at"],
        &["-score", "city"],
        &["-starred", "last_name"],
    ];
    let mut met = 0;
    for n in 0..SEARCHES {
        let asked = search(&mut random, 3);
        if asked.check().is_err() {
            continue;
        }
        // What is relative to now has another reading in words.
        let shown = serde_json::to_string(&asked).unwrap();
        if shown.contains("-1d") {
            let reply = client.post(SEARCH, &json!({ "filter": asked })).await;
            assert_eq!(reply.status, 200, "{asked}");
            continue;
        }
        let sort = orders[random.below(orders.len())];
        let mut expected: Vec<&Json> =
            world.contacts.iter().filter(|each| world.holds(&asked, each, &now)).collect();
        expected.sort_by(|a, b| compare(sort, a, b));
        met += expected.len();
        let limit = [7, 100][n % 2];
        let mut found = Vec::new();
        let mut cursor = Json::Null;
        loop {
            let mut body =
                json!({"filter": asked, "sort": sort.join(","), "limit": limit, "total": n % 3 == 0});
            if !cursor.is_null() {
                body["cursor"] = cursor;
            }
            let page = client.post(SEARCH, &body).await.expect(200);
            if !page["total"].is_null() {
                assert_eq!(page["total"], expected.len(), "{asked} {sort:?}");
            }
            found.extend(numbers(page["contacts"].as_array().unwrap()));
            cursor = page["next"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(found, numbers(expected), "{asked} {sort:?}");
    }
    assert!(met > SEARCHES * 5, "{met}");
}
