//! Operations by name: how one that was encoded in another process is found in this one.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use swath_error::{Error, ErrorKind, Result, unknown_name};

use crate::Operation;

/// One registered operation; made by [`crate::register_operation!`].
pub struct OperationEntry {
    /// The name, unique in a build.
    pub name: &'static str,
    /// Makes the operation from its encoded data.
    pub decode: fn(&[u8]) -> Result<Arc<dyn Operation>>,
}

inventory::collect!(OperationEntry);

/// Registers a serialisable operation under its name, so that workers can decode it.
///
/// `register_operation!(ReadCsv, "csv.read")` needs `ReadCsv: Operation + Serialize + DeserializeOwned`; its
/// [`Operation::encode`] is written with [`crate::encode_operation`].
#[macro_export]
macro_rules! register_operation {
    ($t:ty, $name:literal) => {
        $crate::inventory::submit! {
            $crate::OperationEntry {
                name: $name,
                decode: |bytes| $crate::registry_support::decode::<$t>($name, bytes),
            }
        }
    };
}

/// Used by [`crate::register_operation!`].
#[doc(hidden)]
pub mod registry_support {
    use super::{Arc, Error, Operation, Result};
    use serde::de::DeserializeOwned;

    pub fn decode<T: Operation + DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<Arc<dyn Operation>> {
        let op: T = postcard::from_bytes(bytes).map_err(|e| {
            Error::data(format!("the operation {name} cannot be decoded: {e}")).with_source(e)
        })?;
        Ok(Arc::new(op))
    }
}

/// The data of a serialisable operation: what its [`Operation::encode`] returns.
///
/// # Errors
/// [`ErrorKind::Internal`] when its `Serialize` implementation fails.
pub fn encode_operation<T: serde::Serialize>(op: &T) -> Result<Vec<u8>> {
    postcard::to_stdvec(op)
        .map_err(|e| Error::internal(format!("an operation cannot be encoded: {e}")).with_source(e))
}

/// Every registered operation's name, sorted.
///
/// # Errors
/// [`ErrorKind::Internal`] when two operations share a name.
pub fn registered_operations() -> Result<Vec<&'static str>> {
    Ok(table()?.keys().copied().collect())
}

/// The operation in `bytes`: its name's length (one byte), its name, its data.
///
/// # Errors
/// [`ErrorKind::InvalidData`] for bytes that are not an operation; [`ErrorKind::NotFound`] naming one that this build
/// lacks.
pub fn decode_operation(bytes: &[u8]) -> Result<Arc<dyn Operation>> {
    let malformed = || Error::data("an encoded operation is cut short or not an operation");
    let (length, rest) = bytes.split_first().ok_or_else(malformed)?;
    let (name, data) = rest.split_at_checked(usize::from(*length)).ok_or_else(malformed)?;
    let name = std::str::from_utf8(name).map_err(|_| malformed())?;
    let table = table()?;
    let entry = table
        .get(name)
        .ok_or_else(|| unknown_name(ErrorKind::NotFound, "operation", name, table.keys().copied()))?;
    (entry.decode)(data)
}

type ByName = BTreeMap<&'static str, &'static OperationEntry>;

fn table() -> Result<&'static ByName> {
    static TABLE: OnceLock<Result<ByName>> = OnceLock::new();
    let built = TABLE.get_or_init(|| {
        let mut names = ByName::new();
        for entry in inventory::iter::<OperationEntry> {
            if names.insert(entry.name, entry).is_some() {
                return Err(Error::internal(format!("two operations are registered as {}", entry.name)));
            }
        }
        Ok(names)
    });
    built.as_ref().map_err(Clone::clone)
}
