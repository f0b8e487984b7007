//! Contacts as they are stored, still to be read: by the thread that uses and drops them, whole or in place.

use std::sync::Arc;

use model::{Contact, ContactDocument, Reads};

use crate::{StoreError, document};

/// The stored document of a contact.
#[derive(Clone, Debug)]
pub struct Document {
    pub(crate) format: i64,
    pub(crate) text: String,
}

impl Document {
    /// The contact, whole.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when it is damaged.
    pub fn contact(&self) -> Result<Contact, StoreError> {
        read(self.read())
    }

    /// The same, or what is wrong with it.
    pub(crate) fn read(&self) -> Result<Contact, serde_json::Error> {
        document::read_contact(self.format, &self.text)
    }

    /// The contact in place.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when it is damaged.
    pub fn in_place(&self) -> Result<ContactDocument<'_>, StoreError> {
        read(document::read_in_place(self.format, &self.text))
    }
}

/// Most documents are smaller.
const USUAL_BYTES: usize = 2048;
/// For so many documents, room is made before they come.
const ROOM_MAX: usize = 64;

/// The stored documents of contacts, one after the other in one text.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    text: String,
    /// The format of each, and where in the text it ends.
    each: Vec<(i64, usize)>,
    /// The last event of each, where they are looked up one by one.
    last_events: Vec<u64>,
}

impl Documents {
    /// None yet, with room for so many.
    pub(crate) fn of(count: usize) -> Self {
        let count = count.min(ROOM_MAX);
        let (text, each) = (String::with_capacity(count * USUAL_BYTES), Vec::with_capacity(count));
        Self { text, each, last_events: Vec::new() }
    }

    /// Adds one.
    pub(crate) fn push(&mut self, format: i64, text: &str) {
        self.text.push_str(text);
        self.each.push((format, self.text.len()));
    }

    /// The same with its last event.
    pub(crate) fn push_with_event(&mut self, format: i64, text: &str, last_event: u64) {
        self.push(format, text);
        self.last_events.push(last_event);
    }

    /// Leaves so many.
    pub fn truncate(&mut self, len: usize) {
        self.each.truncate(len);
        self.last_events.truncate(len);
    }

    /// The last one, whole, and its last event.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when it is damaged.
    pub fn last(&self) -> Result<Option<(Contact, Option<u64>)>, StoreError> {
        let Some((format, text)) = self.iter().next_back() else { return Ok(None) };
        let last_event = self.last_events.get(self.each.len() - 1).copied();
        Ok(Some((read(document::read_contact(format, text))?, last_event)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.each.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    /// The format and the text of each.
    fn iter(&self) -> impl DoubleEndedIterator<Item = (i64, &str)> {
        self.each.iter().enumerate().map(|(place, (format, end))| {
            let before = place.checked_sub(1).and_then(|before| self.each.get(before));
            let start = before.map_or(0, |(_, end)| *end);
            (*format, self.text.get(start..*end).unwrap_or_default())
        })
    }

    /// The same, the last one first.
    pub(crate) fn reversed(&self) -> Self {
        let mut reversed = Self::default();
        for (format, text) in self.iter().rev() {
            reversed.push(format, text);
        }
        reversed.last_events.extend(self.last_events.iter().rev());
        reversed
    }

    /// The contacts, whole.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when one is damaged.
    pub fn contacts(&self) -> Result<Vec<Arc<Contact>>, StoreError> {
        self.iter().map(|(format, text)| Ok(Arc::new(read(document::read_contact(format, text))?))).collect()
    }

    /// The contacts, with these members alone.
    pub(crate) fn parts(&self, reads: &Reads) -> Result<Vec<Contact>, StoreError> {
        self.iter().map(|(format, text)| document::read_part(format, text, reads)).collect()
    }

    /// The contacts in place, each read when it is asked for: [`StoreError::Unreadable`] where one is damaged.
    pub fn in_place(&self) -> impl DoubleEndedIterator<Item = Result<ContactDocument<'_>, StoreError>> {
        self.iter().map(|(format, text)| read(document::read_in_place(format, text)))
    }

    /// How long the stored texts are together.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }
}

fn read<T>(contact: Result<T, serde_json::Error>) -> Result<T, StoreError> {
    contact.map_err(|source| StoreError::Unreadable { what: "contact", source })
}

#[cfg(test)]
mod tests {
    use model::ContactId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_damaged_document_is_told_of_when_it_is_reached() {
        let blank =
            |number| Contact::blank(ContactId(Uuid::from_u128(number)), 1, model::Timestamp::default());
        let mut documents = Documents::of(usize::MAX);
        documents.push(1, &document::write("contact", &blank(1)).unwrap());
        documents.push(1, r#"{"id":"#);
        documents.push(2, &document::write("contact", &blank(3)).unwrap());
        let read: Vec<_> = documents.in_place().map(|contact| contact.map(|contact| contact.id)).collect();
        assert!(
            matches!(read.as_slice(), [Ok(ContactId(id)), Err(_), Err(_)] if *id == Uuid::from_u128(1)),
            "{read:?}"
        );
        assert!(documents.contacts().is_err());
        documents.truncate(1);
        assert_eq!(documents.in_place().filter_map(Result::ok).count(), documents.len());
    }
}
