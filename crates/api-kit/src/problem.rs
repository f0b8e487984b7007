//! What can go wrong with a request: everything in [`app::Error`], and what HTTP adds to it.

use crate::Undocumented;

/// Why a request got no success. Each dialect has one exhaustive `match` from this to its answers.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The application refused or failed.
    #[error(transparent)]
    App(#[from] app::Error),
    /// No such route.
    #[error("no such route")]
    NoRoute,
    /// The route does not have this method.
    #[error("the route does not have this method")]
    MethodNotAllowed,
    /// A part of the path cannot be read.
    #[error("the path cannot be read")]
    BadPath,
    /// A query parameter cannot be read.
    #[error("the query parameter '{name}' {reason}")]
    BadQuery {
        /// Its name.
        name: &'static str,
        /// What is wrong with it: `must be …`.
        reason: String,
    },
    /// A header cannot be read.
    #[error("the header '{name}' {reason}")]
    BadHeader {
        /// Its name.
        name: &'static str,
        /// What is wrong with it: `must be …`.
        reason: &'static str,
    },
    /// In strict mode: the vendor's pages do not have this.
    #[error("{0}")]
    Undocumented(Undocumented),
    /// The body has more bytes than this.
    #[error("the body has more than {0} bytes")]
    BodyTooLarge(usize),
    /// The body did not arrive whole.
    #[error("the body did not arrive whole")]
    BodyCut,
    /// The request took too long; whether a change took effect is unknown.
    #[error("the request took too long")]
    Timeout,
    /// A fault of ours.
    #[error("a fault in contactd")]
    Panic,
}

impl Problem {
    /// Logs what clients are not told, once, at the boundary.
    pub fn log(&self) {
        match self {
            Self::App(fault @ (app::Error::Store(_) | app::Error::OutcomeUnknown(_))) => {
                tracing::error!(error = %chain(fault), "a request failed in the store");
            }
            Self::App(fault @ app::Error::Unavailable(_)) => {
                tracing::warn!(error = %chain(fault), "a request failed, because the database is not available");
            }
            Self::Timeout => tracing::error!("a request took too long"),
            _ => {}
        }
    }
}

/// An error and all its causes, in one line.
fn chain(fault: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(fault.source(), |cause| cause.source());
    causes.fold(fault.to_string(), |text, cause| format!("{text}: {cause}"))
}
