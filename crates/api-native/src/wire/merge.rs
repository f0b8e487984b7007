//! Merging contacts: what a client says about it, and what came of it.

use api_kit::words::{DifferenceBody, Shown, difference};
use api_kit::{Body, decode};
use app::{Merge, MergeChoice, Undone, Written};
use model::{Catalog, Change, ContactId, Dialect, Json, Member, Precondition, Ref, Rejection, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::ContactBody;

/// What a client wants merged.
pub(crate) struct Asked {
    from: Vec<(String, Ref)>,
    choices: Vec<MergeChoice>,
    /// Whether it only wants to see what would come of it.
    pub(crate) is_preview: bool,
}

impl Asked {
    /// The merge into a contact.
    pub(crate) fn merge(&self, into: Ref, precondition: Option<Box<Precondition>>) -> Merge {
        Merge { into, from: self.from.clone(), choices: self.choices.clone(), precondition }
    }
}

/// Reads `{"contacts": [ID…], "choices": {MEMBER: ID…}, "preview": FLAG}`.
pub(crate) fn decode_merge(body: Body, catalog: &Catalog) -> Result<Asked, Rejection> {
    let mut noted = Change::default();
    let members = body.object(&mut noted);
    let asked = read_merge(&members, &["preview"], catalog, &mut noted);
    if noted.violations.is_empty() { Ok(asked) } else { Err(Rejection { violations: noted.violations }) }
}

/// Reads the members of a merge; those with these names may be there, too.
pub(crate) fn read_merge(
    members: &serde_json::Map<String, Json>,
    others: &[&str],
    catalog: &Catalog,
    noted: &mut Change,
) -> Asked {
    let mut asked = Asked { from: Vec::new(), choices: Vec::new(), is_preview: false };
    if !members.contains_key("contacts") {
        noted.refuse("contacts", ViolationKind::Missing);
    }
    for (name, json) in members {
        match name.as_str() {
            "contacts" => match decode::array(json) {
                Ok([]) => noted.refuse(name, ViolationKind::Blank),
                Ok(rows) => asked.from = contacts(rows, noted),
                Err(kind) => noted.refuse(name, kind),
            },
            "choices" => match decode::object(json) {
                Ok(members) => asked.choices = choices(members, catalog, noted),
                Err(kind) => noted.refuse(name, kind),
            },
            "preview" if others.contains(&"preview") => match decode::boolean(json) {
                Ok(flag) => asked.is_preview = flag,
                Err(kind) => noted.refuse(name, kind),
            },
            name if others.contains(&name) => {}
            _ => noted.refuse(name, ViolationKind::UnknownMember),
        }
    }
    asked
}

fn contacts(rows: &[Json], noted: &mut Change) -> Vec<(String, Ref)> {
    let mut named = Vec::with_capacity(rows.len());
    for (n, row) in rows.iter().enumerate() {
        let at = format!("contacts.{n}");
        match decode::text(row) {
            Ok(text) => named.push((at, Ref::uuid(Dialect::Native, text))),
            Err(kind) => noted.refuse(at, kind),
        }
    }
    named
}

fn choices(
    members: &serde_json::Map<String, Json>,
    catalog: &Catalog,
    noted: &mut Change,
) -> Vec<MergeChoice> {
    let mut choices = Vec::with_capacity(members.len());
    for (name, json) in members {
        let at = format!("choices.{name}");
        match (choosable(name, catalog), decode::text(json)) {
            (Ok(members), Ok(text)) => {
                choices.push(MergeChoice { at, members, of: Ref::uuid(Dialect::Native, text) });
            }
            (Err(kind), _) | (_, Err(kind)) => noted.refuse(at, kind),
        }
    }
    choices
}

/// The members that one word of a choice means. Sets and channels are put together, never chosen; that somebody refused
/// messages or is blocked is kept.
fn choosable(name: &str, catalog: &Catalog) -> Result<Vec<Member>, ViolationKind> {
    use Member::{
        AssignedTeam, AssignedUser, BirthdayDay, BirthdayMonth, BirthdayYear, City, ClosedAt, Confirmed,
        Country, Description, Extra, ImageUrl, JobTitle, Location, NameFirst, NameFull, NameLast, Remarks,
        Salutation, Social, Starred, State, Value, WebsiteUrl,
    };
    match name {
        "name" => return Ok(vec![NameFull, NameFirst, NameLast]),
        "birthday" => return Ok(vec![BirthdayDay, BirthdayMonth, BirthdayYear]),
        _ => {}
    }
    if let Some(key) = name.strip_prefix("values.") {
        let field = catalog.custom_fields().find(|field| field.key == key);
        let field = field.ok_or_else(|| ViolationKind::UnknownField(key.to_owned()))?;
        return Ok(vec![Value(field.id)]);
    }
    match name.parse() {
        Ok(
            member @ (Salutation | JobTitle | Description | Remarks | Location | City | State | Country
            | WebsiteUrl | ImageUrl | Starred | Confirmed | ClosedAt | AssignedUser | AssignedTeam
            | Social(_) | Extra(..)),
        ) => Ok(vec![member]),
        Ok(Member::Other(_)) | Err(_) => Err(ViolationKind::UnknownMember),
        Ok(_) => Err(ViolationKind::Immutable),
    }
}

/// Reads `{"contact": ID}`; the body may be empty.
pub(crate) fn decode_unmerge(body: Body) -> Result<Option<Ref>, Rejection> {
    let mut noted = Change::default();
    let mut other = None;
    for (name, json) in body.object(&mut noted) {
        match (name.as_str(), decode::text(&json)) {
            ("contact", Ok(text)) => other = Some(Ref::uuid(Dialect::Native, text)),
            ("contact", Err(kind)) => noted.refuse(name, kind),
            _ => noted.refuse(name, ViolationKind::UnknownMember),
        }
    }
    if noted.violations.is_empty() { Ok(other) } else { Err(Rejection { violations: noted.violations }) }
}

/// What a merge made, or would make, of the contact that stays.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Merged")]
pub(crate) struct MergedBody<'a> {
    change: Option<u64>,
    contact: ContactBody<'a>,
    differences: Vec<DifferenceBody>,
    /// The ids of the contacts that are deleted with it, which lead to the one that stays.
    deleted: Vec<Shown<ContactId>>,
}

impl<'a> MergedBody<'a> {
    /// A merge; without a change, one that was not carried out.
    pub(crate) fn new(change: Option<u64>, merged: &'a Written) -> Self {
        let Written { view, differences, .. } = merged;
        let shown = |each| difference(each, &view.catalog);
        Self {
            change,
            contact: ContactBody::new(&view.contact, &view.catalog),
            differences: differences.iter().map(shown).collect(),
            deleted: merged.merged.iter().map(|id| Shown(*id)).collect(),
        }
    }
}

/// What taking a merge apart made of the contacts.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Unmerged")]
pub(crate) struct UnmergedBody<'a> {
    change: Option<u64>,
    contact: Option<ContactBody<'a>>,
    restored: Vec<ContactBody<'a>>,
}

impl<'a> UnmergedBody<'a> {
    /// Contacts that are apart again.
    pub(crate) fn new(apart: &'a Undone) -> Self {
        let body = |contact| ContactBody::new(contact, &apart.catalog);
        Self {
            change: apart.change,
            contact: apart.contact.as_deref().map(body),
            restored: apart.restored.iter().map(|contact| body(contact)).collect(),
        }
    }
}
