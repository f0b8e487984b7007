//! Stored documents: their formats, written and read in one place.

use model::{Contact, ContactDocument, Reads, Record, compact};
use serde::Serialize;
use serde::de::{DeserializeOwned, Error as _};

use crate::StoreError;

/// The format in which contacts are written. An older one is upgraded when it is read; a golden file of each
/// stays in the tests.
pub(crate) const CONTACT_FORMAT: i64 = 1;

/// Most documents are smaller, so that writing them takes one allocation.
const USUAL_BYTES: usize = 2048;

/// Reads a contact in any format up to [`CONTACT_FORMAT`].
pub(crate) fn read_contact(format: i64, doc: &str) -> Result<Contact, serde_json::Error> {
    match format {
        1 => compact::read(doc),
        _ => Err(serde_json::Error::custom(format_args!("format {format} is not known"))),
    }
}

/// Reads a part of a contact in any format up to [`CONTACT_FORMAT`].
pub(crate) fn read_part(format: i64, doc: &str, reads: &Reads) -> Result<Contact, StoreError> {
    let contact = match format {
        1 => Contact::read_part(doc, reads),
        _ => read_contact(format, doc),
    };
    contact.map_err(|source| StoreError::Unreadable { what: "contact", source })
}

/// Reads a contact in place, in the format of now: an older one is read whole.
pub(crate) fn read_in_place(format: i64, doc: &str) -> Result<ContactDocument<'_>, serde_json::Error> {
    match format {
        CONTACT_FORMAT => compact::read(doc),
        _ => Err(serde_json::Error::custom(format_args!("format {format} is not known"))),
    }
}

/// Reads any other document.
pub(crate) fn read<T: DeserializeOwned>(what: &'static str, doc: &str) -> Result<T, StoreError> {
    compact::read(doc).map_err(|source| StoreError::Unreadable { what, source })
}

/// Writes a document.
pub(crate) fn write<T: Serialize>(what: &'static str, record: &T) -> Result<String, StoreError> {
    let mut doc = Vec::with_capacity(USUAL_BYTES);
    let written = compact::write(&mut doc, record);
    let text = written.and_then(|()| String::from_utf8(doc).map_err(serde_json::Error::custom));
    text.map_err(|source| StoreError::Unreadable { what, source })
}

/// Characters of an event's document that [`leaves_contact`] and [`contact_changed`] look at.
pub(crate) const EVENT_START: usize = 192;

/// Whether an event is about a contact that lives after it, told from how its document begins: what it is about, unless
/// that is a contact, then the record's id and what was done.
pub(crate) fn leaves_contact(start: &str) -> bool {
    let kind = start.strip_prefix(r#"{"record":""#).and_then(|after| after.split_once(r#"","kind":""#));
    kind.is_some_and(|(_, kind)| !kind.starts_with("deleted"))
}

/// The number of the contact that an event changed, and when this says that it changed, told from how the event's document
/// begins. `None` where the event does not say it.
pub(crate) fn contact_changed(start: &str) -> Option<(u64, i64)> {
    let (_, after) = start.split_once(r#","at":"#)?;
    let (at, after) = after.split_once(r#","number":"#)?;
    Some((before_next(after)?, at.parse().ok()?))
}

/// The number that a text begins with, up to the next member.
fn before_next<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.split_once([',', '}']).and_then(|(number, _)| number.parse().ok())
}

/// Characters of a contact's document that [`changed_at`] looks at.
pub(crate) const CONTACT_START: usize = 192;

/// When a contact last changed, told from how its document begins: the id, the number, the revision and two instants. `None`
/// where it does not begin so.
pub(crate) fn changed_at(format: i64, start: &str) -> Option<i64> {
    let (_, after) = start.split_once(r#","updated_at":"#).filter(|_| format == CONTACT_FORMAT)?;
    before_next(after)
}

/// Characters of a name that count for the order, as many as every database can index.
const SORT_NAME_CHARS: usize = 500;

/// What a contact is ordered by: its full name without case.
pub(crate) fn sort_name(contact: &Contact) -> String {
    sort_text(contact.name.full.as_deref())
}

/// What a record beside contacts is ordered by.
pub(crate) fn sort_record(record: &Record) -> String {
    shortened(record.sort_text())
}

/// What a text is ordered by.
pub(crate) fn sort_text(text: Option<&str>) -> String {
    shortened(text.unwrap_or_default().to_lowercase())
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(SORT_NAME_CHARS) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use model::{Actor, ContactId, Dialect, Event, EventKind, RecordKind, Timestamp};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_start_of_a_contact_tells_when_it_changed() {
        for millis in [i64::MIN, -1, 0, 1_736_945_100_000, i64::MAX] {
            let at = Timestamp::from_millis(millis);
            let mut contact = Contact::blank(ContactId(Uuid::max()), u64::MAX, at);
            (contact.revision, contact.remarks) = (u64::MAX, Some(r#","updated_at":7,"#.into()));
            let doc = write("contact", &contact).unwrap();
            let start = doc.get(..CONTACT_START).unwrap_or(&doc);
            assert_eq!(changed_at(CONTACT_FORMAT, start), Some(at.millis()), "{doc}");
            assert_eq!(changed_at(CONTACT_FORMAT + 1, &doc), None);
        }
        assert_eq!(changed_at(CONTACT_FORMAT, r#"{"id":"#), None);
    }

    #[test]
    fn the_start_of_an_event_tells_whether_a_contact_lives_and_when_it_changed() {
        let subjects = [RecordKind::Contact, RecordKind::Note, RecordKind::Tag, RecordKind::Settings];
        for (subject, number) in
            subjects.map(|subject| (subject, None)).into_iter().chain([(RecordKind::Contact, Some(u64::MAX))])
        {
            for kind in [EventKind::Created, EventKind::Updated, EventKind::Deleted, EventKind::Restored] {
                let event = Event {
                    subject,
                    record: Uuid::max(),
                    kind,
                    revision: u64::MAX,
                    at: Timestamp::from_millis(i64::MIN),
                    number,
                    actor: Actor { key: None, dialect: Dialect::Native, request_id: None },
                    differences: Vec::new(),
                    deleted: None,
                    merged: Vec::new(),
                    held_back: Vec::new(),
                    undoes: None,
                    part: None,
                    previous: None,
                };
                let doc = write("event", &event).unwrap();
                let lives = subject == RecordKind::Contact && kind != EventKind::Deleted;
                let start = doc.get(..EVENT_START).unwrap_or(&doc);
                assert_eq!(leaves_contact(start), lives, "{doc}");
                let expected = number.map(|number| (number, event.at.millis()));
                assert_eq!(contact_changed(start), expected, "{doc}");
            }
        }
    }
}
