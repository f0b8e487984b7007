//! The longest that a contact can hold fits into the database, and what is odd harms only itself.

use std::ops::Not as _;

use model::{ChannelKind, ChannelWrite, Dialect, Edit, Facet, TeamId};
use serde_json::Value;
use store::{ContactOrder, ContactQuery, Filter};
use uuid::Uuid;

use crate::fixture::{by_id, edit, edits, everything, exclusive_email, name_edit, named, served, violation};
use crate::raw::{Dice, assert_sound};

/// A text that cannot be stored in fewer bytes: so many characters of four bytes.
fn long(characters: usize, seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let mut sign = || char::from_u32(0x20000 + u32::try_from(dice.roll(0xa000)).unwrap()).unwrap();
    (0..characters).map(|_| sign()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_names_aliases_and_channels_are_stored() {
    let (database, served) = served().await;
    let (name, alias, kind, value) = (long(1000, 1), long(63, 2), long(1000, 3), long(1000, 4));
    let kind = ChannelKind::Other(kind.into());
    let channel = |value: &str, exclusive| {
        let write = ChannelWrite { exclusive, ..ChannelWrite::new("channels", kind.clone(), value) };
        Edit::MergeChannels(vec![write])
    };
    let change = edits([
        name_edit(&name),
        Edit::Aliases(Dialect::Zingle, vec![alias.clone()]),
        channel(&value, true),
        channel(&format!("{}x", value.chars().take(999).collect::<String>()), true),
    ]);
    let one = database.create(&served, change).await.unwrap().contact;
    let two = database.create(&served, named(&name)).await.unwrap().contact;
    assert_eq!(one.channels.len(), 2);
    let found = served.store.find_by_channel(served.workspace, &kind, &one.channels[0].value).await.unwrap();
    assert_eq!(found.iter().map(|each| each.id).collect::<Vec<_>>(), [one.id]);
    let refused = database.update(&served, &two, edit(channel(&value, true))).await;
    assert_eq!(violation(refused).1, model::ViolationKind::ChannelTaken);
    let query = ContactQuery { order: ContactOrder::Name, ..everything() };
    let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
    assert_eq!(page.contacts.iter().map(|each| each.id).collect::<Vec<_>>(), [one.id, two.id]);
    assert_sound(&served).await;
    let gone = database.update(&served, &one, edit(Edit::ReplaceChannels(Vec::new()))).await.unwrap();
    assert_eq!(gone.contact.channels.len(), 0);
    database.update(&served, &two, edit(channel(&value, true))).await.unwrap();
    assert_sound(&served).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_no_database_can_count_do_not_break_lists() {
    let (database, served) = served().await;
    let huge: Value = serde_json::from_str("1e300000").unwrap();
    let odd =
        database.create(&served, edit(Edit::Extra(Dialect::Callbell, "source".into(), Some(huge)))).await;
    let odd = odd.unwrap().contact;
    let text = Some(Value::String("web".into()));
    let other = database.create(&served, edit(Edit::Extra(Dialect::Callbell, "source".into(), text))).await;
    let other = other.unwrap().contact;
    let extra = || Facet::HasExtra(Dialect::Callbell, "source".into());
    let source = Facet::Extra(Dialect::Callbell, "source".into(), "web".into());
    let team = Facet::Team(TeamId(Uuid::nil()));
    for (filter, expected) in [
        (Filter::Is(source), vec![other.id]),
        (Filter::Is(extra()), vec![odd.id, other.id]),
        (Filter::Is(extra()).not(), vec![]),
        (Filter::Is(Facet::HasTeam).not(), vec![odd.id, other.id]),
        (Filter::Is(team), vec![]),
        (Filter::Is(Facet::Tag(model::TagId(Uuid::nil()))), vec![]),
    ] {
        let query = ContactQuery { filter, ..everything() };
        let page = served.store.list_contacts(served.workspace, &query).await.unwrap();
        assert_eq!(page.contacts.iter().map(|each| each.id).collect::<Vec<_>>(), expected, "{query:?}");
    }
    assert!(served.store.find_contact(served.workspace, &by_id(odd.id)).await.unwrap().is_some());
    database.update(&served, &odd, exclusive_email("odd@example.com")).await.unwrap();
    assert_sound(&served).await;
}
