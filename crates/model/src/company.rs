//! Companies, and a contact's link to one.

use serde::{Deserialize, Serialize};

use crate::{Aliases, CompanyId, Extras, Text, Timestamp};

/// A company.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// Its number in the workspace (Acquire speaks integers); never changes.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed; `None` when it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Its web site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_url: Option<String>,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
    /// Members that only one dialect knows.
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extras: Extras,
}

/// A contact's link to a company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyLink {
    /// The company.
    pub id: CompanyId,
    /// The company's number, copied because it never changes and saves a look-up.
    pub number: u64,
    /// The contact's title there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// First day there, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Text>,
    /// Whether the contact still is there.
    pub active: bool,
}
