//! Where each value of a record comes from: which event set it last, and what was there before.

use std::collections::BTreeMap;

use crate::difference::rows;
use crate::{Difference, Event, Json, Member};

/// The origins of a record's members, gathered from its events, newest first: of what is set several times, the last
/// time counts.
#[derive(Debug, Default)]
pub struct Provenance(BTreeMap<(Member, Option<String>), Origin>);

/// Who set a member last. Of tags, lists, notes, companies, channels and ids, each item has an origin of its own, also
/// one that was taken away.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// The member.
    pub member: Member,
    /// What identifies the item of the member that it is about: its id, else its text.
    pub item: Option<String>,
    /// What the event set it to; `null` when it emptied it, or took it away.
    pub value: Json,
    /// What was there before; `null` when nothing was.
    pub previous: Json,
    /// The number of the event.
    pub change: u64,
}

impl Provenance {
    /// Learns what an event set. Events come newest first.
    pub fn learn(&mut self, change: u64, event: &Event) {
        for Difference { member, before, after } in &event.differences {
            let Some(items) = rows::changed(member, before, after) else {
                self.note(member, None, change, (before, after));
                continue;
            };
            for (item, before, after) in items {
                self.note(member, Some(item), change, (before, after));
            }
        }
    }

    /// How many members and items are known.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The origins in the order of the record's members.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.0.values()
    }

    fn note(&mut self, member: &Member, item: Option<String>, change: u64, (before, after): (&Json, &Json)) {
        self.0.entry((member.clone(), item.clone())).or_insert_with(|| Origin {
            member: member.clone(),
            item,
            value: after.clone(),
            previous: before.clone(),
            change,
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Actor, Dialect, EventKind, RecordKind, Timestamp};

    fn event(differences: &[(&str, Json, Json)]) -> Event {
        let difference = |(member, before, after): &(&str, Json, Json)| Difference {
            member: member.parse().unwrap(),
            before: before.clone(),
            after: after.clone(),
        };
        Event {
            subject: RecordKind::Contact,
            record: uuid::Uuid::nil(),
            kind: EventKind::Updated,
            revision: 1,
            at: Timestamp::from_millis(0),
            number: None,
            actor: Actor { key: None, dialect: Dialect::Native, request_id: None },
            differences: differences.iter().map(difference).collect(),
            deleted: None,
            merged: Vec::new(),
            held_back: Vec::new(),
            undoes: None,
            part: None,
            previous: None,
        }
    }

    #[test]
    fn the_last_event_that_touched_a_member_or_an_item_is_its_origin() {
        let channel = |id: &str, label: Json| json!({"id": id, "kind": "email", "label": label});
        let newest_first = [
            (
                4,
                event(&[("city", json!("Rome"), Json::Null), ("tags", json!(["a", "b"]), json!(["b", "c"]))]),
            ),
            (
                3,
                event(&[
                    ("city", json!("Oslo"), json!("Rome")),
                    ("channels", json!([channel("1", Json::Null)]), json!([channel("1", json!("work"))])),
                ]),
            ),
            (
                2,
                event(&[
                    ("tags", json!(["a"]), json!(["a", "b"])),
                    ("channels", Json::Null, json!([channel("1", Json::Null)])),
                ]),
            ),
            (1, event(&[("city", Json::Null, json!("Oslo")), ("tags", Json::Null, json!(["a"]))])),
        ];
        let mut provenance = Provenance::default();
        newest_first.iter().for_each(|(number, event)| provenance.learn(*number, event));
        let shown: Vec<_> = provenance
            .origins()
            .map(|each| {
                let item = each.item.as_deref().unwrap_or("-");
                format!("{} {item} {} <- {} in {}", each.member, each.value, each.previous, each.change)
            })
            .collect();
        assert_eq!(
            shown,
            [
                "city - null <- \"Rome\" in 4".to_owned(),
                format!("channels 1 {} <- {} in 3", channel("1", json!("work")), channel("1", Json::Null)),
                "tags a null <- \"a\" in 4".to_owned(),
                "tags b \"b\" <- null in 2".to_owned(),
                "tags c \"c\" <- null in 4".to_owned(),
            ]
        );
        assert_eq!((provenance.len(), provenance.is_empty()), (5, false));
    }
}
