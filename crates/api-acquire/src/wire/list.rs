//! A page of contacts. What Acquire counts from its conversations is zero, empty or null: contactd has none.

use app::ContactList;
use model::Json;
use schemars::JsonSchema;
use serde::Serialize;

use super::company::Company;
use super::contact::Contact;
use super::detail::Absent;
use super::tag::{self, Tag};
use crate::page::Selection;

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ContactPage")]
pub(crate) struct Page {
    #[schemars(with = "Vec<Item<'_>>")]
    list: Vec<Json>,
    counts: Counts,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ContactCounts")]
struct Counts {
    total: u64,
    records: u64,
    pending: u64,
    active: u64,
}

/// A page as it is answered.
pub(crate) fn encode(
    found: &ContactList,
    selection: &Selection,
    companies: &[model::Company],
) -> serde_json::Result<Json> {
    let items = found.contacts.iter().map(|contact| {
        selection.apply(&Item {
            contact: Contact::listed(contact, &found.catalog, companies),
            company: Company::of(contact, companies),
            tags: tag::of(contact, &found.catalog),
            activity: Activity::of(contact),
            absent: Absent::of(selection),
        })
    });
    let counts = Counts { total: found.total, records: found.total, pending: 0, active: 0 };
    serde_json::to_value(Page { list: items.collect::<Result<_, _>>()?, counts })
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ListedContact", transform = super::selectable)]
struct Item<'a> {
    #[serde(flatten)]
    contact: Contact<'a>,
    company: Company<'a>,
    tags: Vec<Tag<'a>>,
    #[serde(flatten)]
    activity: Activity,
    #[serde(flatten)]
    absent: Absent,
}

#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
struct Activity {
    latest_timeline_id: &'static str,
    case_id: &'static str,
    latest_object_type: &'static str,
    title: &'static str,
    description: &'static str,
    channel: &'static str,
    status: Option<()>,
    agent_list: [(); 0],
    department_list: [(); 0],
    last_view_object: Option<()>,
    client_user_id: Option<()>,
    contact_company_count: Option<usize>,
    total_timeline: u8,
    last_date_updated: String,
    total_notes: usize,
    total_views: u8,
    total_case: u8,
    msg_unread: u8,
    channels: [(); 0],
    first_interaction_type: Option<()>,
    last_interaction_type: Option<()>,
    is_blocked: &'static str,
    last_visit: Option<()>,
    first_visit: Option<()>,
    interaction: [(); 0],
    snooze_in_contact: bool,
}

/// The members of [`Activity`] on the wire, and `viewId` and `caseDateUpdated`, which stand there only for
/// contacts with views and cases.
pub(crate) const ACTIVITY: [&str; 28] = [
    "latestTimelineId",
    "caseId",
    "viewId",
    "latestObjectType",
    "title",
    "description",
    "channel",
    "status",
    "agentList",
    "departmentList",
    "lastViewObject",
    "clientUserId",
    "contactCompanyCount",
    "totalTimeline",
    "lastDateUpdated",
    "totalNotes",
    "totalViews",
    "totalCase",
    "caseDateUpdated",
    "msgUnread",
    "channels",
    "firstInteractionType",
    "lastInteractionType",
    "isBlocked",
    "lastVisit",
    "firstVisit",
    "interaction",
    "snoozeInContact",
];

impl Activity {
    fn of(contact: &model::Contact) -> Self {
        let companies = contact.companies.len();
        Self {
            latest_timeline_id: "0",
            case_id: "0",
            latest_object_type: "case",
            title: "",
            description: "",
            channel: "",
            status: None,
            agent_list: [],
            department_list: [],
            last_view_object: None,
            client_user_id: None,
            contact_company_count: (companies > 0).then_some(companies),
            total_timeline: 0,
            last_date_updated: contact.updated_at.to_sql(),
            total_notes: contact.notes.len(),
            total_views: 0,
            total_case: 0,
            msg_unread: 0,
            channels: [],
            first_interaction_type: None,
            last_interaction_type: None,
            is_blocked: if contact.blocked_at.is_some() { "YES" } else { "NO" },
            last_visit: None,
            first_visit: None,
            interaction: [],
            snooze_in_contact: false,
        }
    }
}
