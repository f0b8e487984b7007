//! Ids: the vendor's own where a record has one, else `<kind>_<32 hex digits>`.

use std::borrow::Cow;

use app::Missing;
use model::{Aliases, Catalog, CatalogRow, ChannelId, Dialect, ItemRef, Ref, WorkspaceId};
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

/// A workspace's id.
pub(crate) fn workspace(id: WorkspaceId) -> String {
    format!("workspace_{}", id.hex())
}

/// A record of the catalog that a client names.
pub(crate) fn item(text: &str) -> ItemRef {
    ItemRef::Id(reference(text))
}

/// The record of the catalog with this id.
pub(crate) fn find<'c, T: CatalogRow>(catalog: &'c Catalog, text: &str) -> Result<&'c T, app::Error> {
    T::items(catalog).find(&item(text)).ok_or(app::Error::NotFound(Missing::Record(T::KIND)))
}
