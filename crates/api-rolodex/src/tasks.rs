//! The task endpoints.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use api_kit::{Answer, Call, Payload, Problem, with_change};
use axum::http::StatusCode;
use axum::response::Response;
use model::{Catalog, Contact, ContactId, TagId, Task, TaskId, Timestamp, UserId};

use crate::links::LINKED;
use crate::page::{Include, Page, Relationship, TASK_ORDERS};
use crate::wire::members::Extras;
use crate::wire::{envelope, id, task};
use crate::{Error, Rolodex, resolve};

/// `GET /tasks`
pub(crate) async fn list(call: Call<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_TASK)?;
    let asked = Page::read(&call.query, &TASK_ORDERS)?;
    let page = call.app.list_records::<Task>(&call.caller, &asked.of_records()).await?;
    let contacts = contacts(&call, &page.records).await?;
    let rows = page.records.iter().map(|each| task::encode(each, &page.catalog, &include, &contacts));
    Ok(api_kit::json(StatusCode::OK, &envelope::page(asked, page.total, rows.collect())))
}

/// `GET /tasks/{id}`
pub(crate) async fn get(call: Call<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_TASK)?;
    let view = call.app.get_record(&call.caller, &id::reference(call.param("id"))).await?;
    one(&call, view.record, &view.catalog, &include).await
}

/// `POST /tasks`: the answer carries the tags, whatever the request includes.
pub(crate) async fn create(call: Call<Rolodex>, payload: Payload<Rolodex>) -> Answer<Rolodex> {
    Include::read(&call.query, &Relationship::OF_TASK)?;
    let wanted = Wanted::of(&call, task::Asked::create(payload.body)).await?;
    let made = call.app.create_record(&call.caller, |fresh, now, _| {
        let mut task = Task::new(TaskId(fresh), "", now);
        wanted.apply(&mut task);
        Ok(task)
    });
    let made = made.await?;
    let include = Include::all(&Relationship::OF_TASK);
    Ok(with_change(made.change, one(&call, made.record, &made.catalog, &include).await?))
}

/// `PUT /tasks/{id}`
pub(crate) async fn update(call: Call<Rolodex>, payload: Payload<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_TASK)?;
    let named = id::reference(call.param("id"));
    let task = call.app.get_record::<Task>(&call.caller, &named).await?.record;
    let wanted = Wanted::of(&call, task::Asked::update(payload.body, &task)).await?;
    let changed = call.app.update_record(&call.caller, &named, |task: &mut Task, _| {
        wanted.apply(task);
        Ok(())
    });
    let changed = changed.await?;
    Ok(with_change(changed.change, one(&call, changed.record, &changed.catalog, &include).await?))
}

/// `DELETE /tasks/{id}`: the answer is the task as it was.
pub(crate) async fn delete(call: Call<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_TASK)?;
    let deleted = call.app.delete_record::<Task>(&call.caller, &id::reference(call.param("id"))).await?;
    Ok(with_change(deleted.change, one(&call, deleted.record, &deleted.catalog, &include).await?))
}

/// What a request asks for, with the records that it names; `None` leaves a member as it is.
struct Wanted {
    body: Option<String>,
    due_at: Option<Timestamp>,
    completed_at: Option<Option<Timestamp>>,
    assignee: Option<Option<UserId>>,
    creator: Option<Option<UserId>>,
    contacts: Option<Vec<ContactId>>,
    tags: Option<Vec<TagId>>,
    extras: Extras,
}

impl Wanted {
    /// Looks up what a request names; fails when anything is wrong with it.
    async fn of(call: &Call<Rolodex>, asked: task::Asked) -> Result<Self, Error> {
        let catalog = call.app.catalog(&call.caller).await?;
        let mut faults = asked.faults;
        let wanted = Self {
            body: asked.body,
            due_at: asked.due_at,
            completed_at: asked.completed_at,
            assignee: resolve::user(&catalog, "assignee", asked.assignee, &mut faults),
            creator: resolve::user(&catalog, "creator", asked.creator, &mut faults),
            tags: resolve::tags(&catalog, asked.tags, &mut faults),
            contacts: resolve::contacts(call, asked.contacts, &mut faults).await?,
            extras: asked.extras,
        };
        faults.check()?;
        Ok(wanted)
    }

    fn apply(&self, task: &mut Task) {
        task.body = self.body.clone().unwrap_or_else(|| task.body.clone());
        task.due_at = self.due_at.or(task.due_at);
        task.completed_at = self.completed_at.unwrap_or(task.completed_at);
        task.assignee = self.assignee.unwrap_or(task.assignee);
        task.creator = self.creator.unwrap_or(task.creator);
        resolve::replace(&mut task.contacts, self.contacts.as_deref());
        resolve::replace(&mut task.tags, self.tags.as_deref());
        self.extras.apply(&mut task.extras);
    }
}

/// The contacts that some tasks are about: one look-up, however many tasks.
async fn contacts(call: &Call<Rolodex>, tasks: &[Task]) -> Result<HashMap<ContactId, Arc<Contact>>, Error> {
    let ids: BTreeSet<ContactId> = tasks.iter().flat_map(|task| task.contacts.iter().copied()).collect();
    if ids.len() > LINKED {
        let reason = format!("names tasks with more than {LINKED} contacts; ask for fewer");
        return Err(Problem::BadQuery { name: "limit", reason }.into());
    }
    let found = call.app.find_contacts(&call.caller, ids).await?;
    Ok(found.into_iter().map(|contact| (contact.id, contact)).collect())
}

async fn one(
    call: &Call<Rolodex>,
    task: Task,
    catalog: &Catalog,
    include: &Include,
) -> Result<Response, Error> {
    let tasks = [task];
    let contacts = contacts(call, &tasks).await?;
    let [task] = &tasks;
    Ok(api_kit::json(StatusCode::OK, &envelope::one(task::encode(task, catalog, include, &contacts))))
}
