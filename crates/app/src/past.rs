//! Contacts as they were, and where their values come from.

use std::collections::HashMap;
use std::sync::Arc;

use model::rewind::State;
use model::{
    Catalog, Contact, ContactId, Event, EventKind, KeyId, Provenance, RecordKind, Ref, Rewind, Timestamp,
};
use store::{HistoryQuery, Scope, StoreError, WorkspaceNumber};

use crate::chain::{Chain, Step, WALK_MAX};
use crate::contacts::View;
use crate::records::own;
use crate::retry::TRIES;
use crate::{App, Caller, Error, Missing};

/// Members and items whose origins are told at most.
const ORIGINS_MAX: usize = 10_000;

/// A point of a contact's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// What it was at this time.
    Time(Timestamp),
    /// What it was at this revision.
    Revision(u64),
}

/// What a contact was at a moment.
#[derive(Clone, Debug)]
pub enum Past {
    /// This, under the catalog of today.
    Was(View),
    /// It was made later.
    Unmade {
        /// When it was made.
        made_at: Timestamp,
    },
    /// It was deleted then.
    Deleted {
        /// Since when.
        deleted_at: Timestamp,
    },
    /// It never had this revision.
    NoRevision {
        /// The last one that it had.
        last: u64,
    },
    /// That is more events ago than are taken back.
    TooFar {
        /// How many are.
        events: usize,
    },
}

/// Where the values of a contact come from.
#[derive(Debug)]
pub struct Origins {
    /// The contact.
    pub contact: ContactId,
    /// Its members and their items.
    pub provenance: Provenance,
    /// The events that set them, without their differences, by number.
    pub events: HashMap<u64, Event>,
    /// What the keys of these events are called.
    pub keys: HashMap<KeyId, String>,
    /// Whether all its events were read; otherwise members may be missing that were set last by older ones.
    pub is_complete: bool,
    /// How many events were read.
    pub events_read: usize,
    /// The catalog that ids refer to.
    pub catalog: Arc<Catalog>,
}

/// One event while walking, and what a deleted contact was.
enum Found {
    Past(Past),
    /// Somebody wrote in between.
    Moved,
}

impl App {
    /// A contact as it was, also after it was deleted. One that was merged into another is itself at times before that,
    /// and the other from then on; revisions are those of the contact that its id leads to now.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`] when there never was such a contact; or what the store says.
    pub async fn contact_at(&self, caller: &Caller, named: &Ref, moment: Moment) -> Result<Past, Error> {
        caller.require(Scope::Read)?;
        let present = self.store().find_contact(caller.workspace, named).await?;
        let present = present.map(|contact| own(contact.id.0));
        if let (Moment::Revision(_), Some(present)) = (moment, &present) {
            return self.chain_at(caller.workspace, present, moment).await;
        }
        match (self.chain_at(caller.workspace, named, moment).await?, present) {
            // It may be found under another one's id since.
            (Past::Deleted { .. }, Some(present)) => self.chain_at(caller.workspace, &present, moment).await,
            (past, _) => Ok(past),
        }
    }

    /// A contact as an event left it, which was none that deleted it, also where others came after it; `None` when that is
    /// more events ago than are taken back.
    pub(crate) async fn contact_after(
        &self,
        workspace: WorkspaceNumber,
        event: &Event,
    ) -> Result<Option<Arc<Contact>>, Error> {
        let moment = Moment::Revision(event.revision);
        let past = self.chain_at(workspace, &own(event.record), moment).await?;
        Ok(if let Past::Was(view) = past { Some(view.contact) } else { None })
    }

    /// A contact at a moment along the events of this very contact.
    async fn chain_at(&self, workspace: WorkspaceNumber, named: &Ref, moment: Moment) -> Result<Past, Error> {
        for _ in 0..TRIES {
            if let Found::Past(past) = self.try_chain_at(workspace, named, moment).await? {
                return Ok(past);
            }
        }
        Err(Error::Unavailable(StoreError::RecordChanged))
    }

    async fn try_chain_at(
        &self,
        workspace: WorkspaceNumber,
        named: &Ref,
        moment: Moment,
    ) -> Result<Found, Error> {
        let mut chain = Chain::new(self, workspace, contact_query(named));
        let Step::Event(_, newest) = chain.step().await? else {
            return Err(Error::NotFound(Missing::Contact));
        };
        let present = if newest.kind == EventKind::Deleted {
            None
        } else {
            let found = self.store().find_contacts(workspace, [ContactId(newest.record)]).await?;
            match found.into_iter().next().filter(|contact| contact.revision == newest.revision) {
                Some(contact) => Some(Contact::clone(&contact)),
                None => return Ok(Found::Moved),
            }
        };
        if let Moment::Revision(revision) = moment
            && revision > newest.revision
        {
            return Ok(Found::Past(Past::NoRevision { last: newest.revision }));
        }
        let mut rewind = Rewind::from_present(present);
        let mut event = newest;
        while !is_reached(moment, &event) {
            rewind.take_back(&event);
            match chain.step().await? {
                Step::Event(_, before) => event = before,
                Step::End => return Ok(Found::Past(Past::Unmade { made_at: event.at })),
                Step::TooFar => return Ok(Found::Past(Past::TooFar { events: WALK_MAX })),
            }
        }
        let state = rewind.just_after(&event);
        let state = state.map_err(|source| StoreError::Unreadable { what: "event", source })?;
        Ok(Found::Past(match state {
            State::Living(contact) => Past::Was(View {
                contact: Arc::new(*contact),
                catalog: self.store().catalog(workspace).await?,
            }),
            State::Deleted | State::Unmade => Past::Deleted { deleted_at: event.at },
        }))
    }

    /// Where the values of a contact come from, also after it was deleted: who set each member, and each item of its
    /// tags, lists, notes, companies, channels and ids, when, and what was there before.
    ///
    /// # Errors
    /// [`Error::MissingScope`]; [`Error::NotFound`] when there never was such a contact; or what the store says.
    pub async fn provenance(&self, caller: &Caller, named: &Ref) -> Result<Origins, Error> {
        caller.require(Scope::Read)?;
        let mut chain = Chain::new(self, caller.workspace, contact_query(named));
        let mut provenance = Provenance::default();
        let mut events = HashMap::new();
        let mut contact = None;
        let is_complete = loop {
            if provenance.len() >= ORIGINS_MAX {
                break false;
            }
            match chain.step().await? {
                Step::Event(number, mut event) => {
                    contact.get_or_insert(ContactId(event.record));
                    let known = provenance.len();
                    provenance.learn(number, &event);
                    if provenance.len() > known {
                        event.differences.clear();
                        events.insert(number, *event);
                    }
                }
                Step::End => break true,
                Step::TooFar => break false,
            }
        };
        let contact = contact.ok_or(Error::NotFound(Missing::Contact))?;
        let keys = self.store().list_keys().await?.into_iter().map(|key| (key.id, key.name)).collect();
        let events_read = chain.walked();
        let catalog = self.catalog(caller).await?;
        Ok(Origins { contact, provenance, events, keys, is_complete, events_read, catalog })
    }
}

fn contact_query(named: &Ref) -> HistoryQuery {
    HistoryQuery { kind: RecordKind::Contact, record: named.clone(), before: None, limit: 0 }
}

/// Whether the contact was at a moment what an event made it, and nothing before it.
fn is_reached(moment: Moment, event: &Event) -> bool {
    match moment {
        Moment::Time(time) => event.at <= time,
        // A deletion leaves the revision as it was.
        Moment::Revision(revision) => event.revision <= revision && event.kind != EventKind::Deleted,
    }
}
