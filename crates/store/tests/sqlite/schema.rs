//! The schema that this release knows.

/// Its number on a backend: how many migrations there are.
pub(crate) fn newest_schema(backend: &str) -> usize {
    let migrations = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(backend);
    std::fs::read_dir(migrations).unwrap().count()
}
