//! The service that a path names: one of our workspaces.

use api_kit::Call;
use model::WorkspaceId;

use crate::{Error, Zingle};

/// A call inside the service that its path names.
pub(crate) struct Inside {
    pub(crate) call: Call<Zingle>,
    pub(crate) service: WorkspaceId,
}

pub(crate) async fn enter(call: Call<Zingle>) -> Result<Inside, Error> {
    let (caller, workspace) = call.app.enter(&call.caller, call.param("service_id")).await?;
    Ok(Inside { call: call.with_caller(caller), service: workspace.id })
}
