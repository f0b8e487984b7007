//! The webhook: where events are to be sent to.

use api_kit::Body;
use app::Fresh;
use axum::http::Uri;
use model::{Aliases, Catalog, Dialect, Json, Rejection, Subscription, SubscriptionId, ViolationKind};
use schemars::JsonSchema;
use serde::Serialize;

use super::Status;
use super::item::spaced;
use super::member::Members;

/// The answer to a deletion.
pub(crate) const DESTROYED: Status = Status { status: "webhook was destroyed" };

/// What can be subscribed to.
const EVENTS: [&str; 10] = [
    "contact_created",
    "contact_updated",
    "contact_deleted",
    "conversation_opened",
    "conversation_closed",
    "message_created",
    "message_status_updated",
    "agent_status_updated",
    "agent_session_updated",
    "team_membership_updated",
];
/// Most characters of a URL.
const URL_CHARS: usize = 2048;

/// The webhook.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Webhook<'a> {
    url: &'a str,
    subscriptions: &'a [String],
    created_at: String,
    enabled: bool,
}

impl<'a> Webhook<'a> {
    /// Encodes a subscription.
    pub(crate) fn of(subscription: &'a Subscription) -> Self {
        Self {
            url: &subscription.url,
            subscriptions: &subscription.events,
            created_at: spaced(subscription.created_at),
            enabled: subscription.enabled,
        }
    }
}

/// An event that was sent. None is.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) enum SentEvent {}

/// The one that there may be.
pub(crate) fn current(catalog: &Catalog) -> Option<&Subscription> {
    catalog.subscriptions.iter().find(|each| each.dialect == Dialect::Callbell)
}

/// What a body asks for.
#[derive(Debug)]
pub(crate) struct Wish {
    url: String,
    events: Vec<String>,
}

impl Wish {
    /// Decodes a body.
    pub(crate) fn of(body: Body) -> Result<Self, Rejection> {
        let mut members = Members::of(body);
        let url = members.required("url", URL_CHARS).unwrap_or_default();
        if let Some(kind) = fault(&url).filter(|_| !url.is_empty()) {
            members.refuse("url", kind);
        }
        let events = match members.get("subscriptions").map(events) {
            None => {
                members.refuse("subscriptions", ViolationKind::Missing);
                Vec::new()
            }
            Some(Ok(events)) => events,
            Some(Err(kinds)) => {
                kinds.into_iter().for_each(|kind| members.refuse("subscriptions", kind));
                Vec::new()
            }
        };
        members.check().map(|()| Self { url, events })
    }

    /// The one subscription as it is wished for.
    pub(crate) fn subscription(&self, fresh: Fresh, catalog: &Catalog) -> Subscription {
        let blank = || Subscription {
            id: SubscriptionId(fresh.id),
            number: fresh.number,
            dialect: Dialect::Callbell,
            url: String::new(),
            events: Vec::new(),
            enabled: true,
            created_at: fresh.now,
            aliases: Aliases::default(),
        };
        let known = current(catalog).cloned().unwrap_or_else(blank);
        Subscription { url: self.url.clone(), events: self.events.clone(), enabled: true, ..known }
    }
}

/// What is wrong with a URL: it needs a scheme, and a host that is not this one.
fn fault(url: &str) -> Option<ViolationKind> {
    let Ok(uri) = url.parse::<Uri>() else { return Some(ViolationKind::BadUrl) };
    let (Some("http" | "https"), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return Some(ViolationKind::BadUrl);
    };
    let host = host.trim_matches(['[', ']']).trim_end_matches('.').to_lowercase();
    let is_here = host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified());
    is_here.then(|| ViolationKind::Unusable("must not be localhost".to_owned()))
}

/// The names of events, each once.
fn events(json: &Json) -> Result<Vec<String>, Vec<ViolationKind>> {
    let names: Option<Vec<&str>> = json.as_array().and_then(|names| names.iter().map(Json::as_str).collect());
    let Some(names) = names else { return Err(vec![ViolationKind::WrongType("an array of strings")]) };
    if names.is_empty() {
        return Err(vec![ViolationKind::Blank]);
    }
    let mut known: Vec<String> = Vec::new();
    let mut unknown: Vec<ViolationKind> = Vec::new();
    for name in names {
        if !EVENTS.contains(&name) {
            unknown.push(ViolationKind::Unusable(format!("unknown event '{name}'")));
        } else if known.iter().all(|each| each != name) {
            known.push(name.to_owned());
        }
    }
    if unknown.is_empty() { Ok(known) } else { Err(unknown) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_have_a_scheme_and_a_host_elsewhere() {
        for url in
            ["https://my-app.com/my-webhook-endpoint", "http://a.b:8080/x?secret=1", "https://10.0.0.1"]
        {
            assert_eq!(fault(url), None, "{url}");
        }
        for url in
            ["my-app.com", "/x", "ftp://a.b", "https://", "https://a b", "//a.b/x", "mailto:a@b.c", "é"]
        {
            assert_eq!(fault(url), Some(ViolationKind::BadUrl), "{url}");
        }
        for url in [
            "http://localhost",
            "https://LOCALHOST:8080/x",
            "http://localhost./",
            "http://a.localhost",
            "http://127.0.0.1/",
            "http://127.9.9.9",
            "http://[::1]:80/",
            "http://0.0.0.0",
        ] {
            let expected = ViolationKind::Unusable("must not be localhost".to_owned());
            assert_eq!(fault(url), Some(expected), "{url}");
        }
    }
}
