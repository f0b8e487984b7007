//! Writing a search as text, so that reading it gives the same search.

use std::fmt::{Display, Formatter, Result};

use super::parse::{is_plain, is_sign};
use super::{Comparison, Flag, Search};

/// How tightly what stands around a part binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Term,
}

impl Display for Search {
    /// The text of its [normal](Search::normal) form.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.clone().normal() {
            Self::And(parts) if parts.is_empty() => Ok(()),
            search => write(f, &search, Level::Or),
        }
    }
}

fn write(f: &mut Formatter<'_>, search: &Search, around: Level) -> Result {
    match search {
        Search::And(parts) => joined(f, parts, (" ", Level::And), around),
        Search::Or(parts) => joined(f, parts, (" OR ", Level::Or), around),
        Search::Not(part) => {
            f.write_str("-")?;
            match **part {
                Search::Not(_) => {
                    f.write_str("(")?;
                    write(f, part, Level::Or)?;
                    f.write_str(")")
                }
                _ => write(f, part, Level::Term),
            }
        }
        Search::Word(word) if Flag::ALL.iter().any(|flag| flag.as_str() == word) => quoted(f, word),
        Search::Word(word) if is_bare(word) => f.write_str(word),
        Search::Word(word) => quoted(f, word),
        Search::Is(flag) => f.write_str(flag.as_str()),
        Search::Has(member) => {
            f.write_str("has:")?;
            value(f, member)
        }
        Search::Where(Comparison { member, test, value: with }) => {
            if is_bare(member) {
                f.write_str(member)?;
            } else {
                quoted(f, member)?;
            }
            f.write_str(test.as_str())?;
            value(f, with)
        }
    }
}

fn joined(f: &mut Formatter<'_>, parts: &[Search], (between, level): (&str, Level), around: Level) -> Result {
    // A group that is a part of one that binds as loosely would be another search.
    let is_group = around > level || parts.is_empty();
    if is_group {
        f.write_str("(")?;
    }
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            f.write_str(between)?;
        }
        write(f, part, if level == Level::Or { Level::And } else { Level::Term })?;
    }
    if is_group { f.write_str(")") } else { Ok(()) }
}

fn value(f: &mut Formatter<'_>, text: &str) -> Result {
    if text.chars().all(is_plain) && text.starts_with(|c| !is_sign(c)) {
        f.write_str(text)
    } else {
        quoted(f, text)
    }
}

fn is_bare(text: &str) -> bool {
    let is_keyword = matches!(text, "AND" | "OR" | "NOT");
    // A sign that follows could make a word's last `!` a part of it.
    !text.is_empty()
        && text.chars().all(|c| is_plain(c) && !is_sign(c))
        && !text.starts_with('-')
        && !text.ends_with('!')
        && !is_keyword
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> Result {
    f.write_str("\"")?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_str("\\")?;
        }
        write!(f, "{c}")?;
    }
    f.write_str("\"")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop_oneof};
    use proptest::{prelude::ProptestConfig, prop_assert_eq, proptest};

    use super::super::{Flag, Test};
    use super::*;

    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["[a-zA-Z0-9_.:=<>!()\"\\\\ -]{0,8}", "(AND|OR|NOT|closed|-|!)", any::<String>()]
    }

    fn search() -> impl Strategy<Value = Search> {
        let comparison =
            (text(), 0..Test::ALL.len(), text()).prop_filter_map("words", |(member, n, value)| {
                let test = Test::ALL.get(n).copied()?;
                // The two words that the text has a meaning of its own for.
                let member = if matches!(member.as_str(), "is" | "has") { "name".to_owned() } else { member };
                Some(Search::Where(Comparison { member, test, value }))
            });
        let flag = (0..Flag::ALL.len()).prop_filter_map("flags", |n| Flag::ALL.get(n).copied());
        let leaf = prop_oneof![
            text().prop_map(Search::Word),
            text().prop_map(Search::Has),
            flag.prop_map(Search::Is),
            comparison,
            Just(Search::default()),
        ];
        leaf.prop_recursive(4, 30, 4, |inner| {
            let parts = proptest::collection::vec(inner.clone(), 1..4);
            prop_oneof![
                parts.clone().prop_map(Search::And),
                parts.prop_map(Search::Or),
                inner.prop_map(|part| Search::Not(Box::new(part))),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn what_is_printed_reads_back(search in search()) {
            let normal = search.clone().normal();
            let printed = search.to_string();
            let read = Search::parse(&printed).map(|parsed| parsed.search);
            prop_assert_eq!(read, Ok(normal), "{}", printed);
        }

        #[test]
        fn nothing_makes_the_parser_panic_and_what_it_reads_prints_back(text in text(), more in any::<String>()) {
            for text in [format!("{text} {more}"), format!("{more}{text}"), more] {
                if let Ok(parsed) = Search::parse(&text) {
                    let again = Search::parse(&parsed.search.to_string()).map(|parsed| parsed.search);
                    prop_assert_eq!(again, Ok(parsed.search));
                }
            }
        }
    }
}
