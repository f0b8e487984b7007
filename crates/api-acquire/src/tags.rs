//! Handlers of `/crm/tag`.

use api_kit::{Answer, Call, Payload, with_change};
use app::{Missing, WrittenItem};
use model::{
    Aliases, Catalog, Extras, ItemRef, RecordKind, Ref, Rejection, Tag, TagId, Violation, ViolationKind,
};

use crate::condition::{Cell, Kind, Rows};
use crate::page::{Page, Selection, path_id, required_id};
use crate::wire::envelope::Counted;
use crate::wire::tag::{Asked, Detail};
use crate::wire::{Deleted, contact::shown_id, shaped, single};
use crate::{Acquire, Error};

/// What lists are filtered by and ordered by.
const COLUMNS: [(&str, Kind); 3] = [("id", Kind::Id), ("name", Kind::Text), ("dateCreated", Kind::Instant)];

/// `GET /crm/tag`
pub(crate) async fn list(call: Call<Acquire>) -> Answer<Acquire> {
    let rows = Rows::read(&call.query, &COLUMNS)?;
    let page = Page::read_if_asked(&call.query)?;
    let selection = Selection::read(&call.query, &[]);
    let search = call.query.get("search").map(str::to_lowercase).unwrap_or_default();
    let catalog = call.app.catalog(&call.caller).await?;
    let tags = catalog.tags.iter().filter(|tag| tag.name.to_lowercase().contains(&search));
    let (tags, count) = page.of(rows.of(tags, |tag, column| cells(tag, column)));
    let data = tags.into_iter().map(|tag| selection.apply(&Detail::with_user(tag)));
    Ok(single(&Counted { count, data: shaped(data)? }))
}

/// `GET /crm/tag/{tagId}`
pub(crate) async fn get(call: Call<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, "tagId")?;
    let catalog = call.app.catalog(&call.caller).await?;
    let tag = find(&catalog, &id).map_err(|error| Error::from(error).about("tagId", &id))?;
    let data = shaped([Selection::read(&call.query, &[]).apply(&Detail::of(tag))])?;
    Ok(single(&data.first()))
}

/// `POST /crm/tag`
pub(crate) async fn create(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let asked = Asked::create(payload.body)?;
    let name = asked.name.as_deref().unwrap_or_default();
    let made = call.app.create_item(&call.caller, |fresh, catalog| {
        let mut tag = Tag {
            id: TagId(fresh.id),
            number: fresh.number,
            name: String::new(),
            background_color: None,
            text_color: None,
            created_at: fresh.now,
            aliases: Aliases::default(),
            extras: Extras::default(),
        };
        asked.apply(&mut tag);
        check_name(&tag, catalog)?;
        Ok(tag)
    });
    Ok(wrote(&made.await.map_err(|error| Error::from(error).if_taken("tag", name))?))
}

/// `PUT /crm/tag/{tagId}`
pub(crate) async fn update(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, "tagId")?;
    let about = |error: app::Error| Error::from(error).about("tagId", &id);
    find(&*call.app.catalog(&call.caller).await?, &id).map_err(about)?;
    let asked = Asked::update(payload.body)?;
    let name = asked.name.as_deref().unwrap_or_default();
    let named = ItemRef::Id(id.clone());
    let changed = call.app.update_item(&call.caller, &named, |tag: &mut Tag, catalog| {
        let before = tag.name.clone();
        asked.apply(tag);
        if tag.name == before { Ok(()) } else { check_name(tag, catalog) }
    });
    Ok(wrote(&changed.await.map_err(|error| about(error).if_taken("tag", name))?))
}

/// `DELETE /crm/tag`
pub(crate) async fn delete(call: Call<Acquire>) -> Answer<Acquire> {
    // QUIRK(acquire): the request line of delete-tag.md has `id`, its table `tagId`; both work. Test:
    // tags_are_deleted_by_either_parameter.
    let (at, id) = required_id(&call.query, &["id", "tagId"])?;
    let deleted = call.app.delete_item::<Tag>(&call.caller, &ItemRef::Id(id.clone())).await;
    let deleted = deleted.map_err(|error| Error::from(error).about_named(at, &id))?;
    Ok(with_change(deleted.change, single(&Deleted { deleted: 1 })))
}

fn find<'c>(catalog: &'c Catalog, id: &Ref) -> Result<&'c Tag, app::Error> {
    let found = catalog.tags.find(&ItemRef::Id(id.clone()));
    found.ok_or(app::Error::NotFound(Missing::Record(RecordKind::Tag)))
}

/// A tag's name is its own.
fn check_name(tag: &Tag, catalog: &Catalog) -> Result<(), Rejection> {
    match catalog.tags.find(&ItemRef::Name(tag.name.clone())) {
        Some(other) if other.id != tag.id => Err(Violation::new("name", ViolationKind::Duplicate).into()),
        _ => Ok(()),
    }
}

fn cells(tag: &Tag, column: &str) -> Vec<Cell<'static>> {
    vec![match column {
        "name" => Cell::Text(tag.name.clone().into()),
        "dateCreated" => Cell::Instant(tag.created_at),
        _ => Cell::Id(shown_id(&tag.aliases, tag.number)),
    }]
}

fn wrote(written: &WrittenItem<Tag>) -> axum::response::Response {
    with_change(written.change, single(&Detail::with_user(&written.item)))
}
