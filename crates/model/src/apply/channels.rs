//! Channels: matching what a client writes with what the contact has, and keeping one primary per kind.

use super::Draft;
use crate::channel::Normalised;
use crate::{
    Channel, ChannelId, ChannelKind, ChannelKindRef, ChannelTypeId, ChannelWrite, Text, ViolationKind,
    limits, phone,
};

/// A channel write whose kind and value were read.
struct Resolved<'a> {
    write: &'a ChannelWrite,
    kind: ChannelKind,
    type_id: Option<ChannelTypeId>,
    country: Option<String>,
    /// The text and its normal form; `None` when only other members change.
    value: Option<(&'a str, Normalised)>,
}

/// A channel that a replacement asks for.
struct Wanted<'a> {
    item: Resolved<'a>,
    kind: ChannelKind,
    value: String,
    old: Option<&'a Channel>,
}

impl Resolved<'_> {
    fn value(&self) -> Option<&str> {
        self.value.as_ref().map(|(_, normal)| normal.value.as_str())
    }

    /// Whether it means this channel by its id. A value is one of a kind, so it never moves to another.
    fn names(&self, channel: &Channel) -> bool {
        self.write.id == Some(channel.id) && (self.value.is_none() || self.kind == channel.kind)
    }

    /// Whether it means this channel by its value.
    fn has_value_of(&self, channel: &Channel) -> bool {
        self.kind == channel.kind && self.value() == Some(channel.value.as_str())
    }

    /// The channel after this write, flags apart.
    fn applied_to(&self, channel: &Channel) -> Channel {
        let mut channel = channel.clone();
        if let Some(label) = &self.write.label {
            channel.label = label.as_deref().map(Text::from);
        }
        if let Some((text, normal)) = &self.value {
            let is_same = channel.value == normal.value;
            if !(is_same && self.write.is_composed) {
                channel.raw = Text::from(*text);
            }
            if !is_same || channel.country.is_none() {
                channel.country.clone_from(&normal.country);
            }
            channel.value.clone_from(&normal.value);
        }
        if self.kind == channel.kind {
            channel.country = self.country.as_deref().map(Text::from).or(channel.country);
            channel.type_id = self.type_id.or(channel.type_id);
        }
        channel
    }
}

impl Draft<'_> {
    /// Makes the channels, of one kind or all, exactly those given. Ids are matched first, then values, so
    /// that a channel that stays keeps its id; of two writes for one channel the first wins.
    pub(super) fn replace_channels(&mut self, kind: Option<&ChannelKind>, items: &[ChannelWrite]) {
        let is_ours = |channel: &Channel| kind.is_none_or(|kind| channel.kind == *kind);
        let (old, mut kept): (Vec<_>, Vec<_>) = self.contact.channels.iter().cloned().partition(is_ours);
        let mut made = Vec::new();
        let mut default = None;
        for wanted in self.wanted(kind, items, &old) {
            let channel = match wanted.old {
                Some(old) => Some(wanted.item.applied_to(old)),
                None => self.new_channel(&wanted.item),
            };
            let Some(mut channel) = channel else { continue };
            let write = wanted.item.write;
            channel.primary = write.primary == Some(true);
            channel.default &= write.default != Some(false);
            if write.default == Some(true) {
                default = default.or(Some(channel.id));
            }
            made.push(channel);
        }
        // In the order given: the first flagged as primary, else the first of all.
        settle(&mut made);
        kept.append(&mut made);
        self.contact.channels = kept;
        if let Some(id) = default {
            self.set_default(id, Some(true));
        }
        self.settle_channels();
    }

    /// The channels that a replacement asks for, each once, with the old channel that it continues.
    fn wanted<'w>(
        &mut self,
        kind: Option<&ChannelKind>,
        items: &'w [ChannelWrite],
        old: &'w [Channel],
    ) -> Vec<Wanted<'w>> {
        let mut wanted: Vec<Wanted<'w>> = Vec::new();
        for write in items {
            let Some(item) = self.resolve_channel(write, kind) else { continue };
            let named = old.iter().find(|channel| item.names(channel));
            let Some(value) = item.value().or(named.map(|channel| channel.value.as_str())) else {
                self.refuse_valueless(write);
                continue;
            };
            let value = value.to_owned();
            let kind = named.map_or(&item.kind, |channel| &channel.kind).clone();
            let is_taken = |channel: &&Channel| wanted.iter().any(|each| continues(each, channel));
            let free = named.filter(|channel| !is_taken(channel));
            match wanted.iter_mut().find(|each| each.kind == kind && each.value == value) {
                Some(first) => first.old = first.old.or(free),
                None if item.value.is_none() && free.is_none() => {}
                None => wanted.push(Wanted { item, kind, value, old: free }),
            }
        }
        let is_free = |channel: &&Channel| !wanted.iter().any(|each| continues(each, channel));
        let free: Vec<&Channel> = old.iter().filter(is_free).collect();
        for each in wanted.iter_mut().filter(|each| each.old.is_none()) {
            let is_same = |channel: &&Channel| channel.kind == each.kind && channel.value == each.value;
            each.old = free.iter().copied().find(is_same);
        }
        wanted
    }

    /// Adds channels or changes those that are there; the first of a kind becomes primary, the first of all
    /// becomes the default. Ids are matched first, then values, so that a value that moves to another channel
    /// in this change is not mistaken for the channel that it leaves.
    pub(super) fn merge_channels(&mut self, items: &[ChannelWrite]) {
        let resolved: Vec<_> = items.iter().filter_map(|item| self.resolve_channel(item, None)).collect();
        let named: Vec<_> = resolved.iter().map(|item| self.change_named(item)).collect();
        for (item, id) in resolved.iter().zip(&named) {
            if id.is_some_and(|id| self.has_twin(id)) {
                self.refuse(&item.write.at, ViolationKind::Duplicate);
            }
        }
        let mut written = Vec::with_capacity(resolved.len());
        for (item, id) in resolved.iter().zip(named) {
            let Some(id) = id.or_else(|| self.merge_by_value(item)) else { continue };
            if item.write.primary == Some(true) {
                self.make_primary(id);
            }
            self.set_default(id, item.write.default);
            written.push((item.write, id));
        }
        self.check_labels(&written);
        self.settle_channels();
    }

    /// Refuses a label that must be unique where another channel of the contact has it; of two writes that give it, the
    /// later one. Two channels that shared it before may keep it.
    fn check_labels(&mut self, written: &[(&ChannelWrite, ChannelId)]) {
        let before = &self.before.channels;
        let had =
            |id, label: &str| before.iter().any(|old| old.id == id && old.label.as_deref() == Some(label));
        let mut taken = Vec::new();
        for (n, (write, id)) in written.iter().enumerate().filter(|(_, (write, _))| write.is_label_unique) {
            let Some(label) = write.label.as_ref().and_then(Option::as_deref) else { continue };
            let later = written.get(n + 1..).unwrap_or_default();
            let is_taken = self.contact.channels.iter().any(|other| {
                other.id != *id
                    && other.label.as_deref() == Some(label)
                    && !(had(*id, label) && had(other.id, label))
                    && !later.iter().any(|(write, id)| *id == other.id && write.label.is_some())
            });
            if is_taken {
                taken.push(format!("{}.label", write.at));
            }
        }
        taken.iter().for_each(|at| self.refuse(at, ViolationKind::Duplicate));
    }

    fn change_named(&mut self, item: &Resolved<'_>) -> Option<ChannelId> {
        let channel = self.contact.channels.iter_mut().find(|channel| item.names(channel))?;
        *channel = item.applied_to(channel);
        Some(channel.id)
    }

    fn merge_by_value(&mut self, item: &Resolved<'_>) -> Option<ChannelId> {
        if let Some(channel) = self.contact.channels.iter_mut().find(|channel| item.has_value_of(channel)) {
            *channel = item.applied_to(channel);
            return Some(channel.id);
        }
        let mut channel = self.new_channel(item)?;
        channel.default = self.contact.channels.is_empty();
        let id = channel.id;
        self.contact.channels.push(channel);
        Some(id)
    }

    /// Whether another channel of the kind has the value of this one.
    fn has_twin(&self, id: ChannelId) -> bool {
        let channels = &self.contact.channels;
        channels.iter().find(|channel| channel.id == id).is_some_and(|one| {
            channels.iter().any(|each| each.id != id && each.kind == one.kind && each.value == one.value)
        })
    }

    pub(super) fn primary_channel(&mut self, kind: &ChannelKind, item: Option<&ChannelWrite>) {
        let Some(item) = item else {
            self.contact.channels.retain(|channel| channel.kind != *kind);
            return;
        };
        let Some(item) = self.resolve_channel(item, Some(kind)) else { return };
        let same = self.contact.channels.iter().find(|channel| item.has_value_of(channel));
        let found = same.or_else(|| self.contact.primary(kind)).map(|channel| channel.id);
        let id = match self.contact.channels.iter_mut().find(|channel| Some(channel.id) == found) {
            Some(channel) => {
                *channel = item.applied_to(channel);
                channel.id
            }
            None => {
                let Some(channel) = self.new_channel(&item) else { return };
                let id = channel.id;
                self.contact.channels.push(channel);
                id
            }
        };
        self.make_primary(id);
        self.set_default(id, item.write.default);
        self.settle_channels();
    }

    pub(super) fn remove_channel(&mut self, at: &str, id: ChannelId) {
        if !self.contact.channels.iter().any(|channel| channel.id == id) {
            return self.refuse(at, ViolationKind::UnknownChannel(id.to_string()));
        }
        self.contact.channels.retain(|channel| channel.id != id);
        self.settle_channels();
    }

    pub(super) fn settle_channels(&mut self) {
        settle_in_order(&mut self.contact.channels);
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

    fn set_default(&mut self, id: ChannelId, flag: Option<bool>) {
        let Some(flag) = flag else { return };
        for channel in &mut self.contact.channels {
            channel.default = if channel.id == id { flag } else { channel.default && !flag };
        }
    }

    /// Reads and checks all of a write, which must be of this kind where one is given; `None` when something
    /// is wrong with it, which is then noted.
    fn resolve_channel<'w>(
        &mut self,
        write: &'w ChannelWrite,
        only: Option<&ChannelKind>,
    ) -> Option<Resolved<'w>> {
        let (kind, type_id) = self.channel_kind(write)?;
        if let Some(only) = only.filter(|only| **only != kind) {
            self.refuse(&write.at, ViolationKind::NotOneOf(vec![only.to_string()]));
            return None;
        }
        let label = write.label.as_ref().and_then(Option::as_deref);
        if label.is_some_and(|label| !self.bounded(&write.at, label, limits::SHORT_TEXT_CHARS)) {
            return None;
        }
        let written = write.country.as_deref().filter(|_| kind == ChannelKind::Phone);
        let country = written.and_then(phone::country);
        if written.is_some() && country.is_none() {
            self.refuse(&write.at, ViolationKind::BadCountry);
            return None;
        }
        let value = match write.value.as_deref() {
            Some(text) => Some(self.channel_value(write, &kind, text.trim())?),
            None => None,
        };
        Some(Resolved { write, kind, type_id, country, value })
    }

    fn channel_value<'w>(
        &mut self,
        write: &ChannelWrite,
        kind: &ChannelKind,
        text: &'w str,
    ) -> Option<(&'w str, Normalised)> {
        if text.is_empty() {
            self.refuse(&write.at, ViolationKind::Blank);
            return None;
        }
        if !self.bounded(&write.at, text, limits::SHORT_TEXT_CHARS) {
            return None;
        }
        if write.country.is_none()
            && let Some(own) = self.contact.channels.iter().find(|own| own.kind == *kind && own.raw == text)
        {
            // What was read and is written back means the channel that shows it, even where its number was
            // first read with a country that nobody names now.
            let (value, country) = (own.value.clone(), own.country.clone());
            return Some((text, Normalised { value, country, is_valid: true }));
        }
        let country = write.country.as_deref().or(self.ground.catalog.default_country.as_deref());
        let normal = write.normalised(kind, text, country);
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
            let owner = self.ground.linked.channel_owners.get(&(kind.clone(), normal.value.to_string()));
            if owner.is_some_and(|owner| *owner != self.contact.id) {
                self.refuse(&write.at, ViolationKind::ChannelTaken);
                return None;
            }
        }
        Some((text, normal))
    }

    fn channel_kind(&mut self, write: &ChannelWrite) -> Option<(ChannelKind, Option<ChannelTypeId>)> {
        match &write.kind {
            ChannelKindRef::Kind(kind) if kind.as_str().is_empty() => {
                self.refuse(&write.at, ViolationKind::Blank);
                None
            }
            ChannelKindRef::Kind(kind) => {
                self.bounded(&write.at, kind.as_str(), limits::SHORT_TEXT_CHARS).then(|| (kind.clone(), None))
            }
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
            self.refuse_valueless(item.write);
            return None;
        };
        let channel = Channel {
            id: ChannelId(self.fresh_id()),
            kind: item.kind.clone(),
            type_id: item.type_id,
            value: normal.value.clone(),
            raw: Text::from(*text),
            label: None,
            country: None,
            primary: false,
            default: false,
            block_inbound: false,
            block_outbound: false,
        };
        Some(item.applied_to(&channel))
    }

    /// Without a value it can only mean a channel that is there.
    fn refuse_valueless(&mut self, write: &ChannelWrite) {
        let kind = match write.id {
            Some(id) => ViolationKind::UnknownChannel(id.to_string()),
            None => ViolationKind::Missing,
        };
        self.refuse(&write.at, kind);
    }
}

fn continues(wanted: &Wanted<'_>, channel: &Channel) -> bool {
    wanted.old.is_some_and(|old| old.id == channel.id)
}

/// Keeps the invariants of a contact's channels: in the order of ids, exactly one primary per kind, at most one default.
pub(super) fn settle_in_order(channels: &mut [Channel]) {
    channels.sort_by_key(|channel| channel.id);
    settle(channels);
}

/// In the order of the slice: the first channel flagged as primary, else the first, is the primary one of its
/// kind; the first flagged as default is the default.
fn settle(channels: &mut [Channel]) {
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
