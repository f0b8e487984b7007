//! The schema that this release knows.

/// Its number: how many migrations there are.
pub(crate) fn newest_schema() -> usize {
    let migrations = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    std::fs::read_dir(migrations).unwrap().count()
}
