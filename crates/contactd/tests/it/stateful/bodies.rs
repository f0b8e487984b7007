//! How each API names a contact, and says what is to become of it.

use std::mem::discriminant;

use model::Json;
use serde_json::json;

use super::content::{CLEARED, Edit, rows};
use super::steps::Api;
use super::world::World;

const SERVICE: &str = "/v1/services/aff7bc93-6e28-4e70-8770-defa35cdfc1b";
pub(super) const CONTACTS: &str = "/api/v1/contacts";

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
pub(super) fn said(world: &World, names: &Names, api: Api, of: Option<usize>, edits: &[Edit]) -> Vec<Edit> {
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

pub(super) fn body(names: &Names, api: Api, edits: &[Edit]) -> Json {
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
