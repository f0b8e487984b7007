//! Members that differ, as history and dry runs tell them.

use model::{
    Catalog, ChannelDocument, CompanyLinkDocument, Difference, Json, ListId, Member, NoteId, TagId, TeamId,
    Timestamp, UserId, ValueDocument,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ChannelBody, CompanyBody, Instant, Shown, ValueBody, shown, stored};

/// A member that differs.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Difference")]
pub struct DifferenceBody {
    member: String,
    before: Json,
    after: Json,
}

impl DifferenceBody {
    /// A member, what it was and what it is.
    pub fn new(member: String, before: Json, after: Json) -> Self {
        Self { member, before, after }
    }

    /// Its path.
    pub fn member(&self) -> &str {
        &self.member
    }

    /// Whether it is not what it was.
    pub fn says_something(&self) -> bool {
        self.before != self.after
    }

    /// What it is.
    pub fn into_after(self) -> Json {
        self.after
    }
}

/// A member that differs, as it is shown.
pub fn difference(difference: &Difference, catalog: &Catalog) -> DifferenceBody {
    let Difference { member, before, after } = difference;
    DifferenceBody {
        member: member.path(catalog),
        before: member_json(member, before, catalog),
        after: member_json(member, after, catalog),
    }
}

/// A member's JSON as it stands in the JSON of a contact, from its stored form.
pub fn member_json(member: &Member, kept: &Json, catalog: &Catalog) -> Json {
    let shown_as = match member {
        Member::CreatedAt | Member::UnconfirmedAt | Member::ClosedAt | Member::BlockedAt => {
            convert(kept, |at: Option<Timestamp>| at.map(Instant))
        }
        Member::Channels => {
            let text = kept.to_string();
            written(&text, |channels: &[ChannelDocument<'_>]| rows(channels, ChannelBody::from))
        }
        Member::Companies => {
            let text = kept.to_string();
            written(&text, |links: &[CompanyLinkDocument<'_>]| rows(links, CompanyBody::from))
        }
        Member::Tags => list(kept, |ids: &[TagId]| json(&shown(ids))),
        Member::Lists => list(kept, |ids: &[ListId]| json(&shown(ids))),
        Member::Notes => list(kept, |ids: &[NoteId]| json(&shown(ids))),
        Member::AssignedUser => convert(kept, |id: Option<UserId>| id.map(Shown)),
        Member::AssignedTeam => convert(kept, |id: Option<TeamId>| id.map(Shown)),
        Member::Alias(_) => list(kept, |texts: &[String]| json(&texts)),
        Member::Value(id) => {
            let text = kept.to_string();
            let value = serde_json::from_str::<Option<ValueDocument<'_>>>(&text).ok();
            let field = catalog.fields.get(id.0);
            value.and_then(|value| json(&value.as_ref().map(|value| ValueBody::then(value, field))))
        }
        Member::Other(name) => Some(stored::shown(name, kept)),
        _ => None,
    };
    // What cannot be read under today's catalog is shown as it is stored, rather than not at all.
    shown_as.unwrap_or_else(|| kept.clone())
}

fn convert<'s, T: Deserialize<'s>, R: Serialize>(
    stored: &'s Json,
    show: impl FnOnce(T) -> R,
) -> Option<Json> {
    serde_json::to_value(show(T::deserialize(stored).ok()?)).ok()
}

/// A list; stored differences have `null` for an empty one.
fn list<'s, T: Deserialize<'s>>(stored: &'s Json, show: impl FnOnce(&[T]) -> Option<Json>) -> Option<Json> {
    show(&Option::<Vec<T>>::deserialize(stored).ok()?.unwrap_or_default())
}

/// The same for what is shown as it is written.
fn written<'t, T: Deserialize<'t>>(text: &'t str, show: impl FnOnce(&[T]) -> Option<Json>) -> Option<Json> {
    show(&serde_json::from_str::<Option<Vec<T>>>(text).ok()?.unwrap_or_default())
}

fn rows<'r, T, B: Serialize>(rows: &'r [T], body: impl Fn(&'r T) -> B) -> Option<Json> {
    json(&rows.iter().map(body).collect::<Vec<_>>())
}

fn json(value: &impl Serialize) -> Option<Json> {
    serde_json::to_value(value).ok()
}
