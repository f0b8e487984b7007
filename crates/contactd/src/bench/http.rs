//! Requests through HTTP: keep-alive connections to the native API, and to Callbell's for its uuids.

use std::net::SocketAddr;

use anyhow::{Context, bail, ensure};
use api_kit::CHANGE_HEADER;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, IF_MATCH};
use hyper::http::request::Builder;
use hyper::{Method, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::load::Target;
use super::workload::{PAGE, Request, Update};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const MERGE_PATCH: HeaderValue = HeaderValue::from_static("application/merge-patch+json");

/// How much of a refusal is shown.
const SHOWN_BYTES: usize = 400;

/// One connection, and the key that it sends.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// Reads and writes the socket; ends with this.
    _driver: JoinSet<()>,
    host: HeaderValue,
    authorization: HeaderValue,
}

/// Opens so many connections.
pub(super) async fn connect(
    server: SocketAddr,
    count: usize,
    secret: &str,
) -> anyhow::Result<Vec<Connection>> {
    let mut connections = Vec::with_capacity(count);
    for number in 1..=count {
        let opened = Connection::open(server, secret).await;
        connections.push(opened.with_context(|| format!("cannot open connection {number} of {count}"))?);
    }
    Ok(connections)
}

impl Connection {
    async fn open(server: SocketAddr, secret: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let mut driver = JoinSet::new();
        driver.spawn(async move {
            // Why it broke off, the next request says.
            let _ = connection.await;
        });
        Ok(Self {
            sender,
            _driver: driver,
            host: HeaderValue::try_from(server.to_string())?,
            authorization: HeaderValue::try_from(format!("Bearer {secret}"))?,
        })
    }
}

impl Target for Connection {
    async fn carry_out(&mut self, request: &Request) -> anyhow::Result<()> {
        let get = |path: String| (Method::GET, path, None);
        let (method, path, body) = match request {
            Request::Update(update) => {
                let path = format!("/api/v1/contacts/{}", update.contact);
                (Method::PATCH, path, Some((MERGE_PATCH, update.merge_patch())))
            }
            Request::Create(person) => {
                (Method::POST, "/api/v1/contacts".to_owned(), Some((JSON, person.document())))
            }
            Request::Get(contact) => get(format!("/api/v1/contacts/{contact}")),
            Request::List(after) => get(format!("/api/v1/contacts?limit={PAGE}&after=o{after}")),
            Request::Filter(tag) => get(format!("/api/v1/contacts?limit={PAGE}&tag={tag}&starred=true")),
            Request::Lookup(uuid) => get(format!("/callbell/v1/contacts/{uuid}")),
        };
        let expected = if method == Method::POST { StatusCode::CREATED } else { StatusCode::OK };
        let is_write = body.is_some();
        let mut head = hyper::Request::builder().method(method).uri(path);
        let mut bytes = Vec::new();
        if let Some((kind, body)) = body {
            head = head.header(CONTENT_TYPE, kind);
            bytes = body;
        }
        if let Request::Update(Update { key: Some(key), .. }) = request {
            head = head.header(IF_MATCH, "*").header("idempotency-key", key);
        }
        let (has_changed, _) = self.exchange(head, bytes, expected).await?;
        ensure!(has_changed || !is_write, "a write changed nothing");
        Ok(())
    }
}

impl Connection {
    /// Sends a request, with JSON or without a body, and reads the whole answer, which must be a 200.
    pub(super) async fn ask(
        &mut self,
        method: &Method,
        path: &str,
        body: Option<String>,
    ) -> anyhow::Result<Bytes> {
        let head = hyper::Request::builder().method(method).uri(path).header(CONTENT_TYPE, JSON);
        let (_, body) = self.exchange(head, body.unwrap_or_default().into_bytes(), StatusCode::OK).await?;
        Ok(body)
    }

    /// Sends a request and reads the whole answer, which must have this status. Whether it changed something, and its
    /// body.
    async fn exchange(
        &mut self,
        head: Builder,
        body: Vec<u8>,
        status: StatusCode,
    ) -> anyhow::Result<(bool, Bytes)> {
        let request = head
            .header(HOST, &self.host)
            .header(AUTHORIZATION, &self.authorization)
            .body(Full::from(body))?;
        self.sender.ready().await.context("the server closed a connection")?;
        let answer = self.sender.send_request(request).await.context("the server did not answer")?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.context("the server broke off an answer")?.to_bytes();
        if head.status != status {
            let shown = body.get(..SHOWN_BYTES).unwrap_or(&body);
            bail!("the server answered {}: {}", head.status, String::from_utf8_lossy(shown).trim_end());
        }
        Ok((head.headers.contains_key(CHANGE_HEADER), body))
    }
}
