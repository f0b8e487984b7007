//! Which API answers a request: by the host's name, else by the first part of the path.

use std::collections::BTreeMap;

use app::App;
use axum::Router;
use hyper::http::uri::{PathAndQuery, Uri};
use model::Dialect;

/// The routers of all dialects. Adding one is one line here and one in [`PREFIXES`].
pub(crate) struct Mounts {
    native: Router,
    zingle: Router,
    acquire: Router,
    callbell: Router,
    rolodex: Router,
    hosts: BTreeMap<String, Dialect>,
}

const PREFIXES: [(&str, Dialect); 4] = [
    ("/zingle", Dialect::Zingle),
    ("/acquire", Dialect::Acquire),
    ("/callbell", Dialect::Callbell),
    ("/rolodex", Dialect::Rolodex),
];

impl Mounts {
    pub(crate) fn new(app: &App, hosts: BTreeMap<String, Dialect>) -> Self {
        Self {
            native: api_native::routes(app.clone()),
            zingle: api_zingle::routes(app.clone()),
            acquire: api_acquire::routes(app.clone()),
            callbell: api_callbell::routes(app.clone()),
            rolodex: api_rolodex::routes(app.clone()),
            hosts,
        }
    }

    pub(crate) fn router(&self, dialect: Dialect) -> &Router {
        match dialect {
            Dialect::Native => &self.native,
            Dialect::Zingle => &self.zingle,
            Dialect::Acquire => &self.acquire,
            Dialect::Callbell => &self.callbell,
            Dialect::Rolodex => &self.rolodex,
        }
    }

    /// The dialect of a host's name, without its port, in any case.
    pub(crate) fn of_host(&self, host: &str) -> Option<Dialect> {
        let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
        let name = name.map_or(host, |(name, _)| name).trim_end_matches('.').to_ascii_lowercase();
        let exact = self.hosts.get(&name);
        let wild = || name.split_once('.').and_then(|(_, above)| self.hosts.get(&format!("*.{above}")));
        exact.or_else(wild).copied()
    }

    /// The dialect of a path, and the path as its router knows it: without the prefix and without one slash
    /// at the end.
    pub(crate) fn of_path(path: &str) -> (Dialect, &str) {
        let under = |(prefix, dialect): (&str, Dialect)| {
            let rest = path.strip_prefix(prefix)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((dialect, rest))
        };
        PREFIXES.into_iter().find_map(under).unwrap_or((Dialect::Native, path))
    }
}

/// The same address with another path; one slash at its end is taken off, since clients differ there.
pub(crate) fn with_path(uri: &Uri, path: &str) -> Option<Uri> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let path = if path.is_empty() { "/" } else { path };
    if path == uri.path() {
        return None;
    }
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_choose_the_dialect_and_lose_the_prefix() {
        for (path, dialect, rest) in [
            ("/zingle/v1/services", Dialect::Zingle, "/v1/services"),
            ("/rolodex", Dialect::Rolodex, ""),
            ("/rolodexx/v1", Dialect::Native, "/rolodexx/v1"),
            ("/api/v1/contacts", Dialect::Native, "/api/v1/contacts"),
        ] {
            assert_eq!(Mounts::of_path(path), (dialect, rest));
        }
    }

    #[test]
    fn one_slash_at_the_end_is_taken_off() {
        let with = |uri: &str, path: &str| with_path(&uri.parse().unwrap(), path).map(|uri| uri.to_string());
        assert_eq!(with("/zingle/v1/?page=1", "/v1/").as_deref(), Some("/v1?page=1"));
        assert_eq!(with("/callbell", "").as_deref(), Some("/"));
        assert_eq!(with("/v1/contacts", "/v1/contacts"), None);
    }
}
