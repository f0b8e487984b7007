//! Query parameters in the spellings that real clients use: repeated keys, `key[]`, comma lists.

use crate::Problem;

/// The parameters of a query string, in order, percent-decoded; what is no UTF-8 is replaced.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query string.
    pub fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// Every parameter with its value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The last value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(each, _)| each == name).map(|(_, value)| value.as_str())
    }

    /// Every value of `name` and `name[]`, in order.
    pub fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        let matches = move |each: &str| each == name || each.strip_suffix("[]") == Some(name);
        self.0.iter().filter(move |(each, _)| matches(each)).map(|(_, value)| value.as_str())
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
    fn integers_have_bounds() {
        let query = Query::parse("a=3&b=-1&c=x&d=&e=0");
        assert_eq!(query.integer("a", 1).unwrap(), Some(3));
        assert_eq!(query.integer("missing", 1).unwrap(), None);
        for name in ["b", "c", "d", "e"] {
            assert!(query.integer(name, 1).is_err(), "{name}");
        }
    }
}
