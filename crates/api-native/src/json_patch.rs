//! JSON Patch (RFC 6902): operations on a record as it is shown, as the merge patch that does the same. Items of lists can
//! be named by their value, too: by their id, tags and lists also by their name.

mod merge;
mod places;

use ::json_patch::jsonptr::{Pointer, PointerBuf};
use ::json_patch::{
    AddOperation, CopyOperation, MoveOperation, PatchErrorKind, PatchOperation, RemoveOperation,
    ReplaceOperation, patch,
};
use api_kit::json::MAX_DEPTH;
use api_kit::{Body, MAX_BODY_BYTES, decode};
use model::{Catalog, Json, Precondition, Rejection, Revisions, Violation, ViolationKind};
use serde_json::Number;

use self::places::Places;
use crate::Error;
use crate::resource::FIXED;

pub(crate) use self::merge::SetChange;

type Map = serde_json::Map<String, Json>;

/// Operations of one patch at most.
pub(crate) const OPERATIONS_MAX: usize = 1000;

/// How often a record is read again that somebody else changed between reading and writing it.
pub(crate) const TRIES: usize = 32;

/// A patch.
pub(crate) struct JsonPatch(Vec<Operation>);

/// An operation as a client wrote it.
struct Operation {
    verb: Verb,
    path: PointerBuf,
    from: PointerBuf,
    value: Option<Json>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}

const VERBS: [(&str, Verb); 6] = [
    ("add", Verb::Add),
    ("remove", Verb::Remove),
    ("replace", Verb::Replace),
    ("move", Verb::Move),
    ("copy", Verb::Copy),
    ("test", Verb::Test),
];

/// Why an operation was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Its test failed.
    TestFailed,
    /// Its path names nothing.
    NoSuchPlace,
    /// Its `from` names nothing.
    NoSuchSource,
    /// It would move something into itself.
    IntoItself,
    /// It would change what clients do not choose.
    Immutable,
    /// It would make the record larger, or nested deeper, than a body may be.
    TooLarge,
}

/// What a patch does to a record.
pub(crate) struct Patched {
    /// A merge patch that does it, but for the sets.
    pub(crate) members: Map,
    /// What it adds to sets and removes from them.
    pub(crate) sets: Vec<SetChange>,
}

impl Patched {
    /// A merge patch that does all of it to a record that is shown so.
    pub(crate) fn whole(self, shown: &Json) -> Map {
        let mut members = self.members;
        for SetChange { name, removed, added } in self.sets {
            let kept = shown.get(name).and_then(Json::as_array).into_iter().flatten();
            let kept =
                kept.filter(|row| row.as_str().is_none_or(|id| !removed.iter().any(|each| each == id)));
            let added = added.into_iter().map(|(_, id)| Json::String(id));
            members.insert(name.to_owned(), kept.cloned().chain(added).collect());
        }
        members
    }
}

impl JsonPatch {
    /// Reads a body.
    ///
    /// # Errors
    /// Every operation that is none.
    pub(crate) fn decode(body: Body) -> Result<Self, Rejection> {
        let rows = match body {
            Body::Json(Json::Array(rows)) => rows,
            Body::Malformed(violation) => return Err(violation.into()),
            Body::Json(_) | Body::Empty => {
                let kind = ViolationKind::Malformed("a JSON Patch is an array of operations".to_owned());
                return Err(Violation::new("", kind).into());
            }
        };
        if rows.len() > OPERATIONS_MAX {
            let kind = ViolationKind::TooLong { max: OPERATIONS_MAX, unit: "operations" };
            return Err(Violation::new("", kind).into());
        }
        let mut violations = Vec::new();
        let mut operations = Vec::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            match Operation::decode(row) {
                Ok(operation) => operations.push(operation),
                Err((member, kind)) => violations.push(Violation::new(at(place, member), kind)),
            }
        }
        if violations.is_empty() { Ok(Self(operations)) } else { Err(Rejection { violations }) }
    }

    /// What it does to a record that is shown so.
    ///
    /// # Errors
    /// The first operation that cannot be carried out.
    pub(crate) fn apply(&self, shown: &Json, catalog: &Catalog) -> Result<Patched, Error> {
        let mut after = shown.clone();
        // What the body itself holds is bounded already, and what is copied and moved is by this.
        let mut bytes_left = MAX_BODY_BYTES;
        for (place, operation) in self.0.iter().enumerate() {
            let done = operation.apply(&mut after, catalog, &mut bytes_left);
            let done = done.and_then(|()| check_members(shown, &after));
            done.map_err(|fault| Error::Operation { place, fault })?;
        }
        Ok(merge::patched(shown, after))
    }
}

/// Where a violation stands in a patch.
fn at(place: usize, member: &str) -> String {
    if member.is_empty() { place.to_string() } else { format!("{place}.{member}") }
}

impl Operation {
    fn decode(row: &Json) -> Result<Self, (&'static str, ViolationKind)> {
        let members = decode::object(row).map_err(|kind| ("", kind))?;
        let member = |name: &'static str| members.get(name).ok_or((name, ViolationKind::Missing));
        let pointer = |name: &'static str| {
            let text = decode::text(member(name)?).map_err(|kind| (name, kind))?;
            let bad = |_| (name, ViolationKind::WrongType("a JSON Pointer such as /tags/0"));
            PointerBuf::parse(text).map_err(bad)
        };
        let word = decode::text(member("op")?).map_err(|kind| ("op", kind))?;
        let verb = VERBS.iter().find(|(each, _)| *each == word).map(|(_, verb)| *verb);
        let known = || ViolationKind::NotOneOf(VERBS.map(|(word, _)| word.to_owned()).to_vec());
        let verb = verb.ok_or_else(|| ("op", known()))?;
        let path = pointer("path")?;
        let needs_value = match verb {
            // An item that is named by its value needs no other.
            Verb::Add => !places::may_name_an_item(&path),
            Verb::Replace | Verb::Test => true,
            Verb::Remove | Verb::Move | Verb::Copy => false,
        };
        if needs_value {
            member("value")?;
        }
        let has_source = matches!(verb, Verb::Move | Verb::Copy);
        let from = if has_source { pointer("from")? } else { PointerBuf::new() };
        Ok(Self { verb, path, from, value: members.get("value").cloned() })
    }

    /// Carries it out. What it copies or moves is taken off the bytes that are left.
    fn apply(&self, document: &mut Json, catalog: &Catalog, bytes_left: &mut usize) -> Result<(), Fault> {
        let places = Places { document, catalog };
        let path = places.resolve(&self.path);
        let value = || self.value.clone().unwrap_or_default();
        let operation = match self.verb {
            Verb::Add => {
                // `None` when a set has it already.
                let Some((path, value)) = places.added(&self.path, self.value.as_ref())? else {
                    return Ok(());
                };
                check_depth(&path, &value)?;
                PatchOperation::Add(AddOperation { path, value })
            }
            Verb::Remove => PatchOperation::Remove(RemoveOperation { path }),
            Verb::Replace => {
                let value = value();
                check_depth(&path, &value)?;
                PatchOperation::Replace(ReplaceOperation { path, value })
            }
            Verb::Move | Verb::Copy => {
                let from = places.resolve(&self.from);
                let source = document.pointer(from.as_str()).ok_or(Fault::NoSuchSource)?;
                check_depth(&path, source)?;
                let bytes = source.to_string().len();
                *bytes_left = bytes_left.checked_sub(bytes).ok_or(Fault::TooLarge)?;
                match self.verb {
                    Verb::Move => PatchOperation::Move(MoveOperation { from, path }),
                    _ => PatchOperation::Copy(CopyOperation { from, path }),
                }
            }
            Verb::Test => {
                let found = document.pointer(path.as_str()).ok_or(Fault::NoSuchPlace)?;
                return if is_equal(found, &value()) { Ok(()) } else { Err(Fault::TestFailed) };
            }
        };
        patch(document, &[operation]).map_err(|fault| match fault.kind {
            PatchErrorKind::TestFailed => Fault::TestFailed,
            PatchErrorKind::InvalidFromPointer => Fault::NoSuchSource,
            PatchErrorKind::CannotMoveInsideItself => Fault::IntoItself,
            _ => Fault::NoSuchPlace,
        })
    }
}

/// Refuses what makes a record of another kind, or of another id.
fn check_members(before: &Json, after: &Json) -> Result<(), Fault> {
    let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else {
        return Err(Fault::NoSuchPlace);
    };
    if after.keys().any(|name| !before.contains_key(name)) {
        return Err(Fault::NoSuchPlace);
    }
    let is_changed = |name: &&str| before.contains_key(*name) && before.get(*name) != after.get(*name);
    if FIXED.iter().copied().chain(["unconfirmed_at"]).any(|name| is_changed(&name)) {
        return Err(Fault::Immutable);
    }
    Ok(())
}

/// Refuses what would be nested deeper than a body may be. Each operation is checked before it is carried out: copies of a
/// record into itself double its depth, and what walks a value needs stack for each level.
fn check_depth(path: &Pointer, value: &Json) -> Result<(), Fault> {
    if path.count() + depth(value) > MAX_DEPTH { Err(Fault::TooLarge) } else { Ok(()) }
}

/// How deep a value is nested.
fn depth(value: &Json) -> usize {
    match value {
        Json::Array(rows) => 1 + rows.iter().map(depth).max().unwrap_or_default(),
        Json::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// Whether two values are the same: numbers are when they mean the same (RFC 6902 §4.6).
fn is_equal(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => one == other || is_same_number(one, other),
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_equal(one, other))
        }
        (Json::Object(one), Json::Object(other)) => {
            let has =
                |(name, value): (&String, &Json)| other.get(name).is_some_and(|each| is_equal(value, each));
            one.len() == other.len() && one.iter().all(has)
        }
        _ => one == other,
    }
}

/// Whether two numbers mean the same, digit by digit; those with an exponent as exactly as `f64` tells.
fn is_same_number(one: &Number, other: &Number) -> bool {
    let plain = |number: &Number| {
        let text = number.to_string();
        let is_plain = !text.contains(['e', 'E']);
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let whole = if whole == "-0" { "0" } else { whole };
        is_plain.then(|| (whole.to_owned(), fraction.trim_end_matches('0').to_owned()))
    };
    match (plain(one), plain(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one.as_f64().is_some_and(|one| Some(one) == other.as_f64()),
    }
}

/// Somebody else wrote whenever the record had been read.
pub(crate) fn never_settled() -> Error {
    app::Error::Unavailable(app::StoreError::RecordChanged).into()
}

/// What came of a write at one revision; `None` when the record was at another one.
pub(crate) fn unless_moved<T>(written: Result<T, Error>) -> Result<Option<T>, Error> {
    match written {
        Err(Error::Problem(api_kit::Problem::App(app::Error::Rejected(rejection))))
            if rejection
                .violations
                .iter()
                .any(|each| matches!(each.kind, ViolationKind::OtherRevision(_))) =>
        {
            Ok(None)
        }
        written => written.map(Some),
    }
}

/// Only this revision.
pub(crate) fn only(revision: u64) -> Precondition {
    Precondition { is: Some(Revisions::These(vec![revision])), is_not: None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_the_same_when_they_mean_the_same() {
        for (one, other, expected) in [
            (json!(1), json!(1.0), true),
            (json!([1.50]), json!([1.5]), true),
            (json!(1e2), json!(100), true),
            (json!(9007199254740993_u64), json!(9007199254740992_u64), false),
            (json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1}), true),
            (json!(1), json!("1"), false),
            (json!([1, 2]), json!([1]), false),
            (json!({"a": 1}), json!({"a": 1, "b": 2}), false),
            (json!(null), json!(false), false),
        ] {
            assert_eq!(is_equal(&one, &other), expected, "{one} {other}");
        }
    }
}
