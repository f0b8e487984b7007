//! What stands beside contacts, without HTTP: for the command line, under the same rules and in the same words.

use api_kit::{Body, Problem};
use app::{App, Caller};
use model::value::OnUnconvertible;
use model::{
    ChannelType, Company, CustomStatus, Field, Funnel, Inbox, Json, List, Note, Precondition, Presence,
    RecordKind, Subscription, Tag, Task, Team, User, Violation, ViolationKind,
};

use crate::Error;
use crate::page::Page;
use crate::resource::{create_from, delete_one, to_json, update_from};
use crate::shelf::{Asked, Items, Named, One, Records, Shelf};
use crate::wire::ContactBody;

/// A record as it is shown, and the change that a write made.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The record; of one that was deleted, as it was.
    pub record: Json,
    /// The number of the change, by which it can be undone; `None` when nothing changed.
    pub change: Option<u64>,
}

/// What is done.
enum Deed<'a> {
    List,
    Create(&'a Json),
    Update(&'a str, &'a Precondition, &'a Json),
    Delete(&'a str),
}

/// All records of a kind, the oldest first. Meant for the catalog, which is small.
///
/// # Errors
/// What the store says.
pub async fn list(app: &App, caller: &Caller, kind: RecordKind) -> Result<Vec<Json>, app::Error> {
    let shown = dispatch(app, caller, kind, Deed::List).await?;
    Ok(shown.into_iter().map(|shown| shown.record).collect())
}

/// Makes a record from a document.
///
/// # Errors
/// [`app::Error::Rejected`] with every violation, or what the store says.
pub async fn create(
    app: &App,
    caller: &Caller,
    kind: RecordKind,
    document: &Json,
) -> Result<Shown, app::Error> {
    first(kind, dispatch(app, caller, kind, Deed::Create(document)).await?)
}

/// Changes the record with this id by a merge patch, if its revision is what it should be.
///
/// # Errors
/// [`app::Error::NotFound`]; [`app::Error::Rejected`] with every violation; or what the store says.
pub async fn update(
    app: &App,
    caller: &Caller,
    (kind, id, precondition): (RecordKind, &str, &Precondition),
    patch: &Json,
) -> Result<Shown, app::Error> {
    first(kind, dispatch(app, caller, kind, Deed::Update(id, precondition, patch)).await?)
}

/// Deletes the record with this id.
///
/// # Errors
/// [`app::Error::NotFound`]; [`app::Error::Rejected`] when it may not be deleted; or what the store says.
pub async fn delete(app: &App, caller: &Caller, (kind, id): (RecordKind, &str)) -> Result<Shown, app::Error> {
    first(kind, dispatch(app, caller, kind, Deed::Delete(id)).await?)
}

/// The contacts that a search finds, in an order (as `sort` of the API has it), so many at most.
///
/// # Errors
/// [`app::Error::Rejected`] when it cannot be read or carried out, or what the store says.
pub async fn search(
    app: &App,
    caller: &Caller,
    asked: (&str, Option<&str>, u32),
) -> Result<Vec<Json>, app::Error> {
    let list = crate::search::first(app, caller, asked).await.map_err(plain)?;
    let shown = |contact| to_json(&ContactBody::new(contact, &list.catalog));
    Ok(list.contacts.iter().map(|contact| shown(contact)).collect())
}

fn first(kind: RecordKind, shown: Vec<Shown>) -> Result<Shown, app::Error> {
    shown.into_iter().next().ok_or(app::Error::NotFound(app::Missing::Record(kind)))
}

async fn dispatch(
    app: &App,
    caller: &Caller,
    kind: RecordKind,
    deed: Deed<'_>,
) -> Result<Vec<Shown>, app::Error> {
    match kind {
        RecordKind::Field => run::<Items<Field>>(app, caller, deed).await,
        RecordKind::Tag => run::<Items<Tag>>(app, caller, deed).await,
        RecordKind::List => run::<Items<List>>(app, caller, deed).await,
        RecordKind::User => run::<Items<User>>(app, caller, deed).await,
        RecordKind::Team => run::<Items<Team>>(app, caller, deed).await,
        RecordKind::ChannelType => run::<Items<ChannelType>>(app, caller, deed).await,
        RecordKind::Inbox => run::<Items<Inbox>>(app, caller, deed).await,
        RecordKind::Funnel => run::<Items<Funnel>>(app, caller, deed).await,
        RecordKind::CustomStatus => run::<Items<CustomStatus>>(app, caller, deed).await,
        RecordKind::Presence => run::<Items<Presence>>(app, caller, deed).await,
        RecordKind::Subscription => run::<Items<Subscription>>(app, caller, deed).await,
        RecordKind::Company => run::<Records<Company>>(app, caller, deed).await,
        RecordKind::Note => run::<Records<Note>>(app, caller, deed).await,
        RecordKind::Task => run::<Records<Task>>(app, caller, deed).await,
        RecordKind::Contact | RecordKind::Settings => {
            return Err(app::Error::NotFound(app::Missing::Record(kind)));
        }
    }
    .map_err(plain)
}

async fn run<S: Shelf>(app: &App, caller: &Caller, deed: Deed<'_>) -> Result<Vec<Shown>, Error> {
    let any = Precondition::default();
    let one = match deed {
        Deed::List => return list_all::<S>(app, caller).await,
        Deed::Create(document) => create_from::<S>(app, caller, Body::Json(document.clone())).await?,
        Deed::Update(id, precondition, patch) => {
            let named = Named { id, precondition, on_unconvertible: OnUnconvertible::Refuse };
            update_from::<S>(app, caller, named, Body::Json(patch.clone())).await?
        }
        Deed::Delete(id) => delete_one::<S>(app, caller, (id, &any)).await?,
    };
    Ok(vec![shown::<S>(&one)])
}

async fn list_all<S: Shelf>(app: &App, caller: &Caller) -> Result<Vec<Shown>, Error> {
    let asked = Asked { query: &api_kit::Query::default(), page: Page::all() };
    let found = S::list(app, caller, asked).await?;
    let shown =
        |row: &S::Row| to_json(&crate::resource::Resource::body(row, S::context(row, &found.catalog)));
    Ok(found.rows.iter().map(|row| Shown { record: shown(row), change: None }).collect())
}

fn shown<S: Shelf>(one: &One<S::Row>) -> Shown {
    let body = crate::resource::Resource::body(&one.row, S::context(&one.row, &one.catalog));
    Shown { record: to_json(&body), change: one.change }
}

/// What is left of an error without HTTP.
fn plain(error: Error) -> app::Error {
    match error {
        Error::Problem(Problem::App(error)) | Error::Explained { problem: Problem::App(error), .. } => error,
        Error::Problem(problem) | Error::Explained { problem, .. } => malformed(problem.to_string()),
        Error::Absent(why) | Error::Gone(why) => malformed(why),
        Error::NoKey(must) => malformed(format!("the key {must}")),
        Error::Ambiguous(_) => malformed("several contacts have this key".to_owned()),
        Error::TooMany(max) => malformed(format!("more than {max} operations")),
        Error::Operation { place, fault } => malformed(format!("operation {place}: {fault:?}")),
        Error::Search(fault) => malformed(fault.detail().to_owned()),
        Error::MediaType(_) => malformed("the body has a media type that is not supported".to_owned()),
    }
}

fn malformed(text: String) -> app::Error {
    app::Error::Rejected(Violation::new("", ViolationKind::Malformed(text)).into())
}
