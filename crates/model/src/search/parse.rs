//! The text form of a search: words of it by `winnow`, the tree by the rules of [`Reader`].

use std::ops::Range;

use winnow::combinator::{alt, delimited, opt, preceded, repeat};
use winnow::error::ContextError;
use winnow::prelude::*;
use winnow::stream::LocatingSlice;
use winnow::token::{any, none_of, take_while};

use super::{Comparison, DEPTH, Flag, Search, TERMS, TEXT_BYTES, Test};

/// A search, and where its terms stand in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The search.
    pub search: Search,
    /// How many characters stand before each term, from left to right.
    pub positions: Vec<usize>,
}

/// Why a text is no search.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{expected}")]
pub struct SyntaxError {
    /// How many characters stand before the place.
    pub position: usize,
    /// What should be there.
    pub expected: Expected,
}

/// What a text should have at a place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Expected {
    /// A term.
    #[error("a word, a comparison such as 'city:Berlin', or '(' is expected here")]
    Term,
    /// A term after an `OR`, a `NOT` or a `-`.
    #[error("'{0}' needs a term after it")]
    TermAfter(&'static str),
    /// A value after an operator.
    #[error("'{member}{test}' needs a value right after it; put one with spaces or signs in quotes")]
    Value {
        /// The member.
        member: String,
        /// The operator.
        test: &'static str,
    },
    /// A member before an operator.
    #[error("'{0}' needs a member right before it and a value right after it, as in 'lead_score>80'")]
    Member(&'static str),
    /// The end of a quoted text.
    #[error("this quote is not closed")]
    Quote,
    /// The end of a group.
    #[error("this '(' is not closed")]
    Close,
    /// No end of a group.
    #[error("there is no '(' for this ')'")]
    NoClose,
    /// One of the flags.
    #[error("'is:' takes closed, starred, blocked or confirmed")]
    Flag,
    /// `has` takes only `:`.
    #[error("'has' takes ':', as in 'has:phone'")]
    Has,
    /// A shorter text.
    #[error("a search has {TEXT_BYTES} bytes at most")]
    Shorter,
    /// Fewer terms.
    #[error("a search has {TERMS} terms at most")]
    FewerTerms,
    /// Fewer levels.
    #[error("a search is nested {DEPTH} levels deep at most")]
    FewerLevels,
}

#[derive(Clone, Debug)]
enum Token {
    Open,
    Close,
    Minus,
    And,
    Or,
    Not,
    /// A term, and whether it is quoted.
    Text(String, bool),
    /// A member and its operator, and the value, if there is one.
    Compared(String, Test, Option<String>),
    /// An operator without a member before it.
    Test(Test),
    /// What begins none of these.
    Stray(char),
}

type Input<'i> = LocatingSlice<&'i str>;
type Lexed<T> = Result<T, ContextError>;

/// In a value, signs mean nothing but at its start.
pub(super) fn is_plain(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '"' | '(' | ')')
}

pub(super) fn is_sign(c: char) -> bool {
    matches!(c, ':' | '=' | '<' | '>')
}

fn quoted(input: &mut Input<'_>) -> Lexed<String> {
    let escaped = preceded('\\', any);
    delimited('"', repeat(0.., alt((escaped, none_of(['"', '\\'])))), '"').parse_next(input)
}

/// A word up to a sign; a `!` is one when a `=` follows.
fn bare(input: &mut Input<'_>) -> Lexed<String> {
    let inner = |c: char| is_plain(c) && !is_sign(c) && c != '!';
    let mark = ('!', winnow::combinator::not('=')).take();
    let text = repeat::<_, _, (), _, _>(1.., alt((take_while(1.., inner), mark))).take();
    text.map(str::to_owned).parse_next(input)
}

fn test(input: &mut Input<'_>) -> Lexed<Test> {
    alt((
        ':'.value(Test::Matches),
        "!=".value(Test::NotEqual),
        ">=".value(Test::GreaterOrEqual),
        "<=".value(Test::LessOrEqual),
        '='.value(Test::Equal),
        '>'.value(Test::Greater),
        '<'.value(Test::Less),
    ))
    .parse_next(input)
}

fn value(input: &mut Input<'_>) -> Lexed<String> {
    let plain = (winnow::token::one_of(|c| is_plain(c) && !is_sign(c)), take_while(0.., is_plain));
    alt((quoted, plain.take().map(str::to_owned))).parse_next(input)
}

fn term(input: &mut Input<'_>) -> Lexed<Token> {
    let member = alt((quoted.map(|text| (text, true)), bare.map(|text| (text, false))));
    let compared = opt((test, opt(value)));
    (member, compared)
        .map(|((text, is_quoted), compared)| match (compared, text.as_str()) {
            (Some((test, value)), _) => Token::Compared(text, test, value),
            (None, "AND") if !is_quoted => Token::And,
            (None, "OR") if !is_quoted => Token::Or,
            (None, "NOT") if !is_quoted => Token::Not,
            (None, _) => Token::Text(text, is_quoted),
        })
        .parse_next(input)
}

fn token(input: &mut Input<'_>) -> Lexed<Token> {
    alt((
        '('.value(Token::Open),
        ')'.value(Token::Close),
        '-'.value(Token::Minus),
        term,
        test.map(Token::Test),
        any.map(Token::Stray),
    ))
    .parse_next(input)
}

fn tokens(input: &mut Input<'_>) -> Lexed<Vec<(Token, Range<usize>)>> {
    let space = |c: char| c.is_whitespace();
    let spaced = delimited(take_while(0.., space), token.with_span(), take_while(0.., space));
    repeat(0.., spaced).parse_next(input)
}

/// Reads a search.
pub(super) fn parse(text: &str) -> Result<Parsed, SyntaxError> {
    if text.len() > TEXT_BYTES {
        return Err(SyntaxError { position: 0, expected: Expected::Shorter });
    }
    // Every character begins some token, so nothing is left over.
    let tokens = tokens(&mut LocatingSlice::new(text.trim_end())).unwrap_or_default();
    let mut reader = Reader { text, tokens: tokens.into_iter().peekable(), starts: Vec::new() };
    let search = reader.any(0)?;
    match reader.tokens.next() {
        None => {
            Ok(Parsed { search, positions: reader.starts.iter().map(|at| reader.position(*at)).collect() })
        }
        // Only what closes a group ends one.
        Some((_, span)) => Err(reader.error(span.start, Expected::NoClose)),
    }
}

/// What is left of a text, and where the terms so far began.
struct Reader<'t> {
    text: &'t str,
    tokens: std::iter::Peekable<std::vec::IntoIter<(Token, Range<usize>)>>,
    starts: Vec<usize>,
}

impl Reader<'_> {
    /// Terms with `OR` between them, up to the end of the group.
    fn any(&mut self, depth: usize) -> Result<Search, SyntaxError> {
        let Some(first) = self.all(depth)? else {
            return match self.tokens.next_if(|(token, _)| matches!(token, Token::Or)) {
                Some((_, span)) => Err(self.error(span.start, Expected::Term)),
                None => Ok(Search::default()),
            };
        };
        let mut parts = vec![first];
        while let Some((_, span)) = self.tokens.next_if(|(token, _)| matches!(token, Token::Or)) {
            let part = self.all(depth)?;
            parts.push(part.ok_or_else(|| self.error(span.start, Expected::TermAfter("OR")))?);
        }
        Ok(Search::Or(parts).normal())
    }

    /// Terms one after the other; `None` when there is none.
    fn all(&mut self, depth: usize) -> Result<Option<Search>, SyntaxError> {
        let mut parts = Vec::new();
        let is_end = |token: &Token| matches!(token, Token::Or | Token::Close);
        while let Some((token, span)) = self.tokens.next_if(|(token, _)| !is_end(token)) {
            match token {
                Token::And => {
                    let has_next = self.tokens.peek().is_some_and(|(next, _)| !is_end(next));
                    if parts.is_empty() {
                        return Err(self.error(span.start, Expected::Term));
                    }
                    if !has_next {
                        return Err(self.error(span.start, Expected::TermAfter("AND")));
                    }
                }
                token => parts.push(self.one((token, span), depth)?),
            }
        }
        Ok((!parts.is_empty()).then(|| Search::And(parts).normal()))
    }

    fn one(&mut self, (token, span): (Token, Range<usize>), depth: usize) -> Result<Search, SyntaxError> {
        if depth >= DEPTH {
            return Err(self.error(span.start, Expected::FewerLevels));
        }
        match token {
            Token::Open => {
                let inner = self.any(depth + 1)?;
                match self.tokens.next() {
                    Some((Token::Close, _)) => Ok(inner),
                    _ => Err(self.error(span.start, Expected::Close)),
                }
            }
            Token::Minus => self.negated(("-", span.start), depth),
            Token::Not => self.negated(("NOT", span.start), depth),
            Token::Text(text, is_quoted) => {
                self.starts(span.start)?;
                let flag = Flag::ALL.into_iter().find(|flag| !is_quoted && flag.as_str() == text);
                Ok(flag.map_or(Search::Word(text), Search::Is))
            }
            Token::Compared(member, test, Some(value)) => {
                self.starts(span.start)?;
                self.compared(span.start, Comparison { member, test, value })
            }
            Token::Compared(member, test, None) => {
                let position = span.end;
                Err(self.error(position, Expected::Value { member, test: test.as_str() }))
            }
            Token::Stray('"') => Err(self.error(span.start, Expected::Quote)),
            Token::Test(test) => Err(self.error(span.start, Expected::Member(test.as_str()))),
            Token::And | Token::Or | Token::Close | Token::Stray(_) => {
                Err(self.error(span.start, Expected::Term))
            }
        }
    }

    fn negated(&mut self, (sign, start): (&'static str, usize), depth: usize) -> Result<Search, SyntaxError> {
        let is_term = |token: &Token| !matches!(token, Token::And | Token::Or | Token::Close);
        match self.tokens.next_if(|(token, _)| is_term(token)) {
            Some(next) => Ok(Search::Not(Box::new(self.one(next, depth + 1)?))),
            None => Err(self.error(start, Expected::TermAfter(sign))),
        }
    }

    fn compared(&self, start: usize, comparison: Comparison) -> Result<Search, SyntaxError> {
        match comparison.member.as_str() {
            "is" => {
                let flag = Flag::ALL.into_iter().find(|flag| flag.as_str() == comparison.value);
                let flag = flag.filter(|_| comparison.test == Test::Matches);
                flag.map(Search::Is).ok_or_else(|| self.error(start, Expected::Flag))
            }
            "has" if comparison.test == Test::Matches => Ok(Search::Has(comparison.value)),
            "has" => Err(self.error(start, Expected::Has)),
            _ => Ok(Search::Where(comparison)),
        }
    }

    fn starts(&mut self, at: usize) -> Result<(), SyntaxError> {
        if self.starts.len() >= TERMS {
            return Err(self.error(at, Expected::FewerTerms));
        }
        self.starts.push(at);
        Ok(())
    }

    fn position(&self, at: usize) -> usize {
        self.text.get(..at).map_or(0, |before| before.chars().count())
    }

    fn error(&self, at: usize, expected: Expected) -> SyntaxError {
        SyntaxError { position: self.position(at), expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        Search::parse(text)
            .map(|parsed| parsed.search.to_string())
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn texts_are_read() {
        for (text, printed) in [
            ("", ""),
            ("  jane  ", "jane"),
            ("a b OR c -d", "a b OR c -d"),
            ("a (b OR c)", "a (b OR c)"),
            ("NOT a AND b", "-a b"),
            ("-(a b)", "-(a b)"),
            ("--a", "-(-a)"),
            ("((a))", "a"),
            ("()", ""),
            (r#""closed" closed "OR""#, r#""closed" closed "OR""#),
            (r#""a\"b\\c""#, r#""a\"b\\c""#),
            ("is:closed", "closed"),
            ("-has:phone", "-has:phone"),
            ("created>=2026-01-01T10:00:00Z", "created>=2026-01-01T10:00:00Z"),
            ("updated>-7d", "updated>-7d"),
            ("website_url:https://a.b/c?d=e", "website_url:https://a.b/c?d=e"),
            (r#"score!=-5 city="New York""#, r#"score!=-5 city="New York""#),
            (r#""lead score">80"#, r#""lead score">80"#),
            ("hello! a!=b", r#""hello!" a!=b"#),
            ("jean-paul", "jean-paul"),
            (r#"city:"""#, r#"city:"""#),
            ("O'Neil 日本", "O'Neil 日本"),
        ] {
            assert_eq!(read(text), printed, "{text}");
        }
    }

    #[test]
    fn faults_say_where_and_what() {
        let value = |member: &str, test| Expected::Value { member: member.to_owned(), test };
        for (text, position, expected) in [
            ("a OR", 2, Expected::TermAfter("OR")),
            ("OR a", 0, Expected::Term),
            ("a OR OR b", 2, Expected::TermAfter("OR")),
            ("AND a", 0, Expected::Term),
            ("a AND", 2, Expected::TermAfter("AND")),
            ("a -", 2, Expected::TermAfter("-")),
            ("NOT", 0, Expected::TermAfter("NOT")),
            ("é (a", 2, Expected::Close),
            ("a)", 1, Expected::NoClose),
            ("a \"b", 2, Expected::Quote),
            ("city:", 5, value("city", ":")),
            ("score>= 5", 7, value("score", ">=")),
            ("score:>5", 6, value("score", ":")),
            ("score > 80", 6, Expected::Member(">")),
            ("score >= 80", 6, Expected::Member(">=")),
            ("score != 80", 6, Expected::Member("!=")),
            ("<5", 0, Expected::Member("<")),
            ("is:open", 0, Expected::Flag),
            ("has>phone", 0, Expected::Has),
            (&"(".repeat(DEPTH + 1), DEPTH, Expected::FewerLevels),
            (&"a ".repeat(TERMS + 1), 2 * TERMS, Expected::FewerTerms),
            (&"a".repeat(TEXT_BYTES + 1), 0, Expected::Shorter),
        ] {
            assert_eq!(Search::parse(text), Err(SyntaxError { position, expected }), "{text}");
        }
    }
}
