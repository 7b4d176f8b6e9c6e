//! Blocks that other collections' tasks make: an array over results of delayed calls.

use std::fmt;
use std::sync::Arc;

use swath_block::DType;
use swath_error::{Error, Result};
use swath_graph::{GraphBuilder, Key, TaskId};

use crate::chunks::Chunks;
use crate::expr::{ArrayNode, Expr};
use crate::lower::{Grid, Lowering};

/// Adds the tasks of blocks to a graph, and says which they are, in row-major order of the grid.
pub type BlockTasks = Arc<dyn Fn(&mut GraphBuilder) -> Result<Vec<TaskId>> + Send + Sync>;

/// Tasks of others, and what is promised of their blocks.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) tasks: BlockTasks,
    /// What an error calls them.
    pub(crate) name: Arc<str>,
}

/// An array of `dtype` in `chunks` whose blocks are made by `tasks`; each is checked against what is promised here.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] when the array is larger than any could be.
pub fn given(name: &str, dtype: DType, chunks: Chunks, tasks: BlockTasks) -> Result<Expr> {
    Expr::new(Key::unique("array-given"), dtype, chunks, Given { tasks, name: name.into() }, [])
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Given({})", self.name)
    }
}

impl ArrayNode for Given {
    fn rebuild(&self, _: Vec<Expr>) -> Result<Expr> {
        Err(Error::internal("blocks of other tasks read no array"))
    }

    fn label(&self) -> String {
        format!("from({})", self.name)
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::given(self, expr, to)
    }
}
