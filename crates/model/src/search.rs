//! Searches: what contacts are asked for, as a tree that has two spellings of one meaning, a line of text
//! (`tag:vip lead_score>80 -closed jane`) and JSON.

mod parse;
mod print;
pub mod words;

use serde::{Deserialize, Deserializer, Serialize};

pub use self::parse::{Expected, Parsed, SyntaxError};
pub use self::words::Needle;
use crate::Json;

/// Bytes of a search as text at most.
pub const TEXT_BYTES: usize = 4096;
/// Terms of a search at most: words, comparisons and flags.
pub const TERMS: usize = 100;
/// Levels of nesting at most.
pub const DEPTH: usize = 20;

/// Which contacts; a tree. Its JSON is the other spelling of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Search {
    /// Those that all of these hold for; without any: all contacts.
    And(Vec<Self>),
    /// Those that at least one of these holds for; without any: none.
    Or(Vec<Self>),
    /// Those that this does not hold for.
    Not(Box<Self>),
    /// Those whose names, channels, remarks, companies or notes have this text in them.
    Word(String),
    /// Those with this flag.
    Is(Flag),
    /// Those whose member is not empty.
    Has(String),
    /// Those whose member compares so.
    Where(Comparison),
}

impl Default for Search {
    /// All contacts.
    fn default() -> Self {
        Self::And(Vec::new())
    }
}

/// What a contact is or is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Its conversation is closed.
    Closed,
    /// It is marked with a star.
    Starred,
    /// It is blocked.
    Blocked,
    /// Its conversation was seen to.
    Confirmed,
}

impl Flag {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Closed, Self::Starred, Self::Blocked, Self::Confirmed];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Starred => "starred",
            Self::Blocked => "blocked",
            Self::Confirmed => "confirmed",
        }
    }
}

/// A member, and what it is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The member's name, or the key of a custom field.
    pub member: String,
    /// How it is compared.
    #[serde(default, rename = "op")]
    pub test: Test,
    /// With what, as written; in JSON also a number or a boolean.
    #[serde(deserialize_with = "written")]
    pub value: String,
}

fn written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Json::deserialize(deserializer)? {
        Json::String(text) => Ok(text),
        Json::Number(number) => Ok(number.to_string()),
        Json::Bool(flag) => Ok(flag.to_string()),
        _ => Err(serde::de::Error::custom("'value' must be a string, a number or a boolean")),
    }
}

/// How a member is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Test {
    /// A text has this in it; anything else equals it.
    #[default]
    #[serde(rename = ":")]
    Matches,
    /// It equals this; texts without case and accents.
    #[serde(rename = "=")]
    Equal,
    /// It does not; also when there is none.
    #[serde(rename = "!=")]
    NotEqual,
    /// It is greater, or later.
    #[serde(rename = ">")]
    Greater,
    /// It is greater or equal.
    #[serde(rename = ">=")]
    GreaterOrEqual,
    /// It is less, or earlier.
    #[serde(rename = "<")]
    Less,
    /// It is less or equal.
    #[serde(rename = "<=")]
    LessOrEqual,
}

impl Test {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Matches,
        Self::Equal,
        Self::NotEqual,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Less,
        Self::LessOrEqual,
    ];

    /// The sign for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Matches => ":",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}

/// Why a search given as JSON is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooLarge {
    /// Too many terms.
    #[error("has more than {TERMS} terms")]
    Terms,
    /// Too long words, members and values.
    #[error("has more than {TEXT_BYTES} bytes of words, members and values")]
    Bytes,
    /// Nested too deep.
    #[error("is nested more than {DEPTH} levels deep")]
    Depth,
}

impl Search {
    /// Reads a search as text.
    ///
    /// # Errors
    /// [`SyntaxError`]: where, and what was expected.
    pub fn parse(text: &str) -> Result<Parsed, SyntaxError> {
        parse::parse(text)
    }

    /// The same without parts that say nothing: a list of one, a list in a list of its kind.
    #[must_use]
    pub fn normal(self) -> Self {
        match self {
            Self::And(parts) => Self::joined(parts, true),
            Self::Or(parts) => Self::joined(parts, false),
            Self::Not(part) => Self::Not(Box::new(part.normal())),
            term => term,
        }
    }

    fn joined(parts: Vec<Self>, is_and: bool) -> Self {
        let mut flat = Vec::new();
        for part in parts {
            match part.normal() {
                Self::And(inner) if is_and => flat.extend(inner),
                Self::Or(inner) if !is_and => flat.extend(inner),
                part => flat.push(part),
            }
        }
        match flat.pop() {
            None if is_and => Self::And(flat),
            None => Self::Not(Box::default()),
            Some(only) if flat.is_empty() => only,
            Some(last) => {
                flat.push(last);
                if is_and { Self::And(flat) } else { Self::Or(flat) }
            }
        }
    }

    /// Checks the bounds that the text has by its parser.
    ///
    /// # Errors
    /// [`TooLarge`].
    pub fn check(&self) -> Result<(), TooLarge> {
        Size::default().add(self, 0)
    }

    /// Where each term stands in the JSON, as JSON pointers (RFC 6901), from left to right.
    pub fn pointers(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.point("", &mut found);
        found
    }

    fn point(&self, at: &str, found: &mut Vec<String>) {
        match self {
            Self::And(parts) => {
                parts.iter().enumerate().for_each(|(n, part)| part.point(&format!("{at}/and/{n}"), found));
            }
            Self::Or(parts) => {
                parts.iter().enumerate().for_each(|(n, part)| part.point(&format!("{at}/or/{n}"), found));
            }
            Self::Not(part) => part.point(&format!("{at}/not"), found),
            Self::Word(_) => found.push(format!("{at}/word")),
            Self::Is(_) => found.push(format!("{at}/is")),
            Self::Has(_) => found.push(format!("{at}/has")),
            Self::Where(_) => found.push(format!("{at}/where")),
        }
    }
}

/// How large a tree is, as far as it was walked.
#[derive(Default)]
struct Size {
    terms: usize,
    bytes: usize,
}

impl Size {
    fn add(&mut self, search: &Search, depth: usize) -> Result<(), TooLarge> {
        if depth > DEPTH {
            return Err(TooLarge::Depth);
        }
        match search {
            // A group of none costs as much as a term.
            Search::And(parts) | Search::Or(parts) if parts.is_empty() => self.add_term(&[]),
            Search::And(parts) | Search::Or(parts) => {
                parts.iter().try_for_each(|part| self.add(part, depth + 1))
            }
            Search::Not(part) => self.add(part, depth + 1),
            Search::Is(_) => self.add_term(&[]),
            Search::Word(text) | Search::Has(text) => self.add_term(&[text]),
            Search::Where(Comparison { member, value, .. }) => self.add_term(&[member, value]),
        }
    }

    fn add_term(&mut self, texts: &[&str]) -> Result<(), TooLarge> {
        self.terms += 1;
        self.bytes += texts.iter().map(|text| text.len()).sum::<usize>();
        match self {
            Self { terms, .. } if *terms > TERMS => Err(TooLarge::Terms),
            Self { bytes, .. } if *bytes > TEXT_BYTES => Err(TooLarge::Bytes),
            Self { .. } => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_spellings_mean_the_same() {
        let text = r#"tag:vip lead_score>80 city:"New York" -closed (jane OR has:phone)"#;
        let tree = json!({"and": [
            {"where": {"member": "tag", "op": ":", "value": "vip"}},
            {"where": {"member": "lead_score", "op": ">", "value": "80"}},
            {"where": {"member": "city", "op": ":", "value": "New York"}},
            {"not": {"is": "closed"}},
            {"or": [{"word": "jane"}, {"has": "phone"}]},
        ]});
        let parsed = Search::parse(text).unwrap();
        assert_eq!(serde_json::to_value(&parsed.search).unwrap(), tree);
        assert_eq!(serde_json::from_value::<Search>(tree).unwrap(), parsed.search);
        assert_eq!(parsed.search.to_string(), text);
        assert_eq!(parsed.positions, [0, 8, 22, 39, 47, 55]);
        let pointers = ["/and/0/where", "/and/1/where", "/and/2/where", "/and/3/not/is", "/and/4/or/0/word"];
        assert_eq!(parsed.search.pointers()[..5], pointers);
    }

    #[test]
    fn values_in_json_may_have_their_type() {
        let read = |value: Json| {
            let tree = json!({"where": {"member": "m", "value": value}});
            serde_json::from_value::<Search>(tree).map(|search| search.to_string())
        };
        assert_eq!(read(json!(1.50)).unwrap(), "m:1.5");
        assert_eq!(read(json!(true)).unwrap(), "m:true");
        assert_eq!(read(json!("a b")).unwrap(), "m:\"a b\"");
        for value in [json!(null), json!([]), json!({})] {
            assert!(read(value).is_err());
        }
        for tree in [json!({"word": 1}), json!({"is": "open"}), json!({"nothing": "x"}), json!("word")] {
            assert!(serde_json::from_value::<Search>(tree.clone()).is_err(), "{tree}");
        }
        let unknown = json!({"where": {"member": "m", "value": "x", "more": 1}});
        assert!(serde_json::from_value::<Search>(unknown).is_err());
    }

    #[test]
    fn trees_have_bounds() {
        let word = || Search::Word("x".to_owned());
        assert_eq!(Search::And(vec![word(); TERMS]).check(), Ok(()));
        assert_eq!(Search::And(vec![word(); TERMS + 1]).check(), Err(TooLarge::Terms));
        let nested = |levels| (0..levels).fold(word(), |inner, _| Search::Not(Box::new(inner)));
        assert_eq!(nested(DEPTH).check(), Ok(()));
        assert_eq!(nested(DEPTH + 1).check(), Err(TooLarge::Depth));
        for empty in [Search::And(vec![]), Search::Or(vec![])] {
            assert_eq!(Search::Or(vec![empty; TERMS + 1]).check(), Err(TooLarge::Terms));
        }
        let compared = |bytes: usize| {
            let member = "m".repeat(bytes / 2);
            Search::Where(Comparison { value: "v".repeat(bytes - member.len()), member, test: Test::Equal })
        };
        assert_eq!(compared(TEXT_BYTES).check(), Ok(()));
        assert_eq!(compared(TEXT_BYTES + 1).check(), Err(TooLarge::Bytes));
        assert_eq!(Search::Has("h".repeat(TEXT_BYTES + 1)).check(), Err(TooLarge::Bytes));
        let words = vec![Search::Word("w".repeat(TEXT_BYTES / 2)); 2];
        assert_eq!(Search::And(words.clone()).check(), Ok(()));
        assert_eq!(Search::And([words, vec![word()]].concat()).check(), Err(TooLarge::Bytes));
    }

    #[test]
    fn what_says_nothing_is_left_out() {
        let word = |text: &str| Search::Word(text.to_owned());
        let tree = Search::And(vec![Search::And(vec![word("a")]), Search::Or(vec![word("b")])]);
        assert_eq!(tree.normal(), Search::And(vec![word("a"), word("b")]));
        assert_eq!(Search::Or(vec![Search::And(vec![])]).normal(), Search::default());
        assert_eq!(Search::Or(vec![]).to_string(), "-()");
    }
}
