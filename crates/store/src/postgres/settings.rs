//! What the URL of a PostgreSQL server says.

use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{LoadBalanceHosts, SslMode};

use super::tls::Tls;
use crate::StoreError;

/// How long connecting to the only host takes at most, and waiting for a connection that is free.
pub(super) const CONNECT_MAX: Duration = Duration::from_secs(5);

/// After how long without an answer from the network a connection is given up.
const SILENCE_MAX: Duration = Duration::from_secs(15);

/// What a URL says.
pub(super) struct Settings {
    pub(super) config: Config,
    pub(super) tls: Tls,
    /// One for each host.
    pub(super) hosts: Vec<Config>,
    pub(super) is_prepared: bool,
}

/// The settings in a URL. Beside those of `libpq` it may have `prepare=false`, for poolers that give each
/// transaction another connection and do not know prepared statements.
pub(super) fn read(url: &str) -> Result<Settings, StoreError> {
    let (place, options) = url.split_once('?').unwrap_or((url, ""));
    let mut others = Vec::new();
    let (mut mode, mut authorities, mut is_prepared) = (None, None, true);
    for option in options.split('&').filter(|option| !option.is_empty()) {
        match option.split_once('=') {
            Some(("prepare", value)) => {
                is_prepared = value
                    .parse()
                    .map_err(|_| StoreError::Url(format!("prepare is true or false, not '{value}'")))?;
            }
            Some(("sslmode", value)) => mode = Some(value),
            Some(("sslrootcert", value)) => authorities = Some(value),
            _ => others.push(option),
        }
    }
    let tls = Tls::of(mode, authorities)?;
    let others = others.join("&");
    let of = |place: &str| config(place, &others, &tls);
    let whole = of(place)?;
    let hosts = match whole.get_load_balance_hosts() {
        LoadBalanceHosts::Random => vec![whole.clone()],
        _ => each_host(place).iter().map(|place| of(place)).collect::<Result<_, _>>()?,
    };
    Ok(Settings { config: whole, hosts, tls: tls.clone(), is_prepared })
}

/// The same place with one host of its list at a time.
fn each_host(place: &str) -> Vec<String> {
    let (scheme, rest) = place.split_once("://").unwrap_or(("", place));
    let (user, rest) = rest.rsplit_once('@').map_or(("", rest), |(user, rest)| (user, rest));
    let (hosts, database) = rest.split_once('/').map_or((rest, ""), |(hosts, database)| (hosts, database));
    let at = if user.is_empty() { "" } else { "@" };
    hosts.split(',').map(|host| format!("{scheme}://{user}{at}{host}/{database}")).collect()
}

fn config(place: &str, options: &str, tls: &Tls) -> Result<Config, StoreError> {
    let mut config: Config = format!("{place}?{options}").parse()?;
    config.ssl_mode(if matches!(tls, Tls::Off) { SslMode::Disable } else { SslMode::Require });
    if config.get_application_name().is_none() {
        config.application_name("contactd");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_MAX);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE_MAX);
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::Host;

    use super::*;

    #[test]
    fn a_url_is_read_as_libpq_does_and_may_say_how_statements_are_sent() {
        for (url, is_prepared, name) in [
            ("postgres://jane:pw@db.example.com:5433/x", true, "contactd"),
            ("postgres://jane:pw@db.example.com:5433/x?prepare=true", true, "contactd"),
            ("postgres://jane:pw@db.example.com:5433/x?prepare=false", false, "contactd"),
            ("postgresql://jane:pw@db.example.com:5433/x?prepare=false&application_name=one", false, "one"),
            ("postgres://jane:pw@db.example.com:5433/x?application_name=one&prepare=false", false, "one"),
            ("postgres:///x?host=db.example.com&port=5433&user=jane&password=pw&&", true, "contactd"),
        ] {
            let Settings { config, is_prepared: found, .. } = read(url).unwrap();
            assert_eq!((found, config.get_application_name()), (is_prepared, Some(name)), "{url}");
            assert_eq!(config.get_hosts(), [Host::Tcp("db.example.com".to_owned())], "{url}");
            assert_eq!((config.get_ports(), config.get_dbname()), (&[5433][..], Some("x")), "{url}");
            assert_eq!((config.get_user(), config.get_password()), (Some("jane"), Some(&b"pw"[..])), "{url}");
        }
    }

    #[test]
    fn hosts_are_tried_one_by_one() {
        let each = |url: &str| {
            read(url).unwrap().hosts.into_iter().map(|config| config.get_hosts().to_vec()).collect::<Vec<_>>()
        };
        let tcp = |name: &str| vec![Host::Tcp(name.to_owned())];
        assert_eq!(
            each("postgres://jane:p,w@one:1,two:2/x?target_session_attrs=read-write"),
            [tcp("one"), tcp("two")]
        );
        assert_eq!(each("postgres://one"), [tcp("one")]);
        assert_eq!(each("postgres://one,two/x?load_balance_hosts=random").len(), 1);
        assert_eq!(each("postgres:///x?host=one,two").len(), 1);
        let found = read("postgres://jane:pw@one,two:5433/x?prepare=false").unwrap();
        assert_eq!(found.config.get_hosts().len(), 2);
        assert_eq!(found.hosts[1].get_password(), Some(&b"pw"[..]));
        assert_eq!((found.hosts[1].get_ports(), found.hosts[1].get_dbname()), (&[5433][..], Some("x")));
    }

    #[test]
    fn waiting_has_bounds_unless_the_url_sets_others() {
        let Settings { config, .. } = read("postgres://db/x").unwrap();
        assert_eq!(config.get_connect_timeout(), Some(&CONNECT_MAX));
        assert_eq!(config.get_tcp_user_timeout(), Some(&SILENCE_MAX));
        let Settings { config, .. } = read("postgres://db/x?connect_timeout=1&tcp_user_timeout=2").unwrap();
        assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(1)));
        assert_eq!(config.get_tcp_user_timeout(), Some(&Duration::from_secs(2)));
    }
}
