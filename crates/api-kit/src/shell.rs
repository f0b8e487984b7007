//! What stands around each dialect's routes, so that no answer leaves in another shape than the dialect's.

use std::any::Any;
use std::time::Duration;

use app::App;
use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;

use crate::told::told;
use crate::unread::Shared;
use crate::{Api, Call, Problem, Query, pictures, terms};

/// Longest time for one request.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// The route that answered, such as `/v1/contacts/{uuid}`, in an answer's extensions; for logs and metrics.
#[derive(Clone, Debug)]
pub struct RouteName(pub String);

/// Puts the pictures beside a dialect's routes, and around them the dialect's answers to unknown routes, wrong methods,
/// overlong requests and faults.
pub fn shell<A: Api>(routes: Router<App>, app: App) -> Router {
    routes
        .route(pictures::ROUTE, get(pictures::get::<A>))
        .fallback(unknown::<A>)
        .method_not_allowed_fallback(|| async { A::Error::from(Problem::MethodNotAllowed) })
        .layer(from_fn_with_state(app.clone(), bounded::<A>))
        .layer(CatchPanicLayer::custom(|panic: Box<dyn Any + Send>| {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            tracing::error!(panic = %text, "a request failed");
            A::Error::from(Problem::Panic).into_response()
        }))
        .with_state(app)
}

/// A route that there is not. Whether the key is strict decides how much is said of it, and a key that is not known
/// changes nothing.
async fn unknown<A: Api>(call: Result<Call<A>, Response>) -> Response {
    match call {
        Err(refused) if refused.status() == StatusCode::NOT_FOUND => refused,
        _ => A::Error::from(Problem::NoRoute).into_response(),
    }
}

async fn bounded<A: Api>(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| RouteName(path.as_str().to_owned()));
    let (parts, body) = request.into_parts();
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    let body = Shared::new(body);
    let request = Request::from_parts(parts, Body::new(body.clone()));
    let run = async |mut request: Request, query: Query| {
        // Without one, which is usual, there is nothing to hand on.
        if !query.is_empty() {
            request.extensions_mut().insert(query.clone());
        }
        told(query, next.run(request)).await
    };
    let template = route.as_ref().map_or("", |route| route.0.as_str());
    let answered = terms::answer::<A>((&app, template), request, query, run);
    let mut response = match tokio::time::timeout(TIMEOUT, answered).await {
        Ok(response) => response,
        Err(_) => A::Error::from(Problem::Timeout).into_response(),
    };
    body.drain().await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}
