//! The wire formats that contactd speaks.

use serde::{Deserialize, Serialize};

/// A wire format: one of the four vendors', or contactd's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// contactd's own API, `/api/v1`.
    Native,
    /// Zingle REST API v1.
    Zingle,
    /// Acquire CRM API v1.
    Acquire,
    /// Callbell API v1.
    Callbell,
    /// Rolodex CRM user API v1.
    Rolodex,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 5] = [Self::Native, Self::Zingle, Self::Acquire, Self::Callbell, Self::Rolodex];

    /// The lower-case name, as keys, events and aliases carry it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Zingle => "zingle",
            Self::Acquire => "acquire",
            Self::Callbell => "callbell",
            Self::Rolodex => "rolodex",
        }
    }
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|dialect| dialect.as_str() == text)
            .ok_or_else(|| UnknownDialect(text.to_owned()))
    }
}

/// A name that is no dialect.
#[derive(Debug, thiserror::Error)]
#[error("unknown dialect '{0}'; known: native, zingle, acquire, callbell, rolodex")]
pub struct UnknownDialect(String);
