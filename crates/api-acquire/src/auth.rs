//! Where the key stands: `Authorization: Bearer {key}`.

use api_kit::{Api, Contract, credentials};
use app::BadKey;
use axum::http::HeaderMap;
use model::Dialect;

use crate::contract::CONTRACT;
use crate::{Acquire, Error};

impl Api for Acquire {
    const DIALECT: Dialect = Dialect::Acquire;
    type Error = Error;

    fn secret(headers: &HeaderMap) -> Result<String, BadKey> {
        credentials::bearer(headers)
    }

    fn contract() -> Option<&'static Contract> {
        Some(&CONTRACT)
    }
}
