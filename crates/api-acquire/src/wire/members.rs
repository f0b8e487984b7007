//! Reading the members of a request's object one by one, noting what is wrong with each.

use api_kit::{Body, decode, ignored};
use model::{Change, Dialect, Extras, Json, Ref, Violation, ViolationKind, limits};
use serde_json::Map;

use super::id_text;
use crate::Error;

/// Longest name of a member that is kept without being known, and of a record.
pub(crate) const NAME_CHARS: usize = 255;

/// The members of a request's object that were not read yet.
pub(crate) struct Members {
    members: Map<String, Json>,
    change: Change,
}

impl Members {
    /// Reads a body; one that is no object has no members, and a fault.
    pub(crate) fn read(body: Body) -> Self {
        let mut change = Change::default();
        let members = body.object(&mut change);
        Self { members, change }
    }

    /// The same, with the members of the object in this member in its place, if there is one.
    pub(crate) fn unwrapped(mut self, name: &str) -> Self {
        match self.members.remove(name) {
            Some(Json::Object(members)) => self.members.extend(members),
            Some(other) => drop(self.members.insert(name.to_owned(), other)),
            None => {}
        }
        self
    }

    /// Notes members that must be there and are not, unless the body has no members at all to be read.
    pub(crate) fn require(&mut self, names: &[&str]) {
        if self.change.violations.is_empty() {
            let missing = names.iter().filter(|name| !self.members.contains_key(**name));
            let missing: Vec<_> = missing.map(|name| Violation::new(*name, ViolationKind::Missing)).collect();
            self.change.violations.extend(missing);
        }
    }

    /// Whether a member is there that was not read yet.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// A member as it came.
    pub(crate) fn raw(&mut self, name: &str) -> Option<Json> {
        self.members.remove(name)
    }

    /// A member, if it is there and can be read.
    pub(crate) fn get<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Json) -> Result<T, ViolationKind>,
    ) -> Option<T> {
        match read(&self.members.remove(name)?) {
            Ok(value) => Some(value),
            Err(kind) => {
                self.change.refuse(name, kind);
                None
            }
        }
    }

    /// A text of at most so many characters.
    pub(crate) fn text(&mut self, name: &str, max: usize) -> Option<String> {
        self.get(name, |json| bounded(decode::text(json)?, max))
    }

    /// A text of at most so many characters, or nothing.
    pub(crate) fn nullable_text(&mut self, name: &str, max: usize) -> Option<Option<String>> {
        self.get(name, |json| decode::nullable_text(json)?.map(|text| bounded(text, max)).transpose())
    }

    /// The name of a record: not only white space.
    pub(crate) fn name(&mut self, name: &str) -> Option<String> {
        self.get(name, |json| match decode::text(json)? {
            text if text.trim().is_empty() => Err(ViolationKind::Blank),
            text => bounded(text, NAME_CHARS),
        })
    }

    /// An id, under the first of these names that is there, with that name.
    pub(crate) fn id(&mut self, names: &[&str]) -> Option<(String, Ref)> {
        let name = names.iter().find(|name| self.members.contains_key(**name))?;
        let id = self.get(name, |json| match id_text(json) {
            Some(text) => Ok(Ref::number(Dialect::Acquire, &text)),
            None => Err(ViolationKind::WrongType("an integer")),
        });
        names.iter().for_each(|name| drop(self.members.remove(*name)));
        Some(((*name).to_owned(), id?))
    }

    /// Passes over members of answers, which clients send back.
    pub(crate) fn ignore(&mut self, names: &[&str]) {
        for name in names {
            if self.members.remove(*name).is_some() {
                ignored(name);
            }
        }
    }

    /// Whether a member is `null`.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(Json::is_null)
    }

    /// Whether something is wrong with a member.
    pub(crate) fn is_refused(&self, name: &str) -> bool {
        self.change.violations.iter().any(|violation| violation.at == name)
    }

    /// Refuses what is left, where there is no record to keep it.
    pub(crate) fn refuse_rest(&mut self) {
        for name in self.members.keys() {
            let name: String = name.chars().take(NAME_CHARS).collect();
            self.change.violations.push(Violation::new(name, ViolationKind::UnknownMember));
        }
        self.members.clear();
    }

    /// Notes what is wrong with a member.
    pub(crate) fn refuse(&mut self, at: impl Into<String>, kind: ViolationKind) {
        self.change.refuse(at, kind);
    }

    /// What is left, to be kept: Acquire ignores it, contactd drops nothing that it accepted.
    ///
    /// # Errors
    /// All that is wrong with the request.
    pub(crate) fn finish(mut self) -> Result<Unknown, Error> {
        for (name, json) in &self.members {
            if name.chars().count() > NAME_CHARS {
                let kind = ViolationKind::TooLong { max: NAME_CHARS, unit: "characters" };
                self.change.refuse(name.as_str(), kind);
            } else if json.to_string().len() > limits::EXTRA_BYTES {
                let kind = ViolationKind::TooLong { max: limits::EXTRA_BYTES, unit: "bytes" };
                self.change.refuse(name.as_str(), kind);
            }
        }
        if self.members.len() > limits::EXTRAS {
            let kind = ViolationKind::TooLong { max: limits::EXTRAS, unit: "items" };
            self.change.refuse("", kind);
        }
        if self.change.violations.is_empty() {
            Ok(Unknown(self.members))
        } else {
            Err(Error::of(self.change.violations))
        }
    }
}

/// Members that are not known.
#[derive(Debug)]
pub(crate) struct Unknown(Map<String, Json>);

impl Unknown {
    /// Keeps them in a record, apart from what this dialect keeps there itself.
    pub(crate) fn keep(&self, extras: &mut Extras) {
        for (name, json) in &self.0 {
            extras.set(Dialect::Acquire, &format!("body.{name}"), Some(json.clone()));
        }
    }
}

fn bounded(text: &str, max: usize) -> Result<String, ViolationKind> {
    if text.chars().count() > max {
        return Err(ViolationKind::TooLong { max, unit: "characters" });
    }
    Ok(text.to_owned())
}
