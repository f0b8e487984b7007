//! Secrets of keys: making, checking, hashing.

use model::{Violation, ViolationKind};
use rand::Rng as _;
use sha2::{Digest, Sha256};
use store::KeyHash;

use crate::Error;

/// Shortest secret that a caller may bring.
const MIN_SECRET_CHARS: usize = 20;

pub(super) fn checked_secret(secret: String) -> Result<String, Error> {
    let is_plain = secret.chars().all(|c| c.is_ascii_graphic());
    if secret.chars().count() < MIN_SECRET_CHARS || !is_plain {
        let text = format!("must have {MIN_SECRET_CHARS} or more visible ASCII characters");
        let violation = Violation::new("secret", ViolationKind::Unusable(text));
        return Err(Error::Rejected(violation.into()));
    }
    Ok(secret)
}

/// `ctd_` and 160 random bits in lower-case hex.
pub(super) fn random_secret() -> String {
    let mut bytes = [0_u8; 20];
    rand::rng().fill_bytes(&mut bytes);
    bytes.iter().fold(String::from("ctd_"), |text, byte| format!("{text}{byte:02x}"))
}

pub(super) fn hash(secret: &str) -> KeyHash {
    Sha256::digest(secret.as_bytes()).into()
}
