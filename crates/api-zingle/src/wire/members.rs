//! The members of a body that is an item of the catalog, or something like it: each is read once, and what is wrong
//! with any of them is told together.

use std::collections::BTreeSet;

use api_kit::{Body, decode, ignored};
use app::Error as AppError;
use model::color::is_color;
use model::{Change, Json, Rejection, Violation, ViolationKind, limits};

type Map = serde_json::Map<String, Json>;

/// A body's members. Violations stand at `<what it is>.<member>`, because the vendor has other codes for each kind.
pub(crate) struct Members {
    what: &'static str,
    members: Map,
    /// Those that somebody asked for.
    known: BTreeSet<String>,
    change: Change,
}

impl Members {
    /// Reads a body; an empty one has no members.
    pub(crate) fn read(what: &'static str, body: Body) -> Self {
        let mut change = Change::default();
        Self { what, members: body.object(&mut change), known: BTreeSet::new(), change }
    }

    /// Whether a member is there.
    pub(crate) fn has(&mut self, name: &str) -> bool {
        self.known.insert(name.to_owned());
        self.members.contains_key(name)
    }

    pub(crate) fn refuse(&mut self, name: &str, kind: ViolationKind) {
        self.change.refuse(format!("{}.{name}", self.what), kind);
    }

    /// Notes that a member is required where it is absent.
    pub(crate) fn require(mut self, names: &[&str]) -> Self {
        for name in names.iter().filter(|name| !self.members.contains_key(**name)).collect::<Vec<_>>() {
            self.refuse(name, ViolationKind::Missing);
        }
        self
    }

    /// A member read by a function.
    pub(crate) fn with<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Json) -> Result<T, ViolationKind>,
    ) -> Option<T> {
        self.known.insert(name.to_owned());
        match read(self.members.get(name)?) {
            Ok(value) => Some(value),
            Err(kind) => {
                self.refuse(name, kind);
                None
            }
        }
    }

    /// A text that must not be empty: without one it is as good as missing.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.with(name, |json| match json {
            Json::String(text) if !text.trim().is_empty() => bounded(text),
            Json::String(_) | Json::Null => Err(ViolationKind::Missing),
            _ => Err(ViolationKind::WrongType("a string")),
        })
    }

    /// A text, or null or `""` for none.
    pub(crate) fn nullable_text(&mut self, name: &str) -> Option<Option<String>> {
        self.with(name, |json| {
            super::filled(decode::nullable_text(json)?).map(|text| bounded(&text)).transpose()
        })
    }

    /// A colour that must be there.
    pub(crate) fn color(&mut self, name: &str) -> Option<String> {
        self.with(name, |json| match json {
            Json::Null => Err(ViolationKind::Missing),
            Json::String(text) if text.is_empty() => Err(ViolationKind::Missing),
            json => color(json),
        })
    }

    /// A colour, or null or `""` for none.
    pub(crate) fn nullable_color(&mut self, name: &str) -> Option<Option<String>> {
        self.with(name, |json| match json {
            Json::Null => Ok(None),
            Json::String(text) if text.is_empty() => Ok(None),
            json => color(json).map(Some),
        })
    }

    /// Ends with every violation, if there is one; else tells what nobody asked for.
    pub(crate) fn check(self) -> Result<(), AppError> {
        tell_others(&self.members, "", |name| self.known.contains(name));
        match self.change.violations.is_empty() {
            true => Ok(()),
            false => Err(AppError::Rejected(Rejection { violations: self.change.violations })),
        }
    }
}

/// Tells which members have no effect: the vendor, too, passes over what it does not know.
pub(crate) fn tell_others(members: &Map, prefix: &str, is_known: impl Fn(&str) -> bool) {
    for name in members.keys().filter(|name| !is_known(name)) {
        ignored(&format!("{prefix}{name}"));
    }
}

/// A name that another item of its kind has.
pub(crate) fn taken(at: &str) -> Rejection {
    Violation::new(at, ViolationKind::Duplicate).into()
}

/// A text of a bounded length.
pub(crate) fn bounded(text: &str) -> Result<String, ViolationKind> {
    let max = limits::SHORT_TEXT_CHARS;
    match text.chars().count() <= max {
        true => Ok(text.to_owned()),
        false => Err(ViolationKind::TooLong { max, unit: "characters" }),
    }
}

/// A colour, kept as it is written.
fn color(json: &Json) -> Result<String, ViolationKind> {
    let text = json.as_str().filter(|text| is_color(text));
    text.map(str::to_owned).ok_or(ViolationKind::WrongType("a colour such as #93623a"))
}
