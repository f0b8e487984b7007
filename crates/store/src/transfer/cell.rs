//! The values of a record, and how they are read from a row, whichever database it is in.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A value in a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Cell<'r> {
    Number(i64),
    Maybe(Option<i64>),
    Id(Uuid),
    Text(Cow<'r, str>),
    Bytes(Cow<'r, [u8]>),
    Bits(Cow<'r, [u8]>),
}

/// A place in the order of a table's keys.
pub(crate) type Position = Vec<Cell<'static>>;

/// A row as its database gives it, by the places of its columns.
pub(crate) trait Columns {
    type Fault;

    fn number(&self, column: usize) -> Result<i64, Self::Fault>;
    fn maybe(&self, column: usize) -> Result<Option<i64>, Self::Fault>;
    fn id(&self, column: usize) -> Result<Uuid, Self::Fault>;
    fn text(&self, column: usize) -> Result<String, Self::Fault>;
    fn bytes(&self, column: usize) -> Result<Vec<u8>, Self::Fault>;
    fn bits(&self, column: usize) -> Result<Vec<u8>, Self::Fault>;
}

impl Cell<'_> {
    pub(crate) fn as_number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Maybe(number) => *number,
            Self::Id(_) | Self::Text(_) | Self::Bytes(_) | Self::Bits(_) => None,
        }
    }

    pub(crate) fn as_id(&self) -> Option<Uuid> {
        if let Self::Id(id) = self { Some(*id) } else { None }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn as_bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    pub(crate) fn as_bits(&self) -> Option<&[u8]> {
        if let Self::Bits(bits) = self { Some(bits) } else { None }
    }

    pub(super) fn into_owned(self) -> Cell<'static> {
        match self {
            Self::Number(number) => Cell::Number(number),
            Self::Maybe(number) => Cell::Maybe(number),
            Self::Id(id) => Cell::Id(id),
            Self::Text(text) => Cell::Text(Cow::Owned(text.into_owned())),
            Self::Bytes(bytes) => Cell::Bytes(Cow::Owned(bytes.into_owned())),
            Self::Bits(bits) => Cell::Bits(Cow::Owned(bits.into_owned())),
        }
    }
}

pub(super) fn text(text: &str) -> Cell<'_> {
    Cell::Text(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use super::super::record::Record;
    use super::super::table::Table;
    use super::*;

    #[test]
    fn a_position_is_kept_as_text() {
        let record = Record::Alias {
            workspace: 7,
            kind: 0,
            dialect: "zingle".to_owned(),
            alias: "ключ \"1\"".to_owned(),
            id: Uuid::from_u128(5),
        };
        let position = record.position(Table::Aliases);
        let text = serde_json::to_string(&position).unwrap();
        assert_eq!(text, r#"[{"number":7},{"number":0},{"text":"zingle"},{"text":"ключ \"1\""}]"#);
        assert_eq!(serde_json::from_str::<Position>(&text).unwrap(), position);
    }
}
