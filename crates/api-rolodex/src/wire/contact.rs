//! The contact as answers carry it.

use std::borrow::Cow;

use model::{Catalog, ChannelKind, Contact as Record, Dialect, Entity, Json, Name, Network, phone};
use schemars::JsonSchema;
use serde::Serialize;

use super::id;
use super::wrapped::{self, CustomField, ListLink, Note, NoteLink, TagLink};
use crate::page::{Include, Relationship};
use crate::related::Related;

/// What an answer is made of beside the contact.
pub(crate) struct Context<'a> {
    /// The catalog that ids refer to.
    pub(crate) catalog: &'a Catalog,
    /// The companies and notes that ids refer to.
    pub(crate) related: &'a Related,
    /// The relationships that are asked for.
    pub(crate) include: &'a Include,
    /// The workspace's id.
    pub(crate) workspace: &'a str,
}

/// A contact. Scalars are always there; relationships when they are asked for.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Contact<'a> {
    id: Cow<'a, str>,
    full_name: Option<Cow<'a, str>>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    title: Option<&'a str>,
    description: Option<&'a str>,
    location: Option<&'a str>,
    image_url: Option<&'a str>,
    linkedin_slug: Option<&'a str>,
    website_url: Option<&'a str>,
    x_slug: Option<&'a str>,
    facebook_slug: Option<&'a str>,
    instagram_slug: Option<&'a str>,
    youtube_slug: Option<&'a str>,
    birthday_day: Option<u8>,
    birthday_month: Option<u8>,
    birthday_year: Option<u16>,
    is_starred: bool,
    ignore_merge: bool,
    last_team_interaction: Option<&'a str>,
    business_card_image_url: Option<&'a str>,
    manager_id: Option<&'a str>,
    workspace_id: &'a str,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    emails: Option<Vec<Email<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_numbers: Option<Vec<PhoneNumber<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    companies: Option<Vec<Company<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<TagLink<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lists: Option<Vec<ListLink<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<Vec<NoteLink<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_fields: Option<Vec<CustomField<'a>>>,
}

#[derive(JsonSchema, Serialize)]
struct Email<'a> {
    id: String,
    email_address: &'a str,
    is_primary: bool,
}

#[derive(JsonSchema, Serialize)]
struct PhoneNumber<'a> {
    id: String,
    phone_number: Cow<'a, str>,
    country_code: Option<String>,
    is_primary: bool,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "ContactCompany")]
struct Company<'a> {
    id: Cow<'a, str>,
    name: &'a str,
    title: Option<&'a str>,
    is_active: bool,
    start_date: Option<&'a str>,
}

/// A contact as an answer carries it.
pub(crate) fn encode<'a>(record: &'a Record, context: &Context<'a>) -> Contact<'a> {
    let social = |network| record.social.get(&network).map(|name| name.as_str());
    let extra = |name| record.extras.get(Dialect::Rolodex, name);
    let extra_text = |name| extra(name).and_then(Json::as_str);
    let has = |relationship| context.include.has(relationship);
    Contact {
        id: id::shown(&record.aliases, "contact", record.id.0),
        full_name: full_name(&record.name),
        first_name: first_name(&record.name),
        last_name: record.name.last.as_deref(),
        title: record.job_title.as_deref(),
        description: record.description.as_deref(),
        location: record.location.as_deref(),
        image_url: record.image_url.as_deref(),
        linkedin_slug: social(Network::Linkedin),
        website_url: record.website_url.as_deref(),
        x_slug: social(Network::X),
        facebook_slug: social(Network::Facebook),
        instagram_slug: social(Network::Instagram),
        youtube_slug: social(Network::Youtube),
        birthday_day: record.birthday.day,
        birthday_month: record.birthday.month,
        birthday_year: record.birthday.year,
        is_starred: record.starred,
        ignore_merge: extra("ignore_merge").and_then(Json::as_bool).unwrap_or_default(),
        last_team_interaction: extra_text("last_team_interaction"),
        business_card_image_url: extra_text("business_card_image_url"),
        manager_id: extra_text("manager_id"),
        workspace_id: context.workspace,
        created_at: record.created_at.to_rfc3339_seconds(),
        updated_at: record.updated_at.to_rfc3339_seconds(),
        emails: has(Relationship::Emails).then(|| emails(record)),
        phone_numbers: has(Relationship::PhoneNumbers).then(|| phone_numbers(record)),
        companies: has(Relationship::Companies).then(|| companies(record, context)),
        tags: has(Relationship::Tags).then(|| wrapped::tags(&record.tags, context.catalog)),
        lists: has(Relationship::Lists).then(|| {
            wrapped::lists(&context.related.memberships.of(record, context.catalog), context.catalog)
        }),
        notes: has(Relationship::Notes).then(|| notes(record, context)),
        custom_fields: has(Relationship::CustomFields)
            .then(|| wrapped::custom_fields(&record.values, Entity::Contact, context.catalog)),
    }
}

pub(crate) fn full_name(name: &Name) -> Option<Cow<'_, str>> {
    let joined = || match (name.first.as_deref(), name.last.as_deref()) {
        (Some(first), Some(last)) => Some(Cow::Owned(format!("{first} {last}"))),
        (one, other) => one.or(other).map(Cow::Borrowed),
    };
    name.full.as_deref().map(Cow::Borrowed).or_else(joined)
}

/// The first name; of a name that was only given whole, its first word.
pub(crate) fn first_name(name: &Name) -> Option<&str> {
    let derived = || name.full.as_deref().filter(|_| name.last.is_none())?.split_whitespace().next();
    name.first.as_deref().or_else(derived)
}

fn emails(record: &Record) -> Vec<Email<'_>> {
    let channels = record.channels_of(&ChannelKind::Email).into_iter();
    channels
        .map(|channel| Email {
            id: id::made("email", channel.id.0),
            email_address: &channel.raw,
            is_primary: channel.primary,
        })
        .collect()
}

fn phone_numbers(record: &Record) -> Vec<PhoneNumber<'_>> {
    let channels = record.channels_of(&ChannelKind::Phone).into_iter();
    channels
        .map(|channel| {
            let (country_code, phone_number) = match phone::split(&channel.value) {
                Some((code, number)) => (Some(code), Cow::Owned(number)),
                None => (None, Cow::Borrowed(channel.raw.as_str())),
            };
            let id = id::made("phone", channel.id.0);
            PhoneNumber { id, phone_number, country_code, is_primary: channel.primary }
        })
        .collect()
}

/// Those where the contact still is, then the others.
fn companies<'a>(record: &'a Record, context: &Context<'a>) -> Vec<Company<'a>> {
    let mut links: Vec<_> = record.companies.iter().collect();
    links.sort_by_key(|link| !link.active);
    let company = |link: &'a model::CompanyLink| {
        let company = context.related.companies.get(&link.id)?;
        Some(Company {
            id: id::shown(&company.aliases, "company", company.id.0),
            name: &company.name,
            title: link.title.as_deref(),
            is_active: link.active,
            start_date: link.start_date.as_deref(),
        })
    };
    links.into_iter().filter_map(company).collect()
}

/// The newest first.
fn notes<'a>(record: &Record, context: &Context<'a>) -> Vec<NoteLink<'a>> {
    let mut notes: Vec<_> = record.notes.iter().filter_map(|id| context.related.notes.get(id)).collect();
    notes.sort_by_key(|note| std::cmp::Reverse((note.created_at, note.id)));
    let link = |note: &'a model::Note| NoteLink {
        note: Note { id: id::shown(&note.aliases, "note", note.id.0), body: &note.body },
    };
    notes.into_iter().map(link).collect()
}

#[cfg(test)]
mod tests {
    use model::{CompanyId, CompanyLink, ContactId, FieldId, ListId, NoteId, TagId, Timestamp, Value};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn encoded(record: &Record, related: &Related) -> Json {
        let context = Context {
            catalog: &Catalog::default(),
            related,
            include: &Include::all(&Relationship::OF_CONTACT),
            workspace: "workspace_1",
        };
        serde_json::to_value(encode(record, &context)).unwrap()
    }

    fn note(n: u8, created_at: i64) -> model::Note {
        let id = NoteId(Uuid::from_u128(u128::from(n)));
        model::Note::new(id, n.to_string(), Timestamp::from_millis(created_at))
    }

    #[test]
    fn notes_are_newest_first() {
        let notes = [note(1, 5), note(2, 9), note(3, 5)];
        let mut record = Record::blank(ContactId(Uuid::nil()), 1, Timestamp::default());
        record.notes = notes.iter().map(|note| note.id).collect();
        let related =
            Related { notes: notes.into_iter().map(|note| (note.id, note)).collect(), ..Related::default() };
        let shown = encoded(&record, &related)["notes"].to_string();
        let note = |n| format!(r#"{{"note":{{"id":"note_{n:032}","body":"{n}"}}}}"#);
        assert_eq!(shown, format!("[{},{},{}]", note(2), note(3), note(1)));
    }

    #[test]
    fn what_is_gone_is_left_out() {
        let gone = Uuid::from_u128(9);
        let mut record = Record::blank(ContactId(Uuid::nil()), 1, Timestamp::default());
        record.companies =
            vec![CompanyLink { id: CompanyId(gone), number: 1, title: None, start_date: None, active: true }];
        record.tags = vec![TagId(gone)];
        record.lists = vec![ListId(gone)];
        record.notes = vec![NoteId(gone)];
        record.values.insert(FieldId(gone), Value::Boolean(true));
        let shown = encoded(&record, &Related::default());
        for name in ["companies", "tags", "lists", "notes", "custom_fields"] {
            assert_eq!(shown[name], json!([]), "{name}");
        }
    }

    #[test]
    fn a_name_given_whole_has_a_first_word() {
        let full = |full: &str| Name { full: Some(full.into()), ..Name::default() };
        assert_eq!(first_name(&full(" Ana Maria Lopez")), Some("Ana"));
        assert_eq!(first_name(&Name { last: Some("Lopez".into()), ..full("Lopez") }), None);
        let parts = Name { first: Some("Ana".into()), last: Some("Lopez".into()), full: None };
        assert_eq!(full_name(&parts).as_deref(), Some("Ana Lopez"));
        assert_eq!(full_name(&Name::default()), None);
    }
}
