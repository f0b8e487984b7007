//! The records that a request names by id, before anything is written: what does not exist is a fault of the request.

use std::collections::BTreeMap;

use api_kit::Call;
use app::Ends;
use model::{
    Catalog, Company, CompanyId, ContactId, Document, Entity, Field, FieldId, ItemRef, ListId, Ref, TagId,
    Task, TaskId, UserId, Value, ValueWrite, ViolationKind,
};
use uuid::Uuid;

use crate::faults::Faults;
use crate::wire::members::{EndIds, Ids};
use crate::wire::value;
use crate::{Error, Rolodex};

/// The contacts, in one look-up.
pub(crate) async fn contacts(
    call: &Call<Rolodex>,
    ids: Ids,
    faults: &mut Faults,
) -> Result<Option<Vec<ContactId>>, Error> {
    let Some(ids) = ids else { return Ok(None) };
    let found = call.app.find_contact_ids(&call.caller, &named(&ids)).await?;
    Ok(Some(known("contact", ids, found, faults)))
}

/// The records that a tag or a list is to be linked with, one look-up a kind; fails when anything is wrong with the
/// request.
pub(crate) async fn ends(call: &Call<Rolodex>, ids: EndIds, mut faults: Faults) -> Result<Ends, Error> {
    let contacts = contacts(call, ids.contacts, &mut faults).await?;
    let companies = records::<Company>(call, ids.companies, &mut faults).await?;
    let tasks = records::<Task>(call, ids.tasks, &mut faults).await?;
    faults.check()?;
    Ok(Ends {
        contacts,
        companies: companies.map(|ids| ids.into_iter().map(CompanyId).collect()),
        tasks: tasks.map(|ids| ids.into_iter().map(TaskId).collect()),
    })
}

async fn records<D: Document>(
    call: &Call<Rolodex>,
    ids: Ids,
    faults: &mut Faults,
) -> Result<Option<Vec<Uuid>>, Error> {
    let Some(ids) = ids else { return Ok(None) };
    let found = call.app.find_record_ids::<D>(&call.caller, &named(&ids)).await?;
    Ok(Some(known(D::KIND.as_str(), ids, found, faults)))
}

fn named(ids: &[(String, Ref)]) -> Vec<Ref> {
    ids.iter().map(|(_, named)| named.clone()).collect()
}

/// Those that exist, each once; the others are faults.
fn known<I: PartialEq>(
    what: &'static str,
    ids: Vec<(String, Ref)>,
    found: Vec<Option<I>>,
    faults: &mut Faults,
) -> Vec<I> {
    let mut all = Vec::with_capacity(ids.len());
    for ((at, named), found) in ids.into_iter().zip(found) {
        match found {
            Some(id) if all.contains(&id) => {}
            Some(id) => all.push(id),
            None => faults.unknown(at, what, named.text),
        }
    }
    all
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
