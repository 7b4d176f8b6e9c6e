//! Exact sizes of any serialisable value: a serializer that counts heap bytes instead of writing them.
//!
//! In: a value. Out: the bytes it holds outside its own `size_of`. It never allocates and never encodes.

use std::fmt;

use serde::ser::{self, Serialize};

/// Bytes `value` holds outside its own `size_of`: strings, sequences, maps and what their elements hold.
///
/// Counts what is stored: spare capacity and alignment padding inside nested collections are left out, hash tables
/// count their entries. A value whose `Serialize` fails counts what it had shown until then.
///
/// ```
/// use swath_block::heap_size;
/// assert_eq!(heap_size(&7u64), 0);
/// assert_eq!(heap_size(&vec![1u64, 2, 3]), 24);
/// assert_eq!(heap_size(&vec!["ab".to_string()]), std::mem::size_of::<String>() as u64 + 2);
/// ```
pub fn heap_size<T: Serialize + ?Sized>(value: &T) -> u64 {
    let mut counter = Counter::default();
    // A failing `Serialize` only ends the count early.
    let _ = value.serialize(&mut counter);
    counter.heap
}

#[derive(Default)]
struct Counter {
    /// Bytes outside the value itself.
    heap: u64,
    /// Bytes the values seen since the last collection began take where they are stored. serde hands elements over
    /// behind references of any depth, so their own `size_of` cannot be asked for.
    inline: u64,
}

/// A `String`, `Vec` or ordered map: pointer, length and capacity.
const HANDLE: u64 = 24;

#[derive(Debug)]
struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Serialize implementation failed")
    }
}

impl std::error::Error for Stopped {}

impl ser::Error for Stopped {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Leaves that are stored where they are.
macro_rules! inline {
    ($($method:ident($t:ty))*) => { $(
            fn $method(self, _: $t) -> Result<(), Stopped> {
                self.inline += size_of::<$t>() as u64;
                Ok(())
            }
        )* };
}

impl<'a> ser::Serializer for &'a mut Counter {
    type Ok = ();
    type Error = Stopped;
    type SerializeSeq = OnHeap<'a>;
    type SerializeMap = OnHeap<'a>;
    type SerializeTuple = Inline<'a>;
    type SerializeTupleStruct = Inline<'a>;
    type SerializeTupleVariant = Inline<'a>;
    type SerializeStruct = Inline<'a>;
    type SerializeStructVariant = Inline<'a>;

    inline! {
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64)
        serialize_i128(i128) serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64)
        serialize_u128(u128) serialize_f32(f32) serialize_f64(f64) serialize_char(char)
    }

    fn serialize_str(self, v: &str) -> Result<(), Stopped> {
        self.inline += HANDLE;
        self.heap += v.len() as u64;
        Ok(())
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<(), Stopped> {
        self.inline += HANDLE;
        self.heap += v.len() as u64;
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Stopped> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stopped> {
        value.serialize(self)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Stopped> {
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), Stopped> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Stopped> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Stopped> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Stopped> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<OnHeap<'a>, Stopped> {
        self.inline += HANDLE;
        Ok(OnHeap(self))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<OnHeap<'a>, Stopped> {
        self.inline += HANDLE;
        Ok(OnHeap(self))
    }

    fn serialize_tuple(self, _: usize) -> Result<Inline<'a>, Stopped> {
        Ok(Inline(self))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Inline<'a>, Stopped> {
        Ok(Inline(self))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Inline<'a>, Stopped> {
        Ok(Inline(self))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inline<'a>, Stopped> {
        Ok(Inline(self))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Inline<'a>, Stopped> {
        Ok(Inline(self))
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Result<(), Stopped> {
        // Types shown through `Display` (addresses, dates) are stored inline.
        Ok(())
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

/// Elements of a collection: each takes its own size on the heap, and what it holds.
struct OnHeap<'a>(&'a mut Counter);

impl OnHeap<'_> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stopped> {
        let outside = std::mem::take(&mut self.0.inline);
        let done = value.serialize(&mut *self.0);
        self.0.heap += std::mem::replace(&mut self.0.inline, outside);
        done
    }
}

impl ser::SerializeSeq for OnHeap<'_> {
    type Ok = ();
    type Error = Stopped;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stopped> {
        self.element(value)
    }

    fn end(self) -> Result<(), Stopped> {
        Ok(())
    }
}

impl ser::SerializeMap for OnHeap<'_> {
    type Ok = ();
    type Error = Stopped;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Stopped> {
        self.element(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stopped> {
        self.element(value)
    }

    fn end(self) -> Result<(), Stopped> {
        Ok(())
    }
}

/// Fields of a struct or tuple: inside its own size already, so only what they hold counts.
struct Inline<'a>(&'a mut Counter);

macro_rules! inline_fields {
    ($($tr:ident :: $method:ident)*) => { $(
        impl ser::$tr for Inline<'_> {
            type Ok = ();
            type Error = Stopped;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stopped> {
                value.serialize(&mut *self.0)
            }

            fn end(self) -> Result<(), Stopped> {
                Ok(())
            }
        }
    )* };
}

inline_fields! { SerializeTuple::serialize_element SerializeTupleStruct::serialize_field SerializeTupleVariant::serialize_field }

macro_rules! inline_named_fields {
    ($($tr:ident)*) => { $(
        impl ser::$tr for Inline<'_> {
            type Ok = ();
            type Error = Stopped;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Result<(), Stopped> {
                value.serialize(&mut *self.0)
            }

            fn end(self) -> Result<(), Stopped> {
                Ok(())
            }
        }
    )* };
}

inline_named_fields! { SerializeStruct SerializeStructVariant }

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn counts_nested_collections_exactly() {
        assert_eq!(heap_size(&(1u8, [1.0f64; 4])), 0);
        assert_eq!(heap_size(&Some("héllo".to_string())), 6);
        let map = BTreeMap::from([("ab".to_string(), vec![1u32, 2])]);
        assert_eq!(heap_size(&map), 24 + 2 + 24 + 8);
    }
}
