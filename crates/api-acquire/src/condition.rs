//! The conditions of lists: `where=column|expression|value`, and the order, `order={"column":"ASC"}`.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};

use api_kit::{Problem, Query};
use app::InstantRange;
use model::{Json, Timestamp};

use crate::Error;
use crate::wire::instant;

/// Conditions in one request at most.
const MAX_CONDITIONS: usize = 50;

/// How a column is compared with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Like,
    OneOf,
}

// QUIRK(acquire): the pages show `eq` alone and do not list the others; a client writes `=`. Test:
// every_expression_is_known_by_its_word_and_its_sign.
const WORDS: [(&str, &str, Relation); 8] = [
    ("eq", "=", Relation::Equal),
    ("ne", "!=", Relation::NotEqual),
    ("gt", ">", Relation::Greater),
    ("gte", ">=", Relation::GreaterOrEqual),
    ("lt", "<", Relation::Less),
    ("lte", "<=", Relation::LessOrEqual),
    ("like", "like", Relation::Like),
    ("in", "in", Relation::OneOf),
];

/// One condition.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    /// What is compared, as written.
    pub(crate) column: String,
    /// How.
    pub(crate) relation: Relation,
    /// With what; several values only of [`Relation::OneOf`].
    pub(crate) values: Vec<String>,
}

/// One value of a record as a condition sees it.
#[derive(Clone, Debug)]
pub(crate) enum Cell<'a> {
    /// An id.
    Id(u64),
    /// An instant.
    Instant(Timestamp),
    /// A text.
    Text(Cow<'a, str>),
}

impl<'a> Cell<'a> {
    /// A text, if there is one.
    pub(crate) fn text(text: Option<&'a str>) -> Vec<Self> {
        text.map(|text| Self::Text(Cow::Borrowed(text))).into_iter().collect()
    }
}

impl Condition {
    /// Reads every `where` and `where[]`.
    ///
    /// # Errors
    /// 400 when one cannot be read.
    pub(crate) fn read(query: &Query) -> Result<Vec<Self>, Error> {
        let texts: Vec<_> = query.all("where").filter(|text| !text.is_empty()).collect();
        if texts.len() > MAX_CONDITIONS {
            return Err(bad(format!("must not be given more than {MAX_CONDITIONS} times")));
        }
        texts.into_iter().map(Self::parse).collect()
    }

    fn parse(text: &str) -> Result<Self, Error> {
        let mut parts = text.splitn(3, '|');
        let (Some(column), Some(expression), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad("must have the form \"column|expression|value\"".to_owned()));
        };
        let expression = expression.trim().to_ascii_lowercase();
        let known = WORDS.iter().find(|(word, sign, _)| expression == *word || expression == *sign);
        let Some((.., relation)) = known else {
            let words = WORDS.map(|(word, ..)| word).join(", ");
            return Err(bad(format!("has an unknown expression; known: {words}")));
        };
        let values = match relation {
            Relation::OneOf => value.split(',').map(|item| item.trim().to_owned()).collect(),
            _ => vec![value.to_owned()],
        };
        Ok(Self { column: column.trim().to_owned(), relation: *relation, values })
    }

    /// The values of which it asks for any.
    pub(crate) fn any_of(&self) -> Option<&[String]> {
        matches!(self.relation, Relation::Equal | Relation::OneOf).then_some(self.values.as_slice())
    }

    /// The instants that it holds for, where these follow each other.
    pub(crate) fn instants(&self) -> Option<InstantRange> {
        let [value] = self.values.as_slice() else { return None };
        let at = instant::parse(value)?.millis();
        let (from, until) = match self.relation {
            Relation::Equal | Relation::OneOf => (at, Some(at + 1)),
            Relation::Greater => (at + 1, None),
            Relation::GreaterOrEqual => (at, None),
            Relation::Less => (i64::MIN, Some(at)),
            Relation::LessOrEqual => (i64::MIN, Some(at + 1)),
            Relation::NotEqual | Relation::Like => return None,
        };
        Some(InstantRange { from, until })
    }

    /// Whether it holds for a column with these values. One without a value differs from every value, and compares
    /// with none.
    pub(crate) fn holds(&self, cells: &[Cell<'_>]) -> bool {
        match self.relation {
            Relation::NotEqual => !cells.iter().any(|cell| self.meets(cell, Relation::Equal)),
            relation => cells.iter().any(|cell| self.meets(cell, relation)),
        }
    }

    fn meets(&self, cell: &Cell<'_>, relation: Relation) -> bool {
        self.values.iter().any(|value| match relation {
            Relation::Equal | Relation::NotEqual | Relation::OneOf => is_equal(cell, value),
            Relation::Greater => compare(cell, value) == Some(Ordering::Greater),
            Relation::GreaterOrEqual => compare(cell, value).is_some_and(Ordering::is_ge),
            Relation::Less => compare(cell, value) == Some(Ordering::Less),
            Relation::LessOrEqual => compare(cell, value).is_some_and(Ordering::is_le),
            Relation::Like => is_like(&shown(cell), value),
        })
    }

    /// Refuses a value that a column of ids or of instants cannot be compared with.
    ///
    /// # Errors
    /// 400.
    pub(crate) fn check(&self, kind: Kind) -> Result<(), Error> {
        let fits = |value: &String| match kind {
            Kind::Id => crate::wire::is_integer(value.trim()),
            Kind::Instant => instant::parse(value).is_some(),
            Kind::Text => true,
        };
        if self.relation == Relation::Like || self.values.iter().all(fits) {
            return Ok(());
        }
        let what = if kind == Kind::Id { "an integer" } else { "a date" };
        Err(bad(format!("must compare \"{}\" with {what}", self.column)))
    }

    /// There is no such column.
    pub(crate) fn unknown(known: &str) -> Error {
        bad(format!("names an unknown column; known: {known}"))
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Id,
    Instant,
    Text,
}

/// The conditions and the order of a list whose rows are all in memory.
pub(crate) struct Rows {
    conditions: Vec<Condition>,
    order: Option<(String, bool)>,
}

impl Rows {
    /// Reads `where` and `order` over these columns.
    ///
    /// # Errors
    /// 400, naming the parameter.
    pub(crate) fn read(query: &Query, columns: &[(&str, Kind)]) -> Result<Self, Error> {
        let names = || listed(columns.iter().map(|(name, _)| *name));
        let conditions = Condition::read(query)?;
        for condition in &conditions {
            let column = columns.iter().find(|(name, _)| *name == condition.column);
            condition.check(column.ok_or_else(|| Condition::unknown(&names()))?.1)?;
        }
        let order = order(query, &names())?;
        if order.as_ref().is_some_and(|(column, _)| !columns.iter().any(|(name, _)| name == column)) {
            return Err(bad_order(&names()));
        }
        Ok(Self { conditions, order })
    }

    /// Whether the request has neither conditions nor an order.
    pub(crate) fn is_plain(&self) -> bool {
        self.conditions.is_empty() && self.order.is_none()
    }

    /// Whether all conditions hold for a row.
    pub(crate) fn hold<T>(&self, row: &T, cells: impl Fn(&T, &str) -> Vec<Cell<'static>>) -> bool {
        self.conditions.iter().all(|each| each.holds(&cells(row, &each.column)))
    }

    /// Rows in order: as they come without one.
    pub(crate) fn ordered<T>(
        &self,
        mut rows: Vec<T>,
        cells: impl Fn(&T, &str) -> Vec<Cell<'static>>,
    ) -> Vec<T> {
        let rank = |row: &T, column| rank(cells(row, column).first());
        match &self.order {
            None => {}
            Some((column, false)) => rows.sort_by_cached_key(|row| rank(row, column)),
            Some((column, true)) => rows.sort_by_cached_key(|row| Reverse(rank(row, column))),
        }
        rows
    }

    /// The rows that all conditions hold for, in order.
    pub(crate) fn of<T>(
        &self,
        rows: impl Iterator<Item = T>,
        cells: impl Fn(&T, &str) -> Vec<Cell<'static>>,
    ) -> Vec<T> {
        self.ordered(rows.filter(|row| self.hold(row, &cells)).collect(), &cells)
    }
}

/// The names of columns, for a message: the first of many.
pub(crate) fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    const MOST: usize = 50;
    let mut names: Vec<_> = names.take(MOST + 1).collect();
    if names.len() > MOST {
        names.truncate(MOST);
        names.push("…");
    }
    names.join(", ")
}

/// What a value is ordered by: numbers and instants first, then texts without case.
fn rank(cell: Option<&Cell<'_>>) -> (i128, String) {
    match cell {
        None => (i128::MIN, String::new()),
        Some(Cell::Id(id)) => (i128::from(*id), String::new()),
        Some(Cell::Instant(at)) => (i128::from(at.millis()), String::new()),
        Some(Cell::Text(text)) => (i128::MAX, text.to_lowercase()),
    }
}

/// `order={"column":"ASC"}`: the column, and whether the largest comes first.
///
/// # Errors
/// 400.
pub(crate) fn order(query: &Query, known: &str) -> Result<Option<(String, bool)>, Error> {
    let Some(text) = query.get("order").filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let bad = || bad_order(known);
    let members: serde_json::Map<String, Json> = serde_json::from_str(text).map_err(|_| bad())?;
    let mut members = members.iter().map(|(column, way)| (column.clone(), way.as_str()));
    let (Some((column, Some(way))), None) = (members.next(), members.next()) else { return Err(bad()) };
    match way.to_ascii_uppercase().as_str() {
        "ASC" => Ok(Some((column, false))),
        "DESC" => Ok(Some((column, true))),
        _ => Err(bad()),
    }
}

/// The order cannot be read.
pub(crate) fn bad_order(known: &str) -> Error {
    let reason = format!("must be a JSON object with one of {known} and ASC or DESC");
    Problem::BadQuery { name: "order", reason }.into()
}

fn bad(reason: String) -> Error {
    Problem::BadQuery { name: "where", reason }.into()
}

fn is_equal(cell: &Cell<'_>, value: &str) -> bool {
    match cell {
        Cell::Text(text) => text == value,
        Cell::Id(_) | Cell::Instant(_) => compare(cell, value) == Some(Ordering::Equal),
    }
}

/// Numbers as numbers, instants as instants, other texts without case.
fn compare(cell: &Cell<'_>, value: &str) -> Option<Ordering> {
    match cell {
        Cell::Id(id) => Some(i128::from(*id).cmp(&value.trim().parse().ok()?)),
        Cell::Instant(at) => Some(at.cmp(&instant::parse(value)?)),
        Cell::Text(text) => match (number(text), number(value)) {
            (Some(one), Some(other)) => one.partial_cmp(&other),
            _ => Some(text.to_lowercase().cmp(&value.to_lowercase())),
        },
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

fn shown<'c>(cell: &'c Cell<'_>) -> Cow<'c, str> {
    match cell {
        Cell::Id(id) => id.to_string().into(),
        Cell::Instant(at) => at.to_rfc3339_millis().into(),
        Cell::Text(text) => Cow::Borrowed(text),
    }
}

/// Whether a text matches a pattern with `%` for any characters; a pattern without one may stand anywhere in it.
fn is_like(text: &str, pattern: &str) -> bool {
    let (text, pattern) = (text.to_lowercase(), pattern.to_lowercase());
    let mut parts: Vec<&str> = pattern.split('%').collect();
    let (Some(last), false) = (parts.pop(), parts.is_empty()) else { return text.contains(&pattern) };
    let first = parts.remove(0);
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Vec<Cell<'_>> {
        Cell::text(Some(text))
    }

    fn holds(condition: &str, cells: &[Cell<'_>]) -> bool {
        Condition::parse(condition).unwrap().holds(cells)
    }

    #[test]
    fn texts_are_compared_exactly_and_ordered_without_case() {
        for (condition, expected) in [
            ("c|eq|Oakland", true),
            ("c|eq|oakland", false),
            ("c|ne|oakland", true),
            ("c|ne|Oakland", false),
            ("c|in|a, Oakland", true),
            ("c|in|", false),
            ("c|gt|o", true),
            ("c|lt|O", false),
            ("c|gte|OAKLAND", true),
            ("c|lte|oakland", true),
        ] {
            assert_eq!(holds(condition, &text("Oakland")), expected, "{condition}");
        }
    }

    #[test]
    fn numbers_and_instants_are_no_texts() {
        assert!(holds("c|gt|9", &text("10")));
        assert!(holds("c|lt|9.5", &text("9")));
        assert!(holds("c|gte|7", &[Cell::Id(7)]) && holds("c|eq| 07", &[Cell::Id(7)]));
        let at = vec![Cell::Instant(instant::parse("2021-03-10").unwrap())];
        assert!(holds("c|eq|2021-03-10 00:00:00", &at) && holds("c|lt|2021-03-10T00:00:01Z", &at));
        assert!(!holds("c|gt|never", &at));
    }

    #[test]
    fn what_has_no_value_differs_from_all() {
        for condition in ["c|eq|", "c|gt|", "c|lt|z", "c|like|%", "c|in|a,b"] {
            assert!(!holds(condition, &[]), "{condition}");
        }
        assert!(holds("c|ne|x", &[]));
    }

    #[test]
    fn patterns_stand_anywhere_or_where_they_say() {
        for (pattern, expected) in [
            ("ak", true),
            ("AK", true),
            ("oak%", true),
            ("%land", true),
            ("%ak%an%", true),
            ("o%k%d", true),
            ("%", true),
            ("", true),
            ("land%", false),
            ("%oak", false),
            ("o_kland", false),
            ("%d%d", false),
        ] {
            assert_eq!(is_like("Oakland", pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn a_text_has_no_part_twice_in_a_pattern() {
        assert!(!is_like("aba", "ab%ba") && is_like("abba", "ab%ba"));
    }
}
