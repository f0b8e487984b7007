//! A client that calls a router in process.

use api_kit::{Contract, RouteName};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use model::Json;
use tower::ServiceExt;

use crate::{Description, terms};

/// Calls a router with the same headers each time.
#[derive(Clone)]
pub struct Client {
    router: Router,
    headers: Vec<(String, String)>,
    description: Option<Description>,
    on_all_terms: bool,
    has_odd_requests: bool,
    /// The description of answers to requests with this in their query.
    renamed: Option<(&'static str, Description)>,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; empty for a picture.
    pub text: String,
    /// Its body as it came.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|fault| panic!("no JSON ({fault}): {}", self.text))
    }

    /// The body as JSON, after checking the status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Json {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json()
    }

    /// A header as text, empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Client {
    /// A client without headers.
    pub fn new(router: Router) -> Self {
        Self {
            router,
            headers: Vec::new(),
            description: None,
            on_all_terms: false,
            has_odd_requests: false,
            renamed: None,
        }
    }

    /// The same client that checks every answer, and every body that was taken, against the API's description.
    #[must_use]
    pub fn described_by(mut self, contract: &'static Contract) -> Self {
        self.description = Some(Description::of(contract));
        self
    }

    /// The same client that tries each write before it sends it, and sends it again afterwards.
    #[must_use]
    pub fn on_all_terms(self) -> Self {
        Self { on_all_terms: true, ..self }
    }

    /// The same client, of which also parameters and bodies may be taken that are not described: where more is taken than
    /// is promised, or an answer says what is wrong with each part of a body.
    #[must_use]
    pub fn with_odd_requests(self) -> Self {
        Self { has_odd_requests: true, ..self }
    }

    /// The same client, whose answers have other names of members where the query says so: they are checked against the
    /// description with its members renamed.
    #[must_use]
    pub fn renamed_where(mut self, parameter: &'static str, rename: fn(&str) -> String) -> Self {
        let renamed = self.description.as_ref().map(|description| description.renamed(rename));
        self.renamed = renamed.map(|description| (parameter, description));
        self
    }

    /// The same client that also sends this header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same client with `Authorization: Bearer` and this key only.
    #[must_use]
    pub fn with_key(mut self, key: &str) -> Self {
        self.headers.clear();
        self.with_header_value("authorization", format!("Bearer {key}"));
        self
    }

    fn with_header_value(&mut self, name: &str, value: String) {
        self.headers.push((name.to_owned(), value));
    }

    /// The same client without any header.
    #[must_use]
    pub fn anonymous(mut self) -> Self {
        self.headers.clear();
        self
    }

    /// Sends bytes.
    pub async fn send(&self, method: &str, path: &str, body: impl Into<Vec<u8>>) -> Reply {
        if self.on_all_terms {
            return terms::on_all_terms(self, method, path, body.into()).await;
        }
        self.send_with(method, path, body.into(), &[]).await
    }

    /// Sends bytes, with these headers beside those of each time.
    pub async fn send_with(
        &self,
        method: &str,
        path: &str,
        body: Vec<u8>,
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.clone())).expect("a well-formed request");
        let sent = request.headers().get("content-type").and_then(|value| value.to_str().ok());
        let sent = sent.map_or("application/json", |value| value.split(';').next().unwrap_or_default());
        let sent = sent.to_ascii_lowercase();
        let response = self.router.clone().oneshot(request).await.expect("routers do not fail");
        let (parts, answer) = response.into_parts();
        let route = parts.extensions.get::<RouteName>().map(|route| route.0.clone());
        let bytes = answer.collect().await.expect("a body in memory").to_bytes();
        let media_type = parts.headers.get("content-type").and_then(|value| value.to_str().ok());
        let text = match media_type {
            Some(media_type) if media_type.starts_with("image/") => String::new(),
            _ => String::from_utf8(bytes.to_vec()).expect("answers are UTF-8"),
        };
        let reply = Reply { status: parts.status, headers: parts.headers, text, bytes: bytes.to_vec() };
        let query = path.split_once('?').map_or("", |(_, query)| query);
        let renamed =
            self.renamed.iter().find(|(parameter, _)| query.split('&').any(|each| each == *parameter));
        if let Some(description) = renamed.map(|(_, renamed)| renamed).or(self.description.as_ref()) {
            description.check(method, route.as_deref(), &reply);
            if reply.status.is_success() && !self.has_odd_requests {
                description.check_query(method, route.as_deref(), (query, &reply));
                description.check_taken(method, route.as_deref(), (&sent, &body));
            }
        }
        reply
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, "").await
    }

    /// `POST` with JSON.
    pub async fn post(&self, path: &str, body: &Json) -> Reply {
        self.send("POST", path, body.to_string()).await
    }

    /// `PUT` with JSON.
    pub async fn put(&self, path: &str, body: &Json) -> Reply {
        self.send("PUT", path, body.to_string()).await
    }

    /// `PATCH` with JSON.
    pub async fn patch(&self, path: &str, body: &Json) -> Reply {
        self.send("PATCH", path, body.to_string()).await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, "").await
    }
}
