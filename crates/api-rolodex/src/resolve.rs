//! The records that a request names by id, before anything is written: what does not exist is a fault of the request.

use std::collections::BTreeMap;

use api_kit::Call;
use app::Missing;
use model::{
    Catalog, CompanyId, ContactId, Document, Entity, Field, FieldId, ItemRef, ListId, Ref, TagId, TaskId,
    UserId, Value, ValueWrite, ViolationKind,
};
use uuid::Uuid;

use crate::faults::Faults;
use crate::wire::members::Ids;
use crate::wire::value;
use crate::{Error, Rolodex};

/// The contacts.
pub(crate) async fn contacts(
    call: &Call<Rolodex>,
    ids: Ids,
    faults: &mut Faults,
) -> Result<Option<Vec<ContactId>>, Error> {
    let Some(ids) = ids else { return Ok(None) };
    let mut found = Vec::with_capacity(ids.len());
    for (at, named) in ids {
        match call.app.get_contact(&call.caller, &named).await {
            Ok(view) if found.contains(&view.contact.id) => {}
            Ok(view) => found.push(view.contact.id),
            Err(app::Error::NotFound(Missing::Contact)) => faults.unknown(at, "contact", named.text),
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(Some(found))
}

/// The companies.
pub(crate) async fn companies(
    call: &Call<Rolodex>,
    ids: Ids,
    faults: &mut Faults,
) -> Result<Option<Vec<CompanyId>>, Error> {
    let found = records::<model::Company>(call, ids, |company| company.id.0, faults).await?;
    Ok(found.map(|ids| ids.into_iter().map(CompanyId).collect()))
}

/// The tasks.
pub(crate) async fn tasks(
    call: &Call<Rolodex>,
    ids: Ids,
    faults: &mut Faults,
) -> Result<Option<Vec<TaskId>>, Error> {
    let found = records::<model::Task>(call, ids, |task| task.id.0, faults).await?;
    Ok(found.map(|ids| ids.into_iter().map(TaskId).collect()))
}

async fn records<D: Document>(
    call: &Call<Rolodex>,
    ids: Ids,
    id: fn(&D) -> Uuid,
    faults: &mut Faults,
) -> Result<Option<Vec<Uuid>>, Error> {
    let Some(ids) = ids else { return Ok(None) };
    let mut found = Vec::with_capacity(ids.len());
    for (at, named) in ids {
        match record::<D>(call, &named).await? {
            Some(record) => found.push(id(&record)),
            None => faults.unknown(at, D::KIND.as_str(), named.text),
        }
    }
    Ok(Some(found))
}

async fn record<D: Document>(call: &Call<Rolodex>, named: &Ref) -> Result<Option<D>, Error> {
    match call.app.get_record::<D>(&call.caller, named).await {
        Ok(view) => Ok(Some(view.record)),
        Err(app::Error::NotFound(Missing::Record(_))) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

/// The tags.
pub(crate) fn tags(catalog: &Catalog, ids: Ids, faults: &mut Faults) -> Option<Vec<TagId>> {
    let mut found = Vec::new();
    for (at, named) in ids? {
        match catalog.tags.find(&ItemRef::Id(named.clone())) {
            Some(tag) if found.contains(&tag.id) => {}
            Some(tag) => found.push(tag.id),
            None => faults.refuse(at, ViolationKind::UnknownTag(named.text)),
        }
    }
    Some(found)
}

/// The lists, which must be of this kind.
pub(crate) fn lists(catalog: &Catalog, ids: Ids, entity: Entity, faults: &mut Faults) -> Option<Vec<ListId>> {
    let mut found = Vec::new();
    for (at, named) in ids? {
        match catalog.lists.find(&ItemRef::Id(named.clone())).filter(|list| list.entity == entity) {
            Some(list) if found.contains(&list.id) => {}
            Some(list) => found.push(list.id),
            None => faults.refuse(at, ViolationKind::UnknownList(named.text)),
        }
    }
    Some(found)
}

/// A user, or nobody.
pub(crate) fn user(
    catalog: &Catalog,
    at: &str,
    named: Option<Option<Ref>>,
    faults: &mut Faults,
) -> Option<Option<UserId>> {
    let Some(named) = named? else { return Some(None) };
    match catalog.users.find(&ItemRef::Id(named.clone())) {
        Some(user) => Some(Some(user.id)),
        None => {
            faults.refuse(at, ViolationKind::UnknownUser(named.text));
            None
        }
    }
}

/// The values of custom fields, which must belong to this kind.
pub(crate) fn values(
    catalog: &Catalog,
    writes: Option<Vec<ValueWrite>>,
    entity: Entity,
    faults: &mut Faults,
) -> Option<BTreeMap<FieldId, Value>> {
    let mut values = BTreeMap::new();
    for write in writes? {
        let Some(field) = catalog.fields.find(&write.field).filter(|field| field.entity == entity) else {
            faults.refuse(write.at, ViolationKind::UnknownField(write.field.text().to_owned()));
            continue;
        };
        match value::read(&write.json, field, catalog) {
            Ok(Some(value)) => drop(values.insert(field.id, value)),
            Ok(None) => {}
            Err(kind) => faults.refuse(write.at, in_field(field, kind)),
        }
    }
    Some(values)
}

/// Says which field a value was wrong for, unless the violation says so itself.
fn in_field(field: &Field, kind: ViolationKind) -> ViolationKind {
    match kind {
        ViolationKind::UnknownOption { .. } => kind,
        kind => {
            ViolationKind::BadValue { field: field.name.clone(), options: Vec::new(), kind: Box::new(kind) }
        }
    }
}

/// Makes a set exactly what is wanted; what stays keeps its place, so that writing back what was read changes nothing.
pub(crate) fn replace<T: PartialEq + Copy>(set: &mut Vec<T>, wanted: Option<&[T]>) {
    let Some(wanted) = wanted else { return };
    set.retain(|each| wanted.contains(each));
    for each in wanted {
        if !set.contains(each) {
            set.push(*each);
        }
    }
}
