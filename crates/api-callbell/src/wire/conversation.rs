//! Conversations: each contact has one, with states, notes and a stage of the sales funnel.

use api_kit::Body;
use model::{
    Catalog, Change, Dialect, Edit, ItemRef, Json, Note, NoteId, Rejection, Timestamp, UserId, ViolationKind,
    limits,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::item::dashed;
use super::member::{Members, ignored_but};
use super::{FUNNEL_ID, reference};

/// The answer to a note.
pub(crate) const NOTED: Success = Success { success: true };

/// Whether an action was carried out.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Success {
    success: bool,
}

/// A message. There are none: nothing is sent or received here.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) enum Message {}

/// Closes a conversation, or opens it.
pub(crate) fn state(edit: Edit) -> Change {
    let mut change = Change::default();
    change.push("", edit);
    change
}

/// Decodes a note.
pub(crate) fn note(body: Body) -> Result<String, Rejection> {
    let mut members = Members::of(body);
    let text = members.required("text", limits::LONG_TEXT_CHARS).unwrap_or_default();
    members.check().map(|()| text)
}

/// Makes the note of a text.
pub(crate) fn made(text: &str, id: Uuid, now: Timestamp, catalog: &Catalog) -> Note {
    Note { mentions: mentions(text, catalog), ..Note::new(NoteId(id), text, now) }
}

/// The users that a text names by `@` and the first part of their address.
fn mentions(text: &str, catalog: &Catalog) -> Vec<UserId> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let words = text.split('@').skip(1).map(|rest| {
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        // A full stop ends a sentence.
        rest.get(..end).unwrap_or_default().trim_end_matches('.').to_lowercase()
    });
    let mut found = Vec::new();
    for word in words {
        let user = catalog
            .users
            .iter()
            .find(|user| user.email.split('@').next().is_some_and(|name| name.to_lowercase() == word));
        if let Some(user) = user.filter(|user| !found.contains(&user.id)) {
            found.push(user.id);
        }
    }
    found
}

/// Decodes `update_funnel`.
pub(crate) fn funnel(body: Body, catalog: &Catalog) -> Change {
    let mut change = Change::default();
    let members = body.object(&mut change);
    ignored_but("funnel_id", &members);
    match members.get("funnel_id") {
        _ if !change.violations.is_empty() => {}
        None | Some(Json::Null) => change.refuse("funnel_id", ViolationKind::Missing),
        Some(Json::String(text)) => match catalog.funnels.find(&ItemRef::Id(reference(text))) {
            Some(funnel) => {
                let id = dashed(&funnel.aliases, funnel.id.0);
                change
                    .push("funnel_id", Edit::Extra(Dialect::Callbell, FUNNEL_ID.to_owned(), Some(id.into())));
            }
            None => {
                change.refuse("funnel_id", ViolationKind::Unusable("funnel does not exist".to_owned()));
            }
        },
        Some(_) => change.refuse("funnel_id", ViolationKind::WrongType("a string")),
    }
    change
}

#[cfg(test)]
mod tests {
    use model::{Aliases, User};

    use super::*;

    #[test]
    fn names_after_an_at_sign_are_mentions() {
        let mut catalog = Catalog::default();
        for (number, email) in [(1, "john.doe@x.com"), (2, "Ann@x.com")] {
            catalog.users.push(User {
                id: UserId(Uuid::from_u128(number.into())),
                number,
                email: email.to_owned(),
                first_name: String::new(),
                last_name: String::new(),
                created_at: Timestamp::default(),
                avatar_url: None,
                admin: false,
                aliases: Aliases::default(),
            });
        }
        for (text, expected) in [
            ("Hey @john.doe, look here!", &[1][..]),
            ("@ann @JOHN.DOE. @ann", &[2, 1]),
            ("ann john.doe @ @john @nobody", &[]),
            ("", &[]),
        ] {
            let found: Vec<_> = mentions(text, &catalog).into_iter().map(|id| id.0.as_u128()).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
