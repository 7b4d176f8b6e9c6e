//! A run of bag items: lines of text in one Arrow array, or any other type in a vector.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, StringArray};
use arrow_buffer::Buffer;
use swath_error::{Error, Result};

use crate::encode::{Encoded, Wrong};
use crate::{Data, heap_size};

/// The items of one partition of a bag. Cloning costs a reference count.
#[derive(Clone)]
pub enum Items {
    /// Strings, contiguous: what text sources and string extraction give.
    Text(StringArray),
    /// Values of one Rust type.
    Typed(TypedItems),
}

/// A vector of some [`Data`] type; one that came from another process stays encoded until it is first looked at.
#[derive(Clone)]
pub struct TypedItems(Arc<dyn AnyItems>);

trait AnyItems: Send + Sync {
    fn len(&self) -> usize;
    fn bytes(&self) -> u64;
    fn type_name(&self) -> &str;
    fn encode(&self) -> Result<Buffer>;
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;

    /// Itself, when it may not be decoded yet.
    fn as_encoded(&self) -> Option<&Encoded> {
        None
    }
}

impl<T: Data> AnyItems for Vec<T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn bytes(&self) -> u64 {
        (size_of_val(self) + size_of::<T>() * self.len()) as u64 + self.iter().map(heap_size).sum::<u64>()
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
}

impl AnyItems for Encoded {
    fn len(&self) -> usize {
        self.items()
    }

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

    fn as_encoded(&self) -> Option<&Encoded> {
        Some(self)
    }
}

impl Items {
    /// Items of any type.
    pub fn new<T: Data>(items: Vec<T>) -> Self {
        Self::Typed(TypedItems(Arc::new(items)))
    }

    /// How many items.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(t) => t.len(),
            Self::Typed(t) => t.0.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes the items take, heap included.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Text(t) => t.get_array_memory_size() as u64,
            Self::Typed(t) => t.0.bytes(),
        }
    }

    /// The Rust type of one item, for messages.
    pub fn type_name(&self) -> &str {
        match self {
            Self::Text(_) => "text",
            Self::Typed(t) => t.0.type_name(),
        }
    }

    /// The items by reference count, when they are a vector of `T`. Those that came from another process are decoded the
    /// first time.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when they are not; [`swath_error::ErrorKind::InvalidData`] when their bytes do
    /// not make a vector of `T`.
    pub fn downcast<T: Data>(self) -> Result<Arc<Vec<T>>> {
        let Self::Typed(items) = self else { return Err(Wrong::Type.error::<Vec<T>>("text")) };
        match items.0.as_encoded() {
            Some(encoded) => {
                encoded.vector::<T>().map_err(|w| w.error::<Vec<T>>(items.0.type_name()))?;
            }
            None if items.0.type_name() == std::any::type_name::<T>() => {}
            None => return Err(Wrong::Type.error::<Vec<T>>(&format!("vector of {}", items.0.type_name()))),
        }
        let lost = |_| Error::internal(format!("a vector of {} is not one", std::any::type_name::<T>()));
        items.0.into_any().downcast().map_err(lost)
    }

    /// The encoded items of the typed form, as they travel between processes; text travels as an Arrow array.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Unsupported`] when an item's `Serialize` implementation fails.
    pub fn encode(&self) -> Result<Vec<u8>> {
        self.encoded().map(|bytes| bytes.to_vec())
    }

    /// The encoded items, without copying those that came encoded.
    pub(crate) fn encoded(&self) -> Result<Buffer> {
        match self {
            Self::Typed(t) => t.0.encode(),
            Self::Text(_) => Err(Error::internal("text items travel as an Arrow array")),
        }
    }

    pub(crate) fn from_encoded(encoded: Encoded) -> Self {
        Self::Typed(TypedItems(Arc::new(encoded)))
    }
}

impl fmt::Debug for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(t) => write!(f, "Items<text; {}>", t.len()),
            Self::Typed(t) => write!(f, "Items<{}; {}>", t.0.type_name(), t.0.len()),
        }
    }
}
