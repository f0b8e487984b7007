//! The HTTP server: accepts connections, gives every request an id, finds its API, counts and logs it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use api_kit::{RequestId, RouteName};
use app::{App, Clock, SystemClock};
use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::header::{HOST, HeaderName, HeaderValue};
use hyper::{Request, StatusCode};
use model::Dialect;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt;

use crate::metrics::{Answered, Metrics};
use crate::mount::{Mounts, with_path};
use crate::tls::Tls;
use crate::{connection, docs};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// How long a stop waits for what is in flight.
const STOP_TIMEOUT: Duration = Duration::from_secs(30);
/// How long `/readyz` waits for the store: less than load balancers wait for it.
const READY_TIMEOUT: Duration = Duration::from_secs(3);

/// Everything that a request needs.
pub(crate) struct Server {
    pub(crate) app: App,
    pub(crate) mounts: Mounts,
    pub(crate) metrics: Metrics,
    pub(crate) docs: Router,
}

/// Where connections come in.
pub(crate) struct Entrance {
    pub(crate) listener: TcpListener,
    /// For HTTPS; without it, plain HTTP.
    pub(crate) tls: Option<Tls>,
    pub(crate) max_connections: usize,
}

impl Server {
    /// Serves until `stop` is done; then takes no more connections and answers what is in flight.
    pub(crate) async fn run(self, entrance: Entrance, stop: impl Future<Output = ()>) {
        let (stopping, _) = watch::channel(false);
        let accepting = Arc::new(self).accept(&entrance, &stopping);
        let following = async {
            match &entrance.tls {
                Some(tls) => tls.follow().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = accepting => {}
            () = following => {}
            () = stop => {}
        }
        tracing::info!("stopping");
        drop(entrance);
        stopping.send_replace(true);
        if tokio::time::timeout(STOP_TIMEOUT, stopping.closed()).await.is_err() {
            tracing::warn!(
                "some requests were still in flight after {} s and were cut",
                STOP_TIMEOUT.as_secs()
            );
        }
    }

    /// Takes connections, and never ends.
    async fn accept(self: Arc<Self>, entrance: &Entrance, stopping: &watch::Sender<bool>) {
        let places = Arc::new(Semaphore::new(entrance.max_connections));
        loop {
            let place = Arc::clone(&places).acquire_owned().await;
            let stream = match entrance.listener.accept().await {
                Ok((stream, _)) => stream,
                Err(fault) => {
                    // Out of file handles, or a connection that was gone already: others may still work.
                    tracing::warn!(error = %fault, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            };
            // Answers are whole, so waiting to fill a packet only adds delay; failing to say so does no harm.
            let _ = stream.set_nodelay(true);
            let tls = entrance.tls.as_ref().map(Tls::acceptor);
            let served = connection::serve(Arc::clone(&self), stream, tls, stopping.subscribe());
            #[expect(clippy::disallowed_methods, reason = "one task a connection, bounded by `places`")]
            tokio::spawn(async move {
                served.await;
                drop(place);
            });
        }
    }

    /// Answers one request.
    pub(crate) async fn answer(&self, mut request: Request<Incoming>) -> Response {
        let started = Instant::now();
        let id = request_id(&request);
        request.extensions_mut().insert(RequestId(id.clone()));
        let method = request.method().clone();
        let (dialect, mut response) = self.dispatch(request).await;
        let took = started.elapsed();
        let status = response.status();
        let route = response.extensions_mut().remove::<RouteName>().map(|route| route.0);
        if let Some(dialect) = dialect {
            let (route, status) = (route.as_deref(), status.as_u16());
            let answered = Answered { dialect, route, method: &method, status, took };
            self.metrics.count(&answered);
            log(&answered, &id);
        }
        if let Ok(value) = HeaderValue::try_from(id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response
    }

    /// The answer, and the dialect of the API that gave it; none for contactd's own pages.
    async fn dispatch(&self, mut request: Request<Incoming>) -> (Option<Dialect>, Response) {
        // What the request line names, or HTTP/2's `:authority`, counts before the header.
        let named = request.uri().authority().map(|authority| authority.as_str());
        let host = named.or_else(|| request.headers().get(HOST).and_then(|host| host.to_str().ok()));
        let (dialect, rest) = match host.and_then(|host| self.mounts.of_host(host)) {
            Some(dialect) => (dialect, request.uri().path()),
            None => match request.uri().path() {
                "/" => return (None, welcome()),
                "/healthz" => return (None, "ok\n".into_response()),
                "/readyz" => return (None, self.ready().await),
                "/metrics" => return (None, self.metrics.render(&self.app).into_response()),
                path if docs::has(path) => return (None, self.docs(request).await),
                path => Mounts::of_path(path),
            },
        };
        if let Some(uri) = with_path(request.uri(), rest) {
            *request.uri_mut() = uri;
        }
        let router = self.mounts.router(dialect).clone();
        let Ok(response) = router.oneshot(request.map(Body::new)).await;
        (Some(dialect), response)
    }

    async fn docs(&self, mut request: Request<Incoming>) -> Response {
        if let Some(uri) = with_path(request.uri(), request.uri().path()) {
            *request.uri_mut() = uri;
        }
        let Ok(response) = self.docs.clone().oneshot(request.map(Body::new)).await;
        response
    }

    async fn ready(&self) -> Response {
        let fault = match tokio::time::timeout(READY_TIMEOUT, self.app.check()).await {
            Ok(Ok(())) => return "ready\n".into_response(),
            Ok(Err(fault)) => fault.to_string(),
            Err(_) => "the store does not answer".to_owned(),
        };
        tracing::error!(error = fault, "not ready");
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
    }
}

fn welcome() -> Response {
    let text = concat!(
        "contactd ",
        env!("CARGO_PKG_VERSION"),
        "\n\n",
        "native    /api/v1\n",
        "zingle    /zingle/v1\n",
        "acquire   /acquire/api/v1\n",
        "callbell  /callbell/v1\n",
        "rolodex   /rolodex/user-api/v1\n\n",
        "docs      /docs\n",
    );
    text.into_response()
}

/// The client's id for the request if it is short and plain, else a fresh one.
fn request_id(request: &Request<Incoming>) -> String {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_plain =
        |text: &&str| (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    given.filter(is_plain).map_or_else(|| SystemClock.fresh_id().simple().to_string(), str::to_owned)
}

/// One line a request, without what could be personal: no path, no query, no body.
fn log(answered: &Answered<'_>, id: &str) {
    let Answered { dialect, route, method, status, took } = answered;
    let (route, micros) = (route.unwrap_or("-"), took.as_micros());
    if *status >= 500 {
        tracing::warn!(request_id = id, %dialect, %method, route, status, micros, "request failed");
    } else {
        tracing::debug!(request_id = id, %dialect, %method, route, status, micros, "request");
    }
}
