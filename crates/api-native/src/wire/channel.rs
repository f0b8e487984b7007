//! Channels of a contact.

use api_kit::decode;
use api_kit::words::ChannelBody;
use model::channel::normalise;
use model::{
    Change, Channel, ChannelDocument, ChannelId, ChannelKind, ChannelWrite, Edit, Json, Text, ViolationKind,
    limits, phone,
};
use uuid::Uuid;

use super::patch::items;
use crate::resource::to_json;

/// Longest word for a kind.
const KIND_CHARS: usize = 64;

/// A channel that stands in memory, as JSON.
pub(super) fn shown(channel: &Channel) -> Json {
    to_json(&ChannelBody::from(&ChannelDocument::from(channel)))
}

/// Makes the channels those of an array. Each has a `kind`, and a `value` (as a person writes it) or the `id`
/// of a channel that the contact has; what was read can be sent back. A channel with wrong members is left to
/// itself, so that what follows from them is not said too.
pub(super) fn decode_channels(json: &Json, change: &mut Change) {
    let Some(rows) = items(json, "channels", change) else { return };
    let mut writes: Vec<ChannelWrite> = Vec::with_capacity(rows.len());
    for (n, row) in rows.iter().enumerate() {
        let at = format!("channels.{n}");
        let members = match decode::object(row) {
            Ok(members) => members,
            Err(kind) => {
                change.refuse(at, kind);
                continue;
            }
        };
        let Some(write) = channel(&at, members, change) else { continue };
        refuse_repeats(&at, &write, &writes, change);
        writes.push(write);
    }
    change.push("channels", Edit::ReplaceChannels(writes));
}

/// Of two items that say the same thing of one channel, or of one kind, one would be lost.
fn refuse_repeats(at: &str, write: &ChannelWrite, before: &[ChannelWrite], change: &mut Change) {
    let has = |is: &dyn Fn(&ChannelWrite) -> bool| before.iter().any(is);
    let is_same_kind = |each: &ChannelWrite| each.kind == write.kind;
    let is_same_id = write.id.is_some() && has(&|each| each.id == write.id);
    let is_same_value = write.value.is_some() && has(&|each| each.value == write.value && is_same_kind(each));
    if is_same_id || is_same_value {
        change.refuse(at, ViolationKind::Duplicate);
    }
    if write.primary == Some(true) && has(&|each| each.primary == Some(true) && is_same_kind(each)) {
        change.refuse(format!("{at}.primary"), ViolationKind::Duplicate);
    }
    if write.default == Some(true) && has(&|each| each.default == Some(true)) {
        change.refuse(format!("{at}.default"), ViolationKind::Duplicate);
    }
}

fn channel(at: &str, members: &serde_json::Map<String, Json>, change: &mut Change) -> Option<ChannelWrite> {
    let kind = members.get("kind").ok_or(ViolationKind::Missing).and_then(channel_kind);
    let kind = kind.map_err(|kind| change.refuse(format!("{at}.kind"), kind)).ok();
    let is_phone = kind == Some(ChannelKind::Phone);
    let known = kind.clone().unwrap_or(ChannelKind::Other(Text::default()));
    let mut write = ChannelWrite { value: None, ..ChannelWrite::new(format!("{at}.value"), known, "") };
    let (mut raw, mut is_read) = (None, true);
    for (name, json) in members {
        let read = match name.as_str() {
            "kind" => Ok(()),
            "id" => channel_id(json).map(|id| write.id = Some(id)),
            "value" => decode::text(json).map(|text| write.value = Some(text.to_owned())),
            "raw" => decode::text(json).map(|text| raw = Some(text.to_owned())),
            "label" => label(json).map(|text| write.label = Some(text)),
            "country" => country(json, is_phone).map(|code| write.country = code),
            "primary" => decode::boolean(json).map(|flag| write.primary = Some(flag)),
            "default" => decode::boolean(json).map(|flag| write.default = Some(flag)),
            _ => Err(ViolationKind::UnknownMember),
        };
        if let Err(kind) = read {
            change.refuse(format!("{at}.{name}"), kind);
            is_read = false;
        }
    }
    let kind = kind.filter(|_| is_read)?;
    if let Some(raw) = raw {
        keep_raw(at, (&kind, raw), &mut write, change);
    }
    Some(write)
}

/// What a channel was written as can be sent back, and then stays. Beside another value it is refused: one of
/// the two would be lost.
fn keep_raw(at: &str, (kind, raw): (&ChannelKind, String), write: &mut ChannelWrite, change: &mut Change) {
    let country = write.country.as_deref();
    let normal = |text: &str| normalise(kind, text, country).value;
    match &write.value {
        Some(value) if normal(value) == normal(&raw) => write.value = Some(raw),
        Some(value) if *kind == ChannelKind::Phone && is_national_form(&raw, value) => {
            write.is_composed = true;
        }
        Some(_) => change.refuse(format!("{at}.raw"), ViolationKind::Immutable),
        None => write.value = Some(raw),
    }
}

/// Whether a number was read under a country that it does not name itself: the workspace's.
fn is_national_form(raw: &str, value: &str) -> bool {
    let digits = phone::digits(raw);
    let national = digits.trim_start_matches('0');
    !national.is_empty() && phone::digits(value).ends_with(national)
}

/// A word such as `phone`, `email` or `whatsapp`.
pub(crate) fn channel_kind(json: &Json) -> Result<ChannelKind, ViolationKind> {
    let word = decode::text(json)?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if word.len() > KIND_CHARS {
        return Err(ViolationKind::TooLong { max: KIND_CHARS, unit: "characters" });
    }
    if word.is_empty() || !word.chars().all(is_word) {
        return Err(ViolationKind::WrongType("a word such as phone, email or whatsapp"));
    }
    Ok(ChannelKind::from(word))
}

fn channel_id(json: &Json) -> Result<ChannelId, ViolationKind> {
    let text = decode::text(json)?;
    Uuid::try_parse(text).map(ChannelId).map_err(|_| ViolationKind::UnknownChannel(text.to_owned()))
}

fn label(json: &Json) -> Result<Option<String>, ViolationKind> {
    let text = decode::nullable_text(json)?;
    let max = limits::SHORT_TEXT_CHARS;
    if text.is_some_and(|text| text.chars().count() > max) {
        return Err(ViolationKind::TooLong { max, unit: "characters" });
    }
    Ok(text.map(str::to_owned))
}

/// Only phones have a country; `null` lets the number say it.
fn country(json: &Json, is_phone: bool) -> Result<Option<String>, ViolationKind> {
    let Some(code) = decode::nullable_text(json)? else { return Ok(None) };
    let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    match (is_phone, is_code) {
        (true, true) => Ok(Some(code.to_owned())),
        (true, false) => Err(ViolationKind::BadCountry),
        (false, _) => Err(ViolationKind::UnknownMember),
    }
}
