//! What routes answer, and take: schemas of the types that answers are written from.

use model::Json;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::json;

use super::{Contract, Table};

/// Collects what routes answer and take.
#[derive(Debug)]
pub struct Answers {
    generator: SchemaGenerator,
    all: Vec<Answered>,
    requests: Vec<Requested>,
    without_event: Vec<String>,
}

/// What some routes take.
#[derive(Clone, Debug)]
pub struct Requested {
    /// The routes: `POST /api/v1/contacts`.
    pub routes: Vec<String>,
    /// The bodies: one for each media type.
    pub bodies: Vec<AnswerBody>,
    /// Whether there must be one.
    pub is_required: bool,
}

/// What some routes answer with a status.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The routes: `GET /v1/contacts`; `*` for errors, which all of them answer.
    pub routes: Vec<String>,
    /// The status; none for errors of any status.
    pub status: Option<u16>,
    /// The body; none when there is none.
    pub body: Option<AnswerBody>,
}

/// The body of an answer.
#[derive(Clone, Debug)]
pub struct AnswerBody {
    /// Its media type.
    pub media_type: &'static str,
    /// Its schema.
    pub schema: Json,
}

impl Default for Answers {
    fn default() -> Self {
        let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        Self {
            generator: settings.into_generator(),
            all: Vec::new(),
            requests: Vec::new(),
            without_event: Vec::new(),
        }
    }
}

impl Answers {
    /// Routes that answer with JSON of a type.
    pub fn json<T: JsonSchema>(&mut self, status: u16, routes: &[&str]) {
        let schema = self.schema::<T>();
        self.with(status, routes, schema);
    }

    /// Routes that answer with JSON of this schema.
    pub fn with(&mut self, status: u16, routes: &[&str], schema: Schema) {
        self.push(
            Some(status),
            routes,
            Some(AnswerBody { media_type: "application/json", schema: shut(schema) }),
        );
    }

    /// Routes that answer without a body.
    pub fn empty(&mut self, status: u16, routes: &[&str]) {
        self.push(Some(status), routes, None);
    }

    /// What all errors look like.
    pub fn errors<T: JsonSchema>(&mut self, media_type: &'static str) {
        let schema = shut(self.schema::<T>());
        self.push(None, &["*"], Some(AnswerBody { media_type, schema }));
    }

    /// Routes that take bodies.
    pub fn takes(&mut self, routes: &[&str], is_required: bool, bodies: Vec<AnswerBody>) {
        self.requests.push(Requested { routes: owned(routes), bodies, is_required });
    }

    /// Routes whose writes are no events.
    pub fn without_event(&mut self, routes: &[&str]) {
        self.without_event.extend(owned(routes));
    }

    /// The schema of a patch of a type: the same members, of which none must be there, and those named are only read. `null`
    /// clears lists and objects.
    pub fn patch<T: JsonSchema>(&mut self, read_only: &[&str]) -> Json {
        let schema = self.generator.subschema_for::<T>().to_value();
        let Some(name) = reference(&schema) else { return schema };
        self.patch_of(name, read_only)
    }

    /// In patches, a text may stand for all of this type.
    pub fn patched_by_text<T: JsonSchema>(&mut self) {
        let patch = self.patch::<T>(&[]);
        let definitions = self.generator.definitions_mut();
        if let Some(schema) = reference(&patch).and_then(|name| definitions.get_mut(name)) {
            *schema = json!({ "anyOf": [{ "type": "string" }, schema] });
        }
    }

    /// The schema of a part of a type: any of its members, of which these must be there, and this one beside them.
    pub fn part<T: JsonSchema>(&mut self, required: &[&str], (name, other): (&str, Json)) -> Json {
        let patch = self.patch::<T>(&[]);
        let Some(patch_name) = reference(&patch) else { return patch };
        let part = format!("{}Part", patch_name.trim_end_matches("Patch"));
        if let Some(mut schema) = self.generator.definitions().get(patch_name).cloned() {
            if let Some(properties) = schema.get_mut("properties").and_then(Json::as_object_mut) {
                properties.insert(name.to_owned(), other);
            }
            if let Json::Object(keywords) = &mut schema {
                keywords.insert("required".to_owned(), required.into());
            }
            self.generator.definitions_mut().insert(part.clone(), schema);
        }
        json!({ "$ref": format!("{REFERENCE}{part}") })
    }

    fn patch_of(&mut self, name: &str, read_only: &[&str]) -> Json {
        let patch = format!("{name}Patch");
        let schema = self.generator.definitions().get(name).cloned();
        let is_known = self.generator.definitions().contains_key(&patch);
        if let Some(mut schema) = schema.filter(|_| !is_known) {
            // Before what is beneath it, which may name it again.
            self.generator.definitions_mut().insert(patch.clone(), Json::Bool(true));
            self.loosen(&mut schema);
            let properties = schema.get_mut("properties").and_then(Json::as_object_mut);
            for (name, member) in properties.into_iter().flatten() {
                clearable(member, false);
                if let Json::Object(member) = member
                    && read_only.contains(&name.as_str())
                {
                    member.insert("readOnly".to_owned(), Json::Bool(true));
                }
            }
            self.generator.definitions_mut().insert(patch.clone(), schema);
        }
        json!({ "$ref": format!("{REFERENCE}{patch}") })
    }

    /// Nothing in it must be there.
    fn loosen(&mut self, schema: &mut Json) {
        match schema {
            Json::Object(members) => {
                members.remove("required");
                members.values_mut().for_each(|member| self.loosen(member));
                if let Some(name) = reference(schema).map(str::to_owned) {
                    *schema = self.patch_of(&name, &[]);
                }
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.loosen(item)),
            _ => {}
        }
    }

    /// The schema of a type, to be used in another one.
    pub fn schema<T: JsonSchema>(&mut self) -> Schema {
        self.generator.subschema_for::<T>()
    }

    fn push(&mut self, status: Option<u16>, routes: &[&str], body: Option<AnswerBody>) {
        self.all.push(Answered { routes: owned(routes), status, body });
    }

    /// All of them with their table, and the schemas that they refer to.
    pub(super) fn finish(mut self, table: Table) -> Contract {
        let mut schemas = self.generator.take_definitions(true);
        for schema in schemas.values_mut() {
            if let Ok(schema) = schema.try_into() {
                Shut.transform(schema);
            }
        }
        Contract {
            table,
            answers: self.all,
            requests: self.requests,
            without_event: self.without_event,
            schemas,
        }
    }
}

fn owned(routes: &[&str]) -> Vec<String> {
    routes.iter().map(|route| (*route).to_owned()).collect()
}

const REFERENCE: &str = "#/components/schemas/";

/// The name of the schema that another one is.
fn reference(schema: &Json) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(REFERENCE)
}

/// Lists, objects and the members of objects in place can be cleared by `null`.
fn clearable(schema: &mut Json, is_inner: bool) {
    if reference(schema).is_some() {
        *schema = json!({ "anyOf": [schema, { "type": "null" }] });
        return;
    }
    let kind = match schema.get("type").and_then(Json::as_str) {
        Some(kind @ ("array" | "object")) => kind.to_owned(),
        Some(kind) if is_inner => kind.to_owned(),
        _ => return,
    };
    let Json::Object(keywords) = schema else { return };
    keywords.insert("type".to_owned(), json!([kind, "null"]));
    if let Some(Json::Object(members)) = keywords.get_mut("properties") {
        members.values_mut().for_each(|member| clearable(member, true));
    }
    if let Some(others) = keywords.get_mut("additionalProperties") {
        clearable(others, true);
    }
}

fn shut(mut schema: Schema) -> Json {
    Shut.transform(&mut schema);
    schema.to_value()
}

/// Objects whose members are all known have no others.
struct Shut;

impl Transform for Shut {
    fn transform(&mut self, schema: &mut Schema) {
        if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
            schema.insert("additionalProperties".to_owned(), Json::Bool(false));
        }
        transform_subschemas(self, schema);
    }
}
