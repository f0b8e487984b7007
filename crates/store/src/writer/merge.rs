//! Merging contacts in a batch, and taking that back.

use std::sync::Arc;

use model::{
    Applied, Choice, Contact, ContactId, Dialect, Event, EventKind, Native, OnConflict, Ref, Rejection,
    Violation, ViolationKind, difference,
};

use super::batch::{Batch, Happened};
use super::undo::{changed_since, reverting};
use crate::{MergeChoice, Outcome, StoreError, Write};

impl Batch {
    /// Merges contacts into one: the events of their deletions come just before the one that says so.
    pub(super) fn merge(
        &mut self,
        write: &Write,
        into: ContactId,
        from: &[(String, Ref)],
        choices: &[MergeChoice],
    ) -> Result<Outcome, StoreError> {
        let into = self.live(write.workspace, into)?;
        let others = self.others(write, &into, from)?;
        if others.is_empty() {
            return self.unchanged(write, into);
        }
        let named: Vec<_> = others.iter().map(|(at, other)| (at.as_str(), &**other)).collect();
        let choices = self.choices(write, choices)?;
        let applied = model::merge(&into, &named, &choices, write.stamp.now)?;
        if let Some(policy) = &write.policy {
            // What is held back of the others would be lost.
            model::check_policy(policy, &*self.catalog(write.workspace)?, &into, &applied.contact)?;
        }
        let others: Vec<_> = others.into_iter().map(|(_, other)| other).collect();
        let happened = Happened::new(EventKind::Updated, applied.differences, None);
        self.put_merged(write, (applied.contact, &others), happened)
    }

    /// Deletes contacts, and takes over what became of the one that they were merged into.
    fn put_merged(
        &mut self,
        write: &Write,
        (into, others): (Contact, &[Arc<Contact>]),
        happened: Happened,
    ) -> Result<Outcome, StoreError> {
        for other in others {
            self.delete(write, other.id, None)?;
        }
        let merged = others.iter().map(|other| Contact::clone(other)).collect();
        let outcome = self.put(write, Arc::new(into), Happened { merged, ..happened })?;
        Ok(Outcome { merged: others.iter().map(|other| other.id).collect(), ..outcome })
    }

    /// Whose members are to be had.
    fn choices(&self, write: &Write, choices: &[MergeChoice]) -> Result<Vec<Choice>, StoreError> {
        let choice = |MergeChoice { at, members, of }: &MergeChoice| {
            let id = self.resolve(write.workspace, of).map_err(|fault| match fault {
                StoreError::NoSuchContact => {
                    let kind = ViolationKind::UnknownContact(of.text.clone());
                    Rejection::from(Violation::new(at.as_str(), kind)).into()
                }
                fault => fault,
            })?;
            Ok(Choice { at: at.clone(), members: members.clone(), of: id })
        };
        choices.iter().map(choice).collect()
    }

    /// The contacts that are merged, each once.
    fn others(
        &self,
        write: &Write,
        into: &Contact,
        from: &[(String, Ref)],
    ) -> Result<Vec<(String, Arc<Contact>)>, StoreError> {
        let mut others: Vec<(String, Arc<Contact>)> = Vec::new();
        let mut violations = Vec::new();
        for (at, named) in from {
            let found = self.resolve(write.workspace, named).and_then(|id| self.live(write.workspace, id));
            match found {
                Ok(other) if other.id == into.id => {
                    violations.push(Violation::new(at.as_str(), ViolationKind::SameContact));
                }
                Ok(other) if others.iter().any(|(_, each)| each.id == other.id) => {}
                Ok(other) => others.push((at.clone(), other)),
                Err(StoreError::NoSuchContact) => {
                    let kind = ViolationKind::UnknownContact(named.text.clone());
                    violations.push(Violation::new(at.as_str(), kind));
                }
                Err(fault) => return Err(fault),
            }
        }
        if violations.is_empty() { Ok(others) } else { Err(Rejection { violations }.into()) }
    }

    /// Takes a merge back: what the one that stayed got from the others, and their deletions.
    pub(super) fn undo_merge(
        &mut self,
        write: &Write,
        (seq, event): (u64, &Event),
        into: &Contact,
        on_conflict: OnConflict,
    ) -> Result<Outcome, StoreError> {
        let first = seq.saturating_sub(event.merged.len() as u64);
        let deletions: Vec<(u64, &Contact)> = (first..seq).zip(&event.merged).collect();
        for (deletion, merged) in &deletions {
            let slot = self.contacts.rows.get(&(write.workspace, merged.id.0));
            let slot = slot.ok_or_else(|| changed_since("former"))?;
            // Whatever came after the deletion would be lost.
            if slot.live()?.is_some() || slot.last_event != Some(*deletion) {
                return Err(changed_since("former"));
            }
        }
        let applied = self.reverted_whole(write, into, (event, on_conflict))?;
        if deletions.iter().any(|(_, merged)| keeps_ids_of(&applied.contact, merged)) {
            return Err(changed_since("former"));
        }
        let happened = Happened::new(EventKind::Updated, applied.differences, Some(seq));
        let outcome = self.put(write, Arc::new(applied.contact), happened)?;
        let restored = deletions
            .into_iter()
            .map(|(deletion, merged)| self.restore(write, deletion, merged).map(|restored| restored.contact));
        Ok(Outcome { restored: restored.collect::<Result<_, _>>()?, ..outcome })
    }
}

/// Merging again what was taken apart.
impl Batch {
    /// Takes back that a merge was taken back: the one that stays gets back what it had from the others, which are
    /// deleted as they are. The event is that of a merge, so it can be taken back like one.
    pub(super) fn undo_unmerge(
        &mut self,
        write: &Write,
        (seq, event): (u64, &Event),
        into: &Contact,
        on_conflict: OnConflict,
    ) -> Result<Outcome, StoreError> {
        let merge = event.undoes.and_then(|merge| self.events.get(&(write.workspace, merge)));
        let merge = merge.ok_or(StoreError::NoSuchEvent)?;
        let mut others = Vec::with_capacity(merge.merged.len());
        for merged in &merge.merged {
            let other = match self.live(write.workspace, merged.id) {
                Err(StoreError::NoSuchContact) => return Err(changed_since("former")),
                other => other?,
            };
            // What it got since would be out of sight.
            let is_changed = !difference::differences(merged, &other).is_empty();
            if is_changed && on_conflict != OnConflict::Overwrite {
                return Err(changed_since("former"));
            }
            others.push(other);
        }
        let applied = self.reverted_whole(write, into, (event, on_conflict))?;
        if others.iter().any(|other| !leads_to(&applied.contact, other)) {
            return Err(changed_since("former"));
        }
        let happened = Happened::new(EventKind::Updated, applied.differences, Some(seq));
        self.put_merged(write, (applied.contact, &others), happened)
    }

    /// The one that stays, without what a merge did to it or what taking it apart did. What a policy held back of that
    /// would belong to two contacts, or to none, so it may hold nothing back.
    fn reverted_whole(
        &self,
        write: &Write,
        into: &Contact,
        (event, on_conflict): (&Event, OnConflict),
    ) -> Result<Applied, StoreError> {
        let applied = self.apply(write, into, &reverting(event, on_conflict))?;
        applied.check_nothing_held_back(&*self.catalog(write.workspace)?)?;
        Ok(applied)
    }
}

/// Whether every id of a contact that is to go leads to another one.
fn leads_to(contact: &Contact, gone: &Contact) -> bool {
    let natives = [Native::Uuid(gone.id.0), Native::Number(gone.number)];
    let natives = natives.map(|native| (Dialect::Native, Contact::former_id(native)));
    let has = |id: (Dialect, &str)| contact.former.pairs().any(|each| each == id);
    natives.iter().all(|(dialect, text)| has((*dialect, text))) && gone.leading_ids().all(has)
}

/// Whether an id of a contact that is to come back leads to another one.
fn keeps_ids_of(contact: &Contact, merged: &Contact) -> bool {
    contact.leading_ids().any(|id| merged.leading_ids().any(|each| each == id))
}
