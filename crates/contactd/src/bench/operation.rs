//! What can be measured: single operations, and a mix of them.

use clap::ValueEnum;
use serde::{Serialize, Serializer};

use super::records::mix;

/// What clients do all the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Operation {
    /// Change title, status, one tag and two custom fields of a random contact
    Update,
    /// The same with If-Match and an Idempotency-Key of its own
    Careful,
    /// Get a random contact
    Get,
    /// List 50 contacts from a random place on
    List,
    /// Find a random contact by its Callbell uuid
    Lookup,
    /// List 50 of the contacts that have a tag and are starred
    Filter,
    /// Make a contact
    Create,
    /// All of these: 60 % get, 20 % update, 10 % list, 5 % lookup, 5 % create
    Mixed,
}

/// What a mixed load is made of: for each operation, how many of a hundred.
pub(super) const MIX: [(Operation, u64); 5] = [
    (Operation::Get, 60),
    (Operation::Update, 20),
    (Operation::List, 10),
    (Operation::Lookup, 5),
    (Operation::Create, 5),
];

impl Operation {
    /// As it stands on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Careful => "careful",
            Self::Get => "get",
            Self::List => "list",
            Self::Lookup => "lookup",
            Self::Filter => "filter",
            Self::Create => "create",
            Self::Mixed => "mixed",
        }
    }

    /// What one is called.
    pub(super) fn one(self) -> &'static str {
        match self {
            Self::Careful => "careful update",
            Self::Create => "creation",
            Self::Mixed => "operation",
            _ => self.name(),
        }
    }

    /// What many are called.
    pub(super) fn many(self) -> &'static str {
        match self {
            Self::Update => "updates",
            Self::Careful => "careful updates",
            Self::Get => "gets",
            Self::List => "lists",
            Self::Lookup => "lookups",
            Self::Filter => "filters",
            Self::Create => "creations",
            Self::Mixed => "operations",
        }
    }

    /// What it does, as the command line says it.
    pub(super) fn explanation(self) -> String {
        let help = self.to_possible_value().and_then(|value| Some(value.get_help()?.to_string()));
        help.map(|help| help + ".").unwrap_or_default()
    }

    /// Whether it makes contacts.
    pub(super) fn adds(self) -> bool {
        matches!(self, Self::Create | Self::Mixed)
    }

    /// Whether it waits for commits, so that batches matter.
    pub(super) fn writes(self) -> bool {
        matches!(self, Self::Update | Self::Careful | Self::Create | Self::Mixed)
    }

    /// The single operation that the `n`th one is.
    pub(super) fn single(self, n: u64) -> Self {
        if self != Self::Mixed {
            return self;
        }
        let mut point = mix(!n) % 100;
        for (operation, share) in MIX {
            match point.checked_sub(share) {
                Some(rest) => point = rest,
                None => return operation,
            }
        }
        Self::Get
    }
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_says_what_operations_are_called_and_the_mix_is_made_of() {
        for operation in Operation::value_variants() {
            assert_eq!(operation.to_possible_value().unwrap().get_name(), operation.name());
        }
        let parts = MIX.map(|(operation, share)| format!("{share} % {}", operation.name())).join(", ");
        let help = Operation::Mixed.to_possible_value().unwrap().get_help().unwrap().to_string();
        assert!(help.ends_with(&parts), "{help}");
    }

    #[test]
    fn a_mixed_load_has_the_promised_shares() {
        assert_eq!(MIX.map(|(_, share)| share).iter().sum::<u64>(), 100);
        let count = |operation| (0..100_000).filter(|n| Operation::Mixed.single(*n) == operation).count();
        for (operation, share) in MIX {
            let expected = share as usize * 1000;
            assert!(count(operation).abs_diff(expected) < 500, "{operation:?}: {}", count(operation));
        }
    }

    #[test]
    fn a_single_operation_is_itself() {
        assert!((0..100).all(|n| Operation::Update.single(n) == Operation::Update));
    }
}
