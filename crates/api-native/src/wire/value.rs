//! Values of custom fields, typed as JSON.

use std::collections::BTreeMap;

use api_kit::words::ValueBody;
use model::{
    Catalog, Dialect, Entity, Field, FieldId, FieldType, Json, Timestamp, Value, ValueDocument,
    ValueDocuments, ViolationKind, value,
};
use serde::{Serialize, Serializer};

/// Values by field key, in the catalog's order.
pub(crate) struct Values<'a> {
    values: &'a ValueDocuments<'a>,
    entity: Entity,
    catalog: &'a Catalog,
}

impl<'a> Values<'a> {
    /// Those of a contact or a company.
    pub(crate) fn new(values: &'a ValueDocuments<'a>, entity: Entity, catalog: &'a Catalog) -> Self {
        Self { values, entity, catalog }
    }
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_shown = |field: &&Field| field.system.is_none() && field.entity == self.entity;
        let fields =
            if self.values.is_empty() { None } else { Some(self.catalog.fields.iter().filter(is_shown)) };
        serializer.collect_map(fields.into_iter().flatten().filter_map(|field| {
            let value = ValueBody { value: self.values.get(field.id)?, field };
            is_there(value, self.catalog).then_some((&field.key, value))
        }))
    }
}

/// An option or a user that is gone from the catalog is not.
fn is_there(ValueBody { value, field }: ValueBody<'_>, catalog: &Catalog) -> bool {
    match value {
        ValueDocument::Option(id) => field.option(*id).is_some(),
        ValueDocument::User(id) => catalog.users.get(id.0).is_some(),
        _ => true,
    }
}

/// The values of a company, which is shown from memory.
pub(crate) struct CompanyValues<'a> {
    values: &'a BTreeMap<FieldId, Value>,
    catalog: &'a Catalog,
}

impl<'a> CompanyValues<'a> {
    /// Those of a company under its catalog.
    pub(crate) fn new(values: &'a BTreeMap<FieldId, Value>, catalog: &'a Catalog) -> Self {
        Self { values, catalog }
    }
}

impl Serialize for CompanyValues<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Values::new(&self.values.into(), Entity::Company, self.catalog).serialize(serializer)
    }
}

/// Reads what a [`ValueBody`] is written as, and what [`value::read`] reads beyond that.
pub(crate) fn read(json: &Json, field: &Field, catalog: &Catalog) -> Result<Option<Value>, ViolationKind> {
    if field.system.is_some() {
        // These show members of the record, which stand on their own here.
        return Err(ViolationKind::UnknownField(field.key.clone()));
    }
    // Dates that came from Zingle can be instants.
    if let (FieldType::Date, Some(text)) = (field.kind, json.as_str())
        && let Some(at) = Timestamp::parse_rfc3339(text)
    {
        return Ok(Some(Value::Datetime(at)));
    }
    value::read(json, field, catalog, Dialect::Native)
}
