//! `contactd serve`.

use std::io::Write;
use std::sync::Arc;

use anyhow::Context;
use app::{App, Location, Options, PublicUrl, Settings, Store, StoreError, SystemClock};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::config::{Config, Data};
use crate::docs;
use crate::metrics::Metrics;
use crate::mount::Mounts;
use crate::server::{Entrance, Server};
use crate::tls::{Tls, TlsError};
use crate::{demo, logs};

/// Serves until SIGTERM or SIGINT.
pub(crate) async fn run(config: Config) -> anyhow::Result<()> {
    logs::start(config.log_format, config.log_level);
    let stop = stop_signal()?;
    let tls = config.tls.map(Tls::open).transpose().map_err(explained)?;
    let (location, crowd, folder) = match config.data {
        Data::Kept(location) => (location, None, None),
        Data::Demo(crowd) => {
            let folder =
                TempDir::with_prefix("contactd-demo-").context("cannot make a folder for the demo")?;
            (Location::Sqlite(folder.path().join("demo.db")), Some(crowd), Some(folder))
        }
    };
    let store = open(&location, config.options).await?;
    let public_url = match (config.public_url, &tls) {
        (Some(url), _) => PublicUrl::At(url),
        (None, Some(_)) => PublicUrl::Https,
        (None, None) => PublicUrl::Http,
    };
    let settings = Settings {
        compat: config.compat,
        strict: config.strict,
        clean_after: config.clean_after,
        public_url,
    };
    let app = App::new(store, Arc::new(SystemClock), settings);
    if let Some(crowd) = crowd {
        app.seed_demo(crowd).await.context("cannot make the demo's records")?;
    }
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr().context("cannot tell the address")?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    announce(&format!("{scheme}://{address}"), crowd.is_some());
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "serving");
    let mounts = Mounts::new(&app, config.hosts);
    let server = Server { app: app.clone(), mounts, metrics: Metrics::new(), docs: docs::routes() };
    let entrance = Entrance { listener, tls, max_connections: config.max_connections };
    let serving = async {
        server.run(entrance, stop).await;
        app.close().await;
    };
    // The others end when the application is closed.
    tokio::join!(serving, app.keep_clean(), app.keep_indexed(), app.forget_requests(), app.keep_key_uses());
    drop(folder);
    tracing::info!("stopped");
    Ok(())
}

pub(crate) async fn open(location: &Location, options: Options) -> anyhow::Result<Store> {
    let opened = Store::open(location, options).await;
    opened.map_err(|fault| {
        let hint = match &fault {
            StoreError::UnfinishedMove(_) => "hint: `contactd move` goes on where it stopped",
            StoreError::InUseByOther(_) => "hint: stop the other server, or give this one another --database",
            StoreError::NewerSchema { .. } => "hint: run the newer contactd; a database is never taken back",
            StoreError::File { .. } | StoreError::Sqlite(_) => {
                "hint: --database names the file; its folder must exist and be writable"
            }
            _ => {
                "hint: --database is postgres://USER:PASSWORD@HOST:PORT/DATABASE, with ?sslmode=require for TLS; \
                 the database must exist"
            }
        };
        // Around the error, so that its causes are told, too.
        anyhow::Error::new(fault).context("cannot open the database").context(hint)
    })
}

/// Why the certificate cannot be used, and what helps.
fn explained(fault: TlsError) -> anyhow::Error {
    let hint = match &fault {
        TlsError::Unreadable(..) => {
            "hint: --tls-cert and --tls-key name files that this user may read; `contactd cert` makes a pair"
        }
        TlsError::NoCertificate(_) => {
            "hint: --tls-cert is a PEM file with the certificate and those between it and the root"
        }
        TlsError::NoKey(_) => "hint: --tls-key is a PEM file with a key that has no password",
        TlsError::Malformed(..) | TlsError::Unusable(..) => {
            "hint: --tls-cert and --tls-key are PEM files; `contactd cert` makes a pair"
        }
        TlsError::Unfit(_) => {
            "hint: the first certificate of --tls-cert is the one that was made for this key"
        }
    };
    anyhow::Error::new(fault).context("cannot serve HTTPS").context(hint)
}

/// The lines on standard output that people and scripts wait for.
fn announce(base: &str, is_demo: bool) {
    let text = if is_demo { demo::tour(base) } else { String::new() };
    let mut out = std::io::stdout().lock();
    // Nobody may be reading; that is no reason not to serve.
    let _ = writeln!(out, "{text}contactd listens on {base}").and_then(|()| out.flush());
}

/// Done when the process is asked to stop.
pub(crate) fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
