//! Channels: matching what a client writes with what the contact has, and keeping one primary per kind.

use super::Draft;
use crate::channel::{Normalised, normalise};
use crate::{
    Channel, ChannelId, ChannelKind, ChannelKindRef, ChannelTypeId, ChannelWrite, ViolationKind, limits,
};

/// A channel write whose kind and value were read.
struct Resolved<'a> {
    write: &'a ChannelWrite,
    kind: ChannelKind,
    type_id: Option<ChannelTypeId>,
    /// The text and its normal form; `None` when only other members change.
    value: Option<(&'a str, Normalised)>,
}

impl Draft<'_> {
    /// Makes the channels, of one kind or all, exactly those given. Ids are matched first, then values, so
    /// that a channel that stays keeps its id; of two writes for one channel the first wins.
    pub(super) fn replace_channels(&mut self, kind: Option<&ChannelKind>, items: &[ChannelWrite]) {
        let is_ours = |channel: &Channel| kind.is_none_or(|kind| channel.kind == *kind);
        let (old, mut kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.contact.channels).into_iter().partition(is_ours);
        let resolved: Vec<_> = items.iter().filter_map(|item| self.resolve_channel(item)).collect();
        let mut taken: Vec<ChannelId> = Vec::new();
        // The old channel of each write that names one by id, before any is matched by value.
        let by_id: Vec<Option<&Channel>> = resolved
            .iter()
            .map(|item| {
                let id = item.write.id?;
                let found = old.iter().find(|channel| channel.id == id && channel.kind == item.kind)?;
                (!taken.contains(&id)).then(|| taken.push(id)).map(|()| found)
            })
            .collect();
        let mut made: Vec<Channel> = Vec::new();
        let mut flagged: Vec<(ChannelKind, ChannelId)> = Vec::new();
        let mut default = None;
        for (item, by_id) in resolved.iter().zip(by_id) {
            let value = item.value.as_ref().map(|(_, normal)| normal.value.as_str());
            if made.iter().any(|channel| channel.kind == item.kind && Some(channel.value.as_str()) == value) {
                continue;
            }
            let matched = by_id.or_else(|| {
                old.iter().find(|channel| {
                    channel.kind == item.kind
                        && Some(channel.value.as_str()) == value
                        && !taken.contains(&channel.id)
                })
            });
            let channel = match matched {
                Some(channel) => {
                    taken.push(channel.id);
                    let mut channel = channel.clone();
                    self.update_channel(&mut channel, item);
                    channel
                }
                None => match self.new_channel(item) {
                    Some(channel) => channel,
                    None => continue,
                },
            };
            if item.write.primary == Some(true) && !flagged.iter().any(|(kind, _)| *kind == channel.kind) {
                flagged.push((channel.kind.clone(), channel.id));
            }
            if item.write.default == Some(true) && default.is_none() {
                default = Some(channel.id);
            }
            made.push(channel);
        }
        for channel in &mut made {
            // None flagged: the first item given is the primary one.
            if !flagged.iter().any(|(kind, _)| *kind == channel.kind) {
                flagged.push((channel.kind.clone(), channel.id));
            }
            channel.primary = flagged.iter().any(|(_, id)| *id == channel.id);
        }
        kept.append(&mut made);
        self.contact.channels = kept;
        if let Some(id) = default {
            self.make_default(id);
        }
        self.settle_channels();
    }

    /// Adds channels or changes those that are there; the first of a kind becomes primary, the first of all
    /// becomes the default.
    pub(super) fn merge_channels(&mut self, items: &[ChannelWrite]) {
        for item in items {
            let Some(resolved) = self.resolve_channel(item) else { continue };
            let by_id = item.id.and_then(|id| self.contact.channels.iter().position(|each| each.id == id));
            let place = by_id.or_else(|| {
                let (_, normal) = resolved.value.as_ref()?;
                self.contact
                    .channels
                    .iter()
                    .position(|each| each.kind == resolved.kind && each.value == normal.value)
            });
            let mut channel = match place.and_then(|at| self.contact.channels.get(at)) {
                Some(channel) => channel.clone(),
                None => match self.new_channel(&resolved) {
                    Some(channel) => channel,
                    None => continue,
                },
            };
            let id = channel.id;
            match place.and_then(|at| self.contact.channels.get(at).map(|_| at)) {
                Some(at) => {
                    self.update_channel(&mut channel, &resolved);
                    if let Some(slot) = self.contact.channels.get_mut(at) {
                        *slot = channel;
                    }
                }
                None => {
                    if self.contact.channels.is_empty() && item.default.is_none() {
                        channel.default = true;
                    }
                    self.contact.channels.push(channel);
                }
            }
            if item.primary == Some(true) {
                self.make_primary(id);
            }
            match item.default {
                Some(true) => self.make_default(id),
                Some(false) => self.for_channel(id, |channel| channel.default = false),
                None => {}
            }
        }
        self.settle_channels();
    }

    pub(super) fn primary_channel(&mut self, kind: &ChannelKind, item: Option<&ChannelWrite>) {
        let Some(item) = item else {
            self.contact.channels.retain(|channel| channel.kind != *kind);
            return;
        };
        let Some(resolved) = self.resolve_channel(item) else { return };
        let value = resolved.value.as_ref().map(|(_, normal)| normal.value.as_str());
        let same = |channel: &&Channel| channel.kind == *kind && Some(channel.value.as_str()) == value;
        let found = self.contact.channels.iter().find(same).or_else(|| self.contact.primary(kind)).cloned();
        let id = match found {
            Some(mut channel) => {
                self.update_channel(&mut channel, &resolved);
                let id = channel.id;
                self.for_channel(id, |slot| *slot = channel);
                id
            }
            None => {
                let Some(channel) = self.new_channel(&resolved) else { return };
                let id = channel.id;
                self.contact.channels.push(channel);
                id
            }
        };
        self.make_primary(id);
        self.settle_channels();
    }

    pub(super) fn remove_channel(&mut self, at: &str, id: ChannelId) {
        if !self.contact.channels.iter().any(|channel| channel.id == id) {
            return self.refuse(at, ViolationKind::UnknownChannel(id.to_string()));
        }
        self.contact.channels.retain(|channel| channel.id != id);
        self.settle_channels();
    }

    /// Keeps the invariants: in the order of ids, exactly one primary per kind, at most one default.
    pub(super) fn settle_channels(&mut self) {
        let channels = &mut self.contact.channels;
        channels.sort_by_key(|channel| channel.id);
        let mut settled: Vec<ChannelKind> = Vec::new();
        let mut has_default = false;
        for channel in channels.iter_mut() {
            channel.primary &= !settled.contains(&channel.kind);
            if channel.primary {
                settled.push(channel.kind.clone());
            }
            channel.default &= !has_default;
            has_default |= channel.default;
        }
        for channel in channels {
            if !settled.contains(&channel.kind) {
                settled.push(channel.kind.clone());
                channel.primary = true;
            }
        }
    }

    fn make_primary(&mut self, id: ChannelId) {
        let kind =
            self.contact.channels.iter().find(|channel| channel.id == id).map(|each| each.kind.clone());
        for channel in &mut self.contact.channels {
            if Some(&channel.kind) == kind.as_ref() {
                channel.primary = channel.id == id;
            }
        }
    }

    fn make_default(&mut self, id: ChannelId) {
        for channel in &mut self.contact.channels {
            channel.default = channel.id == id;
        }
    }

    fn for_channel(&mut self, id: ChannelId, change: impl FnOnce(&mut Channel)) {
        if let Some(channel) = self.contact.channels.iter_mut().find(|channel| channel.id == id) {
            change(channel);
        }
    }

    /// Reads kind and value; `None` when something is wrong with them, which is then noted.
    fn resolve_channel<'w>(&mut self, write: &'w ChannelWrite) -> Option<Resolved<'w>> {
        let (kind, type_id) = self.channel_kind(write)?;
        let Some(text) = write.value.as_deref() else {
            return Some(Resolved { write, kind, type_id, value: None });
        };
        let text = text.trim();
        if text.is_empty() {
            self.refuse(&write.at, ViolationKind::Blank);
            return None;
        }
        if !self.bounded(&write.at, text, limits::SHORT_TEXT_CHARS) {
            return None;
        }
        let country = write.country.as_deref().or(self.ground.catalog.default_country.as_deref());
        let normal = normalise(&kind, text, country);
        match kind {
            ChannelKind::Email if !normal.is_valid => {
                self.refuse(&write.at, ViolationKind::BadEmail);
                return None;
            }
            ChannelKind::Phone if !normal.is_valid && write.is_strict => {
                self.refuse(&write.at, ViolationKind::BadPhone);
                return None;
            }
            _ => {}
        }
        if write.exclusive {
            let key = (kind.clone(), normal.value.clone());
            let owner = self.ground.linked.channel_owners.get(&key);
            if owner.is_some_and(|owner| *owner != self.contact.id) {
                self.refuse(&write.at, ViolationKind::ChannelTaken);
                return None;
            }
        }
        Some(Resolved { write, kind, type_id, value: Some((text, normal)) })
    }

    fn channel_kind(&mut self, write: &ChannelWrite) -> Option<(ChannelKind, Option<ChannelTypeId>)> {
        match &write.kind {
            ChannelKindRef::Kind(kind) => Some((kind.clone(), None)),
            ChannelKindRef::Type(item) => match self.ground.catalog.channel_types.find(item) {
                Some(found) => Some((found.kind.clone(), (!found.global).then_some(found.id))),
                None => {
                    self.refuse(&write.at, ViolationKind::UnknownChannelType(item.text().to_owned()));
                    None
                }
            },
        }
    }

    fn new_channel(&mut self, item: &Resolved<'_>) -> Option<Channel> {
        let Some((text, normal)) = &item.value else {
            self.refuse(&item.write.at, ViolationKind::Missing);
            return None;
        };
        let mut channel = Channel {
            id: ChannelId(self.fresh_id()),
            kind: item.kind.clone(),
            type_id: item.type_id,
            value: normal.value.clone(),
            raw: (*text).to_owned(),
            label: None,
            country: None,
            primary: false,
            default: false,
            block_inbound: false,
            block_outbound: false,
        };
        self.update_channel(&mut channel, item);
        Some(channel)
    }

    fn update_channel(&mut self, channel: &mut Channel, item: &Resolved<'_>) {
        if let Some((text, normal)) = &item.value {
            let is_same = channel.value == normal.value;
            if !(is_same && item.write.is_composed) {
                channel.raw = (*text).to_owned();
            }
            if !is_same || channel.country.is_none() {
                channel.country.clone_from(&normal.country);
            }
            channel.value.clone_from(&normal.value);
        }
        if item.kind == ChannelKind::Phone && item.write.country.is_some() {
            channel.country.clone_from(&item.write.country);
        }
        if let Some(label) = &item.write.label {
            if let Some(label) = label {
                self.bounded(&item.write.at, label, limits::SHORT_TEXT_CHARS);
            }
            channel.label.clone_from(label);
        }
        channel.type_id = item.type_id.or(channel.type_id);
    }
}
