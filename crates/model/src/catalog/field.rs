//! Fields: the definitions of custom values, and the system fields through which dialects see members of the record.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Aliases, Contact, Extras, FieldId, Item, OptionId, Timestamp};

/// What a field belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    /// Contacts.
    #[default]
    Contact,
    /// Companies.
    Company,
}

impl std::fmt::Display for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Contact => "contact",
            Self::Company => "company",
        })
    }
}

/// The type of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Text.
    Text,
    /// An e-mail address.
    Email,
    /// A URL.
    Url,
    /// A phone number, as written.
    Phone,
    /// A decimal number of any precision.
    Number,
    /// True or false.
    Boolean,
    /// A calendar date.
    Date,
    /// A time of day, `HH:MM` or `HH:MM:SS`.
    Time,
    /// An instant.
    Datetime,
    /// One of the field's options.
    SingleSelect,
    /// Any of the field's options.
    MultiSelect,
    /// A user of the workspace.
    User,
}

/// A member of the record that dialects show as if it were a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemMember {
    /// [`Name::first`](crate::Name::first).
    FirstName,
    /// [`Name::last`](crate::Name::last).
    LastName,
    /// [`Contact::salutation`].
    Salutation,
}

impl SystemMember {
    /// The member's value.
    pub fn of(self, contact: &Contact) -> Option<&str> {
        match self {
            Self::FirstName => contact.name.first.as_deref(),
            Self::LastName => contact.name.last.as_deref(),
            Self::Salutation => contact.salutation.as_deref(),
        }
    }
}

/// The definition of a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its id.
    pub id: FieldId,
    /// Its number, for dialects that speak integers.
    pub number: u64,
    /// Its short name, such as `lead_score`; unique in the workspace.
    pub key: String,
    /// Its name, such as `Lead Score`.
    pub name: String,
    /// The type of its values.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// What it belongs to.
    #[serde(default)]
    pub entity: Entity,
    /// The member of the record that it shows, if it is no custom field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemMember>,
    /// Its options, in their order. A text field may have some too, as suggestions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<FieldOption>,
    /// Options that were taken away. Contacts that have one keep it; one that comes back with its value is the same
    /// option again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_options: Vec<FieldOption>,
    /// Whether its values are kept in order, so that searches and orders find them without reading every contact.
    #[serde(default)]
    pub filterable: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
    /// Members that only one dialect knows.
    #[serde(default, skip_serializing_if = "Extras::is_empty")]
    pub extras: Extras,
}

impl Field {
    /// The option with this id.
    pub fn option(&self, id: OptionId) -> Option<&FieldOption> {
        self.options.iter().find(|option| option.id == id)
    }

    /// The option with this id, also one that was taken away.
    pub fn any_option(&self, id: OptionId) -> Option<&FieldOption> {
        self.option(id).or_else(|| self.former_options.iter().find(|option| option.id == id))
    }

    /// Replaces its options. Those whose value it has or had keep their ids; those that are gone are remembered.
    pub fn replace_options(&mut self, options: Vec<FieldOption>) {
        let mut known = std::mem::take(&mut self.options);
        known.append(&mut self.former_options);
        for mut option in options {
            if let Some(at) = known.iter().position(|old| old.value == option.value) {
                let old = known.remove(at);
                option.id = old.id;
                option.aliases = old.aliases;
            }
            self.options.push(option);
        }
        known.retain(|old| self.options.iter().all(|option| option.id != old.id));
        self.former_options = known;
    }

    /// The option whose value is exactly this text.
    pub fn option_valued(&self, value: &str) -> Option<&FieldOption> {
        self.options.iter().find(|option| option.value == value)
    }
}

impl Item for Field {
    fn id(&self) -> Uuid {
        self.id.0
    }
    fn number(&self) -> Option<u64> {
        Some(self.number)
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn key(&self) -> Option<&str> {
        Some(&self.key)
    }
    fn aliases(&self) -> &Aliases {
        &self.aliases
    }
}

/// One choice of a select field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldOption {
    /// Its id.
    pub id: OptionId,
    /// What is stored and compared.
    pub value: String,
    /// What people read.
    pub name: String,
    /// Its place among the options, where a client gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// The ids that vendors gave it.
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(id: u128, value: &str) -> FieldOption {
        let (id, value) = (OptionId(Uuid::from_u128(id)), value.to_owned());
        FieldOption { id, name: value.clone(), value, position: None, aliases: Aliases::default() }
    }

    fn ids(options: &[FieldOption]) -> Vec<u128> {
        options.iter().map(|option| option.id.0.as_u128()).collect()
    }

    #[test]
    fn options_keep_their_ids_when_they_are_replaced_and_when_they_come_back() {
        let json = r#"{"id":"00000000000000000000000000000007","number":7,"key":"flower","name":"Flower",
            "type":"single_select","created_at":0}"#;
        let mut field: Field = serde_json::from_str(json).unwrap();
        field.replace_options(vec![option(1, "tulip"), option(2, "rose")]);
        assert_eq!((ids(&field.options), ids(&field.former_options)), (vec![1, 2], vec![]));
        field.replace_options(vec![option(3, "lily"), option(4, "rose")]);
        assert_eq!((ids(&field.options), ids(&field.former_options)), (vec![3, 2], vec![1]));
        assert_eq!(
            field.any_option(OptionId(Uuid::from_u128(1))).map(|option| &*option.value),
            Some("tulip")
        );
        field.replace_options(vec![option(5, "tulip")]);
        assert_eq!((ids(&field.options), ids(&field.former_options)), (vec![1], vec![3, 2]));
    }
}
