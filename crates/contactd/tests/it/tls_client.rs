//! A client that speaks HTTPS, in either version of HTTP.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame};
use hyper::client::conn::{http1, http2};
use hyper::header::HOST;
use hyper::{Request, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use testkit::HttpReply;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

/// What a connection needed, or a request.
pub(crate) type Fault = Box<dyn std::error::Error + Send + Sync>;

/// A body that is sent as it comes.
pub(crate) struct Parts(mpsc::Receiver<Bytes>);

impl Body for Parts {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.get_mut().0.poll_recv(context).map(|part| part.map(|part| Ok(Frame::data(part))))
    }
}

/// A connection with a server whose certificate was checked.
pub(crate) struct TlsClient {
    name: String,
    sender: Sender,
    driver: Arc<JoinSet<()>>,
}

enum Sender {
    Http1(http1::SendRequest<Parts>),
    Http2(http2::SendRequest<Parts>),
}

impl TlsClient {
    /// Connects to the host of this name (which DNS is not asked for) with this version of HTTP.
    pub(crate) async fn open(
        address: SocketAddr,
        trusted: &Path,
        name: &str,
        version: Version,
    ) -> Result<Self, Fault> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(trusted)?)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        if version == Version::HTTP_2 {
            config.alpn_protocols = vec![b"h2".to_vec()];
        }
        let server_name = ServerName::try_from(name.to_owned())?;
        let stream = TcpStream::connect(address).await?;
        let stream = TokioIo::new(TlsConnector::from(Arc::new(config)).connect(server_name, stream).await?);
        let mut driver = JoinSet::new();
        let sender = if version == Version::HTTP_2 {
            let (sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
            driver.spawn(async move { drop(connection.await) });
            Sender::Http2(sender)
        } else {
            let (sender, connection) = http1::handshake(stream).await?;
            driver.spawn(async move { drop(connection.await) });
            Sender::Http1(sender)
        };
        Ok(Self { name: name.to_owned(), sender, driver: Arc::new(driver) })
    }

    /// Another user of the same connection, which must be HTTP/2.
    pub(crate) fn beside(&self) -> Self {
        let Sender::Http2(sender) = &self.sender else { panic!("HTTP/1.1 has one request at a time") };
        let sender = Sender::Http2(sender.clone());
        Self { name: self.name.clone(), sender, driver: Arc::clone(&self.driver) }
    }

    /// Sends a request with the demo's key, and reads its answer. Only HTTP/1.1 has the header `Host`.
    pub(crate) async fn request(
        &mut self,
        method: &str,
        path: &str,
        body: &'static str,
    ) -> Result<HttpReply, Fault> {
        let (parts, all) = mpsc::channel(1);
        if !body.is_empty() {
            parts.try_send(Bytes::from_static(body.as_bytes()))?;
        }
        drop(parts);
        self.request_of(method, path, all).await
    }

    /// The same with a body that comes in parts.
    pub(crate) async fn request_of(
        &mut self,
        method: &str,
        path: &str,
        body: mpsc::Receiver<Bytes>,
    ) -> Result<HttpReply, Fault> {
        let request = Request::builder()
            .method(method)
            .header("authorization", "Bearer demo")
            .header("x-request-id", "mine-1");
        let answer = match &mut self.sender {
            Sender::Http1(sender) => {
                let request = request.uri(path).header(HOST, &self.name);
                sender.ready().await?;
                sender.send_request(request.body(Parts(body))?).await?
            }
            Sender::Http2(sender) => {
                let request = request.uri(format!("https://{}{path}", self.name));
                sender.ready().await?;
                sender.send_request(request.body(Parts(body))?).await?
            }
        };
        let status = answer.status().as_u16();
        let headers = answer.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        let headers = headers.collect();
        let bytes = answer.into_body().collect().await?.to_bytes().to_vec();
        let text = String::from_utf8(bytes.clone())?;
        Ok(HttpReply { status, headers, text, bytes })
    }
}
