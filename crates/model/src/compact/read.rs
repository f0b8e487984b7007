//! Reads JSON into records.

use std::fmt;

use serde::Deserialize;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde_json::value::RawValue;

use super::{RAW, first_quote, first_special};

/// Reads a record from JSON in any form, fastest from one without white space.
///
/// # Errors
/// Where it is not what is stored of such a record.
pub fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, serde_json::Error> {
    // What is wrong is told by the one who has words for it, and what is merely unusual is read.
    read_compact(text).map_or_else(|Unusual| serde_json::from_str(text), Ok)
}

/// The same of what needs not be read again.
fn read_compact<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Unusual> {
    // Few documents have escapes, so that in most each quote is the end of a string or the beginning of one.
    let is_plain = text.bytes().fold(true, |is_plain, byte| is_plain & (byte >= 0x20) & (byte != b'\\'));
    let mut reader = Reader { text, at: 0, is_plain };
    let record = T::deserialize(&mut reader)?;
    if reader.at == text.len() { Ok(record) } else { Err(Unusual) }
}

/// Something that this reader does not know.
#[derive(Debug)]
struct Unusual;

impl fmt::Display for Unusual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unusual JSON")
    }
}

impl std::error::Error for Unusual {}

impl serde::de::Error for Unusual {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// A whole number of more digits could be too large.
const DIGITS: usize = 18;

struct Reader<'de> {
    text: &'de str,
    /// How many bytes were read.
    at: usize,
    /// No escape and no control character is anywhere.
    is_plain: bool,
}

impl<'de> Reader<'de> {
    #[inline]
    fn rest(&self) -> &'de [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn take(&mut self, byte: u8) -> Result<(), Unusual> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(Unusual)
    }

    #[inline]
    fn take_if(&mut self, word: &[u8]) -> bool {
        let is_next = self.rest().starts_with(word);
        if is_next {
            self.at += word.len();
        }
        is_next
    }

    /// How long the string is that is next, between its quotes; `None` when it has escapes, or none is next.
    #[inline]
    fn plain_len(&self) -> Option<usize> {
        let inside = self.rest().strip_prefix(b"\"")?;
        if self.is_plain {
            return first_quote(inside);
        }
        first_special(inside).filter(|end| inside.get(*end) == Some(&b'"'))
    }

    /// The string that is next, which must have no escapes.
    #[inline]
    fn plain(&mut self) -> Result<&'de str, Unusual> {
        let start = self.at + 1;
        let end = start + self.plain_len().ok_or(Unusual)?;
        self.at = end + 1;
        self.text.get(start..end).ok_or(Unusual)
    }

    /// A whole number; whether it is negative, and its digits' value.
    #[inline]
    fn whole(&mut self) -> Result<(bool, u64), Unusual> {
        let is_negative = self.take_if(b"-");
        let start = self.at;
        let mut number = 0;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            number = number * 10 + u64::from(digit - b'0');
            self.at += 1;
            if self.at - start > DIGITS {
                return Err(Unusual);
            }
        }
        let digits = self.at - start;
        let begins_with_zero = self.text.as_bytes().get(start) == Some(&b'0');
        let is_whole = !matches!(self.peek(), Some(b'.' | b'e' | b'E'));
        let is_usual = digits > 0 && is_whole && !(begins_with_zero && (digits > 1 || is_negative));
        if is_usual { Ok((is_negative, number)) } else { Err(Unusual) }
    }

    /// The value that is next, as it is written.
    #[inline]
    fn raw(&mut self) -> Result<&'de str, Unusual> {
        let Some(len) = self.plain_len() else { return self.raw_of_any_form() };
        let start = self.at;
        self.at += len + 2;
        self.text.get(start..self.at).ok_or(Unusual)
    }

    #[inline(never)]
    fn raw_of_any_form(&mut self) -> Result<&'de str, Unusual> {
        let rest = self.text.get(self.at..).ok_or(Unusual)?;
        let mut others = serde_json::Deserializer::from_str(rest);
        let value = <&RawValue>::deserialize(&mut others).map_err(|_| Unusual)?.get();
        // White space before it, if there is any, is not part of it.
        if !rest.starts_with(value) {
            return Err(Unusual);
        }
        self.at += value.len();
        Ok(value)
    }

    /// The value that is next, read by `serde_json`.
    fn by_other<T>(
        &mut self,
        read: impl FnOnce(&mut serde_json::Deserializer<serde_json::de::StrRead<'de>>) -> serde_json::Result<T>,
    ) -> Result<T, Unusual> {
        let value = self.raw()?;
        read(&mut serde_json::Deserializer::from_str(value)).map_err(|_| Unusual)
    }
}

macro_rules! whole_numbers {
    ($($name:ident $visit:ident $kind:ty),* $(,)?) => {$(
        #[inline]
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
            let (is_negative, number) = self.whole()?;
            let number = i64::try_from(number).map_err(|_| Unusual)?;
            let number = if is_negative { -number } else { number };
            visitor.$visit(<$kind>::try_from(number).map_err(|_| Unusual)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Unusual;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        self.by_other(|other| other.deserialize_any(visitor))
    }

    #[inline]
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        if self.take_if(b"true") {
            visitor.visit_bool(true)
        } else if self.take_if(b"false") {
            visitor.visit_bool(false)
        } else {
            Err(Unusual)
        }
    }

    whole_numbers! {
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        self.by_other(|other| other.deserialize_f64(visitor))
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        match self.plain() {
            Ok(text) => visitor.visit_borrowed_str(text),
            Err(Unusual) => self.by_other(|other| other.deserialize_str(visitor)),
        }
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        if self.take_if(b"null") { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unusual> {
        if name == RAW {
            return visitor.visit_map(Raw(Some(self.raw()?)));
        }
        visitor.visit_newtype_struct(self)
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        self.take(b'[')?;
        let mut items = Items { reader: self, is_first: true };
        let value = visitor.visit_seq(&mut items)?;
        items.reader.take(b']')?;
        Ok(value)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        self.take(b'{')?;
        let mut members = Items { reader: self, is_first: true };
        let value = visitor.visit_map(&mut members)?;
        members.reader.take(b'}')?;
        Ok(value)
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unusual> {
        self.take(b'{')?;
        let mut members = Members { items: Items { reader: self, is_first: true }, names: names.iter() };
        let value = visitor.visit_map(&mut members)?;
        members.items.reader.take(b'}')?;
        Ok(value)
    }

    #[inline]
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unusual> {
        if self.peek() == Some(b'"') {
            return visitor.visit_enum(BorrowedStrDeserializer::new(self.plain()?));
        }
        self.take(b'{')?;
        let value = visitor.visit_enum(&mut *self)?;
        self.take(b'}')?;
        Ok(value)
    }

    #[inline]
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        self.raw()?;
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i128 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct
    }
}

/// A variant that has a value: the only member of an object.
impl<'de> EnumAccess<'de> for &mut Reader<'de> {
    type Error = Unusual;
    type Variant = Self;

    #[inline]
    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Unusual> {
        let name = seed.deserialize(BorrowedStrDeserializer::new(self.plain()?))?;
        self.take(b':')?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for &mut Reader<'de> {
    type Error = Unusual;

    fn unit_variant(self) -> Result<(), Unusual> {
        Err(Unusual)
    }

    #[inline]
    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Unusual> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unusual> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unusual> {
        self.deserialize_map(visitor)
    }
}

/// The items of an array, or the members of an object.
struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    is_first: bool,
}

impl<'de> Items<'_, 'de> {
    /// The name of the member that is next.
    #[inline]
    fn name(&mut self) -> Result<&'de str, Unusual> {
        let name = self.reader.plain()?;
        self.reader.take(b':')?;
        Ok(name)
    }

    /// Goes to the next one, if there is one before this.
    #[inline]
    fn go_on(&mut self, end: u8) -> Result<bool, Unusual> {
        match self.reader.peek() {
            Some(byte) if byte == end => return Ok(false),
            _ if std::mem::take(&mut self.is_first) => {}
            _ => self.reader.take(b',')?,
        }
        Ok(true)
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = Unusual;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unusual> {
        if !self.go_on(b']')? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

impl<'de> MapAccess<'de> for &mut Items<'_, 'de> {
    type Error = Unusual;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unusual> {
        if !self.go_on(b'}')? {
            return Ok(None);
        }
        seed.deserialize(BorrowedStrDeserializer::new(self.name()?)).map(Some)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Unusual> {
        seed.deserialize(&mut *self.reader)
    }
}

/// The members of an object whose names are known, and mostly come in this order.
struct Members<'a, 'de> {
    items: Items<'a, 'de>,
    /// Those that are still to come, if the order is kept.
    names: std::slice::Iter<'static, &'static str>,
}

impl<'de> Members<'_, 'de> {
    /// The name that is next, if it is one of those that are still to come.
    #[inline]
    fn expected(&mut self) -> Option<&'static str> {
        let rest = self.items.reader.rest().strip_prefix(b"\"")?;
        let first = rest.first()?;
        let mut names = self.names.clone();
        loop {
            let name = *names.next()?;
            if name.as_bytes().first() == Some(first)
                && let Some(rest) = rest.strip_prefix(name.as_bytes())
                && rest.starts_with(b"\":")
            {
                self.names = names;
                self.items.reader.at += name.len() + 3;
                return Some(name);
            }
        }
    }
}

impl<'de> MapAccess<'de> for &mut Members<'_, 'de> {
    type Error = Unusual;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unusual> {
        if !self.items.go_on(b'}')? {
            return Ok(None);
        }
        let name = match self.expected() {
            Some(name) => name,
            None => self.items.name()?,
        };
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Unusual> {
        seed.deserialize(&mut *self.items.reader)
    }
}

/// JSON as it is written, in the form in which `serde_json` hands it over.
struct Raw<'de>(Option<&'de str>);

impl<'de> MapAccess<'de> for Raw<'de> {
    type Error = Unusual;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unusual> {
        if self.0.is_none() {
            return Ok(None);
        }
        seed.deserialize(BorrowedStrDeserializer::new(RAW)).map(Some)
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Unusual> {
        seed.deserialize(BorrowedStrDeserializer::new(self.0.take().ok_or(Unusual)?))
    }
}

#[cfg(test)]
mod tests;
