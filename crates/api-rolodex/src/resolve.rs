//! The records that a request names by id, before anything is written: what does not exist is a fault of the request.

use api_kit::Call;
use app::Missing;
use model::{CompanyId, ContactId, Document, Ref, TaskId};
use uuid::Uuid;

use crate::faults::Faults;
use crate::wire::members::Ids;
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
