//! What the test does at random.

use model::OnConflict;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{select, subsequence};

use super::content::Edit;

pub(super) const TAGS: [&str; 3] = ["AI", "VIP", "sales"];
const EMAILS: [&str; 3] = ["ada@x.example", "eve@x.example", "kim@x.example"];
const PHONES: [&str; 2] = ["+31612345678", "+18585551212"];
const NAMES: [&str; 3] = ["Ada", "Eve", "Kim"];
const CITIES: [&str; 3] = ["Rome", "Oslo", "Paris"];
const TITLES: [&str; 2] = ["CTO", "Baker"];

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Api {
    Native,
    Zingle,
    Acquire,
    Callbell,
    Rolodex,
}

impl Api {
    pub(super) const ALL: [Self; 5] =
        [Self::Native, Self::Zingle, Self::Acquire, Self::Callbell, Self::Rolodex];

    pub(super) fn word(self) -> &'static str {
        ["native", "zingle", "acquire", "callbell", "rolodex"][self as usize]
    }

    /// Whether a write can say it.
    pub(super) fn can_say(self, edit: &Edit) -> bool {
        use Api::{Acquire, Native, Rolodex, Zingle};
        match edit {
            Edit::Name(_) | Edit::Score(Some(_)) => true,
            Edit::City(_) => [Native, Acquire].contains(&self),
            Edit::Job(_) => [Native, Rolodex].contains(&self),
            Edit::Starred(_) => [Native, Zingle, Rolodex].contains(&self),
            Edit::Score(None) => [Native, Acquire].contains(&self),
            Edit::Tags(_) => self != Zingle,
            Edit::Channels(_) => self == Native,
            Edit::Emails(_) => self == Rolodex,
            Edit::FirstEmail(_) => self == Acquire,
            Edit::AddTag(_) | Edit::RemoveTag(_) => [Native, Zingle].contains(&self),
            Edit::HasEmail(_) | Edit::Cleared(..) => false,
        }
    }
}

/// What is done; people and events are places, taken modulo their count.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Create(Vec<Edit>),
    Write(Api, usize, Vec<Edit>),
    /// A JSON Patch that is carried out where the city is this.
    PatchWhere(usize, Option<&'static str>, &'static str),
    /// One tag by a route of its own in Zingle, by a JSON Patch in the native API.
    Tag(Api, usize, Edit),
    Upsert(&'static str, Vec<Edit>),
    Delete(Api, usize),
    Merge(usize, usize),
    Unmerge(usize),
    Undo(usize, OnConflict),
    /// Whether all or nothing.
    Batch(bool, Vec<Action>),
    /// A write of which a member is wrong.
    Wrong(Api, usize),
}

/// How a write is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Terms {
    Plain,
    DryRun,
    /// Twice with one idempotency key.
    Twice,
    /// For a revision that is not there.
    Stale,
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) key: usize,
    pub(super) terms: Terms,
    pub(super) action: Action,
}

fn tags() -> impl Strategy<Value = Vec<String>> {
    subsequence(TAGS.to_vec(), 0..=3).prop_map(|tags| tags.into_iter().map(str::to_owned).collect())
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let channels = (subsequence(EMAILS.to_vec(), 0..=2), subsequence(PHONES.to_vec(), 0..=1));
    let channels = channels.prop_map(|(emails, phones)| {
        let emails = emails.into_iter().map(|value| ("email", value));
        Edit::Channels(emails.chain(phones.into_iter().map(|value| ("phone", value))).collect())
    });
    prop_oneof![
        select(NAMES.to_vec()).prop_map(Edit::Name),
        option::of(select(CITIES.to_vec())).prop_map(Edit::City),
        option::of(select(TITLES.to_vec())).prop_map(Edit::Job),
        any::<bool>().prop_map(Edit::Starred),
        option::of(0_i64..3).prop_map(Edit::Score),
        tags().prop_map(Edit::Tags),
        channels,
        subsequence(EMAILS.to_vec(), 0..=2).prop_map(Edit::Emails),
        option::of(select(EMAILS.to_vec())).prop_map(Edit::FirstEmail),
    ]
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    vec(any_edit(), 1..5)
}

fn any_api() -> impl Strategy<Value = Api> {
    select(Api::ALL.to_vec())
}

fn any_of_batch() -> impl Strategy<Value = Action> {
    let of = any::<usize>;
    prop_oneof![
        2 => edits().prop_map(Action::Create),
        4 => (of(), edits()).prop_map(|(of, edits)| Action::Write(Api::Native, of, edits)),
        1 => (select(EMAILS.to_vec()), edits()).prop_map(|(email, edits)| Action::Upsert(email, edits)),
        1 => of().prop_map(|of| Action::Delete(Api::Native, of)),
        1 => (of(), of()).prop_map(|(into, from)| Action::Merge(into, from)),
    ]
}

fn any_action() -> impl Strategy<Value = Action> {
    let of = any::<usize>;
    let one_tag = (select(TAGS.to_vec()), any::<bool>()).prop_map(|(tag, adds)| {
        if adds { Edit::AddTag(tag.to_owned()) } else { Edit::RemoveTag(tag.to_owned()) }
    });
    let modes = vec![OnConflict::Refuse, OnConflict::Refuse, OnConflict::Skip, OnConflict::Overwrite];
    prop_oneof![
        3 => edits().prop_map(Action::Create),
        12 => (any_api(), of(), edits()).prop_map(|(api, of, edits)| Action::Write(api, of, edits)),
        2 => (of(), option::of(select(CITIES.to_vec())), select(CITIES.to_vec()))
            .prop_map(|(of, was, city)| Action::PatchWhere(of, was, city)),
        2 => (select(vec![Api::Native, Api::Zingle]), of(), one_tag)
            .prop_map(|(api, of, edit)| Action::Tag(api, of, edit)),
        2 => (select(EMAILS.to_vec()), edits()).prop_map(|(email, edits)| Action::Upsert(email, edits)),
        2 => (any_api(), of()).prop_map(|(api, of)| Action::Delete(api, of)),
        3 => (of(), of()).prop_map(|(into, from)| Action::Merge(into, from)),
        2 => of().prop_map(Action::Unmerge),
        10 => (of(), select(modes)).prop_map(|(event, mode)| Action::Undo(event, mode)),
        2 => (any::<bool>(), vec(any_of_batch(), 1..5)).prop_map(|(all, rows)| Action::Batch(all, rows)),
        1 => (any_api(), of()).prop_map(|(api, of)| Action::Wrong(api, of)),
    ]
}

pub(super) fn any_step() -> impl Strategy<Value = Step> {
    let terms = prop_oneof![
        6 => Just(Terms::Plain),
        1 => Just(Terms::DryRun),
        1 => Just(Terms::Twice),
        1 => Just(Terms::Stale),
    ];
    let key = prop_oneof![2 => Just(0_usize), 1 => 1_usize..4];
    (key, terms, any_action()).prop_map(|(key, terms, action)| Step { key, terms, action })
}
