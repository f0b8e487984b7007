//! Contacts by a key that is not their id: an alias or a channel. Reading, and changing or making in one step.

use std::sync::Arc;

use model::{Catalog, Change, ChannelKind, ChannelWrite, Contact, ContactId, Edit, Ref};
use store::{Action, ContactKey, Scope, StoreError, Together};

use crate::contacts::{View, Written};
use crate::retry::TRIES;
use crate::{App, Caller, Error, Missing};

/// Whom a key names.
#[derive(Clone, Debug)]
pub enum Keyed<T> {
    /// One contact, or what came of its change.
    One(T),
    /// Several contacts, oldest first, of which none is meant more than another.
    Several(Vec<View>),
}

impl App {
    /// The contact that has a key.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`] when nobody has it; or what the store says.
    pub async fn get_contact_by(&self, caller: &Caller, by: &ContactKey) -> Result<Keyed<View>, Error> {
        caller.require(Scope::Read)?;
        let mut found = self.contacts_by(caller, by).await?;
        match found.pop() {
            None => Err(Error::NotFound(Missing::Contact)),
            Some(one) if found.is_empty() => Ok(Keyed::One(one)),
            Some(last) => {
                found.push(last);
                Ok(Keyed::Several(found))
            }
        }
    }

    async fn contacts_by(&self, caller: &Caller, by: &ContactKey) -> Result<Vec<View>, Error> {
        caller.note_read();
        let catalog = self.catalog(caller).await?;
        let contacts: Vec<Arc<Contact>> = match by {
            ContactKey::Alias(dialect, text) => {
                let named = Ref { dialect: *dialect, text: text.clone(), native: None };
                self.store().find_contact(caller.workspace, &named).await?.into_iter().collect()
            }
            ContactKey::Channel(channel) => match channel.lookup_key(&catalog) {
                Some((kind, value)) => self.store().find_by_channel(caller.workspace, &kind, &value).await?,
                None => Vec::new(),
            },
        };
        Ok(contacts.into_iter().map(|contact| View { contact, catalog: Arc::clone(&catalog) }).collect())
    }

    /// Changes the contact that has a key, or makes one with it: of two at once, one finds what the other made. A contact
    /// whose channels are replaced keeps the channel that is its key. When several contacts have the key, nothing is done.
    ///
    /// # Errors
    /// As [`update_contact`](Self::update_contact), but that nothing is not found.
    pub async fn upsert_contact(
        &self,
        caller: &Caller,
        by: ContactKey,
        mut change: Change,
    ) -> Result<Keyed<Written>, Error> {
        caller.require(Scope::Write)?;
        change.precondition = caller.precondition_of_upsert(change.precondition)?;
        let action = self.upsert(by.clone(), change, &*self.store().catalog(caller.workspace).await?);
        if let Action::Upsert { id, change, .. } = &action
            && !change.violations.is_empty()
        {
            let blank = Contact::blank(*id, 0, self.clock().now());
            return Err(self.refusal(caller.workspace, &blank, change).await?);
        }
        for _ in 0..TRIES {
            let outcomes = self.write_together(&caller.into(), vec![action.clone()], Together::Each).await?;
            match outcomes.into_iter().next().ok_or(Error::NotFound(Missing::Contact))? {
                Err(StoreError::Several) => {
                    let found = self.contacts_by(caller, &by).await?;
                    // Otherwise somebody else took it from them in between.
                    if found.len() > 1 {
                        return Ok(Keyed::Several(found));
                    }
                }
                outcome => {
                    let outcome = outcome?.contact().ok_or(Error::NotFound(Missing::Contact))?;
                    return Ok(Keyed::One(outcome.into()));
                }
            }
        }
        Err(Error::Unavailable(StoreError::RecordChanged))
    }

    /// The action that changes the contact that has a key, or makes it.
    pub(crate) fn upsert(&self, by: ContactKey, mut change: Change, catalog: &Catalog) -> Action {
        match &by {
            ContactKey::Channel(channel) => keep_channel(&mut change, channel, catalog),
            ContactKey::Alias(dialect, text) => {
                for (_, edit) in &mut change.edits {
                    if let Edit::Aliases(each, texts) = edit
                        && each == dialect
                        && !texts.contains(text)
                    {
                        texts.push(text.clone());
                    }
                }
            }
        }
        change.read_ahead();
        Action::Upsert { by: Box::new(by), id: ContactId(self.clock().fresh_id()), change }
    }
}

/// Makes a change leave the contact a channel.
fn keep_channel(change: &mut Change, channel: &ChannelWrite, catalog: &Catalog) {
    // One that is there keeps what was written.
    let channel = ChannelWrite { is_composed: true, ..channel.clone() };
    let key = channel.lookup_key(catalog);
    let replaced = change.edits.iter_mut().find_map(|(_, edit)| match edit {
        Edit::ReplaceChannels(items) => Some(items),
        _ => None,
    });
    match replaced {
        Some(items) if items.iter().any(|item| item.lookup_key(catalog) == key) => {}
        Some(items) => items.push(channel),
        None => change.push(channel.at.clone(), Edit::MergeChannels(vec![channel])),
    }
}

/// A channel as a key.
pub fn channel_key(at: &str, kind: ChannelKind, value: &str) -> ContactKey {
    let is_strict = kind == ChannelKind::Phone;
    ContactKey::Channel(ChannelWrite { is_strict, ..ChannelWrite::new(at, kind, value) })
}
