//! What a request said and nobody used: told in the answer's header `contactd-ignored`, so that nothing is ignored in
//! silence.

use std::cell::RefCell;

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use crate::Query;

/// The query parameters and members of a request that had no effect, separated by commas, percent-encoded.
pub const IGNORED_HEADER: HeaderName = HeaderName::from_static("contactd-ignored");

/// Most names in the header; `...` stands for the rest.
const MAX_NAMES: usize = 50;
/// Most bytes of a name.
const MAX_NAME_BYTES: usize = 100;

tokio::task_local! {
    /// Members that a decoder passed over in the request that this task answers.
    static MEMBERS: RefCell<Vec<String>>;
}

/// Notes that a member of the request's body has no effect. For decoders, where a member is known but not used, such as
/// those that clients send back as they read them.
pub fn ignored(member: &str) {
    // Without a request, as in a unit test, there is nobody to tell.
    let _ = MEMBERS.try_with(|members| {
        let mut members = members.borrow_mut();
        if members.len() <= MAX_NAMES && !members.iter().any(|each| each == member) {
            members.push(member.to_owned());
        }
    });
}

/// Answers a request, and tells in the header of a success what of it was not used.
pub(crate) async fn told(query: Query, answer: impl Future<Output = Response>) -> Response {
    let answer = async {
        let response = answer.await;
        let members = MEMBERS.try_with(RefCell::take).unwrap_or_default();
        (response, members)
    };
    let (mut response, members) = MEMBERS.scope(RefCell::default(), answer).await;
    // What was refused need not have been read to its end.
    if response.status().is_success() {
        let names = query.unread().map(str::to_owned).chain(members);
        if let Some(value) = header(names) {
            response.headers_mut().insert(IGNORED_HEADER, value);
        }
    }
    response
}

fn header(names: impl Iterator<Item = String>) -> Option<HeaderValue> {
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
        let of = |names: &[&str]| header(names.iter().map(|name| (*name).to_owned()));
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
