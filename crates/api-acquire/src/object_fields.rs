//! Handlers of `/crm/objects/object-field`.

use api_kit::{Answer, Body, Call, Payload, decode, with_change};
use app::{Missing, WrittenItem};
use axum::response::Response;
use model::{
    Aliases, Catalog, Change, Entity, Extras, Field, FieldId, FieldOption, ItemRef, OptionId, RecordKind,
    Ref, Rejection, Violation, ViolationKind,
};

use crate::condition::{Cell, Kind, Rows};
use crate::page::{Page, Selection, path_id};
use crate::wire::envelope::Paged;
use crate::wire::field_config::{self, Config, Input};
use crate::wire::members::{Members, Unknown};
use crate::wire::object_field::{Attribute, object_word, own_key, reference};
use crate::wire::{Deleted, shaped, single};
use crate::{Acquire, Error};

/// What lists are filtered by and ordered by.
const COLUMNS: [(&str, Kind); 5] = [
    ("id", Kind::Id),
    ("object", Kind::Text),
    ("key", Kind::Text),
    ("type", Kind::Text),
    ("system", Kind::Text),
];

/// `GET /crm/objects/object-field`
pub(crate) async fn list(call: Call<Acquire>) -> Answer<Acquire> {
    let rows = Rows::read(&call.query, &COLUMNS)?;
    let page = Page::read(&call.query)?;
    let selection = Selection::read(&call.query, &[]);
    let catalog = call.app.catalog(&call.caller).await?;
    let found = rows.of(Attribute::all(&catalog).into_iter(), |field, column| cells(*field, column));
    let (fields, count) = page.of(found);
    let data = shaped(fields.into_iter().map(|field| selection.apply(&field.shown())))?;
    Ok(single(&Paged::new(page, count, data)))
}

/// `GET /crm/objects/object-field/{fieldId}`
pub(crate) async fn get(call: Call<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, "fieldId")?;
    let catalog = call.app.catalog(&call.caller).await?;
    let field = find(&catalog, &id)?;
    let data = shaped([Selection::read(&call.query, &[]).apply(&field.shown())])?;
    Ok(single(&data.first()))
}

/// `POST /crm/objects/object-field`
pub(crate) async fn create(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let asked = Asked::create(payload.body)?;
    let made = call.app.create_item(&call.caller, |fresh, catalog| {
        let input = asked.config.as_ref().and_then(|config| config.input).unwrap_or(Input::Text);
        let mut field = Field {
            id: FieldId(fresh.id),
            number: fresh.number,
            key: String::new(),
            name: asked.key.clone().unwrap_or_default(),
            kind: input.kind(),
            entity: asked.object.unwrap_or_default(),
            system: None,
            options: Vec::new(),
            former_options: Vec::new(),
            filterable: false,
            created_at: fresh.now,
            aliases: Aliases::default(),
            extras: Extras::default(),
        };
        asked.apply(&mut field, catalog, || OptionId(call.app.fresh_id()))?;
        Ok(field)
    });
    let key = asked.key.as_deref().unwrap_or_default();
    Ok(wrote(&made.await.map_err(|error| Error::from(error).if_taken("field", key))?))
}

/// `PUT /crm/objects/object-field/{fieldId}`: values of options that are gone are gone from records.
pub(crate) async fn update(call: Call<Acquire>, payload: Payload<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, "fieldId")?;
    find_custom(&*call.app.catalog(&call.caller).await?, &id)?;
    let asked = Asked::update(payload.body)?;
    let named = reference(&id);
    let changed = call.app.update_item(&call.caller, &named, |field: &mut Field, catalog| {
        asked.check_fixed(field)?;
        asked.apply(field, catalog, || OptionId(call.app.fresh_id()))
    });
    let key = asked.key.as_deref().unwrap_or_default();
    let about = |error: app::Error| Error::from(error).about("fieldId", &id).if_taken("field", key);
    Ok(wrote(&changed.await.map_err(about)?))
}

/// `DELETE /crm/objects/object-field/{fieldId}`: its values are gone from records.
pub(crate) async fn delete(call: Call<Acquire>) -> Answer<Acquire> {
    let id = path_id(&call, "fieldId")?;
    find_custom(&*call.app.catalog(&call.caller).await?, &id)?;
    let deleted = call.app.delete_item::<Field>(&call.caller, &reference(&id)).await;
    let deleted = deleted.map_err(|error| Error::from(error).about("fieldId", &id))?;
    Ok(with_change(deleted.change, single(&Deleted { deleted: 1 })))
}

fn find<'c>(catalog: &'c Catalog, id: &Ref) -> Result<Attribute<'c>, Error> {
    let missing = || Error::from(app::Error::NotFound(Missing::Record(RecordKind::Field)));
    Attribute::find(catalog, id).ok_or_else(|| missing().about("fieldId", id))
}

/// A field that clients may change: not one of Acquire's own.
fn find_custom<'c>(catalog: &'c Catalog, id: &Ref) -> Result<&'c Field, Error> {
    match find(catalog, id)? {
        Attribute::Custom(field) => Ok(field),
        Attribute::Own(_) => Err(Error::refused("fieldId", ViolationKind::Immutable)),
    }
}

fn cells(field: Attribute<'_>, column: &str) -> Vec<Cell<'static>> {
    let text = |text: &str| Cell::Text(text.to_owned().into());
    vec![match column {
        "object" => text(field.object()),
        "key" => text(field.key()),
        "type" => text("text"),
        "system" => text(field.system()),
        _ => Cell::Id(field.id()),
    }]
}

fn wrote(written: &WrittenItem<Field>) -> Response {
    with_change(written.change, single(&Attribute::Custom(&written.item).shown()))
}

/// What a request asks to make of a field; `None` leaves a member alone.
struct Asked {
    object: Option<Entity>,
    key: Option<String>,
    config: Option<Config>,
    unknown: Unknown,
}

impl Asked {
    fn create(body: Body) -> Result<Self, Error> {
        let mut members = Members::read(body).unwrapped("data");
        members.require(&["object", "key"]);
        let asked = Self::read(members)?;
        let has_options = |config: &Config| config.options.as_ref().is_some_and(|each| !each.is_empty());
        match &asked.config {
            Some(config) if config.input.is_some_and(Input::has_options) && !has_options(config) => {
                Err(Error::refused("config.input.options", ViolationKind::Missing))
            }
            _ => Ok(asked),
        }
    }

    // QUIRK(acquire): the PUT example wraps the whole body in `data`, the table lists its members bare; both are taken.
    // Test: fields_are_updated_bare_and_wrapped.
    fn update(body: Body) -> Result<Self, Error> {
        Self::read(Members::read(body).unwrapped("data"))
    }

    fn read(mut members: Members) -> Result<Self, Error> {
        let object = members.get("object", |json| {
            let text = decode::text(json)?;
            let entities = [Entity::Contact, Entity::Company];
            let words = || entities.map(|entity| object_word(entity).to_owned()).to_vec();
            let known = entities.into_iter().find(|entity| object_word(*entity) == text);
            known.ok_or_else(|| ViolationKind::NotOneOf(words()))
        });
        let key = members.name("key");
        members.get("type", |json| match decode::text(json)? {
            "text" => Ok(()),
            _ => Err(ViolationKind::NotOneOf(vec!["text".to_owned()])),
        });
        let config = members.raw("config").and_then(|json| {
            let mut change = Change::default();
            let config = field_config::read(&json, &mut change);
            change.violations.into_iter().for_each(|each| members.refuse(each.at, each.kind));
            config
        });
        members.ignore(&["id", "system"]);
        Ok(Self { object, key, config, unknown: members.finish()? })
    }

    /// What a field is of and what type its values have never changes.
    fn check_fixed(&self, field: &Field) -> Result<(), Rejection> {
        if self.object.is_some_and(|object| object != field.entity) {
            return Err(Violation::new("object", ViolationKind::Immutable).into());
        }
        let input = self.config.as_ref().and_then(|config| config.input);
        if input.is_some_and(|input| input != Input::of(field.kind)) {
            return Err(Violation::new("config.input.type", ViolationKind::Immutable).into());
        }
        Ok(())
    }

    fn apply(
        &self,
        field: &mut Field,
        catalog: &Catalog,
        fresh_id: impl Fn() -> OptionId,
    ) -> Result<(), Rejection> {
        if let Some(key) = self.key.as_ref().filter(|key| **key != field.key) {
            let taken = catalog.fields.find(&ItemRef::Key(key.clone()));
            if taken.is_some_and(|other| other.id != field.id) || own_key(field.entity, key).is_some() {
                return Err(Violation::new("key", ViolationKind::Duplicate).into());
            }
            field.key.clone_from(key);
        }
        if let Some(config) = &self.config {
            if let Some(label) = &config.label {
                field.name.clone_from(label);
            }
            if let Some(options) = config.options.as_ref().filter(|_| Input::of(field.kind).has_options()) {
                field.options = settled(std::mem::take(&mut field.options), options, fresh_id);
            }
            field_config::keep(field, &config.json);
        }
        self.unknown.keep(&mut field.extras);
        Ok(())
    }
}

/// The options with these values. One that is there keeps its id, and with it the values of records.
fn settled(
    mut before: Vec<FieldOption>,
    values: &[String],
    fresh_id: impl Fn() -> OptionId,
) -> Vec<FieldOption> {
    let option = |value: &String| match before.iter().position(|option| option.value == *value) {
        Some(place) => before.swap_remove(place),
        None => FieldOption {
            id: fresh_id(),
            value: value.clone(),
            name: value.clone(),
            position: None,
            aliases: Aliases::default(),
        },
    };
    values.iter().map(option).collect()
}
