//! Every example of the vendor's, and every body of its clients, is replayed by a test, or stands here with the reason why
//! it cannot be.

use std::collections::BTreeSet;
use std::fs;

/// Examples that cannot be replayed.
const NOT_REPLAYED: [(&str, &str); 5] = [
    ("contacts.trigger_automation.response", "there are no automations: triggering one is always 3500"),
    ("recommended.v2.token.response", "tokens are not given out: a key is sent as the password or as Bearer"),
    ("service_settings.create.request", "services have no settings here"),
    ("service_settings.create.response", "services have no settings here"),
    ("webhook.optin.request", "the server sends it, and nothing here changes an opt-in of its own accord"),
];

/// The source of all tests but this one.
fn sources() -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| !path.ends_with("example_table.rs"));
    files.map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn every_example_is_replayed_or_there_is_a_reason() {
    let sources = sources();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: BTreeSet<_> = names.map(|name| name.trim_end_matches(".json").to_owned()).collect();
    let apart: BTreeSet<_> = NOT_REPLAYED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert!(apart.is_subset(&names), "{:?}", apart.difference(&names));
    for name in &names {
        let base = name.trim_end_matches(".request").trim_end_matches(".response");
        // Tests write a name whole, or as a row of a table of requests.
        let is_replayed = [name, base, base.trim_start_matches("client.")]
            .iter()
            .any(|name| sources.contains(&format!("\"{name}\"")));
        assert_eq!(is_replayed, !apart.contains(name), "{name}");
    }
}
