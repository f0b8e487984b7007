//! Comparing answers with vendors' examples.

use model::Json;

/// Checks that an answer has every member of an example with the same value, except where the path (such as
/// `result.updated_at` or `data.fields.country.lat`, array positions as numbers) is among `free`: there only
/// the JSON type must be the same. Members beyond the example's are allowed; arrays have the same length.
#[track_caller]
pub fn assert_has(answer: &Json, example: &Json, free: &[&str]) {
    let mut faults = Vec::new();
    compare("", answer, example, &|path| free.contains(&path), &mut faults);
    assert!(faults.is_empty(), "{}\nanswer: {answer:#}", faults.join("\n"));
}

/// Checks that an answer has every member of an example with the same JSON type, whatever the values. A null
/// on either side matches every type; of arrays the first elements are compared.
#[track_caller]
pub fn assert_same_shape(answer: &Json, example: &Json) {
    let mut faults = Vec::new();
    shape("", answer, example, &mut faults);
    assert!(faults.is_empty(), "{}\nanswer: {answer:#}", faults.join("\n"));
}

fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

fn at(path: &str, part: &str) -> String {
    if path.is_empty() { part.to_owned() } else { format!("{path}.{part}") }
}

fn compare(
    path: &str,
    answer: &Json,
    example: &Json,
    is_free: &dyn Fn(&str) -> bool,
    faults: &mut Vec<String>,
) {
    if is_free(path) {
        if kind(answer) != kind(example) {
            faults.push(format!("{path}: {} instead of {}", kind(answer), kind(example)));
        }
        return;
    }
    match (answer, example) {
        (Json::Object(answer), Json::Object(example)) => {
            for (name, value) in example {
                match answer.get(name) {
                    Some(got) => compare(&at(path, name), got, value, is_free, faults),
                    None => faults.push(format!("{}: missing", at(path, name))),
                }
            }
        }
        (Json::Array(answer), Json::Array(example)) if answer.len() == example.len() => {
            for (n, (got, value)) in answer.iter().zip(example).enumerate() {
                compare(&at(path, &n.to_string()), got, value, is_free, faults);
            }
        }
        _ if answer == example => {}
        _ => faults.push(format!("{path}: {answer} instead of {example}")),
    }
}

fn shape(path: &str, answer: &Json, example: &Json, faults: &mut Vec<String>) {
    match (answer, example) {
        (Json::Null, _) | (_, Json::Null) => {}
        (Json::Object(answer), Json::Object(example)) => {
            for (name, value) in example {
                match answer.get(name) {
                    Some(got) => shape(&at(path, name), got, value, faults),
                    None => faults.push(format!("{}: missing", at(path, name))),
                }
            }
        }
        (Json::Array(answer), Json::Array(example)) => {
            if let (Some(got), Some(value)) = (answer.first(), example.first()) {
                shape(&at(path, "0"), got, value, faults);
            }
        }
        _ if kind(answer) == kind(example) => {}
        _ => faults.push(format!("{path}: {} instead of {}", kind(answer), kind(example))),
    }
}
