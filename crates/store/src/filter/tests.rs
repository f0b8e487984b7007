//! What filters hold for, what bounds them, and what of them takes long.

use std::collections::HashMap;

use super::*;
use crate::ValueRange;

fn answers() -> Answers {
    let facets = [(Facet::Every, 1..=9), (Facet::Starred, 1..=4), (Facet::Closed, 4..=6)];
    let facets = facets.into_iter().map(|(facet, numbers)| (facet.id(), numbers.collect())).collect();
    let channels = HashMap::from([((ChannelKind::Email, "a@b.c".to_owned()), (3..=5).collect())]);
    let needle = Needle::new("text 1").unwrap();
    let asked = HasText { kind: RecordKind::Contact, needle, is_whole: false };
    let range = AskedRange::from(ValueRange { index: 1, from: "5".to_owned(), until: None });
    Answers {
        facets,
        channels,
        texts: HashMap::from([(asked, (1..=2).collect())]),
        ranges: HashMap::from([(range, (2..=3).collect())]),
        walked: None,
    }
}

#[track_caller]
fn check(filter: &Filter, is_all: bool, expected: &[u64], questions: &[Facet]) {
    assert_eq!(filter.is_all(), is_all, "{filter:?}");
    let asked: BTreeSet<_> = questions.iter().map(Facet::id).collect();
    assert_eq!(filter.questions(RecordKind::Contact), asked, "{filter:?}");
    let mut answers = answers();
    answers.facets.retain(|id, _| asked.contains(id));
    assert_eq!(
        filter.numbers(RecordKind::Contact, &answers).ascending(None).collect::<Vec<_>>(),
        expected,
        "{filter:?}"
    );
}

#[test]
fn a_tree_holds_for_whom_its_parts_hold() {
    use Facet::{Blocked, Closed, Every, Starred};
    let is = |facet: Facet| Filter::Is(facet);
    let all: Vec<u64> = (1..=9).collect();
    check(&Filter::All, true, &all, &[Every]);
    check(&Filter::And(vec![]), true, &all, &[Every]);
    check(&Filter::Any(vec![]), false, &[], &[]);
    check(&Filter::And(vec![Filter::All, Filter::And(vec![])]), true, &all, &[Every]);
    check(&is(Blocked), false, &[], &[Blocked]);
    check(&is(Starred), false, &[1, 2, 3, 4], &[Starred]);
    check(&Filter::And(vec![is(Starred), is(Closed)]), false, &[4], &[Starred, Closed]);
    check(&Filter::any_of([Starred, Closed]), false, &[1, 2, 3, 4, 5, 6], &[Starred, Closed]);
    check(&Filter::Any(vec![is(Starred), Filter::All]), true, &all, &[Starred, Every]);
    check(&is(Starred).not(), false, &[5, 6, 7, 8, 9], &[Every, Starred]);
    check(&Filter::And(vec![is(Starred), is(Closed).not()]), false, &[1, 2, 3], &[Every, Starred, Closed]);
    check(&Filter::All.not(), false, &[], &[Every]);
    check(&is(Starred).not().not(), false, &[1, 2, 3, 4], &[Every, Starred]);
    let email = Filter::HasChannel(ChannelKind::Email, "a@b.c".to_owned());
    assert_eq!(email.channels(), [(ChannelKind::Email, "a@b.c".to_owned())]);
    check(&Filter::And(vec![is(Starred), email]), false, &[3, 4], &[Starred]);
    check(&Filter::HasChannel(ChannelKind::Phone, "a@b.c".to_owned()), false, &[], &[]);
}

#[test]
fn what_documents_decide_is_not_ruled_out_before() {
    let is = |facet: Facet| Filter::Is(facet);
    let never = || Filter::holds_where(|_| false);
    let all: Vec<u64> = (1..=9).collect();
    assert!(!is(Facet::Starred).not().asks_documents(&answers()));
    for (filter, expected) in [
        (never(), &all[..]),
        (never().not(), &all),
        (Filter::And(vec![is(Facet::Starred), never()]), &[1, 2, 3, 4]),
        (Filter::And(vec![is(Facet::Starred), never()]).not(), &all),
        (Filter::Any(vec![is(Facet::Starred), never()]), &all),
    ] {
        assert!(filter.asks_documents(&answers()));
        assert_eq!(
            filter.numbers(RecordKind::Contact, &answers()).ascending(None).collect::<Vec<_>>(),
            expected,
            "{filter:?}"
        );
    }
}

#[test]
fn what_is_known_bounds_what_is_not() {
    let is = |facet: Facet| Filter::Is(facet);
    let text = |number| {
        let needle = Needle::new(&format!("text {number}")).unwrap();
        Filter::HasText(HasText { kind: RecordKind::Contact, needle, is_whole: false })
    };
    for (filter, expected) in [
        (Filter::All, None),
        (text(1), Some(vec![1, 2])),
        (text(2), None),
        (text(1).not(), None),
        (Filter::holds_where(|_| true), None),
        (is(Facet::Blocked), Some(vec![])),
        (Filter::Any(vec![]), Some(vec![])),
        (Filter::And(vec![]), None),
        (Filter::And(vec![is(Facet::Starred), text(2)]), Some(vec![1, 2, 3, 4])),
        (Filter::And(vec![is(Facet::Starred), is(Facet::Closed), text(2).not()]), Some(vec![4])),
        (Filter::Any(vec![is(Facet::Closed), text(1)]), Some(vec![1, 2, 4, 5, 6])),
        (Filter::Any(vec![is(Facet::Starred), text(2)]), None),
    ] {
        let answers = answers();
        let numbers = |bound: Option<Numbers>| bound.map(|bound| bound.ascending(None).collect::<Vec<_>>());
        assert_eq!(numbers(filter.bound(&answers)), expected, "{filter:?}");
        let only: Numbers = [2, 4].into_iter().collect();
        let among = expected.unwrap_or_else(|| vec![2, 4]);
        let among = among.into_iter().filter(|number| [2, 4].contains(number)).collect();
        assert_eq!(numbers(filter.bound_among(&answers, Some(&only))), Some(among), "{filter:?}");
    }
}

#[test]
fn what_takes_long_is_what_documents_are_asked_else_texts_else_values() {
    let needle = Needle::new("jane").unwrap();
    let text = Filter::HasText(HasText { kind: RecordKind::Contact, needle, is_whole: false });
    let range = AskedRange::from(ValueRange { index: 1, from: "5".to_owned(), until: None });
    let value = Filter::InRange(range, Predicate::new(|_| true).named("score>5"));
    let city = Filter::Where(Predicate::new(|_| true).named("city:oslo"));
    let rank = Filter::Where(Predicate::new(|_| true).named("rank>5").lacking_index());
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let documents = |terms: &[&str], lacking_index: &[&str]| Slow::Documents {
        terms: names(terms),
        lacking_index: names(lacking_index),
    };
    for (parts, expected) in [
        (vec![value.clone(), text.clone(), city.clone()], documents(&["city:oslo"], &[])),
        (vec![rank, city], documents(&["rank>5", "city:oslo"], &["rank>5"])),
        (vec![value.clone(), text.clone(), text], Slow::Texts(names(&["jane"]))),
        (vec![value], Slow::Values(names(&["score>5"]))),
        (vec![Filter::Is(Facet::Starred)], Slow::Order),
    ] {
        assert_eq!(Filter::And(parts).slow(), expected);
    }
}

#[test]
fn documents_are_asked_within_a_text_where_no_index_tells() {
    let text = HasText { kind: RecordKind::Contact, needle: Needle::new("jane").unwrap(), is_whole: false };
    let range = AskedRange::from(ValueRange { index: 1, from: "5".to_owned(), until: None });
    let of_few = Predicate::new(|_| true).within(text);
    let shown = |filter: Filter| match filter {
        Filter::And(parts) => match &parts[..] {
            [Filter::HasText(asked), Filter::Where(_)] => asked.needle.as_str().trim().to_owned(),
            _ => "others".to_owned(),
        },
        Filter::Where(_) => "everybody".to_owned(),
        Filter::InRange(..) => "the index".to_owned(),
        _ => "nobody".to_owned(),
    };
    let without = |filter: Filter, index| shown(filter.without_indexes(&|each| each == index));
    let in_range = |predicate: &Predicate| Filter::InRange(range.clone(), predicate.clone());
    assert_eq!(without(in_range(&of_few), 2), "the index");
    assert_eq!(without(in_range(&of_few), 1), "jane");
    assert_eq!(without(in_range(&Predicate::new(|_| true)), 1), "everybody");
    assert_eq!(shown(of_few.into()), "jane");
}

#[test]
fn questions_are_replaced_wherever_they_stand() {
    let tree =
        || Filter::Any(vec![Filter::And(vec![Filter::Is(Facet::Starred)]), !Filter::Is(Facet::Closed)]);
    let same = tree().replace(&|_| None);
    assert_eq!(format!("{same:?}"), format!("{:?}", tree()));
    let other = tree().replace(&|facet| (*facet == Facet::Closed).then_some(Filter::All));
    assert_eq!(format!("{other:?}"), "Any([And([Is(Starred)]), Not(All)])");
}

#[test]
fn a_contact_can_be_asked_itself() {
    let mut contact = Contact::blank(model::ContactId(Uuid::nil()), 1, model::Timestamp::default());
    contact.starred = true;
    let starred = || Filter::Is(Facet::Starred);
    let numbered = |number| Filter::holds_where(move |contact| contact.number == number);
    let email = || Filter::HasChannel(ChannelKind::Email, "a@b.c".to_owned());
    let text = |number| {
        let needle = Needle::new(&format!("text {number}")).unwrap();
        Filter::HasText(HasText { kind: RecordKind::Contact, needle, is_whole: false })
    };
    for (filter, expected) in [
        (Filter::All, true),
        (starred(), true),
        (Filter::And(vec![starred(), numbered(1)]), true),
        (Filter::And(vec![starred(), numbered(2)]), false),
        (Filter::Any(vec![email(), numbered(2)]), false),
        (Filter::Any(vec![email(), numbered(2)]).not(), true),
        (text(1), true),
        (text(2).not(), true),
    ] {
        assert_eq!(filter.holds(&contact, &answers()), expected, "{filter:?}");
    }
}
