//! Tags, lists, notes and companies: replacing, adding and removing.

use super::Draft;
use crate::{
    CompanyLink, CompanyWrite, Entity, ItemRef, ListId, Ref, Set, SetMode, Text, ViolationKind, limits, value,
};

/// The set after a change. Items keep their order: those that were there first, then the new ones; a
/// replacement takes the order given. Repeats are dropped.
pub(super) fn changed<T: PartialEq + Copy>(current: &[T], mode: SetMode, items: &[T]) -> Vec<T> {
    let mut result = match mode {
        SetMode::Replace => Vec::new(),
        SetMode::Exact => current.iter().filter(|item| items.contains(item)).copied().collect(),
        SetMode::Add => current.to_vec(),
        SetMode::Remove => return current.iter().filter(|item| !items.contains(item)).copied().collect(),
    };
    for item in items {
        if !result.contains(item) {
            result.push(*item);
        }
    }
    result
}

impl Draft<'_> {
    pub(super) fn tags(&mut self, set: &Set<(String, ItemRef)>) {
        let catalog = self.ground.catalog;
        let ids = self.resolve(&set.items, |item| {
            let tag = catalog.tags.find(item);
            tag.map(|tag| tag.id).ok_or_else(|| ViolationKind::UnknownTag(item.text().to_owned()))
        });
        self.contact.tags = changed(&self.contact.tags, set.mode, &ids);
    }

    pub(super) fn lists(&mut self, set: &Set<(String, ItemRef)>) {
        let catalog = self.ground.catalog;
        let ids = self.resolve(&set.items, |item| {
            let list = catalog.lists.find(item).filter(|list| list.entity == Entity::Contact);
            list.map(|list| list.id).ok_or_else(|| ViolationKind::UnknownList(item.text().to_owned()))
        });
        let (of_conditions, ids): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| self.is_dynamic(*id));
        if !of_conditions.is_empty() {
            self.refuse_dynamic(set, &of_conditions);
        }
        // What was put on a list before it got conditions stays stored, so that undo finds it.
        let kept = self.contact.lists.iter().copied().filter(|id| self.is_dynamic(*id));
        let ids: Vec<_> =
            if set.mode == SetMode::Remove { ids } else { ids.into_iter().chain(kept).collect() };
        self.contact.lists = changed(&self.contact.lists, set.mode, &ids);
    }

    fn is_dynamic(&self, id: ListId) -> bool {
        self.ground.catalog.lists.get(id.0).is_some_and(crate::List::is_dynamic)
    }

    /// Refuses to put the contact on dynamic lists or to take it off them. Naming one that it is on says nothing new:
    /// clients write back what they read.
    fn refuse_dynamic(&mut self, set: &Set<(String, ItemRef)>, ids: &[ListId]) {
        let catalog = self.ground.catalog;
        let on = catalog.memberships(self.ground.stamp.now).of(self.before, catalog);
        let is_removal = set.mode == SetMode::Remove;
        for (at, item) in &set.items {
            let list = catalog.lists.find(item).filter(|list| ids.contains(&list.id));
            if let Some(list) = list.filter(|list| on.contains(&list.id) == is_removal) {
                self.refuse(at, ViolationKind::DynamicList(list.name.clone()));
            }
        }
    }

    pub(super) fn notes(&mut self, set: &Set<(String, Ref)>) {
        let linked = self.ground.linked;
        let ids = self.resolve(&set.items, |note| {
            linked.notes.get(note).copied().ok_or_else(|| ViolationKind::UnknownNote(note.text.clone()))
        });
        self.contact.notes = changed(&self.contact.notes, set.mode, &ids);
    }

    fn resolve<R, I>(
        &mut self,
        items: &[(String, R)],
        find: impl Fn(&R) -> Result<I, ViolationKind>,
    ) -> Vec<I> {
        let mut ids = Vec::with_capacity(items.len());
        for (at, item) in items {
            match find(item) {
                Ok(id) => ids.push(id),
                Err(kind) => self.refuse(at, kind),
            }
        }
        ids
    }

    pub(super) fn companies(&mut self, set: &Set<CompanyWrite>) {
        let before = std::mem::take(&mut self.contact.companies);
        let is_whole = matches!(set.mode, SetMode::Replace | SetMode::Exact);
        let mut links = if is_whole { Vec::new() } else { before.clone() };
        for write in &set.items {
            let Some((id, number)) = self.ground.linked.companies.get(&write.company).copied() else {
                self.refuse(&write.at, ViolationKind::UnknownCompany(write.company.text.clone()));
                continue;
            };
            let place = links.iter().position(|link: &CompanyLink| link.id == id);
            match (set.mode, place) {
                (SetMode::Remove, Some(at)) => {
                    links.remove(at);
                }
                // The first of two links to one company wins.
                (SetMode::Remove, None) | (SetMode::Replace | SetMode::Exact, Some(_)) => {}
                (SetMode::Replace | SetMode::Exact | SetMode::Add, _) => {
                    let old = place.and_then(|at| links.get(at)).cloned();
                    let link = self.company_link(write, old.unwrap_or(blank(id, number)));
                    match place.and_then(|at| links.get_mut(at)) {
                        Some(slot) => *slot = link,
                        None => links.push(link),
                    }
                }
            }
        }
        if set.mode == SetMode::Exact {
            let place = |link: &CompanyLink| before.iter().position(|old| old.id == link.id);
            links.sort_by_key(|link| place(link).unwrap_or(usize::MAX));
        }
        self.contact.companies = links;
    }

    pub(super) fn primary_company(&mut self, write: Option<&CompanyWrite>) {
        let Some(write) = write else {
            return self.contact.companies.retain(|link| !link.active);
        };
        let Some((id, number)) = self.ground.linked.companies.get(&write.company).copied() else {
            return self.refuse(&write.at, ViolationKind::UnknownCompany(write.company.text.clone()));
        };
        let mut links = std::mem::take(&mut self.contact.companies);
        let first = |links: &[CompanyLink]| links.iter().position(|link| link.active);
        if first(&links).and_then(|at| links.get(at)).is_none_or(|link| link.id != id) {
            links.retain(|link| link.id != id);
            match first(&links).and_then(|at| links.get_mut(at)) {
                Some(slot) => *slot = blank(id, number),
                None => links.push(blank(id, number)),
            }
        }
        if let Some(slot) = links.iter_mut().find(|link| link.id == id) {
            let link = self.company_link(write, slot.clone());
            *slot = CompanyLink { active: true, ..link };
        }
        self.contact.companies = links;
    }

    fn company_link(&mut self, write: &CompanyWrite, mut link: CompanyLink) -> CompanyLink {
        if let Some(title) = &write.title {
            if let Some(title) = title {
                self.bounded(&format!("{}.title", write.at), title, limits::SHORT_TEXT_CHARS);
            }
            link.title = title.as_deref().map(Text::from);
        }
        if let Some(date) = &write.start_date {
            if date.as_deref().is_some_and(|date| value::date(date).is_err()) {
                self.refuse(&format!("{}.start_date", write.at), ViolationKind::BadDate);
            }
            link.start_date = date.as_deref().map(Text::from);
        }
        if let Some(active) = write.active {
            link.active = active;
        }
        link
    }
}

fn blank(id: crate::CompanyId, number: u64) -> CompanyLink {
    CompanyLink { id, number, title: None, start_date: None, active: true }
}
