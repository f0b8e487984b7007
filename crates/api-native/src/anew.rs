//! Writes of keys and workspaces. No event tells of them, so that one that comes again is carried out again: an idempotency
//! key has no effect, and the answer says so.

use app::{App, Terms};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::MethodRouter;

/// Writes that are carried out whenever they come.
pub(crate) fn anew(writes: MethodRouter<App>) -> MethodRouter<App> {
    writes.route_layer(from_fn(carry_out))
}

async fn carry_out(mut request: Request, next: Next) -> Response {
    if let Some(Terms::Once(once)) = request.extensions().get() {
        once.forgo();
        request.extensions_mut().remove::<Terms>();
        api_kit::ignored("idempotency-key");
    }
    next.run(request).await
}
