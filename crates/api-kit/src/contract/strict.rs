//! Strict mode: what the vendor does not document is refused, and named.

use std::fmt;

use axum::http::Method;
use model::{Json, Rejection, Violation, ViolationKind};

use super::table::is_wild;
use super::{Contract, Direction, MemberRow, RouteRow};
use crate::Query;

/// What a request has that the vendor's pages do not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undocumented {
    /// The call itself.
    Call {
        /// Its method.
        method: Method,
        /// Its path.
        path: String,
    },
    /// A query parameter.
    Parameter(String),
}

impl fmt::Display for Undocumented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call { method, path } => write!(f, "the vendor documents no call {method} {path}"),
            Self::Parameter(name) => write!(f, "the vendor documents no query parameter '{name}' here"),
        }
    }
}

/// A request of a key that is strict, to a documented route. In the request's extensions, for those who read the body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strict {
    contract: &'static Contract,
    route: &'static RouteRow,
}

impl Strict {
    /// Passes if the vendor documents the route and every parameter.
    ///
    /// # Errors
    /// What it does not document.
    pub(crate) fn check(
        contract: &'static Contract,
        (method, template, path): (&Method, Option<&str>, &str),
        query: &Query,
    ) -> Result<Self, Undocumented> {
        let row = template.and_then(|template| contract.route(method, template));
        let Some(route) = row.filter(|row| row.documented) else {
            return Err(Undocumented::Call { method: method.clone(), path: path.to_owned() });
        };
        for (name, _) in query.names() {
            if !contract.parameter(route, name).any(|row| row.documented) {
                return Err(Undocumented::Parameter(name.to_owned()));
            }
        }
        Ok(Self { contract, route })
    }

    /// Passes if the vendor documents every member of the body. Where it documents no body, none is looked at: a body
    /// that means nothing is as good as none.
    ///
    /// # Errors
    /// Every member that it does not document.
    pub(crate) fn check_body(self, body: &Json) -> Result<(), Rejection> {
        let Some(object) = &self.route.request else { return Ok(()) };
        let known: Vec<_> = self.contract.table.members(Direction::Request, object).collect();
        let mut unknown = Vec::new();
        look(&known, body, "", &mut unknown);
        if unknown.is_empty() { Ok(()) } else { Err(Rejection { violations: unknown }) }
    }
}

/// Looks for members that are not known, at this depth and below, as far as the table goes.
fn look(known: &[(&str, &MemberRow)], json: &Json, prefix: &str, unknown: &mut Vec<Violation>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| look(known, item, prefix, unknown)),
        Json::Object(members) => {
            for (name, value) in members {
                match find(known, prefix, name) {
                    Some((inner, row)) if row.documented => {
                        if known.iter().any(|(each, _)| each.starts_with(&format!("{inner}."))) {
                            look(known, value, &format!("{inner}."), unknown);
                        }
                    }
                    _ => {
                        unknown.push(Violation::new(format!("{prefix}{name}"), ViolationKind::UnknownMember));
                    }
                }
            }
        }
        _ => {}
    }
}

/// The row of a member: its own, else one for any name.
fn find<'t>(
    known: &[(&'t str, &'t MemberRow)],
    prefix: &str,
    name: &str,
) -> Option<(&'t str, &'t MemberRow)> {
    let inside = |each: &str| each.strip_prefix(prefix).filter(|rest| !rest.contains('.')).map(str::to_owned);
    let own = known.iter().find(|(each, _)| inside(each).is_some_and(|rest| rest == name));
    own.or_else(|| known.iter().find(|(each, _)| inside(each).is_some_and(|rest| is_wild(&rest)))).copied()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use serde_json::json;

    use super::*;

    static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
        let table = r#"
            [api]
            title = "Test"
            description = ""
            prefix = ""
            query = ["any"]
            mounts = { "/also" = "/c" }
            security = {}
            [[route]]
            method = "PUT"
            path = "/c/{id}"
            support = "exact"
            evidence = "documented"
            request = "c"
            query = ["q"]
            [[route]]
            method = "GET"
            path = "/guess"
            support = "exact"
            evidence = "observed"
            documented = false
            [[member]]
            object = "q"
            direction = "query"
            names = ["page", "filter"]
            support = "exact"
            evidence = "documented"
            [[member]]
            object = "any"
            direction = "query"
            name = "camel_case"
            support = "exact"
            evidence = "documented"
            [[member]]
            object = "c"
            direction = "request"
            names = ["name", "values", "fields", "fields.email", "lines", "lines.text"]
            support = "exact"
            evidence = "documented"
            [[member]]
            object = "c"
            direction = "request"
            name = "*"
            support = "differs"
            evidence = "documented"
            documented = false
        "#;
        Contract::new(table, |_| {})
    });

    fn check(method: &Method, path: &str, query: &str) -> Result<Strict, Undocumented> {
        Strict::check(&CONTRACT, (method, Some(path), path), &Query::parse(query))
    }

    #[test]
    fn calls_that_are_not_documented_are_named() {
        let refused = check(&Method::GET, "/guess", "").unwrap_err();
        assert_eq!(refused.to_string(), "the vendor documents no call GET /guess");
        assert!(check(&Method::PUT, "/c/{id}/", "").is_ok());
        assert!(check(&Method::PUT, "/also/{id}", "").is_ok());
        assert!(check(&Method::PUT, "/alsoo/{id}", "").is_err());
        assert!(Strict::check(&CONTRACT, (&Method::GET, None, "/x"), &Query::default()).is_err());
    }

    #[test]
    fn parameters_that_are_not_documented_are_named() {
        for query in ["page=1", "filter[x]=1&page[]=2", "camel_case=1", ""] {
            assert!(check(&Method::PUT, "/c/{id}", query).is_ok(), "{query}");
        }
        let refused = check(&Method::PUT, "/c/{id}", "page=1&modified_since=x").unwrap_err();
        assert_eq!(refused, Undocumented::Parameter("modified_since".to_owned()));
    }

    #[test]
    fn members_that_are_not_documented_are_named_with_their_path() {
        let strict = check(&Method::PUT, "/c/{id}", "").unwrap();
        let known =
            json!({"name": 1, "values": {"any": 1}, "fields": {"email": "x"}, "lines": [{"text": "x"}]});
        assert_eq!(strict.check_body(&known), Ok(()));
        let body = json!({"x": 1, "fields": {"mail": "x"}, "lines": [{"txt": "x"}]});
        let refused = strict.check_body(&body).unwrap_err();
        let at: Vec<_> = refused.violations.iter().map(|each| each.at.as_str()).collect();
        assert_eq!(at, ["x", "fields.mail", "lines.txt"]);
    }
}
