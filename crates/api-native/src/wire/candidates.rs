//! The contacts that have one key, of which each may be meant.

use api_kit::words::ChannelBody;
use app::{ContactKey, View};
use model::{Channel, Json};
use schemars::JsonSchema;
use serde::Serialize;

use super::ContactBody;
use super::channel::shown;

/// Candidates, and what is to be said of them.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Candidates")]
pub(crate) struct CandidatesBody<'a> {
    detail: &'static str,
    candidates: Vec<CandidateBody<'a>>,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Candidate")]
struct CandidateBody<'a> {
    reason: ReasonBody,
    contact: ContactBody<'a>,
}

/// Why a contact is a candidate: the member that has the key.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Reason")]
struct ReasonBody {
    member: String,
    #[schemars(with = "Option<ChannelBody<'static>>")]
    channel: Option<Json>,
}

impl<'a> CandidatesBody<'a> {
    /// These contacts.
    pub(crate) fn new(found: &'a [View], key: &'a ContactKey) -> Self {
        let candidate = |view: &'a View| CandidateBody {
            reason: ReasonBody::of(view, key),
            contact: ContactBody::new(&view.contact, &view.catalog),
        };
        Self {
            detail: "several contacts have this key, so that none is meant: name one by its id, or merge them",
            candidates: found.iter().map(candidate).collect(),
        }
    }
}

impl ReasonBody {
    fn of(view: &View, key: &ContactKey) -> Self {
        let write = match key {
            ContactKey::Alias(dialect, _) => {
                return Self { member: format!("aliases.{dialect}"), channel: None };
            }
            ContactKey::Channel(write) => write,
        };
        let channel = write.find_in(&view.contact, &view.catalog);
        let is_it = |each: &Channel| channel.is_some_and(|channel| channel.id == each.id);
        let place = view.contact.channels.iter().position(is_it).unwrap_or_default();
        Self { member: format!("channels.{place}"), channel: channel.map(shown) }
    }
}
