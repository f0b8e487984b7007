//! What requests ask to make of a contact group.

use api_kit::Body;
use app::{Error as AppError, Fresh};
use model::condition::{Condition, Subject};
use model::{
    Aliases, Catalog, Dialect, Entity, ItemRef, Json, List, ListId, Rejection, Violation, ViolationKind,
    limits,
};

use super::{FIELD, OPERATOR, SOURCES, method};
use crate::wire::members::{Members, taken, tell_others};

/// What a request asks to make of a group; its name and its conditions are always there.
#[derive(Debug)]
pub(crate) struct Asked {
    name: Option<String>,
    conditions: Vec<AskedCondition>,
    background_color: Option<Option<String>>,
    text_color: Option<Option<String>>,
}

/// A condition as it is written: what its words mean depends on the service's fields.
#[derive(Debug)]
struct AskedCondition {
    method: String,
    source: String,
    value: String,
}

impl Asked {
    pub(crate) fn create(body: Body) -> Result<Self, AppError> {
        Self::read(body, false)
    }

    /// A list that another API put contacts on has no conditions, and is written back without any.
    pub(crate) fn update(body: Body, before: &List) -> Result<Self, AppError> {
        Self::read(body, !before.is_dynamic())
    }

    fn read(body: Body, may_be_static: bool) -> Result<Self, AppError> {
        let required = ["display_name", "condition_boolean_operator", "conditions"];
        let mut members = Members::read("group", body).require(&required);
        let name = members.text("display_name");
        members.with("condition_boolean_operator", |json| match json.as_str() {
            Some(OPERATOR) => Ok(()),
            _ => Err(ViolationKind::NotOneOf(vec![OPERATOR.to_owned()])),
        });
        let conditions = read_conditions(&mut members, may_be_static);
        let background_color = members.nullable_color("background_color");
        let text_color = members.nullable_color("text_color");
        members.check().map(|()| Self { name, conditions, background_color, text_color })
    }

    /// A new group.
    pub(crate) fn make(&self, fresh: Fresh, catalog: &Catalog) -> Result<List, Rejection> {
        let mut list = List {
            id: ListId(fresh.id),
            number: fresh.number,
            name: String::new(),
            entity: Entity::Contact,
            description: None,
            conditions: Vec::new(),
            background_color: None,
            text_color: None,
            created_at: fresh.now,
            aliases: Aliases::default(),
            extras: model::Extras::default(),
        };
        self.change(&mut list, catalog).map(|()| list)
    }

    /// Changes a group. No two groups of a service have one name.
    pub(crate) fn change(&self, list: &mut List, catalog: &Catalog) -> Result<(), Rejection> {
        if let Some(name) = &self.name {
            let is_same = |other: &&List| other.id != list.id && other.name == *name;
            if super::all(catalog).any(|other| is_same(&other)) {
                return Err(taken("group.display_name"));
            }
            list.name.clone_from(name);
        }
        list.conditions = self.read_all(catalog)?;
        if let Some(color) = &self.background_color {
            list.background_color.clone_from(color);
        }
        if let Some(color) = &self.text_color {
            list.text_color.clone_from(color);
        }
        Ok(())
    }

    fn read_all(&self, catalog: &Catalog) -> Result<Vec<Condition>, Rejection> {
        let mut conditions = Vec::new();
        let mut violations = Vec::new();
        for (n, asked) in self.conditions.iter().enumerate() {
            match asked.read(catalog) {
                Ok(condition) => conditions.push(condition),
                Err((part, kind)) => {
                    violations.push(Violation::new(format!("group.conditions.{n}.{part}"), kind));
                }
            }
        }
        if violations.is_empty() { Ok(conditions) } else { Err(Rejection { violations }) }
    }
}

const METHOD: &str = "comparison_method_code";
const SOURCE: &str = "comparison_source";
const VALUE: &str = "comparison_value";

impl AskedCondition {
    fn read(&self, catalog: &Catalog) -> Result<Condition, (&'static str, ViolationKind)> {
        let subject = subject(&self.source, catalog).map_err(|kind| (SOURCE, kind))?;
        let unknown = || (METHOD, ViolationKind::NotOneOf(method::codes()));
        let test = method::test(&self.method).ok_or_else(unknown)?;
        let condition = Condition { subject, test, value: self.value.clone() };
        if !condition.fits(catalog) {
            let reason = format!("'{}' cannot compare {}", self.method, self.source);
            return Err((METHOD, ViolationKind::Unusable(reason)));
        }
        condition.check_value().map_err(|kind| (VALUE, kind))?;
        Ok(condition)
    }
}

fn subject(source: &str, catalog: &Catalog) -> Result<Subject, ViolationKind> {
    if let Some((_, subject)) = SOURCES.iter().find(|(text, _)| *text == source) {
        return Ok(*subject);
    }
    let Some(id) = source.strip_prefix(FIELD.0).and_then(|rest| rest.strip_suffix(FIELD.1)) else {
        let field = format!("{}<field id>{}", FIELD.0, FIELD.1);
        let words = SOURCES.iter().map(|(text, _)| (*text).to_owned()).chain([field]);
        return Err(ViolationKind::NotOneOf(words.collect()));
    };
    let field = catalog.fields.find(&ItemRef::id_text(Dialect::Zingle, id));
    let field = field.filter(|field| field.entity == Entity::Contact);
    field.map(|field| Subject::Field(field.id)).ok_or_else(|| ViolationKind::UnknownField(id.to_owned()))
}

fn read_conditions(members: &mut Members, may_be_static: bool) -> Vec<AskedCondition> {
    let elements = members.with("conditions", |json| match json {
        Json::Array(elements) if elements.is_empty() && !may_be_static => Err(ViolationKind::Missing),
        Json::Array(elements) if elements.len() > limits::CONDITIONS => {
            Err(ViolationKind::TooLong { max: limits::CONDITIONS, unit: "items" })
        }
        Json::Array(elements) => Ok(elements.clone()),
        _ => Err(ViolationKind::WrongType("an array of objects")),
    });
    let mut conditions = Vec::new();
    for (n, element) in elements.unwrap_or_default().iter().enumerate() {
        let at = |part: &str| format!("conditions.{n}{part}");
        let Json::Object(parts) = element else {
            members.refuse(&at(""), ViolationKind::WrongType("an object"));
            continue;
        };
        tell_others(parts, "conditions.", |name| [METHOD, SOURCE, VALUE].contains(&name));
        let mut part = |name: &str| match parts.get(name) {
            None | Some(Json::Null) => None,
            Some(Json::String(text)) => Some(text.clone()),
            Some(scalar @ (Json::Number(_) | Json::Bool(_))) => Some(scalar.to_string()),
            Some(_) => {
                members.refuse(&at(&format!(".{name}")), ViolationKind::WrongType("a string"));
                None
            }
        };
        // What is missing is no word of the vendor's, and refused as such; a value may be nothing.
        let [method, source, value] = [METHOD, SOURCE, VALUE].map(|name| part(name).unwrap_or_default());
        conditions.push(AskedCondition { method, source, value });
    }
    conditions
}
