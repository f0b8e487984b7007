//! Writes records as JSON.

use std::fmt::Display;
use std::io::Write as _;

use serde::Serialize;
use serde::ser::{
    Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::Error;

use super::{NUMBER, RAW, first_special};

/// Writes a record behind what is there already, byte for byte as `serde_json` does.
///
/// # Errors
/// It has keys that are no texts, or one of its parts cannot be written.
pub fn write<T: Serialize + ?Sized>(out: &mut Vec<u8>, record: &T) -> Result<(), Error> {
    record.serialize(&mut Writer { out, is_raw: false })
}

struct Writer<'a> {
    out: &'a mut Vec<u8>,
    /// The text that comes next is JSON.
    is_raw: bool,
}

impl Writer<'_> {
    #[inline]
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// What is rare, or not worth knowing better.
    fn by_other<T: Serialize>(&mut self, value: &T) -> Result<(), Error> {
        serde_json::to_writer(&mut *self.out, value)
    }

    #[inline]
    fn digits(&mut self, mut number: u64) {
        let mut digits = [b'0'; 20];
        let mut start = digits.len();
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (number % 10) as u8;
            number /= 10;
            start -= 1;
            if number == 0 {
                break;
            }
        }
        self.out.extend_from_slice(digits.get(start..).unwrap_or_default());
    }

    /// A member's name.
    #[inline]
    fn name(&mut self, is_first: &mut bool, name: &'static str) {
        debug_assert_eq!(first_special(name.as_bytes()), None, "{name}");
        self.text(if std::mem::take(is_first) { "{\"" } else { ",\"" });
        self.text(name);
        self.text("\":");
    }

    /// A variant's name before its value.
    fn variant(&mut self, name: &'static str) {
        self.name(&mut true, name);
    }
}

/// An array, or an object.
struct Items<'a, 'w> {
    writer: &'a mut Writer<'w>,
    is_first: bool,
    /// What stands before the first one, if it does not stand there yet.
    start: &'static str,
    /// What stands behind the last one.
    end: &'static str,
}

impl<'a, 'w> Items<'a, 'w> {
    #[inline]
    fn new(writer: &'a mut Writer<'w>, start: &'static str, end: &'static str) -> Self {
        Self { writer, is_first: true, start, end }
    }

    #[inline]
    fn item<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Error> {
        self.writer.text(if std::mem::take(&mut self.is_first) { self.start } else { "," });
        item.serialize(&mut *self.writer)
    }

    #[inline]
    fn member<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.writer.name(&mut self.is_first, name);
        value.serialize(&mut *self.writer)
    }

    #[inline]
    fn finish(self) {
        if self.is_first {
            self.writer.text(self.start);
        }
        self.writer.text(self.end);
    }
}

impl<'a, 'w> Serializer for &'a mut Writer<'w> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'a, 'w>;
    type SerializeTuple = Items<'a, 'w>;
    type SerializeTupleStruct = Items<'a, 'w>;
    type SerializeTupleVariant = Items<'a, 'w>;
    type SerializeMap = Items<'a, 'w>;
    type SerializeStruct = Struct<'a, 'w>;
    type SerializeStructVariant = Items<'a, 'w>;

    #[inline]
    fn serialize_bool(self, flag: bool) -> Result<(), Error> {
        self.text(if flag { "true" } else { "false" });
        Ok(())
    }

    fn serialize_i8(self, number: i8) -> Result<(), Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_i16(self, number: i16) -> Result<(), Error> {
        self.serialize_i64(number.into())
    }

    fn serialize_i32(self, number: i32) -> Result<(), Error> {
        self.serialize_i64(number.into())
    }

    #[inline]
    fn serialize_i64(self, number: i64) -> Result<(), Error> {
        if number < 0 {
            self.out.push(b'-');
        }
        self.digits(number.unsigned_abs());
        Ok(())
    }

    fn serialize_i128(self, number: i128) -> Result<(), Error> {
        self.by_other(&number)
    }

    fn serialize_u8(self, number: u8) -> Result<(), Error> {
        self.serialize_u64(number.into())
    }

    fn serialize_u16(self, number: u16) -> Result<(), Error> {
        self.serialize_u64(number.into())
    }

    fn serialize_u32(self, number: u32) -> Result<(), Error> {
        self.serialize_u64(number.into())
    }

    #[inline]
    fn serialize_u64(self, number: u64) -> Result<(), Error> {
        self.digits(number);
        Ok(())
    }

    fn serialize_u128(self, number: u128) -> Result<(), Error> {
        self.by_other(&number)
    }

    fn serialize_f32(self, number: f32) -> Result<(), Error> {
        self.by_other(&number)
    }

    fn serialize_f64(self, number: f64) -> Result<(), Error> {
        self.by_other(&number)
    }

    fn serialize_char(self, character: char) -> Result<(), Error> {
        self.serialize_str(character.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, text: &str) -> Result<(), Error> {
        if self.is_raw {
            self.text(text);
            return Ok(());
        }
        if first_special(text.as_bytes()).is_some() {
            return self.by_other(&text);
        }
        self.out.push(b'"');
        self.text(text);
        self.out.push(b'"');
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Error> {
        self.collect_seq(bytes)
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_unit(self) -> Result<(), Error> {
        self.text("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<(), Error> {
        self.serialize_str(name)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.variant(name);
        value.serialize(&mut *self)?;
        self.out.push(b'}');
        Ok(())
    }

    #[inline]
    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a, 'w>, Error> {
        Ok(Items::new(self, "[", "]"))
    }

    fn serialize_tuple(self, len: usize) -> Result<Items<'a, 'w>, Error> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Items<'a, 'w>, Error> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Items<'a, 'w>, Error> {
        self.variant(name);
        Ok(Items::new(self, "[", "]}"))
    }

    #[inline]
    fn serialize_map(self, _: Option<usize>) -> Result<Items<'a, 'w>, Error> {
        Ok(Items::new(self, "{", "}"))
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Struct<'a, 'w>, Error> {
        let is_raw = name == RAW || name == NUMBER;
        Ok(if is_raw { Struct::Raw(self) } else { Struct::Object(Items::new(self, "{", "}")) })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Items<'a, 'w>, Error> {
        self.variant(name);
        Ok(Items::new(self, "{", "}}"))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        let start = self.out.len();
        self.out.push(b'"');
        write!(self.out, "{value}").map_err(Error::io)?;
        if self.out.get(start + 1..).is_some_and(|text| first_special(text).is_none()) {
            self.out.push(b'"');
            return Ok(());
        }
        self.out.truncate(start);
        self.by_other(&value.to_string())
    }
}

macro_rules! arrays {
    ($($kind:ident by $add:ident),* $(,)?) => {$(
        impl $kind for Items<'_, '_> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn $add<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Error> {
                self.item(item)
            }

            #[inline]
            fn end(self) -> Result<(), Error> {
                self.finish();
                Ok(())
            }
        }
    )*};
}

arrays! {
    SerializeSeq by serialize_element,
    SerializeTuple by serialize_element,
    SerializeTupleStruct by serialize_field,
    SerializeTupleVariant by serialize_field,
}

impl SerializeMap for Items<'_, '_> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.writer.text(if std::mem::take(&mut self.is_first) { "{" } else { "," });
        let start = self.writer.out.len();
        key.serialize(&mut *self.writer)?;
        match self.writer.out.get(start) {
            Some(b'"') => Ok(()),
            // A number, or a flag, is a text here.
            Some(b'-' | b'0'..=b'9' | b't' | b'f') => {
                self.writer.out.insert(start, b'"');
                self.writer.out.push(b'"');
                Ok(())
            }
            _ => Err(Error::custom("key must be a string")),
        }
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.writer.out.push(b':');
        value.serialize(&mut *self.writer)
    }

    #[inline]
    fn end(self) -> Result<(), Error> {
        self.finish();
        Ok(())
    }
}

/// An object, or what `serde_json` hands over in the form of one.
enum Struct<'a, 'w> {
    Object(Items<'a, 'w>),
    Raw(&'a mut Writer<'w>),
}

impl SerializeStruct for Struct<'_, '_> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        match self {
            Self::Object(items) => items.member(name, value),
            Self::Raw(writer) => {
                writer.is_raw = true;
                let written = value.serialize(&mut **writer);
                writer.is_raw = false;
                written
            }
        }
    }

    #[inline]
    fn end(self) -> Result<(), Error> {
        if let Self::Object(items) = self {
            items.finish();
        }
        Ok(())
    }
}

impl SerializeStructVariant for Items<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.member(name, value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
