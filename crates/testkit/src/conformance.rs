//! Whether answers, and the bodies of requests that succeeded, are what the API's description says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use api_kit::{Contract, Query, contract};
use axum::http::StatusCode;
use jsonschema::Validator;
use model::Json;
use serde_json::json;

use crate::Reply;

/// An API's OpenAPI description, to check answers against. Clones share what was made ready.
#[derive(Clone)]
pub struct Description {
    contract: &'static Contract,
    document: Arc<Json>,
    ready: Arc<Mutex<HashMap<String, Arc<Validator>>>>,
}

impl Description {
    /// The description that the server shows.
    pub fn of(contract: &'static Contract) -> Self {
        Self { contract, document: Arc::new(contract::description(contract)), ready: Arc::default() }
    }

    /// The same description with other names of members.
    pub(crate) fn renamed(&self, rename: fn(&str) -> String) -> Self {
        let document = Arc::new(renamed(&self.document, rename));
        Self { contract: self.contract, document, ready: Arc::default() }
    }

    /// Checks that an answer has a status and a body that are described for the route that gave it.
    pub(crate) fn check(&self, method: &str, route: Option<&str>, reply: &Reply) {
        if route == Some(api_kit::PICTURES) {
            return check_picture(method, reply);
        }
        let status = reply.status.as_u16();
        let name = format!("{method} {} {status}", route.unwrap_or("?"));
        let is_error = !reply.status.is_success();
        // What there is no route or no method for answers like an error of any route.
        let nowhere = route.is_none() || reply.status == StatusCode::METHOD_NOT_ALLOWED;
        let response = match route.and_then(|route| self.operation(method, route)) {
            Some(operation) => {
                let own = &operation["responses"][status.to_string()];
                if own.is_null() && is_error { &operation["responses"]["default"] } else { own }
            }
            None if is_error && nowhere => &self.any_operation()["responses"]["default"],
            None => &Json::Null,
        };
        assert!(response.is_object(), "{name}: not described: {}", reply.text);
        // What was made is answered with 201 also without a body, when that is asked for; a description cannot say so.
        if reply.text.is_empty() && reply.header("preference-applied") == "return=minimal" {
            return;
        }
        let Some(content) = response["content"].as_object() else {
            assert!(reply.text.is_empty(), "{name}: no body is described: {}", reply.text);
            return;
        };
        let media_type = reply.header("content-type").split(';').next().unwrap_or_default();
        // What answers HEAD has no body.
        if method == "HEAD" {
            return;
        }
        let Some(described) = content.get(media_type) else {
            panic!("{name}: {media_type} is not described");
        };
        if media_type.ends_with("json") {
            self.validate(&name, &described["schema"], &reply.json());
        }
    }

    /// Checks that each parameter of a query which had an effect is described. Those that name a field of the workspace
    /// (`values.KEY`) cannot be.
    pub(crate) fn check_query(&self, method: &str, route: Option<&str>, (query, reply): (&str, &Reply)) {
        let method = method.parse().expect("a method");
        let Some(row) = route.and_then(|route| self.contract.route(&method, route)) else { return };
        let ignored = Query::parse(&reply.header("contactd-ignored").replace(", ", "&"));
        for (name, _) in Query::parse(query).named(|_| true) {
            let is_exempt = name == "dry_run" || name.starts_with("values.") || ignored.get(name).is_some();
            let is_described = is_exempt || self.contract.parameter(row, name).next().is_some();
            assert!(is_described, "{method} {}: the parameter '{name}' is not described", row.path);
        }
    }

    /// Checks that a body which the route took is one that is described for it.
    pub(crate) fn check_taken(&self, method: &str, route: Option<&str>, (media_type, body): (&str, &[u8])) {
        let Some(operation) = route.and_then(|route| self.operation(method, route)) else { return };
        let described = &operation["requestBody"];
        let name = format!("{method} {} {media_type} body", route.unwrap_or("?"));
        if body.iter().all(u8::is_ascii_whitespace) {
            assert_ne!(described["required"], true, "{name}: may be left out");
        } else if let Some(described) = described["content"].get(media_type) {
            let body =
                serde_json::from_slice(body).unwrap_or_else(|fault| panic!("{name}: no JSON: {fault}"));
            self.validate(&name, &described["schema"], &body);
        } else {
            assert!(described.is_null(), "{name}: not described");
        }
    }

    fn validate(&self, name: &str, schema: &Json, json: &Json) {
        let validator = self.validator(name, schema);
        let faults: Vec<_> =
            validator.iter_errors(json).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{name}:\n{}\n{json}", faults.join("\n"));
    }

    fn operation(&self, method: &str, route: &str) -> Option<&Json> {
        let method = if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() };
        self.document["paths"].get(&*self.contract.table.path(route))?.get(method)
    }

    fn any_operation(&self) -> &Json {
        let paths = self.document["paths"].as_object().expect("paths");
        let methods = paths.values().next().and_then(Json::as_object).expect("a path");
        methods.values().next().expect("an operation")
    }

    fn validator(&self, name: &str, schema: &Json) -> Arc<Validator> {
        let mut ready = self.ready.lock().expect("no test panics here");
        let made = ready.entry(name.to_owned()).or_insert_with(|| {
            let whole = json!({ "allOf": [schema], "components": self.document["components"] });
            Arc::new(jsonschema::draft202012::new(&whole).unwrap_or_else(|fault| panic!("{name}: {fault}")))
        });
        Arc::clone(made)
    }
}

/// A JSON schema, or what holds some, with other names of members.
fn renamed(schema: &Json, rename: fn(&str) -> String) -> Json {
    match schema {
        Json::Object(keywords) => {
            let keyword = |(keyword, value): (&String, &Json)| {
                let value = match (keyword.as_str(), value) {
                    ("properties", Json::Object(members)) => {
                        let each =
                            members.iter().map(|(name, schema)| (rename(name), renamed(schema, rename)));
                        Json::Object(each.collect())
                    }
                    ("required", Json::Array(names)) => {
                        names.iter().filter_map(Json::as_str).map(|name| Json::from(rename(name))).collect()
                    }
                    _ => renamed(value, rename),
                };
                (keyword.clone(), value)
            };
            Json::Object(keywords.iter().map(keyword).collect())
        }
        Json::Array(schemas) => schemas.iter().map(|schema| renamed(schema, rename)).collect(),
        scalar => scalar.clone(),
    }
}

/// Pictures stand beside every API and no description has them: what is there is an image, and what is not is said in
/// the API's own words.
fn check_picture(method: &str, reply: &Reply) {
    let is_image = reply.header("content-type").starts_with("image/");
    match reply.status {
        StatusCode::OK => {
            let has_body = !reply.bytes.is_empty();
            assert!(is_image && has_body == (method != "HEAD"), "a picture: {:?}", reply.headers);
        }
        StatusCode::NOT_MODIFIED => assert!(reply.bytes.is_empty(), "no picture: {:?}", reply.headers),
        status => assert!(!is_image && !status.is_success(), "no picture: {status} {:?}", reply.headers),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use api_kit::Answers;

    use super::*;

    static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
        let table = r#"
            member = []
            [api]
            title = "Test"
            description = ""
            prefix = ""
            security = {}
            [[route]]
            method = "GET"
            path = "/c"
            support = "exact"
            evidence = "documented"
        "#;
        Contract::new(table, |all: &mut Answers| {
            all.json::<Vec<u32>>(200, &["GET /c"]);
            all.empty(204, &["GET /c"]);
            all.errors::<String>("application/json");
        })
    });

    fn check(route: Option<&str>, status: u16, text: &str) -> bool {
        let headers = [("content-type", "application/json")];
        let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let reply = Reply {
            status: status.try_into().unwrap(),
            headers: headers.into_iter().collect(),
            text: text.to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        std::panic::catch_unwind(|| Description::of(&CONTRACT).check("GET", route, &reply)).is_ok()
    }

    #[test]
    fn answers_pass_that_are_described() {
        for (route, status, text) in [
            (Some("/c"), 200, "[1]"),
            (Some("/c/"), 204, ""),
            (Some("/c"), 404, "\"x\""),
            (None, 404, "\"x\""),
        ] {
            assert!(check(route, status, text), "{route:?} {status} {text}");
        }
    }

    #[test]
    fn members_are_renamed_wherever_they_stand() {
        let schema = json!({
            "$ref": "#/components/schemas/a_b",
            "properties": {"a_b": {"type": "array", "items": {"properties": {"c_d": {}}, "required": ["c_d"]}}},
            "required": ["a_b"],
            "enum": ["a_b"],
        });
        let expected = json!({
            "$ref": "#/components/schemas/a_b",
            "properties": {"AB": {"type": "array", "items": {"properties": {"CD": {}}, "required": ["CD"]}}},
            "required": ["AB"],
            "enum": ["a_b"],
        });
        assert_eq!(renamed(&schema, |name| name.replace('_', "").to_uppercase()), expected);
    }

    #[test]
    fn answers_fail_that_are_not() {
        for (route, status, text) in [
            (Some("/c"), 200, "[-1]"),
            (Some("/c"), 201, "[1]"),
            (Some("/c"), 204, "[1]"),
            (Some("/c"), 404, "{}"),
            (Some("/d"), 200, "[1]"),
            (None, 200, "[1]"),
        ] {
            assert!(!check(route, status, text), "{route:?} {status} {text}");
        }
    }
}
