//! Values that an API's description rules out.

use api_kit::Contract;
use api_kit::contract::{Direction, Support};
use model::Json;
use serde_json::json;

/// Values that the schemas exclude of an object's members, or of its query parameters, each with the member's name: of the
/// wrong type, too long or too many, empty, out of bounds, none of the known words.
pub fn wrong_values(contract: &Contract, direction: Direction, object: &str) -> Vec<(String, Json)> {
    let members = contract.table.members(direction, object);
    let members = members.filter(|(name, row)| {
        row.support != Support::Unsupported && !row.schema.is_empty() && !name.contains(['.', '*', '<'])
    });
    let mut wrong = Vec::new();
    for (name, row) in members {
        let schema = Json::Object(row.schema.clone());
        let validator = jsonschema::draft202012::new(&schema).expect("a schema");
        let excluded = samples(&schema).into_iter().filter(|sample| !validator.is_valid(sample));
        wrong.extend(excluded.map(|sample| (name.to_owned(), sample)));
    }
    wrong
}

fn samples(schema: &Json) -> Vec<Json> {
    let mut samples = vec![
        json!(null),
        json!(true),
        json!(5),
        json!(1.5),
        json!("?"),
        json!(""),
        json!([]),
        json!([5]),
        json!(["?"]),
        json!({}),
    ];
    let bound = |keyword: &str| schema[keyword].as_i64();
    let many = |count: i64| usize::try_from(count + 1).expect("a size");
    samples.extend(bound("maxLength").map(|max| json!("\u{e9}".repeat(many(max)))));
    samples.extend(bound("maxItems").map(|max| json!(vec!["?"; many(max)])));
    samples.extend(bound("minimum").map(|min| json!(min - 1)));
    samples.extend(bound("maximum").map(|max| json!(max + 1)));
    samples
}
