//! API keys: list, get, create, update, rotate, revoke, their history, and undo. For keys with the scope `admin`, of the
//! workspaces that they open.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use api_kit::{Answer, Body, Call, decode, json, with_tag};
use app::{
    Compat, IssuedKey, Key, KeyRequest, Missing, Period, Rate, Revisions, Scope, Workspace, WorkspaceNumber,
};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use model::{Dialect, Json, KeyId, Native, OnHeldBack, Ref, Rejection, Rule, ViolationKind, WorkspaceId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::media::Document;
use crate::members::{Members, Purpose, Source};
use crate::resource::{members_of, to_json};
use crate::revisions::{self, Names, RevisionsBody};
use crate::wire::{self, Instant, Shown};
use crate::{Error, NativeApi, page};

/// What a client does not choose.
pub(crate) const FIXED: [&str; 5] = ["id", "revision", "created_at", "revoked_at", "used_at"];

/// How long the old secret works at most after a rotation: 30 days.
pub(crate) const OVERLAP_MAX: u64 = 30 * 24 * 3600;

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Keys")]
pub(crate) struct KeysBody<'a> {
    keys: Vec<KeyBody<'a>>,
}

/// A key; its secret only where it was just made.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Key")]
pub(crate) struct KeyBody<'a> {
    id: Shown<KeyId>,
    revision: u64,
    name: &'a str,
    workspaces: Vec<Shown<WorkspaceId>>,
    #[schemars(with = "Vec<String>")]
    scopes: &'a [Scope],
    #[schemars(with = "Vec<String>")]
    dialects: &'a [Dialect],
    #[schemars(with = "Option<String>")]
    compat: Option<Compat>,
    strict: Option<bool>,
    #[schemars(with = "BTreeMap<String, String>")]
    policy: BTreeMap<&'a str, Rule>,
    #[schemars(with = "String")]
    on_held_back: OnHeldBack,
    demand_version: bool,
    #[schemars(schema_with = "crate::schema::rate")]
    rate: Option<Rate>,
    created_at: Instant,
    expires_at: Option<Instant>,
    revoked_at: Option<Instant>,
    used_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
}

impl<'a> KeyBody<'a> {
    fn new(key: &'a Key, workspaces: &[Workspace]) -> Self {
        let id = |number: &WorkspaceNumber| {
            workspaces.iter().find(|each| each.number == *number).map(|each| Shown(each.id))
        };
        let policy = key.policy.as_deref();
        let rules = policy.into_iter().flat_map(|policy| &policy.rules);
        Self {
            id: Shown(key.id),
            revision: key.revision,
            name: &key.name,
            workspaces: key.workspaces.iter().filter_map(id).collect(),
            scopes: &key.scopes,
            dialects: &key.dialects,
            compat: key.compat,
            strict: key.strict,
            policy: rules.map(|(path, rule)| (path.as_str(), *rule)).collect(),
            on_held_back: policy.map(|policy| policy.on_held_back).unwrap_or_default(),
            demand_version: key.demand_version,
            rate: key.rate,
            created_at: Instant(key.created_at),
            expires_at: key.expires_at.map(Instant),
            revoked_at: key.revoked_at.map(Instant),
            used_at: key.used_at.map(Instant),
            secret: None,
        }
    }
}

pub(crate) async fn list(call: Call<NativeApi>) -> Answer<NativeApi> {
    let keys = call.app.list_keys(Some(&call.caller)).await?;
    let workspaces = call.app.list_workspaces().await?;
    let keys = keys.iter().map(|key| KeyBody::new(key, &workspaces)).collect();
    Ok(json(StatusCode::OK, &KeysBody { keys }))
}

pub(crate) async fn get(call: Call<NativeApi>) -> Answer<NativeApi> {
    let key = call.app.get_key(Some(&call.caller), id(&call)?).await?;
    let workspaces = call.app.list_workspaces().await?;
    call.shown(key.revision, || json(StatusCode::OK, &KeyBody::new(&key, &workspaces)))
}

/// The answer is the only one that shows the secret.
pub(crate) async fn create(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let mut request = KeyRequest::default();
    let patch = members_of(body)?;
    let source = Source { fresh_id: &|| call.app.fresh_id(), now: call.app.now() };
    write(Members::new(&patch, Purpose::Create, &source), &mut request).map_err(app::Error::Rejected)?;
    let issued = call.app.create_key(Some(&call.caller), request).await?;
    let mut answer = issued_answer(&call, StatusCode::CREATED, &issued).await?;
    if let Ok(location) = HeaderValue::try_from(format!("/api/v1/keys/{}", issued.key.id)) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    Ok(answer)
}

pub(crate) async fn update(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let (id, precondition) = (id(&call)?, call.precondition());
    // A key that is not there is not found, whatever the patch says.
    let before = call.app.get_key(Some(&call.caller), id).await?;
    let workspaces = call.app.list_workspaces().await?;
    let shown = to_json(&KeyBody::new(&before, &workspaces));
    let patch = members_of(body)?;
    let source = Source { fresh_id: &|| call.app.fresh_id(), now: call.app.now() };
    let changed = call.app.update_key(Some(&call.caller), (id, &precondition), |request| {
        let mut members = Members::new(&patch, Purpose::Update, &source);
        for name in FIXED {
            members.fixed(name, &shown.get(name));
        }
        write(members, request)
    });
    let changed = changed.await?;
    Ok(with_tag(changed.revision, json(StatusCode::OK, &KeyBody::new(&changed, &workspaces))))
}

/// `POST /keys/{id}/rotate` with `overlap`, in seconds: how long the old secret still works.
pub(crate) async fn rotate(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let id = id(&call)?;
    let patch = if matches!(body, Body::Empty) { serde_json::Map::new() } else { members_of(body)? };
    let source = Source { fresh_id: &|| call.app.fresh_id(), now: call.app.now() };
    let mut members = Members::new(&patch, Purpose::Create, &source);
    let overlap = members.read("overlap", |json| bounded_integer(json, 0, OVERLAP_MAX)).unwrap_or(0);
    members.finish().map_err(app::Error::Rejected)?;
    let key = (id, &call.precondition());
    let issued = call.app.rotate_key(Some(&call.caller), key, Duration::from_secs(overlap)).await?;
    issued_answer(&call, StatusCode::OK, &issued).await
}

/// `DELETE /keys/{id}` revokes; the key is still listed, with the time.
pub(crate) async fn revoke(call: Call<NativeApi>) -> Answer<NativeApi> {
    call.app.revoke_key(Some(&call.caller), (id(&call)?, &call.precondition())).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(crate) async fn history(call: Call<NativeApi>) -> Answer<NativeApi> {
    let (limit, before) = (page::limit(&call.query)?, page::before(&call.query)?);
    let history = call.app.key_history(Some(&call.caller), id(&call)?, before, limit).await?;
    let (names, workspaces) = (Names::of(&call).await?, call.app.workspaces_of(&call.caller).await?);
    let show = |key: &Key| to_json(&KeyBody::new(key, &workspaces));
    Ok(json(StatusCode::OK, &RevisionsBody::new(&history, &names, show)))
}

/// The changes of a key, one JSON text each.
pub(crate) fn changes(history: &Revisions<Key>, keys: Vec<Key>, workspaces: &[Workspace]) -> Vec<String> {
    let show = |key: &Key| to_json(&KeyBody::new(key, workspaces));
    RevisionsBody::new(history, &Names::from(keys), show).lines()
}

/// `POST /keys/{id}/history/{revision}/undo`: what the change changed becomes what it was before.
pub(crate) async fn undo(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let (id, revision) = (id(&call)?, revisions::revision(&call)?);
    let on_conflict = wire::decode_undo(body).map_err(app::Error::Rejected)?;
    let (caller, precondition) = (Some(&call.caller), call.precondition());
    let undone = call.app.undo_key_change(caller, (id, &precondition), revision, on_conflict).await;
    let workspaces = call.app.workspaces_of(&call.caller).await?;
    match undone {
        Ok(key) => Ok(with_tag(key.revision, json(StatusCode::OK, &KeyBody::new(&key, &workspaces)))),
        Err(refused @ app::Error::Rejected(_)) => {
            let history = call.app.key_history(caller, id, None, page::LIMIT_MAX).await?;
            let show = |key: &Key| to_json(&KeyBody::new(key, &workspaces));
            let names = Names::of(&call).await?;
            Err(revisions::not_undone(refused, (revision, &history), &names, show))
        }
        Err(refused) => Err(refused.into()),
    }
}

async fn issued_answer(call: &Call<NativeApi>, status: StatusCode, issued: &IssuedKey) -> Answer<NativeApi> {
    let workspaces = call.app.list_workspaces().await?;
    let body = KeyBody { secret: Some(&issued.secret), ..KeyBody::new(&issued.key, &workspaces) };
    let mut answer = with_tag(issued.key.revision, json(status, &body));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// The key that the path names.
fn id(call: &Call<NativeApi>) -> Result<KeyId, Error> {
    match Ref::uuid(Dialect::Native, call.param("id")).native {
        Some(Native::Uuid(id)) => Ok(KeyId(id)),
        _ => Err(app::Error::NotFound(Missing::Key).into()),
    }
}

/// Writes the members of a patch.
fn write(mut members: Members<'_>, request: &mut KeyRequest) -> Result<(), Rejection> {
    members.loose_text("name", &mut request.name);
    members.require("workspaces");
    if let Some(workspaces) =
        members.read("workspaces", |json| texts(json, |text| Some(text.to_owned()), &[]))
    {
        request.workspaces = workspaces;
    }
    let scopes = [Scope::Read, Scope::Write, Scope::Admin].map(Scope::as_str);
    if let Some(scopes) = members.read("scopes", |json| texts(json, |text| text.parse().ok(), &scopes)) {
        request.scopes = scopes;
    }
    let dialects = Dialect::ALL.map(Dialect::as_str);
    if let Some(dialects) = members.read("dialects", |json| texts(json, |text| text.parse().ok(), &dialects))
    {
        request.dialects = dialects;
    }
    let compat = [Compat::Documented, Compat::Observed].map(|compat| (compat.as_str(), Some(compat)));
    if members.has("compat") {
        nullable_word(&mut members, "compat", &compat, &mut request.compat);
    }
    if let Some(strict) = members.read("strict", |json| match json {
        Json::Null => Ok(None),
        json => decode::boolean(json).map(Some),
    }) {
        request.strict = strict;
    }
    if let Some(changes) = members.read("policy", |json| decode::object(json)) {
        rules(&mut members, changes, &mut request.policy);
    }
    let words = [OnHeldBack::Tell, OnHeldBack::Refuse].map(|word| (word.as_str(), word));
    members.word("on_held_back", &words, &mut request.on_held_back);
    members.flag("demand_version", &mut request.demand_version);
    if let Some(rate) = members.read("rate", rate) {
        request.rate = rate;
    }
    members.instant("expires_at", &mut request.expires_at);
    members.finish()
}

fn nullable_word<T: Copy>(
    members: &mut Members<'_>,
    name: &'static str,
    words: &[(&'static str, Option<T>)],
    slot: &mut Option<T>,
) {
    if members.take(name).is_some_and(Json::is_null) {
        *slot = None;
    } else {
        members.word(name, words, slot);
    }
}

/// A list that names each thing once, and something.
fn texts<T: PartialEq>(
    json: &Json,
    read: impl Fn(&str) -> Option<T>,
    known: &[&str],
) -> Result<Vec<T>, ViolationKind> {
    let mut found = Vec::new();
    for item in decode::array(json)? {
        let unknown = || ViolationKind::NotOneOf(known.iter().map(|word| (*word).to_owned()).collect());
        let item = read(decode::text(item)?).ok_or_else(unknown)?;
        if !found.contains(&item) {
            found.push(item);
        }
    }
    if found.is_empty() { Err(ViolationKind::Blank) } else { Ok(found) }
}

/// Rules of a policy: `null` takes one away.
fn rules(
    members: &mut Members<'_>,
    changes: &serde_json::Map<String, Json>,
    policy: &mut BTreeMap<String, Rule>,
) {
    for (path, json) in changes {
        let rule = match json {
            Json::Null => {
                policy.remove(path);
                continue;
            }
            json => decode::text(json).and_then(|word| {
                let words = || Rule::ALL.map(|rule| rule.as_str().to_owned()).to_vec();
                word.parse().map_err(|_| ViolationKind::NotOneOf(words()))
            }),
        };
        match rule {
            Ok(rule) => drop(policy.insert(path.clone(), rule)),
            Err(kind) => members.refuse(&format!("policy.{path}"), kind),
        }
    }
}

/// `{"requests": 10, "per": "second", "burst": 20}`; without `burst`, that of a period.
fn rate(json: &Json) -> Result<Option<Rate>, ViolationKind> {
    if json.is_null() {
        return Ok(None);
    }
    let members = decode::object(json)?;
    if members.keys().any(|name| !["requests", "per", "burst"].contains(&name.as_str())) {
        return Err(ViolationKind::WrongType("an object of requests, per and burst"));
    }
    let count = |name: &str| {
        let number = bounded_integer(members.get(name)?, 1, u64::from(u32::MAX));
        Some(number.map(|number| u32::try_from(number).ok().and_then(NonZeroU32::new)))
    };
    let requests = count("requests").transpose()?.flatten().ok_or(ViolationKind::Missing)?;
    let periods = [Period::Second, Period::Minute, Period::Hour].map(|period| period.as_str().to_owned());
    let per = decode::text(members.get("per").ok_or(ViolationKind::Missing)?)?;
    let per = per.parse().map_err(|_| ViolationKind::NotOneOf(periods.to_vec()))?;
    let burst = count("burst").transpose()?.flatten().unwrap_or(requests);
    Ok(Some(Rate { requests, per, burst }))
}

fn bounded_integer(json: &Json, min: u64, max: u64) -> Result<u64, ViolationKind> {
    let number = decode::nullable_integer(json)?.ok_or(ViolationKind::NotNullable)?;
    let range = || ViolationKind::OutOfRange {
        min: i64::try_from(min).unwrap_or(i64::MAX),
        max: i64::try_from(max).unwrap_or(i64::MAX),
    };
    u64::try_from(number).ok().filter(|number| (min..=max).contains(number)).ok_or_else(range)
}
