//! `contactd serve`.

use std::io::Write;
use std::sync::Arc;

use anyhow::Context;
use app::{App, Location, Options, Settings, Store, StoreError, SystemClock};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::config::{Config, Data};
use crate::metrics::Metrics;
use crate::mount::Mounts;
use crate::server::Server;
use crate::{demo, logs};

/// Serves until SIGTERM or SIGINT.
pub(crate) async fn run(config: Config) -> anyhow::Result<()> {
    logs::start(config.log_format, config.log_level);
    let stop = stop_signal()?;
    let (location, crowd, folder) = match config.data {
        Data::Kept(location) => (location, None, None),
        Data::Demo(crowd) => {
            let folder =
                TempDir::with_prefix("contactd-demo-").context("cannot make a folder for the demo")?;
            (Location::Sqlite(folder.path().join("demo.db")), Some(crowd), Some(folder))
        }
    };
    let store = open(&location, config.options).await?;
    let app = App::new(store, Arc::new(SystemClock), Settings { compat: config.compat });
    if let Some(crowd) = crowd {
        app.seed_demo(crowd).await.context("cannot make the demo's records")?;
    }
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr().context("cannot tell the address")?;
    announce(&address.to_string(), crowd.is_some());
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "serving");
    let mounts = Mounts::new(&app, config.hosts);
    let server = Server { app: app.clone(), mounts, metrics: Metrics::new() };
    server.run(listener, config.max_connections, stop).await;
    tracing::info!("stopping");
    app.close().await;
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

/// The lines on standard output that people and scripts wait for.
fn announce(address: &str, is_demo: bool) {
    let text = if is_demo { demo::tour(address) } else { String::new() };
    let mut out = std::io::stdout().lock();
    // Nobody may be reading; that is no reason not to serve.
    let _ = writeln!(out, "{text}contactd listens on http://{address}").and_then(|()| out.flush());
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
