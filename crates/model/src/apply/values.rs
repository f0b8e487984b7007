//! Values of custom fields.

use std::collections::BTreeMap;

use super::Draft;
use super::sets::changed;
use crate::value::{self, OnUnconvertible};
use crate::{
    Entity, Field, FieldId, NamePart, ReadValue, Set, SetMode, SystemMember, TextMember, Value, ValueWrite,
    ViolationKind,
};

impl Draft<'_> {
    pub(super) fn values(&mut self, set: &Set<ValueWrite>, read: ReadValue) {
        let catalog = self.ground.catalog;
        let is_whole = matches!(set.mode, SetMode::Replace | SetMode::Exact);
        let before = if is_whole { std::mem::take(&mut self.contact.values) } else { BTreeMap::new() };
        for write in &set.items {
            let found = catalog.fields.find(&write.field).filter(|field| field.entity == Entity::Contact);
            let Some(field) = found else {
                self.refuse(&write.at, ViolationKind::UnknownField(write.field.text().to_owned()));
                continue;
            };
            let value = match set.mode {
                SetMode::Remove => Ok(None),
                SetMode::Replace | SetMode::Exact | SetMode::Add => read(&write.json, field, catalog),
            };
            match (value, field.system) {
                (Err(kind), _) => self.refuse(&write.at, in_field(field, kind)),
                (Ok(value), Some(member)) => self.system_member(&write.at, (field, member), value),
                (Ok(Some(value)), None) => {
                    let value = match (value, before.get(&field.id)) {
                        (Value::Options(new), Some(Value::Options(old))) => {
                            Value::Options(changed(old, set.mode, &new))
                        }
                        (value, _) => value,
                    };
                    self.contact.values.insert(field.id, value);
                }
                (Ok(None), None) => {
                    self.contact.values.remove(&field.id);
                }
            }
        }
    }

    pub(super) fn convert(&mut self, at: &str, field: FieldId, on_unconvertible: OnUnconvertible) {
        let catalog = self.ground.catalog;
        let Some(field) = catalog.fields.get(field.0) else { return };
        let (values, record) = (&mut self.contact.values, (Entity::Contact, self.before.number));
        if let Err(kind) = value::convert_in(values, (field, catalog), on_unconvertible, record) {
            self.refuse(at, kind);
        }
    }

    /// A field that shows a member of the record writes that member.
    fn system_member(&mut self, at: &str, (field, member): (&Field, SystemMember), value: Option<Value>) {
        let text = match value {
            None => None,
            Some(Value::Text(text)) => Some(text),
            Some(Value::Option(id)) => field.option(id).map(|option| option.value.as_str().into()),
            Some(_) => return self.refuse(at, in_field(field, ViolationKind::WrongType("a string"))),
        };
        match member {
            SystemMember::FirstName => self.name(at, NamePart::First, text.as_deref()),
            SystemMember::LastName => self.name(at, NamePart::Last, text.as_deref()),
            SystemMember::Salutation => self.text(at, TextMember::Salutation, text.as_deref()),
        }
    }
}

/// Says which field a value was wrong for, unless the violation says so itself.
fn in_field(field: &Field, kind: ViolationKind) -> ViolationKind {
    match kind {
        ViolationKind::UnknownOption { .. }
        | ViolationKind::MissingOption { .. }
        | ViolationKind::MissingValue { .. }
        | ViolationKind::BadValue { .. } => kind,
        kind => ViolationKind::BadValue {
            field: field.name.clone(),
            options: field.options.iter().map(|option| option.value.clone()).collect(),
            kind: Box::new(kind),
        },
    }
}
