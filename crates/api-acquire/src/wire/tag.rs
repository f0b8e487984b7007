//! Tags: as a contact's relation shows them, and as the extension on contact writes takes them.

use model::{Change, Dialect, Edit, ItemRef, Json, Ref, Set, ViolationKind};
use serde::Serialize;

/// A tag as Acquire shows it.
#[derive(Serialize)]
pub(crate) struct Tag<'a> {
    id: u64,
    name: &'a str,
    color: Option<&'a str>,
    #[serde(rename = "type")]
    kind: [&'static str; 1],
}

/// A contact's tags.
pub(crate) fn of<'a>(contact: &model::Contact, catalog: &'a model::Catalog) -> Vec<Tag<'a>> {
    let tags = contact.tags.iter().filter_map(|id| catalog.tags.get(id.0));
    tags.map(|tag| Tag {
        id: super::contact::shown_id(&tag.aliases, tag.number),
        name: &tag.name,
        color: tag.background_color.as_deref(),
        kind: ["contact"],
    })
    .collect()
}

/// Reads `tags`: ids, names, or objects with `id`, which replace those that the contact has.
pub(crate) fn decode(json: &Json, change: &mut Change) {
    let items = match api_kit::decode::array(json) {
        Ok(items) => items,
        Err(kind) => return change.refuse("tags", kind),
    };
    let mut tags = Vec::new();
    for (n, item) in items.iter().enumerate() {
        match tag(item) {
            Ok(tag) => tags.push((format!("tags.{n}"), tag)),
            Err((member, kind)) => change.refuse(format!("tags.{n}{member}"), kind),
        }
    }
    change.push("tags", Edit::Tags(Set::replace(tags)));
}

fn tag(item: &Json) -> Result<ItemRef, (&'static str, ViolationKind)> {
    const ID: ViolationKind = ViolationKind::WrongType("an integer");
    let by_id = |text: &str| ItemRef::Id(Ref::number(Dialect::Acquire, text));
    match item {
        Json::Object(members) => {
            let id = members.get("id").ok_or((".id", ViolationKind::Missing))?;
            super::id_text(id).map(|text| by_id(&text)).ok_or((".id", ID))
        }
        _ => match (super::id_text(item), item.as_str()) {
            (Some(text), _) => Ok(by_id(&text)),
            (None, Some(name)) => Ok(ItemRef::NameAnyCase(name.to_owned())),
            (None, None) => Err(("", ViolationKind::WrongType("an id, a name, or an object with an id"))),
        },
    }
}
