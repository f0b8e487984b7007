//! Reading the members of a request's object one by one, noting what is wrong with each.

use api_kit::{Body, decode, ignored};
use model::{Change, Json, Ref, ValueWrite, ViolationKind};
use serde_json::Map;

use super::{change, relationships};
use crate::faults::Faults;

/// Most characters of the name of a tag, a list, a field or an option.
pub(crate) const NAME_CHARS: usize = 50;

/// The ids of a relationship with their paths; `None` when the request leaves it alone.
pub(crate) type Ids = Option<Vec<(String, Ref)>>;

/// The ids of the records that a request links with a tag or a list; `None` leaves those of a kind as they are.
pub(crate) struct EndIds {
    pub(crate) contacts: Ids,
    pub(crate) companies: Ids,
    pub(crate) tasks: Ids,
}

/// The members of a request's object.
pub(crate) struct Members {
    members: Option<Map<String, Json>>,
    /// Those that were asked for: the others have no effect.
    known: Vec<&'static str>,
    faults: Faults,
}

impl Members {
    /// Reads a body; one that is no object has no members, and a fault.
    pub(crate) fn read(body: Body) -> Self {
        let mut change = Change::default();
        let members = change::members(body, &mut change);
        let mut faults = Faults::default();
        faults.take(change);
        Self { members, known: Vec::new(), faults }
    }

    /// Notes members that must be there and are not.
    pub(crate) fn require(mut self, names: &[&str]) -> Self {
        if let Some(members) = &self.members {
            for name in names.iter().filter(|name| !members.contains_key(**name)) {
                self.faults.refuse(*name, ViolationKind::Missing);
            }
        }
        self
    }

    /// A member, if it is there and can be read.
    pub(crate) fn get<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Json) -> Result<T, ViolationKind>,
    ) -> Option<T> {
        self.known.push(name);
        match read(self.members.as_ref()?.get(name)?) {
            Ok(value) => Some(value),
            Err(kind) => {
                self.faults.refuse(name, kind);
                None
            }
        }
    }

    /// A text of 1 to so many characters besides space.
    pub(crate) fn text(&mut self, name: &'static str, max: usize) -> Option<String> {
        self.get(name, |json| Ok(bounded(decode::text(json)?, max)?.to_owned()))
    }

    /// A text or nothing, of at most so many characters.
    pub(crate) fn nullable_text(&mut self, name: &'static str, max: usize) -> Option<Option<String>> {
        self.get(name, |json| {
            let text = decode::nullable_text(json)?;
            match text.is_some_and(|text| text.chars().count() > max) {
                true => Err(ViolationKind::TooLong { max, unit: "characters" }),
                false => Ok(text.map(str::to_owned)),
            }
        })
    }

    /// A member whose items are read one by one, each with its own faults.
    pub(crate) fn decode<T>(
        &mut self,
        name: &'static str,
        decode: impl FnOnce(&Json, &mut Change) -> Option<T>,
    ) -> Option<T> {
        self.known.push(name);
        let json = self.members.as_ref()?.get(name)?;
        let mut change = Change::default();
        let value = decode(json, &mut change);
        self.faults.take(change);
        value
    }

    /// The ids of a relationship: each bare, in an object, or in an object of the kind's name.
    pub(crate) fn ids(&mut self, name: &'static str, wrapper: &str) -> Ids {
        self.decode(name, |json, change| relationships::ids(name, wrapper, json, change))
    }

    /// The values of custom fields.
    pub(crate) fn values(&mut self) -> Option<Vec<ValueWrite>> {
        self.decode("custom_fields", relationships::values)
    }

    /// All that is wrong with them. What nobody asked for is told as ignored.
    pub(crate) fn faults(self) -> Faults {
        let names = self.members.iter().flat_map(Map::keys);
        names.filter(|name| !self.known.contains(&name.as_str())).for_each(|name| ignored(name));
        self.faults
    }
}

/// A text whose length is taken without the space around it; it is kept as written.
pub(crate) fn bounded(text: &str, max: usize) -> Result<&str, ViolationKind> {
    match text.trim().chars().count() {
        0 => Err(ViolationKind::Blank),
        count if count <= max => Ok(text),
        _ => Err(ViolationKind::TooLong { max, unit: "characters" }),
    }
}
