//! What writes name, and what the events do that they take back.

use std::collections::HashSet;

use model::{
    Change, Contact, ContactId, Deleted, Dialect, Difference, Edit, Event, Json, Member, Native, RecordKind,
    Ref,
};
use uuid::Uuid;

use super::upsert::alias_ref;
use crate::backend::{Keys, Wanted};
use crate::{Action, ContactKey, MergeChoice, RecordWrite, WorkspaceNumber, Write};

/// What the writes name themselves.
pub(super) fn named_by(writes: &[Write]) -> Wanted {
    let mut wanted = Wanted::default();
    let mut seen: HashSet<(WorkspaceNumber, &Ref)> = HashSet::new();
    for write in writes {
        let workspace = write.workspace;
        if !wanted.heads.contains(&workspace) {
            wanted.heads.push(workspace);
        }
        wanted.claims.extend(write.claim.map(|claim| (workspace, claim.once)));
        match &write.action {
            Action::Upsert { by, id, change } => {
                if let ContactKey::Alias(dialect, text) = &**by {
                    wanted.contacts.push(workspace, &alias_ref(*dialect, text));
                }
                named_by_creation(workspace, *id, change, &mut wanted);
            }
            Action::Create { id, number, change } => {
                wanted.contacts.numbers.extend(number.map(|number| (workspace, number)));
                named_by_creation(workspace, *id, change, &mut wanted);
            }
            Action::Update { contact, change } => {
                if seen.insert((workspace, contact)) {
                    wanted.contacts.push(workspace, contact);
                }
                named_by_change(workspace, change, &mut wanted);
            }
            Action::Delete { .. } | Action::Merge { .. } => {
                contacts_of(&write.action).for_each(|contact| wanted.contacts.push(workspace, contact));
            }
            Action::Record(RecordWrite::Put { record, expected }) => {
                let (kind, number) = (record.kind(), record.number());
                let aliases = record.aliases().pairs().map(|(dialect, text)| (dialect, text.to_owned()));
                wanted_record(&mut wanted, (workspace, kind, record.id()), aliases);
                if expected.is_none() && number == 0 {
                    if !wanted.last_numbers.contains(&(workspace, kind)) {
                        wanted.last_numbers.push((workspace, kind));
                    }
                } else if expected.is_none() {
                    wanted.records.entry(kind).or_default().numbers.push((workspace, number));
                }
            }
            Action::Record(RecordWrite::Delete { kind, id, .. }) => {
                wanted_record(&mut wanted, (workspace, *kind, *id), std::iter::empty());
            }
            Action::Record(RecordWrite::Edit(named, _) | RecordWrite::Remove(named)) => {
                wanted.locks.extend(named.stored.map(|id| (workspace, named.kind, id)));
                wanted.records.entry(named.kind).or_default().push(workspace, &named.named);
            }
            Action::Undo { .. } | Action::Catalog(_) => {}
        }
    }
    wanted
}

/// The contacts that an action names.
pub(super) fn contacts_of(action: &Action) -> impl Iterator<Item = &Ref> {
    let (first, others, choices): (Option<&Ref>, &[(String, Ref)], &[MergeChoice]) = match action {
        Action::Update { contact, .. } | Action::Delete { contact, .. } => (Some(contact), &[], &[]),
        Action::Merge { into, from, choices, .. } => (Some(into), from, choices),
        Action::Create { .. }
        | Action::Upsert { .. }
        | Action::Undo { .. }
        | Action::Record(_)
        | Action::Catalog(_) => (None, &[], &[]),
    };
    let others = others.iter().map(|(_, contact)| contact);
    first.into_iter().chain(others).chain(choices.iter().map(|choice| &choice.of))
}

/// The kind of the company, note or task that an action makes.
pub(super) fn made_by(action: &Action) -> Option<RecordKind> {
    match action {
        Action::Record(RecordWrite::Put { record, expected: None }) => Some(record.kind()),
        _ => None,
    }
}

/// The event that a write takes back.
pub(super) fn undone(write: &Write) -> Option<(WorkspaceNumber, u64)> {
    match &write.action {
        Action::Undo { event, .. } => Some((write.workspace, *event)),
        _ => None,
    }
}

/// A record beside contacts that is to be written, and the owners of aliases that it may take.
fn wanted_record(
    wanted: &mut Wanted,
    (workspace, kind, id): (WorkspaceNumber, RecordKind, Uuid),
    aliases: impl Iterator<Item = (Dialect, String)>,
) {
    wanted.locks.push((workspace, kind, id));
    let keys = wanted.records.entry(kind).or_default();
    keys.ids.push((workspace, id));
    keys.aliases.extend(aliases.map(|(dialect, text)| (workspace, dialect, text)));
}

pub(super) fn named_by_event(workspace: WorkspaceNumber, event: &Event, wanted: &mut Wanted) {
    let (kind, id) = (event.subject, event.record);
    let aliases = aliases_before(&event.differences).chain(aliases_of_deleted(event));
    if kind.is_in_catalog() {
        wanted.records.entry(kind).or_default().ids.push((workspace, id));
        return;
    }
    if !kind.is_contact() {
        wanted_record(wanted, (workspace, kind, id), aliases);
        return;
    }
    wanted.contacts.ids.push((workspace, id));
    wanted.deleted.push((workspace, id));
    let gone = event.deleted.iter().filter_map(Deleted::contact).chain(&event.merged);
    wanted.contacts.numbers.extend(gone.map(|gone| (workspace, gone.number)));
    for merged in &event.merged {
        wanted.contacts.ids.push((workspace, merged.id.0));
        wanted.deleted.push((workspace, merged.id.0));
    }
    wanted.contacts.aliases.extend(aliases.map(|(dialect, text)| (workspace, dialect, text)));
}

fn named_by_creation(workspace: WorkspaceNumber, id: ContactId, change: &Change, wanted: &mut Wanted) {
    if !wanted.numbering.contains(&workspace) {
        wanted.numbering.push(workspace);
    }
    wanted.contacts.ids.push((workspace, id.0));
    wanted.deleted.push((workspace, id.0));
    named_by_change(workspace, change, wanted);
}

/// What an action does to a contact.
pub(super) fn change_of(action: &Action) -> Option<&Change> {
    match action {
        Action::Create { change, .. } | Action::Update { change, .. } | Action::Upsert { change, .. } => {
            Some(change)
        }
        Action::Delete { .. }
        | Action::Merge { .. }
        | Action::Undo { .. }
        | Action::Record(_)
        | Action::Catalog(_) => None,
    }
}

fn named_by_change(workspace: WorkspaceNumber, change: &Change, wanted: &mut Wanted) {
    for (kind, named) in (change.company_refs().map(|named| (RecordKind::Company, named)))
        .chain(change.note_refs().map(|named| (RecordKind::Note, named)))
    {
        wanted.records.entry(kind).or_default().push(workspace, named);
    }
    for (_, edit) in &change.edits {
        if let Edit::Aliases(dialect, texts) = edit {
            push_aliases(&mut wanted.contacts, workspace, texts.iter().map(|text| (*dialect, text.as_str())));
        }
    }
}

fn push_aliases<'a>(
    keys: &mut Keys,
    workspace: WorkspaceNumber,
    aliases: impl Iterator<Item = (Dialect, &'a str)>,
) {
    keys.aliases.extend(aliases.map(|(dialect, text)| (workspace, dialect, text.to_owned())));
}

/// The aliases that come back when differences are taken back.
pub(super) fn aliases_before(differences: &[Difference]) -> impl Iterator<Item = (Dialect, String)> {
    differences.iter().flat_map(|difference| match (&difference.member, &difference.before) {
        (Member::Alias(dialect) | Member::Former(dialect), Json::Array(texts)) => {
            texts.iter().filter_map(|text| Some((*dialect, text.as_str()?.to_owned()))).collect()
        }
        _ => Vec::new(),
    })
}

/// The ids that come back when a deleted record does, and the one by which it is found where it was merged.
pub(super) fn aliases_of_deleted(event: &Event) -> impl Iterator<Item = (Dialect, String)> {
    let owned = |(dialect, text): (Dialect, &str)| (dialect, text.to_owned());
    let of_contact = |contact: &Contact| {
        let former = Contact::former_id(Native::Uuid(contact.id.0));
        let ids = contact.leading_ids().map(owned);
        ids.chain([(Dialect::Native, former)]).collect::<Vec<_>>()
    };
    let deleted = match &event.deleted {
        Some(Deleted::Contact(contact)) => of_contact(contact),
        Some(Deleted::Record(record)) => record.aliases().pairs().map(owned).collect(),
        Some(Deleted::Item(_)) | None => Vec::new(),
    };
    deleted.into_iter().chain(event.merged.iter().flat_map(of_contact).collect::<Vec<_>>())
}
