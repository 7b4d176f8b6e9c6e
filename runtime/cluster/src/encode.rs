//! Operations as they travel, and which ones this build knows.

use swath_block::{OpHandle, registered_operations};
use swath_error::{Error, ErrorKind, Result};
use swath_graph::{Layer, TaskGraph};
use swath_tasks::{CALL, registered_methods, registered_tasks};
use swath_wire::{Blob, Build, WireGraph};

/// Before the names of functions, among the names of operations.
pub(crate) const FUNCTION: &str = "fn ";

/// Before the names of actors' methods.
const METHOD: &str = "method ";

/// This build: its version and what it can run.
///
/// # Errors
/// [`ErrorKind::Internal`] when two operations or functions share a name.
pub fn build() -> Result<Build> {
    let names = operations()?;
    Ok(Build::new(env!("CARGO_PKG_VERSION"), names.iter().map(String::as_str)))
}

/// Names of the operations, functions and actors' methods this build can run, sorted.
///
/// # Errors
/// [`ErrorKind::Internal`] when two operations or functions share a name.
pub fn operations() -> Result<Vec<String>> {
    let functions = registered_tasks()?.into_iter().map(|name| format!("{FUNCTION}{name}"));
    let operations = registered_operations()?.into_iter().map(str::to_owned);
    let methods = registered_methods()?.into_iter().map(|name| format!("{METHOD}{name}"));
    let mut names: Vec<String> = functions.chain(methods).chain(operations).collect();
    names.sort_unstable();
    Ok(names)
}

/// A graph ready to be sent: every operation encoded.
///
/// # Errors
/// [`ErrorKind::Unsupported`] naming the layer and the function or data that cannot leave this process.
pub(crate) fn graph(graph: TaskGraph) -> Result<WireGraph> {
    WireGraph::new(graph, layer)
}

fn layer(layer: &Layer) -> Result<Blob> {
    let operation = OpHandle::resolve(&layer.payload)?;
    let data = operation.encode().map_err(|e| match e.kind() {
        ErrorKind::Unsupported => e.context(format!("the step '{}' cannot run on a cluster", layer.name)),
        _ => e.context(format!("the step '{}'", layer.name)),
    })?;
    named(operation.name(), &data)
}

/// An encoded operation: the length of its name, its name, its data.
///
/// # Errors
/// [`ErrorKind::Internal`] for a name of more than 255 bytes.
pub(crate) fn named(name: &str, data: &[u8]) -> Result<Blob> {
    let length = u8::try_from(name.len())
        .map_err(|_| Error::internal(format!("the name of the operation {name} is too long")))?;
    let mut bytes = Vec::with_capacity(1 + name.len() + data.len());
    bytes.push(length);
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(data);
    Ok(bytes.into())
}

/// The name of an encoded operation, or those of the functions that it calls; none for bytes that are no operation.
pub(crate) fn names_of(bytes: &[u8]) -> Option<Vec<String>> {
    let (length, rest) = bytes.split_first()?;
    let (name, data) = rest.split_at_checked(usize::from(*length))?;
    let name = std::str::from_utf8(name).ok()?;
    if name != CALL {
        return Some(vec![name.to_owned()]);
    }
    let ((first, others), _) = postcard::take_from_bytes::<(&str, Vec<&str>)>(data).ok()?;
    let functions = std::iter::once(first).filter(|f| !f.is_empty()).chain(others);
    Some(functions.map(|function| format!("{FUNCTION}{function}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_without_decoding() {
        assert_eq!(names_of(named("a.b", &[1, 2]).unwrap().as_ref()).unwrap(), ["a.b"]);
        let call = postcard::to_stdvec(&("my::f", ["my::g"].as_slice(), 7u8)).unwrap();
        assert_eq!(names_of(named(CALL, &call).unwrap().as_ref()).unwrap(), ["fn my::f", "fn my::g"]);
        assert_eq!(names_of(&[9, 1]), None);
        assert_eq!(names_of(&[]), None);
    }
}
