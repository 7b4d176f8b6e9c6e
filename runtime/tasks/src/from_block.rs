//! A Rust value out of a block.

use std::any::{Any, TypeId};
use std::sync::Arc;

use arrow::array::RecordBatch;
use ndarray::{Array, ArrayD, Dimension, Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6};
use swath_block::{Block, Chunk, Element, with_dtype};
use swath_error::{Error, Result};

/// The value of type `T` in a block, without copying where the block holds a `T`; a chunk also becomes an ndarray of its
/// element type, a table a record batch.
///
/// A value that came from another process is found when its type was announced ([`swath_block::announce`]), as those are
/// that delayed functions of this process return.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the block holds something else; [`swath_error::ErrorKind::OutOfMemory`] when
/// the batches of a table cannot be joined.
pub fn from_block<T: Any + Send + Sync>(block: Block) -> Result<Arc<T>> {
    let kind = block.kind();
    if TypeId::of::<T>() == TypeId::of::<Block>() {
        return same(Arc::new(block), kind);
    }
    match block {
        Block::Value(value) => value.downcast_any(),
        Block::Table(table) if TypeId::of::<T>() == TypeId::of::<RecordBatch>() => {
            same(Arc::new(table.to_batch()?), kind)
        }
        Block::Table(table) => same(table, kind),
        Block::Array(chunk) if TypeId::of::<T>() == TypeId::of::<Chunk>() => same(chunk, kind),
        Block::Array(chunk) => {
            let array = with_dtype!(chunk.dtype(), E => any_array::<E, T>(chunk)?);
            array.ok_or_else(|| wrong::<T>(kind))
        }
        Block::Unit => same(Arc::new(()), kind),
        other => same(Arc::new(other), kind),
    }
}

fn same<T: Any + Send + Sync>(value: Arc<dyn Any + Send + Sync>, kind: &str) -> Result<Arc<T>> {
    value.downcast().map_err(|_| wrong::<T>(kind))
}

fn wrong<T>(kind: &str) -> Error {
    Error::internal(format!("a call expected a {} and was given a {kind}", std::any::type_name::<T>()))
}

/// The chunk as the ndarray type `T`, when that has elements `E`.
fn any_array<E: Element + Send + Sync, T: Any + Send + Sync>(chunk: Arc<Chunk>) -> Result<Option<Arc<T>>> {
    let wanted = TypeId::of::<T>();
    if wanted == TypeId::of::<ArrayD<E>>() {
        return Ok(cast(array::<E>(chunk)?));
    }
    macro_rules! dimensions {
        ($($d:ty)*) => { $(
            if wanted == TypeId::of::<Array<E, $d>>() {
                return Ok(cast(of_dimension::<E, $d>(array(chunk)?)?));
            }
        )* };
    }
    dimensions! { Ix0 Ix1 Ix2 Ix3 Ix4 Ix5 Ix6 }
    Ok(None)
}

fn array<E: Element>(chunk: Arc<Chunk>) -> Result<ArrayD<E>> {
    Arc::unwrap_or_clone(chunk).into_array()
}

pub(crate) fn of_dimension<E: Element, D: Dimension>(array: ArrayD<E>) -> Result<Array<E, D>> {
    let axes = array.ndim();
    array.into_dimensionality::<D>().map_err(|e| {
        Error::new(
            swath_error::ErrorKind::ShapeMismatch,
            format!("an array of {axes} axes was given where one of {:?} axes is expected", D::NDIM),
        )
        .with_source(e)
    })
}

fn cast<A: Any + Send + Sync, T: Any + Send + Sync>(value: A) -> Option<Arc<T>> {
    let any: Arc<dyn Any + Send + Sync> = Arc::new(value);
    any.downcast().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn a_chunk_becomes_the_array_type_that_is_asked_for() {
        let chunk = || Block::from(Chunk::from_array(array![[1i32, 2], [3, 4]].into_dyn()));
        assert_eq!(*from_block::<Array2<i32>>(chunk()).unwrap(), array![[1, 2], [3, 4]]);
        assert_eq!(from_block::<ArrayD<i32>>(chunk()).unwrap().ndim(), 2);
        assert_eq!(from_block::<Chunk>(chunk()).unwrap().len(), 4);
        assert!(from_block::<Array2<f64>>(chunk()).is_err());
        assert!(from_block::<ndarray::Array1<i32>>(chunk()).is_err());
        assert!(from_block::<String>(chunk()).is_err());
    }

    #[test]
    fn values_and_blocks_come_out_as_they_are() {
        assert_eq!(*from_block::<u8>(Block::value(7u8)).unwrap(), 7);
        assert!(from_block::<u16>(Block::value(7u8)).is_err());
        assert!(matches!(*from_block::<Block>(Block::Unit).unwrap(), Block::Unit));
        from_block::<()>(Block::Unit).unwrap();
    }
}
