//! A fold whose steps are a user's functions: as they are in this process, by name in another.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swath_block::Chunk;
use swath_error::{Error, Result};
use swath_kernels::concat;
use swath_tasks::{Argument, TaskFunction, task_named};

/// One step: a chunk, and the axes that are folded, to a chunk in which those axes are short.
pub type FoldFunction = Arc<dyn Fn(&Chunk, &[usize]) -> Result<Chunk> + Send + Sync>;

/// The steps of a user's fold, and the axes they are given.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserFold {
    name: String,
    axes: Vec<usize>,
    steps: Steps,
}

#[derive(Clone, Serialize, Deserialize)]
enum Steps {
    /// Functions registered under these names.
    Named([String; 3]),
    /// Functions of this process, and the registered ones that do the same, or why there is none.
    #[serde(skip)]
    Here([FoldFunction; 3], [Result<TaskFunction>; 3]),
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(names) => write!(f, "{names:?}"),
            Self::Here(..) => f.write_str("functions of this process"),
        }
    }
}

impl UserFold {
    /// A fold over `axes` of three steps: of a chunk, of several partial results joined along the first of the axes, and of
    /// the last partial result. In another process `tasks` are called instead.
    pub fn new(
        name: &str,
        axes: Vec<usize>,
        steps: [FoldFunction; 3],
        tasks: [Result<TaskFunction>; 3],
    ) -> Self {
        Self { name: name.to_owned(), axes, steps: Steps::Here(steps, tasks) }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The axes folded.
    pub(crate) fn axes(&self) -> &[usize] {
        &self.axes
    }

    pub(crate) fn travelling(&self) -> Result<Self> {
        let steps = match &self.steps {
            Steps::Here(_, [a, b, c]) => {
                let name = |t: &Result<TaskFunction>| t.clone().map(|t| t.name().to_owned());
                Steps::Named([name(a)?, name(b)?, name(c)?])
            }
            named @ Steps::Named(_) => named.clone(),
        };
        Ok(Self { steps, ..self.clone() })
    }

    pub(crate) fn partial(&self, chunk: &Chunk) -> Result<Chunk> {
        self.call(0, chunk)
    }

    pub(crate) fn combine(&self, parts: &[Chunk]) -> Result<Chunk> {
        match self.axes.first() {
            Some(axis) => self.call(1, &concat(parts, *axis)?),
            None => parts.first().cloned().ok_or_else(|| Error::internal("nothing to combine")),
        }
    }

    pub(crate) fn finish(&self, part: &Chunk) -> Result<Chunk> {
        self.call(2, part)
    }

    fn call(&self, step: usize, chunk: &Chunk) -> Result<Chunk> {
        let missing = || Error::internal(format!("a reduction has no step {step}"));
        match &self.steps {
            Steps::Here(steps, _) => steps.get(step).ok_or_else(missing)?(chunk, &self.axes),
            Steps::Named(names) => {
                let task = task_named(names.get(step).ok_or_else(missing)?)?;
                let arguments =
                    [Argument::Block(chunk.clone().into()), Argument::encoded(self.axes.as_slice())?];
                task.call(arguments.into_iter().collect())?.into_chunk().map(Arc::unwrap_or_clone)
            }
        }
    }
}
