//! Texts as they are searched: without case and accents, cut into words.

use unicode_normalization::UnicodeNormalization;

use crate::{Contact, Note};

/// Bytes of a record's searched text at most; what is beyond is not found.
const TEXT_BYTES: usize = 16 << 10;

/// What stands before each word: so wide that the first letter of a word, with it, is as long as what indexes of three
/// letters can find.
const GAP: &str = "  ";

/// What stands between two texts, so that nothing is found across them.
const BREAK: char = '\n';

/// Characters that an index can find at least.
const NEEDLE_CHARS: usize = 3;

/// Text to look for, in the form of texts that are searched.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Needle(String);

impl Needle {
    /// What a client looks for; `None` when it has no letter and no digit. What has fewer than three characters is
    /// looked for at the start of words, anything else everywhere.
    pub fn new(text: &str) -> Option<Self> {
        let folded = fold(text);
        let missing = NEEDLE_CHARS.saturating_sub(folded.chars().count());
        (!folded.is_empty()).then(|| Self(format!("{}{folded}", GAP.get(..missing).unwrap_or(GAP))))
    }

    /// As it stands in a searched text: letters, digits and spaces, three at least.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The searched text of a record whose only text this is.
    pub fn whole(&self) -> String {
        format!("{GAP}{}", self.0.trim_start())
    }

    /// Whether a text as a person writes it has it.
    pub fn is_in_text(&self, text: &str) -> bool {
        self.is_in(&format!("{GAP}{}", fold(text)))
    }

    /// Whether a searched text has it.
    pub fn is_in(&self, searched: &str) -> bool {
        searched.contains(&self.0)
    }
}

/// A text without case and accents, and nothing but letters and digits in its words, which have two spaces between
/// them.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + 8);
    let mut is_gap = false;
    if text.is_ascii() {
        for c in text.chars() {
            if !c.is_ascii_alphanumeric() {
                is_gap = !folded.is_empty();
                continue;
            }
            if std::mem::take(&mut is_gap) {
                folded.push_str(GAP);
            }
            folded.push(c.to_ascii_lowercase());
        }
        return folded;
    }
    for c in text.nfkd().filter(|c| !is_accent(*c)).flat_map(char::to_uppercase).flat_map(char::to_lowercase)
    {
        if !c.is_alphanumeric() {
            is_gap = !folded.is_empty();
            continue;
        }
        if std::mem::take(&mut is_gap) {
            folded.push_str(GAP);
        }
        push_plain(&mut folded, c);
    }
    folded
}

/// A text without case and accents, in which signs and spaces count: what texts are the same by, and ordered by.
pub fn key(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_ascii_lowercase();
    }
    let plain = text.trim().nfkd().filter(|c| !is_accent(*c));
    let mut key = String::with_capacity(text.len());
    let plain = plain.flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    plain.for_each(|c| push_plain(&mut key, c));
    key
}

/// Whether it is one of the marks that letters take; those of scripts that write vowels as marks are none.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Adds a letter as those look for it who do not write it.
fn push_plain(text: &mut String, c: char) {
    match plain(c) {
        Some(plain) => text.push_str(plain),
        None => text.push(c),
    }
}

/// What stands for letters that are not a letter with an accent to Unicode, but to those who look for them.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'ı' => "i",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ς' => "σ",
        _ => return None,
    })
}

/// Texts as they are searched together; one that is in another already is left out.
fn searched<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut all = String::new();
    for text in texts {
        let folded = format!("{GAP}{}", fold(shortened(text)));
        if folded.len() > GAP.len() && !all.contains(&folded) {
            if !all.is_empty() {
                all.push(BREAK);
            }
            all.push_str(&folded);
        }
        if all.len() > TEXT_BYTES {
            all.truncate(shortened(&all).len());
            break;
        }
    }
    all
}

/// As much of a text as counts.
fn shortened(text: &str) -> &str {
    text.get(..text.floor_char_boundary(TEXT_BYTES)).unwrap_or(text)
}

/// What of a contact is searched: its names, channels and remarks.
pub fn of_contact(contact: &Contact) -> String {
    let names = [&contact.name.full, &contact.name.first, &contact.name.last];
    let names = names.into_iter().filter_map(|text| text.as_deref());
    let channels = contact.channels.iter().flat_map(|channel| [&*channel.value, &*channel.raw]);
    searched(names.chain(channels).chain(contact.remarks.as_deref()))
}

/// Whether what of a contact is searched can differ: cheap to ask.
pub fn may_differ(before: &Contact, after: &Contact) -> bool {
    before.name != after.name || before.remarks != after.remarks || before.channels != after.channels
}

/// What of a company is searched: its name.
pub fn of_company(name: &str) -> String {
    searched([name])
}

/// What of a note is searched: its title, its text and the messages of its thread.
pub fn of_note(note: &Note) -> String {
    let own = note.title.as_deref().into_iter().chain([note.body.as_str()]);
    searched(own.chain(note.messages.iter().map(|message| message.body.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(needle: &str, text: &str) -> bool {
        Needle::new(needle).unwrap().is_in(&searched([text]))
    }

    #[test]
    fn case_accents_and_signs_do_not_count() {
        for (a, b) in [
            ("José", "JOSE"),
            ("Łódź", "lodz"),
            ("Straße", "STRASSE"),
            ("Zoë-Ann", "zoe ann"),
            ("Søren Æbelø", "soren aebelo"),
            ("ﬁne", "FINE"),
            ("ΟΔΥΣΣΕΥΣ", "Οδυσσεύς"),
            ("Ёлка", "елка"),
            ("jane.smith@x.com", "Jane Smith x, com"),
            ("İstanbul", "istanbul"),
        ] {
            assert_eq!(fold(a), fold(b), "{a}");
        }
        assert_eq!((key(" A-1 "), key("ÅØ—é")), ("a-1".to_owned(), "ao—e".to_owned()));
        assert_eq!(fold(" — !"), "");
        assert_eq!(fold("+1 (555) 01"), "1  555  01");
        assert_eq!(fold("+1 (555) Öl!"), "1  555  ol");
        // Vowels that are written as marks count.
        assert_eq!(fold("की"), "की");
        assert_ne!(fold("की"), fold("कु"));
    }

    #[test]
    fn long_needles_are_found_everywhere_and_short_ones_at_the_start_of_words() {
        for (needle, text, is_found) in [
            ("ane", "Jane Smith", true),
            ("smi", "Jane Smith", true),
            ("jane smith", "Jane  SMITH", true),
            ("e smi", "Jane Smith", true),
            ("smith jane", "Jane Smith", false),
            ("j", "Jane Smith", true),
            ("sm", "Jane Smith", true),
            ("an", "Jane Smith", false),
            ("5551", "+15551234567", true),
            ("李", "李 小龙", true),
            ("@x.co", "a@x.com", true),
        ] {
            assert_eq!(finds(needle, text), is_found, "{needle} in {text}");
        }
        assert_eq!(Needle::new("?!"), None);
        assert_eq!(Needle::new("j").unwrap().as_str(), "  j");
    }

    #[test]
    fn nothing_is_found_across_texts_and_texts_have_a_bound() {
        let texts = searched(["Jane", "Smith", "Jane", ""]);
        assert_eq!(texts, "  jane\n  smith");
        assert!(!Needle::new("jane smith").unwrap().is_in(&texts));
        let long = "日".repeat(TEXT_BYTES);
        let texts = searched([long.as_str(), "never"]);
        assert!(texts.len() <= TEXT_BYTES && texts.len() > TEXT_BYTES - 4);
    }
}
