//! `fidelity.toml`: every route and member of an API, how faithful it is, and on what evidence.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::Json;
use serde::Deserialize;

/// A whole table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The API as a whole.
    pub api: About,
    /// Its routes.
    #[serde(rename = "route")]
    pub routes: Vec<RouteRow>,
    /// The members of bodies, and the parameters of queries.
    #[serde(rename = "member")]
    pub members: Vec<MemberRow>,
}

/// An API as a whole.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// What it is called: `Callbell API v1`.
    pub title: String,
    /// What a reader should know before all else.
    pub description: String,
    /// Where it stands on a server: `/callbell`; empty for the server's own.
    pub prefix: String,
    /// Where else the routes stand: the other beginning of their paths, and the one that it is in this table.
    #[serde(default)]
    pub mounts: BTreeMap<String, String>,
    /// The query objects whose parameters every route takes.
    #[serde(default)]
    pub query: Vec<String>,
    /// How a key is sent: OpenAPI security schemes by name. Each of them is enough.
    pub security: serde_json::Map<String, Json>,
}

/// A route.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteRow {
    /// Its method.
    pub method: String,
    /// Its path, with `{parameters}`.
    pub path: String,
    /// How it is served.
    pub support: Support,
    /// What that is compared with.
    pub evidence: Evidence,
    /// How it differs, or what else is worth to know.
    #[serde(default)]
    pub note: String,
    /// The test that shows it; empty for what is not served.
    #[serde(default)]
    pub test: String,
    /// Whether the vendor's pages have it; strict mode refuses what they do not have.
    #[serde(default = "yes")]
    pub documented: bool,
    /// The object that is the request's body; none: no body is documented.
    #[serde(default)]
    pub request: Option<String>,
    /// The objects whose members are query parameters.
    #[serde(default)]
    pub query: Vec<String>,
}

/// One or more members of an object, of which the same is true.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberRow {
    /// The object: what a route calls its request or query, or the name of the type that an answer is written from.
    pub object: String,
    /// Where it stands.
    pub direction: Direction,
    /// The members, with dots where they stand deeper: `fields.email`. `*` is any other name, and `<words>` too.
    #[serde(alias = "name", deserialize_with = "one_or_more")]
    pub names: Vec<String>,
    /// How they are served.
    pub support: Support,
    /// What that is compared with.
    pub evidence: Evidence,
    /// How they differ, or what else is worth to know.
    #[serde(default)]
    pub note: String,
    /// The test that shows it; empty for what is not served.
    #[serde(default)]
    pub test: String,
    /// Whether the vendor's pages have them; strict mode refuses what they do not have.
    #[serde(default = "yes")]
    pub documented: bool,
    /// Whether a request must have them.
    #[serde(default)]
    pub required: bool,
    /// What they may be, in a request: JSON Schema 2020-12. Answers have the schema of their type.
    #[serde(default)]
    pub schema: serde_json::Map<String, Json>,
}

/// How something is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Support {
    /// As the vendor does it.
    Exact,
    /// Served, but otherwise than the vendor does it.
    Differs,
    /// Not served.
    Unsupported,
}

/// What is known of how a vendor does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// The vendor's pages say so.
    Documented,
    /// The vendor's service or clients were seen to do so.
    Observed,
    /// The vendor is silent; this is our choice.
    Recommended,
    /// There is no vendor: the API is contactd's own.
    Own,
}

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// In the body of a request.
    Request,
    /// In an answer.
    Response,
    /// In the query of a request.
    Query,
}

impl Table {
    /// Reads a table.
    ///
    /// # Errors
    /// What the TOML or its rows have wrong.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The path of a route as this table has it: without a slash at its end, and below the mount of the table.
    pub fn path<'p>(&self, path: &'p str) -> Cow<'p, str> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let mounted =
            self.api.mounts.iter().find_map(|(other, own)| Some((path.strip_prefix(other.as_str())?, own)));
        match mounted.filter(|(rest, _)| rest.is_empty() || rest.starts_with('/')) {
            Some((rest, own)) => format!("{own}{rest}").into(),
            None => path.into(),
        }
    }

    /// The members of an object.
    pub fn members<'t>(
        &'t self,
        direction: Direction,
        object: &'t str,
    ) -> impl Iterator<Item = (&'t str, &'t MemberRow)> {
        let rows = self.members.iter().filter(move |row| row.direction == direction && row.object == object);
        rows.flat_map(|row| row.names.iter().map(move |name| (name.as_str(), row)))
    }

    /// The parameters of a route's query.
    pub fn parameters<'t>(&'t self, route: &'t RouteRow) -> impl Iterator<Item = (&'t str, &'t MemberRow)> {
        let objects = route.query.iter().chain(&self.api.query);
        objects.flat_map(|object| self.members(Direction::Query, object))
    }
}

impl Support {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Differs => "differs",
            Self::Unsupported => "unsupported",
        }
    }
}

impl Evidence {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Observed => "observed",
            Self::Recommended => "recommended",
            Self::Own => "own",
        }
    }
}

impl Direction {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::Query => "query",
        }
    }
}

/// Whether a name stands for any name.
pub(super) fn is_wild(name: &str) -> bool {
    name == "*" || name.starts_with('<')
}

fn yes() -> bool {
    true
}

/// A text, or a list of texts.
fn one_or_more<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Names {
        One(String),
        More(Vec<String>),
    }
    Ok(match Names::deserialize(deserializer)? {
        Names::One(name) => vec![name],
        Names::More(names) => names,
    })
}
