//! What the vendor documents, and what the routes answer.

use std::sync::LazyLock;

use api_kit::{Answers, Contract};
use schemars::{JsonSchema, Schema, json_schema};

use crate::wire::account::Account;
use crate::wire::caller::Caller;
use crate::wire::channel::ContactChannel;
use crate::wire::channel_type::ChannelType;
use crate::wire::contact::Contact;
use crate::wire::contact_service::ContactService;
use crate::wire::event::Event;
use crate::wire::field::CustomField;
use crate::wire::group::ContactGroup;
use crate::wire::label::Label;
use crate::wire::service::Service;
use crate::wire::status::{ErrorBody, ListStatus, Status};
use crate::wire::user::User;

/// The contract of this API.
pub static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract::new(include_str!("../fidelity.toml"), answers));

fn answers(all: &mut Answers) {
    all.errors::<ErrorBody<'_>>("application/json");
    contacts(all);
    catalog(all);
    services(all);
    let (status, caller) = (all.schema::<Status<'_>>(), all.schema::<Caller<'_>>());
    all.with(200, &["GET /v1"], object(&[("status", status), ("auth", caller)]));
    // What the vendor took out of its API, and what nobody has here.
    all.json::<ErrorBody<'_>>(
        400,
        &[
            "POST /v1/services/{service_id}/channel-types",
            "DELETE /v1/services/{service_id}/channel-types/{channel_type_id}",
        ],
    );
    all.json::<ErrorBody<'_>>(
        404,
        &[
            "GET /v1/services/{service_id}/automations/{automation_id}",
            "POST /v1/services/{service_id}/contacts/{contact_id}/automations/{automation_id}",
        ],
    );
}

fn contacts(all: &mut Answers) {
    listed::<Contact<'_>>(
        all,
        &[
            "GET /v1/services/{service_id}/contacts",
            "GET /v1/accounts/{account_id}/contacts",
            "GET /v1/contacts",
        ],
    );
    one::<Contact<'_>>(
        all,
        &[
            "POST /v1/services/{service_id}/contacts",
            "GET /v1/services/{service_id}/contacts/{contact_id}",
            "PUT /v1/services/{service_id}/contacts/{contact_id}",
            "POST /v1/services/{service_id}/contacts/{contact_id}/assign",
            "POST /v1/services/{service_id}/contacts/{contact_id}/unassign",
            "POST /v1/services/{service_id}/contacts/{contact_id}/labels/{label_id}",
            "DELETE /v1/services/{service_id}/contacts/{contact_id}/labels/{label_id}",
            "PUT /v1/services/{service_id}/contacts/{contact_id}/avatar",
            "POST /v1/services/{service_id}/contacts/{contact_id}/custom-field-values/{custom_field_id}",
        ],
    );
    one::<ContactChannel<'_>>(
        all,
        &[
            "POST /v1/services/{service_id}/contacts/{contact_id}/channels",
            "GET /v1/services/{service_id}/contacts/{contact_id}/channels/{channel_id}",
            "PUT /v1/services/{service_id}/contacts/{contact_id}/channels/{channel_id}",
        ],
    );
    done(
        all,
        &[
            "DELETE /v1/services/{service_id}/contacts/{contact_id}",
            "DELETE /v1/services/{service_id}/contacts/{contact_id}/avatar",
            "DELETE /v1/services/{service_id}/contacts/{contact_id}/channels/{channel_id}",
            "POST /v1/services/{service_id}/contacts/{contact_id}/stop-automation",
        ],
    );
    listed::<ContactService>(all, &["GET /v1/contact_services"]);
    listed::<Event<'_>>(all, &["GET /v1/services/{service_id}/events"]);
    one::<Event<'_>>(
        all,
        &["POST /v1/services/{service_id}/events", "GET /v1/services/{service_id}/events/{event_id}"],
    );
}

fn catalog(all: &mut Answers) {
    listed::<CustomField<'_>>(all, &["GET /v1/services/{service_id}/contact-custom-fields"]);
    one::<CustomField<'_>>(
        all,
        &[
            "POST /v1/services/{service_id}/contact-custom-fields",
            "GET /v1/services/{service_id}/contact-custom-fields/{custom_field_id}",
            "PUT /v1/services/{service_id}/contact-custom-fields/{custom_field_id}",
        ],
    );
    listed::<Label<'_>>(all, &["GET /v1/services/{service_id}/contact-labels"]);
    one::<Label<'_>>(
        all,
        &[
            "POST /v1/services/{service_id}/contact-labels",
            "GET /v1/services/{service_id}/contact-labels/{label_id}",
            "PUT /v1/services/{service_id}/contact-labels/{label_id}",
            "POST /v1/services/{service_id}/contact-labels/{label_id}",
        ],
    );
    listed::<ContactGroup<'_>>(all, &["GET /v1/services/{service_id}/contact-groups"]);
    one::<ContactGroup<'_>>(
        all,
        &[
            "POST /v1/services/{service_id}/contact-groups",
            "GET /v1/services/{service_id}/contact-groups/{group_id}",
            "GET /v1/services/{service_id}/contact-group/{group_id}",
            "PUT /v1/services/{service_id}/contact-groups/{group_id}",
        ],
    );
    listed::<ChannelType<'_>>(all, &["GET /v1/services/{service_id}/channel-types", "GET /v1/channel-types"]);
    one::<ChannelType<'_>>(
        all,
        &[
            "GET /v1/services/{service_id}/channel-types/{channel_type_id}",
            "PUT /v1/services/{service_id}/channel-types/{channel_type_id}",
        ],
    );
    done(
        all,
        &[
            "DELETE /v1/services/{service_id}/contact-custom-fields/{custom_field_id}",
            "DELETE /v1/services/{service_id}/contact-labels/{label_id}",
            "DELETE /v1/services/{service_id}/contact-groups/{group_id}",
        ],
    );
}

fn services(all: &mut Answers) {
    listed::<Service<'_>>(all, &["GET /v1/services"]);
    one::<Service<'_>>(all, &["GET /v1/services/{service_id}"]);
    listed::<Account<'_>>(all, &["GET /v1/accounts"]);
    one::<Account<'_>>(all, &["GET /v1/accounts/{account_id}"]);
    one::<User<'_>>(all, &["GET /v1/accounts/{account_id}/users/{user_id}"]);
    done(
        all,
        &[
            "PUT /v1/accounts/{account_id}/users/{user_id}/avatar",
            "DELETE /v1/accounts/{account_id}/users/{user_id}/avatar",
            "POST /v1/notifications",
            "POST /v1/receive-notifications",
        ],
    );
    let status = all.schema::<ListStatus>();
    let none = json_schema!({ "type": "array", "maxItems": 0 });
    all.with(
        200,
        &["GET /v1/services/{service_id}/automations"],
        object(&[("status", status), ("result", none)]),
    );
}

/// Routes that answer one record.
fn one<T: JsonSchema>(all: &mut Answers, routes: &[&'static str]) {
    let (status, result) = (all.schema::<Status<'_>>(), all.schema::<T>());
    all.with(200, routes, object(&[("status", status), ("result", result)]));
}

/// Routes that answer a page of records.
fn listed<T: JsonSchema>(all: &mut Answers, routes: &[&'static str]) {
    let (status, result) = (all.schema::<ListStatus>(), all.schema::<Vec<T>>());
    all.with(200, routes, object(&[("status", status), ("result", result)]));
}

/// Routes that answer what was done.
fn done(all: &mut Answers, routes: &[&'static str]) {
    let status = all.schema::<Status<'_>>();
    all.with(200, routes, object(&[("status", status)]));
}

fn object(members: &[(&str, Schema)]) -> Schema {
    let names: Vec<_> = members.iter().map(|(name, _)| *name).collect();
    let schemas: serde_json::Map<_, _> =
        members.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone().to_value())).collect();
    json_schema!({ "type": "object", "properties": schemas, "required": names })
}
