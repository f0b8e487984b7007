//! A contact as JSON: every member is always there, empty ones as `null`, `[]` or `{}`.

use std::collections::BTreeMap;

use app::ContactList;
use model::{
    Aliases, Catalog, Contact, ContactId, Entity, Extras, ListId, Network, NoteId, OptIn, TagId, TeamId,
    Text, UserId,
};
use serde::{Serialize, Serializer};

use super::channel::ChannelBody;
use super::company::CompanyBody;
use super::value::Values;
use super::{Instant, Shown, shown};

/// A contact. What its ids refer to in the catalog is left out when it is gone from there.
#[derive(Serialize)]
pub(crate) struct ContactBody<'a> {
    id: Shown<ContactId>,
    number: u64,
    revision: u64,
    created_at: Instant,
    updated_at: Instant,
    name: NameBody<'a>,
    salutation: Option<&'a str>,
    job_title: Option<&'a str>,
    description: Option<&'a str>,
    remarks: Option<&'a str>,
    location: Option<&'a str>,
    city: Option<&'a str>,
    state: Option<&'a str>,
    country: Option<&'a str>,
    website_url: Option<&'a str>,
    image_url: Option<&'a str>,
    social: &'a BTreeMap<Network, Text>,
    birthday: BirthdayBody,
    channels: Vec<ChannelBody<'a>>,
    companies: Vec<CompanyBody<'a>>,
    tags: Vec<Shown<TagId>>,
    lists: Vec<Shown<ListId>>,
    notes: Vec<Shown<NoteId>>,
    values: Values<'a>,
    starred: bool,
    confirmed: bool,
    unconfirmed_at: Option<Instant>,
    closed_at: Option<Instant>,
    blocked_at: Option<Instant>,
    opt_in: Option<OptIn>,
    assigned_user: Option<Shown<UserId>>,
    assigned_team: Option<Shown<TeamId>>,
    locked_by: Option<&'a str>,
    aliases: AliasesBody<'a>,
    extras: ExtrasBody<'a>,
}

#[derive(Serialize)]
struct NameBody<'a> {
    full: Option<&'a str>,
    first: Option<&'a str>,
    last: Option<&'a str>,
}

#[derive(Serialize)]
struct BirthdayBody {
    day: Option<u8>,
    month: Option<u8>,
    year: Option<u16>,
}

/// Aliases by dialect.
pub(crate) struct AliasesBody<'a>(pub(crate) &'a Aliases);

impl Serialize for AliasesBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter())
    }
}

/// Extras by dialect and name.
pub(crate) struct ExtrasBody<'a>(pub(crate) &'a Extras);

impl Serialize for ExtrasBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.by_dialect())
    }
}

impl<'a> ContactBody<'a> {
    /// A contact under its catalog.
    pub(crate) fn new(contact: &'a Contact, catalog: &'a Catalog) -> Self {
        let tags = contact.tags.iter().filter(|id| catalog.tags.get(id.0).is_some());
        // Who is on a dynamic list is asked with the list's filter.
        let is_shown = |id: &&model::ListId| catalog.lists.get(id.0).is_some_and(|list| !list.is_dynamic());
        let lists = contact.lists.iter().filter(is_shown);
        Self {
            id: Shown(contact.id),
            number: contact.number,
            revision: contact.revision,
            created_at: Instant(contact.created_at),
            updated_at: Instant(contact.updated_at),
            name: NameBody {
                full: contact.name.full.as_deref(),
                first: contact.name.first.as_deref(),
                last: contact.name.last.as_deref(),
            },
            salutation: contact.salutation.as_deref(),
            job_title: contact.job_title.as_deref(),
            description: contact.description.as_deref(),
            remarks: contact.remarks.as_deref(),
            location: contact.location.as_deref(),
            city: contact.city.as_deref(),
            state: contact.state.as_deref(),
            country: contact.country.as_deref(),
            website_url: contact.website_url.as_deref(),
            image_url: contact.image_url.as_deref(),
            social: &contact.social,
            birthday: BirthdayBody {
                day: contact.birthday.day,
                month: contact.birthday.month,
                year: contact.birthday.year,
            },
            channels: contact.channels.iter().map(ChannelBody::from).collect(),
            companies: contact.companies.iter().map(CompanyBody::from).collect(),
            tags: tags.map(|id| Shown(*id)).collect(),
            lists: lists.map(|id| Shown(*id)).collect(),
            notes: shown(&contact.notes),
            values: Values::new(&contact.values, Entity::Contact, catalog),
            starred: contact.starred,
            confirmed: contact.confirmed,
            unconfirmed_at: contact.unconfirmed_at.map(Instant),
            closed_at: contact.closed_at.map(Instant),
            blocked_at: contact.blocked_at.map(Instant),
            opt_in: contact.opt_in,
            assigned_user: contact.assigned_user.filter(|id| catalog.users.get(id.0).is_some()).map(Shown),
            assigned_team: contact.assigned_team.filter(|id| catalog.teams.get(id.0).is_some()).map(Shown),
            locked_by: contact.locked_by.as_deref(),
            aliases: AliasesBody(&contact.aliases),
            extras: ExtrasBody(&contact.extras),
        }
    }
}

/// A page of contacts.
#[derive(Serialize)]
pub(crate) struct ContactsBody<'a> {
    contacts: Vec<ContactBody<'a>>,
    next: Option<String>,
    total: Option<u64>,
}

impl<'a> ContactsBody<'a> {
    /// A page, where the next one begins, and how many contacts all pages have, if that was counted.
    pub(crate) fn new(list: &'a ContactList, next: Option<String>, total: Option<u64>) -> Self {
        let contacts = list.contacts.iter().map(|contact| ContactBody::new(contact, &list.catalog)).collect();
        Self { contacts, next, total }
    }
}
