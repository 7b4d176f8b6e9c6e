//! Several values that a function returned as one: found out by the compiler where the function's type is known.

use std::marker::PhantomData;
use std::sync::Arc;

use swath_block::{Block, Data};
use swath_error::{Error, Result};

/// The type a function returns. Of the three traits below the compiler takes the first that fits.
pub struct Apart<R>(PhantomData<fn() -> R>);

impl<R> Apart<R> {
    /// The type.
    pub const NEW: Self = Self(PhantomData);
}

/// Values with parts.
pub trait Parts: Clone + Send + Sync + 'static {
    /// Each part as a block.
    fn into_blocks(self) -> Vec<Block>;
}

impl<T: Data + Clone> Parts for Vec<T> {
    fn into_blocks(self) -> Vec<Block> {
        self.into_iter().map(Block::value).collect()
    }
}

macro_rules! tuples {
    ($($($t:ident $n:tt),+;)*) => { $(
        impl<$($t: Data + Clone),+> Parts for ($($t,)+) {
            fn into_blocks(self) -> Vec<Block> {
                vec![$(Block::value(self.$n)),+]
            }
        }
    )* };
}

tuples! {
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}

fn parts_of<T: Parts + Data>(result: Block) -> Result<Vec<Block>> {
    Ok(Arc::unwrap_or_clone(result.into_value()?.downcast::<T>()?).into_blocks())
}

/// For functions that return a `Result` of a value with parts.
pub trait ApartFallible {
    /// The parts.
    ///
    /// # Errors
    /// When the block is no such value.
    fn parts(&self, result: Block) -> Result<Vec<Block>>;
}

impl<T: Parts + Data, E> ApartFallible for &Apart<std::result::Result<T, E>> {
    fn parts(&self, result: Block) -> Result<Vec<Block>> {
        parts_of::<T>(result)
    }
}

/// For functions that return a value with parts.
pub trait ApartPlain {
    /// The parts.
    ///
    /// # Errors
    /// When the block is no such value.
    fn parts(&self, result: Block) -> Result<Vec<Block>>;
}

impl<T: Parts + Data> ApartPlain for &&Apart<T> {
    fn parts(&self, result: Block) -> Result<Vec<Block>> {
        parts_of::<T>(result)
    }
}

/// For all others.
pub trait ApartNot {
    /// An error.
    ///
    /// # Errors
    /// Always.
    fn parts(&self, _: Block) -> Result<Vec<Block>> {
        Err(Error::unsupported("its result is neither a tuple nor a vector of serialisable values"))
    }
}

impl<T> ApartNot for Apart<T> {}
