//! What was done to keys and workspaces: a page of it, and what stands in the way when some of it is to be taken back.

use std::collections::{BTreeMap, BTreeSet};

use api_kit::Call;
use api_kit::words::DifferenceBody;
use app::{Cause, Key, Revised, Revisions};
use model::{Json, KeyId, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use crate::resource::to_json;
use crate::wire::{ActorBody, Instant};
use crate::{Error, NativeApi, page};

/// Members that every change has another value of.
const OF_THE_CHANGE: [&str; 3] = ["id", "revision", "used_at"];

/// A page of the changes of a key or workspace, newest first.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Revisions")]
pub(crate) struct RevisionsBody<'a> {
    changes: Vec<RevisionBody<'a>>,
    next: Option<u64>,
}

/// A change: what was done, who did it, and what differs.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Revision")]
struct RevisionBody<'a> {
    revision: u64,
    #[schemars(schema_with = "crate::schema::cause")]
    kind: Cause,
    at: Option<Instant>,
    actor: Option<ActorBody<'a>>,
    undoes: Option<u64>,
    differences: Vec<DifferenceBody>,
}

/// An edit that stands in the way of an undo.
#[derive(Serialize)]
struct LaterBody<'a> {
    member: String,
    value: Json,
    revision: u64,
    at: Option<Instant>,
    actor: Option<ActorBody<'a>>,
}

/// What the keys are called that the caller may know of.
pub(crate) struct Names(BTreeMap<KeyId, String>);

impl From<Vec<Key>> for Names {
    fn from(keys: Vec<Key>) -> Self {
        Self(keys.into_iter().map(|Key { id, name, .. }| (id, name)).collect())
    }
}

impl Names {
    /// Looks them up.
    ///
    /// # Errors
    /// What the application says.
    pub(crate) async fn of(call: &Call<NativeApi>) -> Result<Self, app::Error> {
        Ok(call.app.list_keys(Some(&call.caller)).await?.into())
    }

    fn actor<'a, T>(&'a self, revised: &'a Revised<T>) -> Option<ActorBody<'a>> {
        let actor = &revised.revision.authored.as_ref()?.actor;
        let name = actor.key.and_then(|key| self.0.get(&key));
        Some(ActorBody::of(actor).named(name.map(String::as_str)))
    }
}

impl<'a> RevisionsBody<'a> {
    /// A page, of what is shown so.
    pub(crate) fn new<T>(history: &'a Revisions<T>, names: &'a Names, show: impl Fn(&T) -> Json) -> Self {
        let change = |revised: &'a Revised<T>| RevisionBody {
            revision: revised.number,
            kind: revised.revision.cause,
            at: at(revised),
            actor: names.actor(revised),
            undoes: revised.revision.authored.as_ref().and_then(|authored| authored.undoes),
            differences: differences(revised, &show),
        };
        Self { changes: history.changes.iter().map(change).collect(), next: history.next }
    }

    /// The changes, one JSON text each.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.changes.iter().map(|change| to_json(change).to_string()).collect()
    }
}

fn at<T>(revised: &Revised<T>) -> Option<Instant> {
    revised.revision.authored.as_ref().map(|authored| Instant(authored.at))
}

/// The members that a change changed; of what was made, those that say something.
fn differences<T>(revised: &Revised<T>, show: impl Fn(&T) -> Json) -> Vec<DifferenceBody> {
    if revised.revision.cause == Cause::Known {
        return Vec::new();
    }
    let before = revised.before.as_ref().map(|before| members(&show(before))).unwrap_or_default();
    let after = members(&show(&revised.revision.state));
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |of: &BTreeMap<String, Json>, path: &String| of.get(path).cloned().unwrap_or_default();
    let all = paths
        .into_iter()
        .map(|path| DifferenceBody::new(path.clone(), value(&before, path), value(&after, path)));
    all.filter(DifferenceBody::says_something).collect()
}

/// The members of a shown key or workspace; each rule of a policy is one.
fn members(shown: &Json) -> BTreeMap<String, Json> {
    let mut members = BTreeMap::new();
    for (name, json) in shown.as_object().into_iter().flatten() {
        match json {
            _ if OF_THE_CHANGE.contains(&name.as_str()) => {}
            Json::Object(rules) if name == "policy" => {
                members.extend(rules.iter().map(|(path, rule)| (format!("policy.{path}"), rule.clone())));
            }
            json => drop(members.insert(name.clone(), json.clone())),
        }
    }
    members
}

/// The revision that the path names. What is no number names none.
pub(crate) fn revision(call: &Call<NativeApi>) -> Result<u64, app::Error> {
    page::number(call.param("revision")).ok_or(app::Error::NotFound(app::Missing::Change))
}

/// Why a change was not taken back: with the edits since that stand in the way, where some do, from the history of what
/// was to be changed.
pub(crate) fn not_undone<T>(
    refused: app::Error,
    (revision, history): (u64, &Revisions<T>),
    names: &Names,
    show: impl Fn(&T) -> Json,
) -> Error {
    let app::Error::Rejected(rejection) = refused else { return refused.into() };
    let in_the_way = |violation: &&model::Violation| violation.kind == ViolationKind::ChangedSince;
    let mut open: BTreeSet<String> =
        rejection.violations.iter().filter(in_the_way).map(|each| each.at.clone()).collect();
    let mut later = Vec::new();
    for revised in history.changes.iter().take_while(|each| each.number > revision) {
        for difference in differences(revised, &show) {
            if open.remove(difference.member()) {
                later.push(LaterBody {
                    member: difference.member().to_owned(),
                    value: difference.into_after(),
                    revision: revised.number,
                    at: at(revised),
                    actor: names.actor(revised),
                });
            }
        }
    }
    Error::changed_since(rejection, &later)
}
