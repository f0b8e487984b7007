//! What the vendor documents, and what the routes answer.

use std::sync::LazyLock;

use api_kit::{Answers, Contract};
use schemars::{JsonSchema, Schema, json_schema};

use crate::error::ErrorBody;
use crate::wire::account::{Me, Plan};
use crate::wire::bot::Bot;
use crate::wire::channel::{Channel, ListedChannel};
use crate::wire::conversation::{Message, Success};
use crate::wire::custom_status::Shown;
use crate::wire::funnel::Funnel;
use crate::wire::item::Meta;
use crate::wire::team::{Member, Team};
use crate::wire::user_status::UserStatus;
use crate::wire::webhook::{SentEvent, Webhook};
use crate::wire::{Contacts, Object, Single, Status};

/// The contract of this API.
pub static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract::new(include_str!("../fidelity.toml"), answers));

fn answers(all: &mut Answers) {
    all.errors::<ErrorBody>("application/json");
    contacts(all);
    workspace(all);
    all.json::<Status>(
        200,
        &[
            "DELETE /v1/contacts/{uuid}",
            "DELETE /v1/custom_statuses/{id}",
            "DELETE /v1/custom_status/{id}",
            "DELETE /v1/webhooks/unsubscribe",
        ],
    );
    one::<Webhook<'_>>(all, "webhook", &["POST /v1/webhooks/subscribe"]);
    listed::<SentEvent>(all, "webhook_events", &["GET /v1/webhooks/events"]);
}

fn contacts(all: &mut Answers) {
    all.json::<Contacts<'_>>(200, &["GET /v1/contacts"]);
    all.json::<Single<'_>>(
        200,
        &[
            "POST /v1/contacts",
            "GET /v1/contacts/{uuid}",
            "PATCH /v1/contacts/{uuid}",
            "POST /v1/contacts/{uuid}/messages/update_funnel",
            "POST /v1/contacts/{uuid}/conversation/open",
            "PUT /v1/contacts/{uuid}/conversation/update_funnel",
        ],
    );
    all.json::<Object<'_>>(
        200,
        &[
            "GET /v1/contacts/phone/{number}",
            "GET /v1/contacts/bsuid/{bsuid}",
            "POST /v1/contacts/{uuid}/conversation/close",
        ],
    );
    listed::<Message>(all, "messages", &["GET /v1/contacts/{uuid}/messages"]);
    all.json::<Success>(200, &["POST /v1/contacts/{uuid}/conversation/note"]);
    one::<Bot>(all, "bot", &["GET /v1/contacts/{uuid}/bot", "POST /v1/contacts/{uuid}/bot"]);
}

fn workspace(all: &mut Answers) {
    listed::<ListedChannel<'_>>(all, "channels", &["GET /v1/channels"]);
    one::<Channel<'_>>(all, "channel", &["GET /v1/channels/{uuid}", "PATCH /v1/channels/{uuid}"]);
    listed::<Team<'_>>(all, "teams", &["GET /v1/teams"]);
    one::<Team<'_>>(all, "team", &["GET /v1/teams/{uuid}", "PATCH /v1/teams/{uuid}"]);
    listed::<Member<'_>>(all, "users", &["GET /v1/teams/{uuid}/members"]);
    one::<Vec<Funnel<'_>>>(all, "funnels", &["GET /v1/funnels"]);
    one::<UserStatus<'_>>(all, "user_status", &["PUT /v1/users/{uuid}/status"]);
    all.empty(204, &["DELETE /v1/users/{uuid}/status"]);
    listed::<Shown<'_>>(all, "customStatuses", &["GET /v1/custom_statuses"]);
    one::<Shown<'_>>(
        all,
        "customStatus",
        &["POST /v1/custom_statuses", "GET /v1/custom_statuses/{id}", "PUT /v1/custom_statuses/{id}"],
    );
    all.json::<Me<'_>>(200, &["GET /v1/auth/me", "POST /v1/auth/me"]);
    all.json::<Plan<'_>>(200, &["GET /v1/plan"]);
}

/// Routes that answer `{noun: item}`.
fn one<T: JsonSchema>(all: &mut Answers, noun: &'static str, routes: &[&'static str]) {
    let schema = all.schema::<T>();
    all.with(200, routes, object(&[(noun, schema)]));
}

/// Routes that answer `{nouns: [item], "meta": …}`.
fn listed<T: JsonSchema>(all: &mut Answers, nouns: &'static str, routes: &[&'static str]) {
    let (rows, meta) = (all.schema::<Vec<T>>(), all.schema::<Meta>());
    all.with(200, routes, object(&[(nouns, rows), ("meta", meta)]));
}

fn object(members: &[(&str, Schema)]) -> Schema {
    let names: Vec<_> = members.iter().map(|(name, _)| *name).collect();
    let schemas: serde_json::Map<_, _> =
        members.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone().to_value())).collect();
    json_schema!({ "type": "object", "properties": schemas, "required": names })
}
