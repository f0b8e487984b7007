//! Where the key stands: `Authorization: Bearer {key}`.

use api_kit::{Api, credentials};
use app::BadKey;
use axum::http::HeaderMap;
use model::Dialect;

use crate::{Acquire, Error};

impl Api for Acquire {
    const DIALECT: Dialect = Dialect::Acquire;
    type Error = Error;

    fn secret(headers: &HeaderMap) -> Result<String, BadKey> {
        credentials::bearer(headers)
    }
}
