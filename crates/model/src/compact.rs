//! JSON without white space, as the program writes it: stored documents and answers. It is read and written with a fraction
//! of the instructions that `serde_json` takes for it. What is rare (escapes, fractions, JSON of any form) is left to
//! `serde_json`, so that both read and write the same.

mod read;
mod write;

pub use read::read;
pub use write::write;

/// Where the first byte of a text stands that cannot stand in a JSON string as it is: a quote, a backslash or a control
/// character.
#[inline]
fn first_special(bytes: &[u8]) -> Option<usize> {
    let special = |word: u64| {
        let is_control = word.wrapping_sub(ONES * 0x20) & !word;
        is_control | is_zero(word ^ (ONES * 0x22)) | is_zero(word ^ (ONES * 0x5c))
    };
    first(bytes, special, |byte| matches!(byte, 0..0x20 | b'"' | b'\\'))
}

/// Where the first quote stands.
#[inline]
fn first_quote(bytes: &[u8]) -> Option<usize> {
    first(bytes, |word| is_zero(word ^ (ONES * 0x22)), |byte| *byte == b'"')
}

/// A word with a one in each of its eight bytes.
const ONES: u64 = u64::MAX / 255;

/// Sets the highest bit of the first byte of a word that is zero, and of none before it.
#[inline]
fn is_zero(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word
}

/// Where the first byte stands that is sought: by eight bytes at a time, of which the highest bit tells those that are (above
/// the first of them, it may be wrong), then one by one.
#[inline]
fn first(bytes: &[u8], in_word: impl Fn(u64) -> u64, is_it: impl Fn(&u8) -> bool) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let found = in_word(u64::from_le_bytes(*word)) & ONES << 7;
        if found != 0 {
            return Some(place * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    Some(words.len() * 8 + rest.iter().position(is_it)?)
}

/// What `serde_json` calls the only member of JSON that is to be taken as it is written.
const RAW: &str = "$serde_json::private::RawValue";
/// The same of a number with every digit.
const NUMBER: &str = "$serde_json::private::Number";

#[cfg(test)]
mod tests {
    use proptest::{prelude::ProptestConfig, prop_assert_eq, proptest};

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_special_is_found(text in "[ -~\"\\\\\n\u{7f}é𝕏]{0,40}", plain in "[a-z é]{0,20}") {
            for text in [format!("{plain}{text}"), text, plain] {
                let expected = text.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\');
                prop_assert_eq!(first_special(text.as_bytes()), expected);
            }
        }
    }
}
