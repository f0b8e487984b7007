//! The vendor's payloads: what requests say and what answers carry.

pub(crate) mod change;
mod channels;
pub(crate) mod contact;
pub(crate) mod envelope;
pub(crate) mod id;
mod relationships;
pub(crate) mod value;
