//! What a frame would do, as text.

use swath_error::Result;
use swath_execute::{Collection, builder_for, current_executor};
use swath_graph::{GraphBuilder, TaskGraph, TaskId};

use super::DataFrame;
use crate::engine;

impl DataFrame {
    /// What would be computed: the expression as it was built, as the optimizer rewrites it, and as tasks of the runtime in
    /// force. On a cluster the tasks are those of all workers, and a line says whether the plan is split among them.
    ///
    /// # Errors
    /// The error of a poisoned frame, or what the plan gets wrong.
    pub fn explain(&self) -> Result<String> {
        let frame = self.frame()?;
        let mut builder = match current_executor() {
            Ok(executor) => builder_for(&*executor),
            Err(_) => GraphBuilder::new(),
        };
        let way = engine::how(&frame.plan, frame.in_order, &mut builder)?;
        let lowered = self.lower(&mut builder)?;
        let tasks = tasks(&builder.finish(&lowered.tasks)?, frame.in_order);
        let threads = if frame.in_order { 1 } else { cores() };
        let physical = swath_relational::physical_text(&frame.plan, threads)?;
        Ok(format!(
            "expression\n{}\n\nrewritten\n{}\n\ntask graph\n{}\n{}\n{}",
            indent(&swath_relational::logical_text(&frame.plan)),
            indent(&swath_relational::optimized_text(&frame.plan)?),
            indent(&way),
            indent(&tasks),
            indent(&indent(&physical)),
        ))
    }
}

/// The tasks, a line for neighbours of one kind.
fn tasks(graph: &TaskGraph, in_order: bool) -> String {
    let all: Vec<TaskId> = (0..graph.len() as u32).map(TaskId).collect();
    let kind = |task: &TaskId| graph.last_step(*task).map(|step| step.layer);
    let line = |run: &[TaskId]| {
        let first = run.first()?;
        let threads = match graph.annotations(*first).map_or(1, |a| a.slots) {
            1 if in_order => "1 thread, rows in order".to_owned(),
            1 => "1 thread".to_owned(),
            u16::MAX => "all threads".to_owned(),
            n => format!("up to {n} threads"),
        };
        let name = graph.name(*first);
        Some(match run.len() {
            1 => format!("{name} ({threads})"),
            n => format!("{name} and {} like it ({threads} each)", n - 1),
        })
    };
    let lines: Vec<String> = all.chunk_by(|a, b| kind(a) == kind(b)).filter_map(line).collect();
    lines.join("\n")
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
