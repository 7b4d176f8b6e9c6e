//! Which task failed first, what it read and where it ran.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The root task of a failure; dependants that could not run are not listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskFailure {
    /// The task's name: operation and index, or the user's own key.
    pub task: String,
    /// The names of the tasks whose results it read (the first few).
    pub inputs: Vec<String>,
    /// The worker it ran on; none under the local runtime.
    pub worker: Option<String>,
}

impl fmt::Display for TaskFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {}", self.task)?;
        if !self.inputs.is_empty() {
            write!(f, " (inputs: {})", self.inputs.join(", "))?;
        }
        if let Some(worker) = &self.worker {
            write!(f, " on {worker}")?;
        }
        Ok(())
    }
}
