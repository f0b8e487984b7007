//! Tags, lists, notes and companies.

use super::world::{item, named};
use super::{Case, check, some};
use crate::{Carried, CompanyWrite, Dialect, Edit, ItemRef, Set, SetMode};

fn items(names: &[&str]) -> Vec<(String, ItemRef)> {
    names.iter().enumerate().map(|(at, name)| (format!("tags.{at}"), item(name))).collect()
}

fn tags(mode: SetMode, names: &[&str]) -> Edit {
    Edit::Tags(Set { mode, items: items(names) })
}

fn companies<const N: usize>(mode: SetMode, items: [CompanyWrite; N]) -> Edit {
    Edit::Companies(Set { mode, items: items.into() })
}

fn company(name: &str) -> CompanyWrite {
    CompanyWrite { at: name.to_owned(), company: named(name), title: None, start_date: None, active: None }
}

#[test]
fn tags_are_replaced_in_the_order_given_without_repeats() {
    let mut case = Case::new();
    case.check([tags(SetMode::Replace, &["lead", "vip", "lead"])], r#"tags = ["lead","vip"]"#);
    case.check([tags(SetMode::Replace, &["lead", "vip"])], "");
    case.check([tags(SetMode::Replace, &["vip", "lead"])], r#"tags = ["vip","lead"]"#);
    case.check([tags(SetMode::Replace, &[])], "tags = null");
}

#[test]
fn an_exact_set_keeps_the_order_of_what_was_there() {
    let mut case = Case::new().given([tags(SetMode::Replace, &["vip", "lead"])]);
    case.check([tags(SetMode::Exact, &["lead", "vip", "lead"])], "");
    case.check([tags(SetMode::Exact, &["old", "lead"])], r#"tags = ["lead","old"]"#);
    let mut case = Case::new().given([companies(SetMode::Replace, [company("acme"), company("globex")])]);
    let titled = CompanyWrite { title: Some(some("CTO")), ..company("acme") };
    case.check([companies(SetMode::Exact, [company("globex"), company("acme")])], "");
    case.check(
        [companies(SetMode::Exact, [company("initech"), company("globex"), titled])],
        "companies =\nacme title:CTO active\nglobex active\ninitech active",
    );
}

#[test]
fn added_tags_follow_those_that_were_there() {
    let mut case = Case::new().given([tags(SetMode::Add, &["old"])]);
    case.check([tags(SetMode::Add, &["vip", "old", "lead"])], r#"tags = ["old","vip","lead"]"#);
    case.check([tags(SetMode::Add, &["lead"])], "");
    case.check([tags(SetMode::Add, &[])], "");
}

#[test]
fn removed_tags_need_not_be_there() {
    let mut case = Case::new().given([tags(SetMode::Add, &["old", "vip"])]);
    case.check([tags(SetMode::Remove, &["lead"])], "");
    case.check([tags(SetMode::Remove, &["old", "lead"])], r#"tags = ["vip"]"#);
    case.check([tags(SetMode::Remove, &["nosuch"])], "refused tags.0: no tag 'nosuch'");
}

#[test]
fn every_unknown_tag_is_named() {
    check(
        [tags(SetMode::Replace, &["a", "vip", "VIP"])],
        "refused tags.0: no tag 'a'\nrefused tags.2: no tag 'VIP'",
    );
    let any_case = vec![("tags".to_owned(), ItemRef::NameAnyCase("VIP".to_owned()))];
    check([Edit::Tags(Set::replace(any_case))], r#"tags = ["vip"]"#);
}

#[test]
fn a_tag_is_found_by_the_id_that_a_vendor_gave_it() {
    let by_alias = |dialect| vec![("tags".to_owned(), ItemRef::id_text(dialect, "z-vip"))];
    check([Edit::Tags(Set::add(by_alias(Dialect::Zingle)))], r#"tags = ["vip"]"#);
    check([Edit::Tags(Set::add(by_alias(Dialect::Acquire)))], "refused tags: no tag 'z-vip'");
}

#[test]
fn a_contact_is_on_lists_of_contacts_only() {
    let mut case = Case::new();
    case.check([Edit::Lists(Set::replace(items(&["friends"])))], r#"lists = ["friends"]"#);
    case.check([Edit::Lists(Set::add(items(&["firms"])))], "refused tags.0: no list 'firms'");
    case.check([Edit::Lists(Set::remove(items(&["friends"])))], "lists = null");
}

#[test]
fn notes_are_linked_and_unlinked() {
    let notes = |names: &[&str]| names.iter().map(|name| ("n".to_owned(), named(name))).collect();
    let mut case = Case::new();
    case.check([Edit::Notes(Set::add(notes(&["note1", "note2", "note1"])))], r#"notes = ["note1","note2"]"#);
    case.check([Edit::Notes(Set::remove(notes(&["note1"])))], r#"notes = ["note2"]"#);
    case.check([Edit::Notes(Set::replace(notes(&["note1"])))], r#"notes = ["note1"]"#);
    case.check([Edit::Notes(Set::replace(notes(&["nosuch"])))], "refused n: no note 'nosuch'");
}

#[test]
fn replacing_companies_takes_everything_from_the_request() {
    let mut case = Case::new();
    let full = CompanyWrite {
        title: Some(some("CTO")),
        start_date: Some(some("2024-02-01")),
        active: Some(false),
        ..company("acme")
    };
    case.check(
        [companies(SetMode::Replace, [full.clone(), company("globex"), company("acme")])],
        "companies =
         acme title:CTO start_date:2024-02-01 not-active
         globex active",
    );
    case.check([companies(SetMode::Replace, [full, company("globex")])], "");
    case.check([companies(SetMode::Replace, [company("acme")])], "companies =\nacme active");
    case.check([companies(SetMode::Replace, [])], "companies = null");
}

#[test]
fn adding_a_company_changes_only_what_is_given() {
    let mut case = Case::new().given([companies(
        SetMode::Replace,
        [CompanyWrite { title: Some(some("CTO")), ..company("acme") }, company("globex")],
    )]);
    case.check([companies(SetMode::Add, [company("acme")])], "");
    let later = CompanyWrite { start_date: Some(some("2024-02-01")), ..company("acme") };
    case.check(
        [companies(SetMode::Add, [later])],
        "companies =\nacme title:CTO start_date:2024-02-01 active\nglobex active",
    );
    let untitled = CompanyWrite { title: Some(None), active: Some(false), ..company("acme") };
    case.check(
        [companies(SetMode::Add, [untitled])],
        "companies =\nacme start_date:2024-02-01 not-active\nglobex active",
    );
    case.check([companies(SetMode::Remove, [company("acme")])], "companies =\nglobex active");
    case.check([companies(SetMode::Remove, [company("acme")])], "");
}

#[test]
fn what_is_wrong_with_a_company_is_named() {
    let bad = CompanyWrite {
        title: Some(some(&"x".repeat(1_001))),
        start_date: Some(some("2024-02-30")),
        ..company("acme")
    };
    check(
        [companies(SetMode::Add, [bad, company("nosuch")])],
        "refused acme.title: must have at most 1000 characters
         refused acme.start_date: must be a date (YYYY-MM-DD)
         refused nosuch: no company 'nosuch'",
    );
}

#[test]
fn the_primary_company_takes_the_place_of_the_one_before() {
    let left = CompanyWrite { active: Some(false), ..company("initech") };
    let titled = CompanyWrite { title: Some(some("CTO")), ..company("acme") };
    let mut case = Case::new().given([companies(SetMode::Replace, [left, titled, company("globex")])]);
    case.check([Edit::PrimaryCompany(Some(company("acme")))], "");
    case.check(
        [Edit::PrimaryCompany(Some(company("globex")))],
        "companies =\ninitech not-active\nglobex active",
    );
    case.check([Edit::PrimaryCompany(Some(company("initech")))], "companies =\ninitech active");
    case.check([Edit::PrimaryCompany(Some(company("nosuch")))], "refused nosuch: no company 'nosuch'");
    case.check([Edit::PrimaryCompany(None)], "companies = null");
}

#[test]
fn an_id_is_forgotten_only_when_it_is_gone_from_the_catalog() {
    let mut case = Case::new().given([tags(SetMode::Replace, &["lead", "vip"])]);
    let lead = case.contact.tags.first().unwrap().0;
    case.check([Edit::Forget(Carried::Tag, lead)], "");
    case.world.catalog.tags.remove(lead);
    case.check([Edit::Forget(Carried::Tag, lead)], r#"tags = ["vip"]"#);
    case.check([Edit::Forget(Carried::Tag, lead)], "");
}
