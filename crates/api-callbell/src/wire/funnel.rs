//! A stage of the sales funnel.

use schemars::JsonSchema;
use serde::Serialize;

use super::item::{dashed, spaced};

/// A funnel. Their list has no `meta`.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Funnel<'a> {
    position: u64,
    name: &'a str,
    emoji: Option<&'a str>,
    created_at: String,
    uuid: String,
}

impl<'a> Funnel<'a> {
    /// Encodes a funnel.
    pub(crate) fn of(funnel: &'a model::Funnel) -> Self {
        Self {
            position: funnel.position,
            name: &funnel.name,
            emoji: funnel.emoji.as_deref(),
            created_at: spaced(funnel.created_at),
            uuid: dashed(&funnel.aliases, funnel.id.0),
        }
    }
}
