//! Changing the contact that has a key, or making it.

use model::{Change, ContactId, Dialect, Edit, Precondition, Ref, Rejection, Violation, ViolationKind};

use super::batch::Batch;
use crate::backend::{Batches, ChannelKey, Wanted};
use crate::{Action, ContactKey, Outcome, StoreError, WorkspaceNumber, Write};

impl Batch {
    /// Changes the contact that has the key, or makes it. That is decided here, under all that the batch did before: of
    /// two that come at once, one finds what the other made.
    pub(super) fn upsert(
        &mut self,
        write: &Write,
        by: &ContactKey,
        id: ContactId,
        change: &Change,
    ) -> Result<Outcome, StoreError> {
        match self.holders(write.workspace, by)?.as_slice() {
            [] => {
                check_absent(change.precondition.as_deref())?;
                let mut change = Change { precondition: None, ..change.clone() };
                if let ContactKey::Alias(dialect, text) = by {
                    add_alias(&mut change, *dialect, text);
                }
                self.create(write, id, None, &change)
            }
            [one] => self.update(write, *one, change, None),
            _ => Err(StoreError::Several),
        }
    }

    /// The contacts that have a key, oldest first.
    fn holders(&self, workspace: WorkspaceNumber, by: &ContactKey) -> Result<Vec<ContactId>, StoreError> {
        match by {
            ContactKey::Alias(dialect, text) => match self.resolve(workspace, &alias_ref(*dialect, text)) {
                Ok(id) => Ok(vec![id]),
                Err(StoreError::NoSuchContact) => Ok(Vec::new()),
                Err(fault) => Err(fault),
            },
            ContactKey::Channel(_) => {
                let key = self.channel_key(workspace, by);
                Ok(key.and_then(|key| self.owners.get(&key)).cloned().unwrap_or_default())
            }
        }
    }

    /// The channel that is a key, as it is looked up.
    pub(super) fn channel_key(&self, workspace: WorkspaceNumber, by: &ContactKey) -> Option<ChannelKey> {
        let ContactKey::Channel(channel) = by else { return None };
        let (kind, value) = channel.lookup_key(&self.heads.get(&workspace)?.catalog)?;
        Some((workspace, kind, value))
    }

    /// Loads the contacts that have the keys of writes.
    pub(super) async fn know_holders(
        &mut self,
        batches: &mut impl Batches,
        writes: &[Write],
    ) -> Result<(), StoreError> {
        if !writes.iter().any(|write| matches!(write.action, Action::Upsert { .. })) {
            return Ok(());
        }
        let mut wanted = Wanted::default();
        for write in writes {
            let Action::Upsert { by, .. } = &write.action else { continue };
            let owners = self.channel_key(write.workspace, by).and_then(|key| self.owners.get(&key));
            let ids = owners.into_iter().flatten().map(|id| (write.workspace, id.0));
            wanted.contacts.ids.extend(ids.filter(|key| !self.contacts.rows.contains_key(key)));
        }
        if !wanted.contacts.is_empty() {
            let loaded = batches.load(&wanted).await?;
            self.learn(wanted, loaded);
        }
        Ok(())
    }
}

/// An alias as a client would name a contact by it.
pub(super) fn alias_ref(dialect: Dialect, text: &str) -> Ref {
    Ref { dialect, text: text.to_owned(), native: None }
}

/// Gives a new contact an alias beside those that the change gives it.
fn add_alias(change: &mut Change, dialect: Dialect, text: &str) {
    let given = change.edits.iter_mut().rev().find_map(|(_, edit)| match edit {
        Edit::Aliases(each, texts) if *each == dialect => Some(texts),
        _ => None,
    });
    match given {
        Some(texts) if texts.iter().any(|each| each == text) => {}
        Some(texts) => texts.push(text.to_owned()),
        None => change.push(format!("aliases.{dialect}"), Edit::Aliases(dialect, vec![text.to_owned()])),
    }
}

/// Passes if there may be no contact yet: `If-Match` wants one, `If-None-Match` does not.
fn check_absent(precondition: Option<&Precondition>) -> Result<(), Rejection> {
    match precondition {
        Some(Precondition { is: Some(_), .. }) => {
            Err(Violation::new("", ViolationKind::OtherRevision(0)).into())
        }
        _ => Ok(()),
    }
}
