//! What an attribute looks like (`config`): kept as it came, so far as the record does not say it itself.

use api_kit::decode;
use model::{Change, Dialect, Field, FieldType, Json, ViolationKind, limits};
use serde_json::json;

/// The extra member that keeps it.
const CONFIG: &str = "config";

/// How a value is put in, as far as Acquire tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A line of text.
    Text,
    /// An e-mail address.
    Email,
    /// One of the options.
    One,
    /// Any of the options.
    Several,
}

/// The vendor's words for inputs; those of one kind behind each other, the documented one first.
const TYPES: [(&str, Input); 5] = [
    ("text", Input::Text),
    ("radio", Input::One),
    ("dropdown", Input::One),
    ("select", Input::One),
    ("checkbox", Input::Several),
];

impl Input {
    /// How the values of a field are put in.
    pub(crate) fn of(kind: FieldType) -> Self {
        match kind {
            FieldType::SingleSelect => Self::One,
            FieldType::MultiSelect => Self::Several,
            FieldType::Email => Self::Email,
            FieldType::Text
            | FieldType::Url
            | FieldType::Phone
            | FieldType::Number
            | FieldType::Boolean
            | FieldType::Date
            | FieldType::Time
            | FieldType::Datetime
            | FieldType::User => Self::Text,
        }
    }

    /// The type of a new field's values.
    pub(crate) fn kind(self) -> FieldType {
        match self {
            Self::Text => FieldType::Text,
            Self::Email => FieldType::Email,
            Self::One => FieldType::SingleSelect,
            Self::Several => FieldType::MultiSelect,
        }
    }

    /// Whether its values are options.
    pub(crate) fn has_options(self) -> bool {
        matches!(self, Self::One | Self::Several)
    }

    fn word(self) -> &'static str {
        let shown = if self == Self::Email { Self::Text } else { self };
        TYPES.iter().find(|(_, input)| *input == shown).map_or("text", |(word, _)| *word)
    }
}

/// A `config` as a request writes it.
pub(crate) struct Config {
    /// As it came.
    pub(crate) json: Json,
    /// How values are put in, if it says.
    pub(crate) input: Option<Input>,
    /// The options, if it gives any.
    pub(crate) options: Option<Vec<String>>,
    /// The name that people read, if it has one.
    pub(crate) label: Option<String>,
}

/// Reads a `config`.
pub(crate) fn read(json: &Json, change: &mut Change) -> Option<Config> {
    let mut refuse = |at: &str, kind| change.refuse(at, kind);
    let members = match decode::object(json) {
        Ok(members) => members,
        Err(kind) => {
            refuse(CONFIG, kind);
            return None;
        }
    };
    if json.to_string().len() > limits::EXTRA_BYTES {
        refuse(CONFIG, ViolationKind::TooLong { max: limits::EXTRA_BYTES, unit: "bytes" });
    }
    let mut label = member(members.get("label"), "config.label", label_text, &mut refuse);
    let mut config = Config { json: json.clone(), input: None, options: None, label: None };
    if let Some(input) = members.get("input") {
        match decode::object(input) {
            Ok(input) => {
                let kind = member(input.get("type"), "config.input.type", input_type, &mut refuse);
                let format = member(
                    input.get("validationFormat"),
                    "config.input.validationFormat",
                    format,
                    &mut refuse,
                );
                config.input = match (kind, format) {
                    (Some(Input::Text) | None, Some(true)) => Some(Input::Email),
                    (kind, _) => kind,
                };
                config.options = member(input.get("options"), "config.input.options", options, &mut refuse);
                member(input.get("required"), "config.input.required", decode::boolean, &mut refuse);
                let inner = member(input.get("label"), "config.input.label", label_text, &mut refuse);
                label = label.or(inner);
            }
            Err(kind) => refuse("config.input", kind),
        }
    }
    config.label = label;
    Some(config)
}

fn member<T>(
    json: Option<&Json>,
    at: &str,
    read: impl FnOnce(&Json) -> Result<T, ViolationKind>,
    refuse: &mut impl FnMut(&str, ViolationKind),
) -> Option<T> {
    read(json?).map_err(|kind| refuse(at, kind)).ok()
}

fn label_text(json: &Json) -> Result<String, ViolationKind> {
    let text = decode::text(json)?;
    let max = super::members::NAME_CHARS;
    if text.chars().count() > max {
        return Err(ViolationKind::TooLong { max, unit: "characters" });
    }
    Ok(text.to_owned())
}

// QUIRK(acquire): `department` is a type of input too, whose values are departments; contactd has no field of teams, so
// it is refused. The prose names a drop-down without its word; two are taken. Test: inputs_are_known_by_their_words.
fn input_type(json: &Json) -> Result<Input, ViolationKind> {
    let text = decode::text(json)?;
    let known = TYPES.iter().find(|(word, _)| *word == text);
    let words = || TYPES.map(|(word, _)| word.to_owned()).to_vec();
    known.map(|(_, input)| *input).ok_or_else(|| ViolationKind::NotOneOf(words()))
}

/// Whether a value must be an e-mail address.
fn format(json: &Json) -> Result<bool, ViolationKind> {
    match decode::text(json)? {
        "email" => Ok(true),
        "any" => Ok(false),
        _ => Err(ViolationKind::NotOneOf(vec!["any".to_owned(), "email".to_owned()])),
    }
}

fn options(json: &Json) -> Result<Vec<String>, ViolationKind> {
    let items = decode::array(json)?;
    if items.len() > limits::SET_ITEMS {
        return Err(ViolationKind::TooLong { max: limits::SET_ITEMS, unit: "items" });
    }
    let mut options: Vec<String> = Vec::new();
    for item in items {
        let text = super::scalar(item)?.ok_or(ViolationKind::WrongType("an array of strings"))?;
        if text.chars().count() > limits::SHORT_TEXT_CHARS {
            let max = limits::SHORT_TEXT_CHARS;
            return Err(ViolationKind::TooLong { max, unit: "characters" });
        }
        if !options.contains(&text) {
            options.push(text);
        }
    }
    Ok(options)
}

/// Keeps a `config` in a field.
pub(crate) fn keep(field: &mut Field, json: &Json) {
    field.extras.set(Dialect::Acquire, CONFIG, Some(json.clone()));
}

/// What the vendor's own examples have for an attribute.
pub(crate) fn usual(kind: FieldType, label: &str, options: &[&str]) -> Json {
    let input = Input::of(kind);
    let format = if input == Input::Email { "email" } else { "any" };
    let mut config = json!({
        "input": {
            "type": input.word(),
            "label": label,
            "required": false,
            "validationType": "format",
            "validationFormat": format,
        },
        "label": label,
        "backend": {"list": false},
        "capture": ["api"],
    });
    if input.has_options()
        && let Some(members) = config.get_mut("input").and_then(Json::as_object_mut)
    {
        members.insert("options".to_owned(), json!(options));
    }
    config
}

/// The `config` of a field: as it was kept, but what another dialect may have changed since, as it is now.
pub(crate) fn shown(field: &Field) -> Json {
    let options: Vec<&str> = field.options.iter().map(|option| option.value.as_str()).collect();
    let Some(kept) = field.extras.get(Dialect::Acquire, CONFIG) else {
        return usual(field.kind, &field.name, &options);
    };
    let mut config = kept.clone();
    let is_renamed = label(&config).is_some_and(|label| label != field.name);
    if let (true, Some(label)) = (is_renamed, config.get_mut("label")) {
        *label = json!(field.name);
    }
    if let Some(input) = config.get_mut("input").and_then(Json::as_object_mut) {
        if is_renamed && input.contains_key("label") {
            input.insert("label".to_owned(), json!(field.name));
        }
        if Input::of(field.kind).has_options() {
            input.insert("options".to_owned(), json!(options));
        }
    }
    config
}

fn label(config: &Json) -> Option<&str> {
    let inner = || config.get("input")?.get("label")?.as_str();
    config.get("label").and_then(Json::as_str).or_else(inner)
}

/// Whether a value must not be cleared.
pub(crate) fn is_required(field: &Field) -> bool {
    let config = field.extras.get(Dialect::Acquire, CONFIG);
    let required = config.and_then(|config| config.get("input")?.get("required")?.as_bool());
    required.unwrap_or_default()
}
