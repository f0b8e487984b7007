//! Undo: a change is taken back, all of it or nothing, and what stands in the way is told.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use model::{
    Actor, Catalog, Contact, ContactId, Dialect, Difference, Event, EventKind, Json, Member, OnConflict,
    Record, RecordKind, Ref, Timestamp, ViolationKind,
};
use store::{Action, AnyOutcome, Done, HistoryQuery, Scope};
use uuid::Uuid;

use crate::chain::{Chain, Step};
use crate::conversion::TYPE;
use crate::terms::{GroupFailed, change_of};
use crate::{App, Caller, Error, Missing};

/// How many events are read at once.
const PAGE: u32 = 1000;

/// Contacts that are looked up at once.
const FOUND_AT_ONCE: usize = 1000;

/// Members that are told to stand in the way of an undo at most.
const LATER_MAX: usize = 1000;

/// What an undo did, to whatever kind of record.
#[derive(Clone, Debug)]
pub struct Undone {
    /// What the record is.
    pub kind: RecordKind,
    /// Its id.
    pub id: Uuid,
    /// What was done to it.
    pub done: Done,
    /// The number of this change, by which it can be undone; `None` when nothing changed.
    pub change: Option<u64>,
    /// What differs.
    pub differences: Vec<Difference>,
    /// The contact as it is now, or as it was when it was deleted, if it is one.
    pub contact: Option<Arc<Contact>>,
    /// The contacts that came back with it, where a merge was taken apart.
    pub restored: Vec<Arc<Contact>>,
    /// The company, note or task as it is now, or as it was when it was deleted, if it is one.
    pub record: Option<Arc<Record>>,
    /// The catalog as it is now.
    pub catalog: Arc<Catalog>,
}

/// A member that was changed again after the change that is to be undone.
#[derive(Clone, Debug, PartialEq)]
pub struct LaterEdit {
    /// What the record is.
    pub kind: RecordKind,
    /// Its id.
    pub id: Uuid,
    /// The member.
    pub member: Member,
    /// What the last change since made of it, in its stored form.
    pub value: Json,
    /// The number of that change.
    pub change: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Who made it.
    pub actor: Actor,
}

/// Why a change was not undone.
#[derive(Debug)]
pub struct NotUndone {
    /// Why.
    pub error: Error,
    /// The edits since that stand in the way, if that is why: of each member the last one.
    pub later: Vec<LaterEdit>,
}

impl<E: Into<Error>> From<E> for NotUndone {
    fn from(error: E) -> Self {
        Self { error: error.into(), later: Vec::new() }
    }
}

impl App {
    /// Takes a change back: sets the members of an update back, deletes what was created, restores what was
    /// deleted, takes apart what was merged. It is itself a change, and can be undone. The first event of a change that
    /// wrote several records stands for all of it, and all of it is taken back or nothing; its other events each stand
    /// for themselves.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`]; [`Error::Rejected`] when members were changed again since
    /// and `on_conflict` says to refuse then, with these edits; [`Error::InUse`] when a restored contact's id was taken
    /// since.
    pub async fn undo(
        &self,
        caller: &Caller,
        change: u64,
        on_conflict: OnConflict,
    ) -> Result<Undone, NotUndone> {
        caller.require(Scope::Write)?;
        let event = self.get_change(caller, change).await?;
        let is_undo = event.undoes.is_some();
        let mut group = self.group_of(caller, change, event).await?;
        if on_conflict != OnConflict::Refuse && !group.retyped.is_empty() {
            self.pass_over_gone(caller, &mut group).await?;
        }
        let Group { mut events, retyped, .. } = group;
        // What was done last is taken back first; but a field has its type back before values get theirs.
        events.reverse();
        events.sort_by_key(|event| !retyped.contains_key(&event.number));
        let undo = |event: &GroupEvent| Action::Undo { event: event.number, on_conflict };
        let mut actions: Vec<Action> = events.iter().map(undo).collect();
        if !retyped.is_empty() {
            let records = events.iter().map(|event| event.record).collect();
            actions.extend(self.conversion_back(caller, &retyped, &records, on_conflict).await?);
        }
        let outcomes = match self.try_group(&caller.into(), actions).await {
            Ok(outcomes) => outcomes,
            Err(GroupFailed { place, error }) => {
                let later = match place.and_then(|place| events.get(place)) {
                    Some(event) if is_conflict(&error) => self.later_edits(caller, event.number).await?,
                    _ => Vec::new(),
                };
                return Err(NotUndone { error, later });
            }
        };
        let change = change_of(outcomes.len(), &outcomes);
        // Of a change what it was about comes first, of an undo last; a field comes first in both.
        let mut outcomes = outcomes.into_iter();
        let about = if is_undo || !retyped.is_empty() { outcomes.next() } else { outcomes.next_back() };
        let undone = about.and_then(Undone::of).ok_or(Error::NotFound(Missing::Change))?;
        Ok(Undone { change, ..undone })
    }

    /// The events of a change that are to be taken back, in their order: those of its group when it is the first of one,
    /// else it alone.
    async fn group_of(&self, caller: &Caller, change: u64, event: Event) -> Result<Group, Error> {
        let mut group = Group::default();
        self.gather(caller, &mut group, change, &event).await?;
        if event.part != Some(0) {
            return Ok(group);
        }
        let mut last = change;
        loop {
            let page = self.store().events_after(caller.workspace, last, PAGE).await?;
            for (number, event) in &page {
                if event.part.is_none_or(|part| u64::from(part) != *number - change) {
                    return Ok(group);
                }
                self.gather(caller, &mut group, *number, event).await?;
                last = *number;
            }
            if page.is_empty() {
                return Ok(group);
            }
        }
    }

    /// Takes those out that converted a contact which is gone since: one of very many would keep the field from having its
    /// type back.
    async fn pass_over_gone(&self, caller: &Caller, group: &mut Group) -> Result<(), Error> {
        let is_update = |event: &&GroupEvent| event.subject.is_contact() && event.kind == EventKind::Updated;
        let changed: Vec<_> =
            group.events.iter().filter(is_update).map(|event| ContactId(event.record)).collect();
        let mut there = HashSet::new();
        for ids in changed.chunks(FOUND_AT_ONCE) {
            let found = self.store().find_contacts(caller.workspace, ids.iter().copied()).await?;
            there.extend(found.iter().map(|contact| contact.id.0));
        }
        let stays = |event: &GroupEvent| !is_update(&event) || there.contains(&event.record);
        group.events.retain(stays);
        Ok(())
    }

    /// Adds an event to those that are to be taken back, unless it is taken back with another one.
    async fn gather(
        &self,
        caller: &Caller,
        group: &mut Group,
        number: u64,
        event: &Event,
    ) -> Result<(), Error> {
        if group.follow > 0 && event.kind == EventKind::Restored {
            group.follow -= 1;
            return Ok(());
        }
        // The deletions of those that were merged come before it.
        group.events.truncate(group.events.len().saturating_sub(event.merged.len()));
        let Event { subject, record, kind, ref differences, .. } = *event;
        group.events.push(GroupEvent { number, subject, record, kind });
        let is_type = |each: &Difference| each.member.to_string() == TYPE;
        if subject == RecordKind::Field && kind == EventKind::Updated && differences.iter().any(is_type) {
            group.retyped.insert(number, (record, differences.clone()));
        }
        group.follow = match event.undoes.filter(|_| event.takes_merge_apart()) {
            // Those that came back follow it.
            Some(merge) => self.get_change(caller, merge).await?.merged.len(),
            None => 0,
        };
        Ok(())
    }

    /// The edits since an event of the members that it changed, of each member the last one. Of a creation, of all members.
    async fn later_edits(&self, caller: &Caller, number: u64) -> Result<Vec<LaterEdit>, Error> {
        let event = self.get_change(caller, number).await?;
        let members: HashSet<&Member> = event.differences.iter().map(|each| &each.member).collect();
        let concerns = |member: &Member| event.kind != EventKind::Updated || members.contains(member);
        let record = Ref::uuid(Dialect::Native, &event.record.to_string());
        let query = HistoryQuery { kind: event.subject, record, before: None, limit: 0 };
        let mut chain = Chain::new(self, caller.workspace, query);
        let mut later: Vec<LaterEdit> = Vec::new();
        let mut seen = HashSet::new();
        while let Step::Event(since, edit) = chain.step().await? {
            if since <= number || later.len() >= LATER_MAX {
                break;
            }
            for Difference { member, after, .. } in &edit.differences {
                if concerns(member) && seen.insert(member.clone()) {
                    later.push(LaterEdit {
                        kind: event.subject,
                        id: event.record,
                        member: member.clone(),
                        value: after.clone(),
                        change: since,
                        at: edit.at,
                        actor: edit.actor.clone(),
                    });
                }
            }
        }
        Ok(later)
    }
}

/// One of the events of a change.
#[derive(Clone, Copy, Debug)]
struct GroupEvent {
    number: u64,
    subject: RecordKind,
    record: Uuid,
    kind: EventKind,
}

/// The events of a change that are to be taken back.
#[derive(Default)]
struct Group {
    events: Vec<GroupEvent>,
    /// Those that gave fields another type, with the fields and what differed.
    retyped: HashMap<u64, (Uuid, Vec<Difference>)>,
    /// How many of those that follow are taken back with the last one.
    follow: usize,
}

/// Whether something was changed again since.
fn is_conflict(error: &Error) -> bool {
    let is = |rejection: &model::Rejection| {
        rejection.violations.iter().any(|each| each.kind == ViolationKind::ChangedSince)
    };
    matches!(error, Error::Rejected(rejection) if is(rejection))
}

impl Undone {
    fn of(outcome: AnyOutcome) -> Option<Self> {
        match outcome {
            AnyOutcome::Contact(outcome) => Some(Self {
                kind: RecordKind::Contact,
                id: outcome.contact.id.0,
                done: outcome.done,
                change: outcome.event,
                differences: outcome.differences,
                contact: Some(outcome.contact),
                restored: outcome.restored.into_vec(),
                record: None,
                catalog: outcome.catalog,
            }),
            AnyOutcome::Record(outcome) => Some(Self {
                kind: outcome.record.kind(),
                id: outcome.record.id(),
                done: outcome.done,
                change: outcome.event,
                differences: outcome.differences,
                contact: None,
                restored: Vec::new(),
                record: Some(outcome.record),
                catalog: outcome.catalog,
            }),
            AnyOutcome::Catalog(outcome) => outcome.items.into_iter().next().map(|item| Self {
                kind: item.kind,
                id: item.id,
                done: item.done,
                change: item.event,
                differences: item.differences,
                contact: None,
                restored: Vec::new(),
                record: None,
                catalog: outcome.catalog,
            }),
        }
    }
}
