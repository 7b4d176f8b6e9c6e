//! What a value must be able to do to travel through a graph.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Any value that can be sent between threads and, encoded, between processes. Implemented for every type that fits.
///
/// In this process values are handed over as they are and never encoded.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a task",
    label = "needs `serde::Serialize` and `serde::Deserialize`, and to be `Send + Sync + 'static`",
    note = "derive both for your own types; a function that returns a `Result` with another error type is called through a `try_` method"
)]
pub trait Data: Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Data for T {}
