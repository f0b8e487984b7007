//! Taking a difference back, also from a list that moved on since.

use super::rows::{self, find, is_list, key_of, position};
use super::{Difference, get, put};
use crate::{Contact, Json, OnConflict, ViolationKind};

/// Sets a member of a contact back to its state before a difference.
pub(crate) fn revert(
    contact: &mut Contact,
    difference: &Difference,
    on_conflict: OnConflict,
) -> Result<(), ViolationKind> {
    let current = get(contact, &difference.member);
    let Some(target) = target(&current, difference, on_conflict)? else { return Ok(()) };
    put(contact, &difference.member, &target).map_err(|fault| ViolationKind::Unusable(fault.to_string()))
}

/// What a member becomes when a difference is taken back; `None` when it stays. A member that was changed again since
/// is a conflict, except that of sets and channels only what the difference did is taken back.
pub(super) fn target(
    current: &Json,
    difference: &Difference,
    on_conflict: OnConflict,
) -> Result<Option<Json>, ViolationKind> {
    let Difference { member, before, after } = difference;
    if current == before {
        return Ok(None);
    }
    let merged = || is_list(member).then(|| take_back([current, before, after], on_conflict)).flatten();
    if current == after {
        Ok(Some(before.clone()))
    } else if let Some(rows) = merged() {
        Ok(Some(Json::Array(rows)))
    } else {
        match on_conflict {
            OnConflict::Refuse => Err(ViolationKind::ChangedSince),
            OnConflict::Skip => Ok(None),
            OnConflict::Overwrite => Ok(Some(before.clone())),
        }
    }
}

/// Takes back, in a list that moved on, only what a difference did to it: removes what it added, adds what it
/// removed, sets back what it altered or moved. `None` when one of those rows was altered since, unless that
/// is to be overwritten.
fn take_back([current, before, after]: [&Json; 3], on_conflict: OnConflict) -> Option<Vec<Json>> {
    let (mut rows, before, after) = (rows::of(current)?.to_vec(), rows::of(before)?, rows::of(after)?);
    let is_forced = on_conflict == OnConflict::Overwrite;
    let mut restored = Vec::new();
    for key in before.iter().chain(after).map(key_of) {
        let (then, done, now) = (find(before, key), find(after, key), find(&rows, key));
        if then == done || now == then {
            continue;
        }
        if now != done && !is_forced {
            return None;
        }
        set(&mut rows, key, before);
        restored.extend(then);
    }
    let is_twin_of_restored = |row: &Json| restored.iter().any(|each| are_twins(each, row));
    if rows.iter().any(is_twin_of_restored) && !is_forced {
        return None;
    }
    rows.retain(|row| !is_twin_of_restored(row));
    reorder(&mut rows, before, after);
    Some(rows)
}

/// Makes the row with this key what it was before; one that is gone comes back behind the row it followed.
fn set(rows: &mut Vec<Json>, key: &Json, before: &[Json]) {
    let then = find(before, key);
    match (position(rows, key), then) {
        (Some(at), Some(then)) => rows.iter_mut().skip(at).take(1).for_each(|row| row.clone_from(then)),
        (Some(at), None) => drop(rows.remove(at)),
        (None, Some(then)) => {
            let earlier = before.iter().take(position(before, key).unwrap_or_default()).rev();
            let place = earlier.filter_map(|row| position(rows, key_of(row))).next();
            rows.insert(place.map_or(0, |at| at + 1), then.clone());
        }
        (None, None) => {}
    }
}

/// Sets back the order of the rows that a difference moved, unless they were moved again since.
fn reorder(rows: &mut [Json], before: &[Json], after: &[Json]) {
    let has = |list: &[Json], key: &Json| position(list, key).is_some();
    let common = |list: &[Json]| -> Vec<Json> {
        let is_common = |key: &&Json| has(before, key) && has(after, key) && has(rows, key);
        list.iter().map(key_of).filter(is_common).cloned().collect()
    };
    let (then, done, now) = (common(before), common(after), common(rows));
    if then == done || now != done {
        return;
    }
    let ordered: Vec<_> = then.iter().filter_map(|key| find(rows, key)).cloned().collect();
    let places = rows.iter_mut().filter(|row| then.contains(key_of(row)));
    places.zip(ordered).for_each(|(place, row)| *place = row);
}

/// Whether these are two channels of one kind with one value, of which a contact has only one.
fn are_twins(one: &Json, other: &Json) -> bool {
    let same = |name| one.get(name).is_some() && one.get(name) == other.get(name);
    key_of(one) != key_of(other) && same("kind") && same("value")
}
