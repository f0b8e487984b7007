//! What differs between catalogs, and taking it back.

use super::*;
use crate::{Aliases, Member, TagId};

fn tag(n: u64, name: &str) -> Tag {
    Tag {
        id: TagId(Uuid::from_u128(n.into())),
        number: n,
        name: name.to_owned(),
        background_color: None,
        text_color: None,
        created_at: Timestamp::default(),
        aliases: Aliases::default(),
        extras: crate::Extras::default(),
    }
}

fn catalog(tags: &[(u64, &str)]) -> Catalog {
    Catalog { tags: tags.iter().map(|(n, name)| tag(*n, name)).collect(), ..Catalog::default() }
}

#[test]
fn each_item_that_differs_is_a_change() {
    let before = catalog(&[(1, "a"), (2, "b"), (3, "c")]);
    let mut after = catalog(&[(1, "a"), (2, "B"), (4, "d")]);
    after.default_country = Some("NO".to_owned());
    let changes = after.changes_since(&before);
    let shown: Vec<_> = changes.iter().map(|change| (change.kind, change.id.as_u128())).collect();
    assert_eq!(
        shown,
        [(RecordKind::Settings, 0), (RecordKind::Tag, 2), (RecordKind::Tag, 3), (RecordKind::Tag, 4)]
    );
    let name = |before: &str, after: &str| {
        let member = Member::Other("name".to_owned());
        Difference { member, before: before.into(), after: after.into() }
    };
    assert_eq!(changes[1].edit, ItemEdit::Changed(vec![name("b", "B")]));
    assert_eq!(changes[2].edit, ItemEdit::Removed(Box::new(CatalogItem::Tag(tag(3, "c")))));
    let ItemEdit::Made(made) = &changes[3].edit else { panic!("{changes:?}") };
    assert_eq!(made.iter().map(|each| each.member.to_string()).collect::<Vec<_>>(), ["created_at", "name"]);
    assert_eq!(before.changes_since(&before), []);
    // The order says nothing.
    assert_eq!(catalog(&[(2, "b"), (1, "a")]).changes_since(&catalog(&[(1, "a"), (2, "b")])), []);
}

#[test]
fn a_number_is_never_given_again() {
    let before = catalog(&[(1, "a"), (7, "b")]);
    assert_eq!(before.next_number::<Tag>(), 8);
    let mut after = catalog(&[(1, "A")]);
    let now = Timestamp::from_millis(5);
    after.note_changes(&before, &after.changes_since(&before), now);
    assert_eq!((after.next_number::<Tag>(), after.next_number::<List>()), (8, 1));
    assert_eq!(after.updated_at.into_iter().collect::<Vec<_>>(), [(Uuid::from_u128(1), now)]);
}

#[test]
fn changes_of_items_are_taken_back() {
    let before = catalog(&[(1, "a")]);
    let mut after = catalog(&[(1, "b")]);
    after.default_country = Some("NO".to_owned());
    let changes = after.changes_since(&before);
    for change in &changes {
        let ItemEdit::Changed(differences) = &change.edit else { panic!("{change:?}") };
        let key = (change.kind, change.id);
        assert_eq!(after.revert_item(key, differences, OnConflict::Refuse), Ok(Some(())));
    }
    assert_eq!(after, before);
    let mut moved_on = catalog(&[(1, "c")]);
    let ItemEdit::Changed(differences) = &changes[1].edit else { panic!("{changes:?}") };
    let key = (RecordKind::Tag, Uuid::from_u128(1));
    let refused = moved_on.revert_item(key, differences, OnConflict::Refuse).unwrap_err();
    assert_eq!(refused.violations, [Violation::new("name", ViolationKind::ChangedSince)]);
    assert_eq!(moved_on.revert_item(key, differences, OnConflict::Skip), Ok(Some(())));
    assert_eq!(moved_on, catalog(&[(1, "c")]));
    assert_eq!(moved_on.revert_item(key, differences, OnConflict::Overwrite), Ok(Some(())));
    assert_eq!(moved_on, before);
    let gone = (RecordKind::Tag, Uuid::from_u128(9));
    assert_eq!(moved_on.revert_item(gone, differences, OnConflict::Overwrite), Ok(None));
}

#[test]
fn settings_are_taken_back_one_by_one() {
    use crate::FilterableMember::{City, LastName, State};
    let before = Catalog { filterable_members: [City].into(), ..Catalog::default() };
    let mut after = before.clone();
    after.filterable_members = [City, LastName].into();
    after.quotas.insert(RecordKind::Tag, 7);
    let [ItemChange { kind, id, edit: ItemEdit::Changed(differences) }] = &after.changes_since(&before)[..]
    else {
        panic!("one change of the settings")
    };
    let filterable = differences.iter().find(|each| each.member.to_string() == "filterable").unwrap();
    let (then, now) = (&filterable.before, &filterable.after);
    assert_eq!((then, now), (&serde_json::json!(["city"]), &serde_json::json!(["last_name", "city"])));
    let revert =
        |catalog: &mut Catalog, on_conflict| catalog.revert_item((*kind, *id), differences, on_conflict);
    let mut moved_on = after.clone();
    moved_on.filterable_members.insert(State);
    // Of the members, only what the change did is taken back.
    assert_eq!(revert(&mut moved_on, OnConflict::Refuse), Ok(Some(())));
    assert_eq!(moved_on, Catalog { filterable_members: [City, State].into(), ..Catalog::default() });
    assert_eq!(revert(&mut after, OnConflict::Refuse), Ok(Some(())));
    assert_eq!(after, before);
}
