//! `contactd bench`, which measures SQLite only: what it writes and prints, never how fast it was.

use serde_json::Value;
use tempfile::TempDir;

use crate::process::{complaint, printed};

fn bench(folder: &TempDir, options: &[&str]) -> (String, Value) {
    let result = folder.path().join("bench.json");
    let (json, database) = (result.to_str().unwrap(), folder.path().to_str().unwrap());
    let fixed = ["bench", "--rounds", "1"];
    // A server reads its first phone number slowly, so that nobody may be made in half a second.
    let times = match options.contains(&"--operation") {
        true => ["--seconds", "1", "--warmup", "1.5"],
        false => ["--seconds", "0.5", "--warmup", "0"],
    };
    let args = [&fixed, options, &times, &["--json", json, "--database-folder", database]].concat();
    let text = printed(&args);
    (text, serde_json::from_slice(&std::fs::read(&result).unwrap()).unwrap())
}

#[track_caller]
fn assert_positive(json: &Value, names: &[&str]) {
    for name in names {
        let number = json[name].as_f64();
        assert!(number.is_some_and(|number| number > 0.0), "{name} is {number:?} in {json}");
    }
}

#[track_caller]
fn assert_measured(case: &Value) {
    assert_positive(case, &["batch_max", "share_of_raw"]);
    assert_eq!(case["rounds"].as_array().unwrap().len(), 1);
    for way in ["http", "raw"] {
        assert_positive(&case[way], &["operations_per_second", "p50_ms", "p99_ms", "p999_ms", "max_ms"]);
        assert!(!case[way]["percentiles"].as_array().unwrap().is_empty(), "{case}");
    }
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_number_of_connections_is_measured_with_and_without_http() {
    let folder = TempDir::new().unwrap();
    let (text, result) = bench(&folder, &["--contacts", "200", "--connections", "1,4"]);
    assert_eq!(result["settings"]["contacts"], 200);
    assert_positive(&result["machine"], &["cores", "flush_ms"]);
    assert_positive(&result["seeding"][0], &["contacts_per_second", "contact_bytes", "database_bytes"]);
    assert_positive(&result["server"], &["start_ms", "idle_bytes", "peak_bytes", "log_max_bytes"]);
    for name in ["batching", "sizes", "histories"] {
        assert_eq!(result[name], Value::Array(Vec::new()), "{name}");
    }
    assert_eq!((&result["idle_connections"], &result["slow_reader"]), (&Value::Null, &Value::Null));
    let cases = result["cases"].as_array().unwrap();
    let counts: Vec<_> = cases.iter().map(|case| case["connections"].as_u64().unwrap()).collect();
    assert_eq!(counts, [1, 4]);
    cases.iter().for_each(assert_measured);
    let heads: Vec<_> = text.lines().filter(|line| line.starts_with("connections  ")).collect();
    assert_eq!(heads.len(), 2, "{text}");
    assert!(heads[0].ends_with("updates/s  share of raw"), "{text}");
}

#[test]
fn batches_of_one_are_compared_and_nothing_is_left() {
    let folder = TempDir::new().unwrap();
    let (text, result) = bench(&folder, &["--contacts", "200", "--connections", "2", "--batch-of-one"]);
    let cases = result["cases"].as_array().unwrap();
    let kinds: Vec<_> = cases.iter().map(|case| (&case["connections"], &case["batch_max"])).collect();
    assert_eq!(kinds, [(&2.into(), &256.into()), (&2.into(), &1.into())]);
    assert_positive(&result["batching"][0], &["connections", "http", "raw"]);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("With batches of one: connections updates/s"), "{text}");
    assert_eq!(names(&folder), ["bench.json"]);
}

#[test]
fn every_operation_works_and_is_drawn() {
    let folder = TempDir::new().unwrap();
    let (page, svg) = (folder.path().join("bench.html"), folder.path().join("plots"));
    let operations = ["get", "list", "lookup", "filter", "create", "mixed"];
    let (text, result) = bench(
        &folder,
        &[
            "--contacts",
            "60",
            "--connections",
            "2",
            "--operation",
            &operations.join(","),
            "--html",
            page.to_str().unwrap(),
            "--svg",
            svg.to_str().unwrap(),
        ],
    );
    let cases = result["cases"].as_array().unwrap();
    let measured: Vec<_> = cases.iter().map(|case| case["operation"].as_str().unwrap()).collect();
    assert_eq!(measured, operations);
    cases.iter().for_each(assert_measured);
    let page = std::fs::read_to_string(page).unwrap();
    for (operation, title) in
        operations.into_iter().zip(["Gets", "Lists", "Lookups", "Filters", "Creations", "Operations"])
    {
        assert!(text.contains(&format!("\n{title}\n")), "{text}");
        assert!(page.contains(&format!("<h2>{title}</h2>")), "{title}");
        for plot in ["latency", "throughput", "cpu"] {
            let drawn = std::fs::read_to_string(svg.join(format!("{plot}-{operation}.svg"))).unwrap();
            assert!(page.contains(&drawn), "{plot} of {operation}");
        }
    }
    for outside in ["<script", "<link", "<img", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn a_database_grows_in_contacts_and_in_history() {
    let folder = TempDir::new().unwrap();
    let page = folder.path().join("bench.html");
    let sizes = ["--contacts", "50", "--sizes", "100,50", "--connections", "2"];
    let more = ["--events", "300", "--html", page.to_str().unwrap()];
    let (text, result) = bench(&folder, &[&sizes[..], &more].concat());
    let column = |points: &str, name: &str| -> Vec<u64> {
        let points = result[points].as_array().unwrap();
        points.iter().for_each(|point| assert_measured(&point["case"]));
        points.iter().map(|point| point[name].as_u64().unwrap()).collect()
    };
    assert_eq!(column("sizes", "contacts"), [50, 100]);
    let events = column("histories", "events");
    assert_eq!(column("histories", "contacts"), [100, 100]);
    assert!(events[1] >= events[0] + 300, "{events:?}");
    assert_eq!(result["sizes"][0]["http_of_first"], 1.0);
    assert_positive(&result["sizes"][1], &["http_of_first", "raw_of_first", "database_bytes"]);
    assert!(text.contains("\nData size\n") && text.contains("\nLength of the history\n"), "{text}");
    assert_eq!(std::fs::read_to_string(page).unwrap().matches("<svg ").count(), 3 + 2 + 1);
}

#[test]
fn connections_that_do_little_are_weighed() {
    let folder = TempDir::new().unwrap();
    let options = ["--contacts", "50", "--connections", "1", "--idle-connections", "20", "--slow-reader"];
    let (text, result) = bench(&folder, &options);
    assert_eq!(result["idle_connections"]["connections"], 20);
    assert_positive(&result["idle_connections"], &["before_bytes", "with_all_bytes"]);
    assert_positive(&result["slow_reader"], &["requests", "answer_bytes", "read_bytes", "peak_bytes"]);
    assert!(text.contains("idle connections") && text.contains("lists asked for"), "{text}");
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let said = complaint(&["bench", "--contacts", "1", "--database-folder", "/no/such/folder"]);
    assert!(said.contains("/no/such/folder") && said.contains("hint: "), "{said}");
}

#[test]
fn a_file_is_no_database_to_name() {
    let said = complaint(&["bench", "--contacts", "1", "--database", "some.db"]);
    assert!(said.contains("PostgreSQL") && said.contains("hint: --database-folder"), "{said}");
}

#[test]
fn single_requests_are_timed_in_every_api() {
    let folder = TempDir::new().unwrap();
    let (text, result) = bench(&folder, &["--contacts", "300", "--connections", "1", "--routes"]);
    let routes = result["routes"].as_array().unwrap();
    for (name, least_bytes) in [
        ("native, at 9/10", 20_000),
        ("Zingle, at 9/10", 20_000),
        ("Acquire, at 9/10", 10_000),
        ("Callbell, first page", 10_000),
        ("Rolodex, at 9/10", 20_000),
        ("by phone", 500),
        ("by e-mail", 500),
        ("Zingle, label and starred, by last name", 20_000),
        ("search: a name, a tag, a flag", 30),
        ("search: a whole name, by a field", 500),
        ("history of a contact", 500),
        ("a tag is renamed", 50),
    ] {
        let route = routes.iter().find(|route| route["name"] == name).unwrap();
        assert_positive(route, &["p50_ms", "max_ms"]);
        assert!(route["answer_bytes"].as_u64().unwrap() > least_bytes, "{route}");
        assert!(text.contains(name), "{text}");
    }
}
