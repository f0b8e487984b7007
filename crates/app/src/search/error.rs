//! Why a search or an order cannot be carried out.

/// A term that cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct BadTerm {
    /// Which it is, counted from 0 from left to right.
    pub number: usize,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a term.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// There is no such member and no field with such a key.
    #[error("there is no member and no field '{name}'")]
    UnknownMember {
        /// What was asked for.
        name: String,
        /// What may be meant.
        suggestion: Option<String>,
    },
    /// The catalog has no such record.
    #[error("there is no {kind} '{name}'")]
    UnknownItem {
        /// What it would be.
        kind: &'static str,
        /// What was asked for.
        name: String,
        /// What may be meant.
        suggestion: Option<String>,
    },
    /// The value is not of the member's type.
    #[error("'{member}' is compared with {expected}")]
    BadValue {
        /// The member.
        member: String,
        /// What it is compared with.
        expected: &'static str,
    },
    /// The member cannot be compared so.
    #[error("'{member}' cannot be compared by '{test}', only by {allowed}")]
    BadTest {
        /// The member.
        member: String,
        /// The operator.
        test: &'static str,
        /// Those that it has.
        allowed: &'static str,
    },
    /// The text to look for has no letter and no digit.
    #[error("'{0}' has no letter and no digit to look for")]
    Nothing(String),
}

impl Reason {
    /// What may be meant.
    pub fn suggestion(&self) -> Option<&str> {
        match self {
            Self::UnknownMember { suggestion, .. } | Self::UnknownItem { suggestion, .. } => {
                suggestion.as_deref()
            }
            Self::BadValue { .. } | Self::BadTest { .. } | Self::Nothing(_) => None,
        }
    }
}

/// Why there is no such order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadOrder {
    /// There is no such key.
    #[error("cannot order by '{name}'")]
    UnknownKey {
        /// What was asked for.
        name: String,
        /// What may be meant.
        suggestion: Option<String>,
    },
    /// There are too many keys.
    #[error("takes {0} keys at most")]
    TooMany(usize),
}

/// How alike two names must be for one to be meant by the other: 1 when they are the same.
const ALIKE: f64 = 0.7;

/// The name that is the most like this one, if any is.
pub(super) fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let name = name.to_lowercase();
    let likeness = |other: &str| strsim::jaro_winkler(&name, &other.to_lowercase());
    let alike =
        names.into_iter().map(|other| (likeness(other), other)).filter(|(likeness, _)| *likeness >= ALIKE);
    alike.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, other)| other.to_owned())
}
