//! Errors as problem details (RFC 9457).

mod details;
mod kind;
mod violation;

use api_kit::{Problem, RequestId};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::{Json, Rejection};
use serde::Serialize;

pub(crate) use self::details::DetailsBody;
use self::details::{Details, refused};
pub use self::kind::{ProblemKind, problem_kinds};
use self::violation::Refused;
use crate::json_patch::Fault;
use crate::resource::to_json;
use crate::search::SearchFault;

type Map = serde_json::Map<String, Json>;

/// Why a request got no success.
#[derive(Debug)]
pub enum Error {
    /// What can go wrong in every dialect.
    Problem(Problem),
    /// The same with members that say more.
    Explained {
        /// What went wrong.
        problem: Problem,
        /// The members of the problem that say more.
        members: Box<Map>,
    },
    /// A search cannot be read or carried out.
    Search(Box<SearchFault>),
    /// There is no such thing; which.
    Absent(String),
    /// It was deleted; when.
    Gone(String),
    /// What a contact is named by cannot be read; what it must be.
    NoKey(&'static str),
    /// A key is that of several contacts: the one of this operation, in a batch.
    Ambiguous(Option<usize>),
    /// A batch has more operations than this.
    TooMany(usize),
    /// An operation of a JSON Patch cannot be carried out.
    Operation {
        /// Its place in the patch, from 0.
        place: usize,
        /// Why.
        fault: Fault,
    },
    /// The body's Content-Type is none of these, which it can have.
    MediaType(&'static [&'static str]),
}

impl Error {
    /// A change was not taken back: with the edits since that stand in the way, where some do.
    pub(crate) fn changed_since(rejection: Rejection, later: &[impl Serialize]) -> Self {
        let members = [("later_changes", to_json(&later))].into_iter().filter(|_| !later.is_empty());
        let members = members.map(|(name, json)| (name.to_owned(), json)).collect();
        Self::Explained { problem: app::Error::Rejected(rejection).into(), members: Box::new(members) }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<SearchFault> for Error {
    fn from(fault: SearchFault) -> Self {
        Self::Search(Box::new(fault))
    }
}

impl From<app::Error> for Error {
    fn from(error: app::Error) -> Self {
        Self::Problem(Problem::App(error))
    }
}

/// A problem as a part of another answer: its status, and what it says.
pub(crate) fn as_part(error: &Error) -> (u16, Json) {
    Details::of(error).part()
}

/// The same of an error of the application.
pub(crate) fn of_app_as_part(error: &app::Error) -> (u16, Json) {
    Details::of_app(error).part()
}

/// The texts of the violations, each once.
pub(crate) fn reasons(rejection: &Rejection) -> Vec<String> {
    refused(rejection).iter().map(Refused::to_string).collect()
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Self::Problem(problem) | Self::Explained { problem, .. } = &self {
            problem.log();
        }
        let details = Details::of(&self);
        let (status, _, _) = details.kind.parts();
        let mut response = (status, details.body(None)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(challenge) = details.challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(tag) = details.revision.and_then(api_kit::tag) {
            headers.insert(header::ETAG, tag);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if status == StatusCode::UNSUPPORTED_MEDIA_TYPE
            && let Ok(accepted) = HeaderValue::from_str(&details.accepted.join(", "))
        {
            headers.insert(header::HeaderName::from_static("accept-patch"), accepted);
        }
        response.extensions_mut().insert(details);
        response
    }
}

/// Puts the id of the request into a problem, so that it can be found in the log.
pub(crate) async fn name_request(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    let details = response.extensions_mut().remove::<Details>();
    if let (Some(id), Some(details)) = (id, details) {
        *response.body_mut() = details.body(Some(&id.0));
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use app::{Slow, StoreError};

    use super::*;

    #[track_caller]
    fn check(problem: Problem, expected: &str) {
        let response = Error::from(problem).into_response();
        let header = |name: &str| response.headers().get(name).map_or("-", |value| value.to_str().unwrap());
        let details = response.extensions().get::<Details>().unwrap();
        let (_, kind, _) = details.kind.parts();
        let (status, retry_after) = (response.status().as_u16(), header("retry-after"));
        assert_eq!(format!("{status} {retry_after} {kind}: {}", details.detail), expected);
        assert_eq!(header("content-type"), "application/problem+json");
    }

    #[test]
    fn what_is_no_fault_of_the_client_says_whether_anything_was_stored() {
        check(
            app::Error::Busy.into(),
            "503 1 /docs/problems/unavailable: too many requests wait; nothing was stored",
        );
        check(
            app::Error::Stopping.into(),
            "503 1 /docs/problems/unavailable: the server is stopping; nothing was stored",
        );
        check(
            app::Error::OutcomeUnknown(StoreError::OutcomeUnknown(Arc::new(StoreError::Busy))).into(),
            "503 1 /docs/problems/outcome-unknown: it is unknown whether the change took effect; reading the \
             contact will tell",
        );
        check(
            Problem::Timeout,
            "503 1 /docs/problems/outcome-unknown: the request took too long; whether a change took effect is \
             unknown, reading the contact will tell",
        );
        check(app::Error::Store(StoreError::Busy).into(), "500 - /docs/problems/internal: the store failed");
        check(Problem::Panic, "500 - /docs/problems/internal: a fault in contactd");
    }

    #[test]
    fn what_takes_too_long_is_said_as_it_is() {
        let terms = |terms: &[&str]| terms.iter().map(|term| (*term).to_owned()).collect::<Vec<_>>();
        let documents = |all: &[&str], lacking_index: &[&str]| Slow::Documents {
            terms: terms(all),
            lacking_index: terms(lacking_index),
        };
        let one_by_one = "is answered by reading contacts one by one, and so many were left that the time was up; narrow \
                          the search by words, tags, flags or options";
        for (slow, expected) in [
            (documents(&["city:oslo"], &[]), format!("'city:oslo' {one_by_one}")),
            (
                documents(&["city:oslo", "lead_score>80"], &["lead_score>80"]),
                format!(
                    "'city:oslo', 'lead_score>80' {one_by_one}; 'lead_score>80' has an index once what it compares is made \
                     filterable"
                ),
            ),
            (
                Slow::Texts(terms(&["jo", "an"])),
                "'jo', 'an' is found so often that the time was up; ask for longer words, or narrow the search by tags, \
                 flags or options"
                    .to_owned(),
            ),
            (
                Slow::Values(terms(&["lead_score>80"])),
                "so many contacts have a value that 'lead_score>80' asks for that the time was up; ask for fewer values, \
                 or narrow the search by words, tags, flags or options"
                    .to_owned(),
            ),
            (
                Slow::Order,
                "so many contacts were to be compared for the order that the time was up; narrow the search by words, \
                 tags, flags or options, or order by number, updated_at, name or one filterable field"
                    .to_owned(),
            ),
        ] {
            check(app::Error::TooSlow(slow).into(), &format!("422 - /docs/problems/too-slow: {expected}"));
        }
    }

    #[test]
    fn what_tests_cannot_send_is_answered_too() {
        check(Problem::BodyCut, "400 - /docs/problems/bad-request: the body did not arrive whole");
        check(
            app::Error::WrongWorkspace.into(),
            "403 - /docs/problems/forbidden: the key does not open this workspace",
        );
        check(app::Error::InUse("a".to_owned()).into(), "409 - /docs/problems/in-use: a is in use");
    }
}
