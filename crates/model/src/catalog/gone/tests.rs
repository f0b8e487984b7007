//! What is gone, what came back, and taking ids away.

use serde_json::json;

use super::*;
use crate::{ContactId, TaskId};

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn hex(n: u128) -> String {
    id(n).simple().to_string()
}

/// A catalog with the tag 1 and the field 2, whose options have these ids.
fn catalog(options: &[u128]) -> Catalog {
    let options: Vec<_> = options
        .iter()
        .map(|n| json!({"id": hex(*n), "value": n.to_string(), "name": n.to_string()}))
        .collect();
    serde_json::from_value(json!({
        "tags": [{"id": hex(1), "number": 1, "name": "a", "created_at": 0}],
        "fields": [{"id": hex(2), "number": 1, "key": "k", "name": "k", "type": "multi_select", "created_at": 0,
            "options": options}],
    }))
    .unwrap()
}

/// What becomes of the catalog when it is changed.
fn change(catalog: &Catalog, at: i64, edit: impl FnOnce(&mut Catalog)) -> Catalog {
    let mut after = catalog.clone();
    edit(&mut after);
    let changes = after.changes_since(catalog);
    after.note_changes(catalog, &changes, Timestamp::from_millis(at));
    after
}

fn gone(catalog: &Catalog) -> Vec<(u128, Carried, i64)> {
    catalog.gone.iter().map(|(id, gone)| (id.as_u128(), gone.what, gone.at.millis())).collect()
}

#[test]
fn what_is_deleted_is_gone_until_it_comes_back() {
    let full = catalog(&[3, 4]);
    let without = change(&full, 5, |catalog| drop(catalog.tags.remove(id(1))));
    assert_eq!(gone(&without), [(1, Carried::Tag, 5)]);
    let less = change(&without, 6, |after| after.fields = catalog(&[4]).fields);
    assert_eq!(gone(&less), [(1, Carried::Tag, 5), (3, Carried::Option, 6)]);
    let back =
        change(&less, 7, |after| (after.fields, after.tags) = (full.fields.clone(), full.tags.clone()));
    assert_eq!((gone(&back), back.returning.len()), (vec![], 0));
    let none = change(&back, 8, |catalog| drop(catalog.fields.remove(id(2))));
    assert_eq!(gone(&none), [(2, Carried::Field, 8)]);
}

#[test]
fn what_was_cleaned_away_is_given_back_and_forgotten_when_there_was_nothing() {
    let full = catalog(&[]);
    let mut without = change(&full, 5, |catalog| drop(catalog.tags.remove(id(1))));
    let before = without.clone();
    let span = Span { after: 10, until: None, contacts: 7 };
    without.gone.get_mut(&id(1)).unwrap().cleaned = Some(span);
    let told = without.changes_since(&before);
    assert!(matches!(told.as_slice(), [ItemChange { kind: RecordKind::Settings, .. }]), "{told:?}");
    let back = change(&without, 6, |catalog| catalog.tags = full.tags.clone());
    assert_eq!(back.returning, BTreeMap::from([(id(1), span)]));
    let again = change(&back, 7, |catalog| drop(catalog.tags.remove(id(1))));
    let cleaned = again.gone.get(&id(1)).and_then(|gone| gone.cleaned);
    assert_eq!((cleaned, again.returning.len()), (Some(Span { after: 10, until: None, contacts: 0 }), 0));
    let mut done = again;
    done.finish_cleaning(id(1), Some(20));
    assert!(done.gone.get(&id(1)).unwrap().is_done());
    done.finish_cleaning(id(1), None);
    assert_eq!(done.gone.len(), 0);
}

#[test]
fn ids_are_taken_away_and_nothing_else() {
    let mut contact = Contact::blank(ContactId(id(9)), 1, Timestamp::default());
    contact.tags = vec![TagId(id(1)), TagId(id(2))];
    contact.lists = vec![ListId(id(1)), ListId(id(2))];
    contact.assigned_user = Some(UserId(id(1)));
    contact.assigned_team = Some(TeamId(id(1)));
    contact.values = BTreeMap::from([
        (FieldId(id(1)), Value::Boolean(true)),
        (FieldId(id(2)), Value::Option(OptionId(id(1)))),
        (FieldId(id(3)), Value::Options(vec![OptionId(id(1)), OptionId(id(2))])),
        (FieldId(id(4)), Value::User(UserId(id(1)))),
        (FieldId(id(5)), Value::User(UserId(id(2)))),
    ]);
    let values = |contact: &Contact| contact.values.keys().map(|field| field.0.as_u128()).collect::<Vec<_>>();
    for (what, left, users) in [
        (Carried::Tag, vec![1, 2, 3, 4, 5], true),
        (Carried::List, vec![1, 2, 3, 4, 5], true),
        (Carried::Field, vec![2, 3, 4, 5], true),
        (Carried::Option, vec![1, 3, 4, 5], true),
        (Carried::User, vec![1, 2, 3, 5], false),
        (Carried::Team, vec![1, 2, 3, 4, 5], true),
    ] {
        let mut after = contact.clone();
        assert!(after.carries(what, id(1)), "{what:?}");
        after.forget(what, id(1));
        assert!(!after.carries(what, id(1)), "{what:?}");
        assert_eq!(values(&after), left, "{what:?}");
        assert_eq!(after.assigned_user.is_some(), users, "{what:?}");
        assert_eq!(after.tags.len(), if what == Carried::Tag { 1 } else { 2 });
        assert_eq!(after.lists.len(), if what == Carried::List { 1 } else { 2 });
        assert_eq!(after.assigned_team.is_some(), what != Carried::Team);
        let mut other = contact.clone();
        other.forget(what, id(8));
        assert_eq!(other, contact);
    }
    let mut task = Task::new(TaskId(id(9)), "a", Timestamp::default());
    (task.tags, task.assignee, task.creator) = (vec![TagId(id(1))], Some(UserId(id(1))), Some(UserId(id(1))));
    let task = Record::from(task);
    let Some(Record::Task(less)) = task.without(Carried::User, id(1)) else { panic!("it carries it") };
    assert_eq!((less.assignee, less.creator.is_some(), less.tags.len()), (None, true, 1));
    assert_eq!(task.without(Carried::List, id(1)), None);
}
