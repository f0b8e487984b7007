//! What a contact holds in the model: members with one value, and lists of rows.

use std::collections::BTreeMap;

use model::{Json, Rule};
use serde_json::json;

/// The members of a contact that the test writes, by their names in differences; each is always there.
pub(super) type Content = BTreeMap<&'static str, Json>;

/// Members with one value; the parts of a name of one word are the same.
pub(super) const SINGLE: [&str; 9] = [
    "name.full",
    "name.first",
    "city",
    "job_title",
    "starred",
    "values.lead_score",
    CLEARED[0],
    CLEARED[1],
    CLEARED[2],
];
/// What Acquire keeps of a field that was cleared through it: that it shows still, as `null`.
pub(super) const CLEARED: [&str; 3] =
    ["extras.acquire.fields.city", "extras.acquire.fields.lead_score", "extras.acquire.fields.email"];
/// Lists of rows, each known by its `id` or by itself.
pub(super) const LISTS: [&str; 3] = ["tags", "channels", "former.native"];

/// One thing that a write says.
#[derive(Clone, Debug)]
pub(super) enum Edit {
    Name(&'static str),
    City(Option<&'static str>),
    Job(Option<&'static str>),
    Starred(bool),
    Score(Option<i64>),
    /// The ids that are to be all.
    Tags(Vec<String>),
    AddTag(String),
    RemoveTag(String),
    /// Kinds and values that are to be all.
    Channels(Vec<(&'static str, &'static str)>),
    /// Values that are to be all e-mail addresses.
    Emails(Vec<&'static str>),
    /// The first e-mail address, or none at all.
    FirstEmail(Option<&'static str>),
    /// Whether Acquire shows a field as cleared.
    Cleared(&'static str, bool),
    /// An e-mail address that must be there.
    HasEmail(&'static str),
}

/// Of a difference: the member, what it was, what it is.
pub(super) type Difference = (&'static str, Json, Json);

pub(super) fn blank() -> Content {
    let single = SINGLE.map(|member| (member, if member == "starred" { json!(false) } else { Json::Null }));
    single.into_iter().chain(LISTS.map(|member| (member, json!([])))).collect()
}

pub(super) fn rows<'c>(content: &'c Content, member: &str) -> &'c [Json] {
    content[member].as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn key(row: &Json) -> &Json {
    row.get("id").unwrap_or(row)
}

pub(super) fn with_key<'r>(rows: &'r [Json], wanted: &Json) -> Option<&'r Json> {
    rows.iter().find(|row| key(row) == wanted)
}

pub(super) fn differences(before: &Content, after: &Content) -> Vec<Difference> {
    let members = SINGLE.into_iter().chain(LISTS);
    let all = members.map(|member| (member, before[member].clone(), after[member].clone()));
    all.filter(|(_, before, after)| before != after).collect()
}

pub(super) fn is_empty(value: &Json) -> bool {
    [Json::Null, json!(false), json!([])].contains(value)
}

/// Carries out what a write says; `fresh` makes up ids of channels, which come after all others.
pub(super) fn edit(content: &mut Content, edit: &Edit, fresh: &mut impl FnMut() -> String) {
    let mut set = |member: &'static str, value: Json| drop(content.insert(member, value));
    match edit {
        Edit::Name(name) => {
            set("name.full", json!(name));
            set("name.first", json!(name));
        }
        Edit::City(city) => set("city", json!(city)),
        Edit::Job(title) => set("job_title", json!(title)),
        Edit::Starred(flag) => set("starred", json!(flag)),
        Edit::Score(score) => set("values.lead_score", json!(score)),
        Edit::Cleared(member, is_cleared) => set(member, json!(is_cleared.then_some("null"))),
        Edit::Tags(tags) => set("tags", json!(tags)),
        Edit::AddTag(tag) => append(content, "tags", &json!(tag)),
        Edit::RemoveTag(tag) => {
            let kept: Vec<_> = rows(content, "tags").iter().filter(|each| **each != json!(tag)).collect();
            set_rows(content, "tags", json!(kept));
        }
        Edit::Channels(wanted) => replace_channels(content, |_| true, wanted, fresh),
        Edit::Emails(values) => {
            let wanted: Vec<_> = values.iter().map(|value| ("email", *value)).collect();
            replace_channels(content, |row| row["kind"] == "email", &wanted, fresh);
        }
        Edit::FirstEmail(value) => first_email(content, *value, fresh),
        Edit::HasEmail(value) => {
            let mut all = rows(content, "channels").to_vec();
            if !all.iter().any(|row| is(row, "email", value)) {
                let is_first = all.is_empty();
                all.push(channel(&fresh(), "email", value, is_first));
            }
            content.insert("channels", settled(all));
        }
    }
}

fn set_rows(content: &mut Content, member: &'static str, rows: Json) {
    content.insert(member, rows);
}

/// Adds a row that is not there.
pub(super) fn append(content: &mut Content, member: &'static str, row: &Json) {
    let mut all = rows(content, member).to_vec();
    if !all.contains(row) {
        all.push(row.clone());
    }
    content.insert(member, Json::Array(all));
}

fn channel(id: &str, kind: &str, value: &str, default: bool) -> Json {
    json!({"id": id, "kind": kind, "value": value, "primary": false, "default": default})
}

fn is(row: &Json, kind: &str, value: &str) -> bool {
    row["kind"] == kind && row["value"] == value
}

/// Those that stay keep their ids; of the order given the first of each kind is the primary one.
fn replace_channels(
    content: &mut Content,
    is_ours: impl Fn(&Json) -> bool,
    wanted: &[(&str, &str)],
    fresh: &mut impl FnMut() -> String,
) {
    let (old, kept): (Vec<_>, Vec<_>) = rows(content, "channels").iter().cloned().partition(is_ours);
    let mut made: Vec<Json> = Vec::new();
    for (kind, value) in wanted {
        if made.iter().any(|row| is(row, kind, value)) {
            continue;
        }
        let same = old.iter().find(|row| is(row, kind, value)).cloned();
        let mut row = same.unwrap_or_else(|| channel(&fresh(), kind, value, false));
        row["primary"] = json!(!made.iter().any(|each| each["kind"] == *kind));
        made.push(row);
    }
    content.insert("channels", settled(kept.into_iter().chain(made).collect()));
}

fn first_email(content: &mut Content, value: Option<&str>, fresh: &mut impl FnMut() -> String) {
    let mut all = rows(content, "channels").to_vec();
    match value {
        None => all.retain(|row| row["kind"] != "email"),
        Some(value) => {
            let same = all.iter().position(|row| is(row, "email", value));
            let first = || all.iter().position(|row| row["kind"] == "email" && row["primary"] == true);
            let at = same.or_else(first).unwrap_or(all.len());
            if at == all.len() {
                all.push(channel(&fresh(), "email", value, false));
            }
            all[at]["value"] = json!(value);
            for (place, row) in all.iter_mut().enumerate().filter(|(_, row)| row["kind"] == "email") {
                row["primary"] = json!(place == at);
            }
        }
    }
    content.insert("channels", settled(all));
}

/// In the order of ids, with one primary channel of each kind and at most one default.
pub(super) fn settled(mut all: Vec<Json>) -> Json {
    all.sort_by_key(|row| row["id"].as_str().unwrap().to_owned());
    let mut has_default = false;
    for at in 0..all.len() {
        let others = all.iter().enumerate().filter(|(_, other)| other["kind"] == all[at]["kind"]);
        let mut flagged = others.clone().filter(|(_, other)| other["primary"] == true);
        let first = flagged.next().or_else(|| others.clone().next()).map(|(place, _)| place);
        if first != Some(at) && all[at]["primary"] == true {
            all[at]["primary"] = json!(false);
        } else if first == Some(at) {
            all[at]["primary"] = json!(true);
        }
        let is_default = all[at]["default"] == true && !has_default;
        has_default |= is_default;
        all[at]["default"] = json!(is_default);
    }
    Json::Array(all)
}

/// What a key may do to members, by the first part of their names.
pub(super) struct Policy {
    pub(super) rules: &'static [(&'static str, Rule)],
    pub(super) refuses_held_back: bool,
    /// Whether what a vendor's documents do not have is refused.
    pub(super) is_strict: bool,
}

impl Policy {
    pub(super) fn rule(&self, member: &str) -> Rule {
        let path = member.split('.').next().unwrap_or(member);
        self.rules.iter().find(|(each, _)| *each == path).map_or(Rule::Replace, |(_, rule)| *rule)
    }

    /// Makes of a write what the key may do; the members that were held back, or `None` where all of it is refused.
    pub(super) fn hold(
        &self,
        before: &Content,
        after: &mut Content,
        is_new: bool,
    ) -> Option<Vec<&'static str>> {
        let mut held = Vec::new();
        for (member, old, _) in differences(before, after) {
            match self.rule(member) {
                Rule::Refuse => return None,
                Rule::Replace => {}
                _ if is_new => {}
                Rule::AddOnly if member == "tags" => {
                    let is_kept = |row: &&Json| !rows(before, member).contains(row);
                    let added: Vec<_> = rows(after, member).iter().filter(is_kept).cloned().collect();
                    if rows(before, member).iter().any(|row| !rows(after, member).contains(row)) {
                        held.push(member);
                        let all = rows(before, member).iter().cloned().chain(added).collect();
                        after.insert(member, Json::Array(all));
                    }
                }
                _ if is_empty(&old) => {}
                _ => {
                    held.push(member);
                    after.insert(member, old);
                }
            }
        }
        if self.refuses_held_back && !held.is_empty() { None } else { Some(held) }
    }
}
