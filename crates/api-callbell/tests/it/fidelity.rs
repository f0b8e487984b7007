//! The fidelity table says the truth about what is mounted, answered and tested.

use api_callbell::{CONTRACT, ROUTES};
use testkit::assert_fidelity;

use crate::stage::Stage;

#[test]
fn the_table_is_true() {
    assert_fidelity(&CONTRACT, &ROUTES, concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it"));
}

#[tokio::test]
async fn only_the_routes_in_the_table_are_mounted() {
    let stage = Stage::new().await;
    for row in &CONTRACT.table.routes {
        let part = |part: &str| if part.starts_with('{') { "x".to_owned() } else { part.to_owned() };
        let path: Vec<_> = row.path.split('/').map(part).collect();
        let reply = stage.client.send(&row.method, &path.join("/"), "{}").await;
        let is_built = reply.status != 405 && reply.text != r#"{"error":"not found"}"#;
        let name = (row.method.as_str(), row.path.as_str());
        assert_eq!(is_built, ROUTES.contains(&name), "{name:?}: {}", reply.text);
    }
}
