//! The scan: partitions that take blocks from a queue and hand out their rows.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::EquivalenceProperties;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};
use swath_error::Result;

use super::queue::{Piece, Queue, runs};
use super::quotes::{OpenQuotes, QuoteCheck};
use super::{BlockRows, LineFormat, Wanted};
use crate::error::to_datafusion;
use crate::exec_parts::leaf_plan;
use crate::session::ReadCounter;

/// Scans files of lines.
#[derive(Debug)]
pub(crate) struct LinesExec {
    format: Arc<dyn LineFormat>,
    wanted: Wanted,
    /// How many partitions the blocks were cut for.
    cut_for: usize,
    runs: Arc<Vec<Vec<Piece>>>,
    queue: Arc<Queue>,
    quotes: Arc<QuoteCheck>,
    fetch: Option<usize>,
    any_order: bool,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl LinesExec {
    pub(crate) fn new(
        format: Arc<dyn LineFormat>,
        columns: Vec<usize>,
        partitions: usize,
        fetch: Option<usize>,
    ) -> Result<Self, DataFusionError> {
        let schema: SchemaRef = Arc::new(format.schema().project(&columns)?);
        let pieces = format.pieces(partitions);
        let quotes = Arc::new(QuoteCheck::new(&pieces));
        let runs = Arc::new(runs(pieces, partitions));
        Ok(Self {
            properties: properties(&schema, runs.len()),
            wanted: Wanted { columns, schema, batch_size: 8192 },
            cut_for: partitions,
            queue: Arc::new(Queue::new(&runs, false)),
            quotes,
            format,
            runs,
            fetch,
            any_order: false,
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }

    /// The same scan in slices: at most `count` runs of neighbouring blocks, none of them empty.
    pub(crate) fn sliced(&self, count: usize) -> Result<Self, DataFusionError> {
        let mut scan = Self::new(Arc::clone(&self.format), self.wanted.columns.clone(), count, self.fetch)?;
        let runs: Vec<_> = scan.runs.iter().filter(|run| !run.is_empty()).cloned().collect();
        scan.set_runs(runs);
        Ok(scan)
    }

    /// Slice `index` of [`Self::sliced`] as a scan of one partition.
    pub(crate) fn only(&self, index: usize) -> Self {
        let mut scan = self.fresh(self.fetch);
        scan.set_runs(self.runs.get(index).cloned().into_iter().collect());
        scan
    }

    fn set_runs(&mut self, mut runs: Vec<Vec<Piece>>) {
        if runs.is_empty() {
            runs.push(Vec::new());
        }
        self.queue = Arc::new(Queue::new(&runs, self.any_order));
        self.properties = properties(&self.wanted.schema, runs.len());
        self.runs = Arc::new(runs);
    }

    /// How many slices or partitions there are.
    pub(crate) fn slices(&self) -> usize {
        self.runs.len()
    }

    /// What another process needs to make the same slices: the table, its columns, for how many they were cut.
    pub(crate) fn parts(&self) -> (&dyn LineFormat, &[usize], usize, Option<usize>) {
        (&*self.format, &self.wanted.columns, self.cut_for, self.fetch)
    }

    /// What is known of the quotes in blocks of files that were not read to their end by this scan.
    pub(crate) fn open_quotes(&self) -> Vec<OpenQuotes> {
        let blocks = self.runs.iter().flatten();
        self.quotes.open(blocks)
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
            format: Arc::clone(&self.format),
            wanted: self.wanted.clone(),
            cut_for: self.cut_for,
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

fn properties(schema: &SchemaRef, partitions: usize) -> Arc<PlanProperties> {
    Arc::new(PlanProperties::new(
        EquivalenceProperties::new(Arc::clone(schema)),
        Partitioning::UnknownPartitioning(partitions),
        EmissionType::Incremental,
        Boundedness::Bounded,
    ))
}

impl DisplayAs for LinesExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.wanted.schema.fields().iter().map(|f| f.name().as_str()).collect();
        let blocks: usize = self.runs.iter().map(Vec::len).sum();
        write!(f, "{}: blocks={blocks}, columns=[{}]", self.format.name(), names.join(", "))?;
        match self.fetch {
            Some(fetch) => write!(f, ", fetch={fetch}"),
            None => Ok(()),
        }
    }
}

impl ExecutionPlan for LinesExec {
    fn name(&self) -> &'static str {
        self.format.name()
    }

    leaf_plan!();

    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        Ok(Arc::new(self.fresh(self.fetch)))
    }

    fn with_fetch(&self, fetch: Option<usize>) -> Option<Arc<dyn ExecutionPlan>> {
        Some(Arc::new(self.fresh(fetch)))
    }

    fn fetch(&self) -> Option<usize> {
        self.fetch
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
            format: Arc::clone(&self.format),
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
    format: Arc<dyn LineFormat>,
    wanted: Wanted,
    queue: Arc<Queue>,
    quotes: Arc<QuoteCheck>,
    partition: usize,
    block: Option<(Piece, Box<dyn BlockRows>)>,
    /// Rows still wanted.
    left: usize,
    reads: Option<Arc<ReadCounter>>,
}

impl PartitionScan {
    fn next(&mut self) -> Result<Option<RecordBatch>> {
        while self.left > 0 {
            let Some((piece, block)) = &mut self.block else {
                let Some(piece) = self.queue.next(self.partition) else { return Ok(None) };
                let rows = Arc::clone(&self.format).open(self.wanted.clone(), piece.clone())?;
                self.block = Some((piece, rows));
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
            self.quotes.done(piece, block.quotes())?;
            self.block = None;
        }
        Ok(None)
    }
}
