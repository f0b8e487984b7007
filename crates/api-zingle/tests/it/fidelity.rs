//! The fidelity table says what is served, and what it says is tested.

use api_kit::contract::Support;
use api_zingle::{CONTRACT, ROUTES};
use testkit::assert_fidelity;

use crate::{CINDY_ID, SERVICE_ID, Site};

#[test]
fn the_table_is_true() {
    assert_fidelity(&CONTRACT, &ROUTES, concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it"));
}

#[tokio::test]
async fn a_route_answers_if_and_only_if_it_is_entered_as_supported() {
    let site = Site::new().await;
    for row in &CONTRACT.table.routes {
        let (method, route) = (&row.method, &row.path);
        let path = route
            .replace("{service_id}", SERVICE_ID)
            .replace("{account_id}", SERVICE_ID)
            .replace("{contact_id}", CINDY_ID)
            .replace("{user_id}", "5912ac4d-280a-4d4e-a632-961b40718293")
            .replace(['{', '}'], "");
        let answer = site.client.send(method, &path, "{}").await;
        // What is not there has a code of its own; a route that is not there has none.
        let has_code = answer.json()["status"].get("error_code").is_some();
        let is_served = has_code || !matches!(answer.status.as_u16(), 404 | 405);
        assert_eq!(is_served, row.support != Support::Unsupported, "{method} {route}: {}", answer.text);
        if let ("DELETE", Ok(change)) = (method.as_str(), answer.header("contactd-change").parse()) {
            let undone = site.test.app.authenticate("demo", model::Dialect::Native, None).await.unwrap();
            site.test.app.undo(&undone, change, model::OnConflict::Refuse).await.unwrap();
        }
    }
}
