//! Companies, and a contact's link to one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Aliases, CompanyId, Decimal, Extras, FieldId, ListId, Network, TagId, Text, Timestamp, Value};

/// A company. The contacts that belong to it say so in [`Contact::companies`](crate::Contact::companies). Members
/// that are empty are left out of the stored document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// Its number in the workspace (Acquire speaks integers); never changes, never used again. 0 before it is stored:
    /// then it gets the next one.
    pub number: u64,
    /// Counts its changes, from 1.
    #[serde(default)]
    pub revision: u64,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed; `None` when it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What trade it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// Where its headquarters are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Its web site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_url: Option<String>,
    /// Its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Its names on social networks.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub social: BTreeMap<Network, String>,
    /// Its e-mail address, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The country calling code of its phone number, as written: `+1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// Its phone number without that code, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Its yearly recurring revenue, estimated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arr_estimate: Option<Decimal>,
    /// How many people work there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_of_employees: Option<Decimal>,
    /// Marked with a star.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub starred: bool,
    /// Its tags, in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<TagId>,
    /// The lists it is on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListId>,
    /// The values of the fields of companies.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<FieldId, Value>,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
    /// Members that only one dialect knows.
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extras: Extras,
}

impl Company {
    /// A company that has nothing but a name.
    pub fn new(id: CompanyId, name: impl Into<String>, now: Timestamp) -> Self {
        Self {
            id,
            number: 0,
            revision: 0,
            name: name.into(),
            created_at: now,
            updated_at: None,
            description: None,
            industry: None,
            location: None,
            website_url: None,
            image_url: None,
            social: BTreeMap::new(),
            email: None,
            country_code: None,
            phone_number: None,
            arr_estimate: None,
            number_of_employees: None,
            starred: false,
            tags: Vec::new(),
            lists: Vec::new(),
            values: BTreeMap::new(),
            aliases: Aliases::default(),
            extras: Extras::default(),
        }
    }
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
