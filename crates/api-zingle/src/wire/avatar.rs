//! Pictures that clients send: a media type, and the file in base64.

use api_kit::Body;
use app::{Error as AppError, PICTURE_BYTES, Upload};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use model::{Json, ViolationKind};

use super::members::Members;

/// Most bytes of a request with a picture: base64 takes four for three, and the rest is small.
pub(crate) const BODY_BYTES: usize = PICTURE_BYTES / 3 * 4 + (64 << 10);

/// What clients call the kinds of pictures; `image/jpg` is no media type, but many clients take it for one.
const TYPES: [(&str, &str); 5] = [
    ("image/png", "image/png"),
    ("image/jpeg", "image/jpeg"),
    ("image/gif", "image/gif"),
    ("image/webp", "image/webp"),
    ("image/jpg", "image/jpeg"),
];

/// Padding may be missing.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads the picture in a body; `what` says whose it is, since the vendor has codes for each.
pub(crate) fn decode(what: &'static str, body: Body) -> Result<Upload, AppError> {
    let mut members = Members::read(what, body);
    // QUIRK(zingle): the documented request writes it with a hyphen (`contacts/PUT_update_avatar.md`), the list of its
    // members does not. Pinned by `either_spelling_of_the_content_type_is_read`.
    let name = if members.has("content_type") { "content_type" } else { "content-type" };
    let declared = members.text(name);
    if declared.is_none() && !members.has(name) {
        members.refuse("content_type", ViolationKind::Missing);
    }
    let declared = declared.and_then(|text| {
        let text = text.trim().to_ascii_lowercase();
        let found = TYPES.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let words = TYPES.iter().take(4).map(|(word, _)| (*word).to_owned()).collect();
            members.refuse(name, ViolationKind::NotOneOf(words));
        }
        found.map(|(_, media_type)| *media_type)
    });
    if !members.has("base64") {
        members.refuse("base64", ViolationKind::Missing);
    }
    let upload = members.with("base64", read);
    if let (Some(declared), Some(upload)) = (declared, &upload)
        && declared != upload.media_type()
    {
        members.refuse(name, ViolationKind::NotOneOf(vec![upload.media_type().to_owned()]));
    }
    members.check()?;
    // Unreachable: without a picture there is a violation.
    upload.ok_or_else(|| AppError::Rejected(super::members::taken("base64")))
}

fn read(json: &Json) -> Result<Upload, ViolationKind> {
    let text = match json {
        Json::String(text) if !text.is_empty() => text,
        Json::String(_) | Json::Null => return Err(ViolationKind::Missing),
        _ => return Err(ViolationKind::WrongType("a string")),
    };
    // Some encoders break lines.
    let text: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = BASE64.decode(text).map_err(|_| unusable("is no base64"))?;
    if bytes.len() > PICTURE_BYTES {
        return Err(ViolationKind::TooLong { max: PICTURE_BYTES, unit: "bytes" });
    }
    Upload::read(bytes).ok_or_else(|| unusable("is no PNG, JPEG, GIF or WebP picture"))
}

fn unusable(reason: &str) -> ViolationKind {
    ViolationKind::Unusable(reason.to_owned())
}
