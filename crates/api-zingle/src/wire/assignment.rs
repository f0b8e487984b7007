//! Whom a contact is assigned to.

use api_kit::{Body, decode};
use model::{Change, Dialect, Edit, ItemRef, Json, ViolationKind};

use super::filled;
use super::members::tell_others;

type Members = serde_json::Map<String, Json>;

/// Reads the body of a request to assign a contact: to a user or to a team, and so no longer to the other; to nobody
/// when it names neither.
pub(crate) fn decode(body: Body) -> Change {
    let mut change = Change::default();
    let members = body.object(&mut change);
    let user = named("user_id", &members, &mut change);
    let team = named("team_id", &members, &mut change);
    if user.is_some() && team.is_some() {
        let names = ["user_id", "team_id"].map(str::to_owned).to_vec();
        change.refuse("", ViolationKind::NotOneOf(names));
    }
    assign(user, team, &mut change);
    tell_others(&members, "", |name| matches!(name, "user_id" | "team_id"));
    change
}

/// The change that assigns a contact to nobody.
pub(crate) fn nobody() -> Change {
    let mut change = Change::default();
    assign(None, None, &mut change);
    change
}

fn assign(user: Option<ItemRef>, team: Option<ItemRef>, change: &mut Change) {
    change.push("user_id", Edit::AssignedUser(user));
    change.push("team_id", Edit::AssignedTeam(team));
}

/// QUIRK(zingle): the vendor's mobile client sends both members, one of them null (`ios-sdk`, `ZNGContactAssignment.m`).
/// Pinned by `assigning_to_one_ends_the_other`.
fn named(name: &str, members: &Members, change: &mut Change) -> Option<ItemRef> {
    match members.get(name).map(decode::nullable_text)? {
        Ok(text) => filled(text).map(|id| ItemRef::id_text(Dialect::Zingle, &id)),
        Err(kind) => {
            change.refuse(name, kind);
            None
        }
    }
}
