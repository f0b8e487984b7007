//! Where a request carries its key.

use api_kit::credentials::{bearer, single, token};
use app::BadKey;
use axum::http::HeaderMap;

const KEY_HEADER: &str = "x-rolodex-api-key";

// QUIRK(rolodex): every endpoint page names `x-rolodex-api-key`, the guide's curl sample `Authorization:
// Bearer` (How to use API keys). The former wins. Pinned by `the_vendors_own_key_header_wins`.
/// The secret of the request's key.
pub(crate) fn secret(headers: &HeaderMap) -> Result<String, BadKey> {
    match single(headers, KEY_HEADER)? {
        Some(text) => token(text),
        None => bearer(headers),
    }
}
