//! Arrays on their way into files, or into anything else that takes them: chunk by chunk as they are computed, in one run.

use std::sync::Arc;

use swath_array_io::ArraySink;
use swath_array_plan::{
    Axis, AxisSpec, ChunkSpec, Expr, OpenSink, astype, rechunk, rewrite, store as store_chunks,
};
use swath_error::{Error, ErrorKind, Result};
use swath_execute::{Collection, Lowered};
use swath_graph::GraphBuilder;

use crate::{Array, DynArray, Element};

/// Computes arrays and writes each to a sink of its own, chunk by chunk as they are done, in one run: what they share is
/// computed once. Arrays of unknown lengths are computed before.
///
/// Elements are converted to the sink's type. A sink is written from several threads at a time; rechunk before when it
/// stores pieces that only one of them may write.
///
/// # Errors
/// As [`Array::store`].
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// use da::sinks::NpySink;
/// # let folder = tempfile::tempdir()?;
/// # let [first, second] = ["x.npy", "y.npy"].map(|name| folder.path().join(name));
/// let x = da::arange(1000).chunks(100);
/// let y = &x * 2;
/// let sinks = [&first, &second].map(|path| NpySink::create(path, da::DType::I64, &[1000]));
/// let [to_x, to_y] = sinks;
/// da::store([(x.into_dyn(), to_x?), (y.into_dyn(), to_y?)])?;
/// assert_eq!(da::from_npy::<i64>(&second).sum(..).item()?, 999_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn store<S: ArraySink + 'static>(pairs: impl IntoIterator<Item = (DynArray, S)>) -> Result<()> {
    let pairs = pairs.into_iter().map(|(x, sink)| prepared(&x, sink, None));
    Store::write(pairs.collect::<Result<_>>()?)
}

impl<T: Element> Array<T> {
    /// Computes the array and writes it to a sink, chunk by chunk as they are done: to anything that implements
    /// [`ArraySink`].
    ///
    /// Elements are converted to the sink's type. The sink is finished when every chunk is written, and dropped when
    /// something fails. On a cluster the workers write, which only sinks that travel allow.
    ///
    /// ```
    /// # use swath_local as _;
    /// use std::sync::{Arc, Mutex};
    /// use swath_array as da;
    /// use da::{ArraySink, Chunk, DType};
    ///
    /// /// The largest element that was seen.
    /// #[derive(Debug)]
    /// struct Largest(Mutex<f64>);
    ///
    /// impl ArraySink for Largest {
    ///     fn dtype(&self) -> DType {
    ///         DType::F64
    ///     }
    ///
    ///     fn shape(&self) -> &[usize] {
    ///         &[100]
    ///     }
    ///
    ///     fn write(&self, _offset: &[usize], chunk: &Chunk) -> swath_error::Result<()> {
    ///         let mut largest = self.0.lock().unwrap();
    ///         *largest = chunk.view::<f64>()?.iter().copied().fold(*largest, f64::max);
    ///         Ok(())
    ///     }
    ///
    ///     fn finish(&self) -> swath_error::Result<()> {
    ///         Ok(())
    ///     }
    ///
    ///     fn describe(&self) -> String {
    ///         "the largest".to_owned()
    ///     }
    /// }
    ///
    /// let largest = Arc::new(Largest(Mutex::new(f64::MIN)));
    /// da::arange_f64(0.0, 50.0, 0.5).chunks(10).store(largest.clone())?;
    /// assert_eq!(*largest.0.lock().unwrap(), 49.5);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    ///
    /// # Errors
    /// The error that building the array met, that of the task that failed first, or the sink's;
    /// [`ErrorKind::ShapeMismatch`] when the sink has another shape, before anything is computed if the array's lengths are
    /// known.
    pub fn store(&self, sink: impl ArraySink + 'static) -> Result<()> {
        self.as_dyn().store(sink)
    }

    /// As [`Self::store`], into the part of a larger sink that begins at `offset`. The sink is not finished: share it (an
    /// [`Arc`] of a sink is one) and call its `finish` when all parts are written.
    ///
    /// # Errors
    /// As [`Self::store`]; [`ErrorKind::ShapeMismatch`] when the array does not fit there.
    pub fn store_at(&self, sink: impl ArraySink + 'static, offset: &[usize]) -> Result<()> {
        self.as_dyn().store_at(sink, offset)
    }
}

impl DynArray {
    /// As [`Array::store`].
    ///
    /// # Errors
    /// As [`Array::store`].
    pub fn store(&self, sink: impl ArraySink + 'static) -> Result<()> {
        Store::write(vec![prepared(self, sink, None)?])
    }

    /// As [`Array::store_at`].
    ///
    /// # Errors
    /// As [`Array::store_at`].
    pub fn store_at(&self, sink: impl ArraySink + 'static, offset: &[usize]) -> Result<()> {
        Store::write(vec![prepared(self, sink, Some(offset))?])
    }
}

/// An array as the sink takes it, and the sink from `offset` on or as a whole.
fn prepared(
    x: &DynArray,
    sink: impl ArraySink + 'static,
    offset: Option<&[usize]>,
) -> Result<(Expr, Arc<OpenSink>)> {
    let expr = measured(x)?;
    let expr = if expr.dtype() == sink.dtype() { expr } else { astype(&expr, sink.dtype())? };
    let (shape, room) = (expr.shape()?, sink.shape());
    let fits = match offset {
        None => shape.as_slice() == room,
        Some(offset) => {
            let ends = shape.iter().zip(offset).map(|(n, start)| n.checked_add(*start));
            shape.len() == room.len()
                && offset.len() == room.len()
                && ends.zip(room).all(|(end, most)| end.is_some_and(|end| end <= *most))
        }
    };
    if fits {
        let open = match offset {
            None => OpenSink::new(sink),
            Some(offset) => OpenSink::at(sink, offset),
        };
        return Ok((expr, open));
    }
    let place = offset.map_or(String::new(), |offset| format!(" at {offset:?}"));
    let message =
        format!("{} of shape {room:?} does not take an array of shape {shape:?}{place}", sink.describe());
    Err(Error::new(ErrorKind::ShapeMismatch, message))
}

/// Arrays, each with the sink it goes to.
pub(crate) struct Store {
    pairs: Vec<(Expr, Arc<OpenSink>)>,
}

impl Store {
    /// Computes the arrays and writes them. When something fails before all are written, nothing is left behind.
    ///
    /// # Errors
    /// That of the task that failed first, or the sink's.
    pub fn write(pairs: Vec<(Expr, Arc<OpenSink>)>) -> Result<()> {
        let store = Self { pairs };
        let written = store.compute();
        store.pairs.iter().for_each(|(_, sink)| sink.abandon());
        written
    }
}

impl Collection for Store {
    type Output = ();

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<()>> {
        let mut tasks = Vec::new();
        let mut sinks = Vec::new();
        if self.pairs.len() > 1 {
            builder.share();
        }
        for (expr, sink) in &self.pairs {
            tasks.extend(store_chunks(&rewrite(expr)?, sink.clone(), builder)?);
            sinks.push(sink.clone());
        }
        Ok(Lowered::new(tasks, move |_| sinks.iter().try_for_each(|sink| sink.finish())))
    }
}

/// The array's expression with all lengths known: a file says them before its elements.
pub(crate) fn measured(x: &DynArray) -> Result<Expr> {
    let expr = x.expr()?;
    if expr.chunks().is_known() { Ok(expr.clone()) } else { Ok(x.persist()?.expr()?.clone()) }
}

/// The largest block along each axis.
pub(crate) fn blocks(expr: &Expr) -> Vec<usize> {
    expr.chunks().axes().iter().map(Axis::largest).collect()
}

/// The same array in blocks that begin at multiples of `pieces`, which are written as a whole.
pub(crate) fn aligned(expr: &Expr, pieces: &[usize]) -> Result<Expr> {
    let mut specs = Vec::new();
    for (axis, piece) in expr.chunks().axes().iter().zip(pieces) {
        let piece = (*piece).max(1);
        let fits = axis.starts()?.iter().all(|start| start % piece == 0);
        let nearest = (axis.largest() / piece).max(1) * piece;
        specs.push(if fits { AxisSpec::Keep } else { AxisSpec::Size(nearest) });
    }
    rechunk(expr, &ChunkSpec::PerAxis(specs))
}
