//! The tag endpoints.

use api_kit::{Answer, Call, Payload, with_change};
use app::WrittenItem;
use axum::http::StatusCode;
use axum::response::Response;
use model::{Aliases, Catalog, Facet, Tag, TagId};

use crate::links::Links;
use crate::page::{ITEM_ORDERS, Include, Page, Relationship};
use crate::wire::{envelope, id, tag};
use crate::{Error, Rolodex, resolve};

/// `GET /tags`
pub(crate) async fn list(call: Call<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_TAG)?;
    let asked = Page::read(&call.query, &ITEM_ORDERS)?;
    let catalog = call.app.catalog(&call.caller).await?;
    let (tags, total) = asked.of_items(catalog.tags.iter(), |tag| tag.created_at);
    let links = Links::find(&call, tags.iter().map(|tag| Facet::Tag(tag.id)), &include).await?;
    let rows = tags.into_iter().map(|tag| tag::encode(tag, &catalog, &include, &links)).collect();
    Ok(api_kit::json(StatusCode::OK, &envelope::page(asked, total, rows)))
}

/// `GET /tags/{id}`
pub(crate) async fn get(call: Call<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_TAG)?;
    let catalog = call.app.catalog(&call.caller).await?;
    let tag = id::find::<Tag>(&catalog, call.param("id"))?;
    one(&call, tag, &catalog, &include).await
}

/// `POST /tags`: the answer carries every relationship, whatever the request includes.
pub(crate) async fn create(call: Call<Rolodex>, payload: Payload<Rolodex>) -> Answer<Rolodex> {
    Include::read(&call.query, &Relationship::OF_TAG)?;
    let asked = tag::Asked::create(payload.body);
    let ends = resolve::ends(&call, asked.ends, asked.faults).await?;
    let name = asked.name.unwrap_or_default();
    let made = call.app.create_linked_item(&call.caller, &ends, |fresh, _| {
        let mut made = Tag {
            id: TagId(fresh.id),
            number: fresh.number,
            name: name.clone(),
            background_color: None,
            text_color: None,
            created_at: fresh.now,
            aliases: Aliases::default(),
            extras: model::Extras::default(),
        };
        asked.extras.apply(&mut made.extras);
        Ok(made)
    });
    wrote(&call, &made.await?, &Include::all(&Relationship::OF_TAG)).await
}

/// `PUT /tags/{id}`
pub(crate) async fn update(call: Call<Rolodex>, payload: Payload<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_TAG)?;
    let named = id::item(call.param("id"));
    id::find::<Tag>(&*call.app.catalog(&call.caller).await?, call.param("id"))?;
    let asked = tag::Asked::update(payload.body);
    let ends = resolve::ends(&call, asked.ends, asked.faults).await?;
    let changed = call.app.update_linked_item(&call.caller, &named, &ends, |tag: &mut Tag, _| {
        asked.extras.apply(&mut tag.extras);
        tag.name = asked.name.clone().unwrap_or_else(|| tag.name.clone());
        Ok(())
    });
    wrote(&call, &changed.await?, &include).await
}

/// `DELETE /tags/{id}`: the answer is the tag as it was.
pub(crate) async fn delete(call: Call<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_TAG)?;
    let before = call.app.catalog(&call.caller).await?;
    let deleted = call.app.delete_item::<Tag>(&call.caller, &id::item(call.param("id"))).await?;
    let answer = one(&call, &deleted.item, &before, &include).await?;
    Ok(with_change(deleted.change, answer))
}

async fn wrote(call: &Call<Rolodex>, written: &WrittenItem<Tag>, include: &Include) -> Answer<Rolodex> {
    Ok(with_change(written.change, one(call, &written.item, &written.catalog, include).await?))
}

async fn one(
    call: &Call<Rolodex>,
    tag: &Tag,
    catalog: &Catalog,
    include: &Include,
) -> Result<Response, Error> {
    let links = Links::find(call, [Facet::Tag(tag.id)], include).await?;
    let row = tag::encode(tag, catalog, include, &links);
    Ok(api_kit::json(StatusCode::OK, &envelope::one(row)))
}
