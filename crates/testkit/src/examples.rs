//! The examples of a vendor's pages: an index says which bodies belong to which call.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use model::Json;
use serde::Deserialize;

/// A call that the vendor's pages show, or a body that stands alone.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it is called: `contacts.update`.
    pub name: String,
    /// The method; none of a body that stands alone.
    #[serde(default)]
    pub method: String,
    /// The path with its query, as the page has it.
    #[serde(default)]
    pub path: String,
    /// The file with the body of the request.
    #[serde(default)]
    request: Option<String>,
    /// The file with the body of the answer.
    #[serde(default)]
    response: Option<String>,
    /// Which of two shapes the answer has, where the vendor has two.
    #[serde(default)]
    pub shape: Option<String>,
    #[serde(skip)]
    folder: PathBuf,
}

impl Example {
    /// The body of the request as the page has it; empty without one.
    pub fn request(&self) -> String {
        self.request.as_ref().map(|file| read(&self.folder.join(file))).unwrap_or_default()
    }

    /// The body of the answer, if the page has one.
    pub fn response(&self) -> Option<Json> {
        let file = self.response.as_ref()?;
        Some(serde_json::from_str(&read(&self.folder.join(file))).expect("an answer in JSON"))
    }
}

/// Every example of a folder, in the order of its `index.json`.
///
/// # Panics
/// When a file is in no example, or an example lacks its file.
#[track_caller]
pub fn examples(folder: &str) -> Vec<Example> {
    let folder = Path::new(folder);
    let index = read(&folder.join("index.json"));
    let mut all: Vec<Example> = serde_json::from_str(&index).expect("an index of examples");
    all.iter_mut().for_each(|example| example.folder = folder.to_owned());
    let named: BTreeSet<_> =
        all.iter().flat_map(|each| each.request.iter().chain(&each.response)).cloned().collect();
    let files = std::fs::read_dir(folder).expect("a folder of examples");
    let files = files.map(|file| file.expect("a file").file_name().into_string().expect("a plain name"));
    let files: BTreeSet<String> = files.filter(|name| name != "index.json").collect();
    assert_eq!(named, files, "files of the index, and those of the folder");
    all
}

/// Checks that every example is replayed, or has a reason why it cannot be.
#[track_caller]
pub fn assert_all_replayed<'a>(
    examples: &[Example],
    replayed: impl IntoIterator<Item = &'a str>,
    left_out: &'a [(&'a str, &'a [&'a str])],
) {
    let left_out = left_out.iter().flat_map(|(reason, names)| {
        assert!(!reason.is_empty(), "why are they not replayed: {names:?}?");
        names.iter().copied()
    });
    let mut known: Vec<&str> = replayed.into_iter().chain(left_out).collect();
    let mut all: Vec<&str> = examples.iter().map(|each| each.name.as_str()).collect();
    known.sort_unstable();
    all.sort_unstable();
    assert_eq!(known, all, "examples that are replayed or left out, and all examples");
}

#[track_caller]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}
