//! Bags into memory and files.

use std::fmt::Display;
use std::path::PathBuf;

use swath_bag_plan::{
    BagItem, Boundary, Held, Tasks, TextTarget, gather_one, materialise, rewritten, write_text,
};
use swath_block::Block;
use swath_error::Result;
use swath_execute::{Collection, Lowered};
use swath_graph::GraphBuilder;

use crate::Bag;

/// A bag computed to its blocks.
struct Blocks<T: BagItem>(Bag<T>);

impl<T: BagItem> Collection for Blocks<T> {
    type Output = Vec<Block>;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Vec<Block>>> {
        Ok(Lowered::new(materialise(&rewritten(&self.0.plan()?), builder)?, Ok))
    }
}

/// A bag written to text files.
struct Written<T: BagItem> {
    bag: Bag<T>,
    target: TextTarget,
}

impl<T: BagItem + Display> Collection for Written<T> {
    type Output = Vec<PathBuf>;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Vec<PathBuf>>> {
        let tasks = write_text(&self.bag.plan()?, self.target.clone(), builder)?;
        let path = |block| gather_one::<String>(vec![block]).map(PathBuf::from);
        Ok(Lowered::new(tasks, move |blocks| blocks.into_iter().map(path).collect()))
    }
}

impl<T: BagItem> Bag<T> {
    /// Computes the bag and keeps its partitions in memory: the bag that comes back starts from them.
    ///
    /// # Errors
    /// The error of the expression or of the task that failed first.
    pub fn persist(&self) -> Result<Self> {
        let plan = self.plan()?;
        let blocks = Blocks(self.clone()).compute()?;
        Ok(Self::of(Boundary(Tasks::new(Held::new(blocks, &plan.info().label, plan.info().key)))))
    }

    /// The first `k` items, computed at once: partitions are read in order until there are enough, each no further than
    /// needed. Fewer when the bag is shorter. (Dask looks at the first partition only.)
    ///
    /// # Errors
    /// The error of the expression or of the task that failed first.
    pub fn take(&self, k: usize) -> Result<Vec<T>> {
        let all = self.npartitions()?;
        let (mut items, mut next, mut step) = (Vec::new(), 0, 1);
        while items.len() < k && next < all {
            let some = step.min(all - next);
            let missing = k - items.len();
            items.extend(self.some_partitions(next, some)?.heads(missing).compute()?);
            (next, step) = (next + some, step * 4);
        }
        items.truncate(k);
        Ok(items)
    }

    /// Writes each partition to a text file, one item per line, at once, and gives the paths.
    ///
    /// A `*` in `path` stands for the partition's number, padded with zeros; a bag of one partition needs none; a path
    /// that ends in `/` gets `0.part`, `1.part` and so on. `.gz` and `.zst` compress. As in Dask, there is no newline
    /// after the last item. A file appears when it is complete; missing folders are made.
    ///
    /// ```
    /// use swath_bag as db;
    /// # use swath_local as _;
    /// # let dir = tempfile::tempdir()?;
    /// # let path = format!("{}/part-*.txt", dir.path().display());
    /// let paths = db::range(4, 2).to_text_files(path)?;
    /// assert_eq!(std::fs::read_to_string(&paths[1])?, "2\n3");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] for a path without `*` and several partitions; the error of the task
    /// that failed first.
    pub fn to_text_files(&self, path: impl AsRef<str>) -> Result<Vec<PathBuf>>
    where
        T: Display,
    {
        let target = TextTarget::new(path.as_ref(), self.npartitions()?, false)?;
        Written { bag: self.clone(), target }.compute()
    }
}
