//! The same array in other chunks.

use swath_array_plan as plan;
use swath_array_plan::{AxisSpec, ChunkSpec};

use super::same_type;

same_type! {
    /// In other chunks: `1000`, `[1000, 500]`, `(-1, "auto")`, `"100 MiB"`, `vec![vec![3, 4], vec![7]]`.
    ///
    /// An integer holds for every axis; -1 is the whole axis; `"auto"` and sizes in bytes give chunks of that size
    /// (see [`crate::set_chunk_size`]) with the proportions of the present ones; lists of lengths must add up. [`ChunkSpec::named`]
    /// names some axes and leaves the others. Where the array comes straight from a source, it is read in these chunks and
    /// nothing is copied.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array::{self as da, ChunkSpec};
    /// let x = da::zeros([100, 60]);
    /// assert_eq!(x.rechunk([50, 30]).numblocks()?, [2, 2]);
    /// assert_eq!(x.rechunk((-1, 20)).numblocks()?, [1, 3]);
    /// assert_eq!(x.rechunk("1 KiB").chunksize()?, [14, 8]);
    /// assert_eq!(x.rechunk(ChunkSpec::named([(-1, 15)])).numblocks()?, [1, 4]);
    /// assert_eq!(x.rechunk(vec![vec![10, 90], vec![60]]).chunk_sizes()?[0], [10, 90]);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn rechunk(x, chunks: impl Into<ChunkSpec>) plan::rechunk(x, &chunks.into());
    /// In other chunks: the same as [`Self::rechunk`], to say how a new array is cut.
    fn chunks(x, chunks: impl Into<ChunkSpec>) plan::rechunk(x, &chunks.into());
    /// In other chunks along one axis.
    fn rechunk_axis(x, axis: isize, chunks: impl Into<AxisSpec>) {
        plan::rechunk(x, &ChunkSpec::Named(vec![(axis, chunks.into())]))
    };
}
