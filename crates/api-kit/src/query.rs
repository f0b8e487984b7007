//! Query parameters in the spellings that real clients use: repeated keys, `key[]`, comma lists.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::Problem;

/// The parameters of a query string, in order, percent-decoded; what is no UTF-8 is replaced. Clones share what was read.
#[derive(Clone, Debug, Default)]
pub struct Query(Arc<[Parameter]>);

#[derive(Debug)]
struct Parameter {
    name: String,
    value: String,
    /// Whether somebody asked for it.
    read: AtomicBool,
}

impl Parameter {
    fn mark(&self) -> &Self {
        self.read.store(true, Ordering::Relaxed);
        self
    }
}

impl Query {
    /// Reads a query string.
    pub fn parse(text: &str) -> Self {
        if text.is_empty() {
            return Self::default();
        }
        let parameter = |(name, value)| Parameter { name, value, read: AtomicBool::new(false) };
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().map(parameter).collect())
    }

    /// The last value of a parameter, and the others; nobody comes across it any more.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let value = self.get(name)?.to_owned();
        let others = self.0.iter().filter(|each| each.name != name);
        let copy = |each: &Parameter| Parameter {
            name: each.name.clone(),
            value: each.value.clone(),
            read: AtomicBool::new(false),
        };
        self.0 = others.map(copy).collect();
        Some(value)
    }

    /// Every parameter with such a name, and its value, in order.
    pub fn named(&self, is_such: impl Fn(&str) -> bool) -> impl Iterator<Item = (&str, &str)> {
        let named = self.0.iter().filter(move |each| is_such(&each.name));
        named.map(|each| (each.mark().name.as_str(), each.value.as_str()))
    }

    /// Every parameter with its value, in order, for those who look for some of them: only [`Self::get`] and its like
    /// count as using one.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|each| (each.name.as_str(), each.value.as_str()))
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names that nobody asked for, each once.
    pub(crate) fn unread(&self) -> impl Iterator<Item = &str> {
        let unread = |each: &&Parameter| !each.read.load(Ordering::Relaxed);
        let is_first =
            |(n, each): &(usize, &Parameter)| !self.0.iter().take(*n).any(|before| before.name == each.name);
        self.0
            .iter()
            .enumerate()
            .filter(move |pair| unread(&pair.1) && is_first(pair))
            .map(|(_, each)| each.name.as_str())
    }

    /// The last value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut given = self.0.iter().filter(|each| each.name == name).map(Parameter::mark);
        let first = given.next()?;
        Some(given.last().unwrap_or(first).value.as_str())
    }

    /// The value of a parameter that may be given once.
    ///
    /// # Errors
    /// [`Problem::BadQuery`] when it is given more than once.
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, Problem> {
        let mut given = self.0.iter().filter(|each| each.name == name).map(Parameter::mark);
        let value = given.next().map(|each| each.value.as_str());
        match given.next() {
            None => Ok(value),
            Some(_) => Err(Problem::BadQuery { name, reason: "is given more than once".to_owned() }),
        }
    }

    /// Every value of `name` and `name[]`, in order.
    pub fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        let matches = move |each: &str| each == name || each.strip_suffix("[]") == Some(name);
        self.0.iter().filter(move |each| matches(&each.name)).map(|each| each.mark().value.as_str())
    }

    /// The items of every value of `name` and `name[]`, split at a separator, trimmed, without empty ones
    /// and repeats.
    pub fn list(&self, name: &str, separator: char) -> Vec<String> {
        let mut items: Vec<String> = Vec::new();
        for item in self.all(name).flat_map(|value| value.split(separator)).map(str::trim) {
            if !item.is_empty() && !items.iter().any(|each| each == item) {
                items.push(item.to_owned());
            }
        }
        items
    }

    /// A whole number, or nothing when the parameter is not there.
    ///
    /// # Errors
    /// [`Problem::BadQuery`] when it is there and is no whole number from `min` on.
    pub fn integer(&self, name: &'static str, min: u64) -> Result<Option<u64>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match text.trim().parse::<u64>() {
            Ok(number) if number >= min => Ok(Some(number)),
            _ => Err(Problem::BadQuery { name, reason: format!("must be a whole number, {min} or more") }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_a_list_are_one() {
        for text in ["r=a&r=b", "r[]=a&r[]=b", "r=a%7Cb", "r=a|b|", "r=%20a%20|b&r=a"] {
            assert_eq!(Query::parse(text).list("r", '|'), ["a", "b"], "{text}");
        }
    }

    #[test]
    fn what_may_be_given_once_is_not_chosen_from() {
        let query = Query::parse("a=1&b=1&b=1&a[]=2");
        assert_eq!(query.one("a").unwrap(), Some("1"));
        assert_eq!(query.one("missing").unwrap(), None);
        let fault = query.one("b").unwrap_err().to_string();
        assert_eq!(fault, "the query parameter 'b' is given more than once");
        assert_eq!(query.unread().collect::<Vec<_>>(), ["a[]"]);
    }

    #[test]
    fn integers_have_bounds() {
        let query = Query::parse("a=3&b=-1&c=x&d=&e=0");
        assert_eq!(query.integer("a", 1).unwrap(), Some(3));
        assert_eq!(query.integer("missing", 1).unwrap(), None);
        for name in ["b", "c", "d", "e"] {
            assert!(query.integer(name, 1).is_err(), "{name}");
        }
    }
}
