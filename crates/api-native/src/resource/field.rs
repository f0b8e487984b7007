//! Fields: `key`, `name`, `type`, `entity` (fixed once made), `system` (the member of the contact that it shows, if it is
//! no custom field), `options`, `filterable` (its values are kept in order, so that searches compare them without reading
//! every contact).
//!
//! With another `type` a field's values become values of that type, in the same change. If one does not convert, the field
//! stays as it is and every such value is named, but with `?on_unconvertible=clear`, which clears them.
//!
//! `options` of a patch are all the options that there are to be, in their order: a text is a value; an object has the
//! `id` of one that is there, or a `value`, and the `name` that people read. One that is there keeps its id, whatever
//! its value becomes, and with it the values of contacts; what is left out is deleted.

use api_kit::{Answers, decode};
use app::Fresh;
use model::{
    Aliases, Catalog, Entity, Extras, Field, FieldId, FieldOption, FieldType, INDEXES_MAX, OptionId,
    SystemMember, ViolationKind,
};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::list::ENTITIES;
use super::{Context, Head, Resource, options};
use crate::members::{Members, bounded};
use crate::wire::{AliasesBody, Shown};

/// The types of values.
const TYPES: [(&str, FieldType); 12] = [
    ("text", FieldType::Text),
    ("email", FieldType::Email),
    ("url", FieldType::Url),
    ("phone", FieldType::Phone),
    ("number", FieldType::Number),
    ("boolean", FieldType::Boolean),
    ("date", FieldType::Date),
    ("time", FieldType::Time),
    ("datetime", FieldType::Datetime),
    ("single_select", FieldType::SingleSelect),
    ("multi_select", FieldType::MultiSelect),
    ("user", FieldType::User),
];

/// Characters of a key at most.
const KEY_CHARS: usize = 255;

/// A field.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Field")]
pub(crate) struct Body<'a> {
    #[serde(flatten)]
    head: Head,
    key: &'a str,
    name: &'a str,
    #[serde(rename = "type")]
    #[schemars(schema_with = "crate::schema::field_type")]
    kind: FieldType,
    #[schemars(schema_with = "crate::schema::entity")]
    entity: Entity,
    #[schemars(schema_with = "crate::schema::system_member")]
    system: Option<SystemMember>,
    options: Vec<OptionBody<'a>>,
    filterable: bool,
    aliases: AliasesBody<'a>,
}

/// An option.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Option")]
struct OptionBody<'a> {
    id: Shown<OptionId>,
    value: &'a str,
    name: &'a str,
    aliases: AliasesBody<'a>,
}

impl<'a> From<&'a FieldOption> for OptionBody<'a> {
    fn from(option: &'a FieldOption) -> Self {
        let aliases = AliasesBody(&option.aliases);
        Self { id: Shown(option.id), value: &option.value, name: &option.name, aliases }
    }
}

impl Resource for Field {
    const PLURAL: &'static str = "fields";
    const REQUIRED: &'static [&'static str] = &["name", "type"];
    type Body<'a> = Body<'a>;

    fn body<'a>(&'a self, context: Context<'a>) -> Body<'a> {
        Body {
            head: context.head(self.id.0, self.number, Some(self.created_at)),
            key: &self.key,
            name: &self.name,
            kind: self.kind,
            entity: self.entity,
            system: self.system,
            options: self.options.iter().map(OptionBody::from).collect(),
            filterable: self.filterable,
            aliases: AliasesBody(&self.aliases),
        }
    }

    fn key(&self) -> (Uuid, u64) {
        (self.id.0, self.number)
    }

    fn blank(fresh: Fresh) -> Self {
        Self {
            id: FieldId(fresh.id),
            number: fresh.number,
            key: String::new(),
            name: String::new(),
            kind: FieldType::Text,
            entity: Entity::Contact,
            system: None,
            options: Vec::new(),
            former_options: Vec::new(),
            filterable: false,
            created_at: fresh.now,
            aliases: Aliases::default(),
            extras: Extras::default(),
        }
    }

    /// A new one that brings no key gets one from its name.
    fn write(&mut self, members: &mut Members<'_>, catalog: &Catalog) {
        members.name(&mut self.name);
        members.require("type");
        let kind = self.kind;
        match self.system {
            None => members.word("type", &TYPES, &mut self.kind),
            Some(_) => members.fixed("type", &self.kind),
        }
        if members.is_new() {
            members.word("entity", &ENTITIES, &mut self.entity);
            self.key = catalog.fresh_key(&self.name, self.number);
        } else {
            members.fixed("entity", &self.entity);
        }
        if self.kind != kind && !options::may_be_of(self.kind) {
            self.replace_options(Vec::new());
        }
        members.fixed("system", &self.system);
        members.flag("filterable", &mut self.filterable);
        if self.filterable && (self.system.is_some() || self.entity != Entity::Contact) {
            members.refuse(
                "filterable",
                ViolationKind::WrongType("false: only values of contacts are searched"),
            );
        } else if !catalog.has_room_for_index(self) {
            members.refuse("filterable", ViolationKind::TooManyIndexes(INDEXES_MAX));
        }
        let (id, before) = (self.id, self.key.clone());
        let is_taken = |key: &str| catalog.fields.iter().any(|each| each.id != id && each.key == key);
        let key = members.read("key", |json| match bounded(decode::text(json)?, KEY_CHARS)? {
            text if text == before => Ok(text),
            text if !is_key(text) => {
                Err(ViolationKind::WrongType("letters, digits and _, such as lead_score"))
            }
            text if is_taken(text) => Err(ViolationKind::Taken),
            text => Ok(text),
        });
        if let Some(key) = key {
            key.clone_into(&mut self.key);
        }
        if let Some(rows) = members.rows("options") {
            self.options = options::settled(self, &rows, members);
        }
    }

    fn describe_patches(all: &mut Answers) {
        all.patched_by_text::<OptionBody<'_>>();
    }

    fn aliases_mut(&mut self) -> &mut Aliases {
        &mut self.aliases
    }

    /// What shows a member of the record is no custom field: every dialect counts on it.
    fn is_permanent(&self) -> bool {
        self.system.is_some()
    }
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}
