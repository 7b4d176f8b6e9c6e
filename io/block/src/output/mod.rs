//! An array that tasks fill block by block, each in its place.
//!
//! In: the lengths of the blocks along every axis, and every block's values. Out: the whole array, once every block is
//! there, in memory of its own or in the caller's. Place in the flow: results of runs on this process's threads, which would
//! otherwise be in memory twice, as blocks and as a whole. It never hands out a place to two writers, never gives an array
//! with a hole, and never writes to the caller's memory after it was given back.
#![allow(unsafe_code)]

mod any_slice;
mod writer;

use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use ndarray::{ArrayD, IxDyn};
use parking_lot::RwLock;
use swath_error::{Error, Result};

use crate::large::try_with_room;
use crate::{Element, Shape};

pub use any_slice::AnySlice;
pub use writer::BlockWriter;

/// Nothing is there yet.
const EMPTY: u8 = 0;
/// Somebody is writing.
const TAKEN: u8 = 1;
/// Every element is there.
const FULL: u8 = 2;

/// An array of `T` that is being filled.
#[derive(Debug)]
pub struct OutputArray<T> {
    /// The lengths of the blocks along every axis.
    lengths: Vec<Vec<usize>>,
    shape: Vec<usize>,
    /// Gone when the array has been given away.
    room: RwLock<Option<Room<T>>>,
}

/// The memory of the array, and which of its blocks are there.
#[derive(Debug)]
struct Room<T> {
    start: NonNull<T>,
    /// None when the memory is the caller's.
    capacity: Option<usize>,
    /// Whether the memory holds elements already.
    filled: bool,
    blocks: Vec<AtomicU8>,
}

// SAFETY: elements are plain values; blocks do not overlap, and a block's state lets one thread at a time write it.
unsafe impl<T: Element> Send for Room<T> {}
// SAFETY: as above.
unsafe impl<T: Element> Sync for Room<T> {}

impl<T> Drop for Room<T> {
    fn drop(&mut self) {
        if let Some(capacity) = self.capacity {
            // SAFETY: `start` and `capacity` are those of a vector that was taken apart; elements need no drop.
            drop(unsafe { Vec::from_raw_parts(self.start.as_ptr(), 0, capacity) });
        }
    }
}

impl<T> Room<T> {
    fn is_full(&self) -> bool {
        self.blocks.iter().all(|state| state.load(Ordering::Acquire) == FULL)
    }
}

/// The state of every block of an array, none of which is there.
fn states(lengths: &[Vec<usize>]) -> Vec<AtomicU8> {
    (0..lengths.iter().map(Vec::len).product()).map(|_| AtomicU8::new(EMPTY)).collect()
}

/// An array in the caller's memory, taken from those who write when this is dropped, also by a panic.
struct Lent<T>(Arc<OutputArray<T>>);

impl<T> Lent<T> {
    /// Takes the memory away, once nobody is writing.
    fn take(&self) -> Option<Room<T>> {
        self.0.room.write().take()
    }
}

impl<T> Drop for Lent<T> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

impl<T: Element> OutputArray<T> {
    /// Room for an array whose blocks have these lengths along each axis; it is not touched before it is filled.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::OutOfMemory`] when lengths are beyond what memory can be addressed by.
    pub fn new(lengths: Vec<Vec<usize>>) -> Result<Self> {
        let shape: Vec<usize> = lengths.iter().map(|axis| axis.iter().sum()).collect();
        let elements = shape.iter().try_fold(size_of::<T>(), |n, length| n.checked_mul(*length));
        let refused = |who: &str| {
            let message = format!("{who} holds an array of shape {shape:?}");
            Error::new(swath_error::ErrorKind::OutOfMemory, message)
        };
        if elements.is_none_or(|bytes| isize::try_from(bytes).is_err()) {
            return Err(refused("no machine"));
        }
        let room =
            try_with_room::<T>(shape.iter().product()).ok_or_else(|| refused("no memory of this machine"))?;
        let mut room = std::mem::ManuallyDrop::new(room);
        let start = NonNull::new(room.as_mut_ptr()).unwrap_or(NonNull::dangling());
        let filled = !room.is_empty();
        let room = Room { start, capacity: Some(room.capacity()), filled, blocks: states(&lengths) };
        Ok(Self { lengths, shape, room: RwLock::new(Some(room)) })
    }

    /// Lets `job` fill an array in the caller's memory, whose blocks have these lengths along each axis. Whoever still
    /// holds the array afterwards cannot write any more.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when `values` has not as many elements as the blocks, or when a block is
    /// missing after `job`; the error of `job`.
    pub fn within<R>(
        lengths: Vec<Vec<usize>>,
        values: &mut [T],
        job: impl FnOnce(&Arc<Self>) -> Result<R>,
    ) -> Result<R> {
        let shape: Vec<usize> = lengths.iter().map(|axis| axis.iter().sum()).collect();
        if shape.iter().try_fold(1usize, |n, length| n.checked_mul(*length)) != Some(values.len()) {
            let n = values.len();
            return Err(Error::internal(format!("{n} elements are no room for an array of shape {shape:?}")));
        }
        let start = NonNull::new(values.as_mut_ptr()).unwrap_or(NonNull::dangling());
        let room = RwLock::new(Some(Room { start, capacity: None, filled: true, blocks: states(&lengths) }));
        let lent = Lent(Arc::new(Self { lengths, shape, room }));
        let done = job(&lent.0)?;
        match lent.take() {
            Some(room) if room.is_full() => Ok(done),
            _ => Err(Error::internal("an array was given back before all of it was there")),
        }
    }

    /// Lets `write` fill block `index`, in row-major order of the blocks. A block can be filled again.
    ///
    /// # Errors
    /// The error of `write`, or [`swath_error::ErrorKind::Internal`] when it gave fewer elements than the block has;
    /// [`swath_error::ErrorKind::Cancelled`] when the array has been given away.
    pub fn fill(
        &self,
        index: usize,
        write: impl FnOnce(&mut BlockWriter<'_, T>) -> Result<()>,
    ) -> Result<()> {
        let room = self.room.read();
        let Some(room) = room.as_ref() else {
            return Err(Error::cancelled("nobody waits for this array any more"));
        };
        let missing = || Error::internal(format!("an array of shape {:?} has no block {index}", self.shape));
        let claim = Claim::of(room.blocks.get(index).ok_or_else(missing)?)?;
        let (offset, shape) = self.place(index);
        // Blocks without elements may begin beyond an array without elements.
        let offset = if shape.contains(&0) { 0 } else { offset };
        // SAFETY: the place of a block with elements lies within the array, whose elements there is room for.
        let first = unsafe { room.start.add(offset) };
        let mut writer = BlockWriter::new(first, &shape, &self.shape, room.filled);
        write(&mut writer)?;
        writer.finish()?;
        claim.done();
        Ok(())
    }

    /// The array, with every block in its place. Afterwards there is nothing to fill any more.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when a block is missing, or the array has been given away before.
    pub fn finish(&self) -> Result<ArrayD<T>> {
        let room = self.room.write().take();
        let room = room.ok_or_else(|| Error::internal("an array was asked for twice"))?;
        if !room.is_full() {
            return Err(Error::internal("an array was asked for before all of it was there"));
        }
        let Some(capacity) = room.capacity else {
            return Err(Error::internal("an array was asked for that is the caller's"));
        };
        let room = std::mem::ManuallyDrop::new(room);
        let elements = self.shape.iter().product();
        // SAFETY: `start` and `capacity` are those of a vector that was taken apart. The blocks cover the array, each
        // was written whole, and nobody else has the room any more. The list of states is dropped here.
        let values = unsafe {
            drop(std::ptr::read(&raw const room.blocks));
            Vec::from_raw_parts(room.start.as_ptr(), elements, capacity)
        };
        ArrayD::from_shape_vec(IxDyn(&self.shape), values)
            .map_err(|e| Error::internal("a result does not fit its room").with_source(e))
    }

    /// Where block `index` begins, in elements, and its shape.
    fn place(&self, index: usize) -> (usize, Shape) {
        let (mut rest, mut offset, mut step) = (index, 0, 1);
        let mut shape: Shape = self.shape.as_slice().into();
        for ((lengths, whole), own) in self.lengths.iter().zip(&self.shape).zip(shape.iter_mut()).rev() {
            let at = rest % lengths.len().max(1);
            rest /= lengths.len().max(1);
            offset += step * lengths.iter().take(at).sum::<usize>();
            *own = lengths.get(at).copied().unwrap_or(0);
            step *= whole;
        }
        (offset, shape)
    }
}

/// The right to write a block; given back empty unless it was filled.
struct Claim<'a>(&'a AtomicU8);

impl<'a> Claim<'a> {
    fn of(state: &'a AtomicU8) -> Result<Self> {
        match state.swap(TAKEN, Ordering::Acquire) {
            TAKEN => Err(Error::internal("two tasks write the same block")),
            _ => Ok(Self(state)),
        }
    }

    fn done(self) {
        self.0.store(FULL, Ordering::Release);
        std::mem::forget(self);
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.0.store(EMPTY, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array, s};
    use proptest::prelude::*;

    fn lengths() -> impl Strategy<Value = Vec<Vec<usize>>> {
        prop::collection::vec(prop::collection::vec(0usize..5, 1..4), 0..4)
    }

    proptest! {
        #[test]
        fn blocks_come_to_their_places(lengths in lengths(), piece in 1usize..7, back in any::<bool>()) {
            let shape: Vec<usize> = lengths.iter().map(|l| l.iter().sum()).collect();
            let mut n = 0i64;
            let want = Array::from_shape_simple_fn(IxDyn(&shape), || { n += 1; n });
            let out = OutputArray::<i64>::new(lengths.clone()).unwrap();
            let grid: Vec<usize> = lengths.iter().map(Vec::len).collect();
            for (index, at) in ndarray::indices(IxDyn(&grid)).into_iter().enumerate() {
                let mut part = want.view();
                for (axis, i) in ndarray::Dimension::slice(&at).iter().enumerate() {
                    let start: usize = lengths[axis][..*i].iter().sum();
                    part.slice_axis_inplace(ndarray::Axis(axis), (start..start + lengths[axis][*i]).into());
                }
                out.fill(index, |writer| {
                    if back {
                        return writer.assign(&part);
                    }
                    let values: Vec<i64> = part.iter().copied().collect();
                    values.chunks(piece).try_for_each(|values| writer.extend(values))
                }).unwrap();
            }
            prop_assert_eq!(out.finish().unwrap(), want);
            prop_assert!(out.finish().is_err());
        }
    }

    #[test]
    fn holes_and_mistakes_are_errors() {
        let out = OutputArray::<f64>::new(vec![vec![2, 1], vec![2]]).unwrap();
        assert!(out.fill(2, |_| Ok(())).is_err());
        assert!(out.fill(0, |w| w.extend(&[1.0])).is_err());
        assert!(out.fill(0, |w| w.extend(&[1.0; 5])).is_err());
        assert!(out.fill(0, |w| w.assign(&Array::zeros(IxDyn(&[4])).view())).is_err());
        out.fill(0, |w| {
            assert!(out.fill(0, |_| Ok(())).is_err());
            w.extend(&[1.0; 4])
        })
        .unwrap();
        assert!(out.finish().is_err(), "block 1 is missing");
        assert!(out.fill(1, |w| w.extend(&[1.0; 2])).is_err(), "there is no array any more");
        assert!(OutputArray::<f64>::new(vec![vec![usize::MAX / 16], vec![3]]).is_err());
    }

    #[test]
    fn memory_of_the_caller_is_given_back() {
        let mut values = vec![0.0; 6];
        let lengths = vec![vec![1, 1], vec![3]];
        let mut kept = None;
        let whole = OutputArray::within(lengths.clone(), &mut values, |out| {
            kept = Some(out.clone());
            out.fill(1, |w| w.extend(&[4.0, 5.0, 6.0]))?;
            out.fill(0, |w| w.extend(&[1.0, 2.0, 3.0]))
        });
        whole.unwrap();
        let late = kept.unwrap().fill(0, |_| panic!("the memory is the caller's again"));
        assert_eq!(late.unwrap_err().kind(), swath_error::ErrorKind::Cancelled);
        assert_eq!(values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let hole =
            OutputArray::within(lengths.clone(), &mut values, |out| out.fill(0, |w| w.extend(&[7.0; 3])));
        assert!(hole.is_err(), "block 1 is missing");
        assert!(OutputArray::within(lengths.clone(), &mut values, |out| out.finish().map(drop)).is_err());
        assert!(OutputArray::within(lengths, &mut values[1..], |_| Ok(())).is_err());
        assert_eq!(values, [7.0, 7.0, 7.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn memory_that_holds_elements_is_written_in_place() {
        let lengths = vec![vec![1, 2], vec![3, 2]];
        let mut values = vec![9i32; 15];
        OutputArray::within(lengths.clone(), &mut values, |out| {
            for (index, n) in [3, 2, 6, 4].into_iter().enumerate() {
                let row = if index % 2 == 0 { 3 } else { 2 };
                out.fill(index, |w| {
                    assert!(!w.place(row + 1, |_| panic!("more than a row")).unwrap());
                    assert!(!w.place(1, |place| Ok(!place.is_empty() && place[0] != 9)).unwrap());
                    for start in (0..n).step_by(row) {
                        let give = |place: &mut [i32]| {
                            let mut any = AnySlice::of(place);
                            assert!(any.typed::<u32>().is_none());
                            any.typed::<i32>().unwrap().fill((10 * index + start) as i32);
                            Ok(true)
                        };
                        assert!(w.place(row, give)?);
                    }
                    assert!(!w.place(1, |_| Ok(true)).unwrap(), "all are there");
                    Ok(())
                })?;
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(values, [0, 0, 0, 10, 10, 20, 20, 20, 30, 30, 23, 23, 23, 32, 32]);
        let own = OutputArray::<i32>::new(lengths).unwrap();
        own.fill(0, |w| {
            assert!(!w.place(1, |_| panic!("nothing is there yet")).unwrap());
            assert!(!w.place(0, |_| Ok(true)).unwrap());
            w.extend(&[1, 2, 3])
        })
        .unwrap();
    }

    /// Calls pieces on threads of their own, the last one first; with `twice` the first one again.
    #[derive(Debug)]
    struct Threads {
        twice: bool,
    }

    impl crate::Together for Threads {
        fn each(&self, pieces: usize, work: &(dyn Fn(usize) + Sync)) {
            std::thread::scope(|scope| {
                for i in (0..pieces).rev().chain(self.twice.then_some(0)) {
                    scope.spawn(move || work(i));
                }
            });
        }
    }

    #[test]
    fn pieces_of_a_block_come_to_their_places() {
        let want = Array::from_iter(0..7 * 6 * 5).into_shape_with_order(IxDyn(&[7, 6, 5])).unwrap();
        for (axis, pieces) in [(0, vec![1, 2, 0]), (1, vec![4]), (1, vec![1, 1, 2]), (2, vec![2, 1])] {
            let out = OutputArray::<i32>::new(vec![vec![4, 3], vec![2, 4], vec![2, 3]]).unwrap();
            for index in 0..8 {
                let [a, b, c] = [index / 4 * 4, index / 2 % 2 * 2, index % 2 * 2];
                let block = want.slice(s![a..a + (4 - index / 4), b..b + 2 + b, c..c + 2 + c / 2]).into_dyn();
                out.fill(index, |writer| {
                    if index != 7 {
                        return writer.assign(&block);
                    }
                    writer.in_pieces(axis, &pieces, &Threads { twice: false }, &|i, writer| {
                        let start: usize = pieces[..i].iter().sum();
                        let part = start..start + pieces[i];
                        writer.assign(&block.slice_axis(ndarray::Axis(axis), part.into()))
                    })
                })
                .unwrap();
            }
            assert_eq!(out.finish().unwrap(), want);
        }
    }

    #[test]
    fn pieces_with_holes_are_errors() {
        let out = OutputArray::<u8>::new(vec![vec![6]]).unwrap();
        let fill = |lengths: &[usize], twice: bool, write: &(dyn Fn(usize) -> Vec<u8> + Sync)| {
            out.fill(0, |w| w.in_pieces(0, lengths, &Threads { twice }, &|i, piece| piece.extend(&write(i))))
        };
        assert!(fill(&[3, 2], false, &|_| vec![1]).is_err(), "not the whole block");
        assert!(fill(&[3, 3], false, &|_| vec![1; 2]).is_err());
        assert!(fill(&[3, 3], false, &|_| vec![1; 4]).is_err());
        assert!(fill(&[3, 3], true, &|_| vec![1; 3]).is_err(), "the first one again");
        assert!(out.finish().is_err());
        let out = OutputArray::<u8>::new(vec![vec![6]]).unwrap();
        out.fill(0, |w| {
            w.in_pieces(0, &[3, 3], &crate::Alone, &|i, piece| piece.extend(&[i as u8; 3]))?;
            assert!(w.in_pieces(0, &[6], &crate::Alone, &|_, _| Ok(())).is_err(), "all are there");
            Ok(())
        })
        .unwrap();
        assert_eq!(out.finish().unwrap().as_slice().unwrap(), [0, 0, 0, 1, 1, 1]);
    }

    #[test]
    fn a_block_can_be_written_again() {
        let out = OutputArray::<u8>::new(vec![vec![1, 1]]).unwrap();
        for value in [1, 2] {
            out.fill(0, |w| w.extend(&[value])).unwrap();
            out.fill(1, |w| w.assign(&Array::from_elem(IxDyn(&[1]), value).view())).unwrap();
        }
        assert_eq!(out.finish().unwrap().slice(s![..]).to_vec(), [2, 2]);
    }
}
