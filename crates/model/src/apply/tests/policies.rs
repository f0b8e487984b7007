//! Changes by a key with a policy: data in, text out.

use serde_json::json;

use super::world::{World, item, stamp};
use super::{change, some};
use crate::{
    Applied, ChannelKind, ChannelWrite, Contact, Edit, Flag, Ground, ItemRef, Json, NamePart, OnHeldBack,
    Policy, Rejection, Rule, Set, TextMember, Value, ValueWrite,
};

/// Applies edits under these rules.
fn under<const N: usize>(
    rules: &[(&str, Rule)],
    on_held_back: OnHeldBack,
    (contact, step): (&Contact, u8),
    edits: [Edit; N],
) -> Result<Applied, Rejection> {
    let world = World::new();
    let rules = rules.iter().map(|(path, rule)| ((*path).to_owned(), *rule)).collect();
    let policy = Policy::new(rules, on_held_back, &[&world.catalog]).unwrap();
    let ground = Ground { policy: Some(&policy), ..world.ground(stamp(step)) };
    crate::apply(contact, &change(edits), &ground)
}

fn given<const N: usize>(edits: [Edit; N]) -> Contact {
    let world = World::new();
    crate::apply(&world.blank(), &change(edits), &world.ground(stamp(0))).unwrap().contact
}

fn tags(names: &[&str]) -> Edit {
    Edit::Tags(Set::replace(names.iter().map(|name| ((*name).to_owned(), item(name))).collect()))
}

fn value(key: &str, json: Json) -> Edit {
    let write = ValueWrite { at: "v".to_owned(), field: ItemRef::Key(key.to_owned()), json };
    Edit::Values(Set::add(vec![write]), |json, field, catalog| {
        crate::value::read(json, field, catalog, crate::Dialect::Native)
    })
}

fn channel(kind: &str, value: &str) -> ChannelWrite {
    ChannelWrite::new("c", kind.into(), value)
}

fn held(applied: &Applied) -> Vec<String> {
    applied.held_back.iter().map(|held| held.member.to_string()).collect()
}

fn told(rejection: &Rejection) -> Vec<String> {
    rejection.violations.iter().map(ToString::to_string).collect()
}

#[test]
fn a_replacement_of_a_set_adds_to_it() {
    let contact = given([tags(&["vip", "old"])]);
    let rules = [("tags", Rule::AddOnly)];
    let applied = under(&rules, OnHeldBack::Tell, (&contact, 1), [tags(&["lead"])]).unwrap();
    let lead = given([tags(&["lead"])]).tags;
    assert_eq!(applied.contact.tags, [&contact.tags[..], &lead].concat());
    assert_eq!(held(&applied), ["tags"]);
    assert_eq!(applied.held_back[0].wanted, json!(lead));
    // The order of one that loses nothing is as it was written.
    let applied = under(&rules, OnHeldBack::Tell, (&contact, 1), [tags(&["lead", "old", "vip"])]).unwrap();
    assert_eq!((applied.contact.tags[0], held(&applied).len()), (lead[0], 0));
    let applied = under(&rules, OnHeldBack::Tell, (&contact, 1), [tags(&[])]).unwrap();
    assert_eq!((applied.contact, applied.differences.len()), (contact, 0), "the revision too");
    assert_eq!(applied.held_back.len(), 1);
}

#[test]
fn a_channel_that_gets_another_value_stays_and_the_value_is_added() {
    let email = Edit::MergeChannels(vec![channel("email", "a@x.com"), channel("phone", "+18585551212")]);
    let contact = given([email]);
    let edit = Edit::PrimaryChannel(ChannelKind::Email, Some(channel("email", "b@x.com")));
    let rules = [("channels.email", Rule::AddOnly)];
    let applied = under(&rules, OnHeldBack::Tell, (&contact, 1), [edit]).unwrap();
    let shown: Vec<_> =
        applied.contact.channels.iter().map(|each| (each.value.as_str(), each.primary)).collect();
    assert_eq!(shown, [("a@x.com", true), ("+18585551212", true), ("b@x.com", false)]);
    assert_eq!(applied.contact.channels[..2], contact.channels[..]);
    assert_eq!(held(&applied), ["channels"]);
}

#[test]
fn a_kind_of_channel_has_its_own_rule() {
    let contact =
        given([Edit::MergeChannels(vec![channel("email", "a@x.com"), channel("phone", "+18585551212")])]);
    let rules = [("channels.*", Rule::FillIfEmpty), ("channels.phone", Rule::Refuse)];
    let edits = || Edit::ReplaceChannels(vec![channel("chat", "jane"), channel("phone", "+18585551212")]);
    let applied = under(&rules, OnHeldBack::Tell, (&contact, 1), [edits()]).unwrap();
    let values: Vec<_> = applied.contact.channels.iter().map(|each| each.value.as_str()).collect();
    assert_eq!(values, ["a@x.com", "+18585551212", "jane"]);
    let rejection =
        under(&rules, OnHeldBack::Tell, (&contact, 1), [Edit::ReplaceChannels(vec![])]).unwrap_err();
    assert_eq!(told(&rejection), ["0: the key's policy protects 'channels.phone'"]);
}

#[test]
fn what_is_set_is_not_filled() {
    let text = |member, value: &str| Edit::Text(member, some(value));
    let contact = given([
        text(TextMember::City, "Paris"),
        Edit::Name(NamePart::First, some("Ann")),
        Edit::Flag(Flag::Confirmed, true),
    ]);
    let rules = [("*", Rule::FillIfEmpty)];
    let edits = [
        text(TextMember::City, "Rome"),
        text(TextMember::State, "Lazio"),
        Edit::Name(NamePart::Full, some("Bob Bond")),
        Edit::Flag(Flag::Confirmed, false),
        Edit::Flag(Flag::Starred, true),
    ];
    let applied = under(&rules, OnHeldBack::Tell, (&contact, 1), edits).unwrap();
    let after = &applied.contact;
    assert_eq!((after.city.as_deref(), after.state.as_deref()), (Some("Paris"), Some("Lazio")));
    assert_eq!((&after.name, after.confirmed, after.unconfirmed_at), (&contact.name, true, None));
    assert!(after.starred);
    assert_eq!(held(&applied), ["name.full", "name.first", "name.last", "city", "confirmed"]);
}

#[test]
fn an_empty_text_and_an_empty_choice_are_filled() {
    let mut contact = given([Edit::Text(TextMember::City, some("Paris"))]);
    let world = World::new();
    let field = |key: &str| world.catalog.fields.iter().find(|field| field.key == key).unwrap().id;
    contact.values.insert(field("f_text"), Value::Text("".into()));
    contact.values.insert(field("f_multi"), Value::Options(Vec::new()));
    contact.name.first = Some("".into());
    for rule in [Rule::FillIfEmpty, Rule::AddOnly] {
        let edits = [
            value("f_text", json!("called")),
            value("f_multi", json!(["red"])),
            Edit::Name(NamePart::First, some("Ann")),
        ];
        let applied = under(&[("*", rule)], OnHeldBack::Tell, (&contact, 1), edits).unwrap();
        assert_eq!(held(&applied), [""; 0]);
        let after = &applied.contact;
        assert_eq!(after.values[&field("f_text")], Value::Text("called".into()));
        assert!(!after.values[&field("f_multi")].is_empty());
        assert_eq!(after.name.first.as_deref(), Some("Ann"));
    }
}

#[test]
fn what_is_refused_names_the_members_that_wrote_it() {
    let contact = given([tags(&["vip"])]);
    let rules = [("tags", Rule::Refuse), ("name", Rule::Refuse)];
    let edits = [Edit::Text(TextMember::City, some("Rome")), tags(&[]), value("first name", json!("Joe"))];
    let rejection = under(&rules, OnHeldBack::Tell, (&contact, 1), edits).unwrap_err();
    assert_eq!(
        told(&rejection),
        ["2: the key's policy protects 'name'", "1: the key's policy protects 'tags'"]
    );
    let same = under(&rules, OnHeldBack::Tell, (&contact, 1), [tags(&["vip"])]).unwrap();
    assert_eq!(same.differences, []);
    assert!(under(&rules, OnHeldBack::Tell, (&World::new().blank(), 1), [tags(&["vip"])]).is_err());
}

#[test]
fn what_would_be_held_back_refuses_the_whole_where_it_is_to() {
    let contact = given([tags(&["vip"])]);
    let edits = [Edit::Text(TextMember::City, some("Rome")), tags(&[])];
    let rejection = under(&[("tags", Rule::AddOnly)], OnHeldBack::Refuse, (&contact, 1), edits).unwrap_err();
    assert_eq!(told(&rejection), ["1: the key's policy protects 'tags'"]);
}

#[test]
fn a_rule_of_a_field_holds_under_its_next_key_too() {
    let mut world = World::new();
    let key = world.catalog.fields.iter().find(|field| field.system.is_none()).unwrap().key.clone();
    let rules = [(format!("values.{key}"), Rule::FillIfEmpty)].into();
    let policy = Policy::new(rules, OnHeldBack::Tell, &[&world.catalog]).unwrap();
    let contact = given([value(&key, json!("a"))]);
    let mut fields: Vec<_> = world.catalog.fields.iter().cloned().collect();
    fields.iter_mut().filter(|field| field.key == key).for_each(|field| field.key = "renamed".to_owned());
    world.catalog.fields = fields.into_iter().collect();
    let ground = Ground { policy: Some(&policy), ..world.ground(stamp(1)) };
    let applied = crate::apply(&contact, &change([value("renamed", json!("b"))]), &ground).unwrap();
    assert_eq!((applied.contact, applied.held_back.len()), (contact, 1));
}
