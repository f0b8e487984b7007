//! Services: our workspaces.

use std::borrow::Cow;

use app::Workspace;
use model::{Catalog, Entity, Team};
use schemars::JsonSchema;
use serde::Serialize;

use super::account::Account;
use super::channel_type::ChannelType;
use super::field::CustomField;
use super::group::{self, ContactGroup};
use super::label::Label;
use super::shown_id;

/// A service. What it does not have here is empty, never missing: clients read every member.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Service<'a> {
    id: String,
    pub(crate) display_name: &'a str,
    business_name: &'a str,
    time_zone: &'static str,
    created_at: i64,
    updated_at: i64,
    account: Account<'a>,
    plan: Plan,
    channels: [(); 0],
    channel_types: Vec<ChannelType<'a>>,
    contact_labels: Vec<Label<'a>>,
    contact_custom_fields: Vec<CustomField<'a>>,
    contact_groups: Vec<ContactGroup<'a>>,
    teams: Vec<ServiceTeam<'a>>,
    features: [&'static str; 2],
    templates: [(); 0],
    automations: [(); 0],
    printers: [(); 0],
    calendar_event_types: [(); 0],
    service_address: ServiceAddress,
    settings: [(); 0],
}

/// What a service costs: nothing.
#[derive(Debug, JsonSchema, Serialize)]
struct Plan {
    id: String,
    code: &'static str,
    term_months: u32,
    monthly_or_unit_price: u32,
    setup_price: u32,
    display_name: &'static str,
    is_printer_plan: bool,
}

/// Clients read five texts.
#[derive(Debug, Default, JsonSchema, Serialize)]
struct ServiceAddress {
    address: &'static str,
    city: &'static str,
    state: &'static str,
    country: &'static str,
    postal_code: &'static str,
}

/// A team. QUIRK(zingle): no page of the vendor's has it; its mobile client finds those to assign to here (`ios-sdk`,
/// `ZNGTeam.m`). Pinned by `a_service_shows_its_whole_catalog`.
#[derive(Debug, JsonSchema, Serialize)]
struct ServiceTeam<'a> {
    id: Cow<'a, str>,
    display_name: &'a str,
    emoji: Option<&'a str>,
    user_ids: Vec<Cow<'a, str>>,
    created_at: i64,
}

impl<'a> Service<'a> {
    pub(crate) fn of(workspace: &'a Workspace, account: &'a Workspace, catalog: &'a Catalog) -> Self {
        let fields = catalog.fields.iter().filter(|field| field.entity == Entity::Contact);
        let account = Account::of(account);
        Self {
            id: workspace.id.to_string(),
            display_name: &workspace.name,
            business_name: &workspace.name,
            time_zone: "UTC",
            created_at: workspace.created_at.seconds(),
            updated_at: workspace.created_at.seconds(),
            plan: Plan::of(&account),
            account,
            channels: [],
            channel_types: catalog.channel_types.iter().map(|each| ChannelType::of(each, catalog)).collect(),
            contact_labels: catalog.tags.iter().map(Label::of).collect(),
            contact_custom_fields: fields.map(CustomField::of).collect(),
            contact_groups: group::all(catalog).map(|list| ContactGroup::of(list, catalog)).collect(),
            teams: catalog.teams.iter().map(|team| ServiceTeam::of(team, catalog)).collect(),
            features: ["assignment", "teams"],
            templates: [],
            automations: [],
            printers: [],
            calendar_event_types: [],
            service_address: ServiceAddress::default(),
            settings: [],
        }
    }

    pub(crate) fn account_id(&self) -> &str {
        &self.account.id
    }

    /// What a list sorts by; the parts of the address are the same everywhere.
    pub(crate) fn sort_text(&self, field: &str) -> String {
        match field {
            "display_name" => self.display_name.to_owned(),
            "created_at" | "updated_at" => format!("{:020}", self.created_at),
            _ => String::new(),
        }
    }
}

impl Plan {
    fn of(account: &Account<'_>) -> Self {
        Self {
            id: account.id.clone(),
            code: "self_hosted",
            term_months: 1,
            monthly_or_unit_price: 0,
            setup_price: 0,
            display_name: "Self-hosted",
            is_printer_plan: false,
        }
    }
}

impl<'a> ServiceTeam<'a> {
    fn of(team: &'a Team, catalog: &'a Catalog) -> Self {
        let users = team.members.iter().filter_map(|id| catalog.users.get(id.0));
        Self {
            id: shown_id(&team.aliases, team.id.0),
            display_name: &team.name,
            emoji: None,
            user_ids: users.map(|user| shown_id(&user.aliases, user.id.0)).collect(),
            created_at: team.created_at.seconds(),
        }
    }
}
