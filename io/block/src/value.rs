//! One value of any type, held by reference count, with its exact size and a way to encode it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use swath_error::{Error, Result};

use crate::{Data, heap_size};

/// A value of some [`Data`] type.
#[derive(Clone)]
pub struct Value(Arc<dyn AnyData>);

/// The object-safe face of a [`Data`] value.
trait AnyData: Send + Sync {
    fn bytes(&self) -> u64;
    fn type_name(&self) -> &'static str;
    fn encode(&self) -> Result<Vec<u8>>;
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
    fn as_any(&self) -> &dyn Any;
}

impl<T: Data> AnyData for T {
    fn bytes(&self) -> u64 {
        size_of::<T>() as u64 + heap_size(self)
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<T>()
    }

    fn encode(&self) -> Result<Vec<u8>> {
        postcard::to_stdvec(self)
            .map_err(|e| Error::internal(format!("cannot encode a {}: {e}", self.type_name())).with_source(e))
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Value {
    /// Takes a value.
    pub fn new<T: Data>(value: T) -> Self {
        Self(Arc::new(value))
    }

    /// Bytes the value takes, heap included.
    pub fn bytes(&self) -> u64 {
        self.0.bytes()
    }

    /// The Rust type of the value, for messages.
    pub fn type_name(&self) -> &'static str {
        self.0.type_name()
    }

    /// The value, when it is a `T`.
    pub fn get<T: Data>(&self) -> Option<&T> {
        self.0.as_any().downcast_ref()
    }

    /// The value by reference count.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when it is not a `T`.
    pub fn downcast<T: Data>(self) -> Result<Arc<T>> {
        let actual = self.type_name();
        self.0.into_any().downcast().map_err(|_| {
            Error::internal(format!(
                "a task expected a {} and was given a {actual}",
                std::any::type_name::<T>()
            ))
        })
    }

    /// The encoded value, as it travels between processes.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when its `Serialize` implementation fails.
    pub fn encode(&self) -> Result<Vec<u8>> {
        self.0.encode()
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
}
