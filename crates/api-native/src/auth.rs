//! Where the key stands: `Authorization: Bearer …`.

use api_kit::{Api, credentials};
use app::BadKey;
use axum::http::HeaderMap;
use model::Dialect;

use crate::{Error, NativeApi};

impl Api for NativeApi {
    const DIALECT: Dialect = Dialect::Native;
    type Error = Error;

    fn secret(headers: &HeaderMap) -> Result<String, BadKey> {
        credentials::bearer(headers)
    }
}
