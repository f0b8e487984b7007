//! Values as JSON text: the same text that `serde_json` writes, with less work for each string, of which answers
//! are full.

use std::fmt::{Display, Write as _};

use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::Error;

use crate::escape;

/// How `serde_json` names a number of any precision: a struct of this name whose only member is its text.
const NUMBER: &str = "$serde_json::private::Number";

/// Appends a value to a text.
pub(crate) fn encode(value: &impl Serialize, text: &mut Vec<u8>) -> Result<(), Error> {
    value.serialize(&mut Encoder { text })
}

struct Encoder<'t> {
    text: &'t mut Vec<u8>,
}

/// An array or an object that was begun.
struct Open<'e, 't> {
    encoder: &'e mut Encoder<'t>,
    kind: Kind,
    is_empty: bool,
}

/// What a compound ends with.
#[derive(Clone, Copy)]
enum Kind {
    Array,
    Object,
    /// The array or object is the value of an object's only member.
    Variant(u8),
    /// A number of any precision, which has no brackets.
    Number,
}

impl<'t> Encoder<'t> {
    fn push(&mut self, byte: u8) {
        self.text.push(byte);
    }

    fn null(&mut self) {
        self.text.extend_from_slice(b"null");
    }

    fn open(&mut self, kind: Kind) -> Open<'_, 't> {
        self.push(if matches!(kind, Kind::Array) { b'[' } else { b'{' });
        Open { encoder: self, kind, is_empty: true }
    }

    /// `{"name":`, and then an array or an object.
    fn open_variant(&mut self, name: &str, [open, close]: [u8; 2]) -> Open<'_, 't> {
        self.push(b'{');
        escape::quoted(name, self.text);
        self.push(b':');
        self.push(open);
        Open { encoder: self, kind: Kind::Variant(close), is_empty: true }
    }

    /// What is no text leaves its writing to `serde_json`.
    fn plain(&mut self, value: impl Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut *self.text, &value)
    }
}

impl Open<'_, '_> {
    fn next(&mut self) {
        if !std::mem::replace(&mut self.is_empty, false) {
            self.encoder.push(b',');
        }
    }

    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.next();
        value.serialize(&mut *self.encoder)
    }

    fn member(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        if matches!(self.kind, Kind::Number) {
            let start = self.encoder.text.len();
            value.serialize(&mut *self.encoder)?;
            // Without the quotes; the digits within need no escapes.
            self.encoder.text.pop();
            self.encoder.text.remove(start);
            return Ok(());
        }
        self.next();
        escape::quoted(name, self.encoder.text);
        self.encoder.push(b':');
        value.serialize(&mut *self.encoder)
    }

    fn close(self) {
        match self.kind {
            Kind::Array => self.encoder.push(b']'),
            Kind::Object => self.encoder.push(b'}'),
            Kind::Variant(close) => {
                self.encoder.push(close);
                self.encoder.push(b'}');
            }
            Kind::Number => {}
        }
    }
}

macro_rules! plain {
    ($($method:ident($type:ty)),* $(,)?) => {$(
        fn $method(self, value: $type) -> Result<(), Error> {
            self.plain(value)
        }
    )*};
}

impl<'e, 't> Serializer for &'e mut Encoder<'t> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Open<'e, 't>;
    type SerializeTuple = Open<'e, 't>;
    type SerializeTupleStruct = Open<'e, 't>;
    type SerializeTupleVariant = Open<'e, 't>;
    type SerializeMap = Open<'e, 't>;
    type SerializeStruct = Open<'e, 't>;
    type SerializeStructVariant = Open<'e, 't>;

    plain! {
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64), serialize_i128(i128),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64), serialize_u128(u128),
        serialize_f32(f32), serialize_f64(f64), serialize_char(char),
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.text.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        escape::quoted(value, self.text);
        Ok(())
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        self.push(b'"');
        let written = write!(escape::Inside(self.text), "{value}");
        self.push(b'"');
        written.map_err(Error::custom)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.plain(value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.null();
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.null();
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.serialize_str(variant)
    }

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
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let mut open = self.open(Kind::Object);
        open.member(variant, value)?;
        open.close();
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'e, 't>, Error> {
        Ok(self.open(Kind::Array))
    }

    fn serialize_tuple(self, _: usize) -> Result<Open<'e, 't>, Error> {
        Ok(self.open(Kind::Array))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'e, 't>, Error> {
        Ok(self.open(Kind::Array))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'e, 't>, Error> {
        Ok(self.open_variant(variant, *b"[]"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'e, 't>, Error> {
        Ok(self.open(Kind::Object))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Open<'e, 't>, Error> {
        if name == NUMBER {
            return Ok(Open { encoder: self, kind: Kind::Number, is_empty: true });
        }
        Ok(self.open(Kind::Object))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'e, 't>, Error> {
        Ok(self.open_variant(variant, *b"{}"))
    }
}

macro_rules! items {
    ($($trait:ident::$method:ident),*) => {$(
        impl $trait for Open<'_, '_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.item(value)
            }

            fn end(self) -> Result<(), Error> {
                self.close();
                Ok(())
            }
        }
    )*};
}
items!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! members {
    ($($trait:ident),*) => {$(
        impl $trait for Open<'_, '_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.member(name, value)
            }

            fn end(self) -> Result<(), Error> {
                self.close();
                Ok(())
            }
        }
    )*};
}
members!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Open<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.next();
        let start = self.encoder.text.len();
        key.serialize(&mut *self.encoder)?;
        match self.encoder.text.get(start) {
            Some(b'"') => Ok(()),
            _ => Err(Error::custom("the name of a member must be a text")),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.encoder.push(b':');
        value.serialize(&mut *self.encoder)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Serialize)]
    enum Shape {
        Unit,
        Newtype(Value),
        Tuple(u8, Option<bool>),
        Struct { name: &'static str, rest: [i64; 0] },
    }

    #[derive(Serialize)]
    struct Nothing;

    #[derive(Serialize)]
    struct Pair(char, f64);

    #[track_caller]
    fn check(value: &impl Serialize) {
        let mut text = b"before ".to_vec();
        encode(value, &mut text).unwrap();
        let expected = format!("before {}", serde_json::to_string(value).unwrap());
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn every_kind_of_value_is_written_as_serde_json_does() {
        check(&[Shape::Unit, Shape::Newtype(json!({"a": [null, true, -1]})), Shape::Tuple(255, None)]);
        check(&Shape::Struct { name: "a \"name\"", rest: [] });
        check(&(Nothing, Some(Pair('"', 1.5)), (), f64::NAN, i128::MIN, u128::MAX, i64::MIN));
        check(&BTreeMap::from([("", json!({})), ("a\nb", json!([])), ("é", json!([[], {}]))]));
        check(&BTreeMap::from([('"', 1)]));
        assert!(encode(&BTreeMap::from([([1], 1)]), &mut Vec::new()).is_err());
    }

    #[test]
    fn numbers_keep_every_digit() {
        for text in ["0", "-0", "1.50", "-2e3", "123456789012345678901234567890.000", "1E+400"] {
            let number: Value = serde_json::from_str(text).unwrap();
            check(&number);
            check(&json!({"a": number, "b": [number, number]}));
        }
    }

    #[test]
    fn what_shows_itself_as_text_is_escaped() {
        struct Loud;
        impl Serialize for Loud {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&format_args!("a{}b{}", "\"", "\\\u{1}\t"))
            }
        }
        check(&[Loud]);
    }
}
