//! Telling other nodes that a catalog was replaced. A node that does not listen just then notices within a second, by
//! looking.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::poll_fn;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio_postgres::types::Type;
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls};

use super::pipeline::{Sql, Step, param};
use super::settings;
use super::tls::Tls;
use crate::catalogs::Catalogs;
use crate::{StoreError, WorkspaceNumber};

static NOTIFY: Sql = Sql { text: "SELECT pg_notify('contactd_catalogs', $1)", types: &[Type::TEXT] };

/// How long to wait before listening again after the connection broke.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells the others with the commit of the transaction.
pub(super) fn tell<'s>(workspace: WorkspaceNumber) -> Step<'s> {
    Step::new(&NOTIFY, vec![param(workspace.0.to_string())])
}

/// Listens until the set is dropped, and has changed catalogs looked up again.
pub(super) fn start(url: &str, catalogs: Arc<Catalogs>) -> JoinSet<()> {
    let url = url.to_owned();
    let mut task = JoinSet::new();
    task.spawn(async move {
        loop {
            if let Err(fault) = listen(&url, &catalogs).await {
                tracing::debug!(%fault, "not told of changed catalogs until the database is back");
            }
            tokio::time::sleep(PAUSE).await;
        }
    });
    task
}

async fn listen(url: &str, catalogs: &Catalogs) -> Result<(), StoreError> {
    let settings = settings::read(url)?;
    match settings.tls {
        Tls::Off => hear(settings.config.connect(NoTls).await?, catalogs).await,
        Tls::Verified(tls) => hear(settings.config.connect(tls).await?, catalogs).await,
    }
}

async fn hear<S, T>(
    (client, mut connection): (Client, Connection<S, T>),
    catalogs: &Catalogs,
) -> Result<(), StoreError>
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let hear = async {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notification) = message?
                && let Ok(number) = notification.payload().parse()
            {
                catalogs.doubt(WorkspaceNumber(number));
            }
        }
        Ok(())
    };
    // What changed while nobody listened is looked up again, too.
    let ask = async {
        client.batch_execute("LISTEN contactd_catalogs").await?;
        catalogs.doubt_all();
        std::future::pending().await
    };
    tokio::select! {
        heard = hear => heard,
        fault = ask => fault,
    }
}
