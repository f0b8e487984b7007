//! What differs between two states of a catalog, item by item, and its items whatever kind they are.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::gone::is_of_cleaning;
use super::{
    Catalog, ChannelType, CustomStatus, Field, Funnel, Inbox, List, Presence, Subscription, Tag, Team, User,
};
use crate::difference::{document_differences, revert_document};
use crate::{
    Difference, Item, Items, Json, OnConflict, RecordKind, Rejection, Timestamp, Violation, ViolationKind,
};

/// An item of the catalog.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatalogItem {
    /// A field.
    Field(Field),
    /// A tag.
    Tag(Tag),
    /// A list.
    List(List),
    /// A user.
    User(User),
    /// A team.
    Team(Team),
    /// A channel type.
    ChannelType(ChannelType),
    /// An inbox.
    Inbox(Inbox),
    /// A funnel.
    Funnel(Funnel),
    /// A status that users can give themselves.
    CustomStatus(CustomStatus),
    /// A user's presence.
    Presence(Presence),
    /// A subscription.
    Subscription(Subscription),
}

/// One of the kinds of [`CatalogItem`].
pub trait CatalogRow:
    Item + Clone + PartialEq + Serialize + DeserializeOwned + Into<CatalogItem> + Send + Sync + 'static
{
    /// Which kind it is.
    const KIND: RecordKind;
    /// Those of a catalog.
    fn items(catalog: &Catalog) -> &Items<Self>;
    /// Those of a catalog.
    fn items_mut(catalog: &mut Catalog) -> &mut Items<Self>;
}

/// What happened to an item, or to the settings of the workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemChange {
    /// What it is.
    pub kind: RecordKind,
    /// Its id; of the settings, nil.
    pub id: Uuid,
    /// What was done to it.
    pub edit: ItemEdit,
}

/// What is done to an item.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemEdit {
    /// It was made; before, all its members were empty.
    Made(Vec<Difference>),
    /// Its members changed.
    Changed(Vec<Difference>),
    /// It was removed.
    Removed(Box<CatalogItem>),
}

macro_rules! rows {
    ($($type:ident $items:ident),*) => {
        $(impl From<$type> for CatalogItem {
            fn from(item: $type) -> Self {
                Self::$type(item)
            }
        }

        impl CatalogRow for $type {
            const KIND: RecordKind = RecordKind::$type;

            fn items(catalog: &Catalog) -> &Items<Self> {
                &catalog.$items
            }

            fn items_mut(catalog: &mut Catalog) -> &mut Items<Self> {
                &mut catalog.$items
            }
        })*

        impl CatalogItem {
            /// What it is.
            pub fn kind(&self) -> RecordKind {
                match self {
                    $(Self::$type(_) => RecordKind::$type,)*
                }
            }

            /// Its id.
            pub fn id(&self) -> Uuid {
                match self {
                    $(Self::$type(item) => item.id(),)*
                }
            }

            /// Its number among its kind.
            pub fn number(&self) -> u64 {
                match self {
                    $(Self::$type(item) => item.number,)*
                }
            }

            /// Its stored document.
            fn to_json(&self) -> Json {
                // Plain data with text keys, for which this cannot fail.
                match self {
                    $(Self::$type(item) => serde_json::to_value(item).unwrap_or_default(),)*
                }
            }

            fn from_json(kind: RecordKind, json: Json) -> serde_json::Result<Self> {
                match kind {
                    $(RecordKind::$type => serde_json::from_value(json).map(Self::$type),)*
                    _ => Err(serde::de::Error::custom(format_args!("a {kind} is no item"))),
                }
            }
        }

        impl Catalog {
            /// One of its items.
            pub fn item(&self, kind: RecordKind, id: Uuid) -> Option<CatalogItem> {
                match kind {
                    $(RecordKind::$type => self.$items.get(id).cloned().map(CatalogItem::$type),)*
                    _ => None,
                }
            }

            /// How many items of a kind it has; `None` where they stand elsewhere.
            pub fn count(&self, kind: RecordKind) -> Option<u64> {
                match kind {
                    $(RecordKind::$type => Some(self.$items.len() as u64),)*
                    _ => None,
                }
            }

            /// Puts an item in the place of the one with its id, or in the place of its number.
            pub fn put_item(&mut self, item: CatalogItem) {
                match item {
                    $(CatalogItem::$type(item) => self.$items.put(item),)*
                }
            }

            /// Removes an item.
            pub fn remove_item(&mut self, kind: RecordKind, id: Uuid) -> Option<CatalogItem> {
                match kind {
                    $(RecordKind::$type => self.$items.remove(id).map(CatalogItem::$type),)*
                    _ => None,
                }
            }

            /// What differs from an earlier state, item by item.
            pub fn changes_since(&self, before: &Self) -> Vec<ItemChange> {
                let mut changes = Vec::new();
                let mut settings = document_differences(&before.settings(), &self.settings(), &[]);
                settings.extend(self.cleaning_since(before));
                if !settings.is_empty() {
                    let edit = ItemEdit::Changed(settings);
                    changes.push(ItemChange { kind: RecordKind::Settings, id: Uuid::nil(), edit });
                }
                $(compare::<$type>(before, self, &mut changes);)*
                changes
            }
        }
    };
}

rows!(
    Field fields,
    Tag tags,
    List lists,
    User users,
    Team teams,
    ChannelType channel_types,
    Inbox inboxes,
    Funnel funnels,
    CustomStatus custom_statuses,
    Presence presences,
    Subscription subscriptions
);

/// What a client does not choose.
const APART: [&str; 2] = ["id", "number"];

/// The settings of the workspace that the catalog keeps.
const COUNTRY: &str = "default_country";
const QUOTAS: &str = "quotas";
const FILTERABLE: &str = "filterable";

impl Catalog {
    /// The number that the next item of a kind gets: none that any of its kind has or had.
    pub fn next_number<T: CatalogRow>(&self) -> u64 {
        let highest = T::items(self).iter().filter_map(Item::number).max().unwrap_or(0);
        self.last_numbers.get(&T::KIND).copied().unwrap_or(0).max(highest) + 1
    }

    /// Notes what happened to its items at its revision: when they changed, which are gone, and the numbers of those.
    pub fn note_changes(&mut self, before: &Self, changes: &[ItemChange], now: Timestamp) {
        for change in changes {
            self.note_gone(before, change, now);
            let ItemChange { id, edit, .. } = change;
            match edit {
                ItemEdit::Made(_) | ItemEdit::Changed(_) => drop(self.revisions.insert(*id, self.revision)),
                ItemEdit::Removed(_) => drop(self.revisions.remove(id)),
            }
            match edit {
                ItemEdit::Made(_) => {}
                ItemEdit::Changed(_) => drop(self.updated_at.insert(*id, now)),
                ItemEdit::Removed(item) => {
                    self.updated_at.remove(id);
                    let last = self.last_numbers.entry(item.kind()).or_default();
                    *last = item.number().max(*last);
                }
            }
        }
    }

    /// Takes differences of one of its items, or of its settings, back. `None` when there is no such item.
    ///
    /// # Errors
    /// Every member that was changed again since, if that is to be refused.
    pub fn revert_item(
        &mut self,
        (kind, id): (RecordKind, Uuid),
        differences: &[Difference],
        on_conflict: OnConflict,
    ) -> Result<Option<()>, Rejection> {
        if kind == RecordKind::Settings {
            let mut settings = self.settings();
            let of_settings: Vec<_> =
                differences.iter().filter(|each| !is_of_cleaning(each)).cloned().collect();
            revert_document(&mut settings, &of_settings, on_conflict)?;
            self.default_country = settings.get(COUNTRY).and_then(Json::as_str).map(str::to_owned);
            self.quotas = take_setting(&mut settings, QUOTAS)?;
            self.filterable_members = take_setting(&mut settings, FILTERABLE)?;
            return Ok(Some(()));
        }
        let Some(item) = self.item(kind, id) else { return Ok(None) };
        let mut json = item.to_json();
        revert_document(&mut json, differences, on_conflict)?;
        let item = CatalogItem::from_json(kind, json).map_err(|fault| unusable(&fault))?;
        self.put_item(item);
        Ok(Some(()))
    }

    fn settings(&self) -> Json {
        serde_json::json!({
            COUNTRY: self.default_country,
            QUOTAS: self.quotas,
            FILTERABLE: self.filterable_members,
        })
    }
}

impl CatalogItem {
    /// The differences of an item that is made, as its event keeps them.
    pub fn made(&self) -> Vec<Difference> {
        document_differences(&Json::Null, &self.to_json(), &APART)
    }
}

/// One of the settings; `null` where it says nothing.
fn take_setting<T: DeserializeOwned + Default>(settings: &mut Json, name: &str) -> Result<T, Rejection> {
    let setting = settings.get_mut(name).map(Json::take).unwrap_or_default();
    let setting: Option<T> = serde_json::from_value(setting).map_err(|fault| unusable(&fault))?;
    Ok(setting.unwrap_or_default())
}

fn unusable(fault: &serde_json::Error) -> Rejection {
    Violation::new("", ViolationKind::Unusable(fault.to_string())).into()
}

fn compare<T: CatalogRow>(before: &Catalog, after: &Catalog, changes: &mut Vec<ItemChange>) {
    let (old, new) = (T::items(before), T::items(after));
    if old == new {
        return;
    }
    let mut seen = BTreeSet::new();
    for item in old.iter().chain(new).filter(|item| seen.insert(item.id())) {
        let id = item.id();
        let edit = match (old.get(id), new.get(id)) {
            (Some(old), Some(new)) if old != new => {
                let (old, new): (CatalogItem, CatalogItem) = (old.clone().into(), new.clone().into());
                ItemEdit::Changed(document_differences(&old.to_json(), &new.to_json(), &APART))
            }
            (None, Some(new)) => ItemEdit::Made(new.clone().into().made()),
            (Some(old), None) => ItemEdit::Removed(Box::new(old.clone().into())),
            (Some(_), Some(_)) | (None, None) => continue,
        };
        changes.push(ItemChange { kind: T::KIND, id, edit });
    }
}

#[cfg(test)]
mod tests;
