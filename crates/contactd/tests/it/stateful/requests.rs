//! A step as a request, and what it does to the model.

use model::{Json, OnConflict};
use serde_json::json;

use super::bodies::{CONTACTS, Names, body, path, said};
use super::content::{Edit, rows};
use super::steps::{Action, Api};
use super::world::{By, Done, Refused, World};

/// A call of an API.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) api: Api,
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) body: Json,
    pub(super) media_type: &'static str,
}

impl Request {
    pub(super) fn new(api: Api, method: &'static str, path: String, body: Json) -> Self {
        Self { api, method, path, body, media_type: "application/json" }
    }

    fn native(method: &'static str, path: String, body: Json) -> Self {
        Self::new(Api::Native, method, path, body)
    }

    fn json_patch(path: String, body: Json) -> Self {
        Self { media_type: "application/json-patch+json", ..Self::native("PATCH", path, body) }
    }

    /// Whether it may say which revision of a contact it is for.
    pub(super) fn is_of_a_revision(&self) -> bool {
        let is_of_one = ["PUT", "PATCH", "DELETE"].contains(&self.method) && !self.path.contains("/labels/");
        is_of_one || self.path.ends_with("/merge")
    }
}

/// How an API changes a contact.
fn update_method(api: Api) -> &'static str {
    if [Api::Native, Api::Callbell].contains(&api) { "PATCH" } else { "PUT" }
}

type Acted = (Request, Result<Done, Refused>);

/// The path of a contact in an API.
fn path_of(world: &World, api: Api, of: usize) -> String {
    let person = &world.people[of];
    path(api, &person.id, person.number)
}

/// An action on a model: the request for it, and what it does.
pub(super) struct Actor<'a> {
    pub(super) names: &'a Names,
    pub(super) by: fn(usize, Api) -> By,
    pub(super) key: usize,
}

impl Actor<'_> {
    fn by(&self, api: Api) -> By {
        (self.by)(self.key, api)
    }

    /// Carries an action out on the model; `None` when there is nobody to do it to.
    pub(super) fn act(
        &self,
        world: &mut World,
        action: &Action,
    ) -> Option<(Request, Result<Vec<Done>, Refused>)> {
        let count = world.people.len();
        let place = |of: &usize| of.checked_rem(count);
        let native = self.by(Api::Native);
        world.begin(1);
        let (request, done) = match action {
            Action::Create(edits) => {
                let said = said(world, self.names, Api::Native, None, edits);
                let body = body(self.names, Api::Native, &said);
                (Request::native("POST", CONTACTS.to_owned(), body), world.create(native, &said))
            }
            Action::Write(api, of, edits) => self.write(world, *api, place(of)?, edits),
            Action::PatchWhere(of, was, city) => self.patch_where(world, place(of)?, was, city),
            Action::Tag(api, of, edit) => self.one_tag(world, *api, place(of)?, edit),
            Action::Upsert(email, edits) => {
                let said = self.upserted(world, edits);
                let body = body(self.names, Api::Native, &said);
                let path = format!("{CONTACTS}/by/email/{email}");
                (Request::native("PUT", path, body), world.upsert(native, email, &said))
            }
            Action::Delete(api, of) => {
                let of = place(of)?;
                let request = Request::new(*api, "DELETE", path_of(world, *api, of), Json::Null);
                (request, world.delete(self.by(*api), of, None))
            }
            Action::Merge(into, from) => {
                let (into, from) = (place(into)?, place(from)?);
                let body = json!({"contacts": [world.people[from].id]});
                let path = format!("{}/merge", path_of(world, Api::Native, into));
                (Request::native("POST", path, body), world.merge(native, into, from))
            }
            Action::Unmerge(of) => {
                let of = place(of)?;
                let path = format!("{}/unmerge", path_of(world, Api::Native, of));
                (Request::native("POST", path, json!({})), world.unmerge(native, of))
            }
            Action::Undo(event, mode) => {
                let event = world.events.get(event.checked_rem(world.events.len())?)?.number;
                let word = match mode {
                    OnConflict::Refuse => "refuse",
                    OnConflict::Skip => "skip",
                    OnConflict::Overwrite => "overwrite",
                };
                let path = format!("/api/v1/changes/{event}/undo");
                let request = Request::native("POST", path, json!({"on_conflict": word}));
                (request, world.undo(native, event, *mode))
            }
            Action::Wrong(api, of) => {
                let body = match api {
                    Api::Native => json!({"job_title": "Spy", "city": 1}),
                    Api::Zingle => json!({"is_starred": "maybe", "first_name": "Spy"}),
                    Api::Acquire => json!({"fields": {"name": "Spy", "lead_score": "many"}}),
                    Api::Callbell => json!({"name": "Spy", "tags": 5}),
                    Api::Rolodex => json!({"first_name": "Spy", "is_starred": "maybe"}),
                };
                let path = path_of(world, *api, place(of)?);
                (Request::new(*api, update_method(*api), path, body), Err(Refused))
            }
            Action::Batch(is_atomic, actions) => return self.batch(world, *is_atomic, actions),
        };
        Some((request, done.map(|done| vec![done])))
    }

    fn write(&self, world: &mut World, api: Api, of: usize, edits: &[Edit]) -> Acted {
        let by = self.by(api);
        let said = said(world, self.names, api, Some(of), edits);
        let body = body(self.names, api, &said);
        let request = Request::new(api, update_method(api), path_of(world, api, of), body);
        // Acquire's documents show the tags of contacts, but no way to write them.
        let has_tags = said.iter().any(|edit| matches!(edit, Edit::Tags(_)));
        let is_unknown = by.policy.is_strict && api == Api::Acquire && has_tags;
        (request, if is_unknown { Err(Refused) } else { world.update(by, of, &said) })
    }

    fn patch_where(&self, world: &mut World, of: usize, was: &Option<&str>, city: &'static str) -> Acted {
        let patch = json!([
            {"op": "test", "path": "/city", "value": was},
            {"op": "add", "path": "/city", "value": city},
        ]);
        let request = Request::json_patch(path_of(world, Api::Native, of), patch);
        let now = world.led_to(of).and_then(|of| world.living(of));
        let holds = now.is_some_and(|now| now["city"] == json!(was));
        let edits = [Edit::City(Some(city))];
        (request, if holds { world.update(self.by(Api::Native), of, &edits) } else { Err(Refused) })
    }

    /// Puts one tag on a contact or takes it off; there is nothing to take off where it is not there.
    fn one_tag(&self, world: &mut World, api: Api, of: usize, edit: &Edit) -> Acted {
        let said = said(world, self.names, api, Some(of), std::slice::from_ref(edit));
        let path = path_of(world, api, of);
        let now = world.led_to(of).and_then(|of| world.living(of));
        let has = |id: &str| now.is_some_and(|now| rows(&now, "tags").contains(&json!(id)));
        let (method, id, operation, is_possible) = match &said[0] {
            Edit::AddTag(id) => ("POST", id, json!({"op": "add", "path": "/tags/-", "value": id}), true),
            Edit::RemoveTag(id) => {
                ("DELETE", id, json!({"op": "remove", "path": format!("/tags/{id}")}), has(id))
            }
            edit => panic!("{edit:?} is of more than one tag"),
        };
        let request = match api {
            Api::Zingle => Request::new(api, method, format!("{path}/labels/{id}"), json!({})),
            _ => Request::json_patch(path, json!([operation])),
        };
        (request, if is_possible { world.update(self.by(api), of, &said) } else { Err(Refused) })
    }

    /// A body of an upsert, which says nothing of channels.
    fn upserted(&self, world: &World, edits: &[Edit]) -> Vec<Edit> {
        let edits: Vec<_> =
            edits.iter().filter(|edit| !matches!(edit, Edit::Channels(_) | Edit::Tags(_))).cloned().collect();
        said(world, self.names, Api::Native, None, &edits)
    }

    fn batch(
        &self,
        world: &mut World,
        is_atomic: bool,
        actions: &[Action],
    ) -> Option<(Request, Result<Vec<Done>, Refused>)> {
        let count = world.people.len();
        if count == 0 {
            return None;
        }
        world.begin(actions.len());
        let by = self.by(Api::Native);
        let (mut dones, mut operations) = (Vec::new(), Vec::new());
        let mut is_refused = false;
        for action in actions {
            let mut after = world.clone();
            let id = |of: &usize| world.people[of % count].id.clone();
            let (operation, done) = match action {
                Action::Create(edits) => {
                    let said = said(world, self.names, Api::Native, None, edits);
                    (
                        json!({"op": "create", "body": body(self.names, Api::Native, &said)}),
                        after.create(by, &said),
                    )
                }
                Action::Write(_, of, edits) => {
                    let said = said(world, self.names, Api::Native, Some(of % count), edits);
                    let body = body(self.names, Api::Native, &said);
                    (json!({"op": "update", "id": id(of), "body": body}), after.update(by, of % count, &said))
                }
                Action::Upsert(email, edits) => {
                    let said = self.upserted(world, edits);
                    let body = body(self.names, Api::Native, &said);
                    (
                        json!({"op": "upsert", "by": "email", "value": email, "body": body}),
                        after.upsert(by, email, &said),
                    )
                }
                Action::Delete(_, of) => {
                    (json!({"op": "delete", "id": id(of)}), after.delete(by, of % count, None))
                }
                Action::Merge(into, from) => (
                    json!({"op": "merge", "id": id(into), "contacts": [id(from)]}),
                    after.merge(by, into % count, from % count),
                ),
                action => panic!("{action:?} is no operation of a batch"),
            };
            operations.push(operation);
            match done {
                Ok(done) => {
                    *world = after;
                    dones.push(done);
                }
                Err(Refused) => is_refused = true,
            }
        }
        let mode = if is_atomic { "atomic" } else { "each" };
        let request = Request::native(
            "POST",
            "/api/v1/batch".to_owned(),
            json!({"mode": mode, "operations": operations}),
        );
        Some((request, if is_atomic && is_refused { Err(Refused) } else { Ok(dones) }))
    }
}
