//! The certificate and key that `contactd serve` shows, read again when their files change.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{InconsistentKeys, ServerConfig};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// The name by which clients and servers agree on HTTP/2.
pub(crate) const HTTP2: &[u8] = b"h2";
/// How often the files are looked at.
const PACE: Duration = Duration::from_secs(1);

/// Where certificate and key are.
#[derive(Clone, Debug)]
pub(crate) struct TlsFiles {
    /// The certificate and those between it and the root, as PEM.
    pub(crate) cert: PathBuf,
    /// Its key, as PEM.
    pub(crate) key: PathBuf,
}

/// Why files cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("cannot read {0}")]
    Unreadable(PathBuf, #[source] std::io::Error),
    #[error("there is no certificate in {0}")]
    NoCertificate(PathBuf),
    #[error("there is no key in {0}")]
    NoKey(PathBuf),
    #[error("{0} is no PEM file")]
    Malformed(PathBuf, #[source] pem::Error),
    #[error("the key in {} does not fit the certificate in {}", .0.key.display(), .0.cert.display())]
    Unfit(TlsFiles),
    #[error("cannot use the certificate in {} with the key in {}", .0.cert.display(), .0.key.display())]
    Unusable(TlsFiles, #[source] rustls::Error),
}

/// What TLS connections are made with.
pub(crate) struct Tls {
    files: TlsFiles,
    read: Stamp,
    config: watch::Sender<Arc<ServerConfig>>,
}

impl Tls {
    /// Reads the files.
    pub(crate) fn open(files: TlsFiles) -> Result<Self, TlsError> {
        // Before the files themselves, so that no change after it goes unseen.
        let read = Stamp::of(&files);
        let config = watch::Sender::new(config(&files)?);
        Ok(Self { files, read, config })
    }

    /// For a connection that begins now.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config.borrow()))
    }

    /// Looks after the files, and never ends: what they hold is shown to the connections after that. Files that
    /// cannot be used change nothing.
    pub(crate) async fn follow(&self) {
        let mut read = self.read.clone();
        let mut seen = read.clone();
        loop {
            tokio::time::sleep(PACE).await;
            let files = self.files.clone();
            let Ok(now) = tokio::task::spawn_blocking(move || Stamp::of(&files)).await else { continue };
            // One of the two is written before the other: they are read when both have rested.
            let has_rested = now == seen;
            seen = now;
            if has_rested && seen != read {
                read = seen.clone();
                self.read_again().await;
            }
        }
    }

    async fn read_again(&self) {
        let files = self.files.clone();
        match tokio::task::spawn_blocking(move || config(&files)).await {
            Ok(Ok(config)) => {
                self.config.send_replace(config);
                tracing::info!(cert = %self.files.cert.display(), "the certificate was read again");
            }
            Ok(Err(fault)) => {
                let cause = std::error::Error::source(&fault).map(ToString::to_string).unwrap_or_default();
                tracing::warn!(error = %fault, cause, "the certificate cannot be read again; the old one stays");
            }
            Err(fault) => tracing::warn!(error = %fault, "the certificate was not read again"),
        }
    }
}

/// What tells whether files have changed: when, and how long they are; none for what is not there.
#[derive(Clone, PartialEq)]
struct Stamp([Option<(Option<SystemTime>, u64)>; 2]);

impl Stamp {
    fn of(files: &TlsFiles) -> Self {
        let of = |path: &Path| {
            let about = std::fs::metadata(path).ok()?;
            Some((about.modified().ok(), about.len()))
        };
        Self([of(&files.cert), of(&files.key)])
    }
}

fn config(files: &TlsFiles) -> Result<Arc<ServerConfig>, TlsError> {
    let read =
        |path: &Path| std::fs::read(path).map_err(|fault| TlsError::Unreadable(path.to_path_buf(), fault));
    let chain = CertificateDer::pem_slice_iter(&read(&files.cert)?).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|fault| TlsError::Malformed(files.cert.clone(), fault))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(files.cert.clone()));
    }
    let key = PrivateKeyDer::from_pem_slice(&read(&files.key)?).map_err(|fault| match fault {
        pem::Error::NoItemsFound => TlsError::NoKey(files.key.clone()),
        fault => TlsError::Malformed(files.key.clone(), fault),
    })?;
    let unusable = |fault| match fault {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsError::Unfit(files.clone()),
        fault => TlsError::Unusable(files.clone(), fault),
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(unusable)?;
    config.alpn_protocols = vec![HTTP2.to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
