//! Bags into memory and files.

use std::fmt::Display;
use std::path::PathBuf;

use arrow::datatypes::SchemaRef;
use swath_bag_plan::{
    BagItem, Boundary, Held, Tasks, TextTarget, gather_one, infer_schema, materialise, rewritten, tables,
    write_text,
};
use swath_block::{Block, Table};
use swath_error::Result;
use swath_execute::{Collection, Lowered, persist};
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

/// A bag as one table of known columns.
struct AsTable<T: BagItem> {
    bag: Bag<T>,
    schema: SchemaRef,
}

impl<T: BagItem> Collection for AsTable<T> {
    type Output = Table;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Table>> {
        let tasks = tables(&self.bag.plan()?, self.schema.clone(), builder)?;
        let schema = self.schema.clone();
        Ok(Lowered::new(tasks, move |blocks| {
            let parts = blocks.into_iter().map(Block::into_table).collect::<Result<Vec<_>>>()?;
            Table::new(schema, parts.iter().flat_map(|t| t.batches()).cloned().collect())
        }))
    }
}

impl<T: BagItem> Bag<T> {
    /// Computes the bag and keeps its partitions in memory: the bag that comes back starts from them. On a cluster they
    /// stay on the workers as long as that bag is there.
    ///
    /// # Errors
    /// The error of the expression or of the task that failed first.
    pub fn persist(&self) -> Result<Self> {
        let plan = self.plan()?;
        let blocks = persist(&Blocks(self.clone()))?;
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

    /// The records of the bag as a table in memory, computed at once: structs, maps and JSON objects become rows, their
    /// members columns. `dd::from_table(&table)` goes on from it.
    ///
    /// The columns are those of the first thousand records; a later record with another one is an error.
    ///
    /// ```
    /// use swath_bag::{self as db, json};
    /// # use swath_local as _;
    /// let lines = [r#"{"name": "Ann", "age": 31}"#, r#"{"name": "Bo", "age": 7}"#].map(String::from);
    /// let table = db::from_sequence(lines).map(json::loads).to_table()?;
    /// assert_eq!((table.num_rows(), table.num_columns()), (2, 2));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidData`] when the items are no records or unlike; the error of the task that failed
    /// first.
    pub fn to_table(&self) -> Result<Table> {
        let schema = infer_schema(&self.take(1000)?)?;
        AsTable { bag: self.clone(), schema }.compute()
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
