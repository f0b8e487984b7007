//! Differences of records as JSON documents, for records that have no members of their own here.

use std::collections::BTreeSet;

use super::revert::target;
use super::{Difference, Member};
use crate::{Json, OnConflict, Rejection, Violation};

/// Into how many parts the path of a member is split that begins with this name: a part a level.
fn depth(name: &str) -> usize {
    match name {
        "values" | "aliases" | "social" | "quotas" => 2,
        "extras" => 3,
        _ => 1,
    }
}

/// The members that differ between two documents, but for those that are named; `null` is an empty document.
pub fn document_differences(before: &Json, after: &Json, apart: &[&str]) -> Vec<Difference> {
    let mut paths = BTreeSet::new();
    for document in [before, after] {
        for (name, value) in document.as_object().into_iter().flatten() {
            if !apart.contains(&name.as_str()) {
                collect(name.clone(), value, depth(name), &mut paths);
            }
        }
    }
    let differs = |path: String| {
        let (before, after) = (at(before, &path), at(after, &path));
        if before == after {
            return None;
        }
        let member = path.parse().unwrap_or(Member::Other(path));
        Some(Difference { member, before, after })
    };
    paths.into_iter().filter_map(differs).collect()
}

/// Takes differences back in a document.
///
/// # Errors
/// Every member that was changed again since, if that is to be refused.
pub fn revert_document(
    document: &mut Json,
    differences: &[Difference],
    on_conflict: OnConflict,
) -> Result<(), Rejection> {
    let mut violations = Vec::new();
    for difference in differences {
        let path = difference.member.to_string();
        match target(&at(document, &path), difference, on_conflict) {
            Ok(Some(value)) => set(document, &path, value),
            Ok(None) => {}
            Err(kind) => violations.push(Violation::new(path, kind)),
        }
    }
    if violations.is_empty() { Ok(()) } else { Err(Rejection { violations }) }
}

fn collect(path: String, value: &Json, levels: usize, paths: &mut BTreeSet<String>) {
    match value.as_object().filter(|_| levels > 1) {
        Some(members) => {
            for (name, value) in members {
                collect(format!("{path}.{name}"), value, levels - 1, paths);
            }
        }
        None => drop(paths.insert(path)),
    }
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    let name = path.split('.').next().unwrap_or_default();
    path.splitn(depth(name), '.')
}

/// The member at a path; `null` when it is empty.
fn at(document: &Json, path: &str) -> Json {
    let found = parts(path).try_fold(document, |value, part| value.get(part));
    match found {
        Some(Json::Array(rows)) if rows.is_empty() => Json::Null,
        Some(value) => value.clone(),
        None => Json::Null,
    }
}

/// Sets the member at a path; `null` and an empty list remove it, and what is empty without it.
fn set(document: &mut Json, path: &str, value: Json) {
    let parts: Vec<_> = parts(path).collect();
    set_part(document, &parts, value);
}

fn set_part(value: &mut Json, parts: &[&str], new: Json) {
    let Some((part, rest)) = parts.split_first() else {
        *value = new;
        return;
    };
    if !value.is_object() {
        *value = Json::Object(serde_json::Map::new());
    }
    if let Some(members) = value.as_object_mut() {
        let member = members.entry((*part).to_owned()).or_insert(Json::Null);
        set_part(member, rest, new);
        let is_empty = match &*member {
            Json::Null => true,
            Json::Array(rows) => rows.is_empty(),
            Json::Object(inner) => inner.is_empty() && !rest.is_empty(),
            _ => false,
        };
        if is_empty {
            members.remove(*part);
        }
    }
}
