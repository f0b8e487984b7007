//! Lists of contacts or of companies: `name`, `entity` (`contact` or `company`, fixed once made), `description`,
//! `background_color`, `text_color`, and `conditions`, with which the list is dynamic: those contacts are on it that fulfil
//! every one. A condition has a `subject` (`first_name`, `last_name`, `created_at`, `phone`, `email` or `{"field": id}`), a
//! `test` (`is_set`, `is`, `{"text": "contains"}`, `{"number": "greater"}`, `{"days_ago": "less"}`, …) and a `value`, a text.

use app::Fresh;
use model::{Aliases, Catalog, Condition, Entity, Json, List, ListId, ViolationKind, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::tag::color;
use super::{Context, Head, Resource};
use crate::members::Members;
use crate::wire::AliasesBody;

/// What lists and fields can be of.
pub(super) const ENTITIES: [(&str, Entity); 2] = [("contact", Entity::Contact), ("company", Entity::Company)];

/// A list.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "List")]
pub(crate) struct Body<'a> {
    #[serde(flatten)]
    head: Head,
    name: &'a str,
    #[schemars(schema_with = "crate::schema::entity")]
    entity: Entity,
    description: Option<&'a str>,
    background_color: Option<&'a str>,
    text_color: Option<&'a str>,
    #[schemars(schema_with = "crate::schema::conditions")]
    conditions: &'a [Condition],
    aliases: AliasesBody<'a>,
}

impl Resource for List {
    const PLURAL: &'static str = "lists";
    type Body<'a> = Body<'a>;

    fn body<'a>(&'a self, context: Context<'a>) -> Body<'a> {
        Body {
            head: context.head(self.id.0, self.number, Some(self.created_at)),
            name: &self.name,
            entity: self.entity,
            description: self.description.as_deref(),
            background_color: self.background_color.as_deref(),
            text_color: self.text_color.as_deref(),
            conditions: &self.conditions,
            aliases: AliasesBody(&self.aliases),
        }
    }

    fn key(&self) -> (Uuid, u64) {
        (self.id.0, self.number)
    }

    fn blank(fresh: Fresh) -> Self {
        Self {
            id: ListId(fresh.id),
            number: fresh.number,
            name: String::new(),
            entity: Entity::Contact,
            description: None,
            background_color: None,
            text_color: None,
            conditions: Vec::new(),
            created_at: fresh.now,
            aliases: Aliases::default(),
            extras: model::Extras::default(),
        }
    }

    fn write(&mut self, members: &mut Members<'_>, catalog: &Catalog) {
        members.name(&mut self.name);
        members.nullable("description", limits::LONG_TEXT_CHARS, &mut self.description);
        color(members, "background_color", &mut self.background_color);
        color(members, "text_color", &mut self.text_color);
        if members.is_new() {
            members.word("entity", &ENTITIES, &mut self.entity);
        } else {
            members.fixed("entity", &self.entity);
        }
        if let Some(conditions) = members.read("conditions", |json| conditions(json, catalog)) {
            if !conditions.is_empty() && self.entity != Entity::Contact {
                members.refuse(
                    "conditions",
                    ViolationKind::Unusable("must be empty: conditions are of contacts".to_owned()),
                );
            }
            self.conditions = conditions;
        }
    }

    fn aliases_mut(&mut self) -> &mut Aliases {
        &mut self.aliases
    }
}

/// Conditions that can be looked at under this catalog; `null` is none.
fn conditions(json: &Json, catalog: &Catalog) -> Result<Vec<Condition>, ViolationKind> {
    if json.is_null() {
        return Ok(Vec::new());
    }
    let read = Vec::<Condition>::deserialize(json);
    let conditions =
        read.map_err(|fault| ViolationKind::Unusable(format!("is no list of conditions: {fault}")))?;
    if conditions.len() > limits::CONDITIONS {
        return Err(ViolationKind::TooLong { max: limits::CONDITIONS, unit: "conditions" });
    }
    for condition in &conditions {
        if !condition.fits(catalog) {
            let text = "has a condition whose test does not fit its subject, or a field that does not exist";
            return Err(ViolationKind::Unusable(text.to_owned()));
        }
        condition.check_value()?;
    }
    Ok(conditions)
}
