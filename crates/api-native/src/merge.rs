//! Merging contacts, what that would make, and taking it apart.

use api_kit::{Answer, Call, json, with_change, wrote};
use axum::http::StatusCode;

use crate::contacts::contact_ref;
use crate::history::not_undone;
use crate::media::Document;
use crate::wire::{self, MergedBody, UnmergedBody};
use crate::{Error, NativeApi};

pub(crate) async fn merge(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let catalog = call.app.catalog(&call.caller).await?;
    let asked = wire::decode_merge(body, &catalog).map_err(app::Error::Rejected)?;
    let merge = asked.merge(contact_ref(&call), None);
    if asked.is_preview {
        let merged = call.app.preview_merge(&call.caller, &merge).await?;
        return Ok(json(StatusCode::OK, &MergedBody::new(None, &merged)));
    }
    let merged = call.app.merge_contacts(&call.caller, &merge).await?;
    let body = MergedBody::new(merged.change, &merged);
    Ok(wrote(&merged, json(StatusCode::OK, &body)))
}

pub(crate) async fn unmerge(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let other = wire::decode_unmerge(body).map_err(app::Error::Rejected)?;
    match call.app.unmerge(&call.caller, &contact_ref(&call), other.as_ref()).await {
        Ok(Some(apart)) => Ok(with_change(apart.change, json(StatusCode::OK, &UnmergedBody::new(&apart)))),
        Ok(None) => Err(Error::Absent(match other {
            Some(other) => format!("no contact '{}' is merged into this one", other.text),
            None => "no contact is merged into this one".to_owned(),
        })),
        Err(refused) => {
            let catalog = call.app.catalog(&call.caller).await?;
            Err(not_undone(refused, &catalog))
        }
    }
}
