//! Undo in the model: of events, of whole changes, of merges, of undos.

use model::{Json, OnConflict};

use super::content::{Content, differences, key, rows, settled, with_key};
use super::world::{By, Done, Event, Refused, World};

impl World {
    /// Takes back an event; of the first of a change, all of the change, what was done last first.
    pub(super) fn undo(&mut self, by: By, number: u64, mode: OnConflict) -> Result<Done, Refused> {
        let is_first = self.event(number).first == Some(number);
        let all = if is_first { self.taken_back_with(number) } else { vec![number] };
        self.begin(all.len());
        let mut dones = Vec::new();
        for event in all.iter().rev() {
            dones.push(self.undo_event(by, *event, mode)?);
        }
        let held_back = dones.iter().flat_map(|done| done.held_back.clone()).collect();
        let event = dones.iter().find_map(|done| done.event);
        let event = event.map(|event| self.event(event).first.unwrap_or(event));
        Ok(Done { event, held_back })
    }

    /// The events of a change that are taken back themselves: not those that belong to a merge or to its end.
    fn taken_back_with(&self, first: u64) -> Vec<u64> {
        let all: Vec<&Event> = self.events.iter().filter(|event| event.first == Some(first)).collect();
        let mut own: Vec<u64> = all.iter().map(|event| event.number).collect();
        for event in all {
            let merged = event.merged.len() as u64;
            own.retain(|each| !(event.number - merged..event.number).contains(each));
            if let Some(merge) = self.ends(event) {
                let restored = merge.merged.len() as u64;
                own.retain(|each| !(event.number + 1..=event.number + restored).contains(each));
            }
        }
        own
    }

    /// The merge that an event took apart.
    fn ends(&self, event: &Event) -> Option<&Event> {
        let undone = event.undoes.map(|undone| self.event(undone));
        undone
            .filter(|undone| !undone.merged.is_empty() && event.kind == "updated" && event.merged.is_empty())
    }

    fn undo_event(&mut self, by: By, number: u64, mode: OnConflict) -> Result<Done, Refused> {
        let event = self.event(number).clone();
        let is_last = self.people[event.of].last_event == number;
        let Some(now) = self.living(event.of) else {
            let is_merged = self.led_to(event.of).is_some();
            let deleted = event.deleted.filter(|_| is_last && !is_merged).ok_or(Refused)?;
            return Ok(self.restore(by, event.of, deleted, number));
        };
        match event.kind {
            "updated" if !event.merged.is_empty() => self.undo_merge(by, &event, mode),
            "updated" => match self.ends(&event).map(|merge| merge.merged.clone()) {
                Some(merged) => self.merge_again(by, &event, &merged, mode),
                None => self.become_(by, event.of, reverted(&now, &event, mode)?, Some(number)),
            },
            "created" | "restored" => {
                let was = match event.undoes {
                    Some(deletion) => self.event(deletion).deleted.clone(),
                    None => self.people[event.of].past.first().cloned(),
                };
                match mode {
                    _ if is_last || was.as_ref() == Some(&now) => self.delete(by, event.of, Some(number)),
                    OnConflict::Overwrite => self.delete(by, event.of, Some(number)),
                    OnConflict::Skip => Ok(Done::default()),
                    OnConflict::Refuse => Err(Refused),
                }
            }
            _ => Err(Refused),
        }
    }

    fn restore(&mut self, by: By, of: usize, content: Content, deletion: u64) -> Done {
        let event = self.put(by, of, "restored", Some(content), |event| event.undoes = Some(deletion));
        Done { event: Some(event), held_back: Vec::new() }
    }

    fn undo_merge(&mut self, by: By, event: &Event, mode: OnConflict) -> Result<Done, Refused> {
        let deletions: Vec<u64> = (event.number - event.merged.len() as u64..event.number).collect();
        for ((of, _), deletion) in event.merged.iter().zip(&deletions) {
            if self.people[*of].last_event != *deletion {
                return Err(Refused);
            }
        }
        let before = self.living(event.of).ok_or(Refused)?;
        let mut after = reverted(&before, event, mode)?;
        if !by.policy.hold(&before, &mut after, false).ok_or(Refused)?.is_empty() {
            return Err(Refused);
        }
        let keeps = |content: &Content| {
            rows(content, "former.native").iter().any(|id| rows(&after, "former.native").contains(id))
        };
        if event.merged.iter().any(|(_, content)| keeps(content)) {
            return Err(Refused);
        }
        let differences = differences(&before, &after);
        let done = self.put(by, event.of, "updated", Some(after), |made| {
            (made.differences, made.undoes) = (differences, Some(event.number));
        });
        for ((of, content), deletion) in event.merged.iter().zip(deletions) {
            self.restore(by, *of, content.clone(), deletion);
        }
        Ok(Done { event: Some(done), held_back: Vec::new() })
    }

    fn merge_again(
        &mut self,
        by: By,
        event: &Event,
        merged: &[(usize, Content)],
        mode: OnConflict,
    ) -> Result<Done, Refused> {
        let mut others = Vec::new();
        for (of, was) in merged {
            let now = self.living(*of).ok_or(Refused)?;
            if now != *was && mode != OnConflict::Overwrite {
                return Err(Refused);
            }
            others.push((*of, now));
        }
        let before = self.living(event.of).ok_or(Refused)?;
        let mut after = reverted(&before, event, mode)?;
        if !by.policy.hold(&before, &mut after, false).ok_or(Refused)?.is_empty() {
            return Err(Refused);
        }
        for (of, content) in &others {
            let person = &self.people[*of];
            let own = [format!("merged-{}", person.id), format!("merged-{}", person.number)].map(Json::from);
            let mut ids = rows(content, "former.native").iter().chain(&own);
            if !ids.all(|id| rows(&after, "former.native").contains(id)) {
                return Err(Refused);
            }
        }
        for (of, _) in &others {
            self.delete(by, *of, None)?;
        }
        let differences = differences(&before, &after);
        let done = self.put(by, event.of, "updated", Some(after), |made| {
            (made.differences, made.undoes) = (differences, Some(event.number));
            made.merged = others;
        });
        Ok(Done { event: Some(done), held_back: Vec::new() })
    }

    /// Takes the last merge into a contact apart that is not apart yet.
    pub(super) fn unmerge(&mut self, by: By, of: usize) -> Result<Done, Refused> {
        let of = self.led_to(of).ok_or(Refused)?;
        let own = |event: &&Event| event.of == of;
        let is_undone = |number| self.events.iter().filter(own).any(|event| event.undoes == Some(number));
        let is_merge = |event: &&Event| !event.merged.is_empty() && !is_undone(event.number);
        let merge = self.events.iter().filter(own).rfind(is_merge).map(|event| event.number);
        self.undo(by, merge.ok_or(Refused)?, OnConflict::Skip)
    }
}

/// A contact from which the differences of an event are taken back.
fn reverted(now: &Content, event: &Event, mode: OnConflict) -> Result<Content, Refused> {
    let mut content = now.clone();
    for (member, before, after) in &event.differences {
        let current = &now[member];
        let value = if current == before {
            continue;
        } else if current == after {
            before.clone()
        } else if let Some(rows) = taken_back([current, before, after], mode) {
            rows
        } else {
            match mode {
                OnConflict::Refuse => return Err(Refused),
                OnConflict::Skip => continue,
                OnConflict::Overwrite => before.clone(),
            }
        };
        content.insert(member, value);
    }
    let channels = rows(&content, "channels").to_vec();
    content.insert("channels", settled(channels));
    Ok(content)
}

/// A list without what a difference added, with what it took away and altered; `None` when one of these rows was altered
/// since, or its value is that of another row.
fn taken_back([current, before, after]: [&Json; 3], mode: OnConflict) -> Option<Json> {
    let (before, after) = (before.as_array()?, after.as_array()?);
    let mut list = current.as_array()?.clone();
    let mut back = Vec::new();
    for id in before.iter().chain(after).map(key) {
        let (then, done, now) = (with_key(before, id), with_key(after, id), with_key(&list, id));
        if then == done || now == then {
            continue;
        }
        if now != done && mode != OnConflict::Overwrite {
            return None;
        }
        let place = list.iter().position(|row| key(row) == id);
        match (place, then) {
            (Some(place), Some(then)) => list[place] = then.clone(),
            (Some(place), None) => drop(list.remove(place)),
            (None, Some(then)) => {
                let earlier = before.iter().take_while(|row| key(row) != id).map(key);
                let behind = earlier.filter_map(|id| list.iter().position(|row| key(row) == id)).last();
                list.insert(behind.map_or(0, |place| place + 1), then.clone());
            }
            (None, None) => {}
        }
        back.extend(then.cloned());
    }
    let is_twin = |row: &Json| {
        back.iter().any(|each| {
            key(each) != key(row)
                && row.get("value").is_some()
                && each["value"] == row["value"]
                && each["kind"] == row["kind"]
        })
    };
    if list.iter().any(is_twin) && mode != OnConflict::Overwrite {
        return None;
    }
    list.retain(|row| !is_twin(row));
    Some(Json::Array(list))
}
