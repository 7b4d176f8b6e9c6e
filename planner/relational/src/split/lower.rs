//! The tasks of a plan in parts.

use swath_block::OpHandle;
use swath_error::Result;
use swath_graph::{Annotations, GraphBuilder, Key, Layer, Payload, TaskId, TaskRange};

use super::fragment::{Bucket, RunFragment};
use super::way::{Merge, Split};

/// Adds the tasks; gives those whose rows, one after another, are the answer. `key` is the plan's, `name` what it is
/// called, `inputs` what it reads of other tasks.
pub(crate) fn lower(
    split: Split,
    key: Key,
    name: &str,
    inputs: &[TaskId],
    builder: &mut GraphBuilder,
) -> Result<TaskRange> {
    let Split { slices, inputs: first, part, merge, limits, slots } = split;
    let shared_out = if let Merge::Shares { count, .. } = &merge { *count } else { 1 };
    let key = |step: &str| {
        let of = Key::of("relational.split").key(key).str(step);
        of.u64(slices as u64).u64(u64::from(shared_out)).u64(limits.fan_in as u64).finish()
    };
    let mut tasks = Tasks { builder, name, reads: first.is_some() };
    let reads = |i: usize| first.and_then(|first| inputs.get(first + i)).copied();
    let parts = tasks.add("part", key("part"), part.payload(), slices, 1, |i, deps| deps.extend(reads(i)))?;
    match merge {
        Merge::Nothing => Ok(parts),
        Merge::One { reduce, end } => {
            let mut left: Vec<TaskId> = parts.iter().collect();
            let mut level = 0;
            while let (Some(reduce), true) = (&reduce, left.len() > limits.fan_in.max(2)) {
                left = tasks.reduce(key(&format!("reduce-{level}")), reduce, &left, limits.fan_in.max(2))?;
                level += 1;
            }
            tasks.add("merge", key("merge"), end.payload(), 1, slots, |_, deps| deps.extend(&left))
        }
        Merge::Shares { count, share, end } => {
            let n = count as usize;
            let bucket = OpHandle::payload(Bucket { of: count });
            let buckets = tasks.add("share", key("share"), bucket, slices * n, 1, |i, deps| {
                deps.push(parts.get(i / n));
            })?;
            let shares = tasks.add("merge", key("merge"), share.payload(), n, 1, |i, deps| {
                deps.extend((0..slices).map(|part| buckets.get(part * n + i)));
            })?;
            let Some(end) = end else { return Ok(shares) };
            tasks.add("end", key("end"), end.payload(), 1, slots, |_, deps| deps.extend(shares.iter()))
        }
    }
}

struct Tasks<'a> {
    builder: &'a mut GraphBuilder,
    name: &'a str,
    /// Whether the parts read results of other tasks.
    reads: bool,
}

impl Tasks<'_> {
    fn add(
        &mut self,
        step: &str,
        key: Key,
        payload: Payload,
        count: usize,
        slots: u16,
        deps: impl FnMut(usize, &mut Vec<TaskId>),
    ) -> Result<TaskRange> {
        let name = format!("{}-{step}", self.name).into();
        let producer = step == "part" && !self.reads;
        let annotations = Annotations { slots, producer, fusible: false, ..Annotations::default() };
        self.builder.add(Layer { key, name, payload, annotations }, count, deps)
    }

    /// One level of a tree: neighbours put together, `fan_in` at a time.
    fn reduce(
        &mut self,
        key: Key,
        fragment: &RunFragment,
        left: &[TaskId],
        fan_in: usize,
    ) -> Result<Vec<TaskId>> {
        let groups: Vec<&[TaskId]> = left.chunks(fan_in).collect();
        let payload = fragment.clone().payload();
        let level = self.add("reduce", key, payload, groups.len(), 1, |i, deps| {
            deps.extend(groups.get(i).copied().unwrap_or_default());
        })?;
        Ok(level.iter().collect())
    }
}
