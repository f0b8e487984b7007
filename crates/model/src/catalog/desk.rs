//! What a workspace's people work with beside contacts: funnels, their statuses, and where events are sent to.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::named_item;
use crate::{
    Aliases, CustomStatusId, Dialect, FunnelId, Item, PresenceId, SubscriptionId, Timestamp, UserId,
};

/// A stage of the sales funnel, which Callbell calls a funnel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Funnel {
    /// Its id.
    pub id: FunnelId,
    /// Its number, for dialects that speak integers.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// What stands beside the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// Where it is shown, from 1.
    #[serde(default)]
    pub position: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
}
named_item!(Funnel);

/// A status that users can give themselves, such as `In meeting`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomStatus {
    /// Its id.
    pub id: CustomStatusId,
    /// Its number, for dialects that speak integers.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// What stands beside the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
}
named_item!(CustomStatus);

/// What a user says of being there. Users that never said anything have none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Presence {
    /// Its id.
    pub id: PresenceId,
    /// Its number, for dialects that speak integers.
    pub number: u64,
    /// Whose it is.
    pub user: UserId,
    /// Whether the user takes conversations.
    pub available: bool,
    /// When that was said last.
    pub available_at: Timestamp,
    /// The status that the user has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_status: Option<CustomStatusId>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_status_at: Option<Timestamp>,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
}

impl Item for Presence {
    fn id(&self) -> Uuid {
        self.id.0
    }
    fn number(&self) -> Option<u64> {
        Some(self.number)
    }
    /// A presence has no name.
    fn name(&self) -> &str {
        ""
    }
    fn aliases(&self) -> &Aliases {
        &self.aliases
    }
}

/// Where events are sent to, and which.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Its number, for dialects that speak integers.
    pub number: u64,
    /// In whose words events are sent.
    pub dialect: Dialect,
    /// Where to.
    pub url: String,
    /// The names of the events that are sent.
    pub events: Vec<String>,
    /// Whether anything is sent.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
}

impl Item for Subscription {
    fn id(&self) -> Uuid {
        self.id.0
    }
    fn number(&self) -> Option<u64> {
        Some(self.number)
    }
    /// Subscriptions are named by where they send to.
    fn name(&self) -> &str {
        &self.url
    }
    fn aliases(&self) -> &Aliases {
        &self.aliases
    }
}
