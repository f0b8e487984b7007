//! Everything beside contacts: list, get, create, update, delete, history. One set of handlers for all kinds; what a kind
//! has of its own, its members and their rules, is a [`Resource`], one file each.
//!
//! Creating and updating take a JSON Merge Patch (RFC 7396). Unknown members are refused, each by its name; what a
//! client does not choose (`id`, `number`, `revision`, `created_at`, `updated_at`) may be sent back as it was read.

mod channel_type;
mod company;
mod custom_status;
mod field;
mod funnel;
mod inbox;
mod list;
mod note;
mod options;
mod presence;
mod shown;
mod subscription;
mod tag;
mod task;
mod team;
mod user;

use api_kit::{Answer, Answers, Body, Call, Problem, Query, json, with_change, with_tag};
use app::{App, Caller, Filter, Fresh, History, HistoryQuery, Missing};
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get as on_get, patch as on_patch, post as on_post};
use model::value::OnUnconvertible;
use model::{
    Aliases, Catalog, Change, ChannelType, Company, CustomStatus, Dialect, Field, Funnel, Inbox, Json, List,
    Note, Precondition, Presence, RecordKind, Ref, Rejection, Subscription, Tag, Task, Team, Timestamp, User,
    Violation, ViolationKind,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use self::shown::ListBody;
pub(crate) use self::shown::{item_json, record_json, to_json};
use crate::json_patch::{self, JsonPatch};
use crate::members::{Members, Purpose, Source};
use crate::minimal::may_be_minimal;
use crate::page::Page;
use crate::shelf::{Asked, Items, Named, One, Records, Shelf};
use crate::wire::{ChangesBody, Instant, Shown};
use crate::{Error, NativeApi, media, page};

/// A kind of record beside contacts, as this API shows it.
pub(crate) trait Resource: Clone + Send + Sync + 'static {
    /// Its word in paths, and the member of a list that has the records.
    const PLURAL: &'static str;
    /// The members that a new one must have.
    const REQUIRED: &'static [&'static str] = &["name"];
    /// How one is shown. Every member is always there.
    type Body<'a>: JsonSchema + Serialize;

    /// Its id and its number.
    fn key(&self) -> (Uuid, u64);

    /// One as it is shown.
    fn body<'a>(&'a self, context: Context<'a>) -> Self::Body<'a>;

    /// A new one, before its first patch.
    fn blank(fresh: Fresh) -> Self;

    /// Writes the members of a patch into it; those that all kinds have are read already.
    fn write(&mut self, members: &mut Members<'_>, catalog: &Catalog);

    /// The ids that vendors gave it.
    fn aliases_mut(&mut self) -> &mut Aliases;

    /// Describes what patches take beside what is shown.
    fn describe_patches(_: &mut Answers) {}

    /// Whether it may not be deleted.
    fn is_permanent(&self) -> bool {
        false
    }

    /// Which records a list shows.
    ///
    /// # Errors
    /// What is wrong with the query.
    fn filter(_: &Query, _: &Catalog) -> Result<Filter, Error> {
        Ok(Filter::All)
    }

    /// Looks up what a patch names outside the catalog. A record that is made was nothing before.
    ///
    /// # Errors
    /// [`app::Error::Rejected`] for what there is not.
    fn check_links(
        _: &App,
        _: &Caller,
        _: (Option<&Self>, &serde_json::Map<String, Json>),
    ) -> impl Future<Output = Result<(), app::Error>> + Send {
        async { Ok(()) }
    }
}

/// What is shown of a record beside what it stores.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) revision: u64,
    pub(crate) updated_at: Option<Timestamp>,
}

/// What all kinds show first.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Head {
    id: Shown<Uuid>,
    number: u64,
    revision: u64,
    created_at: Option<Instant>,
    updated_at: Option<Instant>,
}

impl Context<'_> {
    /// What all kinds show first. What never changed was last changed when it was made.
    pub(crate) fn head(&self, id: Uuid, number: u64, created_at: Option<Timestamp>) -> Head {
        Head {
            id: Shown(id),
            number,
            revision: self.revision,
            created_at: created_at.map(Instant),
            updated_at: self.updated_at.or(created_at).map(Instant),
        }
    }
}

/// What a client does not choose of any kind.
pub(crate) const FIXED: [&str; 5] = ["id", "number", "revision", "created_at", "updated_at"];

/// The routes of all kinds.
///
/// `inboxes`, not `channels`: a channel is a way to reach a contact, in this API and in all of contactd; the
/// workspace's own end of a conversation, which Callbell calls a channel, is an inbox.
pub(crate) fn routes(router: Router<App>) -> Router<App> {
    let router = shelf::<Items<Field>>(router)
        .route("/api/v1/fields/{id}/options", may_be_minimal(on_post(options::create)))
        .route(
            "/api/v1/fields/{id}/options/{option}",
            may_be_minimal(on_patch(options::update).delete(options::delete)),
        );
    let router = shelf::<Items<Tag>>(router);
    let router = shelf::<Items<List>>(router);
    let router = shelf::<Items<User>>(router);
    let router = shelf::<Items<Team>>(router);
    let router = shelf::<Items<ChannelType>>(router);
    let router = shelf::<Items<Inbox>>(router);
    let router = shelf::<Items<Funnel>>(router);
    let router = shelf::<Items<CustomStatus>>(router);
    let router = shelf::<Items<Presence>>(router);
    let router = shelf::<Items<Subscription>>(router);
    let router = shelf::<Records<Company>>(router);
    let router = shelf::<Records<Note>>(router);
    shelf::<Records<Task>>(router)
}

fn shelf<S: Shelf>(router: Router<App>) -> Router<App> {
    let all = format!("/api/v1/{}", S::Row::PLURAL);
    router
        .route(&all, on_get(list::<S>).merge(may_be_minimal(on_post(create::<S>))))
        .route(
            &format!("{all}/{{id}}"),
            on_get(get::<S>).merge(may_be_minimal(on_patch(update::<S>))).delete(delete::<S>),
        )
        .route(&format!("{all}/{{id}}/history"), on_get(history::<S>))
}

async fn list<S: Shelf>(call: Call<NativeApi>) -> Answer<NativeApi> {
    let page = Page::from_query(&call.query)?;
    let found = S::list(&call.app, &call.caller, Asked { query: &call.query, page }).await?;
    Ok(json(StatusCode::OK, &ListBody::<S>::new(&found, page)))
}

async fn get<S: Shelf>(call: Call<NativeApi>) -> Answer<NativeApi> {
    let found = S::get(&call.app, &call.caller, call.param("id")).await?;
    call.shown(found.revision, || answer::<S>(StatusCode::OK, &found))
}

async fn create<S: Shelf>(
    call: Call<NativeApi>,
    media::Document(body): media::Document,
) -> Answer<NativeApi> {
    let made = create_from::<S>(&call.app, &call.caller, body).await?;
    let mut answer = answer::<S>(StatusCode::CREATED, &made);
    let id = made.row.key().0;
    if let Ok(location) = HeaderValue::try_from(format!("/api/v1/{}/{id}", S::Row::PLURAL)) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    Ok(answer)
}

async fn update<S: Shelf>(call: Call<NativeApi>, change: media::Change) -> Answer<NativeApi> {
    let precondition = call.precondition();
    let on_unconvertible = if S::KIND == RecordKind::Field {
        on_unconvertible(&call.query)?
    } else {
        OnUnconvertible::default()
    };
    let named = Named { id: call.param("id"), precondition: &precondition, on_unconvertible };
    let written = match change {
        media::Change::Merge(body) => update_from::<S>(&call.app, &call.caller, named, body).await?,
        media::Change::Operations(body) => {
            let patch = JsonPatch::decode(body).map_err(app::Error::Rejected)?;
            patch_one::<S>(&call, named, &patch).await?
        }
    };
    Ok(answer::<S>(StatusCode::OK, &written))
}

/// What `?on_unconvertible` says of values of a field that gets another type.
fn on_unconvertible(query: &Query) -> Result<OnUnconvertible, Error> {
    let name = "on_unconvertible";
    match query.one(name)? {
        None | Some("refuse") => Ok(OnUnconvertible::Refuse),
        Some("clear") => Ok(OnUnconvertible::Clear),
        Some(_) => Err(Problem::BadQuery { name, reason: "must be refuse or clear".to_owned() }.into()),
    }
}

/// Changes a record as a JSON Patch says.
async fn patch_one<S: Shelf>(
    call: &Call<NativeApi>,
    named: Named<'_>,
    patch: &JsonPatch,
) -> Result<One<S::Row>, Error> {
    for _ in 0..json_patch::TRIES {
        if let Some(written) = try_patch::<S>(call, named, patch).await? {
            return Ok(written);
        }
    }
    Err(json_patch::never_settled())
}

/// Changes a record as a JSON Patch says, if it still is what the patch was applied to.
async fn try_patch<S: Shelf>(
    call: &Call<NativeApi>,
    named: Named<'_>,
    patch: &JsonPatch,
) -> Result<Option<One<S::Row>>, Error> {
    let found = S::get(&call.app, &call.caller, named.id).await?;
    named.precondition.check(found.revision).map_err(app::Error::Rejected)?;
    let shown = to_json(&found.row.body(S::context(&found.row, &found.catalog)));
    let body = Body::Json(Json::Object(patch.apply(&shown, &found.catalog)?.whole(&shown)));
    let named = Named { precondition: &json_patch::only(found.revision), ..named };
    json_patch::unless_moved(update_from::<S>(&call.app, &call.caller, named, body).await)
}

async fn delete<S: Shelf>(call: Call<NativeApi>) -> Answer<NativeApi> {
    let precondition = call.precondition();
    let deleted = delete_one::<S>(&call.app, &call.caller, (call.param("id"), &precondition)).await?;
    Ok(with_change(deleted.change, StatusCode::NO_CONTENT.into_response()))
}

/// Deletes a record.
pub(crate) async fn delete_one<S: Shelf>(
    app: &App,
    caller: &Caller,
    named: (&str, &Precondition),
) -> Result<One<S::Row>, Error> {
    // Whether a record is permanent never changes.
    if S::get(app, caller, named.0).await?.row.is_permanent() {
        return Err(app::Error::Rejected(Violation::new("", ViolationKind::Permanent).into()).into());
    }
    S::delete(app, caller, named).await
}

async fn history<S: Shelf>(call: Call<NativeApi>) -> Answer<NativeApi> {
    let limit = page::limit(&call.query)?;
    let before = page::before(&call.query)?;
    let found = history_of::<S>(&call.app, &call.caller, call.param("id"), (before, limit as usize)).await?;
    Ok(json(StatusCode::OK, &ChangesBody::new(&found)))
}

/// What happened to a record; nothing yet to one that its workspace was made with.
pub(crate) async fn history_of<S: Shelf>(
    app: &App,
    caller: &Caller,
    id: &str,
    (before, limit): (Option<u64>, usize),
) -> Result<History, Error> {
    let record = Ref::uuid(Dialect::Native, id);
    match app.record_history(caller, HistoryQuery { kind: S::KIND, record, before, limit }).await {
        Err(app::Error::NotFound(Missing::Record(_))) => {
            let found = S::get(app, caller, id).await?;
            Ok(History { events: Vec::new(), next: None, catalog: found.catalog })
        }
        history => Ok(history?),
    }
}

/// Makes a record from a patch.
pub(crate) async fn create_from<S: Shelf>(
    app: &App,
    caller: &Caller,
    body: Body,
) -> Result<One<S::Row>, Error> {
    let members = members_of(body)?;
    S::Row::check_links(app, caller, (None, &members)).await?;
    S::create(app, caller, &editing::<S>(app, members, Purpose::Create)).await
}

/// Changes a record by a patch.
pub(crate) async fn update_from<S: Shelf>(
    app: &App,
    caller: &Caller,
    named: Named<'_>,
    body: Body,
) -> Result<One<S::Row>, Error> {
    // A record that is not there is not found, whatever the patch says.
    let before = S::get(app, caller, named.id).await?;
    let members = members_of(body)?;
    S::Row::check_links(app, caller, (Some(&before.row), &members)).await?;
    S::update(app, caller, named, &editing::<S>(app, members, Purpose::Update)).await
}

/// What the members of a patch make of a record.
pub(crate) fn editing<S: Shelf>(
    app: &App,
    members: serde_json::Map<String, Json>,
    purpose: Purpose,
) -> impl Fn(&mut S::Row, &Catalog) -> Result<(), Rejection> + Send + Sync + use<S> {
    let (app, now) = (app.clone(), app.now());
    move |row, catalog| {
        let source = Source { fresh_id: &|| app.fresh_id(), now };
        write::<S>(row, Members::new(&members, purpose, &source), catalog)
    }
}

pub(crate) fn members_of(body: Body) -> Result<serde_json::Map<String, Json>, Error> {
    let mut noted = Change::default();
    if matches!(body, Body::Empty) {
        noted.refuse("", ViolationKind::Malformed("the body must be a JSON object".to_owned()));
    }
    let members = body.object(&mut noted);
    if noted.violations.is_empty() {
        return Ok(members);
    }
    Err(app::Error::Rejected(Rejection { violations: noted.violations }).into())
}

fn write<S: Shelf>(row: &mut S::Row, mut members: Members<'_>, catalog: &Catalog) -> Result<(), Rejection> {
    // As it was read: with its ids, and under the catalog of that moment.
    let shown = to_json(&row.body(S::context(row, catalog)));
    for name in FIXED {
        members.fixed(name, &shown.get(name));
    }
    members.aliases(row.aliases_mut());
    row.write(&mut members, catalog);
    members.finish()
}

fn answer<S: Shelf>(status: StatusCode, one: &One<S::Row>) -> axum::response::Response {
    let body = one.row.body(S::context(&one.row, &one.catalog));
    with_tag(one.revision, with_change(one.change, json(status, &body)))
}
