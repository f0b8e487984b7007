//! What an answer tells in its headers beside what was asked for: what of the request nobody used (`contactd-ignored`) or
//! the key's policy held back (`contactd-held-back`), so that nothing is lost in silence, and what the key has left of its
//! rate.

use std::cell::RefCell;
use std::sync::Arc;

use app::{Allowance, Caller, HeldBackPaths, Wanted};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::Query;

/// The query parameters and members of a request that had no effect, separated by commas, percent-encoded.
pub const IGNORED_HEADER: HeaderName = HeaderName::from_static("contactd-ignored");
/// The members of the contact that the key's policy kept as they were, separated by commas, percent-encoded.
pub const HELD_BACK_HEADER: HeaderName = HeaderName::from_static("contactd-held-back");

/// The limit of the key: its name, how many requests, in how many seconds (draft-ietf-httpapi-ratelimit-headers-10).
const POLICY_HEADER: HeaderName = HeaderName::from_static("ratelimit-policy");
/// How many requests of it are left, and in how many seconds there is one more (same).
const LIMIT_HEADER: HeaderName = HeaderName::from_static("ratelimit");

/// What is true only of the answer that has them.
pub(crate) const RATE_HEADERS: [HeaderName; 2] = [POLICY_HEADER, LIMIT_HEADER];

/// Most names in a header; `...` stands for the rest.
const MAX_NAMES: usize = 50;
/// Most bytes of a name.
const MAX_NAME_BYTES: usize = 100;

tokio::task_local! {
    /// What is to be told of the request that this task answers.
    static NOTES: RefCell<Notes>;
}

#[derive(Default)]
struct Notes {
    /// Members that a decoder passed over.
    ignored: Vec<String>,
    held_back: Option<HeldBackPaths>,
    allowance: Option<Allowance>,
    wanted: Option<Arc<Wanted>>,
}

/// Notes that a member of the request's body has no effect. For decoders, where a member is known but not used, such as
/// those that clients send back as they read them.
pub fn ignored(member: &str) {
    note(|notes| {
        if notes.ignored.len() <= MAX_NAMES && !notes.ignored.iter().any(|each| each == member) {
            notes.ignored.push(member.to_owned());
        }
    });
}

/// Notes who asks.
pub(crate) fn admitted(caller: &Caller) {
    let (held_back, allowance) = (caller.held_back(), caller.allowance());
    if held_back.is_some() || allowance.is_some() {
        note(|notes| {
            notes.held_back = held_back.cloned();
            notes.allowance = allowance;
        });
    }
}

/// Notes what the request says of the revision that it wants.
pub(crate) fn wanted(wanted: &Arc<Wanted>) {
    note(|notes| notes.wanted = Some(Arc::clone(wanted)));
}

/// Notes that the key has nothing left of its rate.
pub(crate) fn limited(allowance: Allowance) {
    note(|notes| notes.allowance = Some(allowance));
}

fn note(write: impl FnOnce(&mut Notes)) {
    // Without a request, as in a unit test, there is nobody to tell.
    let _ = NOTES.try_with(|notes| write(&mut notes.borrow_mut()));
}

/// Answers a request, and tells in the headers what there is to tell.
pub(crate) async fn told(query: Query, answer: impl Future<Output = Response>) -> Response {
    let answer = async {
        let response = answer.await;
        let notes = NOTES.try_with(RefCell::take).unwrap_or_default();
        (response, notes)
    };
    let (mut response, notes) = NOTES.scope(RefCell::default(), answer).await;
    // What was refused need not have been read to its end.
    if response.status().is_success() {
        let wanted = notes.wanted.filter(|wanted| !wanted.is_used());
        let wanted = wanted.iter().flat_map(|wanted| wanted.names()).map(str::to_owned);
        let names = query.unread().map(str::to_owned).chain(notes.ignored).chain(wanted);
        if let Some(value) = names_header(names) {
            response.headers_mut().insert(IGNORED_HEADER, value);
        }
        let held_back = notes.held_back.map(|paths| paths.take()).unwrap_or_default();
        if let Some(value) = names_header(held_back.into_iter()) {
            response.headers_mut().insert(HELD_BACK_HEADER, value);
        }
    }
    tell_allowance(notes.allowance, &mut response);
    response
}

/// Tells what a key has left of its rate, if it has one.
pub(crate) fn tell_allowance(allowance: Option<Allowance>, response: &mut Response) {
    let Some(allowance) = allowance else { return };
    let wait = allowance.wait_seconds();
    let policy = format!("\"key\";q={};w={}", allowance.rate.burst, allowance.window());
    let left = format!("\"key\";r={};t={wait}", allowance.remaining);
    for (name, text) in [(POLICY_HEADER, policy), (LIMIT_HEADER, left)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert(name, value);
        }
    }
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.max(1)));
    }
}

fn names_header(names: impl Iterator<Item = String>) -> Option<HeaderValue> {
    let mut text = String::new();
    for (n, name) in names.enumerate() {
        if n > 0 {
            text.push_str(", ");
        }
        if n == MAX_NAMES {
            text.push_str("...");
            break;
        }
        let bytes = name.as_bytes();
        text.extend(form_urlencoded::byte_serialize(bytes.get(..MAX_NAME_BYTES).unwrap_or(bytes)));
    }
    if text.is_empty() { None } else { HeaderValue::from_str(&text).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_encoded_and_bounded() {
        let of = |names: &[&str]| names_header(names.iter().map(|name| (*name).to_owned()));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["a", "b c,\n"]).unwrap(), "a, b+c%2C%0A");
        let long = "x".repeat(10_000);
        let value = of(&vec![long.as_str(); 100]).unwrap();
        assert!(value.len() < 6000 && value.to_str().unwrap().ends_with(", ..."));
    }

    #[tokio::test]
    async fn only_a_success_tells_what_was_not_used() {
        for (status, expected) in [(200, Some("page, id")), (400, None)] {
            let query = Query::parse("page=1&tags=a&page=2");
            let read = query.clone();
            let response = told(query, async move {
                assert_eq!(read.get("tags"), Some("a"));
                ignored("id");
                ignored("id");
                Response::builder().status(status).body(axum::body::Body::empty()).unwrap()
            });
            let header = response.await.headers().get(&IGNORED_HEADER).cloned();
            assert_eq!(header.as_ref().map(|value| value.to_str().unwrap()), expected);
        }
    }
}
