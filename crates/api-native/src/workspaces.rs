//! Workspaces that the key opens: list, get, create, rename, their history, and undo.

use api_kit::{Answer, Call, json, with_tag};
use app::{Caller, Missing, Workspace};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use model::{Json, WorkspaceId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::media::Document;
use crate::members::{Members, Purpose, Source};
use crate::resource::{members_of, to_json};
use crate::revisions::{self, Names, RevisionsBody};
use crate::wire::{self, Instant, Shown};
use crate::{NativeApi, page};

/// What a client does not choose.
pub(crate) const FIXED: [&str; 3] = ["id", "revision", "created_at"];

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Workspaces")]
pub(crate) struct WorkspacesBody<'a> {
    workspaces: Vec<WorkspaceBody<'a>>,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Workspace")]
pub(crate) struct WorkspaceBody<'a> {
    id: Shown<WorkspaceId>,
    revision: u64,
    name: &'a str,
    created_at: Instant,
}

impl<'a> From<&'a Workspace> for WorkspaceBody<'a> {
    fn from(workspace: &'a Workspace) -> Self {
        Self {
            id: Shown(workspace.id),
            revision: workspace.revision,
            name: &workspace.name,
            created_at: Instant(workspace.created_at),
        }
    }
}

pub(crate) async fn list(call: Call<NativeApi>) -> Answer<NativeApi> {
    let workspaces = call.app.workspaces_of(&call.caller).await?;
    let workspaces = workspaces.iter().map(WorkspaceBody::from).collect();
    Ok(json(StatusCode::OK, &WorkspacesBody { workspaces }))
}

pub(crate) async fn get(call: Call<NativeApi>) -> Answer<NativeApi> {
    let workspace = named(&call).await?;
    call.shown(workspace.revision, || json(StatusCode::OK, &WorkspaceBody::from(&workspace)))
}

/// The key that makes a workspace opens it from then on.
pub(crate) async fn create(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let mut name = String::new();
    let patch = members_of(body)?;
    let source = Source { fresh_id: &|| call.app.fresh_id(), now: call.app.now() };
    let mut members = Members::new(&patch, Purpose::Create, &source);
    members.name(&mut name);
    members.finish().map_err(app::Error::Rejected)?;
    let made = call.app.create_workspace_of(&call.caller, &name).await?;
    let mut answer = with_tag(made.revision, json(StatusCode::CREATED, &WorkspaceBody::from(&made)));
    if let Ok(location) = HeaderValue::try_from(format!("/api/v1/workspaces/{}", made.id)) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    Ok(answer)
}

pub(crate) async fn update(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let mut workspace = named(&call).await?;
    let patch = members_of(body)?;
    let shown = to_json(&WorkspaceBody::from(&workspace));
    let source = Source { fresh_id: &|| call.app.fresh_id(), now: call.app.now() };
    let mut members = Members::new(&patch, Purpose::Update, &source);
    for name in FIXED {
        members.fixed(name, &shown.get(name));
    }
    members.name(&mut workspace.name);
    members.finish().map_err(app::Error::Rejected)?;
    let caller = entered(&call, &workspace).await?;
    let renamed = call.app.rename_workspace(&caller, &call.precondition(), &workspace.name).await?;
    Ok(answer(&renamed))
}

pub(crate) async fn history(call: Call<NativeApi>) -> Answer<NativeApi> {
    let (limit, before) = (page::limit(&call.query)?, page::before(&call.query)?);
    let history =
        call.app.workspace_history(&entered(&call, &named(&call).await?).await?, before, limit).await?;
    Ok(json(StatusCode::OK, &RevisionsBody::new(&history, &Names::of(&call).await?, called)))
}

/// `POST /workspaces/{id}/history/{revision}/undo`: the workspace is called what it was called before.
pub(crate) async fn undo(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let caller = entered(&call, &named(&call).await?).await?;
    let revision = revisions::revision(&call)?;
    let on_conflict = wire::decode_undo(body).map_err(app::Error::Rejected)?;
    match call.app.undo_renaming(&caller, &call.precondition(), revision, on_conflict).await {
        Ok(workspace) => Ok(answer(&workspace)),
        Err(refused @ app::Error::Rejected(_)) => {
            let history = call.app.workspace_history(&caller, None, page::LIMIT_MAX).await?;
            let names = Names::of(&call).await?;
            Err(revisions::not_undone(refused, (revision, &history), &names, called))
        }
        Err(refused) => Err(refused.into()),
    }
}

/// What a revision of a workspace says.
fn called(name: &String) -> Json {
    serde_json::json!({ "name": name })
}

fn answer(workspace: &Workspace) -> Response {
    with_tag(workspace.revision, json(StatusCode::OK, &WorkspaceBody::from(workspace)))
}

/// The caller in a workspace.
async fn entered(call: &Call<NativeApi>, workspace: &Workspace) -> Result<Caller, app::Error> {
    Ok(call.app.enter(&call.caller, &workspace.id.to_string()).await?.0)
}

/// The workspace that the path names, of those that the key opens.
async fn named(call: &Call<NativeApi>) -> Result<Workspace, app::Error> {
    let all = call.app.workspaces_of(&call.caller).await?;
    let id = call.param("id");
    let is_named = |each: &Workspace| Shown(each.id).is(id);
    all.into_iter().find(is_named).ok_or(app::Error::NotFound(Missing::Workspace))
}
