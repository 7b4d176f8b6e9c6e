//! One value of any type, held by reference count, with its exact size and a way to encode it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use arrow_buffer::Buffer;
use swath_error::{Error, Result};

use crate::encode::{Encoded, Wrong};
use crate::{Data, heap_size};

/// A value of some [`Data`] type.
///
/// One that came from another process stays encoded until it is first looked at as what it is, and is sent on without
/// being decoded.
#[derive(Clone)]
pub struct Value(Arc<dyn AnyData>);

/// The object-safe face of a [`Data`] value.
trait AnyData: Send + Sync {
    fn bytes(&self) -> u64;
    fn type_name(&self) -> &str;
    fn encode(&self) -> Result<Buffer>;
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
    fn as_any(&self) -> &dyn Any;

    /// Itself, when it may not be decoded yet.
    fn as_encoded(&self) -> Option<&Encoded> {
        None
    }
}

impl<T: Data> AnyData for T {
    fn bytes(&self) -> u64 {
        size_of::<T>() as u64 + flat_heap(self).unwrap_or_else(|| heap_size(self))
    }

    fn type_name(&self) -> &str {
        std::any::type_name::<T>()
    }

    fn encode(&self) -> Result<Buffer> {
        crate::encode::encode(self).map(Buffer::from_vec)
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A value of a type that cannot be encoded, and its size as its maker gave it.
struct Local<T> {
    value: Arc<T>,
    bytes: u64,
}

impl<T: Any + Send + Sync> AnyData for Local<T> {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn type_name(&self) -> &str {
        std::any::type_name::<T>()
    }

    fn encode(&self) -> Result<Buffer> {
        Err(Error::unsupported(format!("a {} cannot leave this process", self.type_name())))
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        match Arc::try_unwrap(self) {
            Ok(only) => only.value,
            Err(shared) => shared.value.clone(),
        }
    }

    fn as_any(&self) -> &dyn Any {
        &*self.value
    }
}

impl AnyData for Encoded {
    fn bytes(&self) -> u64 {
        self.bytes()
    }

    fn type_name(&self) -> &str {
        self.type_name()
    }

    fn encode(&self) -> Result<Buffer> {
        self.encode()
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self.into_decoded().unwrap_or_else(|| Arc::new(()))
    }

    fn as_any(&self) -> &dyn Any {
        &()
    }

    fn as_encoded(&self) -> Option<&Encoded> {
        Some(self)
    }
}

/// The heap bytes of the commonest large values, without walking them.
fn flat_heap(value: &dyn Any) -> Option<u64> {
    macro_rules! vectors {
        ($($t:ty)*) => { $(
            if let Some(v) = value.downcast_ref::<Vec<$t>>() {
                return Some(size_of_val(v.as_slice()) as u64);
            }
        )* };
    }
    vectors! { u8 f64 f32 i64 u64 i32 u32 i16 u16 i8 bool char usize isize }
    value.downcast_ref::<String>().map(|s| s.len() as u64)
}

impl Value {
    /// Takes a value.
    pub fn new<T: Data>(value: T) -> Self {
        Self(Arc::new(value))
    }

    /// As [`Self::local`], of a value that is already counted by reference.
    pub fn shared<T: Any + Send + Sync>(value: Arc<T>, bytes: u64) -> Self {
        Self(Arc::new(Local { value, bytes }))
    }

    /// Takes a value of a type that cannot be encoded and so stays in this process; `bytes` is what it takes in all.
    pub fn local<T: Any + Send + Sync>(value: T, bytes: u64) -> Self {
        Self::shared(Arc::new(value), bytes)
    }

    /// Bytes the value takes, heap included.
    pub fn bytes(&self) -> u64 {
        self.0.bytes()
    }

    /// The Rust type of the value, for messages.
    pub fn type_name(&self) -> &str {
        self.0.type_name()
    }

    /// Whether somebody else holds the value too.
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// The value, when it is a `T`. One that came from another process is decoded the first time; bytes that do not make
    /// a `T` give none.
    pub fn get<T: Data>(&self) -> Option<&T> {
        let any: &dyn Any = match self.0.as_encoded() {
            Some(encoded) => &**encoded.value::<T>().ok()?,
            None => self.0.as_any(),
        };
        any.downcast_ref()
    }

    /// The value, when it is a `T` that cannot leave this process.
    pub(crate) fn local_ref<T: Any>(&self) -> Option<&T> {
        self.0.as_any().downcast_ref()
    }

    /// The value by reference count. One that came from another process is decoded the first time.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when it is not a `T`; [`swath_error::ErrorKind::InvalidData`] when its bytes
    /// do not make one.
    pub fn downcast<T: Data>(self) -> Result<Arc<T>> {
        if let Some(encoded) = self.0.as_encoded() {
            encoded.value::<T>().map_err(|wrong| wrong.error::<T>(self.type_name()))?;
        }
        self.into_arc()
    }

    /// As [`Self::downcast`], of any type: a value that came from another process can be a `T` only when that was
    /// announced ([`crate::announce`]).
    ///
    /// # Errors
    /// As [`Self::downcast`]; [`swath_error::ErrorKind::Internal`] when `T` was not announced.
    pub fn downcast_any<T: Any + Send + Sync>(self) -> Result<Arc<T>> {
        if let Some(encoded) = self.0.as_encoded() {
            encoded.announced::<T>().map_err(|wrong| wrong.error::<T>(self.type_name()))?;
        }
        self.into_arc()
    }

    fn into_arc<T: Any + Send + Sync>(self) -> Result<Arc<T>> {
        if self.0.as_encoded().is_none() && !self.0.as_any().is::<T>() {
            return Err(Wrong::Type.error::<T>(self.type_name()));
        }
        let lost = |_| Error::internal(format!("a {} is not one", std::any::type_name::<T>()));
        self.0.into_any().downcast().map_err(lost)
    }

    /// The encoded value, as it travels between processes.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Unsupported`] for a value that cannot leave this process, or whose `Serialize`
    /// implementation fails.
    pub fn encode(&self) -> Result<Vec<u8>> {
        self.0.encode().map(|bytes| bytes.to_vec())
    }

    /// The encoded value, without copying one that came encoded.
    pub(crate) fn encoded(&self) -> Result<Buffer> {
        self.0.encode()
    }

    /// A value of the Rust type `type_name` out of its encoding; decoded when it is first looked at.
    pub fn from_encoding(type_name: &str, encoding: Vec<u8>) -> Self {
        Self::from_encoded(Encoded::of_value(type_name, encoding))
    }

    pub(crate) fn from_encoded(encoded: Encoded) -> Self {
        Self(Arc::new(encoded))
    }
}

impl Wrong {
    /// The error of a task that was given something else than a `T`.
    pub(crate) fn error<T: ?Sized>(self, actual: &str) -> Error {
        match self {
            Self::Bytes(error) => error,
            Self::Type => Error::internal(format!(
                "a task expected a {} and was given a {actual}",
                std::any::type_name::<T>()
            )),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value<{}>", self.type_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_its_type() {
        let v = Value::new(vec![1u32, 2]);
        assert_eq!(v.get::<Vec<u32>>(), Some(&vec![1, 2]));
        assert_eq!(v.bytes(), 24 + 8);
        assert!(v.clone().downcast::<String>().is_err());
        assert_eq!(*v.downcast::<Vec<u32>>().unwrap(), [1, 2]);
    }

    #[test]
    fn a_flat_value_has_the_size_that_walking_it_gives() {
        assert_eq!(flat_heap(&vec![1.0f64; 10]), Some(heap_size(&vec![1.0f64; 10])));
        assert_eq!(flat_heap(&"abc".to_owned()), Some(heap_size("abc")));
        assert_eq!(flat_heap(&vec!["abc".to_owned()]), None);
    }

    #[test]
    fn a_local_value_needs_no_encoding() {
        struct Odd(u8);
        let v = Value::local(Odd(7), 1);
        assert_eq!((v.bytes(), v.clone().downcast_any::<Odd>().unwrap().0), (1, 7));
        assert!(v.encode().is_err());
        let shared = v.clone();
        assert_eq!(v.downcast_any::<Odd>().unwrap().0, 7);
        assert!(Arc::try_unwrap(shared.downcast_any::<Odd>().unwrap()).is_ok());
    }
}
