//! Bodies that nobody read: an answer that comes before its request has ended would break the connection, and many
//! clients then never see it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Error;
use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::{BodyExt, Limited};

use crate::MAX_BODY_BYTES;

/// How long an answer waits for the rest of its request at most.
const PATIENCE: Duration = Duration::from_secs(2);

/// A request's body: both handles read the same.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<Body>>);

impl Shared {
    pub(crate) fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(body)))
    }

    /// Reads what is left, as far as a body may go, and throws it away.
    pub(crate) async fn drain(self) {
        if self.is_end_stream() {
            return;
        }
        let mut rest = Limited::new(self, MAX_BODY_BYTES);
        // Whatever becomes of it, the answer is ready.
        let _ = tokio::time::timeout(PATIENCE, async { while let Some(Ok(_)) = rest.frame().await {} }).await;
    }

    fn body(&self) -> MutexGuard<'_, Body> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut *self.body()).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body().is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body().size_hint()
    }
}
