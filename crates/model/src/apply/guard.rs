//! The policy of a key, carried out: what it does not allow is taken back out of a contact in the making.

use std::borrow::Cow;
use std::collections::BTreeSet;

use uuid::Uuid;

use super::channels::settle_in_order;
use super::{Applied, Draft};
use crate::policy::{self, HeldBack, OnHeldBack, Policy, Rule};
use crate::{
    Catalog, Change, Channel, ChannelId, ChannelKind, CompanyLink, Contact, Difference, Json, Member,
    Rejection, Value, Violation, ViolationKind, difference,
};

/// What a policy did to a change.
#[derive(Default)]
struct Guarded {
    /// What was held back.
    held_back: Vec<HeldBack>,
    /// The paths of the members that must not change at all, and would.
    refused: Vec<Cow<'static, str>>,
}

impl Draft<'_> {
    /// Takes back what the policy of whoever asks does not allow.
    pub(super) fn guard(&mut self, policy: &Policy, change: &Change) -> Vec<HeldBack> {
        let (stamp, fresh_ids) = (self.ground.stamp, &mut self.fresh_ids);
        let fresh = || {
            *fresh_ids += 1;
            stamp.id(*fresh_ids - 1)
        };
        let catalog = self.ground.catalog;
        let guarded = guard(policy, catalog, self.before, &mut self.contact, fresh);
        for member in guarded.refused(policy, catalog) {
            let kind = ViolationKind::Protected(member.to_string());
            self.refuse_writes(change, &[member], &kind);
        }
        guarded.held_back
    }
}

impl Guarded {
    /// The paths of the members for which the whole change is refused.
    fn refused(&self, policy: &Policy, catalog: &Catalog) -> BTreeSet<Cow<'static, str>> {
        let mut refused: BTreeSet<_> = self.refused.iter().cloned().collect();
        if policy.on_held_back == OnHeldBack::Refuse {
            refused.extend(paths(&self.held_back, catalog));
        }
        refused
    }
}

/// Passes if a policy allows all of a change that is all or nothing.
///
/// # Errors
/// Every member that it would not change like this.
pub fn check_policy(
    policy: &Policy,
    catalog: &Catalog,
    before: &Contact,
    after: &Contact,
) -> Result<(), Rejection> {
    let guarded = guard(policy, catalog, before, &mut after.clone(), Uuid::nil);
    check_unprotected(guarded.refused.into_iter().chain(paths(&guarded.held_back, catalog)))
}

impl Applied {
    /// Passes if all of a change was carried out that is all or nothing.
    ///
    /// # Errors
    /// Every member that a policy held back.
    pub fn check_nothing_held_back(&self, catalog: &Catalog) -> Result<(), Rejection> {
        check_unprotected(paths(&self.held_back, catalog))
    }
}

/// The paths of members that were held back.
fn paths<'h>(
    held_back: &'h [HeldBack],
    catalog: &'h Catalog,
) -> impl Iterator<Item = Cow<'static, str>> + 'h {
    held_back.iter().map(|held| policy::path(&held.member, catalog))
}

/// Passes if there are none of these paths, which a policy protects.
fn check_unprotected(paths: impl Iterator<Item = Cow<'static, str>>) -> Result<(), Rejection> {
    let protected =
        |path: Cow<'_, str>| Violation::new(path.as_ref(), ViolationKind::Protected(path.to_string()));
    let violations: Vec<_> = paths.collect::<BTreeSet<_>>().into_iter().map(protected).collect();
    if violations.is_empty() { Ok(()) } else { Err(Rejection { violations }) }
}

/// Makes of a changed contact what the policy allows. Nothing is held back from one that is being made, since it has
/// nothing to protect.
fn guard(
    policy: &Policy,
    catalog: &Catalog,
    before: &Contact,
    after: &mut Contact,
    mut fresh: impl FnMut() -> Uuid,
) -> Guarded {
    let is_new = before.revision == 0;
    let mut guarded = Guarded::default();
    for difference in difference::differences(before, after) {
        let is_held = match difference.member {
            // It follows from `confirmed`; the others are no client's to write.
            Member::UnconfirmedAt | Member::Former(_) | Member::Other(_) => false,
            Member::Channels => {
                let (channels, is_held) = guarded.channels(policy, is_new, (before, after), &mut fresh);
                after.channels = channels;
                is_held
            }
            _ => match policy.rule(&difference.member, catalog) {
                Rule::Replace => false,
                Rule::Refuse => {
                    guarded.refused.push(policy::path(&difference.member, catalog));
                    false
                }
                Rule::AddOnly | Rule::FillIfEmpty if is_new => false,
                Rule::AddOnly => add_only(before, after, &difference),
                Rule::FillIfEmpty => fill(before, after, &difference),
            },
        };
        if is_held {
            guarded.held_back.push(HeldBack { member: difference.member, wanted: difference.after });
        }
    }
    if guarded.held_back.iter().any(|held| held.member == Member::Confirmed) {
        after.unconfirmed_at = before.unconfirmed_at;
    }
    guarded
}

/// Puts a member back unless it was empty before; whether it was put back. The parts of a name are filled together.
fn fill(before: &Contact, after: &mut Contact, difference: &Difference) -> bool {
    let is_empty = match difference.member {
        Member::NameFull | Member::NameFirst | Member::NameLast => before.name.is_empty(),
        Member::Value(field) => before.values.get(&field).is_none_or(Value::is_empty),
        _ => match &difference.before {
            Json::Null | Json::Bool(false) => true,
            Json::String(text) => text.is_empty(),
            _ => false,
        },
    };
    if !is_empty {
        difference::restore(after, difference);
    }
    !is_empty
}

/// Puts back what was removed from a set; any other member is filled. Whether anything was held back.
fn add_only(before: &Contact, after: &mut Contact, difference: &Difference) -> bool {
    match difference.member {
        Member::Tags => keep(&before.tags, &mut after.tags),
        Member::Lists => keep(&before.lists, &mut after.lists),
        Member::Notes => keep(&before.notes, &mut after.notes),
        Member::Companies => keep_companies(&before.companies, &mut after.companies),
        Member::Alias(dialect) => {
            let mut texts = after.aliases.of(dialect).to_vec();
            let is_held = keep(before.aliases.of(dialect), &mut texts);
            after.aliases.set(dialect, texts);
            is_held
        }
        Member::Value(field) => match (before.values.get(&field), after.values.get_mut(&field)) {
            (Some(Value::Options(old)), Some(Value::Options(new))) => keep(old, new),
            _ => fill(before, after, difference),
        },
        _ => fill(before, after, difference),
    }
}

/// Puts those that are gone back in their places, before the new ones; whether any was.
fn keep<T: Clone + PartialEq>(before: &[T], after: &mut Vec<T>) -> bool {
    if before.iter().all(|each| after.contains(each)) {
        return false;
    }
    let new = after.iter().filter(|each| !before.contains(each));
    *after = before.iter().chain(new).cloned().collect();
    true
}

/// The same for companies; what a link that stays says is filled.
fn keep_companies(before: &[CompanyLink], after: &mut Vec<CompanyLink>) -> bool {
    let mut is_held = false;
    let kept = before.iter().map(|old| {
        let wanted = after.iter().find(|link| link.id == old.id);
        let kept = wanted.map_or_else(
            || old.clone(),
            |link| CompanyLink {
                title: old.title.clone().or_else(|| link.title.clone()),
                start_date: old.start_date.clone().or_else(|| link.start_date.clone()),
                active: old.active || link.active,
                ..old.clone()
            },
        );
        is_held |= wanted != Some(&kept);
        kept
    });
    let kept: Vec<_> = kept.collect();
    if is_held {
        let is_new = |link: &&CompanyLink| !before.iter().any(|old| old.id == link.id);
        *after = kept.into_iter().chain(after.iter().filter(is_new).cloned()).collect();
    }
    is_held
}

impl Guarded {
    /// The channels that the policy allows, kind by kind, and whether anything was held back.
    fn channels(
        &mut self,
        policy: &Policy,
        is_new: bool,
        (before, after): (&Contact, &Contact),
        fresh: &mut impl FnMut() -> Uuid,
    ) -> (Vec<Channel>, bool) {
        let of_kind = |contact: &Contact, kind: &ChannelKind| -> Vec<Channel> {
            contact.channels.iter().filter(|channel| channel.kind == *kind).cloned().collect()
        };
        let rule_of = |kind: &ChannelKind| match policy.rule_of_channels(kind) {
            Rule::AddOnly | Rule::FillIfEmpty if is_new => Rule::Replace,
            rule => rule,
        };
        let mut is_held = false;
        let mut channels = Vec::new();
        let kinds: BTreeSet<_> =
            before.channels.iter().chain(&after.channels).map(|each| &each.kind).collect();
        for kind in kinds {
            let (old, new) = (of_kind(before, kind), of_kind(after, kind));
            let is_same = is_same_kind(kind, &before.channels, &after.channels);
            match rule_of(kind) {
                Rule::AddOnly if !is_same => {
                    let (kept, held) = keep_channels(&old, &new, fresh);
                    channels.extend(kept);
                    is_held |= held;
                }
                Rule::FillIfEmpty if !is_same && !old.is_empty() => {
                    channels.extend(old);
                    is_held = true;
                }
                Rule::Refuse if old != new => {
                    self.refused.push(format!("channels.{kind}").into());
                    channels.extend(new);
                }
                _ => channels.extend(new),
            }
        }
        // The default channel is one of all kinds: a protected one stays it.
        let old_default = before.channels.iter().find(|channel| channel.default);
        if let Some(old) =
            old_default.filter(|old| matches!(rule_of(&old.kind), Rule::AddOnly | Rule::FillIfEmpty))
            && channels.iter().any(|channel| channel.id == old.id)
        {
            for channel in &mut channels {
                let is_default = channel.id == old.id;
                is_held |= is_default && !channel.default;
                channel.default = is_default;
            }
        }
        settle_in_order(&mut channels);
        (channels, is_held)
    }
}

/// The channels of a kind to which others are only added. One that got another value keeps its own, and the other value is
/// a channel of its own; what one that stays says is filled.
fn keep_channels(old: &[Channel], new: &[Channel], fresh: &mut impl FnMut() -> Uuid) -> (Vec<Channel>, bool) {
    let wanted = |id: ChannelId| new.iter().find(|channel| channel.id == id);
    let kept = old.iter().map(|old| match wanted(old.id).filter(|channel| channel.value == old.value) {
        Some(channel) => Channel {
            label: old.label.clone().or_else(|| channel.label.clone()),
            country: old.country.clone().or_else(|| channel.country.clone()),
            type_id: old.type_id.or(channel.type_id),
            block_inbound: old.block_inbound || channel.block_inbound,
            block_outbound: old.block_outbound || channel.block_outbound,
            ..old.clone()
        },
        None => old.clone(),
    });
    let mut channels: Vec<_> = kept.collect();
    let is_held =
        channels.iter().any(|kept| wanted(kept.id).cloned().map(plain) != Some(plain(kept.clone())));
    for channel in new.iter().filter(|channel| !old.iter().any(|old| old.value == channel.value)) {
        let is_taken = old.iter().any(|old| old.id == channel.id);
        channels.push(Channel {
            id: if is_taken { ChannelId(fresh()) } else { channel.id },
            primary: channel.primary && old.is_empty(),
            ..channel.clone()
        });
    }
    (channels, is_held)
}

/// Whether the channels of a kind are the same, but for which one is the default.
pub(super) fn is_same_kind(kind: &ChannelKind, before: &[Channel], after: &[Channel]) -> bool {
    let of_kind = |channels: &[Channel]| -> Vec<Channel> {
        channels.iter().filter(|channel| channel.kind == *kind).cloned().map(plain).collect()
    };
    of_kind(before) == of_kind(after)
}

/// A channel, but for whether it is the default one.
fn plain(channel: Channel) -> Channel {
    Channel { default: false, ..channel }
}
