//! The operation of a layer of calls by name: for each task a function and the arguments of its call.

use serde::{Deserialize, Serialize};
use swath_block::{Block, Inputs, Operation, OperationEntry, TaskContext, encode_operation, inventory};
use swath_error::{Error, ErrorKind, Result};

use crate::template::{ArgumentWriter, fill};
use crate::{TaskFunction, task_named};

/// The registered name of the operation.
pub const CALL: &str = "task.call";

/// Calls by name. Its encoding begins with the name of the first function, as postcard writes a string, and those of the
/// others, as a vector of strings. Task `i` of the layer makes call `i`; its inputs go where the call's arguments say.
///
/// ```
/// use swath_block::{Block, Inputs, MemoryLedger, Operation, RunEnv, TaskContext, decode_operation};
/// use swath_tasks::{CALL, CallsBuilder, task, task_of};
///
/// #[task]
/// fn add(a: i64, b: i64) -> i64 { a + b }
///
/// let mut calls = CallsBuilder::default();
/// calls.push(task_of(&add)?, |arguments| {
///     arguments.value(&40i64)?;
///     arguments.end();
///     arguments.input();
///     arguments.end();
///     Ok(())
/// })?;
/// let calls = calls.build();
/// let env = RunEnv::new(1, MemoryLedger::new(1 << 20));
/// let ctx = TaskContext { index: 0, slots: 1, env: &env };
/// let inputs: Inputs = [Block::value(2i64)].into_iter().collect();
/// assert_eq!(calls.run(inputs, &ctx)?.into_value()?.get(), Some(&42i64));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Debug)]
pub struct Calls {
    functions: Vec<TaskFunction>,
    written: Written,
}

/// The calls without their functions' names.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Written {
    /// Each call's function; empty when all calls are of the first.
    of: Vec<u32>,
    /// Where each call's arguments end.
    ends: Vec<u32>,
    /// The arguments of all calls, one after another.
    bytes: Vec<u8>,
}

impl Calls {
    /// How many calls.
    pub fn len(&self) -> usize {
        self.written.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.written.ends.is_empty()
    }

    fn decode(bytes: &[u8]) -> Result<Self> {
        let (first, others, written): (&str, Vec<&str>, Written) = postcard::from_bytes(bytes)
            .map_err(|e| Error::data(format!("a layer of calls cannot be decoded: {e}")).with_source(e))?;
        let names = std::iter::once(first).filter(|name| !name.is_empty()).chain(others);
        Ok(Self { functions: names.map(task_named).collect::<Result<_>>()?, written })
    }

    fn function(&self, call: usize) -> Option<TaskFunction> {
        let which = if self.written.of.is_empty() { 0 } else { *self.written.of.get(call)? };
        self.functions.get(which as usize).copied()
    }
}

impl Written {
    fn arguments(&self, call: usize) -> Option<&[u8]> {
        let start = match call.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.bytes.get(start as usize..*self.ends.get(call)? as usize)
    }
}

impl Operation for Calls {
    fn name(&self) -> &'static str {
        CALL
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let call = ctx.index as usize;
        let (function, written) = self
            .function(call)
            .zip(self.written.arguments(call))
            .ok_or_else(|| Error::internal(format!("a layer of {} calls has no call {call}", self.len())))?;
        function.call(fill(written, inputs)?)
    }

    fn encode(&self) -> Result<Vec<u8>> {
        let mut names = self.functions.iter().map(|f| f.name());
        let first = names.next().unwrap_or_default();
        encode_operation(&(first, names.collect::<Vec<_>>(), &self.written))
    }
}

inventory::submit! {
    OperationEntry {
        name: CALL,
        decode: |bytes| Ok(std::sync::Arc::new(Calls::decode(bytes)?)),
    }
}

/// Collects the calls of a layer.
#[derive(Debug, Default)]
pub struct CallsBuilder {
    functions: Vec<TaskFunction>,
    written: Written,
    writer: ArgumentWriter,
}

impl CallsBuilder {
    /// Adds a call of `function`: `write` writes its arguments.
    ///
    /// # Errors
    /// That of `write`; [`ErrorKind::InvalidArgument`] when the function takes another number of arguments;
    /// [`ErrorKind::Unsupported`] when the layer's arguments take more than 4 GiB.
    pub fn push(
        &mut self,
        function: TaskFunction,
        write: impl FnOnce(&mut ArgumentWriter) -> Result<()>,
    ) -> Result<()> {
        self.writer.clear();
        write(&mut self.writer)?;
        let bytes = std::mem::take(&mut self.written.bytes);
        self.written.bytes = self.writer.append_to(bytes)?;
        let given = self.writer.count();
        self.ended(function, given)
    }

    /// Adds a call of `function` with so many arguments, which have been written already
    /// ([`ArgumentWriter::append_to`]).
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn push_written(&mut self, function: TaskFunction, given: usize, written: &[u8]) -> Result<()> {
        self.written.bytes.extend_from_slice(written);
        self.ended(function, given)
    }

    /// The call's arguments are in `bytes`.
    fn ended(&mut self, function: TaskFunction, given: usize) -> Result<()> {
        if given != function.parameters() {
            let start = self.written.ends.last().map_or(0, |end| *end as usize);
            self.written.bytes.truncate(start);
            let (takes, name) = (function.parameters(), function.name());
            return Err(Error::argument(format!("{name} takes {takes} arguments and was given {given}")));
        }
        let end = u32::try_from(self.written.bytes.len()).map_err(|_| {
            Error::new(ErrorKind::Unsupported, "the arguments of one layer of calls take more than 4 GiB")
                .with_help("pass large values as the results of other tasks (value, scatter)")
        })?;
        let which = self.number(function);
        if which != 0 && self.written.of.is_empty() {
            self.written.of.resize(self.written.ends.len(), 0);
        }
        if which != 0 || !self.written.of.is_empty() {
            self.written.of.push(which);
        }
        self.written.ends.push(end);
        Ok(())
    }

    /// The function's number within the layer; most layers have one function, none has many.
    fn number(&mut self, function: TaskFunction) -> u32 {
        let known = self.functions.iter().rposition(|f| std::ptr::eq(*f, function));
        known.unwrap_or_else(|| {
            self.functions.push(function);
            self.functions.len() - 1
        }) as u32
    }

    /// How many calls there are.
    pub fn len(&self) -> usize {
        self.written.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.written.ends.is_empty()
    }

    /// Bytes of the arguments so far.
    pub fn bytes(&self) -> usize {
        self.written.bytes.len()
    }

    /// The operation.
    pub fn build(self) -> Calls {
        Calls { functions: self.functions, written: self.written }
    }
}
