//! A request that was let in: who asks, in which dialect, for what.

use std::sync::Arc;

use app::{App, BadKey, Caller, Terms};
use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use model::{Dialect, Precondition};

use crate::contract::Strict;
use crate::{Answer, Contract, Problem, Query, precondition, told, with_tag};

/// What makes a dialect an HTTP API.
pub trait Api: Send + Sync + Sized + 'static {
    /// The dialect.
    const DIALECT: Dialect;
    /// Its error: every [`Problem`] in its own shape.
    type Error: From<Problem> + From<app::Error> + IntoResponse + Send;

    /// The key's secret in a request, where this dialect carries it.
    ///
    /// # Errors
    /// [`BadKey::Missing`] or [`BadKey::Malformed`].
    fn secret(headers: &HeaderMap) -> Result<String, BadKey>;

    /// What its vendor documents; nothing for an API without a vendor, which refuses what it does not know anyway.
    fn contract() -> Option<&'static Contract> {
        None
    }
}

/// The id of a request, as logs, answers and events carry it. Put into the request's extensions by the server.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// An authenticated request: the first argument of every handler.
pub struct Call<A> {
    /// The application.
    pub app: App,
    /// Who asks.
    pub caller: Caller,
    /// The query parameters.
    pub query: Query,
    params: Vec<(String, String)>,
    api: std::marker::PhantomData<A>,
}

impl<A> Call<A> {
    /// A part of the path by its name in the route, percent-decoded; empty when the route has none such.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(each, _)| each == name).map_or("", |(_, value)| value)
    }

    /// The same call by another caller.
    #[must_use]
    pub fn with_caller(self, caller: Caller) -> Self {
        Self { caller, ..self }
    }
}

impl<A: Api> Call<A> {
    /// What must hold of the revision of the record that the request changes.
    pub fn precondition(&self) -> Precondition {
        self.caller.wanted().map(|wanted| wanted.of_write().clone()).unwrap_or_default()
    }

    /// The answer to a read of one record: nothing where the reader has this revision already.
    ///
    /// # Errors
    /// That the reader wants another revision.
    pub fn shown(&self, revision: u64, answer: impl FnOnce() -> Response) -> Answer<A> {
        let wanted = self.caller.wanted().map(|wanted| wanted.is_known(revision));
        let answer = match wanted.transpose().map_err(app::Error::Rejected)? {
            Some(true) => StatusCode::NOT_MODIFIED.into_response(),
            Some(false) | None => answer(),
        };
        Ok(with_tag(revision, answer))
    }

    /// The answer to a read of one record that shows others, too. These may have changed since any revision of the record,
    /// so that no revision stands for the answer.
    ///
    /// # Errors
    /// That the reader wants another revision.
    pub fn shown_beside_others(&self, revision: u64, answer: impl FnOnce() -> Response) -> Answer<A> {
        let wanted = self.caller.wanted().map(|wanted| wanted.is_known(revision));
        wanted.transpose().map_err(app::Error::Rejected)?;
        Ok(answer())
    }

    async fn admit(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = match parts.extensions.remove::<Caller>() {
            Some(caller) => caller,
            None => caller::<A>(parts, app).await?,
        };
        told::admitted(&caller);
        let wanted = precondition::read(&parts.headers)?.map(Arc::new);
        wanted.iter().for_each(told::wanted);
        let caller = caller.wanting(wanted);
        let caller = match parts.extensions.get::<Terms>() {
            Some(terms) => caller.on(terms.clone()),
            None => caller,
        };
        let params = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| Problem::BadPath)?;
        let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let query = parts.extensions.get::<Query>().cloned().unwrap_or_default();
        if let Some(contract) = A::contract().filter(|_| caller.is_strict()) {
            let template = parts.extensions.get::<MatchedPath>();
            let call = (&parts.method, template.map(MatchedPath::as_str), parts.uri.path());
            let strict = Strict::check(contract, call, &query).map_err(Problem::Undocumented)?;
            parts.extensions.insert(strict);
        }
        Ok(Self { app: app.clone(), caller, query, params, api: std::marker::PhantomData })
    }
}

/// Who asks. Where that must be known before the request goes on to its route, it goes with it in its extensions, since
/// each look takes one request off the key's rate.
pub(crate) async fn caller<A: Api>(parts: &Parts, app: &App) -> Result<Caller, Problem> {
    let secret = A::secret(&parts.headers).map_err(app::Error::Unauthenticated)?;
    let request_id = parts.extensions.get::<RequestId>().map(|id| id.0.clone());
    let caller = app.authenticate(&secret, A::DIALECT, request_id).await;
    if let Err(app::Error::RateLimited(allowance)) = &caller {
        told::limited(*allowance);
    }
    Ok(caller?)
}

impl<A: Api> FromRequestParts<App> for Call<A> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        Self::admit(parts, app).await.map_err(|problem| A::Error::from(problem).into_response())
    }
}
