//! What routes answer: schemas of the types that answers are written from.

use model::Json;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// Collects what routes answer.
#[derive(Debug)]
pub struct Answers {
    generator: SchemaGenerator,
    all: Vec<Answered>,
}

/// What some routes answer with a status.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The routes: `GET /v1/contacts`; `*` for errors, which all of them answer.
    pub routes: Vec<&'static str>,
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
        Self { generator: settings.into_generator(), all: Vec::new() }
    }
}

impl Answers {
    /// Routes that answer with JSON of a type.
    pub fn json<T: JsonSchema>(&mut self, status: u16, routes: &[&'static str]) {
        let schema = self.schema::<T>();
        self.with(status, routes, schema);
    }

    /// Routes that answer with JSON of this schema.
    pub fn with(&mut self, status: u16, routes: &[&'static str], schema: Schema) {
        self.push(
            Some(status),
            routes,
            Some(AnswerBody { media_type: "application/json", schema: shut(schema) }),
        );
    }

    /// Routes that answer without a body.
    pub fn empty(&mut self, status: u16, routes: &[&'static str]) {
        self.push(Some(status), routes, None);
    }

    /// What all errors look like.
    pub fn errors<T: JsonSchema>(&mut self, media_type: &'static str) {
        let schema = shut(self.schema::<T>());
        self.push(None, &["*"], Some(AnswerBody { media_type, schema }));
    }

    /// The schema of a type, to be used in another one.
    pub fn schema<T: JsonSchema>(&mut self) -> Schema {
        self.generator.subschema_for::<T>()
    }

    fn push(&mut self, status: Option<u16>, routes: &[&'static str], body: Option<AnswerBody>) {
        self.all.push(Answered { routes: routes.to_vec(), status, body });
    }

    /// All of them, and the schemas that they refer to.
    pub(super) fn finish(mut self) -> (Vec<Answered>, serde_json::Map<String, Json>) {
        let mut schemas = self.generator.take_definitions(true);
        for schema in schemas.values_mut() {
            if let Ok(schema) = schema.try_into() {
                Shut.transform(schema);
            }
        }
        (self.all, schemas)
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
