//! Reading members of a body: each function gives the value or the violation.

use model::{Json, ViolationKind};

/// A text; `null` is [`ViolationKind::NotNullable`].
///
/// # Errors
/// What is wrong with it.
pub fn text(json: &Json) -> Result<&str, ViolationKind> {
    match json {
        Json::String(text) => Ok(text),
        Json::Null => Err(ViolationKind::NotNullable),
        _ => Err(ViolationKind::WrongType("a string")),
    }
}

/// A text or `null`.
///
/// # Errors
/// What is wrong with it.
pub fn nullable_text(json: &Json) -> Result<Option<&str>, ViolationKind> {
    match json {
        Json::String(text) => Ok(Some(text)),
        Json::Null => Ok(None),
        _ => Err(ViolationKind::WrongType("a string or null")),
    }
}

/// A boolean; `null` is [`ViolationKind::NotNullable`].
///
/// # Errors
/// What is wrong with it.
pub fn boolean(json: &Json) -> Result<bool, ViolationKind> {
    match json {
        Json::Bool(flag) => Ok(*flag),
        Json::Null => Err(ViolationKind::NotNullable),
        _ => Err(ViolationKind::WrongType("a boolean")),
    }
}

/// A whole number or `null`.
///
/// # Errors
/// What is wrong with it.
pub fn nullable_integer(json: &Json) -> Result<Option<i64>, ViolationKind> {
    match json {
        Json::Null => Ok(None),
        Json::Number(number) => {
            number.as_i64().map(Some).ok_or(ViolationKind::WrongType("an integer or null"))
        }
        _ => Err(ViolationKind::WrongType("an integer or null")),
    }
}

/// An array; `null` is [`ViolationKind::NotNullable`].
///
/// # Errors
/// What is wrong with it.
pub fn array(json: &Json) -> Result<&[Json], ViolationKind> {
    match json {
        Json::Array(items) => Ok(items),
        Json::Null => Err(ViolationKind::NotNullable),
        _ => Err(ViolationKind::WrongType("an array")),
    }
}

/// An object; `null` is [`ViolationKind::NotNullable`].
///
/// # Errors
/// What is wrong with it.
pub fn object(json: &Json) -> Result<&serde_json::Map<String, Json>, ViolationKind> {
    match json {
        Json::Object(members) => Ok(members),
        Json::Null => Err(ViolationKind::NotNullable),
        _ => Err(ViolationKind::WrongType("an object")),
    }
}
