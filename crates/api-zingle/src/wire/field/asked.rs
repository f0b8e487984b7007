//! What requests ask to make of a custom field.

use api_kit::{Body, decode};
use app::{Error as AppError, Fresh};
use model::{
    Aliases, Catalog, Entity, Extras, Field, FieldId, FieldOption, FieldType, Json, OptionId, Rejection,
    Violation, ViolationKind, limits,
};
use uuid::Uuid;

use crate::wire::members::{Members, bounded, taken, tell_others};

/// What a client may call the types of fields. `anniversary` is one of the vendor's, too, but is none here.
const TYPES: [(&str, FieldType); 7] = [
    ("string", FieldType::Text),
    ("number", FieldType::Number),
    ("boolean", FieldType::Boolean),
    ("date", FieldType::Date),
    ("datetime", FieldType::Datetime),
    ("time", FieldType::Time),
    ("single_select_options", FieldType::SingleSelect),
];

/// What a request asks to make of a custom field; `None` leaves a member alone.
#[derive(Debug)]
pub(crate) struct Asked {
    name: Option<String>,
    code: Option<String>,
    kind: Option<FieldType>,
    options: Option<Vec<AskedOption>>,
}

#[derive(Debug)]
struct AskedOption {
    value: String,
    name: String,
    position: Option<i64>,
}

impl Asked {
    pub(crate) fn create(body: Body) -> Result<Self, AppError> {
        let mut members = Members::read("field", body).require(&["display_name"]);
        let kind =
            members.with("data_type", |json| if json.is_null() { Ok(None) } else { kind(json).map(Some) });
        let asked = Self::read(kind.flatten(), &mut members);
        members.check().map(|()| asked)
    }

    /// QUIRK(zingle): the type cannot be changed, and clients that send back what they read send it
    /// (`contact_custom_fields/README.md` calls it read-only). Pinned by `a_field_keeps_its_type_and_its_code`.
    pub(crate) fn update(body: Body) -> Result<Self, AppError> {
        let mut members = Members::read("field", body);
        let asked = Self::read(None, &mut members);
        members.check().map(|()| asked)
    }

    fn read(kind: Option<FieldType>, members: &mut Members) -> Self {
        let name = members.text("display_name");
        let code = members.nullable_text("code").flatten();
        Self { name, code, kind, options: read_options(members) }
    }

    /// A new field. Without a type it is a list when it has options, else a text.
    pub(crate) fn make(
        &self,
        fresh: Fresh,
        catalog: &Catalog,
        fresh_id: impl Fn() -> Uuid,
    ) -> Result<Field, Rejection> {
        let has_options = self.options.as_ref().is_some_and(|options| !options.is_empty());
        let usual = if has_options { FieldType::SingleSelect } else { FieldType::Text };
        let mut field = Field {
            id: FieldId(fresh.id),
            number: fresh.number,
            key: catalog.fresh_key(self.name.as_deref().unwrap_or_default(), fresh.number),
            name: String::new(),
            kind: self.kind.unwrap_or(usual),
            entity: Entity::Contact,
            system: None,
            options: Vec::new(),
            former_options: Vec::new(),
            filterable: false,
            created_at: fresh.now,
            aliases: Aliases::default(),
            extras: Extras::default(),
        };
        self.change(&mut field, catalog, fresh_id).map(|()| field)
    }

    /// Changes a field. Global ones cannot be.
    pub(crate) fn change(
        &self,
        field: &mut Field,
        catalog: &Catalog,
        fresh_id: impl Fn() -> Uuid,
    ) -> Result<(), Rejection> {
        check_writable(field)?;
        let others = || catalog.fields.iter().filter(|other| other.id != field.id);
        let has_name = |other: &Field, name: &str| other.entity == Entity::Contact && other.name == name;
        if self.name.as_ref().is_some_and(|name| others().any(|other| has_name(other, name))) {
            return Err(taken("field.display_name"));
        }
        if self.code.as_ref().is_some_and(|code| others().any(|other| other.key == *code)) {
            return Err(taken("field.code"));
        }
        if let Some(options) = &self.options {
            replace_options(field, options, fresh_id)?;
        }
        field.name.clone_from(self.name.as_ref().unwrap_or(&field.name.clone()));
        field.key.clone_from(self.code.as_ref().unwrap_or(&field.key.clone()));
        Ok(())
    }
}

/// Refuses a field that every service has.
pub(crate) fn check_writable(field: &Field) -> Result<(), Rejection> {
    match field.system {
        Some(_) => Err(Violation::new("field", ViolationKind::Immutable).into()),
        None => Ok(()),
    }
}

fn replace_options(
    field: &mut Field,
    asked: &[AskedOption],
    fresh_id: impl Fn() -> Uuid,
) -> Result<(), Rejection> {
    match field.kind {
        FieldType::SingleSelect | FieldType::Text => {}
        // No options are shown of these, so that none are what clients send back.
        _ if asked.is_empty() => return Ok(()),
        _ => {
            let kind = ViolationKind::TooLong { max: 0, unit: "items in a field of this type" };
            return Err(Violation::new("field.options", kind).into());
        }
    }
    let options = asked.iter().map(|option| FieldOption {
        id: OptionId(fresh_id()),
        value: option.value.clone(),
        name: option.name.clone(),
        position: option.position,
        aliases: Aliases::default(),
    });
    field.replace_options(options.collect());
    Ok(())
}

fn kind(json: &Json) -> Result<FieldType, ViolationKind> {
    let text = decode::text(json)?;
    let found = TYPES.iter().find(|(word, _)| *word == text);
    let words = || TYPES.map(|(word, _)| word.to_owned()).to_vec();
    found.map(|(_, kind)| *kind).ok_or_else(|| ViolationKind::NotOneOf(words()))
}

fn read_options(members: &mut Members) -> Option<Vec<AskedOption>> {
    let elements = members.with("options", |json| match json {
        Json::Null => Ok(None),
        Json::Array(elements) if elements.len() > limits::SET_ITEMS => {
            Err(ViolationKind::TooLong { max: limits::SET_ITEMS, unit: "items" })
        }
        Json::Array(elements) => Ok(Some(elements.clone())),
        _ => Err(ViolationKind::WrongType("an array of objects")),
    })??;
    let mut options: Vec<AskedOption> = Vec::new();
    for (n, element) in elements.iter().enumerate() {
        match read_option(element) {
            Ok(option) if options.iter().any(|other| other.value == option.value) => {
                members.refuse(&format!("options.{n}.value"), ViolationKind::Duplicate);
            }
            Ok(option) => options.push(option),
            Err((part, kind)) => members.refuse(&format!("options.{n}{part}"), kind),
        }
    }
    Some(options)
}

/// An option, or what is wrong with which part of it. Its id is its value, so that what a client sends as one says nothing.
fn read_option(element: &Json) -> Result<AskedOption, (&'static str, ViolationKind)> {
    let Json::Object(members) = element else { return Err(("", ViolationKind::WrongType("an object"))) };
    tell_others(members, "options.", |name| matches!(name, "value" | "display_name" | "sort_order"));
    let text = |name: &'static str, at: &'static str| match members.get(name) {
        None | Some(Json::Null) => Err((at, ViolationKind::Missing)),
        Some(Json::String(text)) => bounded(text).map_err(|kind| (at, kind)),
        Some(_) => Err((at, ViolationKind::WrongType("a string"))),
    };
    let (value, name) = (text("value", ".value")?, text("display_name", ".display_name")?);
    // QUIRK(zingle): older data has texts (`ios-sdk`, its test data). Pinned by `options_keep_the_order_that_was_sent`.
    let position = match members.get("sort_order") {
        None | Some(Json::Null) => None,
        Some(Json::Number(number)) => Some(number.as_i64()),
        Some(Json::String(text)) => Some(text.trim().parse().ok()),
        Some(_) => Some(None),
    };
    match position {
        Some(None) => Err((".sort_order", ViolationKind::WrongType("a whole number"))),
        position => Ok(AskedOption { value, name, position: position.flatten() }),
    }
}
