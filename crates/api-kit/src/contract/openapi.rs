//! The OpenAPI 3.1 description of an API, from its contract. <https://spec.openapis.org/oas/v3.1.1>

use model::Json;
use serde_json::{Map, json};

use super::table::is_wild;
use super::terms::{self, Terms};
use super::{Contract, Direction, Evidence, MemberRow, RouteRow, Support, Table};

/// The description of an API. Routes that are not served are not in it.
pub fn description(contract: &Contract) -> Json {
    let about = &contract.table.api;
    let mut paths = Map::new();
    for route in contract.table.routes.iter().filter(|route| route.support != Support::Unsupported) {
        let path = paths.entry(route.path.clone()).or_insert_with(|| Json::Object(Map::new()));
        *path = with(path.take(), &route.method.to_lowercase(), operation(contract, route));
    }
    let security: Vec<Json> = about.security.keys().map(|name| json!({ name.as_str(): [] })).collect();
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": about.title,
            "version": env!("CARGO_PKG_VERSION"),
            "description": about.description,
        },
        "servers": [{ "url": if about.prefix.is_empty() { "/" } else { &about.prefix } }],
        "security": security,
        "paths": paths,
        "components": components(contract),
    })
}

fn components(contract: &Contract) -> Json {
    let security = &contract.table.api.security;
    if !contract.table.api.prefix.is_empty() {
        return json!({ "schemas": contract.schemas, "securitySchemes": security });
    }
    let mut schemas = contract.schemas.clone();
    schemas.insert("DryRun".to_owned(), terms::dry_run_body());
    let mut components = json!({ "schemas": schemas, "securitySchemes": security });
    for (name, parts) in terms::components() {
        components = with(components, name, parts);
    }
    components
}

fn operation(contract: &Contract, route: &RouteRow) -> Json {
    let name = format!("{} {}", route.method, route.path);
    let terms = Terms::of(contract, route);
    let mut parameters = parameters(&contract.table, route);
    parameters.extend(terms.iter().flat_map(Terms::parameters));
    let operation = json!({
        "operationId": operation_id(route),
        "summary": summary(route),
        "description": remark((route.support, route.evidence), &route.note, route.documented),
        "tags": [tag(&route.path)],
        "parameters": parameters,
        "responses": responses(contract, &name, terms.as_ref()),
    });
    if let Some(requested) = contract.requests.iter().find(|each| each.routes.contains(&name)) {
        let content = requested.bodies.iter();
        let content = content.map(|body| (body.media_type.to_owned(), json!({ "schema": body.schema })));
        let content: Map<_, _> = content.collect();
        return with(
            operation,
            "requestBody",
            json!({ "content": content, "required": requested.is_required }),
        );
    }
    let Some(object) = &route.request else { return operation };
    let members: Vec<_> = contract.table.members(Direction::Request, object).collect();
    let content = json!({ "application/json": { "schema": body("", &members) } });
    with(operation, "requestBody", json!({ "content": content }))
}

/// An object with one member more.
fn with(mut object: Json, name: &str, value: Json) -> Json {
    if let Json::Object(members) = &mut object {
        members.insert(name.to_owned(), value);
    }
    object
}

/// A name for an operation that code can be made of: `get_v1_contacts_uuid`.
fn operation_id(route: &RouteRow) -> String {
    let words = route.path.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(route.method.to_lowercase(), |id, word| format!("{id}_{word}"))
}

/// What a route is about: the last part of its path that is no parameter and not after one.
fn tag(path: &str) -> &str {
    let parts = path.split('/').filter(|part| !part.is_empty());
    let mut fixed = parts.filter(|part| !part.starts_with('{'));
    let is_version = |part: &str| matches!(part, "api" | "user-api" | "crm" | "objects" | "services" | "v1");
    let first = fixed.next();
    fixed.chain(first).find(|part| !is_version(part)).unwrap_or("API")
}

/// Vendors' routes are known by their names; what is to be known of them here is how they are served.
fn summary(route: &RouteRow) -> &str {
    match route.evidence {
        Evidence::Own => route.note.split_once(['.', ':']).map_or(&route.note, |(first, _)| first),
        _ => route.support.as_str(),
    }
}

fn remark((support, evidence): (Support, Evidence), note: &str, documented: bool) -> String {
    if evidence == Evidence::Own {
        return note.to_owned();
    }
    let support = match support {
        Support::Exact => "As the vendor does it.",
        Support::Differs => "Differs from the vendor.",
        Support::Unsupported => "Not served.",
    };
    let vendor = if documented { "" } else { " The vendor's pages do not have it: strict mode refuses it." };
    if note.is_empty() { format!("{support}{vendor}") } else { format!("{support}{vendor} {note}") }
}

fn parameters(table: &Table, route: &RouteRow) -> Vec<Json> {
    let in_path = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = in_path
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
    let in_query =
        table.parameters(route).filter(|(name, row)| !is_wild(name) && row.support != Support::Unsupported);
    let in_query = in_query.map(|(name, row)| {
        json!({
            "name": name,
            "in": "query",
            "required": row.required,
            "description": remark((row.support, row.evidence), &row.note, row.documented),
            "schema": row.schema,
        })
    });
    in_path.chain(in_query).collect()
}

/// The schema of an object whose members' names start with a prefix.
fn body(prefix: &str, members: &[(&str, &MemberRow)]) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut others = Json::Bool(true);
    for (name, row) in members.iter().filter(|(_, row)| row.support != Support::Unsupported) {
        let Some(own) = name.strip_prefix(prefix).filter(|own| !own.contains('.')) else { continue };
        let schema = member(name, row, members);
        if is_wild(own) {
            others = schema;
            continue;
        }
        if row.required {
            required.push(own);
        }
        properties.insert(own.to_owned(), schema);
    }
    let object = json!({ "type": "object", "properties": properties, "additionalProperties": others });
    if required.is_empty() { object } else { with(object, "required", json!(required)) }
}

/// The schema of a member, with those beneath it: of itself, or of its items when it is an array.
fn member(name: &str, row: &MemberRow, members: &[(&str, &MemberRow)]) -> Json {
    let mut schema = row.schema.clone();
    schema.insert(
        "description".to_owned(),
        remark((row.support, row.evidence), &row.note, row.documented).into(),
    );
    let below = format!("{name}.");
    if members.iter().any(|(each, _)| each.starts_with(&below)) {
        let inner = body(&below, members);
        if schema.get("type").is_some_and(|kinds| kinds == "array" || kinds == &json!(["array", "null"])) {
            // What the row says of the items goes first: they may be texts too.
            if let Json::Object(items) = schema.entry("items").or_insert_with(|| json!({})) {
                add(items, inner);
            }
        } else {
            add(&mut schema, inner);
        }
    }
    Json::Object(schema)
}

/// Adds the keywords of another schema that are not there.
fn add(schema: &mut Map<String, Json>, other: Json) {
    if let Json::Object(other) = other {
        for (keyword, value) in other {
            schema.entry(keyword).or_insert(value);
        }
    }
}

fn responses(contract: &Contract, route: &str, terms: Option<&Terms>) -> Json {
    let mut responses = Map::new();
    let all =
        contract.answers.iter().filter(|each| each.routes.iter().any(|name| name == route || name == "*"));
    for answered in all {
        let status = answered.status.map_or_else(|| "default".to_owned(), |status| status.to_string());
        let text = if answered.status.is_some() { "Success." } else { "Any error." };
        let mut response = json!({ "description": text });
        if let Some(body) = &answered.body {
            response = with(response, "content", json!({ body.media_type: { "schema": body.schema } }));
        }
        if let Some(terms) = terms.filter(|_| answered.status.is_some()) {
            response = with(response, "headers", terms.headers());
        }
        responses.insert(status, response);
    }
    if let Some(terms) = terms.filter(|terms| terms.is_write) {
        add_answers_on_terms(&mut responses, terms);
    }
    Json::Object(responses)
}

/// A write can be asked for an answer without a body, and for a dry run with the differences in the body.
fn add_answers_on_terms(responses: &mut Map<String, Json>, terms: &Terms) {
    let success = || json!({ "description": "Success.", "headers": terms.headers() });
    if !responses.contains_key("201") || responses.contains_key("200") {
        responses.entry("204").or_insert_with(success);
    }
    let tried = json!({ "$ref": "#/components/schemas/DryRun" });
    let response = responses.remove("200").unwrap_or_else(success);
    let own = response.pointer("/content/application~1json/schema").cloned();
    let schema = own.map_or_else(|| tried.clone(), |own| json!({ "anyOf": [own, tried] }));
    let response = with(response, "content", json!({ "application/json": { "schema": schema } }));
    responses.insert("200".to_owned(), response);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Answers;

    #[derive(serde::Serialize, schemars::JsonSchema)]
    struct Thing<'a> {
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        size: Option<u32>,
    }

    const TABLE: &str = r#"
        [api]
        title = "Things"
        description = "All things."
        prefix = "/things"
        security.bearer = { type = "http", scheme = "bearer" }
        [[route]]
        method = "PUT"
        path = "/v1/things/{id}"
        support = "differs"
        note = "Slowly."
        evidence = "documented"
        request = "thing"
        query = ["page"]
        [[route]]
        method = "GET"
        path = "/v1/nothing"
        support = "unsupported"
        evidence = "documented"
        [[member]]
        object = "page"
        direction = "query"
        name = "page"
        support = "exact"
        evidence = "documented"
        schema = { type = "integer" }
        [[member]]
        object = "thing"
        direction = "request"
        names = ["name", "parts", "parts.name"]
        support = "exact"
        evidence = "documented"
        required = true
        schema = { type = "string" }
        [[member]]
        object = "thing"
        direction = "request"
        name = "tags"
        support = "exact"
        evidence = "documented"
        schema = { type = "array", items = { type = ["string", "object"] } }
        [[member]]
        object = "thing"
        direction = "request"
        name = "tags.id"
        support = "exact"
        evidence = "documented"
        required = true
    "#;

    #[test]
    fn a_route_has_its_parameters_its_body_and_its_answers() {
        let table = TABLE.replace(r#""parts", "#, r#""#);
        let contract = Contract::new(&table, |all: &mut Answers| {
            all.json::<Thing<'_>>(200, &["PUT /v1/things/{id}"]);
            all.errors::<String>("application/json");
        });
        let document = description(&contract);
        assert_eq!(document["servers"][0]["url"], "/things");
        assert_eq!(document["paths"].as_object().unwrap().len(), 1);
        let operation = &document["paths"]["/v1/things/{id}"]["put"];
        assert_eq!(operation["description"], "Differs from the vendor. Slowly.");
        assert_eq!(operation["operationId"], "put_v1_things_id");
        assert_eq!(operation["tags"], json!(["things"]));
        let names: Vec<_> =
            operation["parameters"].as_array().unwrap().iter().map(|each| &each["name"]).collect();
        assert_eq!(names, ["id", "page"]);
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(body["properties"]["name"]["type"], "string");
        assert_eq!(body["required"], json!(["name"]));
        let items = &body["properties"]["tags"]["items"];
        assert_eq!((&items["type"], &items["required"]), (&json!(["string", "object"]), &json!(["id"])));
        let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        assert_eq!(answer["$ref"], "#/components/schemas/Thing");
        let thing = &document["components"]["schemas"]["Thing"];
        assert_eq!(thing["additionalProperties"], false);
        assert_eq!(thing["required"], json!(["name"]));
        assert!(operation["responses"]["default"].is_object());
    }
}
