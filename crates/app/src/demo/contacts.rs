//! The contacts of the vendors' examples, as they are before the documented updates.

use model::{
    Aliases, Change, ChannelKind, ChannelWrite, Company, CompanyId, CompanyWrite, Dialect, Edit, Flag,
    InstantMember, ItemRef, Json, NamePart, Network, Note, NoteId, OptIn, Ref, Set, TextMember, Timestamp,
    ValueWrite, value,
};
use serde_json::json;

use crate::Clock;

pub(super) fn companies(clock: &dyn Clock) -> Vec<Company> {
    let company = |number, name: &str, website: &str, aliases| Company {
        number,
        website_url: Some(website.to_owned()),
        aliases,
        ..Company::new(CompanyId(clock.fresh_id()), name, clock.now())
    };
    vec![
        company(5, "Acquire", "acquire.io", Aliases::default()),
        company(123, "Tech Corp", "https://techcorp.example", Aliases::one(Dialect::Rolodex, "company_123")),
        company(456, "Acme Corp", "https://acme.example", Aliases::one(Dialect::Rolodex, "company_456")),
    ]
}

pub(super) fn note(clock: &dyn Clock) -> Note {
    let note = Note::new(NoteId(clock.fresh_id()), "Initial outreach completed", clock.now());
    Note { aliases: Aliases::one(Dialect::Rolodex, "note_101"), ..note }
}

/// Numbers and contacts, in the order in which they are made.
pub(super) fn examples() -> [(u64, Change); 4] {
    [(1, zingle()), (2, acquire()), (3, callbell()), (4, rolodex())]
}

fn change(created_at: &str, edits: Vec<Edit>) -> Change {
    let mut change = Change::default();
    let created_at = Timestamp::parse_rfc3339(created_at);
    change.push("created_at", Edit::Instant(InstantMember::CreatedAt, created_at));
    for edit in edits {
        change.push("demo", edit);
    }
    change
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn zingle() -> Change {
    let team = ItemRef::id_text(Dialect::Zingle, "bf5c8s4e-b4f5-4382-9f3a-9ees5eedaef1");
    change(
        "2015-09-21T23:11:53Z",
        vec![
            Edit::Aliases(Dialect::Zingle, vec!["f119fe3b-67e2-4b59-b605-5586616978d0".to_owned()]),
            Edit::Name(NamePart::First, text("Cindy")),
            Edit::Flag(Flag::Confirmed, true),
            Edit::OptIn(Some(OptIn::OptedIn)),
            Edit::AssignedTeam(Some(team)),
        ],
    )
}

fn acquire() -> Change {
    let company = CompanyWrite {
        at: "company".to_owned(),
        company: Ref::number(Dialect::Acquire, "5"),
        title: None,
        start_date: None,
        active: None,
    };
    let extra = |name: &str, value: Json| Edit::Extra(Dialect::Acquire, name.to_owned(), Some(value));
    change(
        "2021-03-10T07:27:53Z",
        vec![
            Edit::Name(NamePart::Full, text("John")),
            Edit::Text(TextMember::City, text("Oakland")),
            Edit::Text(TextMember::State, text("California")),
            Edit::Text(TextMember::Country, text("US")),
            Edit::Companies(Set::replace(vec![company])),
            extra("ip", json!("103.61.112.45")),
            extra("clientType", json!("web")),
            extra("clientName", json!("Chrome")),
            extra("clientVersion", json!("80.0")),
            extra("clientOsName", json!("Windows")),
            extra("clientOsVersion", json!("10")),
            extra("clientDetails", json!({})),
        ],
    )
}

fn callbell() -> Change {
    let phone = ChannelWrite::new("phone", ChannelKind::Phone, "123456789");
    change(
        "2020-11-13T21:08:53Z",
        vec![
            Edit::Aliases(Dialect::Callbell, vec!["414a6d692bd645ed803f2e7ce360d4c8".to_owned()]),
            Edit::Name(NamePart::Full, text("John Doe")),
            Edit::MergeChannels(vec![phone]),
            Edit::Extra(Dialect::Callbell, "source".to_owned(), Some(json!("whatsapp"))),
        ],
    )
}

fn rolodex() -> Change {
    let id = |text: &str| ItemRef::id_text(Dialect::Rolodex, text);
    let email = |address: &str| ChannelWrite::new("email", ChannelKind::Email, address);
    let phone = ChannelWrite::new("phone", ChannelKind::Phone, "+15551234567");
    let company = CompanyWrite {
        at: "company".to_owned(),
        company: Ref::uuid(Dialect::Rolodex, "company_123"),
        title: Some(text("Senior Product Manager")),
        start_date: Some(text("2023-01-15")),
        active: Some(true),
    };
    let score = ValueWrite { at: "value".to_owned(), field: id("field_123"), json: json!(95) };
    change(
        "2025-01-15T10:30:00Z",
        vec![
            Edit::Aliases(Dialect::Rolodex, vec!["contact_67890".to_owned()]),
            Edit::Name(NamePart::First, text("Jane")),
            Edit::Name(NamePart::Last, text("Smith")),
            Edit::Text(TextMember::JobTitle, text("Product Manager")),
            Edit::Text(
                TextMember::Description,
                text("Experienced product manager with a focus on SaaS products"),
            ),
            Edit::Text(TextMember::Location, text("New York, NY")),
            Edit::Text(TextMember::WebsiteUrl, text("https://janesmith.com")),
            Edit::Social(Network::Linkedin, text("janesmith")),
            Edit::Flag(Flag::Starred, true),
            Edit::MergeChannels(vec![email("jane@example.com"), email("jane.smith@work.com"), phone]),
            Edit::Companies(Set::replace(vec![company])),
            Edit::Tags(Set::replace(vec![("tag".to_owned(), id("tag_123"))])),
            Edit::Lists(Set::replace(vec![("list".to_owned(), id("list_789"))])),
            Edit::Notes(Set::replace(vec![("note".to_owned(), Ref::uuid(Dialect::Rolodex, "note_101"))])),
            Edit::Values(Set::replace(vec![score]), |json, field, catalog| {
                value::read(json, field, catalog, Dialect::Rolodex)
            }),
        ],
    )
}
