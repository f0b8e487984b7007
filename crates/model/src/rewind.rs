//! A contact as it was: its events taken back from what it is now, newest first.

use std::collections::HashMap;

use crate::{Contact, Event, EventKind, Json, Member, difference};

/// A contact on the way back along its events. Only the oldest state of each member counts, so however many events are
/// taken back, each member is set once.
#[derive(Debug)]
pub struct Rewind {
    state: State,
    before: HashMap<Member, Json>,
}

/// What a contact is at a point of its history.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// There.
    Living(Box<Contact>),
    /// Deleted.
    Deleted,
    /// Not made yet.
    Unmade,
}

impl Rewind {
    /// The end of the way: the contact as it is, or `None` when it was deleted.
    pub fn from_present(contact: Option<Contact>) -> Self {
        let state = contact.map_or(State::Deleted, |contact| State::Living(Box::new(contact)));
        Self { state, before: HashMap::new() }
    }

    /// Takes back the last event that was not taken back yet.
    pub fn take_back(&mut self, event: &Event) {
        match event.kind {
            EventKind::Created => self.state = State::Unmade,
            EventKind::Restored => self.state = State::Deleted,
            EventKind::Updated => {
                let before = event.differences.iter().map(|each| (each.member.clone(), each.before.clone()));
                self.before.extend(before);
            }
            EventKind::Deleted => {
                if let Some(contact) = event.deleted.as_ref().and_then(|deleted| deleted.contact()) {
                    self.state = State::Living(Box::new(contact.clone()));
                    self.before.clear();
                }
            }
        }
    }

    /// What the contact was just after this event, the last that was not taken back. A contact's `updated_at` is then the
    /// time of the event.
    ///
    /// # Errors
    /// When what an event says of a member is no value that it can have.
    pub fn just_after(self, event: &Event) -> serde_json::Result<State> {
        let State::Living(mut contact) = self.state else { return Ok(self.state) };
        for (member, before) in &self.before {
            difference::put(&mut contact, member, before)?;
        }
        if contact.revision != event.revision {
            contact.revision = event.revision;
            contact.updated_at = event.at;
        }
        Ok(State::Living(contact))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        Actor, ContactId, Deleted, Dialect, RecordKind, TagId, Text, Timestamp, difference::differences,
    };

    /// A contact's states and the events between them, oldest first.
    struct Life {
        events: Vec<Event>,
        now: Option<Contact>,
    }

    impl Life {
        fn begin() -> Self {
            Self { events: Vec::new(), now: None }
        }

        fn become_(&mut self, kind: EventKind, edit: impl FnOnce(&mut Contact)) -> Option<Contact> {
            let last = self.events.last().and_then(|event| event.deleted.as_ref()?.contact().cloned());
            let blank = || Contact::blank(ContactId(Uuid::from_u128(1)), 1, Timestamp::from_millis(0));
            let before = self.now.clone().or(last).unwrap_or_else(blank);
            let mut after = before.clone();
            let at = Timestamp::from_millis(10 * (self.events.len() as i64 + 1));
            let deleted = (kind == EventKind::Deleted).then(|| Deleted::Contact(Box::new(before.clone())));
            if deleted.is_none() {
                edit(&mut after);
                after.revision += 1;
                after.updated_at = at;
            }
            self.events.push(Event {
                subject: RecordKind::Contact,
                record: after.id.0,
                kind,
                revision: after.revision,
                at,
                number: None,
                actor: Actor { key: None, dialect: Dialect::Native, request_id: None },
                differences: differences(&before, &after),
                deleted: deleted.clone(),
                merged: Vec::new(),
                held_back: Vec::new(),
                undoes: None,
                part: None,
                previous: None,
            });
            self.now = deleted.is_none().then_some(after);
            self.now.clone()
        }
    }

    #[test]
    fn every_state_is_reached_from_the_last() {
        let mut life = Life::begin();
        let mut states = vec![
            life.become_(EventKind::Created, |contact| contact.name.full = Some("Jane".into())),
            life.become_(EventKind::Updated, |contact| contact.city = Some("Rome".into())),
            life.become_(EventKind::Updated, |contact| {
                contact.city = None;
                contact.tags = vec![TagId(Uuid::from_u128(7))];
            }),
            life.become_(EventKind::Deleted, |_| {}),
            life.become_(EventKind::Restored, |_| {}),
            life.become_(EventKind::Updated, |contact| contact.city = Some(Text::from("Oslo"))),
            life.become_(EventKind::Updated, |contact| contact.tags.clear()),
            life.become_(EventKind::Deleted, |_| {}),
        ];
        while let Some(last) = states.pop() {
            for (n, state) in states.iter().chain([&last]).enumerate() {
                let mut rewind = Rewind::from_present(last.clone());
                life.events[n + 1..].iter().rev().for_each(|event| rewind.take_back(event));
                let expected =
                    state.clone().map_or(State::Deleted, |contact| State::Living(Box::new(contact)));
                assert_eq!(rewind.just_after(&life.events[n]).unwrap(), expected, "after {n}");
            }
            let mut rewind = Rewind::from_present(last);
            life.events.iter().rev().for_each(|event| rewind.take_back(event));
            assert_eq!(rewind.just_after(&life.events[0]).unwrap(), State::Unmade);
            life.events.pop();
        }
    }
}
