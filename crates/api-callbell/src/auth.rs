//! Where the key stands: `Authorization: Bearer <key>`.

use api_kit::{Api, credentials};
use app::BadKey;
use axum::http::HeaderMap;
use model::Dialect;

use crate::{Callbell, Error};

impl Api for Callbell {
    const DIALECT: Dialect = Dialect::Callbell;
    type Error = Error;

    fn secret(headers: &HeaderMap) -> Result<String, BadKey> {
        credentials::bearer(headers)
    }
}
