//! `contactd bench`, which measures SQLite only: what it writes and prints, never how fast it was.

use serde_json::Value;
use tempfile::TempDir;

use crate::process::{complaint, printed};

fn bench(folder: &TempDir, options: &[&str]) -> (String, Value) {
    let result = folder.path().join("bench.json");
    let (json, database) = (result.to_str().unwrap(), folder.path().to_str().unwrap());
    let fixed = ["bench", "--contacts", "200", "--seconds", "1", "--warmup", "0", "--rounds", "1"];
    let args = [&fixed, options, &["--json", json, "--database-folder", database]].concat();
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

#[test]
fn every_number_of_connections_is_measured_with_and_without_http() {
    let folder = TempDir::new().unwrap();
    let (text, result) = bench(&folder, &["--connections", "1,4"]);
    assert_eq!(result["settings"]["contacts"], 200);
    assert_positive(&result["machine"], &["cores", "flush_ms"]);
    assert_positive(&result["seeding"], &["contacts_per_second", "contact_bytes", "database_bytes"]);
    assert_positive(&result["server"], &["start_ms", "idle_bytes", "peak_bytes", "log_max_bytes"]);
    assert_eq!(result["batching"], Value::Null);
    let cases = result["cases"].as_array().unwrap();
    let counts: Vec<_> = cases.iter().map(|case| case["connections"].as_u64().unwrap()).collect();
    assert_eq!(counts, [1, 4]);
    for case in cases {
        assert_positive(case, &["batch_max", "share_of_raw"]);
        assert_eq!(case["rounds"].as_array().unwrap().len(), 1);
        for way in ["http", "raw"] {
            assert_positive(&case[way], &["updates_per_second", "p50_ms", "p99_ms", "p999_ms", "max_ms"]);
        }
    }
    let heads: Vec<_> = text.lines().filter(|line| line.starts_with("connections  ")).collect();
    assert_eq!(heads.len(), 2, "{text}");
    assert!(heads[0].ends_with("updates/s  share of raw"), "{text}");
}

#[test]
fn batches_of_one_are_compared_and_nothing_is_left() {
    let folder = TempDir::new().unwrap();
    let (text, result) = bench(&folder, &["--connections", "2", "--batch-of-one"]);
    let cases = result["cases"].as_array().unwrap();
    let kinds: Vec<_> = cases.iter().map(|case| (&case["connections"], &case["batch_max"])).collect();
    assert_eq!(kinds, [(&2.into(), &256.into()), (&2.into(), &1.into())]);
    assert_positive(&result["batching"], &["connections", "http", "raw"]);
    assert!(text.contains("With batches of one:"), "{text}");
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["bench.json"]);
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let said = complaint(&["bench", "--contacts", "1", "--database-folder", "/no/such/folder"]);
    assert!(said.contains("/no/such/folder") && said.contains("hint: "), "{said}");
}
