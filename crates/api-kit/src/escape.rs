//! Texts as JSON strings. Eight bytes at a time are looked at, since few need an escape.

/// A byte in each of a word's bytes.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Appends a text with its quotes.
pub(crate) fn quoted(text: &str, out: &mut Vec<u8>) {
    // Single bytes are pushed: copying so few costs more.
    out.push(b'"');
    inside(text.as_bytes(), out);
    out.push(b'"');
}

/// Appends what stands between the quotes.
fn inside(text: &[u8], out: &mut Vec<u8>) {
    if is_plain(text) {
        out.extend_from_slice(text);
    } else {
        escaping(text, out);
    }
}

/// Whether nothing in it needs an escape.
fn is_plain(text: &[u8]) -> bool {
    let Some(last) = text.last_chunk::<8>() else {
        return match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
            // Both halves of a word that is too short overlap.
            (Some([a, b, c, d]), Some([e, f, g, h])) => {
                special(u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h])) == 0
            }
            _ => !text.iter().any(is_special),
        };
    };
    let found =
        text.as_chunks::<8>().0.iter().fold(0, |found, word| found | special(u64::from_le_bytes(*word)));
    found | special(u64::from_le_bytes(*last)) == 0
}

fn is_special(byte: &u8) -> bool {
    matches!(byte, 0..0x20 | b'"' | b'\\')
}

#[cold]
fn escaping(mut text: &[u8], out: &mut Vec<u8>) {
    loop {
        let (plain, rest) = text.split_at_checked(plain_bytes(text)).unwrap_or((text, &[]));
        out.extend_from_slice(plain);
        let Some((byte, rest)) = rest.split_first() else { return };
        escaped(*byte, out);
        text = rest;
    }
}

/// Where formatted text goes.
pub(crate) struct Inside<'o>(pub(crate) &'o mut Vec<u8>);

impl std::fmt::Write for Inside<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        inside(text.as_bytes(), self.0);
        Ok(())
    }
}

/// How many bytes stand before the first one that needs an escape.
fn plain_bytes(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    for (n, word) in words.iter().enumerate() {
        let found = special(u64::from_le_bytes(*word));
        if found != 0 {
            return n * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let in_rest = rest.iter().position(is_special);
    words.len() * 8 + in_rest.unwrap_or(rest.len())
}

/// The highest bit of each byte that needs an escape. Bytes after the first such one may be marked for nothing.
fn special(word: u64) -> u64 {
    let is_zero = |word: u64| word.wrapping_sub(each(1)) & !word;
    let is_control = word.wrapping_sub(each(0x20)) & !word;
    (is_control | is_zero(word ^ each(b'"')) | is_zero(word ^ each(b'\\'))) & each(0x80)
}

fn escaped(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            let hex = |digit: u8| if digit < 10 { b'0' + digit } else { b'a' - 10 + digit };
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', hex(byte >> 4), hex(byte & 0xf)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::ProptestConfig;
    use proptest::{prop_assert_eq, proptest};

    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        quoted(text, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_character_is_escaped_as_serde_json_does_wherever_it_stands() {
        for c in (0..0x180).filter_map(char::from_u32).chain(['\u{2028}', '\u{ffff}', '𝕏']) {
            for before in 0..17 {
                for after in ["", "x", "\u{1f}\"", "0123456789abcdef\\"] {
                    let text = format!("{}{c}{after}", "!".repeat(before));
                    assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_written_as_serde_json_does(text in "([\\x00-#]|\\\\|.){0,40}") {
            prop_assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
        }
    }
}
