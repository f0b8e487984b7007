//! The fidelity table says the truth about what is mounted, answered and tested.

use api_rolodex::{CONTRACT, MOUNTS, ROUTES};
use testkit::assert_fidelity;

use crate::world::World;

#[test]
fn the_table_is_true() {
    let paths = ROUTES.map(|(method, path)| (method, format!("{}{path}", MOUNTS[0])));
    let routes: Vec<_> = paths.iter().map(|(method, path)| (*method, path.as_str())).collect();
    assert_fidelity(&CONTRACT, &routes, concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it"));
}

#[tokio::test]
async fn only_the_routes_in_the_table_are_mounted() {
    let world = World::new().await;
    assert_eq!(CONTRACT.table.routes.len(), 37);
    for row in &CONTRACT.table.routes {
        // Without a key a route that is there says so, one that is not does not.
        let nobody = world.client.clone().anonymous();
        for path in [row.path.clone(), row.path.replacen("/user-api", "", 1)] {
            let reply = nobody.send(&row.method, &path.replace("{id}", "x"), "").await;
            assert_eq!(reply.status, 401, "{} {path}", row.method);
        }
    }
}
