//! Ids: the vendor's own where a record has one, else `<kind>_<32 hex digits>`.

use std::borrow::Cow;

use app::Caller;
use model::{Aliases, ChannelId, Dialect, Ref};
use uuid::Uuid;

/// A record that a client names.
pub(crate) fn reference(text: &str) -> Ref {
    Ref::uuid(Dialect::Rolodex, text)
}

/// The id that answers show for a record.
pub(crate) fn shown<'a>(aliases: &'a Aliases, kind: &str, id: Uuid) -> Cow<'a, str> {
    match aliases.shown(Dialect::Rolodex) {
        Some(alias) => Cow::Borrowed(alias),
        None => Cow::Owned(made(kind, id)),
    }
}

/// The id that answers show for a record without a vendor's id.
pub(crate) fn made(kind: &str, id: Uuid) -> String {
    format!("{kind}_{}", id.simple())
}

/// The channel that the id of an e-mail or phone row means, if it is one of ours.
pub(crate) fn channel(text: &str) -> Option<ChannelId> {
    Uuid::try_parse(text.rsplit('_').next()?).ok().map(ChannelId)
}

/// The id of a caller's workspace. Its number serves: a workspace has no vendor's id, and looking up its own
/// would cost a read on each request.
pub(crate) fn workspace(caller: &Caller) -> String {
    format!("workspace_{}", caller.workspace().0)
}
