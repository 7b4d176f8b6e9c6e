//! What a value must be able to do to travel through a graph.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Any value that can be sent between threads and, encoded, between processes. Implemented for every type that fits.
///
/// In this process values are handed over as they are and never encoded.
pub trait Data: Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Data for T {}
