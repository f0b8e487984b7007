//! Reading a merge patch (RFC 7396) member by member into a record: what is absent stays, `null` clears, and everything
//! that is wrong is noted.

use api_kit::decode;
use model::{
    Aliases, Dialect, Extras, Item, ItemRef, Items, Json, Rejection, Timestamp, Violation, ViolationKind,
    limits,
};
use serde::Serialize;
use uuid::Uuid;

type Map = serde_json::Map<String, Json>;

/// Whether a record is made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It is made: what it must have may not be left out.
    Create,
    /// It is changed.
    Update,
}

/// The members of a patch, and what was found wrong with them so far.
pub(crate) struct Members<'a> {
    members: &'a Map,
    /// What stands before each name: empty, or `options.3.`.
    prefix: String,
    purpose: Purpose,
    known: Vec<&'static str>,
    violations: Vec<Violation>,
    source: &'a Source<'a>,
}

/// Where new ids come from, and the time.
pub(crate) struct Source<'a> {
    pub(crate) fresh_id: &'a (dyn Fn() -> Uuid + Sync),
    pub(crate) now: Timestamp,
}

impl<'a> Members<'a> {
    /// The members of a document.
    pub(crate) fn new(members: &'a Map, purpose: Purpose, source: &'a Source<'a>) -> Self {
        Self { members, prefix: String::new(), purpose, known: Vec::new(), violations: Vec::new(), source }
    }

    /// Whether the record is made.
    pub(crate) fn is_new(&self) -> bool {
        self.purpose == Purpose::Create
    }

    /// An id that nothing has.
    pub(crate) fn fresh_id(&self) -> Uuid {
        (self.source.fresh_id)()
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        self.source.now
    }

    /// Notes what is wrong with a member.
    pub(crate) fn refuse(&mut self, name: &str, kind: ViolationKind) {
        self.violations.push(Violation::new(format!("{}{name}", self.prefix), kind));
    }

    /// A member, if it is there.
    pub(crate) fn take(&mut self, name: &'static str) -> Option<&'a Json> {
        self.known.push(name);
        self.members.get(name)
    }

    /// Reads a member with a function.
    pub(crate) fn read<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&'a Json) -> Result<T, ViolationKind>,
    ) -> Option<T> {
        match read(self.take(name)?) {
            Ok(value) => Some(value),
            Err(kind) => {
                self.refuse(name, kind);
                None
            }
        }
    }

    /// A member that a new record must have.
    pub(crate) fn require(&mut self, name: &'static str) {
        if self.is_new() && !self.members.contains_key(name) {
            self.refuse(name, ViolationKind::Missing);
        }
    }

    /// A text that is there and says something, of so many characters at most.
    pub(crate) fn text(&mut self, name: &'static str, max: usize, slot: &mut String) {
        self.require(name);
        let read = |json| {
            let text = bounded(decode::text(json)?, max)?;
            if text.trim().is_empty() { Err(ViolationKind::Blank) } else { Ok(text.to_owned()) }
        };
        set(slot, self.read(name, read));
    }

    /// A name.
    pub(crate) fn name(&mut self, slot: &mut String) {
        self.text("name", limits::SHORT_TEXT_CHARS, slot);
    }

    /// A text that may be empty.
    pub(crate) fn loose_text(&mut self, name: &'static str, slot: &mut String) {
        let read = |json| Ok(bounded(decode::text(json)?, limits::SHORT_TEXT_CHARS)?.to_owned());
        set(slot, self.read(name, read));
    }

    /// A text that may be missing.
    pub(crate) fn nullable(&mut self, name: &'static str, max: usize, slot: &mut Option<String>) {
        let read = |json| {
            let text = decode::nullable_text(json)?;
            text.map(|text| bounded(text, max).map(str::to_owned)).transpose()
        };
        set(slot, self.read(name, read));
    }

    /// A flag.
    pub(crate) fn flag(&mut self, name: &'static str, slot: &mut bool) {
        set(slot, self.read(name, decode::boolean));
    }

    /// An instant that may be missing.
    pub(crate) fn instant(&mut self, name: &'static str, slot: &mut Option<Timestamp>) {
        set(slot, self.read(name, instant));
    }

    /// One of some words, each with what it means.
    pub(crate) fn word<T: Copy>(&mut self, name: &'static str, words: &[(&'static str, T)], slot: &mut T) {
        set(slot, self.read(name, |json| word(json, words)));
    }

    /// A record of the catalog by its id, or none.
    pub(crate) fn item<T: Item, I: From<Uuid>>(
        &mut self,
        name: &'static str,
        (items, unknown): (&Items<T>, Unknown),
        slot: &mut Option<I>,
    ) {
        let read = |json| {
            let text = decode::nullable_text(json)?;
            text.map(|text| find(items, unknown, text).map(|item| I::from(item.id()))).transpose()
        };
        set(slot, self.read(name, read));
    }

    /// Records of the catalog by their ids, each once. `None` when the member is not there, or wrong.
    pub(crate) fn items<'c, T: Item>(
        &mut self,
        name: &'static str,
        (items, unknown): (&'c Items<T>, Unknown),
    ) -> Option<Vec<&'c T>> {
        let mut found: Vec<&T> = Vec::new();
        for (at, json) in self.rows(name)? {
            match decode::text(json).and_then(|text| find(items, unknown, text)) {
                Ok(item) if found.iter().any(|each| each.id() == item.id()) => {
                    self.refuse(&at, ViolationKind::Duplicate);
                }
                Ok(item) => found.push(item),
                Err(kind) => self.refuse(&at, kind),
            }
        }
        Some(found)
    }

    /// The ids of such records.
    pub(crate) fn ids<T: Item, I: From<Uuid>>(
        &mut self,
        name: &'static str,
        known: (&Items<T>, Unknown),
        slot: &mut Vec<I>,
    ) {
        let found = self.items(name, known);
        set(slot, found.map(|found| found.into_iter().map(|item| I::from(item.id())).collect()));
    }

    /// The items of an array, each with its place; none for `null`.
    pub(crate) fn rows(&mut self, name: &'static str) -> Option<Vec<(String, &'a Json)>> {
        let rows = self.read(name, |json| match json {
            Json::Null => Ok(&[][..]),
            Json::Array(rows) if rows.len() > limits::SET_ITEMS => {
                Err(ViolationKind::TooLong { max: limits::SET_ITEMS, unit: "items" })
            }
            Json::Array(rows) => Ok(rows.as_slice()),
            _ => Err(ViolationKind::WrongType("an array or null")),
        })?;
        Some(rows.iter().enumerate().map(|(n, row)| (format!("{name}.{n}"), row)).collect())
    }

    /// Reads an object that is an item of an array; what is wrong with it is noted here.
    pub(crate) fn nested<T>(
        &mut self,
        at: &str,
        json: &'a Json,
        read: impl FnOnce(&mut Members<'a>) -> T,
    ) -> Option<T> {
        let members = decode::object(json).map_err(|kind| self.refuse(at, kind)).ok()?;
        let mut inner = Members::new(members, Purpose::Update, self.source);
        inner.prefix = format!("{}{at}.", self.prefix);
        let value = read(&mut inner);
        inner.refuse_unknown();
        self.violations.append(&mut inner.violations);
        Some(value)
    }

    /// What a client does not choose: it may be sent back as it was read.
    pub(crate) fn fixed(&mut self, name: &'static str, now: &impl Serialize) {
        let is_new = self.is_new();
        self.read(name, |json| {
            let is_same = || serde_json::to_value(now).is_ok_and(|now| now == *json);
            if !is_new && is_same() { Ok(()) } else { Err(ViolationKind::Immutable) }
        });
    }

    /// The ids that vendors gave the record; merged by dialect, `null` clears those of one or of all.
    pub(crate) fn aliases(&mut self, slot: &mut Aliases) {
        match self.take("aliases") {
            None => {}
            Some(Json::Null) => *slot = Aliases::default(),
            Some(Json::Object(dialects)) => {
                for (name, json) in dialects {
                    if let Err(kind) = alias(name, json, slot) {
                        self.refuse(&format!("aliases.{name}"), kind);
                    }
                }
            }
            Some(_) => self.refuse("aliases", ViolationKind::WrongType("an object or null")),
        }
    }

    /// Members that only one dialect knows; merged by dialect and name, `null` clears one.
    pub(crate) fn extras(&mut self, slot: &mut Extras) {
        let Some(dialects) = self.read("extras", decode::object) else { return };
        for (name, json) in dialects {
            let dialect = name.parse::<Dialect>().map_err(|_| ViolationKind::UnknownMember);
            match dialect.and_then(|dialect| Ok((dialect, decode::object(json)?))) {
                Ok((dialect, extras)) => {
                    for (extra, json) in extras {
                        slot.set(dialect, extra, Some(json.clone()));
                    }
                }
                Err(kind) => self.refuse(&format!("extras.{name}"), kind),
            }
        }
        if slot.len() > limits::EXTRAS {
            self.refuse("extras", ViolationKind::TooLong { max: limits::EXTRAS, unit: "items" });
        }
    }

    /// Whether a member is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Whether a member is sent back as it was read.
    pub(crate) fn is_same(&mut self, name: &'static str, now: &impl Serialize) -> bool {
        let sent = self.take(name);
        sent.is_some_and(|sent| serde_json::to_value(now).is_ok_and(|now| now == *sent))
    }

    /// Refuses what nobody asked for.
    fn refuse_unknown(&mut self) {
        let unknown = self.members.keys().filter(|name| !self.known.contains(&name.as_str()));
        for name in unknown.cloned().collect::<Vec<_>>() {
            self.refuse(&name, ViolationKind::UnknownMember);
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Everything that was wrong.
    pub(crate) fn finish(mut self) -> Result<(), Rejection> {
        self.refuse_unknown();
        if self.violations.is_empty() { Ok(()) } else { Err(Rejection { violations: self.violations }) }
    }
}

/// What is said of an id that nothing has.
pub(crate) type Unknown = fn(String) -> ViolationKind;

fn set<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

/// A text of so many characters at most.
pub(crate) fn bounded(text: &str, max: usize) -> Result<&str, ViolationKind> {
    if text.len() > max && text.chars().count() > max {
        return Err(ViolationKind::TooLong { max, unit: "characters" });
    }
    Ok(text)
}

/// The record with this id: of this API's, a name can belong to several.
pub(crate) fn find<'c, T: Item>(
    items: &'c Items<T>,
    unknown: Unknown,
    text: &str,
) -> Result<&'c T, ViolationKind> {
    items.find(&ItemRef::id_text(Dialect::Native, text)).ok_or_else(|| unknown(text.to_owned()))
}

fn instant(json: &Json) -> Result<Option<Timestamp>, ViolationKind> {
    let Some(text) = decode::nullable_text(json)? else { return Ok(None) };
    Timestamp::parse_rfc3339(text).map(Some).ok_or(ViolationKind::BadInstant)
}

fn word<T: Copy>(json: &Json, words: &[(&'static str, T)]) -> Result<T, ViolationKind> {
    let text = decode::text(json)?;
    let found = words.iter().find(|(word, _)| *word == text);
    let known = || words.iter().map(|(word, _)| (*word).to_owned()).collect();
    found.map(|(_, meant)| *meant).ok_or_else(|| ViolationKind::NotOneOf(known()))
}

fn alias(name: &str, json: &Json, slot: &mut Aliases) -> Result<(), ViolationKind> {
    let dialect: Dialect = name.parse().map_err(|_| ViolationKind::UnknownMember)?;
    let rows = if json.is_null() { &[][..] } else { decode::array(json)? };
    if rows.len() > limits::ALIASES {
        return Err(ViolationKind::TooLong { max: limits::ALIASES, unit: "items" });
    }
    let mut texts: Vec<String> = Vec::new();
    for row in rows {
        match decode::text(row)? {
            "" => return Err(ViolationKind::Blank),
            text if text.len() > limits::ALIAS_BYTES => {
                return Err(ViolationKind::TooLong { max: limits::ALIAS_BYTES, unit: "bytes" });
            }
            text if texts.iter().any(|each| each == text) => return Err(ViolationKind::Duplicate),
            text => texts.push(text.to_owned()),
        }
    }
    slot.set(dialect, texts);
    Ok(())
}
