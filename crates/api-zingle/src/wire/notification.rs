//! Devices that ask to be notified.

use api_kit::Body;
use app::Error as AppError;
use model::{Change, Json, Rejection};
use uuid::Uuid;

use crate::Error;
use crate::error::Refusal;
use crate::wire::members::tell_others;

const SYSTEMS: [&str; 3] = ["ios", "android", "windows"];

/// Checks a registration; `is_open` says which services the caller may enter. QUIRK(zingle): the services are required
/// by the list of errors, but absent from the documented request (`notifications/POST_create.md`), so that they need
/// not be there. Pinned by `a_device_is_registered_as_documented`.
pub(crate) fn check(body: Body, is_open: impl Fn(Uuid) -> bool) -> Result<(), Error> {
    let mut change = Change::default();
    let members = body.object(&mut change);
    if !change.violations.is_empty() {
        return Err(AppError::Rejected(Rejection { violations: change.violations }).into());
    }
    let text = |name: &str| members.get(name).and_then(Json::as_str).unwrap_or_default();
    let is_service = |id: &Json| id.as_str().and_then(|text| text.parse().ok()).is_some_and(&is_open);
    match members.get("service_ids") {
        None | Some(Json::Null) => {}
        Some(Json::Array(ids)) if ids.iter().all(is_service) => {}
        Some(_) => return Err(Refusal::BadServices.into()),
    }
    if !SYSTEMS.contains(&text("operating_system")) {
        return Err(Refusal::BadSystem.into());
    }
    if text("device_identifier").is_empty() {
        return Err(Refusal::NoDevice.into());
    }
    tell_others(&members, "", |name| {
        matches!(name, "service_ids" | "operating_system" | "device_identifier")
    });
    Ok(())
}
