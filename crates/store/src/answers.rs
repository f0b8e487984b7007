//! What filters know of contacts without reading them.

use std::collections::HashMap;

use model::ChannelKind;
use uuid::Uuid;

use crate::numbers::Numbers;
use crate::values::ValueRange;
use crate::{CatalogIndex, HasText};

/// A channel that is asked for.
pub(crate) type Channel = (ChannelKind, String);

/// What stored look-ups say.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// The contacts that answer yes, by the id of the question. What nobody answers with yes may be missing.
    pub(crate) facets: HashMap<Uuid, Numbers>,
    /// The contacts that have a channel.
    pub(crate) channels: HashMap<Channel, Numbers>,
    /// The contacts that have a text.
    pub(crate) texts: HashMap<HasText, Numbers>,
    /// The contacts that have a value in a range. What an index does not tell is missing.
    pub(crate) ranges: HashMap<ValueRange, Numbers>,
    /// The index that has all contacts in the order that is asked.
    pub(crate) walked: Option<CatalogIndex>,
}

impl Answers {
    /// Forgets who has a text of their own, where that was asked of few.
    pub(crate) fn forget_texts_of_contacts(&mut self) {
        self.texts.retain(|asked, _| !asked.kind.is_contact());
    }
}
