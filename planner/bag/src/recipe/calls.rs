//! Users' functions, called by name on encoded items.

use std::borrow::Cow;
use std::cell::RefCell;

use swath_block::{Block, Items};
use swath_error::{Error, Result};
use swath_tasks::{Argument, TaskFunction, task_named};

use super::Raw;
use crate::item::BagItem;

/// A function that was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Callee(TaskFunction);

impl Callee {
    /// The function called `name`.
    pub fn named(name: &str) -> Result<Self> {
        task_named(name).map(Self)
    }

    /// What the function gives for `arguments`.
    pub fn call<const N: usize>(self, arguments: [&Raw; N]) -> Result<Raw> {
        encoding(self.block(arguments)?)
    }

    /// The elements of the vector that the function gives.
    pub fn elements<const N: usize>(self, arguments: [&Raw; N]) -> Result<Vec<Raw>> {
        let parts = self.0.take_apart(self.block(arguments)?)?;
        parts.into_iter().map(encoding).collect()
    }

    /// The block that the function gives.
    pub fn block<const N: usize>(self, arguments: [&Raw; N]) -> Result<Block> {
        self.0.call(arguments.iter().map(|raw| Argument::Encoded(Cow::Borrowed(&raw.0))).collect())
    }

    /// What the function gives for an item and a value, which is decoded once however often it is used.
    pub fn with(self, item: &Raw, value: &Block) -> Result<Raw> {
        let arguments = [Argument::Encoded(Cow::Borrowed(&item.0)), Argument::Block(value.clone())];
        encoding(self.0.call(arguments.into_iter().collect())?)
    }

    /// As [`Self::block`], of one argument that is a block.
    pub fn of_block(self, argument: Block) -> Result<Block> {
        self.0.call([Argument::Block(argument)].into_iter().collect())
    }

    /// A value of a type that is known here.
    pub fn value<T: BagItem, const N: usize>(self, arguments: [&Raw; N]) -> Result<T> {
        crate::lower::taken(self.block(arguments)?)
    }
}

fn encoding(block: Block) -> Result<Raw> {
    match block {
        Block::Value(value) => value.encode().map(Raw),
        Block::Items(items) if matches!(*items, Items::Typed(_)) => items.encode().map(Raw),
        other => Err(Error::unsupported(format!("a {} is not an item of a bag", other.kind()))),
    }
}

/// Several items as the encoding of a vector.
pub(crate) fn vector<'a>(items: impl ExactSizeIterator<Item = &'a Raw>) -> Result<Raw> {
    let mut bytes = Raw::of(&(items.len() as u64))?.0;
    for item in items {
        bytes.extend_from_slice(&item.0);
    }
    Ok(Raw(bytes))
}

thread_local! {
    static FAILED: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// The value of a call inside a reduction, whose functions cannot fail: the error is kept for [`guarded`], and a value of
/// no meaning stands in.
pub(crate) fn kept<T: Default>(result: Result<T>) -> T {
    result.unwrap_or_else(|error| {
        FAILED.with_borrow_mut(|failed| {
            failed.get_or_insert(error);
        });
        T::default()
    })
}

/// Runs a part of a reduction on this thread; the first error that [`kept`] met in it is its error.
pub(crate) fn guarded<R>(body: impl FnOnce() -> Result<R>) -> Result<R> {
    FAILED.set(None);
    let result = body();
    match FAILED.take() {
        Some(error) => Err(error),
        None => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_inside_are_those_of_the_whole() {
        let error = guarded(|| {
            assert_eq!(kept::<u8>(Err(Error::argument("first"))), 0);
            kept::<u8>(Err(Error::argument("second")));
            Ok(1)
        });
        assert_eq!(error.unwrap_err().message(), "first");
        assert_eq!(guarded(|| Ok(kept(Ok(2)))).unwrap(), 2);
    }

    #[test]
    fn items_make_a_vector() {
        let items = [Raw::of("a").unwrap(), Raw::of("bc").unwrap()];
        assert_eq!(vector(items.iter()).unwrap().to::<Vec<String>>().unwrap(), ["a", "bc"]);
    }
}
