//! The vendor's codes for what is wrong with something that is no contact: each kind has its own.

use model::{Violation, ViolationKind};

use super::{BODY, Kind, bad};

/// What bodies are, as the first part of a violation's place says it.
const WHAT: [&str; 7] = ["label", "field", "group", "type", "avatar", "user_avatar", "event"];

/// What a body is, and the place in it; nothing for contacts and their channels.
pub(super) fn split(violation: &Violation) -> Option<(&str, &str)> {
    let (what, at) = violation.at.split_once('.').unwrap_or((&violation.at, ""));
    WHAT.contains(&what).then_some((what, at))
}

/// The code, by what the body is, the place in it and what is wrong.
pub(super) fn kind_of(what: &str, at: &str, kind: &ViolationKind) -> Kind {
    use ViolationKind::{BadBoolean, BadUrl, Duplicate, Immutable, Missing, NotNullable, TooLong, WrongType};
    let part = at.rsplit('.').next().unwrap_or_default();
    match (what, part, kind) {
        ("label", "display_name", Missing) => bad(3403, "Missing label display_name"),
        ("label", "display_name", Duplicate) => bad(3402, "Label display_name in use"),
        ("label", "background_color", Missing) => bad(3404, "Missing label background_color"),
        ("label", "text_color", Missing) => bad(3405, "Missing label text_color"),
        ("label", "background_color" | "text_color", _) => bad(3406, "Invalid label color"),
        ("field", "", Immutable) => bad(3201, "Global custom field is read-only"),
        ("field", "display_name", Missing) if at == part => bad(3203, "Missing custom field display_name"),
        ("field", "display_name", Duplicate) => bad(3202, "Custom field display_name in use"),
        ("field", "value", Missing) => bad(3204, "Missing custom field option value"),
        ("field", "display_name", Missing) => bad(3205, "Missing custom field option display_name"),
        ("group", "display_name", Missing) => bad(8001, "Missing contact group display_name"),
        ("group", "display_name", Duplicate) => bad(8006, "Contact group display_name in use"),
        ("group", "condition_boolean_operator", _) => bad(8002, "Invalid condition_boolean_operator"),
        ("group", "comparison_method_code", _) => bad(8004, "Invalid comparison_method_code"),
        ("group", "comparison_source", _) => bad(8005, "Invalid comparison_source"),
        ("group", _, Missing | NotNullable | WrongType(_)) if is_condition(at) => {
            bad(8003, "Invalid conditions")
        }
        ("type", "", Immutable) => bad(4005, "Global channel type is read-only"),
        ("type", "display_name", Missing) => bad(4001, "Missing channel type display_name"),
        ("type", "allow_messages" | "allow_communications", BadBoolean) => {
            bad(4002, "Invalid value for allow_messages")
        }
        ("type", "priority", _) => bad(4003, "Invalid priority"),
        ("type", _, BadUrl | WrongType(_) | TooLong { .. }) if part.ends_with("_url") => {
            bad(4004, "Invalid notification URL")
        }
        ("event", "event_type", _) => bad(7000, "Invalid event_type"),
        ("event", "contact_id", _) => bad(7001, "Missing contact_id"),
        ("event", "body", Missing | WrongType(_)) => bad(7004, "Missing note body"),
        ("avatar", "content_type" | "content-type", Missing) => bad(3019, "Missing content_type"),
        ("avatar", "content_type" | "content-type", _) => bad(3020, "Invalid content_type"),
        ("avatar", "base64", Missing) => bad(3022, "Missing base64"),
        ("avatar", "base64", _) => bad(3021, "Invalid base64"),
        ("user_avatar", "content_type" | "content-type", Missing) => bad(4100, "Missing content_type"),
        ("user_avatar", "content_type" | "content-type", _) => bad(4101, "Invalid content_type"),
        ("user_avatar", "base64", Missing) => bad(4102, "Missing base64"),
        ("user_avatar", "base64", _) => bad(4103, "Invalid base64"),
        _ => BODY,
    }
}

/// Whether a place is the conditions of a group, or one of them as a whole.
fn is_condition(at: &str) -> bool {
    at == "conditions" || at.strip_prefix("conditions.").is_some_and(|rest| !rest.contains('.'))
}
