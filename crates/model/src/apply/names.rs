//! Names: what writing one part of a name does to the others.

use super::Draft;
use crate::{Name, NamePart, Text, limits};

impl Draft<'_> {
    /// Writes a part of the name. The full name derives the parts by splitting at the first white space; a
    /// part derives the full name by joining both. What the same change writes is never derived over, and a
    /// part that already has this text derives nothing, so writing back what was read changes nothing.
    pub(super) fn name(&mut self, at: &str, part: NamePart, text: Option<&str>) {
        if text.is_some_and(|text| !self.bounded(at, text, limits::SHORT_TEXT_CHARS)) {
            return;
        }
        self.written_names.push(part);
        let slot = slot(&mut self.contact.name, part);
        if slot.as_deref() == text {
            return;
        }
        *slot = text.map(Text::from);
        match part {
            NamePart::Full => {
                let (first, last) = split(text.unwrap_or_default());
                self.derive_name(NamePart::First, first);
                self.derive_name(NamePart::Last, last);
            }
            NamePart::First | NamePart::Last => {
                let name = &self.contact.name;
                let full = join(name.first.as_deref(), name.last.as_deref());
                if full.as_ref().is_none_or(|full| self.bounded(at, full, limits::SHORT_TEXT_CHARS)) {
                    self.derive_name(NamePart::Full, full);
                }
            }
        }
    }

    fn derive_name(&mut self, part: NamePart, text: Option<Text>) {
        if !self.written_names.contains(&part) {
            *slot(&mut self.contact.name, part) = text;
        }
    }
}

fn slot(name: &mut Name, part: NamePart) -> &mut Option<Text> {
    match part {
        NamePart::Full => &mut name.full,
        NamePart::First => &mut name.first,
        NamePart::Last => &mut name.last,
    }
}

fn split(full: &str) -> (Option<Text>, Option<Text>) {
    let full = full.trim();
    let (first, last) = full.split_once(char::is_whitespace).unwrap_or((full, ""));
    let part = |text: &str| (!text.is_empty()).then(|| text.into());
    (part(first), part(last.trim_start()))
}

fn join(first: Option<&str>, last: Option<&str>) -> Option<Text> {
    let parts: Vec<_> = [first, last].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(" ").into())
}
