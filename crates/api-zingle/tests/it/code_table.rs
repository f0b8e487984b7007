//! Every error code that the vendor documents is raised in a test, or stands here with the reason why it cannot be.

use std::collections::BTreeSet;
use std::fs;

/// All codes of the vendor's table.
const CODES: [std::ops::RangeInclusive<u32>; 17] = [
    2600..=2609,
    2611..=2615,
    2700..=2700,
    2800..=2800,
    3000..=3022,
    3100..=3108,
    3200..=3207,
    3400..=3408,
    3500..=3500,
    3502..=3502,
    3700..=3706,
    4000..=4008,
    4100..=4103,
    5000..=5000,
    6000..=6002,
    7000..=7005,
    8000..=8006,
];

const NOT_RAISED: [(u32, &str); 24] = [
    (2600, "a fault of the server: no request can raise it"),
    (2613, "a key is an account, never a contact"),
    (2614, "a key is an account, never a contact"),
    (2615, "a key is an account, never a contact"),
    (3001, "3705 says the same"),
    (3002, "3701 says the same"),
    (3005, "there are no automations"),
    (3006, "there are no automations"),
    (3007, "there are no automations"),
    (3013, "there are no automations"),
    (3014, "what a key may do is told by 2602"),
    (3015, "what a key may do is told by 2602"),
    (3016, "what a key may do is told by 2602"),
    (3017, "what a key may do is told by 2602"),
    (3018, "what a key may do is told by 2602"),
    (3108, "channels are blocked by nobody here"),
    (3206, "what a key may do is told by 2602"),
    (3207, "there are no automations"),
    (3401, "no label is global"),
    (3407, "what a key may do is told by 2602"),
    (3408, "there are no automations"),
    (3502, "what a key may do is told by 2602"),
    (4008, "what a key may do is told by 2602"),
    (7005, "what a key may do is told by 2602"),
];

#[test]
fn every_code_is_raised_or_there_is_a_reason() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| !path.ends_with("code_table.rs"));
    // Two stand only in the examples that are compared with.
    let examples = ["channel_types.create.response", "channel_types.delete.response"];
    let examples = examples.map(|name| crate::example(name).to_string());
    let sources: String = files.map(|path| fs::read_to_string(path).unwrap()).chain(examples).collect();
    let told: BTreeSet<&str> = sources.split(|c: char| !c.is_ascii_digit()).collect();
    for code in CODES.into_iter().flatten() {
        let is_apart = NOT_RAISED.iter().any(|(apart, _)| *apart == code);
        assert_eq!(told.contains(code.to_string().as_str()), !is_apart, "{code}");
    }
}
