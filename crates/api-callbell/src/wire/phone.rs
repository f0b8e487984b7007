//! The number in `GET /contacts/phone/:number`.

use api_kit::{Body, Query};
use model::{ChannelKind, Json, Text, channel, phone};

use super::CHANNEL_UUID;

/// The forms in which a contact's channel may hold a number: only digits are compared, and clients send them with
/// and without `+`.
pub(crate) fn forms(text: &str, country: Option<&str>) -> Vec<Text> {
    let digits = phone::digits(text);
    if digits.is_empty() {
        return Vec::new();
    }
    let read = |text: &str, country| channel::normalise(&ChannelKind::Phone, text, country).value;
    let mut forms = vec![read(&format!("+{digits}"), None), read(&digits, country), digits.into()];
    forms.dedup();
    forms
}

/// The inbox that a look-up is about.
///
/// QUIRK(callbell): clients send it in the body of a GET. Page: GET /contacts/phone/:number. Test:
/// `the_channel_of_a_look_up_may_stand_in_its_body`.
pub(crate) fn channel_uuid(query: &Query, body: &Body) -> Option<String> {
    let in_body = || match body {
        Body::Json(Json::Object(members)) => members.get(CHANNEL_UUID).and_then(Json::as_str),
        Body::Json(_) | Body::Empty | Body::Malformed(_) => None,
    };
    let text = query.get(CHANNEL_UUID).or_else(in_body)?;
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_looked_up_in_each_form_that_is_stored() {
        for (text, country, expected) in [
            ("573192754701", None, &["+573192754701", "573192754701"][..]),
            ("+57 319 2754701", None, &["+573192754701", "573192754701"]),
            ("123456789", None, &["+123456789", "123456789"]),
            ("12", None, &["12"]),
            ("8585551212", Some("US"), &["8585551212", "+18585551212", "8585551212"]),
            ("call me", None, &[]),
            ("", Some("US"), &[]),
        ] {
            assert_eq!(forms(text, country), expected, "{text}");
        }
    }
}
