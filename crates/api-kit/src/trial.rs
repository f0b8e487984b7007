//! Dry runs: what would come of a request, told in the headers of its answer, or in its body.

use std::sync::Arc;

use app::{Done, Trial, Tried};
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use http_body_util::BodyExt;
use model::{Catalog, Json, RecordKind};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::words::{self, DifferenceBody, Shown};
use crate::{Preferences, Problem, Query};

/// Says that nothing was stored.
const DRY_RUN: HeaderName = HeaderName::from_static("contactd-dry-run");
/// What would differ, as a JSON array.
const DIFFERENCES: HeaderName = HeaderName::from_static("contactd-differences");
/// How many of these there was no room for.
const LEFT_OUT: HeaderName = HeaderName::from_static("contactd-differences-left-out");

/// The query parameter that asks for a dry run.
const PARAMETER: &str = "dry_run";

/// Most bytes of the header with the differences.
const HEADER_BYTES: usize = 8 << 10;

/// How a request asks for a dry run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// As a preference.
    is_preference: bool,
    /// With all differences in the body.
    in_body: bool,
}

impl Asked {
    /// How this request does. The parameter is taken out of the query: it is no part of any API.
    ///
    /// # Errors
    /// [`Problem::BadQuery`] for a parameter that says neither yes nor no, or is given more than once.
    pub(crate) fn read(preferences: &Preferences, query: &mut Query) -> Result<Option<Self>, Problem> {
        query.one(PARAMETER)?;
        let is_parameter = match query.take(PARAMETER).as_deref() {
            None | Some("false" | "0") => false,
            Some("true" | "1" | "") => true,
            Some(_) => {
                let reason = "must be true or false".to_owned();
                return Err(Problem::BadQuery { name: PARAMETER, reason });
            }
        };
        let is_preference = preferences.has("dry-run", "");
        let in_body = is_preference && preferences.has_parameter("dry-run", "differences", "body");
        Ok((is_parameter || is_preference).then_some(Self { is_preference, in_body }))
    }

    /// Tells in the answer what would come of the request.
    pub(crate) async fn tell(self, trial: &Trial, mut response: Response) -> Response {
        if response.status().is_success() {
            let differences = differences(&trial.tried());
            if self.in_body {
                response = with_body(response, differences).await;
            } else {
                put_header(&mut response, &differences);
            }
        }
        response.headers_mut().insert(DRY_RUN, HeaderValue::from_static("true"));
        match self {
            Self { in_body: true, .. } if response.status().is_success() => {
                Preferences::applied(&mut response, "dry-run; differences=body");
            }
            Self { is_preference: true, .. } => Preferences::applied(&mut response, "dry-run"),
            _ => {}
        }
        response
    }
}

/// A record that would be made, deleted or brought back, or a member that would differ, as history would show it.
#[derive(Serialize)]
struct Entry {
    kind: RecordKind,
    id: Shown<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<&'static str>,
    #[serde(flatten)]
    difference: Option<DifferenceBody>,
}

/// One entry for each record that would be made, deleted or brought back, and one for each member that would differ.
fn differences(tried: &[(Tried, Arc<Catalog>)]) -> Vec<Json> {
    let entries = tried.iter().flat_map(|(Tried { kind, id, done, differences }, catalog)| {
        let entry = |done, difference| Entry { kind: *kind, id: Shown(*id), done, difference };
        let word = match done {
            Done::Created => Some("created"),
            Done::Deleted => Some("deleted"),
            Done::Restored => Some("restored"),
            Done::Updated | Done::Unchanged => None,
        };
        let of_record = word.map(|word| entry(Some(word), None));
        let of_members =
            differences.iter().map(move |each| entry(None, Some(words::difference(each, catalog))));
        of_record.into_iter().chain(of_members)
    });
    // Entries are plain data with text keys, for which this cannot fail.
    entries.map(|entry| serde_json::to_value(entry).unwrap_or_default()).collect()
}

fn put_header(response: &mut Response, differences: &[Json]) {
    let mut text = String::from("[");
    let mut told = 0;
    for difference in differences {
        let entry = ascii(&difference.to_string());
        // With a comma and the bracket at the end.
        if text.len() + entry.len() + 2 > HEADER_BYTES {
            break;
        }
        if told > 0 {
            text.push(',');
        }
        text.push_str(&entry);
        told += 1;
    }
    text.push(']');
    if let Ok(value) = HeaderValue::try_from(text) {
        response.headers_mut().insert(DIFFERENCES, value);
    }
    if told < differences.len() {
        response.headers_mut().insert(LEFT_OUT, HeaderValue::from(differences.len() - told));
    }
}

/// The same JSON with what is no visible ASCII escaped.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if character == ' ' || character.is_ascii_graphic() {
            text.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

/// The answer and the differences as one body.
async fn with_body(response: Response, differences: Vec<Json>) -> Response {
    let (mut parts, body) = response.into_parts();
    // Answers are whole in memory, for which this cannot fail.
    let bytes = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let answer: Json = serde_json::from_slice(&bytes).unwrap_or_default();
    let body = json!({ "status": parts.status.as_u16(), "answer": answer, "differences": differences });
    parts.status = axum::http::StatusCode::OK;
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body.to_string()))
}

#[cfg(test)]
mod tests {
    use model::{Difference, Member};

    use super::*;

    fn asked(preferences: &'static str, query: &str) -> Result<Option<Asked>, Problem> {
        let mut headers = axum::http::HeaderMap::new();
        headers.insert("prefer", HeaderValue::from_static(preferences));
        Asked::read(&Preferences::read(&headers), &mut Query::parse(query))
    }

    #[test]
    fn a_dry_run_is_asked_for_by_preference_or_parameter() {
        let of = |is_preference, in_body| Some(Asked { is_preference, in_body });
        assert_eq!(asked("dry-run", "").unwrap(), of(true, false));
        assert_eq!(asked("dry-run; differences=body", "a=1").unwrap(), of(true, true));
        for query in ["dry_run=true", "dry_run=1&page=2", "dry_run"] {
            assert_eq!(asked("", query).unwrap(), of(false, false), "{query}");
        }
        for query in ["", "dry_run=false", "dry_run=0", "dryrun=true"] {
            assert_eq!(asked("return=minimal", query).unwrap(), None, "{query}");
        }
        for query in ["dry_run=yes", "dry_run=true&dry_run=true"] {
            assert!(asked("", query).is_err(), "{query}");
        }
    }

    #[test]
    fn differences_fit_into_a_header() {
        let difference =
            |after: &str| Difference { member: Member::NameFull, before: Json::Null, after: after.into() };
        let tried = |differences| {
            let (kind, id, done) = (RecordKind::Contact, Uuid::nil(), Done::Updated);
            (Tried { kind, id, done, differences }, Arc::default())
        };
        let mut response = Response::default();
        put_header(&mut response, &differences(&[tried(vec![difference("Zoë \u{1F600}\u{7f}\n")])]));
        let expected = "[{\"kind\":\"contact\",\"id\":\"00000000-0000-0000-0000-000000000000\",\"member\":\"name.full\",\
                        \"before\":null,\"after\":\"Zo\\u00eb \\ud83d\\ude00\\u007f\\n\"}]";
        assert_eq!(response.headers()[DIFFERENCES], expected);
        assert!(!response.headers().contains_key(LEFT_OUT));
        let many: Vec<_> = (0..100).map(|_| difference(&"é".repeat(50))).collect();
        put_header(&mut response, &differences(&[tried(many)]));
        let text = response.headers()[DIFFERENCES].to_str().unwrap();
        let told: Vec<Json> = serde_json::from_str(text).unwrap();
        assert!(text.len() <= HEADER_BYTES && told.len() > 10);
        assert_eq!(response.headers()[LEFT_OUT], (100 - told.len()).to_string());
    }
}
