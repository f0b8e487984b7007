//! Accounts.

use app::Workspace;
use schemars::JsonSchema;
use serde::Serialize;

/// An account. Here it has no term.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Account<'a> {
    pub(super) id: String,
    display_name: &'a str,
    term_months: u32,
    current_term_start_date: Option<i64>,
    current_term_end_date: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl<'a> Account<'a> {
    /// The account whose first service this is.
    pub(crate) fn of(first: &'a Workspace) -> Self {
        Self {
            id: first.id.to_string(),
            display_name: &first.name,
            term_months: 1,
            current_term_start_date: None,
            current_term_end_date: None,
            created_at: first.created_at.seconds(),
            updated_at: first.created_at.seconds(),
        }
    }
}
