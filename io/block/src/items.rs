//! A run of bag items: lines of text in one Arrow array, or any other type in a vector.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, StringArray};
use swath_error::{Error, Result};

use crate::{Data, heap_size};

/// The items of one partition of a bag. Cloning costs a reference count.
#[derive(Clone)]
pub enum Items {
    /// Strings, contiguous: what text sources and string extraction give.
    Text(StringArray),
    /// Values of one Rust type.
    Typed(TypedItems),
}

/// A vector of some [`Data`] type.
#[derive(Clone)]
pub struct TypedItems(Arc<dyn AnyItems>);

trait AnyItems: Send + Sync {
    fn len(&self) -> usize;
    fn bytes(&self) -> u64;
    fn type_name(&self) -> &'static str;
    fn encode(&self) -> Result<Vec<u8>>;
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

impl<T: Data> AnyItems for Vec<T> {
    fn len(&self) -> usize {
        self.len()
    }

    fn bytes(&self) -> u64 {
        (size_of_val(self) + size_of::<T>() * self.len()) as u64 + self.iter().map(heap_size).sum::<u64>()
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<T>()
    }

    fn encode(&self) -> Result<Vec<u8>> {
        postcard::to_stdvec(self)
            .map_err(|e| Error::internal(format!("cannot encode bag items: {e}")).with_source(e))
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
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

    /// The items by reference count, when they are a vector of `T`.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when they are not.
    pub fn downcast<T: Data>(self) -> Result<Arc<Vec<T>>> {
        let wrong = |actual: &str| {
            Error::internal(format!(
                "a task expected items of {} and was given {actual}",
                std::any::type_name::<T>()
            ))
        };
        match self {
            Self::Typed(t) => {
                let actual = t.0.type_name();
                t.0.into_any().downcast().map_err(|_| wrong(actual))
            }
            Self::Text(_) => Err(wrong("text")),
        }
    }

    /// The encoded items of the typed form, as they travel between processes; text travels as an Arrow array.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when an item's `Serialize` implementation fails.
    pub fn encode(&self) -> Result<Vec<u8>> {
        match self {
            Self::Typed(t) => t.0.encode(),
            Self::Text(_) => Err(Error::internal("text items travel as an Arrow array")),
        }
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
