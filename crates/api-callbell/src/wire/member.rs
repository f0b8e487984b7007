//! Reading members of bodies that are no change of a contact.

use api_kit::{Body, ignored};
use model::{Change, Json, Rejection, Violation, ViolationKind, limits};
use serde_json::Map;

/// The members of a body, and what was found wrong with them.
#[derive(Debug)]
pub(crate) struct Members {
    members: Map<String, Json>,
    /// Those that were asked for: the others have no effect.
    known: Vec<&'static str>,
    violations: Vec<Violation>,
}

impl Members {
    /// Those of a body that must be an object, or nothing.
    pub(crate) fn of(body: Body) -> Self {
        let mut change = Change::default();
        let members = body.object(&mut change);
        Self { members, known: Vec::new(), violations: change.violations }
    }

    /// A member as it came; `null` is one that is not there.
    pub(crate) fn get(&mut self, name: &'static str) -> Option<&Json> {
        self.given(name).filter(|json| !json.is_null())
    }

    /// A member as it came, also where it is `null`.
    pub(crate) fn given(&mut self, name: &'static str) -> Option<&Json> {
        self.known.push(name);
        self.members.get(name)
    }

    /// Notes that a member is wrong.
    pub(crate) fn refuse(&mut self, name: &str, kind: ViolationKind) {
        self.violations.push(Violation::new(name, kind));
    }

    /// A text that must be there and have something in it.
    pub(crate) fn required(&mut self, name: &'static str, max: usize) -> Option<String> {
        if self.get(name).is_none() {
            // Of a body that cannot be read it is not known.
            if self.violations.is_empty() || !self.members.is_empty() {
                self.refuse(name, ViolationKind::Missing);
            }
            return None;
        }
        self.text(name, max)
    }

    /// A text that has something in it, if it is there.
    pub(crate) fn text(&mut self, name: &'static str, max: usize) -> Option<String> {
        let text = match self.given(name)? {
            Json::String(text) => text.clone(),
            _ => {
                self.refuse(name, ViolationKind::WrongType("a string"));
                return None;
            }
        };
        if text.trim().is_empty() {
            self.refuse(name, ViolationKind::Blank);
        } else if text.chars().count() > max {
            self.refuse(name, ViolationKind::TooLong { max, unit: "characters" });
        } else {
            return Some(text);
        }
        None
    }

    /// A name, if it is there.
    pub(crate) fn name(&mut self, name: &'static str) -> Option<String> {
        self.text(name, limits::SHORT_TEXT_CHARS)
    }

    /// Passes when nothing is wrong. What nobody asked for is told as ignored.
    pub(crate) fn check(self) -> Result<(), Rejection> {
        self.members
            .keys()
            .filter(|name| !self.known.contains(&name.as_str()))
            .for_each(|name| ignored(name));
        if self.violations.is_empty() { Ok(()) } else { Err(Rejection { violations: self.violations }) }
    }
}

/// Tells of all members but one that they are ignored.
pub(super) fn ignored_but(used: &str, members: &Map<String, Json>) {
    members.keys().filter(|name| *name != used).for_each(|name| ignored(name));
}
