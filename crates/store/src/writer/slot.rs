//! A contact in a batch: as it is stored, and as it becomes.

use std::sync::Arc;

use model::Contact;

use crate::StoreError;
use crate::backend::StoredContact;

/// A contact that lives, or once did.
#[derive(Default)]
pub(super) struct Slot {
    /// As it is stored.
    pub(super) stored: Option<(i64, Arc<Contact>)>,
    /// As it is now; `None` when it was deleted.
    pub(super) contact: Option<Arc<Contact>>,
    /// As it last was, also when it was deleted.
    pub(super) last_contact: Option<Arc<Contact>>,
    /// Why the stored one cannot be read.
    fault: Option<String>,
    pub(super) last_event: Option<u64>,
    /// Whether it was deleted before the batch.
    pub(super) was_deleted: bool,
    pub(super) is_touched: bool,
}

impl From<StoredContact> for Slot {
    fn from(stored: StoredContact) -> Self {
        let last_event = Some(stored.last_event);
        match stored.document.read().map(Arc::new) {
            Ok(contact) => {
                let stored = Some((stored.row, Arc::clone(&contact)));
                Self { stored, contact: Some(contact), last_event, ..Self::default() }
            }
            Err(fault) => Self { fault: Some(fault.to_string()), last_event, ..Self::default() },
        }
    }
}

impl Slot {
    /// A contact that was deleted before the batch.
    pub(super) fn deleted(last_event: u64) -> Self {
        Self { last_event: Some(last_event), was_deleted: true, ..Self::default() }
    }

    /// The contact, unless it was deleted or cannot be read.
    pub(super) fn live(&self) -> Result<Option<&Arc<Contact>>, StoreError> {
        match &self.fault {
            Some(fault) => {
                let source = serde::de::Error::custom(fault);
                Err(StoreError::Unreadable { what: "contact", source })
            }
            None => Ok(self.contact.as_ref()),
        }
    }
}
