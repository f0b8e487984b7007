//! Upper bounds on what a contact can hold. A write that goes over one is refused, naming the member.

/// Characters in a short text: names, titles, cities, slugs, labels, channel values.
pub const SHORT_TEXT_CHARS: usize = 1_000;
/// Characters in a long text: description, remarks, text values, URLs.
pub const LONG_TEXT_CHARS: usize = 65_536;
/// Channels of one contact.
pub const CHANNELS: usize = 200;
/// Tags, lists, notes or companies of one contact, each.
pub const SET_ITEMS: usize = 1_000;
/// Custom values of one contact.
pub const VALUES: usize = 1_000;
/// Bytes of JSON in one extra member.
pub const EXTRA_BYTES: usize = 65_536;
/// Extra members of one contact, over all dialects.
pub const EXTRAS: usize = 200;
/// Aliases of one contact, over all dialects.
pub const ALIASES: usize = 100;
/// Ids of contacts that were merged into one contact.
pub const FORMER_IDS: usize = 1_000;
/// Items of one kind in the catalog of one workspace, unless its settings say less.
pub const CATALOG_ITEMS: u64 = 10_000;
/// Conditions of one dynamic list.
pub const CONDITIONS: usize = 100;
/// Bytes of one alias.
pub const ALIAS_BYTES: usize = 255;
/// Bytes of a number's text.
pub const NUMBER_BYTES: usize = 64;
/// Bytes of all values, all extras or all aliases of one record beside contacts, each.
pub const DOCUMENT_BYTES: usize = 1 << 20;
