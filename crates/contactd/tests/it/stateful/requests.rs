//! A step as a request, and what it does to the model.

use std::mem::discriminant;

use model::{Json, OnConflict};
use serde_json::json;

use super::content::{CLEARED, Edit, rows};
use super::steps::{Action, Api};
use super::world::{By, Done, Refused, World};

const SERVICE: &str = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b";
const CONTACTS: &str = "/api/v1/contacts";

pub(super) struct Request {
    pub(super) api: Api,
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) body: Json,
    pub(super) media_type: &'static str,
}

/// Ids of the demo's catalog.
pub(super) struct Names {
    /// Name and id.
    pub(super) tags: Vec<(String, String)>,
    pub(super) zingle_score: String,
}

impl Names {
    fn tag_id(&self, name: &str) -> String {
        self.tags.iter().find(|(each, _)| each == name).unwrap().1.clone()
    }

    fn tag_name(&self, id: &str) -> &str {
        &self.tags.iter().find(|(_, each)| each == id).unwrap().0
    }
}

/// What a write says, as far as an API can: each member once, tags by their ids, those that are there first.
fn said(world: &World, names: &Names, api: Api, of: Option<usize>, edits: &[Edit]) -> Vec<Edit> {
    let mut said: Vec<Edit> = Vec::new();
    for edit in edits.iter().filter(|edit| api.can_say(edit)) {
        if said.iter().any(|each| discriminant(each) == discriminant(edit)) {
            continue;
        }
        said.push(match edit {
            Edit::Tags(tags) => {
                let now = of.and_then(|of| world.led_to(of)).and_then(|of| world.living(of));
                let old: Vec<String> = now.map_or(Vec::new(), |now| {
                    rows(&now, "tags").iter().map(|id| id.as_str().unwrap().to_owned()).collect()
                });
                let mut ids: Vec<_> = tags.iter().map(|name| names.tag_id(name)).collect();
                ids.sort_by_key(|id| old.iter().position(|each| each == id).unwrap_or(old.len()));
                Edit::Tags(ids)
            }
            Edit::AddTag(name) => Edit::AddTag(names.tag_id(name)),
            Edit::RemoveTag(name) => Edit::RemoveTag(names.tag_id(name)),
            edit => edit.clone(),
        });
    }
    if said.is_empty() {
        said.push(Edit::Name("Bo"));
    }
    if api == Api::Acquire {
        let cleared = said.iter().filter_map(|edit| match edit {
            Edit::City(city) => Some(Edit::Cleared(CLEARED[0], city.is_none())),
            Edit::Score(score) => Some(Edit::Cleared(CLEARED[1], score.is_none())),
            Edit::FirstEmail(email) => Some(Edit::Cleared(CLEARED[2], email.is_none())),
            _ => None,
        });
        said.extend(cleared.collect::<Vec<_>>());
    }
    said
}

/// The contact of a place, as an API names it.
pub(super) fn path(api: Api, id: &str, number: u64) -> String {
    let hex = id.replace('-', "");
    match api {
        Api::Native => format!("{CONTACTS}/{id}"),
        Api::Zingle => format!("{SERVICE}/contacts/{id}"),
        Api::Acquire => format!("/api/v1/crm/objects/contact/{number}"),
        Api::Callbell => format!("/v1/contacts/{hex}"),
        Api::Rolodex => format!("/user-api/v1/contacts/contact_{hex}"),
    }
}

fn body(names: &Names, api: Api, edits: &[Edit]) -> Json {
    let mut body = serde_json::Map::new();
    for edit in edits.iter().filter(|edit| !matches!(edit, Edit::Cleared(..))) {
        let (member, value) = match (api, edit) {
            (Api::Native, Edit::Name(name)) => ("name", json!({"full": name})),
            (Api::Zingle | Api::Rolodex, Edit::Name(name)) => ("first_name", json!(name)),
            (_, Edit::Name(name)) => ("name", json!(name)),
            (_, Edit::City(city)) => ("city", json!(city)),
            (Api::Rolodex, Edit::Job(title)) => ("title", json!(title)),
            (_, Edit::Job(title)) => ("job_title", json!(title)),
            (Api::Native, Edit::Starred(flag)) => ("starred", json!(flag)),
            (_, Edit::Starred(flag)) => ("is_starred", json!(flag)),
            (Api::Native, Edit::Score(score)) => ("values", json!({"lead_score": score})),
            (Api::Zingle, Edit::Score(score)) => {
                ("custom_field_values", json!([{"custom_field_id": names.zingle_score, "value": score}]))
            }
            (Api::Callbell, Edit::Score(score)) => ("custom_fields", json!({"Lead Score": score})),
            (Api::Rolodex, Edit::Score(score)) => {
                ("custom_fields", json!([{"id": "field_123", "value": score}]))
            }
            (_, Edit::Score(score)) => ("lead_score", json!(score)),
            (Api::Native, Edit::Tags(ids)) => ("tags", json!(ids)),
            (Api::Rolodex, Edit::Tags(ids)) => {
                let ids: Vec<_> = ids.iter().map(|id| format!("tag_{}", id.replace('-', ""))).collect();
                ("tags", json!(ids))
            }
            (_, Edit::Tags(ids)) => {
                ("tags", ids.iter().map(|id| json!(names.tag_name(id))).collect::<Json>())
            }
            (_, Edit::Channels(all)) => {
                let row = |(kind, value): &(&str, &str)| json!({"kind": kind, "value": value});
                ("channels", all.iter().map(row).collect::<Json>())
            }
            (_, Edit::Emails(values)) => ("emails", json!(values)),
            (_, Edit::FirstEmail(value)) => ("email", json!(value)),
            (_, edit) => panic!("no member says {edit:?}"),
        };
        body.insert(member.to_owned(), value);
    }
    if api == Api::Acquire {
        // What is no field of theirs stands beside the fields.
        let tags = body.remove("tags");
        let mut outer = json!({"fields": body});
        if let Some(tags) = tags {
            outer["tags"] = tags;
        }
        return outer;
    }
    Json::Object(body)
}

/// An action on a model: the request for it, and what it does.
pub(super) struct Actor<'a> {
    pub(super) names: &'a Names,
    pub(super) by: fn(usize, Api) -> By,
    pub(super) key: usize,
}

impl Actor<'_> {
    fn native(&self, method: &'static str, path: String, body: Json) -> Request {
        Request { api: Api::Native, method, path, body, media_type: "application/json" }
    }

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
        let place = |of: &usize| (count > 0).then(|| of % count.max(1));
        let at = |world: &World, api: Api, of: usize| {
            let person = &world.people[of];
            path(api, &person.id, person.number)
        };
        let native = self.by(Api::Native);
        world.begin(1);
        let (request, done) = match action {
            Action::Create(edits) => {
                let said = said(world, self.names, Api::Native, None, edits);
                let body = body(self.names, Api::Native, &said);
                (self.native("POST", CONTACTS.to_owned(), body), world.create(native, &said))
            }
            Action::Write(api, of, edits) => {
                let of = place(of)?;
                let said = said(world, self.names, *api, Some(of), edits);
                let method = if [Api::Native, Api::Callbell].contains(api) { "PATCH" } else { "PUT" };
                let body = body(self.names, *api, &said);
                let request = Request {
                    api: *api,
                    path: at(world, *api, of),
                    method,
                    ..self.native("", String::new(), body)
                };
                (request, world.update(self.by(*api), of, &said))
            }
            Action::PatchWhere(of, was, city) => {
                let of = place(of)?;
                let body = json!([
                    {"op": "test", "path": "/city", "value": was},
                    {"op": "add", "path": "/city", "value": city},
                ]);
                let request = Request {
                    media_type: JSON_PATCH,
                    ..self.native("PATCH", at(world, Api::Native, of), body)
                };
                let now = world.led_to(of).and_then(|of| world.living(of));
                let holds = now.is_some_and(|now| now["city"] == json!(was));
                let done =
                    if holds { world.update(native, of, &[Edit::City(Some(city))]) } else { Err(Refused) };
                (request, done)
            }
            Action::Tag(api, of, edit) => {
                let of = place(of)?;
                let said = said(world, self.names, *api, Some(of), std::slice::from_ref(edit));
                let now = world.led_to(of).and_then(|of| world.living(of));
                let path = at(world, *api, of);
                let (request, is_there) = self.one_tag(*api, path, &said[0], |id| {
                    now.is_some_and(|now| rows(&now, "tags").contains(&json!(id)))
                });
                let removes_nothing = matches!(edit, Edit::RemoveTag(_)) && !is_there;
                let done = world.update(self.by(*api), of, &said);
                (request, if removes_nothing { done.and(Err(Refused)) } else { done })
            }
            Action::Upsert(email, edits) => {
                let said = self.upserted(world, edits);
                let body = body(self.names, Api::Native, &said);
                (
                    self.native("PUT", format!("{CONTACTS}/by/email/{email}"), body),
                    world.upsert(native, email, &said),
                )
            }
            Action::Delete(api, of) => {
                let of = place(of)?;
                let request = Request { api: *api, ..self.native("DELETE", at(world, *api, of), Json::Null) };
                (request, world.delete(self.by(*api), of, None))
            }
            Action::Merge(into, from) => {
                let (into, from) = (place(into)?, place(from)?);
                let body = json!({"contacts": [world.people[from].id]});
                let path = format!("{}/merge", at(world, Api::Native, into));
                (self.native("POST", path, body), world.merge(native, into, from))
            }
            Action::Unmerge(of) => {
                let of = place(of)?;
                let path = format!("{}/unmerge", at(world, Api::Native, of));
                (self.native("POST", path, json!({})), world.unmerge(native, of))
            }
            Action::Undo(event, mode) => {
                let event = world.events.get(event % world.events.len().max(1))?.number;
                let mode_word = match mode {
                    OnConflict::Refuse => "refuse",
                    OnConflict::Skip => "skip",
                    OnConflict::Overwrite => "overwrite",
                };
                let path = format!("/api/v1/changes/{event}/undo");
                (
                    self.native("POST", path, json!({"on_conflict": mode_word})),
                    world.undo(native, event, *mode),
                )
            }
            Action::Wrong(api, of) => {
                let of = place(of)?;
                let body = match api {
                    Api::Native => json!({"job_title": "Spy", "city": 1}),
                    Api::Zingle => json!({"is_starred": "maybe", "first_name": "Spy"}),
                    Api::Acquire => json!({"fields": {"name": "Spy", "lead_score": "many"}}),
                    Api::Callbell => json!({"name": "Spy", "tags": "AI"}),
                    Api::Rolodex => json!({"first_name": "Spy", "is_starred": "maybe"}),
                };
                let method = if [Api::Native, Api::Callbell].contains(api) { "PATCH" } else { "PUT" };
                let request = Request { api: *api, ..self.native(method, at(world, *api, of), body) };
                (request, Err(Refused))
            }
            Action::Batch(is_atomic, actions) => return self.batch(world, *is_atomic, actions),
        };
        Some((request, done.map(|done| vec![done])))
    }

    /// A body of an upsert, which says nothing of channels.
    fn upserted(&self, world: &World, edits: &[Edit]) -> Vec<Edit> {
        let edits: Vec<_> =
            edits.iter().filter(|edit| !matches!(edit, Edit::Channels(_) | Edit::Tags(_))).cloned().collect();
        said(world, self.names, Api::Native, None, &edits)
    }

    fn one_tag(
        &self,
        api: Api,
        path: String,
        edit: &Edit,
        is_there: impl FnOnce(&str) -> bool,
    ) -> (Request, bool) {
        let (Edit::AddTag(id) | Edit::RemoveTag(id)) = edit else { panic!("{edit:?} is of one tag") };
        let adds = matches!(edit, Edit::AddTag(_));
        let request = match api {
            Api::Zingle => Request {
                api,
                ..self.native(if adds { "POST" } else { "DELETE" }, format!("{path}/labels/{id}"), json!({}))
            },
            _ => {
                let patch = if adds {
                    json!([{"op": "add", "path": "/tags/-", "value": id}])
                } else {
                    json!([{"op": "remove", "path": format!("/tags/{id}")}])
                };
                Request { media_type: JSON_PATCH, ..self.native("PATCH", path, patch) }
            }
        };
        (request, is_there(id))
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
        let request =
            self.native("POST", "/api/v1/batch".to_owned(), json!({"mode": mode, "operations": operations}));
        Some((request, if is_atomic && is_refused { Err(Refused) } else { Ok(dones) }))
    }
}

const JSON_PATCH: &str = "application/json-patch+json";
