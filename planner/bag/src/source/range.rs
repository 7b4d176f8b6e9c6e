//! The whole numbers from zero.

use swath_error::{Error, Result};
use swath_graph::Key;

use crate::recipe::StreamRecipe;
use crate::stream::{Flow, Info, Node, Part, Sink, Stream};

/// The numbers `0..n`; the last partition takes the remainder.
pub struct Range {
    info: Info,
    n: i64,
    size: i64,
}

impl Range {
    /// `n` numbers in `npartitions` partitions; fewer when there are fewer numbers.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] when `n` is negative or `npartitions` is 0.
    pub fn new(n: i64, npartitions: usize) -> Result<Self> {
        if n < 0 || npartitions == 0 {
            return Err(Error::argument(format!(
                "range({n}, {npartitions}) needs n >= 0 and at least 1 partition"
            )));
        }
        let partitions = npartitions.min((n as usize).max(1));
        let info = Info {
            key: Key::of("range").u64(n as u64).u64(partitions as u64).finish(),
            label: format!("range({n}, {partitions} partitions)"),
            partitions,
        };
        Ok(Self { info, n, size: n / partitions as i64 })
    }
}

impl Node for Range {
    fn info(&self) -> &Info {
        &self.info
    }

    fn inputs(&self) -> Vec<&dyn Node> {
        Vec::new()
    }

    #[allow(private_interfaces)]
    fn recipe(&self) -> Result<StreamRecipe> {
        Ok(StreamRecipe::Range(self.n, self.info.partitions))
    }
}

impl Stream<i64> for Range {
    fn drive(&self, part: &mut Part<'_>, sink: Sink<'_, i64>) -> Flow {
        let start = part.index() as i64 * self.size;
        let last = part.index() + 1 == self.info.partitions;
        let end = if last { self.n } else { start + self.size };
        let ctx = part.ctx;
        (start..end).try_for_each(|n| {
            ctx.check_cancelled()?;
            sink(n)
        })
    }
}
