//! Every write on all terms: tried, carried out once, and sent again.

use std::sync::atomic::{AtomicU64, Ordering};

use api_kit::may_write;

use crate::{Client, Reply};

/// So that no two requests have the same key.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Tries a write, sends it, and sends it again; the answer to the second. That the others change nothing is for the test
/// to find, whose answers and numbers would not be what it expects.
pub(crate) async fn on_all_terms(client: &Client, method: &str, path: &str, body: Vec<u8>) -> Reply {
    let key = format!("\"key-{}\"", NEXT.fetch_add(1, Ordering::Relaxed));
    let key = ("idempotency-key", key.as_str());
    // On trial the key says nothing, and is free afterwards.
    let tried = client.send_with(method, path, body.clone(), &[("prefer", "dry-run"), key]).await;
    let done = client.send_with(method, path, body.clone(), &[key]).await;
    let what = format!("{method} {path}: {} then {}", tried.text, done.text);
    assert_eq!(tried.status, done.status, "{what}");
    let route = path.split('?').next().unwrap_or_default();
    if !may_write(method, route) || done.status.is_server_error() {
        return done;
    }
    assert!(tried.header("contactd-change").is_empty(), "{what}");
    // Those that the router refuses before anybody asks for the key.
    let is_known = done.status.is_success();
    if is_known {
        assert_eq!(tried.header("contactd-dry-run"), "true", "{what}");
        assert_eq!(tried.header("preference-applied"), "dry-run", "{what}");
        let has_differences = tried.header("contactd-differences") != "[]"
            || !tried.header("contactd-differences-left-out").is_empty();
        assert_eq!(has_differences, !done.header("contactd-change").is_empty(), "{what}");
    } else {
        assert_eq!(tried.text, done.text, "{what}");
    }
    let again = client.send_with(method, path, body.clone(), &[key]).await;
    if done.header("cache-control") == "no-store" {
        // No secret is given twice.
        assert_eq!(again.status, 409, "{what}: {}", again.text);
    } else if again.header("contactd-replayed").is_empty() {
        // It wrote nothing, so that it was carried out anew.
        assert!(done.header("contactd-change").is_empty(), "{what}");
    } else {
        assert_eq!((again.status, &again.text), (done.status, &done.text), "{what}");
        assert_eq!(again.headers.len(), done.headers.len() + 1, "{:?} {:?}", again.headers, done.headers);
        // What is left of a rate, each answer tells for itself.
        let are_its_own = ["content-length", "ratelimit"];
        for (name, value) in done.headers.iter().filter(|(name, _)| !are_its_own.contains(&name.as_str())) {
            assert_eq!(again.headers.get(name), Some(value), "{what}: {name}");
        }
        let mut other = body;
        other.push(b' ');
        let refused = client.send_with(method, path, other, &[key]).await;
        assert_eq!(refused.status, 422, "{what}: {}", refused.text);
    }
    done
}
