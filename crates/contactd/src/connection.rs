//! One connection: its TLS handshake, if it has one, then HTTP/1.1 or HTTP/2, until it ends or the server stops.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::server::Server;
use crate::tls::HTTP2;

/// Longest time for a TLS handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time for a request's head to arrive; also how long an idle connection is kept.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// Most bytes of a request's head.
const HEAD_MAX: u32 = 64 << 10;
/// Requests at a time on one HTTP/2 connection; clients count on a hundred.
const STREAMS_MAX: u32 = 100;
/// How often an HTTP/2 client is asked whether it is still there, and how long its answer may take.
const PING_PACE: Duration = Duration::from_secs(30);

/// Tells when the server stops; whoever stops it waits until nobody asks any more.
pub(crate) type Stopping = watch::Receiver<bool>;

/// Serves a connection to its end.
pub(crate) async fn serve(
    server: Arc<Server>,
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    stopping: Stopping,
) {
    match tls {
        None => serve_http1(server, stream, stopping).await,
        // On the heap, so that what TLS needs makes no plain connection larger.
        Some(tls) => Box::pin(serve_tls(server, stream, tls, stopping)).await,
    }
}

async fn serve_tls(server: Arc<Server>, stream: TcpStream, tls: TlsAcceptor, mut stopping: Stopping) {
    let shaken = tokio::select! {
        shaken = timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)) => shaken,
        () = stops(&mut stopping) => return,
    };
    let stream = match shaken {
        Ok(Ok(stream)) => stream,
        Ok(Err(fault)) => return tracing::debug!(error = %fault, "a TLS handshake failed"),
        Err(_) => return tracing::debug!("a TLS handshake took too long"),
    };
    if stream.get_ref().1.alpn_protocol() == Some(HTTP2) {
        serve_http2(server, stream, stopping).await;
    } else {
        serve_http1(server, stream, stopping).await;
    }
}

async fn serve_http1<S>(server: Arc<Server>, stream: S, stopping: Stopping)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_MAX as usize)
        .serve_connection(
            TokioIo::new(stream),
            service_fn(move |request| {
                let server = Arc::clone(&server);
                async move { Ok::<_, Infallible>(server.answer(request).await) }
            }),
        );
    // Its idle time is that in which the next head must come.
    carry(Box::pin(connection), stopping, std::future::pending()).await;
}

async fn serve_http2<S>(server: Arc<Server>, stream: S, stopping: Stopping)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let used = Arc::new(Notify::new());
    let idle = idle(Arc::clone(&used));
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEAD_MAX)
        .max_send_buf_size(64 << 10)
        .keep_alive_interval(PING_PACE)
        .keep_alive_timeout(PING_PACE)
        .serve_connection(
            TokioIo::new(stream),
            service_fn(move |request| {
                used.notify_one();
                let server = Arc::clone(&server);
                async move { Ok::<_, Infallible>(server.answer(request).await) }
            }),
        );
    carry(Box::pin(connection), stopping, idle).await;
}

/// Carries a connection to its end. When the server stops, or the connection is idle, it takes no more requests and
/// ends with the last answer. (It comes pinned, as each move into another future would make a connection's memory more.)
async fn carry<C: GracefulConnection>(
    mut connection: Pin<Box<C>>,
    mut stopping: Stopping,
    idle: impl Future<Output = ()>,
) {
    tokio::select! {
        biased;
        () = stops(&mut stopping) => {}
        // A client that breaks off is its own affair.
        _ = connection.as_mut() => return,
        () = idle => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// Done when the server stops.
async fn stops(stopping: &mut Stopping) {
    // Who stops it is gone: then it has stopped.
    let _ = stopping.wait_for(|stops| *stops).await;
}

/// Done when no request came for as long as idle connections are kept.
async fn idle(used: Arc<Notify>) {
    while timeout(HEAD_TIMEOUT, used.notified()).await.is_ok() {}
}
