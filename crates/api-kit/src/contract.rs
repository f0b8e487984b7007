//! What an API documents: its routes, parameters and members, how faithful each is, and what the routes answer.
//!
//! The first half is a table in the API's folder (`fidelity.toml`, [`Table`]), the second comes from the types that the
//! answers are written from ([`Answers`]). Both together tell strict mode what to refuse, make the API's OpenAPI
//! description, and are checked by tests.

mod answers;
mod openapi;
mod strict;
mod table;
mod terms;

pub use answers::{AnswerBody, Answered, Answers, Requested};
pub use openapi::description;
pub(crate) use strict::Strict;
pub use strict::Undocumented;
pub use table::{About, Direction, Evidence, MemberRow, RouteRow, Support, Table};

use axum::http::Method;
use model::Json;

/// What an API documents. Made once a process, when it is first asked for.
#[derive(Debug)]
pub struct Contract {
    /// Routes and members, as the API's folder has them.
    pub table: Table,
    /// What the routes answer.
    pub answers: Vec<Answered>,
    /// What the routes take, beside those whose table has the members of their bodies.
    pub requests: Vec<Requested>,
    /// The routes whose writes are no events: they tell no number of a change.
    pub without_event: Vec<String>,
    /// The schemas that answers refer to, by name: JSON Schema 2020-12.
    pub schemas: serde_json::Map<String, Json>,
}

impl Contract {
    /// Reads a table and asks for the answers.
    ///
    /// # Panics
    /// When the table cannot be read. It is compiled in, and every API has a test that reads it.
    #[expect(clippy::expect_used, reason = "the table is part of the program")]
    pub fn new(table: &str, answers: impl FnOnce(&mut Answers)) -> Self {
        Self::of(Table::parse(table).expect("a table that was compiled in"), answers)
    }

    /// The same with a table that is made by the API itself.
    pub fn of(table: Table, answers: impl FnOnce(&mut Answers)) -> Self {
        let mut all = Answers::default();
        answers(&mut all);
        all.finish(table)
    }

    /// The rows of a route's query parameter, also as `name[]` or `name[key]`.
    pub fn parameter<'t>(
        &'t self,
        route: &'t RouteRow,
        name: &'t str,
    ) -> impl Iterator<Item = &'t MemberRow> {
        let base = name.split('[').next().unwrap_or(name);
        let is_it = move |known: &str| table::is_wild(known) || known == name || known == base;
        self.table.parameters(route).filter(move |(known, _)| is_it(known)).map(|(_, row)| row)
    }

    /// The row of a route.
    pub fn route(&self, method: &Method, path: &str) -> Option<&RouteRow> {
        // What answers GET answers HEAD, without a body.
        let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
        let path = self.table.path(path);
        self.table.routes.iter().find(|row| row.method == method && row.path == path)
    }
}
