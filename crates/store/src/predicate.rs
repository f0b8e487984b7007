//! What documents of contacts are asked.

use std::sync::Arc;

use model::{Contact, Reads};

use crate::HasText;

/// Something that holds for a contact or does not.
#[derive(Clone)]
pub struct Predicate {
    pub(crate) holds: Arc<dyn Fn(&Contact) -> bool + Send + Sync>,
    pub(crate) reads: Reads,
    pub(crate) name: Arc<str>,
    pub(crate) within: Option<HasText>,
    /// Whether an index would tell of it, if what it compares were filterable.
    pub(crate) lacks_index: bool,
}

impl Predicate {
    /// What this function says.
    pub fn new(holds: impl Fn(&Contact) -> bool + Send + Sync + 'static) -> Self {
        Self {
            holds: Arc::new(holds),
            reads: Reads::Everything,
            name: Arc::default(),
            within: None,
            lacks_index: false,
        }
    }

    /// The same where the function reads these members alone: it may get contacts without the others.
    #[must_use]
    pub fn reading(self, reads: Reads) -> Self {
        Self { reads, ..self }
    }

    /// The same, under the name that a list that takes too long says it by.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The same for something that holds for none but those who have this text: only their documents are asked.
    #[must_use]
    pub fn within(self, text: HasText) -> Self {
        Self { within: Some(text), ..self }
    }

    /// The same of what would be told by an index if it were filterable: a field or a member.
    #[must_use]
    pub fn lacking_index(self) -> Self {
        Self { lacks_index: true, ..self }
    }
}

/// What a list took too long with: the names of terms, or the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slow {
    /// What documents were asked.
    Documents {
        /// Every such term.
        terms: Vec<String>,
        /// Those of them that an index would tell of, if what they compare were filterable.
        lacking_index: Vec<String>,
    },
    /// Texts, which very many records may have.
    Texts(Vec<String>),
    /// Values, of which an index may tell very many.
    Values(Vec<String>),
    /// The order alone.
    Order,
}

impl std::fmt::Debug for Predicate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Predicate")
    }
}
