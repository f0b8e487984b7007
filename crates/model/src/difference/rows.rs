//! Members that are lists of rows: what identifies a row, and which rows differ.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Member;
use crate::Json;

/// A row that differs: what identifies it, its JSON before and after, `null` where it is not there.
pub(crate) type Changed<'a> = (String, &'a Json, &'a Json);

/// The rows that differ between two states of a member; `None` when it is no list of rows.
pub(crate) fn changed<'a>(member: &Member, before: &'a Json, after: &'a Json) -> Option<Vec<Changed<'a>>> {
    let (before, after) = (of(before)?, of(after)?);
    if !is_list(member) {
        return None;
    }
    let mut both: BTreeMap<Cow<'a, str>, (&Json, &Json)> = BTreeMap::new();
    for row in before {
        both.insert(text_of(key_of(row)), (row, &Json::Null));
    }
    for row in after {
        both.entry(text_of(key_of(row))).or_insert((&Json::Null, &Json::Null)).1 = row;
    }
    let differs = |(then, now): &(&Json, &Json)| then != now;
    let rows = both.into_iter().filter(|(_, row)| differs(row));
    Some(rows.map(|(key, (then, now))| (key.into_owned(), then, now)).collect())
}

fn text_of(key: &Json) -> Cow<'_, str> {
    key.as_str().map_or_else(|| Cow::Owned(key.to_string()), Cow::Borrowed)
}

/// Whether the member is a list of rows that are changed one by one.
pub(super) fn is_list(member: &Member) -> bool {
    use Member::{Alias, Channels, Companies, Former, Lists, Notes, Other, Tags};
    matches!(member, Channels | Companies | Tags | Lists | Notes | Alias(_) | Former(_) | Other(_))
}

/// The rows of a list, which is `null` when it is empty; `None` when it is none.
pub(super) fn of(list: &Json) -> Option<&[Json]> {
    match list {
        Json::Null => Some(&[]),
        Json::Array(rows) => Some(rows),
        _ => None,
    }
}

pub(super) fn position(rows: &[Json], key: &Json) -> Option<usize> {
    rows.iter().position(|row| key_of(row) == key)
}

pub(super) fn find<'a>(rows: &'a [Json], key: &Json) -> Option<&'a Json> {
    rows.iter().find(|row| key_of(row) == key)
}

/// What identifies a row of a list: its `id`, else the row itself.
pub(super) fn key_of(row: &Json) -> &Json {
    row.get("id").unwrap_or(row)
}
