//! PostgreSQL's bit strings.

use std::borrow::Cow;
use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// Whole bytes of bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bits<'b>(Cow<'b, [u8]>);

impl Bits<'_> {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<'b> From<&'b [u8]> for Bits<'b> {
    fn from(bytes: &'b [u8]) -> Self {
        Self(Cow::Borrowed(bytes))
    }
}

impl<const N: usize> From<[u8; N]> for Bits<'_> {
    fn from(bytes: [u8; N]) -> Self {
        Self(Cow::Owned(bytes.to_vec()))
    }
}

/// How many bits, then the bits.
impl<'b> FromSql<'b> for Bits<'b> {
    fn from_sql(_: &Type, raw: &'b [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let (length, bytes) = raw.split_first_chunk::<4>().ok_or("a bit string without its length")?;
        if i32::try_from(bytes.len() * 8) != Ok(i32::from_be_bytes(*length)) {
            return Err("a bit string of no whole bytes".into());
        }
        Ok(Self(Cow::Borrowed(bytes)))
    }

    fn accepts(found: &Type) -> bool {
        *found == Type::BIT || *found == Type::VARBIT
    }
}

impl ToSql for Bits<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(&i32::try_from(self.0.len() * 8)?.to_be_bytes());
        out.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(wanted: &Type) -> bool {
        *wanted == Type::BIT || *wanted == Type::VARBIT
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_read_back() {
        let mut out = BytesMut::new();
        let bits = Bits::from([1, 2, 255]);
        bits.to_sql(&Type::BIT, &mut out).unwrap();
        assert_eq!(out.as_ref(), [0, 0, 0, 24, 1, 2, 255]);
        assert_eq!(Bits::from_sql(&Type::BIT, &out).unwrap(), bits);
        for damaged in [&out[..3], &out[..6], &[0, 0, 0, 7, 1]] {
            assert!(Bits::from_sql(&Type::BIT, damaged).is_err());
        }
    }
}
