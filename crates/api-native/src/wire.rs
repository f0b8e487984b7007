//! What goes over the wire.

mod batch;
mod candidates;
mod change;
mod channel;
mod company;
mod contact;
mod merge;
mod patch;
mod provenance;
mod undo;
mod value;

pub(crate) use api_kit::words::{Instant, Shown, shown, uuid};
pub(crate) use batch::{Batch, BatchBody, decode_batch};
pub(crate) use candidates::CandidatesBody;
pub(crate) use change::{ActorBody, ChangeBody, ChangesBody, differences};
pub(crate) use channel::channel_kind;
pub(crate) use contact::{AliasesBody, ContactBody, ContactsBody, DocumentBody, ExtrasBody, Object};
pub(crate) use merge::{MergedBody, UnmergedBody, decode_merge, decode_unmerge, read_merge};
pub(crate) use patch::{change_set, decode};
pub(crate) use provenance::ProvenanceBody;
pub(crate) use undo::{LaterBody, UndoneBody, decode_undo};
pub(crate) use value::{CompanyValues, Values, read as read_value};
