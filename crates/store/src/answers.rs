//! What filters know of contacts without reading them.

use std::collections::HashMap;

use model::{ChannelKind, Facet};
use uuid::Uuid;

use crate::numbers::Numbers;
use crate::values::AskedRange;
use crate::{CatalogIndex, Filter, HasText};

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
    /// The contacts that have a value in a range, or changed in it. What neither an index nor the log tells is missing.
    pub(crate) ranges: HashMap<AskedRange, Numbers>,
    /// The index that has all contacts in the order that is asked.
    pub(crate) walked: Option<CatalogIndex>,
}

impl Answers {
    /// Tells who has the numbers that a filter asks for, where it is known who there is.
    pub(crate) fn tell_numbers(&mut self, filter: &Filter) {
        let Some(every) = self.facets.get(&Facet::Every.id()) else { return };
        for asked in filter.ranges() {
            if let AskedRange::Numbered(range) = &asked {
                let numbers = every.within(range);
                self.ranges.insert(asked, numbers);
            }
        }
    }

    /// Forgets who has a text of their own, where that was asked of few.
    pub(crate) fn forget_texts_of_contacts(&mut self) {
        self.texts.retain(|asked, _| !asked.kind.is_contact());
    }
}
