//! Contact groups: our lists of contacts. A group with conditions is a dynamic list; one without any is a list that
//! another API put contacts on.

mod asked;
mod method;

use std::borrow::Cow;

use model::condition::{Condition, Subject};
use model::{Catalog, Entity, List};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) use self::asked::Asked;
use super::shown_id;

/// The only way to combine conditions.
const OPERATOR: &str = "AND";

/// A contact group.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ContactGroup<'a> {
    id: Cow<'a, str>,
    pub(crate) display_name: &'a str,
    condition_boolean_operator: &'static str,
    background_color: Option<&'a str>,
    text_color: Option<&'a str>,
    conditions: Vec<GroupCondition<'a>>,
}

/// What contacts must fulfil to be in a group.
#[derive(Debug, JsonSchema, Serialize)]
struct GroupCondition<'a> {
    comparison_method_code: &'static str,
    comparison_source: Cow<'a, str>,
    comparison_value: &'a str,
}

impl<'a> ContactGroup<'a> {
    pub(crate) fn of(list: &'a List, catalog: &'a Catalog) -> Self {
        Self {
            id: shown_id(&list.aliases, list.id.0),
            display_name: &list.name,
            condition_boolean_operator: OPERATOR,
            background_color: list.background_color.as_deref(),
            text_color: list.text_color.as_deref(),
            conditions: list.conditions.iter().map(|each| GroupCondition::of(each, catalog)).collect(),
        }
    }
}

impl<'a> GroupCondition<'a> {
    fn of(condition: &'a Condition, catalog: &'a Catalog) -> Self {
        Self {
            comparison_method_code: method::code(condition.test),
            comparison_source: source(condition.subject, catalog),
            comparison_value: &condition.value,
        }
    }
}

/// All groups of a service.
pub(crate) fn all(catalog: &Catalog) -> impl Iterator<Item = &List> {
    catalog.lists.iter().filter(|list| list.entity == Entity::Contact)
}

/// The sources that are no custom fields.
const SOURCES: [(&str, Subject); 5] = [
    ("{CONTACT.FIRST_NAME}", Subject::FirstName),
    ("{CONTACT.LAST_NAME}", Subject::LastName),
    ("{CONTACT.CREATED_AT}", Subject::CreatedAt),
    ("{CONTACT.PHONE_NUMBER}", Subject::Phone),
    ("{CONTACT.EMAIL_ADDRESS}", Subject::Email),
];

const FIELD: (&str, &str) = ("{CONTACT.CUSTOM_FIELD.", "}");

fn source(subject: Subject, catalog: &Catalog) -> Cow<'static, str> {
    match (SOURCES.iter().find(|(_, each)| *each == subject), subject) {
        (Some((text, _)), _) => Cow::Borrowed(text),
        (None, Subject::Field(id)) => {
            let field = catalog.fields.get(id.0);
            let id =
                field.map_or_else(|| id.to_string().into(), |field| shown_id(&field.aliases, field.id.0));
            Cow::Owned(format!("{}{id}{}", FIELD.0, FIELD.1))
        }
        // Unreachable: all others stand in the table.
        (None, _) => Cow::Borrowed(""),
    }
}
