//! Whether the server agrees with the model.

use std::collections::BTreeMap;

use model::Json;
use serde_json::json;
use testkit::Client;

use super::content::{Content, LISTS, SINGLE, key, with_key};
use super::world::{Event, World};

/// A row of a list with what the model knows of it.
fn known(json: &Json) -> Json {
    match json {
        Json::Array(rows) => rows.iter().map(known).collect(),
        Json::Object(row) if row.contains_key("kind") => {
            let members = ["id", "kind", "value", "primary", "default"];
            let known = members.map(|name| (name.to_owned(), row.get(name).cloned().unwrap_or_default()));
            Json::Object(known.into_iter().collect())
        }
        json => json.clone(),
    }
}

fn value(member: &str, json: &Json) -> Json {
    if json.is_null() && LISTS.contains(&member) { json!([]) } else { known(json) }
}

/// A contact as the native API shows it, without what it does not show.
fn content(shown: &Json) -> BTreeMap<&'static str, Json> {
    let shown_members = SINGLE.into_iter().chain(["tags", "channels"]);
    let of = |member: &'static str| {
        let pointer = match member.strip_prefix("extras.acquire.") {
            Some(name) => format!("/extras/acquire/{name}"),
            None => format!("/{}", member.replace('.', "/")),
        };
        (member, value(member, &shown.pointer(&pointer).cloned().unwrap_or_default()))
    };
    shown_members.map(of).collect()
}

fn visible(content: &Content) -> Content {
    content
        .iter()
        .filter(|(member, _)| **member != "former.native")
        .map(|(member, json)| (*member, json.clone()))
        .collect()
}

pub(super) struct Checker<'a> {
    pub(super) native: &'a Client,
    /// The ids of the keys.
    pub(super) keys: &'a [String],
}

impl Checker<'_> {
    async fn get(&self, path: &str, status: u16) -> Json {
        self.native.get(path).await.expect(status)
    }

    /// Reads the events since this number, teaches the model the ids in them, and compares; there are no more.
    pub(super) async fn events_since(&self, world: &mut World, from: u64) {
        for number in from..world.next_event() {
            let shown = self.get(&format!("/api/v1/changes/{number}"), 200).await;
            self.teach(world, number, &shown);
            self.event(world, world.event(number), &shown);
        }
        self.get(&format!("/api/v1/changes/{}", world.next_event()), 404).await;
    }

    fn teach(&self, world: &mut World, number: u64, shown: &Json) {
        let of = world.event(number).of;
        let made_up = world.people[of].id.clone();
        if made_up.starts_with('~') {
            world.learn(&made_up, shown["contact_id"].as_str().unwrap());
        }
        let differences = world.event(number).differences.clone();
        let expected = differences.iter().filter(|(member, _, _)| *member == "channels");
        let rows = expected.flat_map(|(_, _, after)| after.as_array().cloned().unwrap_or_default());
        for row in rows.filter(|row| row["id"].as_str().unwrap().starts_with('~')) {
            let shown = shown["differences"].as_array().unwrap().iter();
            let mut now = shown
                .filter(|each| each["member"] == "channels")
                .flat_map(|each| each["after"].as_array().unwrap());
            let is_it = |each: &&Json| each["kind"] == row["kind"] && each["value"] == row["value"];
            let found = now.find(is_it).unwrap_or_else(|| panic!("{row} in event {number}"));
            world.learn(row["id"].as_str().unwrap(), found["id"].as_str().unwrap());
        }
    }

    fn event(&self, world: &World, event: &Event, shown: &Json) {
        let row =
            |(member, before, after): &(&str, Json, Json)| ((*member).to_owned(), json!([before, after]));
        let expected: BTreeMap<_, _> = event.differences.iter().map(row).collect();
        let shown_row = |each: &Json| {
            let member = each["member"].as_str().unwrap();
            (member.to_owned(), json!([value(member, &each["before"]), value(member, &each["after"])]))
        };
        let differences: BTreeMap<_, _> =
            shown["differences"].as_array().unwrap().iter().map(shown_row).collect();
        assert_eq!(differences, expected, "event {}", event.number);
        assert_eq!(
            (&shown["contact_id"], &shown["kind"], &shown["revision"], &shown["undoes"]),
            (
                &json!(world.people[event.of].id),
                &json!(event.kind),
                &json!(event.revision),
                &json!(event.undoes)
            ),
            "event {}",
            event.number
        );
        assert_eq!(
            (&shown["actor"]["key_id"], &shown["actor"]["dialect"]),
            (&json!(self.keys[event.key]), &json!(event.dialect))
        );
        let held: Vec<_> = shown["held_back"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|each| each["member"].as_str().unwrap())
            .collect();
        assert_eq!(sorted(held), sorted(event.held_back.clone()), "held back in event {}", event.number);
        match &event.deleted {
            Some(deleted) => assert_eq!(content(&shown["deleted"]), visible(deleted)),
            None => assert_eq!(shown["deleted"], Json::Null),
        }
    }

    /// Compares everything that is there now: records, histories, provenance.
    pub(super) async fn everything(&self, world: &World) {
        for of in 0..world.people.len() {
            let person = &world.people[of];
            let path = format!("/api/v1/contacts/{}", person.id);
            match world.led_to(of) {
                Some(survivor) => {
                    let survivor = &world.people[survivor];
                    let shown = self.get(&path, 200).await;
                    assert_eq!(
                        (&shown["id"], &shown["number"], &shown["revision"]),
                        (&json!(survivor.id), &json!(survivor.number), &json!(survivor.revision))
                    );
                    assert_eq!(content(&shown), visible(survivor.now.as_ref().unwrap()), "{}", person.id);
                }
                None => drop(self.get(&path, 404).await),
            }
            self.history(world, of, &path).await;
        }
    }

    async fn history(&self, world: &World, of: usize, path: &str) {
        let own: Vec<&Event> = world.events.iter().filter(|event| event.of == of).rev().collect();
        let shown = self.get(&format!("{path}/history?limit=1000"), 200).await;
        let numbers: Vec<_> =
            shown["changes"].as_array().unwrap().iter().map(|each| each["id"].as_u64().unwrap()).collect();
        assert_eq!(numbers, own.iter().map(|event| event.number).collect::<Vec<_>>(), "{path}");
        let mut expected: BTreeMap<String, Json> = BTreeMap::new();
        for event in own {
            for (member, before, after) in &event.differences {
                for (item, before, after) in items(member, before, after) {
                    let origin = json!({
                        "value": after, "previous": before, "change": event.number, "kind": event.kind,
                        "revision": event.revision, "undoes": event.undoes, "key": self.keys[event.key],
                        "dialect": event.dialect,
                    });
                    expected.entry(item).or_insert(origin);
                }
            }
        }
        let shown = self.get(&format!("{path}/provenance"), 200).await;
        let origin = |each: &Json| {
            let json = json!({
                "value": known(&each["value"]), "previous": known(&each["previous"]), "change": each["change"],
                "kind": each["kind"], "revision": each["revision"], "undoes": each["undoes"],
                "key": each["actor"]["key_id"], "dialect": each["actor"]["dialect"],
            });
            (each["member"].as_str().unwrap().to_owned(), json)
        };
        let origins: BTreeMap<_, _> = shown["members"].as_array().unwrap().iter().map(origin).collect();
        assert_eq!(origins, expected, "{path}");
    }

    /// Every revision of every contact, as the model remembers it.
    pub(super) async fn past(&self, world: &World) {
        for (of, person) in world.people.iter().enumerate() {
            if world.led_to(of).is_some_and(|survivor| survivor != of) {
                continue;
            }
            for (revision, was) in (1..).zip(&person.past) {
                let shown = self.get(&format!("/api/v1/contacts/{}?at={revision}", person.id), 200).await;
                assert_eq!(shown["revision"], revision);
                assert_eq!(content(&shown), visible(was), "{} at {revision}", person.id);
            }
        }
    }
}

/// The items of a member that differ; of a member with one value, itself.
fn items(member: &str, before: &Json, after: &Json) -> Vec<(String, Json, Json)> {
    let (Some(then), Some(now)) = (before.as_array(), after.as_array()) else {
        return vec![(member.to_owned(), before.clone(), after.clone())];
    };
    let keys: Vec<&Json> = then.iter().chain(now).map(key).collect();
    let of = |rows: &[Json], id| with_key(rows, id).cloned().unwrap_or_default();
    let all =
        keys.into_iter().map(|id| (format!("{member}.{}", id.as_str().unwrap()), of(then, id), of(now, id)));
    all.filter(|(_, before, after)| before != after).collect()
}

pub(super) fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names.dedup();
    names
}
