//! Items of the catalog that a path names.

use api_kit::{Body, Call};
use app::{Error as AppError, Missing, WrittenItem};
use model::{Catalog, CatalogRow, Dialect, ItemRef, Ref};
use uuid::Uuid;

use crate::wire::member::Members;
use crate::{Callbell, Error, wire};

/// What the path names, by the one or the other of the vendor's names for an id.
pub(crate) fn named(call: &Call<Callbell>) -> ItemRef {
    ItemRef::Id(wire::reference(&[call.param("uuid"), call.param("id")].concat()))
}

/// An item by its own id.
pub(crate) fn own(id: Uuid) -> ItemRef {
    ItemRef::Id(Ref::uuid(Dialect::Native, &id.to_string()))
}

/// The item that the path names.
pub(crate) fn find<'c, T: CatalogRow>(call: &Call<Callbell>, catalog: &'c Catalog) -> Result<&'c T, Error> {
    let found = T::items(catalog).find(&named(call));
    found.ok_or_else(|| AppError::NotFound(Missing::Record(T::KIND)).into())
}

/// Gives the item that the path names the name that stands in this member of the body, if it is there.
pub(crate) async fn rename<T: CatalogRow>(
    call: &Call<Callbell>,
    (body, member): (Body, &'static str),
    set: impl Fn(&mut T, &str) + Send + Sync,
) -> Result<WrittenItem<T>, Error> {
    find::<T>(call, &*call.app.catalog(&call.caller).await?)?;
    let mut members = Members::of(body);
    let name = members.name(member);
    members.check().map_err(AppError::Rejected)?;
    let edit = |item: &mut T, _: &Catalog| {
        if let Some(name) = &name {
            set(item, name);
        }
        Ok(())
    };
    Ok(call.app.update_item(&call.caller, &named(call), edit).await?)
}
