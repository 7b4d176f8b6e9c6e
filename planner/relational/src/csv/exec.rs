//! The scan itself: partitions that take blocks from a queue and decode them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::DataFusionError;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};
use swath_error::{Error, ErrorKind, Result};
use swath_files::{Compression, FileBlock};

use super::queue::{Piece, Queue, runs};
use super::reader::{BlockScan, Wanted};
use super::table::CsvTable;
use crate::error::to_datafusion;
use crate::session::ReadCounter;

/// Blocks are not made smaller than this to give every partition some.
const SMALLEST_BLOCK: u64 = 1 << 20;

/// Scans delimited files.
#[derive(Debug)]
pub(crate) struct CsvExec {
    table: Arc<CsvTable>,
    wanted: Wanted,
    runs: Arc<Vec<Vec<Piece>>>,
    queue: Arc<Queue>,
    quotes: Arc<QuoteCheck>,
    fetch: Option<usize>,
    any_order: bool,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl CsvExec {
    pub(crate) fn new(
        table: Arc<CsvTable>,
        columns: Vec<usize>,
        partitions: usize,
        fetch: Option<usize>,
    ) -> Result<Self, DataFusionError> {
        let schema: SchemaRef = Arc::new(table.schema.project(&columns)?);
        let pieces = pieces(&table, partitions);
        let quotes = Arc::new(QuoteCheck::new(&table, &pieces));
        let runs = Arc::new(runs(pieces, partitions));
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(runs.len()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Self {
            wanted: Wanted { columns, schema, batch_size: 8192 },
            queue: Arc::new(Queue::new(&runs, false)),
            quotes,
            table,
            runs,
            fetch,
            any_order: false,
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }

    /// The same scan for a reader that does not care about the order of rows: partitions may take each other's blocks.
    pub(crate) fn in_any_order(&self) -> Self {
        let mut scan = self.fresh(self.fetch);
        scan.any_order = true;
        scan.queue = Arc::new(Queue::new(&scan.runs, true));
        scan
    }

    /// The same scan, not yet read from.
    fn fresh(&self, fetch: Option<usize>) -> Self {
        Self {
            table: Arc::clone(&self.table),
            wanted: self.wanted.clone(),
            runs: Arc::clone(&self.runs),
            queue: Arc::new(Queue::new(&self.runs, self.any_order)),
            quotes: Arc::new(self.quotes.fresh()),
            fetch,
            any_order: self.any_order,
            properties: Arc::clone(&self.properties),
            metrics: ExecutionPlanMetricsSet::new(),
        }
    }
}

/// The files' blocks, in order: small enough that every partition gets some.
fn pieces(table: &CsvTable, partitions: usize) -> Vec<Piece> {
    let share = table.bytes() / (partitions.max(1) as u64 * 4);
    let mut pieces = Vec::new();
    for (index, csv) in table.files.iter().enumerate() {
        let whole = table.newlines || csv.compression != Compression::None;
        let start = if csv.compression == Compression::None { csv.data_start } else { 0 };
        let size = csv.file.size.saturating_sub(start);
        let step = match table.blocksize {
            Some(blocksize) if !whole => blocksize.min(share.max(SMALLEST_BLOCK).min(blocksize)).max(1),
            _ => size.max(1),
        };
        for part in 0..size.div_ceil(step) {
            let from = start + part * step;
            let block = FileBlock {
                file: Arc::clone(&csv.file),
                compression: csv.compression,
                start: from,
                end: (from + step).min(csv.file.size),
            };
            pieces.push(Piece { file: index, part: part as usize, block });
        }
    }
    pieces
}

impl DisplayAs for CsvExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.wanted.schema.fields().iter().map(|f| f.name().as_str()).collect();
        let blocks: usize = self.runs.iter().map(Vec::len).sum();
        write!(
            f,
            "CsvExec: files={}, blocks={blocks}, columns=[{}]",
            self.table.files.len(),
            names.join(", ")
        )?;
        match self.fetch {
            Some(fetch) => write!(f, ", fetch={fetch}"),
            None => Ok(()),
        }
    }
}

impl ExecutionPlan for CsvExec {
    fn name(&self) -> &'static str {
        "CsvExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion, DataFusionError>,
    ) -> Result<TreeNodeRecursion, DataFusionError> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        Ok(self)
    }

    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        Ok(Arc::new(self.fresh(self.fetch)))
    }

    fn with_fetch(&self, fetch: Option<usize>) -> Option<Arc<dyn ExecutionPlan>> {
        Some(Arc::new(self.fresh(fetch)))
    }

    fn fetch(&self) -> Option<usize> {
        self.fetch
    }

    fn supports_limit_pushdown(&self) -> bool {
        true
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        let wanted = Wanted { batch_size: context.session_config().batch_size(), ..self.wanted.clone() };
        let schema = Arc::clone(&wanted.schema);
        let state = PartitionScan {
            table: Arc::clone(&self.table),
            wanted,
            queue: Arc::clone(&self.queue),
            quotes: Arc::clone(&self.quotes),
            partition,
            block: None,
            left: self.fetch.unwrap_or(usize::MAX),
            reads: context.session_config().get_extension::<ReadCounter>(),
        };
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let batches = futures::stream::try_unfold((state, metrics), |(mut state, metrics)| async move {
            let timer = metrics.elapsed_compute().timer();
            let batch = state.next().map_err(to_datafusion)?;
            timer.done();
            Ok(batch.map(|batch| {
                metrics.record_output(batch.num_rows());
                (batch, (state, metrics))
            }))
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, batches)))
    }
}

/// One partition under way.
struct PartitionScan {
    table: Arc<CsvTable>,
    wanted: Wanted,
    queue: Arc<Queue>,
    quotes: Arc<QuoteCheck>,
    partition: usize,
    block: Option<BlockScan>,
    /// Rows still wanted.
    left: usize,
    reads: Option<Arc<ReadCounter>>,
}

impl PartitionScan {
    fn next(&mut self) -> Result<Option<RecordBatch>> {
        while self.left > 0 {
            let Some(block) = &mut self.block else {
                let Some(piece) = self.queue.next(self.partition) else { return Ok(None) };
                self.block = Some(BlockScan::open(Arc::clone(&self.table), self.wanted.clone(), piece)?);
                continue;
            };
            let batch = block.next()?;
            if let Some(reads) = &self.reads {
                reads.add(block.take_bytes_read());
            }
            if let Some(batch) = batch {
                let kept = batch.slice(0, batch.num_rows().min(self.left));
                self.left -= kept.num_rows();
                return Ok(Some(kept));
            }
            self.quotes.done(block.piece(), block.quotes())?;
            self.block = None;
        }
        Ok(None)
    }
}

/// Makes sure that no block started inside a quoted field: before every block, the number of quotes must be even.
///
/// Known only when all blocks of a file are done, and always before the scan ends.
#[derive(Debug)]
struct QuoteCheck {
    /// Per file, the blocks' parities as they become known.
    files: Vec<Mutex<Vec<Option<bool>>>>,
}

impl QuoteCheck {
    fn new(table: &CsvTable, pieces: &[Piece]) -> Self {
        let mut files: Vec<Vec<Option<bool>>> = vec![Vec::new(); table.files.len()];
        for piece in pieces {
            if let Some(parts) = files.get_mut(piece.file) {
                parts.push(None);
            }
        }
        Self { files: files.into_iter().map(Mutex::new).collect() }
    }

    fn fresh(&self) -> Self {
        let parts = |m: &Mutex<Vec<Option<bool>>>| m.lock().unwrap_or_else(PoisonError::into_inner).len();
        Self { files: self.files.iter().map(|m| Mutex::new(vec![None; parts(m)])).collect() }
    }

    fn done(&self, piece: &Piece, quotes: u64) -> Result<()> {
        let Some(file) = self.files.get(piece.file) else { return Ok(()) };
        let mut parts = file.lock().unwrap_or_else(PoisonError::into_inner);
        if parts.len() < 2 {
            return Ok(());
        }
        if let Some(part) = parts.get_mut(piece.part) {
            *part = Some(quotes % 2 == 1);
        }
        let Some(known) = parts.iter().copied().collect::<Option<Vec<bool>>>() else { return Ok(()) };
        let mut odd = false;
        for part in &known {
            if odd {
                return Err(Error::new(
                    ErrorKind::InvalidData,
                    format!("{}: a quoted field holds a newline where the file was cut", piece.block.file),
                )
                .with_help(
                    "read with newlines_in_values (the file is then read from start to end by one thread), or with \
                     quote None if quotes are ordinary characters",
                ));
            }
            odd ^= part;
        }
        Ok(())
    }
}
