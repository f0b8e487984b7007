//! A contact as JSON: every member is always there, empty ones as `null`, `[]` or `{}`. It is shown from its stored
//! document, of which texts and free JSON are copied as they stand.

use std::borrow::Cow;
use std::cell::Cell;
use std::marker::PhantomData;

use api_kit::words::{ChannelBody, CompanyBody};
use app::Documents;
use model::{
    Aliases, Birthday, Catalog, ChannelDocument, CompanyLinkDocument, Contact, ContactDocument, ContactId,
    Entity, Extras, ListId, NameDocument, NoteId, OptIn, TagId, TeamId, UserId, Written,
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::value::Values;
use super::{Instant, Shown};

/// A contact. What its ids refer to in the catalog is left out when it is gone from there.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Contact")]
pub(crate) struct DocumentBody<'a> {
    id: Shown<ContactId>,
    number: u64,
    revision: u64,
    created_at: Instant,
    updated_at: Instant,
    name: NameBody<'a>,
    #[schemars(with = "Option<String>")]
    salutation: Option<Written<'a>>,
    #[schemars(with = "Option<String>")]
    job_title: Option<Written<'a>>,
    #[schemars(with = "Option<String>")]
    description: Option<Written<'a>>,
    #[schemars(with = "Option<String>")]
    remarks: Option<Written<'a>>,
    #[schemars(with = "Option<String>")]
    location: Option<Written<'a>>,
    #[schemars(with = "Option<String>")]
    city: Option<Written<'a>>,
    #[schemars(with = "Option<String>")]
    state: Option<Written<'a>>,
    #[schemars(with = "Option<String>")]
    country: Option<Written<'a>>,
    #[schemars(with = "Option<String>")]
    website_url: Option<Written<'a>>,
    #[schemars(with = "Option<String>")]
    image_url: Option<Written<'a>>,
    social: Object<'a>,
    birthday: BirthdayBody,
    #[schemars(with = "Vec<ChannelBody>")]
    channels: Each<'a, ChannelDocument<'a>, ChannelBody<'a>>,
    #[schemars(with = "Vec<CompanyBody>")]
    companies: Each<'a, CompanyLinkDocument<'a>, CompanyBody<'a>>,
    #[schemars(with = "Vec<Shown<TagId>>")]
    tags: Tags<'a>,
    #[schemars(with = "Vec<Shown<ListId>>")]
    lists: Lists<'a>,
    #[schemars(with = "Vec<Shown<NoteId>>")]
    notes: Each<'a, NoteId, Shown<NoteId>>,
    values: Values<'a>,
    starred: bool,
    confirmed: bool,
    unconfirmed_at: Option<Instant>,
    closed_at: Option<Instant>,
    blocked_at: Option<Instant>,
    #[schemars(schema_with = "crate::schema::opt_in")]
    opt_in: Option<OptIn>,
    assigned_user: Option<Shown<UserId>>,
    assigned_team: Option<Shown<TeamId>>,
    #[schemars(with = "Option<String>")]
    locked_by: Option<Written<'a>>,
    aliases: Object<'a>,
    extras: Object<'a>,
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Name")]
struct NameBody<'a> {
    #[schemars(with = "Option<String>")]
    full: Option<Written<'a>>,
    #[schemars(with = "Option<String>")]
    first: Option<Written<'a>>,
    #[schemars(with = "Option<String>")]
    last: Option<Written<'a>>,
}

impl<'a> From<NameDocument<'a>> for NameBody<'a> {
    fn from(NameDocument { full, first, last }: NameDocument<'a>) -> Self {
        Self { full, first, last }
    }
}

#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Birthday")]
struct BirthdayBody {
    day: Option<u8>,
    month: Option<u8>,
    year: Option<u16>,
}

impl From<Birthday> for BirthdayBody {
    fn from(Birthday { day, month, year }: Birthday) -> Self {
        Self { day, month, year }
    }
}

/// Items that are shown one after the other, so that a contact needs no room for all of them.
struct Each<'a, T, B> {
    items: &'a [T],
    shown: PhantomData<fn() -> B>,
}

impl<'a, T, B> Each<'a, T, B> {
    fn of(items: &'a [T]) -> Self {
        Self { items, shown: PhantomData }
    }
}

impl<'a, T, B: From<&'a T> + Serialize> Serialize for Each<'a, T, B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.items.iter().map(B::from))
    }
}

/// The tags that there are.
struct Tags<'a>(&'a [TagId], &'a Catalog);

impl Serialize for Tags<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(ids, catalog) = self;
        let known = ids.iter().filter(|id| catalog.tags.get(id.0).is_some());
        serializer.collect_seq(known.map(|id| Shown(*id)))
    }
}

/// The lists that there are. Who is on a dynamic one is asked with its filter.
struct Lists<'a>(&'a [ListId], &'a Catalog);

impl Serialize for Lists<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(ids, catalog) = self;
        let is_shown = |id: &&ListId| catalog.lists.get(id.0).is_some_and(|list| !list.is_dynamic());
        serializer.collect_seq(ids.iter().filter(is_shown).map(|id| Shown(*id)))
    }
}

/// An object; an empty one is not in the document.
pub(crate) struct Object<'a>(Option<Written<'a>>);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(written) => written.serialize(serializer),
            None => serializer.collect_map([("", ()); 0]),
        }
    }
}

impl<'a> DocumentBody<'a> {
    /// A contact under its catalog.
    pub(crate) fn new(contact: &'a ContactDocument<'a>, catalog: &'a Catalog) -> Self {
        Self {
            id: Shown(contact.id),
            number: contact.number,
            revision: contact.revision,
            created_at: Instant(contact.created_at),
            updated_at: Instant(contact.updated_at),
            name: contact.name.into(),
            salutation: contact.salutation,
            job_title: contact.job_title,
            description: contact.description,
            remarks: contact.remarks,
            location: contact.location,
            city: contact.city,
            state: contact.state,
            country: contact.country,
            website_url: contact.website_url,
            image_url: contact.image_url,
            social: Object(contact.social),
            birthday: contact.birthday.into(),
            channels: Each::of(&contact.channels),
            companies: Each::of(&contact.companies),
            tags: Tags(&contact.tags, catalog),
            lists: Lists(&contact.lists, catalog),
            notes: Each::of(&contact.notes),
            values: Values::new(&contact.values, Entity::Contact, catalog),
            starred: contact.starred,
            confirmed: contact.confirmed,
            unconfirmed_at: contact.unconfirmed_at.map(Instant),
            closed_at: contact.closed_at.map(Instant),
            blocked_at: contact.blocked_at.map(Instant),
            opt_in: contact.opt_in,
            assigned_user: contact.assigned_user.filter(|id| catalog.users.get(id.0).is_some()).map(Shown),
            assigned_team: contact.assigned_team.filter(|id| catalog.teams.get(id.0).is_some()).map(Shown),
            locked_by: contact.locked_by,
            aliases: Object(contact.aliases),
            extras: Object(contact.extras),
        }
    }
}

/// The same for a contact that a change has just made: as its document, so that there is one way to show it.
pub(crate) struct ContactBody<'a> {
    contact: &'a Contact,
    catalog: &'a Catalog,
}

impl<'a> ContactBody<'a> {
    /// A contact under its catalog.
    pub(crate) fn new(contact: &'a Contact, catalog: &'a Catalog) -> Self {
        Self { contact, catalog }
    }
}

impl JsonSchema for ContactBody<'_> {
    fn schema_name() -> Cow<'static, str> {
        DocumentBody::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        DocumentBody::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        DocumentBody::json_schema(generator)
    }
}

impl Serialize for ContactBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        DocumentBody::new(&self.contact.into(), self.catalog).serialize(serializer)
    }
}

/// A page of contacts.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Contacts")]
pub(crate) struct ContactsBody<'a> {
    #[schemars(with = "Vec<DocumentBody>")]
    contacts: Rows<'a>,
    next: Option<String>,
    total: Option<u64>,
}

impl<'a> ContactsBody<'a> {
    /// A page, how many contacts all pages have, if that was counted, and where the next one begins.
    pub(crate) fn new(
        documents: &'a Documents,
        catalog: &'a Catalog,
        (total, next): (Option<u64>, Option<String>),
    ) -> Self {
        let contacts = Rows { documents, catalog, damage: Cell::new(None) };
        Self { contacts, next, total }
    }

    /// Whether all contacts could be read. If not, what was written of the page is no answer.
    ///
    /// # Errors
    /// That one is damaged.
    pub(crate) fn check(self) -> Result<(), app::Error> {
        self.contacts.damage.take().map_or(Ok(()), Err)
    }
}

/// Contacts that are read one after the other while they are written, so that only one is in memory.
struct Rows<'a> {
    documents: &'a Documents,
    catalog: &'a Catalog,
    /// Why they end before the last.
    damage: Cell<Option<app::Error>>,
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(Some(self.documents.len()))?;
        for contact in self.documents.in_place() {
            match contact {
                Ok(contact) => rows.serialize_element(&DocumentBody::new(&contact, self.catalog))?,
                Err(fault) => {
                    self.damage.set(Some(fault.into()));
                    break;
                }
            }
        }
        rows.end()
    }
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
