//! `?camel_case=1`: the same API with camelCase members, in requests and answers, errors included.
//!
//! QUIRK(zingle): no page of the vendor names this parameter; its web client sends it on v1 routes
//! (`js-sdk`, `src/contacts.js`). Pinned by `camel_case_renames_members_both_ways`.

use api_kit::{Body, LargePayload, Payload, Query};
use axum::extract::{FromRequest, Request};
use axum::http::{Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use model::{Json, Violation, ViolationKind};

use crate::wire::avatar;
use crate::wire::members::tell_others;
use crate::{Error, Zingle};

/// A request's body in snake_case, whatever the client's case is.
pub(crate) struct Input(pub(crate) Body);

impl<S: Sync> FromRequest<S> for Input {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let is_camel = is_on(request.uri());
        let payload = Payload::<Zingle>::from_request(request, state).await?;
        Ok(Self(in_snake_case(payload.body, is_camel)))
    }
}

/// The body of a request that needs none: read, within bounds, and told to have no effect. Clients send none, `{}` or a form.
pub(crate) struct NoInput;

impl<S: Sync> FromRequest<S> for NoInput {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        if let Input(Body::Json(Json::Object(members))) = Input::from_request(request, state).await? {
            tell_others(&members, "", |_| false);
        }
        Ok(Self)
    }
}

/// As [`Input`], with room for a picture.
pub(crate) struct LargeInput(pub(crate) Body);

impl<S: Sync> FromRequest<S> for LargeInput {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let is_camel = is_on(request.uri());
        let payload = LargePayload::<Zingle, { avatar::BODY_BYTES }>::from_request(request, state).await?;
        Ok(Self(in_snake_case(payload.body, is_camel)))
    }
}

fn in_snake_case(body: Body, is_camel: bool) -> Body {
    match body {
        Body::Json(json) if is_camel => match renamed(json, to_snake, "") {
            Ok(json) => Body::Json(json),
            Err(violation) => Body::Malformed(violation),
        },
        body => body,
    }
}

/// Notes that the parameter was read, wherever else it is.
pub(crate) async fn note(request: Request, next: Next) -> Response {
    if let Some(query) = request.extensions().get::<Query>() {
        query.get(PARAMETER);
    }
    next.run(request).await
}

const PARAMETER: &str = "camel_case";

/// Gives every answer in the case that its request asked for.
pub(crate) async fn answer(request: Request, next: Next) -> Response {
    let is_camel = is_on(request.uri());
    let response = next.run(request).await;
    if is_camel { in_camel_case(response).await } else { response }
}

async fn in_camel_case(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(collected) = body.collect().await else {
        return Error::from(api_kit::Problem::Panic).into_response();
    };
    let bytes = collected.to_bytes();
    let json = serde_json::from_slice(&bytes).ok().and_then(|json| renamed(json, to_camel, "").ok());
    let body = match json {
        Some(json) => json.to_string().into(),
        // No body: the answer to HEAD.
        None => axum::body::Body::from(bytes),
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, body)
}

fn is_on(uri: &Uri) -> bool {
    Query::parse(uri.query().unwrap_or_default()).get(PARAMETER) == Some("1")
}

/// The same JSON with other member names. Two members that become one are refused, as one given twice.
fn renamed(json: Json, rename: fn(&str) -> String, at: &str) -> Result<Json, Violation> {
    let inside = |part: &str| if at.is_empty() { part.to_owned() } else { format!("{at}.{part}") };
    Ok(match json {
        Json::Object(members) => {
            let mut object = serde_json::Map::new();
            for (name, value) in members {
                let name = rename(&name);
                let value = renamed(value, rename, &inside(&name))?;
                if object.contains_key(&name) {
                    let kind = ViolationKind::Malformed("is given twice".to_owned());
                    return Err(Violation::new(inside(&name), kind));
                }
                object.insert(name, value);
            }
            Json::Object(object)
        }
        Json::Array(items) => {
            let items = items.into_iter().enumerate();
            Json::Array(
                items
                    .map(|(n, item)| renamed(item, rename, &inside(&n.to_string())))
                    .collect::<Result<_, _>>()?,
            )
        }
        scalar => scalar,
    })
}

fn to_snake(name: &str) -> String {
    name.chars().fold(String::new(), |mut text, c| {
        if c.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
        text
    })
}

/// A member's name as clients with `camel_case=1` know it.
pub fn to_camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut text, part| {
        let mut chars = part.chars();
        text.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        text.push_str(chars.as_str());
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_convert_both_ways() {
        for (snake, camel) in [
            ("first_name", "firstName"),
            ("is_default_for_type", "isDefaultForType"),
            ("id", "id"),
            ("custom_field_option_id", "customFieldOptionId"),
        ] {
            assert_eq!(to_camel(snake), camel);
            assert_eq!(to_snake(camel), snake);
            assert_eq!(to_snake(snake), snake);
        }
    }
}
