//! Reading keys from headers.

use app::BadKey;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// The one value of a header.
///
/// # Errors
/// [`BadKey::Malformed`] when it is there twice or is no text.
pub fn single<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, BadKey> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| BadKey::Malformed),
        (Some(_), Some(_)) => Err(BadKey::Malformed),
    }
}

/// The token of `Authorization: Bearer …`.
///
/// # Errors
/// [`BadKey::Missing`] without the header, [`BadKey::Malformed`] with anything else in it.
pub fn bearer(headers: &HeaderMap) -> Result<String, BadKey> {
    let (scheme, rest) = authorization(headers)?;
    if scheme.eq_ignore_ascii_case("bearer") { token(rest) } else { Err(BadKey::Malformed) }
}

/// The password of `Authorization: Basic …` (RFC 7617), or the token of `Bearer …`.
///
/// # Errors
/// [`BadKey::Missing`] without the header, [`BadKey::Malformed`] with anything else in it.
pub fn basic_or_bearer(headers: &HeaderMap) -> Result<String, BadKey> {
    let (scheme, rest) = authorization(headers)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return token(rest);
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(BadKey::Malformed);
    }
    let decoded = BASE64_STANDARD.decode(rest.trim()).map_err(|_| BadKey::Malformed)?;
    let pair = String::from_utf8(decoded).map_err(|_| BadKey::Malformed)?;
    let (_, password) = pair.split_once(':').ok_or(BadKey::Malformed)?;
    token(password)
}

fn authorization(headers: &HeaderMap) -> Result<(&str, &str), BadKey> {
    let value = single(headers, header::AUTHORIZATION.as_str())?.ok_or(BadKey::Missing)?;
    value.split_once(' ').ok_or(BadKey::Malformed)
}

/// A secret that is not empty.
///
/// # Errors
/// [`BadKey::Malformed`].
pub fn token(text: &str) -> Result<String, BadKey> {
    let text = text.trim();
    if text.is_empty() { Err(BadKey::Malformed) } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn both_schemes_are_read() {
        assert_eq!(basic_or_bearer(&headers(&["Basic am9lOnNlY3JldA=="])), Ok("secret".into()));
        assert_eq!(basic_or_bearer(&headers(&["bearer secret"])), Ok("secret".into()));
        assert_eq!(bearer(&headers(&["Bearer  secret "])), Ok("secret".into()));
    }

    #[test]
    fn missing_and_malformed_differ() {
        assert_eq!(bearer(&headers(&[])), Err(BadKey::Missing));
        for values in
            [&["Bearer a", "Bearer a"][..], &["Bearer"], &["Bearer "], &["Token a"], &["Basic am9l"]]
        {
            assert_eq!(bearer(&headers(values)), Err(BadKey::Malformed), "{values:?}");
            assert_eq!(basic_or_bearer(&headers(values)), Err(BadKey::Malformed), "{values:?}");
        }
    }
}
