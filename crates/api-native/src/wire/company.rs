//! Links of a contact to companies.

use api_kit::decode;
use model::{Change, CompanyWrite, Dialect, Edit, Json, Ref, Set, ViolationKind, limits, value};

use super::patch::items;

/// Makes the companies those of an array: `id`, and what is to be said about the link; what is left out is
/// empty, and `active` is true.
pub(super) fn decode_companies(json: &Json, change: &mut Change) {
    let Some(rows) = items(json, "companies", change) else { return };
    let mut writes: Vec<CompanyWrite> = Vec::with_capacity(rows.len());
    for (n, row) in rows.iter().enumerate() {
        let at = format!("companies.{n}");
        let write = match decode::object(row) {
            Ok(members) => company(&at, members, change),
            Err(kind) => {
                change.refuse(at, kind);
                continue;
            }
        };
        let Some(write) = write else { continue };
        // The two could say different things, and one of them would be lost.
        if writes.iter().any(|each| each.company == write.company) {
            change.refuse(format!("{at}.id"), ViolationKind::Duplicate);
        }
        writes.push(write);
    }
    change.push("companies", Edit::Companies(Set::replace(writes)));
}

fn company(at: &str, members: &serde_json::Map<String, Json>, change: &mut Change) -> Option<CompanyWrite> {
    let mut write = CompanyWrite {
        at: format!("{at}.id"),
        company: Ref::uuid(Dialect::Native, ""),
        title: None,
        start_date: None,
        active: None,
    };
    let mut has_id = false;
    for (name, json) in members {
        let read = match name.as_str() {
            "id" => decode::text(json).map(|id| {
                write.company = Ref::uuid(Dialect::Native, id);
                has_id = true;
            }),
            "title" => title(json).map(|title| write.title = Some(title)),
            "start_date" => date(json).map(|date| write.start_date = Some(date)),
            "active" => decode::boolean(json).map(|flag| write.active = Some(flag)),
            _ => Err(ViolationKind::UnknownMember),
        };
        if let Err(kind) = read {
            change.refuse(format!("{at}.{name}"), kind);
        }
    }
    if !members.contains_key("id") {
        change.refuse(format!("{at}.id"), ViolationKind::Missing);
    }
    has_id.then_some(write)
}

fn title(json: &Json) -> Result<Option<String>, ViolationKind> {
    let title = decode::nullable_text(json)?;
    let max = limits::SHORT_TEXT_CHARS;
    if title.is_some_and(|title| title.chars().count() > max) {
        return Err(ViolationKind::TooLong { max, unit: "characters" });
    }
    Ok(title.map(str::to_owned))
}

fn date(json: &Json) -> Result<Option<String>, ViolationKind> {
    let Some(date) = decode::nullable_text(json)? else { return Ok(None) };
    value::date(date)?;
    Ok(Some(date.to_owned()))
}
