//! TLS to the server: asked for by `sslmode`, and then always verified.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, Connection, Error, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::StoreError;

/// How connections are protected.
#[derive(Clone)]
pub(super) enum Tls {
    /// Not at all.
    Off,
    /// By TLS, with a server whose certificate is for its name and from an authority that is trusted.
    Verified(MakeRustlsConnect),
}

impl Tls {
    /// What `sslmode` and `sslrootcert` of a URL say: `require` and everything above verify the server, because
    /// anything less protects from nobody who can do harm. The authorities are those in the PEM file, or without one
    /// those of the system.
    pub(super) fn of(mode: Option<&str>, authorities: Option<&str>) -> Result<Self, StoreError> {
        match mode {
            None | Some("disable") => Ok(Self::Off),
            Some("require" | "verify-ca" | "verify-full") => {
                let provider = Arc::new(rustls::crypto::ring::default_provider());
                let config = ClientConfig::builder_with_provider(provider)
                    .with_safe_default_protocol_versions()
                    .map_err(|fault| StoreError::Url(fault.to_string()))?
                    .with_root_certificates(roots(authorities)?)
                    .with_no_client_auth();
                Ok(Self::Verified(MakeRustlsConnect::new(config)))
            }
            Some(mode) => Err(StoreError::Url(format!("sslmode is disable or require, not '{mode}'"))),
        }
    }

    /// Connects, and has a task of its own carry the connection.
    pub(super) async fn open(&self, config: &Config) -> Result<(Client, JoinHandle<()>), Error> {
        match self {
            Self::Off => carried(config.connect(NoTls).await?),
            Self::Verified(tls) => carried(config.connect(tls.clone()).await?),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the task ends with the client, and the pool holds both")]
fn carried<S, T>((client, connection): (Client, Connection<S, T>)) -> Result<(Client, JoinHandle<()>), Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let carry = async move {
        if let Err(fault) = connection.await {
            tracing::debug!(%fault, "a connection to the database broke");
        }
    };
    Ok((client, tokio::spawn(carry)))
}

fn roots(authorities: Option<&str>) -> Result<RootCertStore, StoreError> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = authorities {
        let fault = |fault: &dyn std::fmt::Display| StoreError::Url(format!("sslrootcert={path}: {fault}"));
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| fault(&error))? {
            let certificate = certificate.map_err(|error| fault(&error))?;
            roots.add(certificate).map_err(|error| fault(&error))?;
        }
    } else {
        // Some of the system's may be unreadable; what counts is whether the server's is among the rest.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if roots.is_empty() {
        return Err(StoreError::Url(
            "there are no certificate authorities; sslrootcert=FILE names some".to_owned(),
        ));
    }
    Ok(roots)
}
