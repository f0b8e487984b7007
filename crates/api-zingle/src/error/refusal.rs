//! What only this API finds missing or refuses: records that a path names beside the contact, and acts that the vendor
//! took out of its API.

use super::{Error, Kind, NO_CHANNEL, NO_FIELD, NO_GROUP, NO_LABEL, NO_TYPE, StatusCode, bad};

/// Why a request got no success that the application knows nothing about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refusal {
    NoAccount,
    NoAutomation,
    NoChannel,
    NoChannelType,
    NoEvent,
    NoField,
    NoGroup,
    NoLabel,
    NoUser,
    UnknownContact,
    LabelNotAttached,
    HalfAChannel,
    TypeCreation,
    TypeDeletion,
    BadServices,
    BadSystem,
    NoDevice,
}

const fn missing(code: Option<u32>, text: &'static str) -> Kind {
    (StatusCode::NOT_FOUND, code, text)
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::new(match refusal {
            Refusal::NoAccount => missing(Some(2700), "Account not found"),
            Refusal::NoAutomation => missing(Some(3500), "Automation not found"),
            Refusal::NoChannel => NO_CHANNEL,
            Refusal::NoChannelType => NO_TYPE,
            Refusal::NoEvent => missing(Some(7003), "Event not found"),
            Refusal::NoField => NO_FIELD,
            Refusal::NoGroup => NO_GROUP,
            Refusal::NoLabel => NO_LABEL,
            // The vendor has no code for it.
            Refusal::NoUser => missing(None, "User not found"),
            Refusal::UnknownContact => bad(7002, "Contact not found"),
            Refusal::LabelNotAttached => bad(3008, "Label not attached to contact"),
            Refusal::HalfAChannel => bad(5000, "channel_value and channel_type_id are required together"),
            Refusal::TypeCreation => bad(4006, "Channel type creation is not available in this API"),
            Refusal::TypeDeletion => bad(4007, "Channel type deletion is not available in this API"),
            Refusal::BadServices => bad(6000, "Invalid service_ids"),
            Refusal::BadSystem => bad(6001, "Invalid operating_system"),
            Refusal::NoDevice => bad(6002, "Invalid device_identifier"),
        })
    }
}
