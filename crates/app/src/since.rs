//! What happened to a contact since a revision that a client knew.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Catalog, Difference, EventKind, Json, Member, Ref};

use crate::{App, Caller, Error};

/// Events that are looked at, at most: beyond them is not told what happened.
const EVENTS: usize = 100;

/// What differs between a revision that a client knew and now.
#[derive(Clone, Debug)]
pub struct Since {
    /// Member by member: as it was at that revision, and as it is now.
    pub differences: Vec<Difference>,
    /// The catalog that ids in them refer to.
    pub catalog: Arc<Catalog>,
}

impl App {
    /// What differs between a revision of a contact and now; `None` when there was no such revision, when it was deleted in
    /// between, or when too much happened since.
    ///
    /// # Errors
    /// As [`history`](Self::history).
    pub async fn differences_since(
        &self,
        caller: &Caller,
        contact: &Ref,
        revision: u64,
    ) -> Result<Option<Since>, Error> {
        let history = self.history(caller, contact, None, EVENTS).await?;
        let mut changed: BTreeMap<Member, (Json, Json)> = BTreeMap::new();
        let mut is_reached = false;
        for (_, event) in history.events {
            is_reached = event.revision == revision;
            if is_reached || event.revision < revision || event.kind != EventKind::Updated {
                break;
            }
            for Difference { member, before, after } in event.differences {
                // The newest event comes first: what was before the oldest one is what the client knew.
                changed.entry(member).or_insert((Json::Null, after)).0 = before;
            }
        }
        let differs = |(member, (before, after)): (Member, (Json, Json))| {
            (before != after).then_some(Difference { member, before, after })
        };
        let differences = changed.into_iter().filter_map(differs).collect();
        Ok(is_reached.then_some(Since { differences, catalog: history.catalog }))
    }
}
