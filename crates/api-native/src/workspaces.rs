//! Workspaces that the key opens: list, get, create, rename.

use api_kit::{Answer, Call, json};
use app::{Missing, Workspace};
use axum::http::{HeaderValue, StatusCode, header};
use model::WorkspaceId;
use schemars::JsonSchema;
use serde::Serialize;

use crate::NativeApi;
use crate::media::Document;
use crate::members::{Members, Purpose, Source};
use crate::resource::{members_of, to_json};
use crate::wire::{Instant, Shown};

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Workspaces")]
pub(crate) struct WorkspacesBody<'a> {
    workspaces: Vec<WorkspaceBody<'a>>,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Workspace")]
pub(crate) struct WorkspaceBody<'a> {
    id: Shown<WorkspaceId>,
    name: &'a str,
    created_at: Instant,
}

impl<'a> From<&'a Workspace> for WorkspaceBody<'a> {
    fn from(workspace: &'a Workspace) -> Self {
        Self { id: Shown(workspace.id), name: &workspace.name, created_at: Instant(workspace.created_at) }
    }
}

pub(crate) async fn list(call: Call<NativeApi>) -> Answer<NativeApi> {
    let workspaces = call.app.workspaces_of(&call.caller).await?;
    let workspaces = workspaces.iter().map(WorkspaceBody::from).collect();
    Ok(json(StatusCode::OK, &WorkspacesBody { workspaces }))
}

pub(crate) async fn get(call: Call<NativeApi>) -> Answer<NativeApi> {
    Ok(json(StatusCode::OK, &WorkspaceBody::from(&named(&call).await?)))
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
    let mut answer = json(StatusCode::CREATED, &WorkspaceBody::from(&made));
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
    for name in ["id", "created_at"] {
        members.fixed(name, &shown.get(name));
    }
    members.name(&mut workspace.name);
    members.finish().map_err(app::Error::Rejected)?;
    let (caller, _) = call.app.enter(&call.caller, &workspace.id.to_string()).await?;
    let renamed = call.app.rename_workspace(&caller, &workspace.name).await?;
    Ok(json(StatusCode::OK, &WorkspaceBody::from(&renamed)))
}

/// The workspace that the path names, of those that the key opens.
async fn named(call: &Call<NativeApi>) -> Result<Workspace, app::Error> {
    let all = call.app.workspaces_of(&call.caller).await?;
    let id = call.param("id");
    let is_named = |each: &Workspace| Shown(each.id).is(id);
    all.into_iter().find(is_named).ok_or(app::Error::NotFound(Missing::Workspace))
}
