//! Which lists contacts are on, dynamic ones included.

use super::Judge;
use crate::{Catalog, Contact, Entity, List, ListId, Timestamp};

/// The dynamic lists of a catalog, ready to be asked at a time. Static lists cost nothing here.
#[derive(Clone, Debug, Default)]
pub struct Memberships {
    dynamic: Vec<(ListId, Vec<Judge>)>,
}

impl Catalog {
    /// Makes its dynamic lists ready to be asked at a time.
    pub fn memberships(&self, now: Timestamp) -> Memberships {
        let dynamic = self.lists.iter().filter(|list| list.is_dynamic() && list.entity == Entity::Contact);
        Memberships { dynamic: dynamic.map(|list| (list.id, list.judges(self, now))).collect() }
    }
}

impl List {
    /// Its conditions, ready to be asked at a time.
    pub fn judges(&self, catalog: &Catalog, now: Timestamp) -> Vec<Judge> {
        self.conditions.iter().map(|condition| condition.judge(catalog, now)).collect()
    }
}

impl Memberships {
    /// The lists that a contact is on: static ones in the order of the contact, then dynamic ones in that of the catalog.
    pub fn of(&self, contact: &Contact, catalog: &Catalog) -> Vec<ListId> {
        let is_static = |id: &&ListId| catalog.lists.get(id.0).is_some_and(|list| !list.is_dynamic());
        let mut lists: Vec<ListId> = contact.lists.iter().filter(is_static).copied().collect();
        let holds = |(_, judges): &&(ListId, Vec<Judge>)| judges.iter().all(|judge| judge.holds(contact));
        lists.extend(self.dynamic.iter().filter(holds).map(|(id, _)| *id));
        lists
    }
}
