//! What a client would rather have: the header `Prefer` (RFC 7240).

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;

/// The header of a request.
pub(crate) const PREFER: HeaderName = HeaderName::from_static("prefer");

/// The header of an answer that says which preferences were followed.
const APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// The preferences of a request, in order, with their parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences(Vec<Preference>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Preference {
    name: String,
    value: String,
    parameters: Vec<(String, String)>,
}

impl Preferences {
    /// Reads the headers. What cannot be read is no preference of ours, and passed over as all that is not known.
    pub fn read(headers: &HeaderMap) -> Self {
        let values = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
        let preferences = values.flat_map(|value| value.split(',')).map(|written| {
            let mut parts = written.split(';').map(pair);
            let (name, value) = parts.next().unwrap_or_default();
            Preference { name, value, parameters: parts.collect() }
        });
        Self(preferences.collect())
    }

    /// Whether it is preferred that this is so: of a preference that is given twice the first counts.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().find(|each| each.name == name).is_some_and(|each| each.value == value)
    }

    /// Whether a preference without a value has this parameter.
    pub(crate) fn has_parameter(&self, name: &str, parameter: &str, value: &str) -> bool {
        let parameters = self.0.iter().filter(|each| each.name == name).flat_map(|each| &each.parameters);
        parameters.into_iter().any(|(each, given)| each == parameter && given == value)
    }

    /// Says in an answer that a preference was followed.
    pub fn applied(response: &mut Response, preference: &'static str) {
        response.headers_mut().append(APPLIED, HeaderValue::from_static(preference));
    }
}

/// `name`, `name=value` or `name="value"`; names are not case-sensitive.
fn pair(written: &str) -> (String, String) {
    let (name, value) = written.split_once('=').unwrap_or((written, ""));
    (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&'static str]) -> Preferences {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(PREFER, HeaderValue::from_static(value));
        }
        Preferences::read(&headers)
    }

    #[test]
    fn preferences_are_found_however_they_are_written() {
        for values in [
            &["dry-run; differences=body, return=minimal"][..],
            &["return=minimal", "Dry-Run ;differences = \"body\""],
            &["respond-async, return=\"minimal\", DRY-RUN; differences=body, return=representation"],
        ] {
            let preferences = read(values);
            assert!(preferences.has("dry-run", ""), "{values:?}");
            assert!(preferences.has("return", "minimal"), "{values:?}");
            assert!(preferences.has_parameter("dry-run", "differences", "body"), "{values:?}");
        }
        for values in [&[][..], &["dry-run=no, return=representation, return=minimal"], &["return; minimal"]]
        {
            let preferences = read(values);
            assert!(!preferences.has("dry-run", ""), "{values:?}");
            assert!(!preferences.has("return", "minimal"), "{values:?}");
            assert!(!preferences.has_parameter("dry-run", "differences", "body"), "{values:?}");
        }
    }
}
