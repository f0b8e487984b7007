//! Where a store is: a path or a URL.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where the data is. Its text is a path, `sqlite:PATH`, or `postgres://…`.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// An SQLite file; made when it does not exist.
    Sqlite(PathBuf),
    /// The URL of a PostgreSQL database, which must exist; its tables are made when it has none.
    Postgres(String),
}

/// Why a text is no [`Location`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    /// The text has a scheme that is neither SQLite's nor PostgreSQL's.
    #[error("databases with the scheme '{0}' are not supported")]
    Scheme(String),
    /// `sqlite:` and nothing else.
    #[error("the database needs a path")]
    NoPath,
}

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")).unwrap_or(text);
        match text.split_once("://") {
            Some((scheme, _)) if path == text => Err(LocationError::Scheme(scheme.to_owned())),
            _ if path.is_empty() => Err(LocationError::NoPath),
            _ => Ok(Self::Sqlite(PathBuf::from(path))),
        }
    }
}

/// Without the password, for messages and logs.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = match self {
            Self::Sqlite(path) => return write!(f, "{}", path.display()),
            Self::Postgres(url) => url,
        };
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let (place, options) = rest.split_once('?').map_or((rest, None), |(place, all)| (place, Some(all)));
        // A password may hold any sign but `/`; the last `@` ends it.
        let (user, place) = place.rsplit_once('@').map_or((None, place), |(user, place)| (Some(user), place));
        write!(f, "{scheme}://")?;
        if let Some(user) = user {
            write!(f, "{}@", user.split(':').next().unwrap_or_default())?;
        }
        f.write_str(place)?;
        let shown = options.into_iter().flat_map(|all| all.split('&'));
        let mut mark = '?';
        for option in shown.filter(|option| !option.starts_with("password=")) {
            write!(f, "{mark}{option}")?;
            mark = '&';
        }
        Ok(())
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn locations_are_paths_or_urls() {
        for text in ["a/b.db", "sqlite:a/b.db", "sqlite://a/b.db"] {
            assert_eq!(text.parse(), Ok(Location::Sqlite(Path::new("a/b.db").to_owned())), "{text}");
        }
        for text in ["postgres://localhost/x", "postgresql://localhost/x"] {
            assert_eq!(text.parse(), Ok(Location::Postgres(text.to_owned())));
        }
        assert_eq!("sqlite:".parse::<Location>(), Err(LocationError::NoPath));
        assert_eq!("mysql://x".parse::<Location>(), Err(LocationError::Scheme("mysql".to_owned())));
    }

    #[test]
    fn passwords_are_not_shown() {
        for (url, shown) in [
            ("postgres://localhost/x", "postgres://localhost/x"),
            ("postgres://jane@localhost/x", "postgres://jane@localhost/x"),
            ("postgres://jane:p:w@d@localhost:5433/x", "postgres://jane@localhost:5433/x"),
            ("postgres:///x?host=/tmp&user=jane&password=secret", "postgres:///x?host=/tmp&user=jane"),
            ("postgres://h/x?password=secret&sslmode=require", "postgres://h/x?sslmode=require"),
        ] {
            let location: Location = url.parse().unwrap();
            assert_eq!(location.to_string(), shown);
            assert_eq!(format!("{location:?}"), format!("Location({shown})"));
        }
    }
}
