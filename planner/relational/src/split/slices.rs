//! The source of a plan in slices: groups of files, ranges of files where these are few and large, results of tasks.

use std::sync::Arc;

use datafusion::common::DataFusionError;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{
    FileGroup, FileGroupPartitioner, FileScanConfig, FileScanConfigBuilder,
};
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_plan::{ExecutionPlan, replace_children_if_necessary};
use swath_block::Table;
use swath_graph::Spread;

use crate::inputs_exec::InputsExec;
use crate::lines::LinesExec;

type Plan = Arc<dyn ExecutionPlan>;

/// Slices per thread: a slow one is made up for by the others.
const PER_SLOT: usize = 2;

/// A slice is not larger than this, however few threads there are: a lost one is soon made again.
const LARGEST: u64 = 256 << 20;

/// Parquet files of fewer bytes together are not cut.
const SMALLEST: usize = 4 << 20;

/// A source in slices.
pub(super) struct Sliced {
    /// The scan, with a partition per slice.
    pub(super) scan: Plan,
    /// How many slices.
    pub(super) count: usize,
    /// Stored bytes of all of them.
    pub(super) bytes: u64,
    /// The plan's input that is the first slice, when the slices are results of other tasks.
    pub(super) inputs: Option<usize>,
}

/// How many slices to make of a source of so many stored bytes.
pub(super) type Wanted<'a> = &'a dyn Fn(u64) -> usize;

/// A source in slices; none for another kind of source.
pub(super) fn slice(leaf: &Plan, wanted: Wanted<'_>) -> Result<Option<Sliced>, DataFusionError> {
    if let Some(lines) = leaf.downcast_ref::<LinesExec>() {
        let bytes = lines.parts().0.stored_bytes();
        let scan = lines.sliced(wanted(bytes))?;
        let count = scan.slices();
        return Ok(Some(Sliced { scan: Arc::new(scan), count, bytes, inputs: None }));
    }
    if let Some(inputs) = leaf.downcast_ref::<InputsExec>() {
        let (first, count) = inputs.inputs();
        let scan = Arc::new(inputs.of_task(1));
        return Ok(Some(Sliced { scan, count, bytes: 0, inputs: Some(first) }));
    }
    let Some(config) = files(leaf) else { return Ok(None) };
    let whole = whole_files(config);
    let bytes = whole.iter().map(|f| f.object_meta.size).sum();
    let groups = groups(whole, wanted(bytes));
    let count = groups.len();
    let config = FileScanConfigBuilder::from(config.clone()).with_file_groups(groups).build();
    Ok(Some(Sliced { scan: DataSourceExec::from_data_source(config), count, bytes, inputs: None }))
}

/// How many slices to make of so many bytes for so many threads.
pub(super) fn for_threads(bytes: u64, spread: Spread) -> usize {
    let by_size = usize::try_from(bytes.div_ceil(LARGEST)).unwrap_or(usize::MAX);
    (spread.slots * PER_SLOT).max(by_size)
}

fn files(leaf: &Plan) -> Option<&FileScanConfig> {
    leaf.downcast_ref::<DataSourceExec>()?.data_source().downcast_ref::<FileScanConfig>()
}

/// The files of a scan in order, those that the optimizer cut put together again.
fn whole_files(config: &FileScanConfig) -> Vec<PartitionedFile> {
    let mut all: Vec<PartitionedFile> = Vec::new();
    for file in config.file_groups.iter().flat_map(FileGroup::iter) {
        let continues = file.range.as_ref().is_some_and(|r| r.start > 0)
            && all.last().is_some_and(|f| f.object_meta.location == file.object_meta.location);
        if !continues {
            let mut file = file.clone();
            file.range = None;
            all.push(file);
        }
    }
    all
}

/// Contiguous groups of whole files; where there are fewer files than groups, of ranges of files.
fn groups(files: Vec<PartitionedFile>, count: usize) -> Vec<FileGroup> {
    if files.len() < count {
        let partitioner = FileGroupPartitioner::new()
            .with_target_partitions(count)
            .with_repartition_file_min_size(SMALLEST);
        let one = [FileGroup::new(files.clone())];
        let cut = partitioner.repartition_file_groups(&one);
        return cut.unwrap_or_else(|| files.into_iter().map(|f| FileGroup::new(vec![f])).collect());
    }
    let total: u64 = files.iter().map(|f| f.object_meta.size).sum();
    let mut groups: Vec<Vec<PartitionedFile>> = vec![Vec::new(); count];
    let mut seen = 0;
    for file in files {
        // The group in whose share of the bytes the file's middle lies.
        let middle = seen + file.object_meta.size / 2;
        seen += file.object_meta.size;
        let at = (u128::from(middle) * count as u128 / u128::from(total.max(1))) as usize;
        if let Some(group) = groups.get_mut(at.min(count - 1)) {
            group.push(file);
        }
    }
    groups.into_iter().filter(|g| !g.is_empty()).map(FileGroup::new).collect()
}

/// The plan over slice `index` of its source alone, or over the tables in place of the inputs that stand in it; gives
/// also the source.
pub(super) fn filled(
    plan: &Plan,
    index: usize,
    tables: &[Arc<Table>],
) -> Result<(Plan, Plan), DataFusionError> {
    let children = plan.children();
    match children.as_slice() {
        [] => {
            let leaf = filled_leaf(plan, index, tables)?;
            Ok((Arc::clone(&leaf), leaf))
        }
        [only] => {
            let (input, leaf) = filled(only, index, tables)?;
            Ok((replace_children_if_necessary(Arc::clone(plan), vec![input])?, leaf))
        }
        _ => Err(DataFusionError::Internal("a part of a plan reads several sources".into())),
    }
}

fn filled_leaf(leaf: &Plan, index: usize, tables: &[Arc<Table>]) -> Result<Plan, DataFusionError> {
    if let Some(inputs) = leaf.downcast_ref::<InputsExec>() {
        let rows: Vec<_> = tables.iter().flat_map(|t| t.batches()).cloned().collect();
        return inputs.filled(&rows);
    }
    if let Some(lines) = leaf.downcast_ref::<LinesExec>() {
        return Ok(Arc::new(lines.only(index)));
    }
    let Some(config) = files(leaf) else {
        return Err(DataFusionError::Internal(format!("{} cannot be read in slices", leaf.name())));
    };
    let group = config.file_groups.get(index).cloned().into_iter().collect();
    let config = FileScanConfigBuilder::from(config.clone()).with_file_groups(group).build();
    Ok(DataSourceExec::from_data_source(config))
}
