//! The settings of `contactd serve`: options and environment variables over a TOML file over defaults.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use app::{CLEAN_AFTER, Compat, Location, LocationError, Options};
use model::Dialect;
use serde::Deserialize;

use crate::cli::{LogFormat, ServeArgs};
use crate::tls::TlsFiles;

/// The settings in force.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    /// Certificate and key, for HTTPS.
    pub(crate) tls: Option<TlsFiles>,
    /// Where clients reach the server, when that is not at the host that they name.
    pub(crate) public_url: Option<String>,
    pub(crate) data: Data,
    pub(crate) compat: Compat,
    pub(crate) strict: bool,
    /// After how long the ids of what was deleted are cleaned away.
    pub(crate) clean_after: Duration,
    pub(crate) log_format: LogFormat,
    pub(crate) log_level: tracing::Level,
    pub(crate) max_connections: usize,
    /// How the store works.
    pub(crate) options: Options,
    /// Host names, `*.` in front for all names below, and the dialect that each means.
    pub(crate) hosts: BTreeMap<String, Dialect>,
}

/// What to serve.
#[derive(Debug)]
pub(crate) enum Data {
    /// A database to keep.
    Kept(Location),
    /// A throwaway one with the demo's records and so many made-up contacts.
    Demo(u64),
}

/// The TOML file. `contactd.example.toml` shows and explains every member.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    listen: Option<SocketAddr>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    public_url: Option<String>,
    database: Option<String>,
    compat: Option<Compat>,
    strict: Option<bool>,
    clean_after_days: Option<u32>,
    log_format: Option<LogFormat>,
    log_level: Option<String>,
    max_connections: Option<usize>,
    batch_max: Option<usize>,
    read_database: Option<String>,
    readers: Option<usize>,
    writers: Option<usize>,
    hosts: BTreeMap<String, Dialect>,
}

const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
const DEFAULT_MAX_CONNECTIONS: usize = 16_384;

/// The vendors' own host names, for clients whose host cannot be changed.
const VENDOR_HOSTS: [(&str, Dialect); 4] = [
    ("api.zingle.me", Dialect::Zingle),
    ("*.acquire.io", Dialect::Acquire),
    ("api.callbell.eu", Dialect::Callbell),
    ("api.rolodexcrm.com", Dialect::Rolodex),
];

impl Config {
    pub(crate) fn load(args: ServeArgs) -> anyhow::Result<Self> {
        let file = match &args.config {
            Some(path) => read(path)?,
            None => File::default(),
        };
        let listen = args.listen.or(file.listen).unwrap_or(DEFAULT_LISTEN);
        let data = if args.demo {
            if !listen.ip().is_loopback() {
                return Err(anyhow::anyhow!("hint: leave out --listen, or use 127.0.0.1 or [::1]").context(
                    format!(
                        "--demo has a key that everybody knows and listens on loopback only, not on {listen}"
                    ),
                ));
            }
            Data::Demo(args.demo_contacts)
        } else {
            let database = args.database.or(file.database);
            Data::Kept(location(database.as_deref().unwrap_or("contactd.db"))?)
        };
        let read_from = args.read_database.or(file.read_database).as_deref().map(location).transpose()?;
        match (&data, &read_from) {
            (_, None) | (Data::Kept(Location::Postgres(_)), Some(Location::Postgres(_))) => {}
            (_, Some(place)) => {
                bail!("{place} cannot be read instead: only PostgreSQL has copies that follow a database")
            }
        }
        let defaults = Options::default();
        let file_level = file
            .log_level
            .map(|text| text.parse())
            .transpose()
            .context("log_level in the configuration file")?;
        let vendors = VENDOR_HOSTS.into_iter().map(|(host, dialect)| (host.to_owned(), dialect));
        let own = file.hosts.into_iter().map(|(host, dialect)| (host.to_ascii_lowercase(), dialect));
        Ok(Self {
            listen,
            tls: tls_files(args.tls_cert.or(file.tls_cert), args.tls_key.or(file.tls_key))?,
            public_url: args.public_url.or(file.public_url).map(public_url).transpose()?,
            data,
            compat: args.compat.or(file.compat).unwrap_or_default(),
            strict: args.strict || file.strict.unwrap_or_default(),
            clean_after: args.clean_after_days.or(file.clean_after_days).map_or(CLEAN_AFTER, days),
            log_format: args.log_format.or(file.log_format).unwrap_or_default(),
            log_level: args.log_level.or(file_level).unwrap_or(tracing::Level::INFO),
            max_connections: args
                .max_connections
                .or(file.max_connections)
                .unwrap_or(DEFAULT_MAX_CONNECTIONS)
                .max(1),
            options: Options {
                batch_max: args.batch_max.or(file.batch_max).unwrap_or(defaults.batch_max).max(1),
                readers: args.readers.or(file.readers).unwrap_or(defaults.readers).max(1),
                writers: args.writers.or(file.writers).unwrap_or(defaults.writers).max(1),
                read_from,
                ..defaults
            },
            hosts: vendors.chain(own).collect(),
        })
    }
}

fn days(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 24 * 60 * 60)
}

/// A URL of ours: `http` or `https`, a host, perhaps a path, no slash at the end.
fn public_url(text: String) -> anyhow::Result<String> {
    let url = text.trim_end_matches('/');
    let parsed: Option<hyper::Uri> = url.parse().ok();
    let is_plain = parsed.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some() && uri.query().is_none()
    });
    if is_plain {
        return Ok(url.to_owned());
    }
    Err(anyhow::anyhow!("hint: such as https://contacts.example.com")
        .context(format!("--public-url is no URL that links can begin with: {text}")))
}

/// Both files, or none.
fn tls_files(cert: Option<PathBuf>, key: Option<PathBuf>) -> anyhow::Result<Option<TlsFiles>> {
    let (given, missing) = match (cert, key) {
        (None, None) => return Ok(None),
        (Some(cert), Some(key)) => return Ok(Some(TlsFiles { cert, key })),
        (Some(_), None) => ("--tls-cert", "--tls-key"),
        (None, Some(_)) => ("--tls-key", "--tls-cert"),
    };
    Err(anyhow::anyhow!("hint: HTTPS needs both files; `contactd cert` makes a pair")
        .context(format!("{given} is given without {missing}")))
}

fn read(path: &Path) -> anyhow::Result<File> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the configuration file {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("in the configuration file {}", path.display()))
}

/// The store that a path or URL means.
pub(crate) fn location(text: &str) -> anyhow::Result<Location> {
    text.parse().map_err(|fault: LocationError| {
        anyhow::anyhow!("hint: give a path, sqlite:PATH, or postgres://USER:PASSWORD@HOST/DATABASE")
            .context(fault)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_file_is_complete_and_says_the_defaults() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contactd.example.toml");
        let file = read(&path).unwrap();
        let shown = Config::load(ServeArgs { config: Some(path), ..ServeArgs::default() }).unwrap();
        let default = Config::load(ServeArgs::default()).unwrap();
        assert!(file.listen.is_some() && file.database.is_some() && file.compat.is_some());
        assert!(file.strict.is_some());
        assert!(file.clean_after_days.is_some());
        assert!(file.log_format.is_some() && file.log_level.is_some() && file.max_connections.is_some());
        assert!(file.batch_max.is_some() && file.readers.is_some() && file.writers.is_some());
        assert_eq!(format!("{shown:?}"), format!("{default:?}"));
    }

    #[test]
    fn the_demo_listens_on_loopback_only() {
        let args =
            |listen: &str| ServeArgs { demo: true, listen: listen.parse().ok(), ..ServeArgs::default() };
        assert!(Config::load(args("0.0.0.0:8080")).is_err());
        assert!(Config::load(args("192.168.0.1:8080")).is_err());
        assert!(Config::load(args("[::1]:8080")).is_ok());
    }
}
