//! Which events are the last one of a contact that lives: what is noted of it, and what the log says beyond that.
//!
//! Lists in the order of last changes are counted along the log. Far down that is many events, and no index knows the
//! order. So it is noted of each chunk of events which of them count; the notes are behind the log by some chunks.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::document;
use crate::last_changes::{Changes, LastChange};
use crate::numbers::{CHUNK_NUMBERS, Chunk, Numbers, chunk};
use crate::{ContactOrder, ContactQuery};

/// Contacts from the newest end on that are counted along the log itself.
const NEAR: u64 = 1000;

/// Events after which they are noted: whoever pages reads the ones that are not.
pub(crate) const NOTE_EVERY: u64 = 8 * CHUNK_NUMBERS;

/// Events that are read together at most, beyond those that are noted.
pub(crate) const SPAN_MAX: u64 = 64 * CHUNK_NUMBERS;

/// The events to note next: those of whole chunks after the ones that are noted, in a log that has this last event.
pub(crate) fn due(noted_chunks: u64, last_event: u64) -> Option<Range<u64>> {
    let first = noted_chunks * CHUNK_NUMBERS;
    let end = chunk(last_event + 1) * CHUNK_NUMBERS;
    (first < end).then(|| first..end.min(first + SPAN_MAX))
}

/// Events of a workspace that follow each other.
#[derive(Debug, Default)]
pub(crate) struct Span {
    /// Those after which a contact lives.
    living: Vec<u64>,
    /// Those of the same record just before one of them.
    superseded: Vec<u64>,
    /// The changes that those tell of after which a contact lives.
    changes: Vec<LastChange>,
    /// Those that do not tell it, so that their contacts must be asked.
    silent: Vec<u64>,
}

/// The last events of all contacts, and what is not noted of when these changed.
#[derive(Debug, Default)]
pub(crate) struct Last {
    pub(crate) events: Numbers,
    pub(crate) changes: Vec<LastChange>,
}

impl Span {
    /// Adds an event, with as much of its document as tells what it did.
    pub(crate) fn add(&mut self, event: u64, previous: Option<u64>, start: &str) {
        if document::leaves_contact(start) {
            self.living.push(event);
            match document::contact_changed(start) {
                Some((number, at)) => self.changes.push(LastChange { event, number, at }),
                None => self.silent.push(event),
            }
        }
        self.superseded.extend(previous);
    }

    /// The events of which only their contacts tell when these changed.
    pub(crate) fn silent(&self) -> &[u64] {
        &self.silent
    }

    /// Adds what contacts tell of that.
    pub(crate) fn add_changes(&mut self, changes: impl IntoIterator<Item = LastChange>) {
        self.changes.extend(changes);
        self.changes.sort_unstable_by_key(|change| change.event);
    }

    /// The last events of all contacts after it, from those before it.
    pub(crate) fn follow(self, before: &Numbers) -> Last {
        let events =
            before.or(&self.living.into_iter().collect()).without(&self.superseded.into_iter().collect());
        let mut changes = self.changes;
        changes.retain(|change| events.contains(change.event));
        Last { events, changes }
    }

    /// What is to be noted of it when it is these events, which are whole chunks.
    pub(crate) fn notes(self, events: Range<u64>) -> Notes {
        let mut changed: BTreeMap<u64, (Chunk, Chunk)> = BTreeMap::new();
        for event in self.living {
            changed.entry(chunk(event)).or_default().0.insert(event);
        }
        for event in self.superseded {
            changed.entry(chunk(event)).or_default().1.insert(event);
        }
        let mut made = self.changes.into_iter().peekable();
        let fresh = (chunk(events.start)..chunk(events.end)).map(|place| {
            let (last, superseded) = changed.remove(&place).unwrap_or_default();
            let last = last.without(superseded);
            let mut changes = Vec::new();
            while let Some(change) = made.next_if(|change| chunk(change.event) <= place) {
                changes.extend(last.contains(change.event).then_some(change));
            }
            Fresh { chunk: place, last, changes: Changes::pack(&changes) }
        });
        let fresh = fresh.collect();
        Notes {
            fresh,
            stale: changed.into_iter().map(|(chunk, (_, superseded))| (chunk, superseded)).collect(),
        }
    }
}

/// What is to be noted.
#[derive(Debug)]
pub(crate) struct Notes {
    /// Chunks after all that are noted.
    pub(crate) fresh: Vec<Fresh>,
    /// Of chunks that are noted, the events that are last ones no more.
    pub(crate) stale: Vec<(u64, Chunk)>,
}

/// What is to be noted of a chunk.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) chunk: u64,
    /// Its last events. Where a server of an older version has noted them without the changes, what it took from them since
    /// stays away.
    pub(crate) last: Chunk,
    /// Whose they are, and when they changed.
    pub(crate) changes: Changes,
}

impl ContactQuery {
    /// Whether it is a page in the order of last changes that is far from the newest end of a list of so many.
    pub(crate) fn is_far_down(&self, total: u64) -> bool {
        let skipped = match self.order {
            ContactOrder::LastUpdated => self.offset,
            ContactOrder::FirstUpdated => total.saturating_sub(self.end() as u64),
            _ => return false,
        };
        self.is_plain() && self.behind.is_none() && skipped > NEAR
    }

    /// The events of the page, of all last events.
    pub(crate) fn page_of_events(&self, last: &Numbers) -> Vec<u64> {
        let take = self.limit as usize;
        match self.order {
            ContactOrder::FirstUpdated => last.ascending_from(self.offset).take(take).collect(),
            _ => last.descending_from(self.offset).take(take).collect(),
        }
    }
}
