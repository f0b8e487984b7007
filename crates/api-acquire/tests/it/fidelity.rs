//! `fidelity.toml` says the truth about what is mounted, answered and tested.

use api_acquire::{CONTRACT, ROUTES};
use api_kit::contract::Support;
use serde_json::json;
use testkit::assert_fidelity;

use crate::support::start;

#[test]
fn the_table_is_true() {
    assert_fidelity(&CONTRACT, &ROUTES, concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it"));
}

#[tokio::test]
async fn only_the_routes_in_the_table_are_mounted() {
    let (_test, client) = start().await;
    for row in &CONTRACT.table.routes {
        let part = |part: &str| if part.starts_with('{') { "1".to_owned() } else { part.to_owned() };
        let path: Vec<_> = row.path.split('/').map(part).collect();
        let reply = client.send(&row.method, &path.join("/"), "").await;
        let message = reply.json()["message"].clone();
        let is_built = reply.status != 405 && message != json!("No such endpoint.");
        assert_eq!(is_built, row.support != Support::Unsupported, "{} {}: {message}", row.method, row.path);
    }
}
