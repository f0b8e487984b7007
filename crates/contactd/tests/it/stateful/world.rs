//! The model: contacts as they are and were, and the events between.

use model::{Json, Rule};
use serde_json::json;

use super::content::{
    Content, Difference, Edit, LISTS, Policy, append, blank, differences, edit, is_empty, rows, settled,
};

/// Who writes, and through which API.
#[derive(Clone, Copy)]
pub(super) struct By {
    /// The place of the key.
    pub(super) key: usize,
    pub(super) dialect: &'static str,
    pub(super) policy: &'static Policy,
}

/// That nothing is stored.
#[derive(Debug, PartialEq)]
pub(super) struct Refused;

/// What a write did.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// The event that it was about, if there was any.
    pub(super) event: Option<u64>,
    pub(super) held_back: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) number: u64,
    /// The place of the contact.
    pub(super) of: usize,
    pub(super) kind: &'static str,
    pub(super) revision: u64,
    pub(super) key: usize,
    pub(super) dialect: &'static str,
    pub(super) differences: Vec<Difference>,
    pub(super) held_back: Vec<&'static str>,
    /// The contact as it was, when it was deleted.
    pub(super) deleted: Option<Content>,
    /// Those that were merged, as they were.
    pub(super) merged: Vec<(usize, Content)>,
    pub(super) undoes: Option<u64>,
    /// The first event of the change that it belongs to, if that has several parts.
    pub(super) first: Option<u64>,
}

#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) id: String,
    pub(super) number: u64,
    pub(super) revision: u64,
    pub(super) now: Option<Content>,
    /// What it was at each revision.
    pub(super) past: Vec<Content>,
    pub(super) last_event: u64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct World {
    pub(super) people: Vec<Person>,
    pub(super) events: Vec<Event>,
    /// Events and contacts that were there before the model.
    pub(super) events_before: u64,
    pub(super) people_before: u64,
    /// The first event of the change that is being made, if it has several parts.
    pub(super) first: Option<u64>,
    pub(super) made_up: usize,
}

impl World {
    pub(super) fn next_event(&self) -> u64 {
        self.events_before + self.events.len() as u64 + 1
    }

    /// Begins a change of so many parts: the events of several belong together.
    pub(super) fn begin(&mut self, parts: usize) {
        self.first = (parts > 1).then(|| self.next_event());
    }

    pub(super) fn event(&self, number: u64) -> &Event {
        &self.events[usize::try_from(number - self.events_before - 1).unwrap()]
    }

    /// The contact that an id leads to.
    pub(super) fn led_to(&self, of: usize) -> Option<usize> {
        let former = json!(format!("merged-{}", self.people[of].id));
        let leads = |person: &Person| {
            person.now.as_ref().is_some_and(|now| rows(now, "former.native").contains(&former))
        };
        let survivor = || self.people.iter().position(leads);
        self.people[of].now.as_ref().map(|_| of).or_else(survivor)
    }

    pub(super) fn living(&self, of: usize) -> Option<Content> {
        self.people[of].now.clone()
    }

    fn edited(&mut self, mut content: Content, edits: &[Edit]) -> Content {
        let made_up = &mut self.made_up;
        let mut fresh = || {
            *made_up += 1;
            format!("~{made_up:06}")
        };
        edits.iter().for_each(|each| edit(&mut content, each, &mut fresh));
        content
    }

    pub(super) fn create(&mut self, by: By, edits: &[Edit]) -> Result<Done, Refused> {
        let mut content = self.edited(blank(), edits);
        by.policy.hold(&blank(), &mut content, true).ok_or(Refused)?;
        self.made_up += 1;
        self.people.push(Person {
            id: format!("~{:06}", self.made_up),
            number: self.people_before + self.people.len() as u64 + 1,
            revision: 0,
            now: None,
            past: Vec::new(),
            last_event: 0,
        });
        let differences = differences(&blank(), &content);
        let event = self.put(by, self.people.len() - 1, "created", Some(content), |event| {
            event.differences = differences;
        });
        Ok(Done { event: Some(event), held_back: Vec::new() })
    }

    pub(super) fn update(&mut self, by: By, of: usize, edits: &[Edit]) -> Result<Done, Refused> {
        let of = self.led_to(of).ok_or(Refused)?;
        let after = self.edited(self.living(of).ok_or(Refused)?, edits);
        self.become_(by, of, after, None)
    }

    /// Makes a contact what it is to be, as far as the key may.
    pub(super) fn become_(
        &mut self,
        by: By,
        of: usize,
        mut after: Content,
        undoes: Option<u64>,
    ) -> Result<Done, Refused> {
        let before = self.living(of).ok_or(Refused)?;
        let held_back = by.policy.hold(&before, &mut after, false).ok_or(Refused)?;
        let differences = differences(&before, &after);
        let mut done = Done { event: None, held_back: held_back.clone() };
        if !differences.is_empty() {
            done.event = Some(self.put(by, of, "updated", Some(after), |event| {
                (event.differences, event.held_back, event.undoes) = (differences, held_back, undoes);
            }));
        }
        Ok(done)
    }

    pub(super) fn upsert(&mut self, by: By, email: &'static str, edits: &[Edit]) -> Result<Done, Refused> {
        let has = |person: &Person| {
            let is_it = |row: &Json| row["kind"] == "email" && row["value"] == email;
            person.now.as_ref().is_some_and(|now| rows(now, "channels").iter().any(is_it))
        };
        let all: Vec<_> = (0..self.people.len()).filter(|of| has(&self.people[*of])).collect();
        let mut edits = edits.to_vec();
        edits.push(Edit::HasEmail(email));
        match all.as_slice() {
            [] => self.create(by, &edits),
            [one] => self.update(by, *one, &edits),
            _ => Err(Refused),
        }
    }

    pub(super) fn delete(&mut self, by: By, of: usize, undoes: Option<u64>) -> Result<Done, Refused> {
        let of = self.led_to(of).ok_or(Refused)?;
        if by.policy.rule("deletion") != Rule::Replace {
            return Err(Refused);
        }
        let deleted = self.living(of);
        let event = self.put(by, of, "deleted", None, |event| {
            (event.deleted, event.undoes) = (deleted, undoes);
        });
        Ok(Done { event: Some(event), held_back: Vec::new() })
    }

    pub(super) fn merge(&mut self, by: By, into: usize, from: usize) -> Result<Done, Refused> {
        let (into, from) = (self.led_to(into).ok_or(Refused)?, self.led_to(from).ok_or(Refused)?);
        if into == from {
            return Err(Refused);
        }
        let (before, other) = (self.living(into).ok_or(Refused)?, self.living(from).ok_or(Refused)?);
        let after = self.merged(&before, from, &other);
        let held = by.policy.hold(&before, &mut after.clone(), false).ok_or(Refused)?;
        if !held.is_empty() {
            return Err(Refused);
        }
        self.delete(by, from, None)?;
        let differences = differences(&before, &after);
        let event = self.put(by, into, "updated", Some(after), |event| {
            (event.differences, event.merged) = (differences, vec![(from, other)]);
        });
        Ok(Done { event: Some(event), held_back: Vec::new() })
    }

    /// The one that stays keeps what it has and takes what it lacks.
    fn merged(&self, into: &Content, from: usize, other: &Content) -> Content {
        let mut after = into.clone();
        for (member, value) in other.iter().filter(|(member, _)| !LISTS.contains(member)) {
            if is_empty(&after[member]) {
                after.insert(member, value.clone());
            }
        }
        rows(other, "tags").iter().for_each(|tag| append(&mut after, "tags", tag));
        let mut channels = rows(into, "channels").to_vec();
        let has_default = channels.iter().any(|row| row["default"] == true);
        for row in rows(other, "channels") {
            let same = |each: &Json| each["kind"] == row["kind"] && each["value"] == row["value"];
            if !channels.iter().any(same) {
                let is_new_kind = !rows(into, "channels").iter().any(|each| each["kind"] == row["kind"]);
                let mut row = row.clone();
                row["primary"] = json!(row["primary"] == true && is_new_kind);
                row["default"] = json!(row["default"] == true && !has_default);
                channels.push(row);
            }
        }
        after.insert("channels", settled(channels));
        let person = &self.people[from];
        let own = [format!("merged-{}", person.id), format!("merged-{}", person.number)];
        let ids = rows(other, "former.native").iter().cloned().chain(own.map(Json::from));
        ids.for_each(|id| append(&mut after, "former.native", &id));
        after
    }

    /// Appends an event, and makes the contact what it is after it; `None` when it is deleted.
    pub(super) fn put(
        &mut self,
        by: By,
        of: usize,
        kind: &'static str,
        after: Option<Content>,
        more: impl FnOnce(&mut Event),
    ) -> u64 {
        let number = self.next_event();
        let first = self.first;
        let person = &mut self.people[of];
        if let Some(after) = &after {
            person.revision += 1;
            person.past.push(after.clone());
        }
        person.now = after;
        person.last_event = number;
        let mut event = Event {
            number,
            of,
            kind,
            revision: person.revision,
            key: by.key,
            dialect: by.dialect,
            differences: Vec::new(),
            held_back: Vec::new(),
            deleted: None,
            merged: Vec::new(),
            undoes: None,
            first,
        };
        more(&mut event);
        self.events.push(event);
        number
    }

    /// Gives something that the model had made up an id for the one that it has.
    pub(super) fn learn(&mut self, made_up: &str, id: &str) {
        let mut all: Vec<&mut Content> = Vec::new();
        for person in &mut self.people {
            if person.id == made_up {
                id.clone_into(&mut person.id);
            }
            all.extend(person.now.iter_mut().chain(&mut person.past));
        }
        for event in &mut self.events {
            all.extend(event.deleted.iter_mut().chain(event.merged.iter_mut().map(|(_, content)| content)));
            event.differences.iter_mut().for_each(|(_, before, after)| {
                rename(before, made_up, id);
                rename(after, made_up, id);
            });
        }
        all.into_iter().flat_map(|content| content.values_mut()).for_each(|json| rename(json, made_up, id));
    }
}

fn rename(json: &mut Json, made_up: &str, id: &str) {
    match json {
        Json::String(text) if text.contains(made_up) => *text = text.replace(made_up, id),
        Json::Array(rows) => rows.iter_mut().for_each(|row| rename(row, made_up, id)),
        Json::Object(members) => members.values_mut().for_each(|value| rename(value, made_up, id)),
        _ => {}
    }
}
