//! Taking changes back, also after later ones.

use super::world::{item, named};
use super::{Case, change, some};
use crate::OnConflict::{Overwrite, Refuse, Skip};
use crate::{
    ChannelId, ChannelWrite, CompanyWrite, Dialect, Difference, Edit, OnConflict, Set, SetMode, TextMember,
};

const ALL: [OnConflict; 3] = [Refuse, Skip, Overwrite];

/// Applies the start and then each edit as a change of its own; takes back the first of those.
#[track_caller]
fn check(start: &Edit, then: &[Edit], (modes, expected): (&[OnConflict], &str)) {
    for mode in modes {
        let mut case = Case::new().given([start.clone()]);
        let mut first: Option<Vec<Difference>> = None;
        for edit in then {
            let applied = case.apply(&change([edit.clone()])).unwrap();
            case.contact = applied.contact;
            first = first.or(Some(applied.differences));
        }
        let undo = Edit::Revert(first.unwrap(), *mode);
        case.check([undo.clone()], expected);
        if !expected.starts_with("refused") {
            case.check([undo], "");
        }
    }
}

fn tags(mode: SetMode, names: &[&str]) -> Edit {
    Edit::Tags(Set { mode, items: names.iter().map(|name| (String::new(), item(name))).collect() })
}

fn titled(name: &str, title: &str) -> CompanyWrite {
    let title = Some(some(title));
    CompanyWrite { at: String::new(), company: named(name), title, start_date: None, active: None }
}

fn companies<const N: usize>(mode: SetMode, items: [CompanyWrite; N]) -> Edit {
    Edit::Companies(Set { mode, items: items.into() })
}

fn email(value: &str) -> ChannelWrite {
    ChannelWrite::new("", "email".into(), value)
}

fn merge(write: ChannelWrite) -> Edit {
    Edit::MergeChannels(vec![write])
}

fn by_id(name: &str, write: ChannelWrite) -> ChannelWrite {
    ChannelWrite { id: Some(ChannelId(super::world::id(name))), ..write }
}

fn remove(name: &str) -> Edit {
    Edit::RemoveChannel(ChannelId(super::world::id(name)))
}

#[test]
fn a_member_that_was_changed_again_is_a_conflict() {
    let city = |text| Edit::Text(TextMember::City, some(text));
    let then = [city("Rome"), city("Oslo")];
    check(&city("Paris"), &then, (&[Refuse], "refused city: was changed again since"));
    check(&city("Paris"), &then, (&[Skip], ""));
    check(&city("Paris"), &then, (&[Overwrite], "city = \"Paris\""));
    check(&city("Paris"), &[city("Rome"), city("Paris")], (&ALL, ""));
}

#[test]
fn taking_back_an_added_tag_leaves_later_ones() {
    let [a, b] = [tags(SetMode::Add, &["vip"]), tags(SetMode::Add, &["lead"])];
    check(&tags(SetMode::Add, &[]), &[a.clone(), b.clone()], (&ALL, r#"tags = ["lead"]"#));
    check(&tags(SetMode::Add, &["old"]), &[a, b], (&ALL, r#"tags = ["old","lead"]"#));
}

#[test]
fn a_removed_tag_comes_back_where_it_was() {
    let start = tags(SetMode::Add, &["vip", "lead"]);
    let later = tags(SetMode::Add, &["old"]);
    let [first, second] = ["vip", "lead"].map(|name| tags(SetMode::Remove, &[name]));
    check(&start, &[first, later.clone()], (&ALL, r#"tags = ["vip","lead","old"]"#));
    check(&start, &[second, later], (&ALL, r#"tags = ["vip","lead","old"]"#));
}

#[test]
fn a_new_order_is_taken_back() {
    let start = tags(SetMode::Add, &["vip", "lead"]);
    let [moved, later] = [tags(SetMode::Replace, &["lead", "vip"]), tags(SetMode::Add, &["old"])];
    check(&start, &[moved, later], (&ALL, r#"tags = ["vip","lead","old"]"#));
}

#[test]
fn a_tag_removed_since_stays_removed() {
    let [added, gone] = [tags(SetMode::Add, &["vip", "lead"]), tags(SetMode::Remove, &["vip"])];
    check(&tags(SetMode::Add, &["old"]), &[added, gone], (&ALL, r#"tags = ["old"]"#));
}

#[test]
fn taking_back_a_company_leaves_later_ones() {
    let start = companies(SetMode::Add, []);
    let [acme, globex] = [("acme", "CTO"), ("globex", "CEO")].map(|(name, title)| titled(name, title));
    let then = [acme, globex].map(|each| companies(SetMode::Add, [each]));
    check(&start, &then, (&ALL, "companies =\nglobex title:CEO active"));
}

#[test]
fn an_altered_company_is_set_back_unless_it_was_altered_since() {
    let start = companies(SetMode::Add, [titled("acme", "CTO")]);
    let [to_ceo, later, again] = [titled("acme", "CEO"), titled("globex", "VP"), titled("acme", "CFO")]
        .map(|each| companies(SetMode::Add, [each]));
    let restored = "companies =\nacme title:CTO active\nglobex title:VP active";
    check(&start, &[to_ceo.clone(), later.clone()], (&ALL, restored));
    let then = [to_ceo, later, again];
    check(&start, &then, (&[Refuse], "refused companies: was changed again since"));
    check(&start, &then, (&[Skip], ""));
    check(&start, &then, (&[Overwrite], restored));
}

#[test]
fn a_company_removed_and_added_anew_is_a_conflict() {
    let start = companies(SetMode::Add, [titled("acme", "CTO"), titled("globex", "VP")]);
    let then =
        [companies(SetMode::Remove, [titled("acme", "")]), companies(SetMode::Add, [titled("acme", "CFO")])];
    check(&start, &then, (&[Refuse], "refused companies: was changed again since"));
    let restored = "companies =\nglobex title:VP active\nacme title:CTO active";
    check(&start, &then, (&[Overwrite], restored));
}

#[test]
fn taking_back_a_channel_leaves_later_ones() {
    let then = [merge(email("b@x")), merge(email("c@x"))];
    check(&merge(email("a@x")), &then, (&ALL, "channels =\na0 email a@x primary default\nc0 email c@x"));
    let start = Edit::MergeChannels(vec![]);
    let then = [merge(email("b@x")), merge(email("c@x"))];
    check(&start, &then, (&ALL, "channels =\nc0 email c@x primary"));
}

#[test]
fn a_removed_primary_channel_is_primary_again() {
    let start = Edit::MergeChannels(vec![email("a@x"), email("b@x")]);
    let expected = "channels =\na0 email a@x primary default\na1 email b@x\nc0 email c@x";
    check(&start, &[remove("a0"), merge(email("c@x"))], (&ALL, expected));
}

#[test]
fn a_channel_that_was_added_anew_does_not_come_back_twice() {
    let start = Edit::MergeChannels(vec![email("a@x"), email("b@x")]);
    let then = [remove("a1"), merge(email("B@x"))];
    check(&start, &then, (&[Refuse], "refused channels: was changed again since"));
    check(&start, &then, (&[Skip], ""));
    check(&start, &then, (&[Overwrite], "channels =\na0 email a@x primary default\na1 email b@x"));
    let then = [merge(by_id("a1", email("c@x"))), merge(email("b@x"))];
    check(&start, &then, (&[Refuse], "refused channels: was changed again since"));
}

#[test]
fn swapped_values_are_taken_back() {
    let start = Edit::MergeChannels(vec![email("a@x"), email("b@x")]);
    let swap = Edit::MergeChannels(vec![by_id("a0", email("b@x")), by_id("a1", email("a@x"))]);
    let expected = "channels =\na0 email a@x primary default\na1 email b@x\nc0 email c@x";
    check(&start, &[swap, merge(email("c@x"))], (&ALL, expected));
}

#[test]
fn aliases_are_taken_back_one_by_one() {
    let aliases = |texts: &[&str]| {
        Edit::Aliases(Dialect::Zingle, texts.iter().map(|text| (*text).to_owned()).collect())
    };
    check(
        &aliases(&["a"]),
        &[aliases(&["a", "b"]), aliases(&["a", "b", "c"])],
        (&ALL, r#"aliases.zingle = ["a","c"]"#),
    );
}

#[test]
fn lists_inside_extras_are_set_back_only_as_a_whole() {
    let extra = |json: &str| Edit::Extra(Dialect::Acquire, "x".to_owned(), serde_json::from_str(json).ok());
    let then = [extra("[1,2]"), extra("[1,2,3]")];
    check(&extra("[1]"), &then, (&[Refuse], "refused extras.acquire.x: was changed again since"));
    check(&extra("[1]"), &then, (&[Overwrite], "extras.acquire.x = [1]"));
}
