//! Attributes (object-fields): Acquire's own, and the custom fields that all dialects share.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use model::{Catalog, Dialect, Entity, Field, FieldType, ItemRef, Json, Ref};

use super::field_config;

/// An attribute that every account has.
pub(crate) struct OwnField {
    pub(crate) id: u64,
    pub(crate) object: Entity,
    pub(crate) key: &'static str,
    label: &'static str,
}

const fn own(id: u64, object: Entity, key: &'static str, label: &'static str) -> OwnField {
    OwnField { id, object, key, label }
}

// QUIRK(acquire): no page shows the id of the contact's `phone`, nor those of the first four company attributes; they
// get ids that are free between the documented ones. Test: own_fields_have_their_documented_ids.
/// Acquire's own attributes, by their ids.
pub(crate) const OWN: [OwnField; 20] = [
    own(1, Entity::Contact, "name", "Name"),
    own(2, Entity::Contact, "email", "Email"),
    own(3, Entity::Contact, "phone", "Phone"),
    own(5, Entity::Contact, "city", "City"),
    own(6, Entity::Contact, "state", "State"),
    own(7, Entity::Contact, "countryId", "Country"),
    own(8, Entity::Contact, "ip", "IP"),
    own(11, Entity::Company, "name", "Name"),
    own(12, Entity::Company, "website", "Website"),
    own(13, Entity::Company, "logo", "Logo"),
    own(14, Entity::Company, "industry", "Industry"),
    own(15, Entity::Company, "description", "Description"),
    own(16, Entity::Company, "source", "Source"),
    own(17, Entity::Company, "revenue", "Revenue"),
    own(18, Entity::Company, "city", "City"),
    own(19, Entity::Company, "state", "State"),
    own(20, Entity::Company, "countryId", "Country"),
    own(21, Entity::Company, "address", "Address"),
    own(22, Entity::Company, "employees", "Employees"),
    own(23, Entity::Company, "foundation", "Foundation"),
];

/// Ids up to this one are those of Acquire's own attributes; a custom field has its number added to it, unless it was
/// imported with the id that Acquire gave it.
const OWN_IDS: u64 = 100;

/// An attribute: one of Acquire's own, or a custom field.
#[derive(Clone, Copy)]
pub(crate) enum Attribute<'a> {
    Own(&'static OwnField),
    Custom(&'a Field),
}

/// An attribute as it is shown.
#[derive(JsonSchema, Serialize)]
#[schemars(transform = super::selectable)]
pub(crate) struct ObjectField<'a> {
    id: u64,
    object: &'static str,
    key: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    config: Json,
    system: &'static str,
}

impl<'a> Attribute<'a> {
    /// Every attribute of contacts and companies, the last one first, as the vendor's page shows them.
    pub(crate) fn all(catalog: &'a Catalog) -> Vec<Self> {
        let custom = catalog.fields.iter().filter(|field| field.system.is_none()).map(Self::Custom);
        let mut all: Vec<_> = OWN.iter().map(Self::Own).chain(custom).collect();
        all.sort_by_key(|each| std::cmp::Reverse(each.id()));
        all
    }

    /// The attribute with this id.
    pub(crate) fn find(catalog: &'a Catalog, id: &Ref) -> Option<Self> {
        let own = || Some(Self::Own(OWN.iter().find(|own| own.id.to_string() == id.text)?));
        let custom = catalog.fields.find(&reference(id)).filter(|field| field.system.is_none());
        custom.map(Self::Custom).or_else(own)
    }

    /// Its id.
    pub(crate) fn id(self) -> u64 {
        match self {
            Self::Own(own) => own.id,
            Self::Custom(field) => super::contact::shown_id(&field.aliases, field.number + OWN_IDS),
        }
    }

    /// What it belongs to.
    pub(crate) fn object(self) -> &'static str {
        object_word(match self {
            Self::Own(own) => own.object,
            Self::Custom(field) => field.entity,
        })
    }

    /// Its key.
    pub(crate) fn key(self) -> &'a str {
        match self {
            Self::Own(own) => own.key,
            Self::Custom(field) => &field.key,
        }
    }

    /// `yes` for Acquire's own.
    pub(crate) fn system(self) -> &'static str {
        match self {
            Self::Own(_) => "yes",
            Self::Custom(_) => "no",
        }
    }

    /// What it looks like.
    pub(crate) fn config(self) -> Json {
        match self {
            Self::Own(own) => {
                let kind = if own.key == "email" { FieldType::Email } else { FieldType::Text };
                field_config::usual(kind, own.label, &[])
            }
            Self::Custom(field) => field_config::shown(field),
        }
    }

    /// As it is shown.
    pub(crate) fn shown(self) -> ObjectField<'a> {
        ObjectField {
            id: self.id(),
            object: self.object(),
            key: self.key(),
            kind: "text",
            config: self.config(),
            system: self.system(),
        }
    }
}

/// How the catalog finds the custom field with this id.
pub(crate) fn reference(id: &Ref) -> ItemRef {
    let number = id.text.parse::<u64>().ok().and_then(|number| number.checked_sub(OWN_IDS));
    let native = number.map(|number| Ref::number(Dialect::Acquire, &number.to_string()).native);
    ItemRef::Id(Ref { native: native.flatten(), ..id.clone() })
}

/// The vendor's word for what a field belongs to.
pub(crate) fn object_word(entity: Entity) -> &'static str {
    match entity {
        Entity::Contact => "contact",
        Entity::Company => "company",
    }
}

/// The key of an attribute of Acquire's own, if it is one.
pub(crate) fn own_key(object: Entity, key: &str) -> Option<&'static OwnField> {
    OWN.iter().find(|own| own.object == object && own.key == key)
}

/// The attribute of contacts that a search found something in, as search results flatten it: with its `config` as text.
pub(crate) fn config_text(own: &'static OwnField) -> String {
    json!(Attribute::Own(own).config()).to_string()
}
