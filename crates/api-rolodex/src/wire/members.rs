//! Reading the members of a request's object one by one, noting what is wrong with each.

use api_kit::{Body, decode, ignored};
use model::{Change, Dialect, Json, Ref, ValueWrite, ViolationKind};
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

/// Members that records show and that cannot be written: a client may send back what it read.
const READ_ONLY: [&str; 7] = [
    "id",
    "created_at",
    "updated_at",
    "last_team_interaction",
    "team_members_connected",
    "workspace_id",
    "linkedin_description",
];

/// Members that no record of ours has: kept beside it, not shown.
pub(crate) struct Extras(Vec<(String, Option<Json>)>);

impl Extras {
    /// Writes them into a record's.
    pub(crate) fn apply(&self, extras: &mut model::Extras) {
        for (name, json) in &self.0 {
            extras.set(Dialect::Rolodex, name, json.clone());
        }
    }
}

/// The members of a request's object.
pub(crate) struct Members {
    members: Option<Map<String, Json>>,
    /// Those that were asked for: the others have no effect.
    known: Vec<&'static str>,
    /// Whether the others are kept beside the record.
    are_kept: bool,
    faults: Faults,
}

impl Members {
    /// Reads a body; one that is no object has no members, and a fault.
    pub(crate) fn read(body: Body) -> Self {
        let mut change = Change::default();
        let members = change::members(body, &mut change);
        let mut faults = Faults::default();
        faults.take(change);
        Self { members, known: Vec::new(), are_kept: false, faults }
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

    /// The members that nobody asked for: nothing that is accepted is lost. `null` takes one away.
    pub(crate) fn extras(&mut self) -> Extras {
        let mut extras = Vec::new();
        for (name, json) in self.members.iter().flatten() {
            if READ_ONLY.contains(&name.as_str()) || self.known.contains(&name.as_str()) {
                continue;
            }
            if name.len() > change::MEMBER_NAME_BYTES {
                let kind =
                    ViolationKind::TooLong { max: change::MEMBER_NAME_BYTES, unit: "bytes in its name" };
                self.faults.refuse(name, kind);
            }
            extras.push((name.clone(), Some(json.clone()).filter(|json| !json.is_null())));
        }
        self.are_kept = true;
        Extras(extras)
    }

    /// All that is wrong with them. What nobody asked for is told as ignored.
    pub(crate) fn faults(self) -> Faults {
        let names = self.members.iter().flat_map(Map::keys);
        let is_unused = |name: &&String| !self.known.contains(&name.as_str());
        let is_kept = |name: &str| self.are_kept && !READ_ONLY.contains(&name);
        names.filter(is_unused).filter(|name| !is_kept(name)).for_each(|name| ignored(name));
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
