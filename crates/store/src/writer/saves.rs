//! The rows that a batch saves: for each contact the difference between the stored state and the last one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Aliases, ChannelKind, Contact, Dialect, Record, RecordKind};
use uuid::Uuid;

use super::batch::Batch;
use super::records::RecordSlot;
use super::slot::Slot;
use crate::backend::{Delete, FacetSave, HeadSave, Insert, RecordSave, Saves, Update};
use crate::numbers::{Chunk, chunk};
use crate::sort::StoredKeys;
use crate::{StoreError, WorkspaceNumber, document, texts, values};

impl Batch {
    /// All rows that the batch changes.
    pub(super) fn saves(&mut self) -> Result<Saves, StoreError> {
        let mut saves = Saves { events: std::mem::take(&mut self.event_rows), ..Saves::default() };
        let mut answers = Answers::default();
        for key in &self.touched {
            if let Some(slot) = self.contacts.rows.get(key) {
                save_slot(key.0, slot, &mut saves)?;
                let before = slot.stored.as_ref().map(|(_, contact)| contact.as_ref());
                let facets = |contact: &Contact| (contact.number, contact.facets());
                answers.change(key.0, before.map(facets), slot.contact.as_deref().map(facets));
                save_sort_keys(key.0, (before, slot.contact.as_deref()), &mut saves);
                saves.texts.extend(texts::change(key.0, before, slot.contact.as_deref()));
                // Under the catalog as the batch leaves it: an index that it makes is filled later.
                if let Some(heads) = self.heads.get(&key.0) {
                    let rows = (&mut saves.stale_values, &mut saves.fresh_values);
                    values::changes((key.0, &heads.catalog), (before, slot.contact.as_deref()), rows);
                }
            }
        }
        for (workspace, kind, id) in &self.touched_records {
            let known = self.records.get(kind);
            if let Some(slot) = known.and_then(|known| known.rows.get(&(*workspace, *id))) {
                save_record((*workspace, *kind, *id), slot, &mut saves)?;
                let facets = |record: &Record| (record.number(), record.facets());
                answers.change(
                    *workspace,
                    slot.before.as_deref().map(facets),
                    slot.record.as_deref().map(facets),
                );
                let texts =
                    texts::change_of_record(*workspace, slot.before.as_deref(), slot.record.as_deref());
                saves.texts.extend(texts);
            }
        }
        saves.facets = answers.into_saves();
        saves.sort_keys.sort_unstable_by_key(|(key, _)| *key);
        saves.texts.sort_unstable_by_key(|(key, _)| *key);
        saves.stale_values.sort_unstable();
        saves.fresh_values.sort_unstable();
        saves.updates.sort_unstable_by_key(|update| update.row);
        // So that a page of an index is looked for once, however many of the entries belong there.
        saves.fresh.aliases.sort_unstable();
        saves.fresh.channels.sort_unstable();
        let changed = self.heads.iter().filter(|(_, heads)| heads.now.last_event > heads.before.last_event);
        saves.heads.extend(changed.map(|(workspace, heads)| {
            let (before, now) = (heads.before, heads.now);
            HeadSave {
                workspace: *workspace,
                catalog_revision: before.catalog_revision,
                catalog: (now.catalog_revision != before.catalog_revision)
                    .then(|| Arc::clone(&heads.catalog)),
                events: now.last_event - before.last_event,
                contacts: now.contact_count.cast_signed() - before.contact_count.cast_signed(),
                next_number: (now.next_number != before.next_number).then_some(now.next_number),
            }
        }));
        saves.heads.sort_unstable_by_key(|head| head.workspace);
        saves.claims = std::mem::take(&mut self.claims);
        // In one order, so that two servers do not wait for each other.
        saves.claims.sort_unstable_by_key(|claim| claim.key);
        Ok(saves)
    }
}

/// A record's number, and the ids of the questions that it answers with yes, sorted.
type Answered = (u64, Vec<Uuid>);

/// Which records give a question another answer than before, by workspace, question and chunk: now yes, and now no.
#[derive(Default)]
struct Answers(BTreeMap<(WorkspaceNumber, Uuid, u64), (Chunk, Chunk)>);

impl Answers {
    fn change(&mut self, workspace: WorkspaceNumber, before: Option<Answered>, after: Option<Answered>) {
        let Some(number) = before.as_ref().or(after.as_ref()).map(|(number, _)| *number) else { return };
        let facets = |answered: Option<Answered>| answered.map(|(_, facets)| facets).unwrap_or_default();
        let (before, after) = (facets(before), facets(after));
        let key = |facet: &Uuid| (workspace, *facet, chunk(number));
        // Both are sorted.
        for facet in after.iter().filter(|facet| before.binary_search(facet).is_err()) {
            self.0.entry(key(facet)).or_default().0.insert(number);
        }
        for facet in before.iter().filter(|facet| after.binary_search(facet).is_err()) {
            self.0.entry(key(facet)).or_default().1.insert(number);
        }
    }

    fn into_saves(self) -> Vec<FacetSave> {
        let save = |((workspace, facet, chunk), (yes, no))| FacetSave { workspace, facet, chunk, yes, no };
        self.0.into_iter().map(save).collect()
    }
}

/// What was there before and is no more, and what newly is.
type GoneAndNew<T> = (Vec<T>, Vec<T>);

/// The aliases that lead to a record no more, and those that newly do.
pub(super) fn alias_changes<'c>(
    before: Option<&'c Aliases>,
    after: Option<&'c Aliases>,
) -> GoneAndNew<(Dialect, &'c str)> {
    if before == after {
        return Default::default();
    }
    let all = |aliases: Option<&'c Aliases>| aliases.into_iter().flat_map(Aliases::pairs);
    changes(all(before), all(after))
}

/// The ids that lead to a contact no more, and those that newly do.
pub(super) fn leading_id_changes<'c>(
    before: Option<&'c Contact>,
    after: Option<&'c Contact>,
) -> GoneAndNew<(Dialect, &'c str)> {
    let both = |contact: Option<&'c Contact>| contact.map(|each| (&each.aliases, &each.former));
    if both(before) == both(after) {
        return Default::default();
    }
    let all = |contact: Option<&'c Contact>| contact.into_iter().flat_map(Contact::leading_ids);
    changes(all(before), all(after))
}

/// The channels that a contact has no more, and those that it newly has.
pub(super) fn channel_changes<'c>(
    before: Option<&'c Contact>,
    after: Option<&'c Contact>,
) -> GoneAndNew<(&'c ChannelKind, &'c str)> {
    if before.map(|contact| &contact.channels) == after.map(|contact| &contact.channels) {
        return Default::default();
    }
    let all = |contact: Option<&'c Contact>| {
        let channels = contact.into_iter().flat_map(|contact| &contact.channels);
        channels.map(|channel| (&channel.kind, channel.value.as_str()))
    };
    changes(all(before), all(after))
}

/// What is only in the first, and what is only in the second, each once.
fn changes<T: Ord + Copy>(before: impl Iterator<Item = T>, after: impl Iterator<Item = T>) -> GoneAndNew<T> {
    let (before, after): (BTreeSet<_>, BTreeSet<_>) = (before.collect(), after.collect());
    (before.difference(&after).copied().collect(), after.difference(&before).copied().collect())
}

fn save_slot(workspace: WorkspaceNumber, slot: &Slot, saves: &mut Saves) -> Result<(), StoreError> {
    let Some(last_event) = slot.last_event else { return Ok(()) };
    let row = slot.stored.as_ref().map(|(row, _)| *row);
    let before = slot.stored.as_ref().map(|(_, contact)| contact);
    match (row, before, &slot.contact) {
        (Some(row), Some(before), Some(after)) => {
            let doc = document::write("contact", after)?;
            let is_renamed = before.name.full != after.name.full;
            let name = is_renamed.then(|| document::sort_name(after));
            saves.updates.push(Update { workspace, id: after.id, row, name, last_event, doc });
        }
        (_, _, Some(after)) => saves.inserts.push(Insert {
            workspace,
            contact: Arc::clone(after),
            was_deleted: slot.was_deleted,
            name: document::sort_name(after),
            last_event,
            doc: document::write("contact", after)?,
        }),
        (_, _, None) => {
            if let Some(contact) = slot.last_contact.clone() {
                saves.deletes.push(Delete { workspace, row, contact, last_event });
            }
        }
    }
    save_lookups(workspace, (before.map(Arc::as_ref), slot.contact.as_deref()), saves);
    Ok(())
}

fn save_sort_keys(
    workspace: WorkspaceNumber,
    (before, after): (Option<&Contact>, Option<&Contact>),
    saves: &mut Saves,
) {
    let Some(number) = before.or(after).map(|contact| contact.number) else { return };
    let (before, after) = (before.map(StoredKeys::of), after.map(StoredKeys::of));
    if before != after {
        saves.sort_keys.push(((workspace, number), after));
    }
}

fn save_lookups(
    workspace: WorkspaceNumber,
    (before, after): (Option<&Contact>, Option<&Contact>),
    saves: &mut Saves,
) {
    let Some(id) = before.or(after).map(|contact| contact.id) else { return };
    let (gone, new) = leading_id_changes(before, after);
    let alias = |(dialect, text): (Dialect, &str)| ((workspace, dialect, text.to_owned()), id);
    saves.stale.aliases.extend(gone.into_iter().map(alias));
    saves.fresh.aliases.extend(new.into_iter().map(alias));
    let (gone, new) = channel_changes(before, after);
    let channel = |(kind, value): (&ChannelKind, &str)| ((workspace, kind.clone(), value.to_owned()), id);
    saves.stale.channels.extend(gone.into_iter().map(channel));
    saves.fresh.channels.extend(new.into_iter().map(channel));
}

fn save_record(
    (workspace, kind, id): (WorkspaceNumber, RecordKind, Uuid),
    slot: &RecordSlot,
    saves: &mut Saves,
) -> Result<(), StoreError> {
    let Some(last_event) = slot.last_event else { return Ok(()) };
    let (before, after) = (slot.before.as_deref(), slot.record.as_deref());
    let doc = match after {
        Some(Record::Company(company)) => document::write("company", company)?,
        Some(Record::Note(note)) => document::write("note", note)?,
        Some(Record::Task(task)) => document::write("task", task)?,
        None => String::new(),
    };
    saves.records.push(RecordSave {
        workspace,
        kind,
        id,
        is_new: !slot.is_stored,
        number: slot.last_record.as_deref().map(Record::number),
        sort: after.map(document::sort_record).unwrap_or_default(),
        last_event,
        doc,
    });
    let (gone, new) = alias_changes(before.map(Record::aliases), after.map(Record::aliases));
    let alias = |(dialect, text): (Dialect, &str)| (kind, (workspace, dialect, text.to_owned()), id);
    saves.stale.of_records.extend(gone.into_iter().map(alias));
    saves.fresh.of_records.extend(new.into_iter().map(alias));
    Ok(())
}
