//! The task that writes a plan's rows.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::execution::TaskContext as EngineContext;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{ExecutionPlan, SendableRecordBatchStream, execute_stream_partitioned};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use swath_block::{Block, Inputs, OpHandle, Operation, TaskContext, encode_operation, register_operation};
use swath_error::{Error, Result};
use swath_files::Compression;
use swath_graph::{GraphBuilder, Key, TaskId, TaskRange};
use tokio::task::JoinSet;

use super::Sink;
use super::encode::FileWriter;
use super::folders::Folders;
use super::target::{Pending, Place};
use crate::error::from_datafusion;
use crate::run::{add_layer, layer_name, with_inputs};
use crate::split::{self, SplitLimits, Way, way};
use crate::travel::{TravellingPlan, settle, settle_kept};
use crate::{Session, from_inputs, physical, plan_key, threads};

/// Bytes of rows in memory after which a folder's part is ended and the next one begun.
const PART_BYTES: usize = 512 << 20;

/// Files open at once for one partition's folders; more are ended early and continued as further parts.
const OPEN_FILES: usize = 128;

/// Bytes that the open files of one partition may hold until they are written out.
const HELD_BYTES: usize = 256 << 20;

/// What a sink wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The files, in the order of their rows.
    pub files: Vec<PathBuf>,
    /// How many rows in all.
    pub rows: u64,
}

/// Adds the task that writes `plan`'s rows to `path`; its block is a [`Written`] value.
///
/// A path with a `*` in its last part gives one file per partition of the run, numbered from 0; one that ends like a file
/// of the format (`.csv`, `.csv.gz`, `.json`, `.parquet`) gives one file; any other is a folder of `part-0.csv` and so on,
/// in which parts of an earlier write are replaced. Every write is its own task: nothing is shared or remembered.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] for a path that names nothing, or when an option contradicts the path.
pub fn lower_write(
    plan: &LogicalPlan,
    path: &Path,
    sink: &Sink,
    inputs: &[TaskId],
    builder: &mut GraphBuilder,
) -> Result<TaskRange> {
    let place = Place::of(path, sink)?;
    let key = plan_key(plan)?;
    let (plan, inputs) = settle_kept(plan, inputs, builder)?;
    if let Way::Split(split) = way(&plan, builder.spread(), *builder.notes::<SplitLimits>())
        && !split.is_parts_only()
    {
        // What aggregates and limits leave is few rows.
        let rows = split::lower(*split, key, &layer_name(&plan), &inputs, builder)?;
        let rows: Vec<TaskId> = rows.iter().collect();
        let rest = from_inputs(0, rows.len(), Arc::clone(plan.schema().inner()), key)?;
        return add_write(&rest, &rows, sink, place, builder);
    }
    let (plan, inputs) = settle(&plan, &inputs, builder)?;
    add_write(&plan, &inputs, sink, place, builder)
}

fn add_write(
    plan: &LogicalPlan,
    inputs: &[TaskId],
    sink: &Sink,
    place: Place,
    builder: &mut GraphBuilder,
) -> Result<TaskRange> {
    let plan = TravellingPlan::new(plan.clone());
    let op = WritePlan { plan, sink: sink.clone(), place };
    let name = format!("to-{}", sink.extension());
    add_layer(builder, Key::unique("relational.write"), &name, OpHandle::payload(op), inputs)
}

/// Writes a plan's rows.
#[derive(Debug, Serialize, Deserialize)]
struct WritePlan {
    plan: TravellingPlan,
    sink: Sink,
    place: Place,
}

register_operation!(WritePlan, "relational.write");

impl Operation for WritePlan {
    fn name(&self) -> &'static str {
        "relational.write"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let session = Session::for_task(ctx)?;
        let plan = with_inputs(self.plan.get(&session).map_err(|e| self.plan.explained(e))?, inputs)?;
        let memory = ctx.env.memory.clone();
        let reads = Arc::clone(session.reads());
        let context = session.context().clone();
        let (sink, place) = (self.sink.clone(), self.place.clone());
        let written = threads::drive(ctx, &reads, async move {
            let physical = physical::plan(&context.state(), &plan, &memory).await?;
            write(physical, context.task_ctx(), sink, place).await
        })
        .map_err(|e| self.plan.explained(e))?;
        Ok(Block::value(written))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        let (plan, sink, place) = (self.plan.encoded()?, self.sink.clone(), self.place.clone());
        encode_operation(&Self { plan, sink, place })
    }
}

async fn write(
    plan: Arc<dyn ExecutionPlan>,
    context: Arc<EngineContext>,
    sink: Sink,
    place: Place,
) -> Result<Written> {
    let job = Arc::new(Job {
        compression: place.compression(&sink),
        pending: Pending::create(&place, &sink)?,
        schema: plan.schema(),
        one_file: matches!(place, Place::File(_)),
        folder: matches!(place, Place::Folder(_)),
        sink,
    });
    let streams = execute_stream_partitioned(plan, context).map_err(from_datafusion)?;
    let rows = if job.one_file && matches!(job.sink, Sink::Parquet(_)) {
        in_turn(&job, streams).await?
    } else {
        at_once(&job, streams).await?
    };
    let job = Arc::into_inner(job).ok_or_else(|| Error::internal("a sink's part is still being written"))?;
    Ok(Written { files: job.pending.commit()?, rows })
}

/// Every partition writes files of its own.
async fn at_once(job: &Arc<Job>, streams: Vec<SendableRecordBatchStream>) -> Result<u64> {
    let mut parts = JoinSet::new();
    for (partition, mut stream) in streams.into_iter().enumerate() {
        let job = Arc::clone(job);
        parts.spawn(async move {
            let mut writer = PartWriter::new(job, partition)?;
            while let Some(batch) = stream.try_next().await.map_err(from_datafusion)? {
                writer.write(&batch)?;
            }
            writer.finish()
        });
    }
    let mut rows = 0;
    while let Some(part) = parts.join_next().await {
        let part = part.map_err(|e| Error::internal(format!("a thread of the sink panicked: {e}")));
        match part.and_then(|rows| rows) {
            Ok(written) => rows += written,
            Err(error) => {
                // The others let go of their files before the task is over.
                parts.shutdown().await;
                return Err(error);
            }
        }
    }
    Ok(rows)
}

/// One file that cannot be joined from parts: the partitions one after another, each computed ahead by a few batches.
async fn in_turn(job: &Arc<Job>, streams: Vec<SendableRecordBatchStream>) -> Result<u64> {
    let mut parts = JoinSet::new();
    let mut queues = Vec::new();
    for mut stream in streams {
        let (sender, receiver) = tokio::sync::mpsc::channel(16);
        queues.push(receiver);
        parts.spawn(async move {
            loop {
                let batch = stream.try_next().await.map_err(from_datafusion);
                let over = !matches!(batch, Ok(Some(_)));
                if sender.send(batch).await.is_err() || over {
                    return;
                }
            }
        });
    }
    let mut writer = PartWriter::new(Arc::clone(job), 0)?;
    for mut queue in queues {
        while let Some(Some(batch)) = queue.recv().await.transpose()? {
            writer.write(&batch)?;
        }
    }
    writer.finish()
}

/// What all partitions share.
struct Job {
    sink: Sink,
    compression: Compression,
    pending: Pending,
    schema: SchemaRef,
    /// All parts become one file: only the first has a header.
    one_file: bool,
    /// Parts may be as many as their sizes want.
    folder: bool,
}

/// The files of one partition.
struct PartWriter {
    job: Arc<Job>,
    partition: usize,
    /// How many files were begun.
    begun: usize,
    folders: Option<Folders>,
    open: HashMap<PathBuf, OpenFile>,
    rows: u64,
}

struct OpenFile {
    writer: FileWriter,
    /// Bytes of the rows given to it, as they were in memory.
    taken: usize,
}

impl PartWriter {
    fn new(job: Arc<Job>, partition: usize) -> Result<Self> {
        let on = job.sink.partition_on();
        let folders = if on.is_empty() { None } else { Some(Folders::new(&job.schema, on)?) };
        let mut writer = Self { job, partition, begun: 0, folders, open: HashMap::new(), rows: 0 };
        // The first partition always has a file, so that the columns are known even without rows.
        if partition == 0 && writer.folders.is_none() {
            writer.begin(PathBuf::new())?;
        }
        Ok(writer)
    }

    fn begin(&mut self, below: PathBuf) -> Result<()> {
        let id = (self.partition, self.begun);
        self.begun += 1;
        let out = self.job.pending.open(id, &below)?;
        let header = !self.job.one_file || id == (0, 0);
        let schema = self.folders.as_ref().map_or(&self.job.schema, Folders::schema);
        let writer = FileWriter::start(&self.job.sink, self.job.compression, schema, header, out)?;
        self.open.insert(below, OpenFile { writer, taken: 0 });
        Ok(())
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.rows += batch.num_rows() as u64;
        match &mut self.folders {
            None => self.append(PathBuf::new(), batch),
            Some(folders) => {
                for (below, rows) in folders.split(batch)? {
                    self.append(below, &rows)?;
                }
                self.make_room()
            }
        }
    }

    fn append(&mut self, below: PathBuf, batch: &RecordBatch) -> Result<()> {
        if !self.open.contains_key(&below) {
            self.begin(below.clone())?;
        }
        let Some(file) = self.open.get_mut(&below) else { return Ok(()) };
        file.writer.write(batch)?;
        file.taken += batch.get_array_memory_size();
        if self.job.folder && file.taken > PART_BYTES {
            self.end(&below)?;
        }
        Ok(())
    }

    fn end(&mut self, below: &Path) -> Result<()> {
        match self.open.remove(below) {
            Some(file) => file.writer.finish(),
            None => Ok(()),
        }
    }

    /// Ends the files that hold most while there are too many or they hold too much.
    fn make_room(&mut self) -> Result<()> {
        loop {
            let held: usize = self.open.values().map(|f| f.writer.held()).sum();
            if self.open.len() <= OPEN_FILES && held <= HELD_BYTES {
                return Ok(());
            }
            let largest = self.open.iter().max_by_key(|(_, f)| f.writer.held()).map(|(path, _)| path.clone());
            let Some(path) = largest else { return Ok(()) };
            self.end(&path)?;
        }
    }

    fn finish(mut self) -> Result<u64> {
        for (_, file) in self.open.drain() {
            file.writer.finish()?;
        }
        Ok(self.rows)
    }
}
