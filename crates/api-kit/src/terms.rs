//! On what terms a request is carried out: once however often it comes (`Idempotency-Key`,
//! draft-ietf-httpapi-idempotency-key-header), or as a dry run. A request that asks for neither goes straight on.

use std::sync::Arc;

use app::{Allowance, App, KeptAnswer, Once, Terms, Trial};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::prefer::PREFER;
use crate::trial::Asked;
use crate::{Api, MAX_BODY_BYTES, Preferences, Problem, Query, call, told, with_change};

/// What a client calls a request, so that it can send it again.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("contactd-replayed");

/// Most bytes of an idempotency key.
pub const IDEMPOTENCY_KEY_BYTES: usize = 255;
/// Most bytes of a large body with an idempotency key: more than any route takes.
const LARGE_BODY_BYTES: usize = 8 << 20;
/// Most headers are fewer.
const USUAL_HEADER_BYTES: usize = 256;
/// Such bodies are read whole before their routes are asked, so only so many at a time.
static LARGE_BODIES: Semaphore = Semaphore::const_new(16);

/// Whether a request can write anything. A search is a read, also with a body.
pub fn may_write(method: &str, route: &str) -> bool {
    matches!(method, "POST" | "PUT" | "PATCH" | "DELETE") && !route.ends_with("/search")
}

/// Carries out a request to a route on the terms that it asks for. `run` gets the request and its query, and answers it.
pub(crate) async fn answer<A: Api>(
    (app, route): (&App, &str),
    request: Request,
    query: Query,
    run: impl AsyncFnOnce(Request, Query) -> Response,
) -> Response {
    let headers = request.headers();
    let is_plain =
        query.is_empty() && !headers.contains_key(PREFER) && !headers.contains_key(IDEMPOTENCY_KEY);
    if is_plain || !may_write(request.method().as_str(), route) {
        return run(request, query).await;
    }
    // Most requests are plain, and need not have room for this.
    Box::pin(answer_on_terms::<A>(app, request, query, run)).await
}

async fn answer_on_terms<A: Api>(
    app: &App,
    mut request: Request,
    mut query: Query,
    run: impl AsyncFnOnce(Request, Query) -> Response,
) -> Response {
    let refused = |problem: Problem| A::Error::from(problem).into_response();
    let asked = match Asked::read(&Preferences::read(request.headers()), &mut query) {
        Ok(asked) => asked,
        Err(problem) => return refused(problem),
    };
    let key = match idempotency_key(&request) {
        Ok(key) => key.map(str::to_owned),
        Err(problem) => return refused(problem),
    };
    match (asked, key) {
        // What stores nothing can be sent again anyway.
        (Some(asked), _) => {
            let trial = Arc::new(Trial::default());
            request.extensions_mut().insert(Terms::OnTrial(Arc::clone(&trial)));
            asked.tell(&trial, run(request, query).await).await
        }
        (None, Some(key)) => match begin::<A>(app, request, &key).await {
            Ok(Asking { request, once: None, .. }) => run(request, query).await,
            Ok(Asking { mut request, once: Some(once), permit, allowance }) => {
                request.extensions_mut().insert(Terms::Once(Arc::clone(&once)));
                let response = run(request, query).await;
                drop(permit);
                finish::<A>(app, &once, response, allowance).await
            }
            Err(response) => *response,
        },
        (None, None) => run(request, query).await,
    }
}

/// The idempotency key of a request: the text itself or, as the draft has it, in quotes.
fn idempotency_key(request: &Request) -> Result<Option<&str>, Problem> {
    let bad = |reason| Problem::BadHeader { name: "Idempotency-Key", reason };
    let mut values = request.headers().get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(bad("must be given once"));
    }
    let text = value.to_str().map_err(|_| bad("must be visible ASCII"))?;
    let key = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    match key.len() {
        0 => Err(bad("must not be empty")),
        1..=IDEMPOTENCY_KEY_BYTES if key.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Some(key)),
        1..=IDEMPOTENCY_KEY_BYTES => Err(bad("must be visible ASCII")),
        _ => Err(bad("must have 255 bytes at most")),
    }
}

/// A request with an idempotency key that is to be carried out.
struct Asking {
    request: Request,
    /// Without a valid API key there is none, and the request is refused where it goes.
    once: Option<Arc<Once>>,
    /// While a large body is there.
    permit: Option<SemaphorePermit<'static>>,
    /// What its caller has left of its rate.
    allowance: Option<Allowance>,
}

/// Reads the request whole, unless one with its key is on its way. The caller is let in here, and goes with the request.
async fn begin<A: Api>(app: &App, request: Request, key: &str) -> Result<Asking, Box<Response>> {
    let (mut parts, body) = request.into_parts();
    let Ok(caller) = call::caller::<A>(&parts, app).await else {
        let request = Request::from_parts(parts, body);
        return Ok(Asking { request, once: None, permit: None, allowance: None });
    };
    let allowance = caller.allowance();
    let refused = |problem: Problem| {
        let mut response = A::Error::from(problem).into_response();
        told::tell_allowance(allowance, &mut response);
        Box::new(response)
    };
    let (body, permit) = read(body).await.map_err(refused)?;
    let media_type = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let asked = [
        A::DIALECT.as_str().as_bytes(),
        parts.method.as_str().as_bytes(),
        parts.uri.path().as_bytes(),
        parts.uri.query().unwrap_or_default().as_bytes(),
        media_type.unwrap_or_default(),
        &body,
    ];
    let once = app.begin_once(&caller, key, &asked).map_err(|fault| refused(fault.into()))?;
    parts.extensions.insert(caller);
    let request = Request::from_parts(parts, Body::from(body));
    Ok(Asking { request, once: Some(once), permit, allowance })
}

/// Reads a body whole; one that is larger than most routes take, only while few others are.
async fn read(mut body: Body) -> Result<(Bytes, Option<SemaphorePermit<'static>>), Problem> {
    // Most come in one piece, which is taken as it is.
    let (mut first, mut more, mut permit) = (Bytes::new(), Vec::new(), None);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Problem::BodyCut)?.into_data() else { continue };
        let length = first.len().max(more.len()) + data.len();
        if length > LARGE_BODY_BYTES {
            return Err(Problem::BodyTooLarge(LARGE_BODY_BYTES));
        }
        if length > MAX_BODY_BYTES && permit.is_none() {
            // It is never closed.
            permit = LARGE_BODIES.acquire().await.ok();
        }
        if first.is_empty() {
            first = data;
            continue;
        }
        if more.is_empty() {
            more.extend_from_slice(&first);
        }
        more.extend_from_slice(&data);
    }
    Ok((if more.is_empty() { first } else { more.into() }, permit))
}

/// Keeps the answer to a request that was carried out, or gives the one that was kept when it came before.
async fn finish<A: Api>(
    app: &App,
    once: &Once,
    response: Response,
    allowance: Option<Allowance>,
) -> Response {
    let status = response.status();
    if status.is_server_error() {
        return response;
    }
    let other = match app.find_answer(once, status.is_client_error()).await {
        Ok(None) => None,
        Ok(Some(answer)) => Some(replayed(answer)),
        Err(fault) => Some(with_change(once.change(), A::Error::from(fault).into_response())),
    };
    if let Some(mut other) = other {
        told::tell_allowance(allowance, &mut other);
        return other;
    }
    // A refusal is kept, too, when it was found out by carrying something out, such as that there was nothing to change.
    let (parts, body) = response.into_parts();
    // Answers are whole in memory, for which this cannot fail.
    let bytes = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let answer =
        KeptAnswer { status: parts.status.as_u16(), headers: lines(&parts.headers), body: bytes.clone() };
    if let Err(fault) = app.keep_answer(once, answer).await {
        tracing::warn!(error = %fault, "an answer could not be kept; the request runs again if it is sent again");
    }
    let mut response = Response::from_parts(parts, Body::from(bytes));
    if once.is_repeated() {
        // Its answer may have been heard before.
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

/// The headers of an answer that is kept, one a line; what is left of a rate is of the moment.
fn lines(headers: &HeaderMap) -> String {
    let mut lines = String::with_capacity(USUAL_HEADER_BYTES);
    for (name, value) in headers {
        if *name != header::CONTENT_LENGTH
            && !told::RATE_HEADERS.contains(name)
            && let Ok(value) = value.to_str()
        {
            for part in [name.as_str(), ": ", value, "\n"] {
                lines.push_str(part);
            }
        }
    }
    lines
}

/// An answer that was given before.
fn replayed(answer: KeptAnswer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or_default();
    let headers = response.headers_mut();
    for (name, value) in answer.headers.lines().filter_map(|line| line.split_once(": ")) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use http_body::Frame;

    use super::*;

    /// A body of pieces of the same length, whose own nobody knows beforehand.
    struct Pieces {
        left: usize,
        length: usize,
    }

    impl http_body::Body for Pieces {
        type Data = Bytes;
        type Error = axum::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
            let left = self.left.checked_sub(1);
            self.left = left.unwrap_or_default();
            Poll::Ready(left.map(|_| Ok(Frame::data(vec![b' '; self.length].into()))))
        }
    }

    #[tokio::test]
    async fn only_bodies_that_are_large_wait_for_each_other() {
        for (left, length, expected) in [
            (0, 0, Some((0, false))),
            (3, 1, Some((3, false))),
            (2, MAX_BODY_BYTES / 2, Some((MAX_BODY_BYTES, false))),
            (3, MAX_BODY_BYTES / 2, Some((MAX_BODY_BYTES / 2 * 3, true))),
            (8, MAX_BODY_BYTES, Some((LARGE_BODY_BYTES, true))),
            (9, MAX_BODY_BYTES, None),
        ] {
            let got = read(Body::new(Pieces { left, length })).await;
            let got = got.ok().map(|(bytes, permit)| (bytes.len(), permit.is_some()));
            assert_eq!(got, expected, "{left} times {length} bytes");
        }
        assert_eq!(LARGE_BODIES.available_permits(), 16);
    }
}
