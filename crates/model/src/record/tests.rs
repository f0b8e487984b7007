//! Records beside contacts: what differs, what is taken back, what they answer.

use super::*;
use crate::{CompanyId, ContactId, Dialect, FieldId, Member, NoteId, TagId, TaskId, UserId};

const ID: Uuid = Uuid::from_u128(1);

fn company() -> Company {
    Company::new(CompanyId(ID), "Acme", Timestamp::default())
}

fn paths(differences: &[Difference]) -> Vec<String> {
    differences.iter().map(|each| each.member.to_string()).collect()
}

#[test]
fn documents_read_back_and_leave_out_what_is_empty() {
    let task = Task::new(TaskId(ID), "Call", Timestamp::default());
    for record in [company().into(), Note::new(NoteId(ID), "x", Timestamp::default()).into(), task.into()] {
        let record: Record = record;
        let doc = record.to_json().unwrap().to_string();
        assert_eq!(Record::read(record.kind(), &doc).unwrap(), record);
        assert!(!doc.contains("tags") && !doc.contains("null") && !doc.contains("extras"), "{doc}");
    }
    let old = r#"{"id":"00000000000000000000000000000001","number":5,"name":"Acme","created_at":0}"#;
    assert_eq!(Record::read(RecordKind::Company, old).unwrap(), Company { number: 5, ..company() }.into());
    let old = r#"{"id":"00000000000000000000000000000001","body":"x","created_at":0,"updated_at":0}"#;
    assert!(Record::read(RecordKind::Note, old).is_ok());
    assert!(Record::read(RecordKind::Tag, old).is_err());
}

#[test]
fn members_differ_one_by_one() {
    let field = FieldId(Uuid::from_u128(7));
    let mut after = company();
    after.number = 9;
    after.revision = 2;
    after.updated_at = Some(Timestamp::from_millis(5));
    after.number_of_employees = crate::Decimal::parse("100");
    after.tags = vec![TagId(ID)];
    after.values.insert(field, Value::Boolean(true));
    after.aliases.set(Dialect::Rolodex, vec!["c-1".to_owned()]);
    after.extras.set(Dialect::Acquire, "a.b", Some(5.into()));
    after.social.insert(crate::Network::X, "acme".to_owned());
    let (before, after) = (Record::from(company()), Record::from(after));
    let differences = Record::differences(Some(&before), &after);
    let value = format!("values.{}", field.hex());
    let expected =
        ["aliases.rolodex", "extras.acquire.a.b", "number_of_employees", "social.x", "tags", &value];
    assert_eq!(paths(&differences), expected);
    assert_eq!(differences[5].member, Member::Value(field));
    let reverted = after.reverted(&differences, OnConflict::Refuse).unwrap();
    assert_eq!(Record::differences(Some(&before), &reverted), []);
    assert_eq!(reverted.number(), 9);
    assert_eq!(paths(&Record::differences(None, &before)), ["created_at", "name"]);
}

#[test]
fn later_additions_stay_when_a_change_is_taken_back() {
    let tags = |numbers: &[u128]| {
        let tags = numbers.iter().map(|n| TagId(Uuid::from_u128(*n))).collect();
        Record::from(Company { tags, ..company() })
    };
    let differences = Record::differences(Some(&tags(&[1])), &tags(&[1, 2]));
    assert_eq!(tags(&[1, 2, 3]).reverted(&differences, OnConflict::Refuse), Ok(tags(&[1, 3])));
    let renamed = |name: &str| Record::from(Company { name: name.to_owned(), ..company() });
    let differences = Record::differences(Some(&renamed("a")), &renamed("b"));
    let refused = renamed("c").reverted(&differences, OnConflict::Refuse).unwrap_err();
    assert_eq!(refused.violations, [Violation::new("name", ViolationKind::ChangedSince)]);
}

#[test]
fn tasks_are_ordered_by_due_date() {
    let due = |at: Option<i64>| {
        let mut task = Task::new(TaskId(ID), "Call", Timestamp::default());
        task.due_at = at.map(Timestamp::from_millis);
        Record::from(task).sort_text()
    };
    let ordered =
        [None, Some(-62_167_219_200_000), Some(-1), Some(0), Some(999), Some(253_402_128_000_000)].map(due);
    assert!(ordered.is_sorted_by(|a, b| a < b), "{ordered:?}");
    let company = Company { name: "ÅRE".to_owned(), ..company() };
    assert_eq!(Record::from(company).sort_text(), "åre");
}

#[test]
fn records_answer_under_ids_of_their_kind() {
    let mut task = Task::new(TaskId(ID), "Call", Timestamp::default());
    task.tags = vec![TagId(ID)];
    task.contacts = vec![ContactId(ID)];
    task.assignee = Some(UserId(ID));
    task.completed_at = Some(Timestamp::default());
    // All of these have one id, so that only the kinds tell who says so.
    let facets = [Facet::Every, Facet::HasTag, Facet::Tag(TagId(ID)), Facet::HasUser, Facet::Closed];
    let mut expected = facets.map(|facet| facet.id_for(RecordKind::Task)).to_vec();
    expected.sort_unstable();
    assert_eq!(Record::from(task).facets(), expected);
    let company = Company { tags: vec![TagId(ID)], starred: true, ..company() };
    let facets = [Facet::Every, Facet::HasTag, Facet::Tag(TagId(ID)), Facet::Starred];
    let mut expected = facets.map(|facet| facet.id_for(RecordKind::Company)).to_vec();
    expected.sort_unstable();
    assert_eq!(Record::from(company).facets(), expected);
}

#[test]
fn what_is_too_long_is_refused() {
    let name = "é".repeat(limits::SHORT_TEXT_CHARS);
    let company = Company { name: name.clone(), description: Some(name.clone() + &name), ..company() };
    assert_eq!(Record::from(company.clone()).check(), Ok(()));
    let tags = vec![TagId(ID); limits::SET_ITEMS + 1];
    let refused = Record::from(Company { name: name + "x", tags, ..company }).check().unwrap_err();
    let at: Vec<_> = refused.violations.iter().map(|violation| violation.at.as_str()).collect();
    assert_eq!(at, ["name", "tags"]);
}
