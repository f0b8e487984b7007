//! The custom field endpoints.

use api_kit::{Answer, Call, Payload, with_change};
use app::{Missing, WrittenItem};
use axum::http::StatusCode;
use axum::response::Response;
use model::{Aliases, Catalog, Field, FieldId, FieldType, RecordKind};

use crate::page::{self, ITEM_ORDERS, Page};
use crate::wire::{envelope, field, id, list, value};
use crate::{Error, Rolodex};

/// `GET /custom-fields`
pub(crate) async fn list(call: Call<Rolodex>) -> Answer<Rolodex> {
    let asked = Page::read(&call.query, &ITEM_ORDERS)?;
    let entity = page::word(&call.query, "entity_type", &list::ENTITIES)?;
    let kind = page::word(&call.query, "field_type", &field::TYPES)?.map(value::field_type);
    let catalog = call.app.catalog(&call.caller).await?;
    let is_asked = |field: &&Field| {
        field.system.is_none()
            && entity.is_none_or(|entity| field.entity == entity)
            && kind.is_none_or(|kind| value::field_type(field.kind) == kind)
    };
    let fields = catalog.fields.iter().filter(is_asked);
    let (fields, total) = asked.of_items(fields, |field| field.created_at);
    let rows = fields.into_iter().map(|each| field::encode(each, &catalog)).collect();
    Ok(api_kit::json(StatusCode::OK, &envelope::page(asked, total, rows)))
}

/// `GET /custom-fields/{id}`
pub(crate) async fn get(call: Call<Rolodex>) -> Answer<Rolodex> {
    let catalog = call.app.catalog(&call.caller).await?;
    Ok(one(find(&catalog, call.param("id"))?, &catalog))
}

/// `POST /custom-fields`
pub(crate) async fn create(call: Call<Rolodex>, payload: Payload<Rolodex>) -> Answer<Rolodex> {
    let mut asked = field::Asked::create(payload.body);
    std::mem::take(&mut asked.faults).check()?;
    let made = call.app.create_item(&call.caller, |fresh, catalog| {
        let name = asked.name.clone().unwrap_or_default();
        let mut field = Field {
            former_options: Vec::new(),
            filterable: false,
            id: FieldId(fresh.id),
            number: fresh.number,
            key: catalog.fresh_key(&name, fresh.number),
            name,
            kind: asked.kind.unwrap_or(FieldType::Text),
            entity: asked.entity.unwrap_or_default(),
            system: None,
            options: Vec::new(),
            created_at: fresh.now,
            aliases: Aliases::default(),
            extras: model::Extras::default(),
        };
        asked.apply(&mut field, || call.app.fresh_id());
        Ok(field)
    });
    Ok(wrote(&made.await?))
}

/// `PUT /custom-fields/{id}`: values of options that are gone are gone from records.
pub(crate) async fn update(call: Call<Rolodex>, payload: Payload<Rolodex>) -> Answer<Rolodex> {
    let catalog = call.app.catalog(&call.caller).await?;
    let mut asked = field::Asked::update(payload.body, find(&catalog, call.param("id"))?);
    std::mem::take(&mut asked.faults).check()?;
    let named = id::item(call.param("id"));
    let changed = call.app.update_item(&call.caller, &named, |field: &mut Field, _| {
        asked.apply(field, || call.app.fresh_id());
        Ok(())
    });
    Ok(wrote(&changed.await?))
}

/// `DELETE /custom-fields/{id}`: the answer is the field as it was; its values are gone from records.
pub(crate) async fn delete(call: Call<Rolodex>) -> Answer<Rolodex> {
    let before = call.app.catalog(&call.caller).await?;
    find(&before, call.param("id"))?;
    let deleted = call.app.delete_item::<Field>(&call.caller, &id::item(call.param("id"))).await?;
    Ok(with_change(deleted.change, one(&deleted.item, &before)))
}

/// The custom field with this id. What shows a member of the record is none.
fn find<'c>(catalog: &'c Catalog, text: &str) -> Result<&'c Field, Error> {
    let field = id::find::<Field>(catalog, text)?;
    match field.system {
        None => Ok(field),
        Some(_) => Err(app::Error::NotFound(Missing::Record(RecordKind::Field)).into()),
    }
}

fn wrote(written: &WrittenItem<Field>) -> Response {
    with_change(written.change, one(&written.item, &written.catalog))
}

fn one(field: &Field, catalog: &Catalog) -> Response {
    api_kit::json(StatusCode::OK, &envelope::one(field::encode(field, catalog)))
}
