//! Contacts by a key: `by/email/…`, `by/phone/…`, `by/channel/KIND:…`, `by/alias/…`. Reading, and changing or making.

use api_kit::{Answer, Call, Problem, json, wrote};
use app::{ContactKey, Done, Keyed, View};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use model::{ChannelKind, Dialect, ViolationKind, limits};

use crate::contacts::shown;
use crate::media::Document;
use crate::wire::{self, CandidatesBody, ContactBody};
use crate::{Error, NativeApi};

pub(crate) async fn get(call: Call<NativeApi>) -> Answer<NativeApi> {
    let key = key(call.param("key"), call.param("value"))?;
    match call.app.get_contact_by(&call.caller, &key).await? {
        Keyed::One(view) => shown(&call, &view).await,
        Keyed::Several(found) => Ok(candidates(&found, &key)),
    }
}

/// Changes the contact that has the key, or makes it. Which of both is decided where it is done, so two at once end in
/// one contact.
pub(crate) async fn put(call: Call<NativeApi>, Document(body): Document) -> Answer<NativeApi> {
    let key = key(call.param("key"), call.param("value"))?;
    let written = match call.app.upsert_contact(&call.caller, key.clone(), wire::decode(body)).await? {
        Keyed::One(written) => written,
        Keyed::Several(found) => return Ok(candidates(&found, &key)),
    };
    let contact = &written.view.contact;
    let (status, place) = match written.done {
        Done::Created => (StatusCode::CREATED, header::LOCATION),
        _ => (StatusCode::OK, header::CONTENT_LOCATION),
    };
    let mut answer = json(status, &ContactBody::new(contact, &written.view.catalog));
    if let Ok(location) = HeaderValue::try_from(format!("/api/v1/contacts/{}", contact.id)) {
        answer.headers_mut().insert(place, location);
    }
    Ok(wrote(&written, answer))
}

/// The contacts of which each may be meant, and why.
fn candidates(found: &[View], key: &ContactKey) -> Response {
    json(StatusCode::MULTIPLE_CHOICES, &CandidatesBody::new(found, key))
}

/// What a key can be.
pub(crate) fn words() -> ViolationKind {
    ViolationKind::NotOneOf(["email", "phone", "channel", "alias"].map(str::to_owned).to_vec())
}

/// The key that a path names.
pub(crate) fn key(word: &str, value: &str) -> Result<ContactKey, Error> {
    if value.trim().is_empty() || value.len() > limits::ALIAS_BYTES.max(limits::SHORT_TEXT_CHARS) {
        return Err(Error::NoKey("must be 1 to 1000 bytes long"));
    }
    match word {
        "email" => Ok(app::channel_key(word, ChannelKind::Email, value)),
        "phone" => Ok(app::channel_key(word, ChannelKind::Phone, value)),
        "channel" => match value.split_once(':') {
            Some((kind, value)) if !value.trim().is_empty() => match wire::channel_kind(&kind.into()) {
                Ok(kind) => Ok(app::channel_key(word, kind, value)),
                Err(_) => Err(Error::NoKey("must begin with a word such as phone, email or whatsapp")),
            },
            _ => Err(Error::NoKey("must be KIND:VALUE, such as whatsapp:+31612345678")),
        },
        "alias" => {
            Ok(match value.split_once(':').map(|(dialect, text)| (dialect.parse::<Dialect>(), text)) {
                Some((Ok(dialect), text)) => ContactKey::Alias(dialect, text.to_owned()),
                _ => ContactKey::Alias(Dialect::Native, value.to_owned()),
            })
        }
        _ => Err(Problem::NoRoute.into()),
    }
}
