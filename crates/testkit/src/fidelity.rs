//! Whether an API's fidelity table says the truth about what is mounted, answered and tested.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Debug;
use std::path::Path;

use api_kit::Contract;
use api_kit::contract::{Direction, Support};

/// Checks a table against the routes that are mounted (method and path), the types that answers are written from, and the
/// tests in a folder.
#[track_caller]
pub fn assert_fidelity(contract: &Contract, routes: &[(&str, &str)], tests: &str) {
    let mut faults = Vec::new();
    rows(contract, &tests_in(Path::new(tests)), &mut faults);
    mounted(contract, routes, &mut faults);
    objects(contract, &mut faults);
    answered(contract, &mut faults);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The names of the tests in a folder and those beneath it.
fn tests_in(folder: &Path) -> HashSet<String> {
    let mut names = HashSet::new();
    for entry in std::fs::read_dir(folder).expect("a folder of tests") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            names.extend(tests_in(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            let source = std::fs::read_to_string(&path).expect("a source file");
            let lines: Vec<&str> = source.lines().map(str::trim).collect();
            let is_test = |line: &str| line.starts_with("#[tokio::test") || line.starts_with("#[test]");
            let functions = lines.windows(2).filter(|pair| is_test(pair[0])).filter_map(|pair| {
                let name = pair[1].trim_start_matches("async ").strip_prefix("fn ")?;
                Some(name.split('(').next().unwrap_or(name).to_owned())
            });
            names.extend(functions);
        }
    }
    names
}

/// Every row stands once, names a test if something is served, and says how it differs.
fn rows(contract: &Contract, tests: &HashSet<String>, faults: &mut Vec<String>) {
    let table = &contract.table;
    let routes = table.routes.iter().map(|row| {
        (format!("{} {}", row.method, row.path), row.support, row.note.as_str(), row.test.as_str())
    });
    let members = table.members.iter().flat_map(|row| {
        row.names.iter().map(move |name| {
            let key = format!("{} {} {name}", row.object, row.direction.as_str());
            (key, row.support, row.note.as_str(), row.test.as_str())
        })
    });
    let mut seen = HashSet::new();
    for (key, support, note, test) in routes.chain(members) {
        if !seen.insert(key.clone()) {
            faults.push(format!("{key}: stands there twice"));
        }
        match support {
            Support::Unsupported if !test.is_empty() => faults.push(format!("{key}: not served, but tested")),
            Support::Exact | Support::Differs if !tests.contains(test) => {
                faults.push(format!("{key}: no test '{test}'"));
            }
            _ => {}
        }
        if support != Support::Exact && note.is_empty() {
            faults.push(format!("{key}: how does it differ?"));
        }
    }
}

/// What is mounted is in the table, and nothing else is said to be served.
fn mounted(contract: &Contract, routes: &[(&str, &str)], faults: &mut Vec<String>) {
    let served = contract.table.routes.iter().filter(|row| row.support != Support::Unsupported);
    let served: BTreeSet<_> = served.map(|row| (row.method.as_str(), row.path.as_str())).collect();
    let mounted: BTreeSet<_> = routes.iter().copied().collect();
    same("mounted routes and those of the table", &mounted, &served, faults);
}

/// Every object that a route names has members, and every member belongs to an object that something names.
fn objects(contract: &Contract, faults: &mut Vec<String>) {
    let table = &contract.table;
    let queries = table.routes.iter().flat_map(|row| &row.query).chain(&table.api.query);
    let named: BTreeSet<_> = table
        .routes
        .iter()
        .filter_map(|row| row.request.as_deref())
        .map(|object| (Direction::Request.as_str(), object))
        .chain(queries.map(|object| (Direction::Query.as_str(), object.as_str())))
        .collect();
    let asked = table.members.iter().filter(|row| row.direction != Direction::Response);
    let rows: BTreeSet<_> = asked.map(|row| (row.direction.as_str(), row.object.as_str())).collect();
    same("objects that routes ask for and those with members", &named, &rows, faults);
}

/// Every route that is served says what it answers, and every member of an answer is in the table.
fn answered(contract: &Contract, faults: &mut Vec<String>) {
    let served = contract.table.routes.iter().filter(|row| row.support != Support::Unsupported);
    let routes: BTreeSet<String> = served.map(|row| format!("{} {}", row.method, row.path)).collect();
    let answered = contract.answers.iter().flat_map(|each| &each.routes).filter(|name| *name != "*");
    let answered: BTreeSet<String> = answered.cloned().collect();
    same("routes and those that say what they answer", &routes, &answered, faults);

    let mut written: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, schema) in &contract.schemas {
        let members =
            schema["properties"].as_object().into_iter().flatten().map(|(member, _)| member.clone());
        let members: BTreeSet<String> = members.collect();
        if !members.is_empty() {
            written.insert(plain(name), members);
        }
    }
    let mut rows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in contract.table.members.iter().filter(|row| row.direction == Direction::Response) {
        // What stands deeper, or has any name, is more than the types tell.
        let names = row.names.iter().filter(|name| !name.contains('.') && !name.starts_with(['<', '*']));
        rows.entry(plain(&row.object)).or_default().extend(names.cloned());
    }
    same("types of answers and objects of the table", &keys(&written), &keys(&rows), faults);
    for (name, members) in &written {
        if let Some(listed) = rows.get(name) {
            same(&format!("members of {name}, written and in the table"), members, listed, faults);
        }
    }
}

/// A name in one spelling: `CustomStatus` and `custom_status` are the same.
fn plain(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}

fn keys(map: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&str> {
    map.keys().map(String::as_str).collect()
}

fn same<T: Ord + Debug>(what: &str, left: &BTreeSet<T>, right: &BTreeSet<T>, faults: &mut Vec<String>) {
    let (more, less): (Vec<_>, Vec<_>) = (left.difference(right).collect(), right.difference(left).collect());
    if !more.is_empty() || !less.is_empty() {
        faults.push(format!("{what} differ:\n  only the first: {more:?}\n  only the second: {less:?}"));
    }
}
