//! The merge patch that makes one document of another.

use model::Json;

use super::places::SETS;
use super::{Map, Patched};

/// How deep the members of a member are changed one by one; below, and everywhere else, they are replaced.
const DEPTHS: [(&str, usize); 6] =
    [("name", 1), ("birthday", 1), ("social", 1), ("values", 1), ("aliases", 1), ("extras", 2)];

/// What is added to a set and removed from it. Ids that the record has and does not show, because what they name was
/// deleted, so stay.
#[derive(Debug, PartialEq)]
pub(crate) struct SetChange {
    /// The member.
    pub(crate) name: &'static str,
    /// The ids that it loses.
    pub(crate) removed: Vec<String>,
    /// The ids that it gets, each with its place.
    pub(crate) added: Vec<(usize, String)>,
}

/// What makes `after` of `before`.
pub(super) fn patched(before: &Json, mut after: Json) -> Patched {
    let mut sets = Vec::new();
    if let (Some(before), Some(after)) = (before.as_object(), after.as_object_mut()) {
        for name in SETS {
            if let Some(change) = set_change(name, before.get(name), after.get(name)) {
                sets.push(change);
                after.insert(name.to_owned(), before.get(name).cloned().unwrap_or_default());
            }
        }
        if let (Some(Json::Array(before)), Some(Json::Array(after))) =
            (before.get("channels"), after.get_mut("channels"))
        {
            after.iter_mut().for_each(|row| forget_raw(before, row));
        }
    }
    let empty = Map::new();
    let (before, after) = (before.as_object().unwrap_or(&empty), after.as_object().unwrap_or(&empty));
    let depth = |name: &str| DEPTHS.iter().find(|(each, _)| *each == name).map_or(0, |(_, depth)| *depth);
    Patched { members: difference(before, after, &depth), sets }
}

/// The members that differ; `null` for those that are gone.
fn difference(before: &Map, after: &Map, depth: &dyn Fn(&str) -> usize) -> Map {
    let mut members = Map::new();
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        members.insert(name.clone(), Json::Null);
    }
    for (name, value) in after.iter().filter(|(name, value)| before.get(*name) != Some(value)) {
        let value = match (before.get(name), value, depth(name)) {
            (Some(Json::Object(before)), Json::Object(after), depth @ 1..) => {
                Json::Object(difference(before, after, &|_| depth - 1))
            }
            _ => value.clone(),
        };
        members.insert(name.clone(), value);
    }
    members
}

/// What changes in a set, if items are only taken away and put at its end.
fn set_change(name: &'static str, before: Option<&Json>, after: Option<&Json>) -> Option<SetChange> {
    let texts = |json: Option<&Json>| -> Option<Vec<String>> {
        json?.as_array()?.iter().map(|row| row.as_str().map(str::to_owned)).collect()
    };
    let (before, after) = (texts(before)?, texts(after)?);
    let (kept, removed): (Vec<_>, Vec<_>) = before.into_iter().partition(|id| after.contains(id));
    let added = after.strip_prefix(kept.as_slice())?;
    let added = added.iter().enumerate().map(|(n, id)| (kept.len() + n, id.clone())).collect::<Vec<_>>();
    (!removed.is_empty() || !added.is_empty()).then_some(SetChange { name, removed, added })
}

/// Takes away what a channel was written as, where its value is another now.
fn forget_raw(before: &[Json], row: &mut Json) {
    let is_same =
        |name: &str, one: &Json, other: &Json| one.get(name).is_some() && one.get(name) == other.get(name);
    let then = before.iter().find(|each| is_same("id", each, row));
    let is_other = then.is_some_and(|then| !is_same("value", then, row) && is_same("raw", then, row));
    if let Some(members) = row.as_object_mut().filter(|_| is_other) {
        members.remove("raw");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_patched_as_deep_as_it_is_merged() {
        let before = json!({
            "city": "Rome", "name": {"full": "A B", "first": "A"}, "extras": {"acquire": {"a": {"b": 1}, "c": 2}},
            "tags": ["1", "2"], "options": {"a": 1}, "lists": ["1"],
            "channels": [{"id": "x", "value": "1", "raw": "1", "label": null}],
        });
        let after = json!({
            "city": null, "name": {"full": "A B"}, "extras": {"acquire": {"a": {"d": 1}, "c": 2}},
            "tags": ["2", "3"], "options": {"b": 1}, "lists": ["0", "1"],
            "channels": [{"id": "x", "value": "2", "raw": "1", "label": null}],
        });
        let patched = patched(&before, after);
        let expected = json!({
            "city": null, "name": {"first": null}, "extras": {"acquire": {"a": {"d": 1}}},
            "options": {"b": 1}, "lists": ["0", "1"],
            "channels": [{"id": "x", "value": "2", "label": null}],
        });
        assert_eq!(Json::Object(patched.members), expected);
        let tags =
            SetChange { name: "tags", removed: vec!["1".to_owned()], added: vec![(1, "3".to_owned())] };
        assert_eq!(patched.sets, [tags]);
    }
}
