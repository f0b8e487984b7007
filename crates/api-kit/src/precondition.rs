//! `ETag`, `If-Match` and `If-None-Match` (RFC 9110 §8.8.3, §13.1): an entity tag is a record's revision in quotes.
//!
//! A revision tells what the record itself stores. What its ids refer to has revisions of its own: a tag that is renamed
//! or deleted leaves those of the contacts that have it as they are.

use app::Wanted;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use model::{Precondition, Revisions};

use crate::Problem;

/// What a request says of the revision that it wants; nothing, mostly. Tags that are no revisions are nobody's.
///
/// # Errors
/// [`Problem::BadHeader`].
pub(crate) fn read(headers: &HeaderMap) -> Result<Option<Wanted>, Problem> {
    let is = revisions(headers, &header::IF_MATCH, "If-Match", Weak::Differs)?;
    let is_not = revisions(headers, &header::IF_NONE_MATCH, "If-None-Match", Weak::IsTheSame)?;
    Ok(Wanted::new(Precondition { is, is_not }))
}

/// Whether a weak tag is taken for the strong one (RFC 9110 §8.8.3.2).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weak {
    Differs,
    IsTheSame,
}

fn revisions(
    headers: &HeaderMap,
    name: &HeaderName,
    shown: &'static str,
    weak: Weak,
) -> Result<Option<Revisions>, Problem> {
    let bad = || Problem::BadHeader { name: shown, reason: "must be * or entity tags such as \"7\"" };
    let mut these = Vec::new();
    let mut is_there = false;
    for value in headers.get_all(name) {
        is_there = true;
        let text = value.to_str().map_err(|_| bad())?.trim();
        if text == "*" {
            return Ok(Some(Revisions::Any));
        }
        these.extend(tags(text, weak).ok_or_else(bad)?);
    }
    Ok(is_there.then_some(Revisions::These(these)))
}

/// The revisions in a list of entity tags; `None` when it is none.
fn tags(text: &str, weak: Weak) -> Option<Vec<u64>> {
    let mut revisions = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let strong = rest.strip_prefix("W/");
        let (opaque, behind) = strong.unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
        // Only as it is written: no sign, no zeros before it.
        let number = opaque.parse::<u64>().ok().filter(|number| number.to_string() == opaque);
        revisions.extend(number.filter(|_| strong.is_none() || weak == Weak::IsTheSame));
        let behind = behind.trim_start();
        rest = match behind.strip_prefix(',') {
            Some(next) => next.trim_start(),
            None if behind.is_empty() => behind,
            None => return None,
        };
    }
    Some(revisions)
}

/// The entity tag of a revision.
pub fn tag(revision: u64) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{revision}\"")).ok()
}

/// The same answer with the revision of what it shows.
pub fn with_tag(revision: u64, mut response: Response) -> Response {
    if let Some(tag) = tag(revision) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_tags_are_read() {
        for (text, strong, weak) in [
            ("\"7\"", Some(vec![7]), Some(vec![7])),
            ("\"7\", \"8\"", Some(vec![7, 8]), Some(vec![7, 8])),
            ("W/\"7\",\"8\"", Some(vec![8]), Some(vec![7, 8])),
            ("\"x\",\"07\",\"+7\",\"a,b\"", Some(vec![]), Some(vec![])),
            ("7", None, None),
            ("\"7", None, None),
            ("\"7\" \"8\"", None, None),
            ("", Some(vec![]), Some(vec![])),
        ] {
            assert_eq!(tags(text, Weak::Differs), strong, "{text}");
            assert_eq!(tags(text, Weak::IsTheSame), weak, "{text}");
        }
    }
}
