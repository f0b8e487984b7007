//! The list endpoints.

use api_kit::{Answer, Call, Payload, with_change};
use app::WrittenItem;
use axum::http::StatusCode;
use axum::response::Response;
use model::{Aliases, Catalog, Facet, List, ListId};

use crate::links::Links;
use crate::page::{self, ITEM_ORDERS, Include, Page, Relationship};
use crate::wire::{envelope, id, list};
use crate::{Error, Rolodex, resolve};

/// `GET /lists`
pub(crate) async fn list(call: Call<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_LIST)?;
    let asked = Page::read(&call.query, &ITEM_ORDERS)?;
    let entity = page::word(&call.query, "type", &list::ENTITIES)?;
    let catalog = call.app.catalog(&call.caller).await?;
    let lists = catalog.lists.iter().filter(|list| entity.is_none_or(|entity| list.entity == entity));
    let (lists, total) = asked.of_items(lists, |list| list.created_at);
    let links = Links::find(&call, lists.iter().map(|list| Facet::List(list.id)), &include).await?;
    let rows = lists.into_iter().map(|list| list::encode(list, &catalog, &include, &links)).collect();
    Ok(api_kit::json(StatusCode::OK, &envelope::page(asked, total, rows)))
}

/// `GET /lists/{id}`
pub(crate) async fn get(call: Call<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_LIST)?;
    let catalog = call.app.catalog(&call.caller).await?;
    let list = id::find::<List>(&catalog, call.param("id"))?;
    one(&call, list, &catalog, &include).await
}

/// `POST /lists`: the answer carries the members, whatever the request includes.
pub(crate) async fn create(call: Call<Rolodex>, payload: Payload<Rolodex>) -> Answer<Rolodex> {
    Include::read(&call.query, &Relationship::OF_LIST)?;
    let asked = list::Asked::create(payload.body);
    let ends = resolve::ends(&call, asked.ends, asked.faults).await?;
    let made = call.app.create_linked_item(&call.caller, &ends, |fresh, _| {
        let mut made = List {
            conditions: Vec::new(),
            background_color: None,
            text_color: None,
            id: ListId(fresh.id),
            number: fresh.number,
            name: asked.name.clone().unwrap_or_default(),
            entity: asked.entity.unwrap_or_default(),
            description: asked.description.clone().flatten(),
            created_at: fresh.now,
            aliases: Aliases::default(),
            extras: model::Extras::default(),
        };
        asked.extras.apply(&mut made.extras);
        Ok(made)
    });
    wrote(&call, &made.await?, &Include::all(&Relationship::OF_LIST)).await
}

/// `PUT /lists/{id}`
pub(crate) async fn update(call: Call<Rolodex>, payload: Payload<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_LIST)?;
    let named = id::item(call.param("id"));
    let entity = id::find::<List>(&*call.app.catalog(&call.caller).await?, call.param("id"))?.entity;
    let asked = list::Asked::update(payload.body, entity);
    let ends = resolve::ends(&call, asked.ends, asked.faults).await?;
    let changed = call.app.update_linked_item(&call.caller, &named, &ends, |list: &mut List, _| {
        asked.extras.apply(&mut list.extras);
        list.name = asked.name.clone().unwrap_or_else(|| list.name.clone());
        list.description = asked.description.clone().unwrap_or_else(|| list.description.clone());
        Ok(())
    });
    wrote(&call, &changed.await?, &include).await
}

/// `DELETE /lists/{id}`: the answer is the list as it was.
pub(crate) async fn delete(call: Call<Rolodex>) -> Answer<Rolodex> {
    let include = Include::read(&call.query, &Relationship::OF_LIST)?;
    let before = call.app.catalog(&call.caller).await?;
    let deleted = call.app.delete_item::<List>(&call.caller, &id::item(call.param("id"))).await?;
    let answer = one(&call, &deleted.item, &before, &include).await?;
    Ok(with_change(deleted.change, answer))
}

async fn wrote(call: &Call<Rolodex>, written: &WrittenItem<List>, include: &Include) -> Answer<Rolodex> {
    Ok(with_change(written.change, one(call, &written.item, &written.catalog, include).await?))
}

async fn one(
    call: &Call<Rolodex>,
    list: &List,
    catalog: &Catalog,
    include: &Include,
) -> Result<Response, Error> {
    let links = Links::find(call, [Facet::List(list.id)], include).await?;
    let row = list::encode(list, catalog, include, &links);
    Ok(api_kit::json(StatusCode::OK, &envelope::one(row)))
}
