//! Where a request carries its key: the password of Basic, or the token of Bearer.

use api_kit::{Api, Contract, credentials};
use app::BadKey;
use axum::http::HeaderMap;
use model::Dialect;

use crate::contract::CONTRACT;
use crate::{Error, Zingle};

impl Api for Zingle {
    const DIALECT: Dialect = Dialect::Zingle;
    type Error = Error;

    fn secret(headers: &HeaderMap) -> Result<String, BadKey> {
        credentials::basic_or_bearer(headers)
    }

    fn contract() -> Option<&'static Contract> {
        Some(&CONTRACT)
    }
}
