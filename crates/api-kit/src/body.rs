//! The request's body: read whole within bounds, whatever its Content-Type says.

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use model::{Change, Json, Violation, ViolationKind};

use crate::contract::Strict;
use crate::{Api, Problem, json};

/// Most bytes of a body.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// A body that was read. What is wrong with its JSON is not an answer yet: a dialect may have to look at the
/// path first.
#[derive(Clone, Debug)]
pub enum Body {
    /// Nothing, or white space.
    Empty,
    /// JSON.
    Json(Json),
    /// Something else; the reason says why.
    Malformed(Violation),
}

impl Body {
    /// The members of the body's object. An empty body is an empty object; anything else than an object is
    /// noted in the change, which is then refused.
    pub fn object(self, change: &mut Change) -> serde_json::Map<String, Json> {
        match self {
            Self::Empty => serde_json::Map::new(),
            Self::Json(Json::Object(members)) => members,
            Self::Json(_) => {
                change.refuse("", ViolationKind::Malformed("the body must be a JSON object".to_owned()));
                serde_json::Map::new()
            }
            Self::Malformed(violation) => {
                change.violations.push(violation);
                serde_json::Map::new()
            }
        }
    }

    /// Reads bytes.
    pub fn parse(bytes: &[u8]) -> Self {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Self::Empty;
        }
        match json::parse(bytes) {
            Ok(json) => Self::Json(json),
            Err(violation) => Self::Malformed(violation),
        }
    }

    /// Reads a request's body.
    ///
    /// # Errors
    /// [`Problem::BodyTooLarge`], [`Problem::BodyCut`].
    pub async fn read(body: axum::body::Body) -> Result<Self, Problem> {
        Self::read_up_to(MAX_BODY_BYTES, body).await
    }

    /// Reads a request's body of at most so many bytes.
    ///
    /// # Errors
    /// [`Problem::BodyTooLarge`], [`Problem::BodyCut`].
    pub async fn read_up_to(max: usize, body: axum::body::Body) -> Result<Self, Problem> {
        match Limited::new(body, max).collect().await {
            Ok(collected) => Ok(Self::parse(&collected.to_bytes())),
            Err(fault) if fault.is::<LengthLimitError>() => Err(Problem::BodyTooLarge(max)),
            Err(_) => Err(Problem::BodyCut),
        }
    }
}

/// For handlers: `Payload<Api>` gives the body, or the dialect's error.
pub type Payload<A> = LargePayload<A, MAX_BODY_BYTES>;

/// The same for a body of at most `MAX` bytes.
pub struct LargePayload<A, const MAX: usize> {
    /// The body.
    pub body: Body,
    api: std::marker::PhantomData<A>,
}

impl<A: Api, S: Sync, const MAX: usize> FromRequest<S> for LargePayload<A, MAX> {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let strict = request.extensions().get::<Strict>().copied();
        let read = Body::read_up_to(MAX, request.into_body()).await.and_then(|body| match (strict, &body) {
            (Some(strict), Body::Json(json)) => {
                strict.check_body(json).map_err(app::Error::Rejected)?;
                Ok(body)
            }
            _ => Ok(body),
        });
        match read {
            Ok(body) => Ok(Self { body, api: std::marker::PhantomData }),
            Err(problem) => Err(A::Error::from(problem).into_response()),
        }
    }
}
