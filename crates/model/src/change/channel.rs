//! Channels as a client writes them, and the channels that they mean.

use crate::channel::{Normalised, normalise};
use crate::{Catalog, Channel, ChannelId, ChannelKind, Contact, ItemRef};

/// A channel as a client writes it.
#[derive(Clone, Debug)]
pub struct ChannelWrite {
    /// The member that names it.
    pub at: String,
    /// The contact's channel that it means; where it has none with this id, the value decides.
    pub id: Option<ChannelId>,
    /// What it is.
    pub kind: ChannelKindRef,
    /// Its value as written; `None` changes only the other members of the channel that `id` names.
    pub value: Option<String>,
    /// The text is not what a person wrote but put together by the dialect: a channel that already has this
    /// value keeps its raw text.
    pub is_composed: bool,
    /// A phone number that cannot be parsed is refused instead of being kept as written.
    pub is_strict: bool,
    /// No other contact may have it.
    pub exclusive: bool,
    /// Its label, if given.
    pub label: Option<Option<String>>,
    /// No other channel of the contact may have its label.
    pub is_label_unique: bool,
    /// Its country, if given: ISO 3166-1 alpha-2 in any case, phones only; reads numbers without `+`.
    pub country: Option<String>,
    /// Whether it is the first of its kind, if given.
    pub primary: Option<bool>,
    /// Whether it is the first over all kinds, if given.
    pub default: Option<bool>,
    /// What [`Change::read_ahead`](super::Change::read_ahead) found.
    pub reading: Option<Box<Reading>>,
}

/// A phone number that was read before its change is applied.
#[derive(Clone, Debug)]
pub struct Reading {
    text: String,
    country: Option<String>,
    normal: Normalised,
}

impl ChannelWrite {
    /// A channel of this kind with this value, and nothing else said.
    pub fn new(at: impl Into<String>, kind: ChannelKind, value: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            id: None,
            kind: ChannelKindRef::Kind(kind),
            value: Some(value.into()),
            is_composed: false,
            is_strict: false,
            exclusive: false,
            label: None,
            is_label_unique: false,
            country: None,
            primary: None,
            default: None,
            reading: None,
        }
    }

    /// Reads a phone number before the change is applied, where it says itself where it is from.
    pub(super) fn read_ahead(&mut self) {
        let may_be_phone =
            matches!(&self.kind, ChannelKindRef::Kind(ChannelKind::Phone) | ChannelKindRef::Type(_));
        let text = self.value.as_deref().unwrap_or_default().trim();
        if may_be_phone && (text.starts_with('+') || self.country.is_some()) {
            let normal = normalise(&ChannelKind::Phone, text, self.country.as_deref());
            let (text, country) = (text.to_owned(), self.country.clone());
            self.reading = Some(Box::new(Reading { text, country, normal }));
        }
    }

    /// The normal form of its value, which is this text without white space around it.
    pub(crate) fn normalised(&self, kind: &ChannelKind, text: &str, country: Option<&str>) -> Normalised {
        // With `+` a number says itself where it is from.
        let is_read = |reading: &&Reading| {
            reading.text == text && (text.starts_with('+') || reading.country.as_deref() == country)
        };
        match self.reading.as_deref().filter(|_| *kind == ChannelKind::Phone).filter(is_read) {
            Some(reading) => reading.normal.clone(),
            None => normalise(kind, text, country),
        }
    }

    /// The kind and the normalised value, by which its owner is looked up; `None` when it names no value or
    /// no known kind.
    pub fn lookup_key(&self, catalog: &Catalog) -> Option<(ChannelKind, String)> {
        let kind = match &self.kind {
            ChannelKindRef::Kind(kind) => kind.clone(),
            ChannelKindRef::Type(item) => catalog.channel_types.find(item)?.kind.clone(),
        };
        let country = self.country.as_deref().or(catalog.default_country.as_deref());
        let value = self.normalised(&kind, self.value.as_deref()?.trim(), country).value;
        Some((kind, value.into()))
    }

    /// The channel of a contact that it means by its value, as [`apply`](crate::apply()) matches it: one that shows this
    /// very text, else one with the normalised value.
    pub fn find_in<'c>(&self, contact: &'c Contact, catalog: &Catalog) -> Option<&'c Channel> {
        let (kind, value) = self.lookup_key(catalog)?;
        let text = self.value.as_deref()?.trim();
        let mut channels = contact.channels.iter().filter(|channel| channel.kind == kind);
        let shows_text = |channel: &&Channel| self.country.is_none() && channel.raw == text;
        channels.clone().find(shows_text).or_else(|| channels.find(|channel| channel.value == value))
    }
}

/// What a channel is, as a client names it.
#[derive(Clone, Debug, PartialEq)]
pub enum ChannelKindRef {
    /// A kind.
    Kind(ChannelKind),
    /// A channel type of the catalog.
    Type(ItemRef),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Change, Edit, Timestamp};

    #[test]
    fn a_write_finds_the_channel_that_it_means() {
        let catalog = Catalog { default_country: Some("US".to_owned()), ..Catalog::default() };
        let mut contact = Contact::blank(crate::ContactId(uuid::Uuid::from_u128(1)), 1, Timestamp::default());
        let channel = |n: u128, value: &str, raw: &str| {
            let id = uuid::Uuid::from_u128(n).simple().to_string();
            let json = serde_json::json!({"id": id, "kind": "phone", "value": value, "raw": raw});
            serde_json::from_value::<Channel>(json).unwrap()
        };
        contact.channels =
            vec![channel(1, "+18585551212", "+1 858 555 1212"), channel(2, "+442079460958", "020 7946 0958")];
        let find = |kind: ChannelKind, text: &str, country: Option<&str>| {
            let country = country.map(str::to_owned);
            let write = ChannelWrite { country, ..ChannelWrite::new("", kind, text) };
            write.find_in(&contact, &catalog).map(|channel| channel.id.0.as_u128())
        };
        assert_eq!(find(ChannelKind::Phone, "(858) 555-1212", None), Some(1));
        // Read as it is shown, whatever the country that nobody names.
        assert_eq!(find(ChannelKind::Phone, " 020 7946 0958 ", None), Some(2));
        assert_eq!(find(ChannelKind::Phone, "020 7946 0958", Some("GB")), Some(2));
        assert_eq!(find(ChannelKind::Phone, "020 7946 0958", Some("IT")), None);
        assert_eq!(find(ChannelKind::from("chat"), "+18585551212", None), None);
    }

    #[test]
    fn a_number_that_was_read_ahead_is_what_it_would_be_read_as() {
        for kind in [ChannelKind::Phone, ChannelKind::Email] {
            for text in [" +1 858 555 1212", "(858) 555-1212", "+99 12", "020 7946 0958", "call me"] {
                for own in [None, Some("US"), Some("gb"), Some("nowhere")] {
                    let mut write = ChannelWrite::new("", kind.clone(), text);
                    write.country = own.map(str::to_owned);
                    let mut change = Change::default();
                    change.push("", Edit::MergeChannels(vec![write]));
                    change.read_ahead();
                    let (_, Edit::MergeChannels(writes)) = &change.edits[0] else { panic!("another edit") };
                    for country in [own, Some("GB"), None] {
                        let expected = normalise(&kind, text, country);
                        assert_eq!(writes[0].normalised(&kind, text.trim(), country), expected, "{text}");
                    }
                    // A dialect may still change what is written.
                    let other = writes[0].normalised(&kind, "+18585551213", None);
                    assert_eq!(other, normalise(&kind, "+18585551213", None));
                }
            }
        }
        let mut write = ChannelWrite::new("", ChannelKind::Phone, "+18585551212");
        write.read_ahead();
        assert!(write.reading.is_some());
    }
}
