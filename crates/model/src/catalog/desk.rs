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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Catalog, CatalogRow, ItemEdit, Json, RecordKind};

    #[test]
    fn catalogs_from_before_have_none_and_stay_as_they_are() {
        let stored = serde_json::to_value(Catalog::default()).unwrap();
        let read: Catalog = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!(read, Catalog::default());
        for name in ["funnels", "custom_statuses", "presences", "subscriptions"] {
            assert_eq!(stored.get(name), None, "{name}");
        }
    }

    #[track_caller]
    fn check<T: CatalogRow>(kind: RecordKind, stored: &Json) {
        let item: T = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!(&serde_json::to_value(&item).unwrap(), stored);
        let mut catalog = Catalog::default();
        T::items_mut(&mut catalog).put(item.clone());
        assert_eq!(catalog.next_number::<T>(), 8);
        let changes = catalog.changes_since(&Catalog::default());
        assert_eq!(changes.iter().map(|each| (each.kind, each.id)).collect::<Vec<_>>(), [(kind, item.id())]);
        assert!(matches!(changes.first().map(|each| &each.edit), Some(ItemEdit::Made(_))));
        let read: Catalog = serde_json::from_value(serde_json::to_value(&catalog).unwrap()).unwrap();
        assert_eq!(read, catalog);
    }

    #[test]
    fn each_kind_has_its_stored_form_and_its_changes() {
        let id = "00000000000000000000000000000009";
        check::<super::Funnel>(
            RecordKind::Funnel,
            &json!({"id": id, "number": 7, "name": "Desire", "emoji": "✨", "position": 3, "created_at": 5}),
        );
        check::<super::CustomStatus>(
            RecordKind::CustomStatus,
            &json!({"id": id, "number": 7, "name": "Lunch", "created_at": 5}),
        );
        check::<super::Presence>(
            RecordKind::Presence,
            &json!({
                "id": id, "number": 7, "user": id, "available": false, "available_at": 5, "custom_status": id,
                "custom_status_at": 6
            }),
        );
        check::<super::Subscription>(
            RecordKind::Subscription,
            &json!({
                "id": id, "number": 7, "dialect": "callbell", "url": "https://a.b", "events": ["contact_created"],
                "enabled": true, "created_at": 5
            }),
        );
    }
}
