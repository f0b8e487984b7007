//! House rules: which crate uses which, how files begin, how long they get.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Our crates and which of ours each may use. A new edge is a decision: write it down in docs/adr first.
const EDGES: [(&str, &[&str]); 12] = [
    ("model", &[]),
    ("store", &["model"]),
    ("app", &["model", "store"]),
    ("api-kit", &["app", "model"]),
    ("api-native", &["api-kit", "app", "model"]),
    ("api-zingle", &["api-kit", "app", "model"]),
    ("api-acquire", &["api-kit", "app", "model"]),
    ("api-callbell", &["api-kit", "app", "model"]),
    ("api-rolodex", &["api-kit", "app", "model"]),
    (
        "contactd",
        &[
            "api-acquire",
            "api-callbell",
            "api-kit",
            "api-native",
            "api-rolodex",
            "api-zingle",
            "app",
            "model",
            "store",
        ],
    ),
    ("testdb", &[]),
    ("testkit", &["api-kit", "app", "model", "testdb"]),
];

/// Lines at which a source file surely holds two things.
const MAX_LINES: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn source_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

#[test]
fn crates_use_each_other_one_way() {
    let ours: BTreeSet<_> = EDGES.iter().map(|(name, _)| *name).collect();
    let folders: BTreeSet<_> = std::fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders, ours.iter().map(|name| (*name).to_owned()).collect());
    for (name, allowed) in EDGES {
        let text = std::fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        let used: BTreeMap<_, _> =
            manifest["dependencies"].as_table().cloned().unwrap_or_default().into_iter().collect();
        for dependency in used.keys().filter(|dependency| ours.contains(dependency.as_str())) {
            assert!(allowed.contains(&dependency.as_str()), "{name} must not use {dependency}");
        }
    }
}

#[test]
fn every_file_says_what_it_is_and_holds_one_thing() {
    for path in source_files() {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{} does not begin with //!", path.display());
        assert!(text.lines().count() <= MAX_LINES, "{} is too long", path.display());
        assert_ne!(path.file_name().unwrap(), "mod.rs", "{}", path.display());
    }
}

#[test]
fn no_database_driver_outside_the_store() {
    for (name, _) in EDGES.iter().filter(|(name, _)| *name != "store") {
        let text = std::fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")).unwrap();
        assert!(!text.contains("rusqlite") && !text.contains("postgres"), "{name}");
    }
}
