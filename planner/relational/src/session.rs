//! Sessions: DataFusion set up with our settings, memory, spill folder and stores.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::common::config::Dialect;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::context::SessionContext;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionConfig;
use swath_aside::ScratchDir;
use swath_block::{MemoryLedger, TaskContext};
use swath_error::Result;

use crate::error::from_datafusion;
use crate::memory::LedgerPool;
use crate::store::Stores;

/// Bytes read from outside that were not yet passed on to the run's environment.
#[derive(Debug, Default)]
pub(crate) struct ReadCounter(AtomicU64);

impl ReadCounter {
    pub(crate) fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn take(&self) -> u64 {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// A DataFusion session with our settings.
///
/// One made by [`Session::new`] plans: SQL, catalogs, types. One made for a task also runs: it has the task's slots as
/// partitions, draws on the run's memory ledger and spills into a folder that is removed with it.
pub struct Session {
    context: SessionContext,
    reads: Arc<ReadCounter>,
    /// Removed on drop, after the context that spills into it.
    #[allow(dead_code)]
    spill: Option<ScratchDir>,
}

impl Session {
    /// A session for planning, with an empty catalog.
    pub fn new() -> Self {
        let reads = Arc::new(ReadCounter::default());
        let runtime = RuntimeEnvBuilder::new()
            .with_object_store_registry(Arc::new(Stores::new(Arc::clone(&reads))))
            .build_arc()
            .unwrap_or_default();
        let state = SessionStateBuilder::new()
            .with_config(config(1, &reads))
            .with_runtime_env(runtime)
            .with_default_features()
            .build();
        Self { context: SessionContext::new_with_state(state), reads, spill: None }
    }

    /// A session that runs plans with the slots and the memory of a task.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Io`] when the spill folder cannot be made.
    pub fn for_task(ctx: &TaskContext<'_>) -> Result<Self> {
        let spill = ScratchDir::create(&std::env::temp_dir())?;
        let reads = Arc::new(ReadCounter::default());
        let disk =
            DiskManagerBuilder::default().with_mode(DiskManagerMode::Directories(vec![spill.path().into()]));
        let runtime = RuntimeEnvBuilder::new()
            .with_object_store_registry(Arc::new(Stores::new(Arc::clone(&reads))))
            .with_memory_pool(Arc::new(LedgerPool::new(ctx.env.memory.clone())))
            .with_disk_manager_builder(disk)
            .build_arc()
            .map_err(from_datafusion)?;
        let mut config = config(ctx.slots, &reads).with_extension(Arc::new(ctx.env.cancel.clone()));
        limit_sort_reserve(&mut config, &ctx.env.memory, ctx.slots);
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(runtime)
            .with_default_features()
            .build();
        Ok(Self { context: SessionContext::new_with_state(state), reads, spill: Some(spill) })
    }

    /// DataFusion's own session, to register tables and functions in.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// A copy of the session's state: settings, catalog, functions.
    pub fn state(&self) -> SessionState {
        self.context.state()
    }

    /// The plan of one SQL statement. Statements that change the catalog (`CREATE VIEW`) come back as plans too.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidQuery`], [`swath_error::ErrorKind::UnknownColumn`] or
    /// [`swath_error::ErrorKind::NotFound`].
    pub fn plan_sql(&self, sql: &str) -> Result<LogicalPlan> {
        let (state, sql) = (self.state(), sql.to_string());
        crate::threads::wait(async move { state.create_logical_plan(&sql).await })
    }

    /// The plan after DataFusion's analyzer and optimizer.
    ///
    /// # Errors
    /// What the plan gets wrong: types that do not fit, functions that do not exist.
    pub fn optimize(&self, plan: &LogicalPlan) -> Result<LogicalPlan> {
        self.state().optimize(plan).map_err(from_datafusion)
    }

    pub(crate) fn reads(&self) -> &Arc<ReadCounter> {
        &self.reads
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

/// The settings of every session.
fn config(partitions: usize, reads: &Arc<ReadCounter>) -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_target_partitions(partitions.max(1))
        .with_information_schema(true)
        // Rows keep their order through filters and projections: partitions are contiguous and read in order.
        .with_round_robin_repartition(false)
        .with_extension(Arc::clone(reads));
    let options = config.options_mut();
    options.execution.enable_file_stream_work_stealing = false;
    options.optimizer.repartition_file_min_size = 4 << 20;
    options.sql_parser.dialect = Dialect::Generic;
    config
}

/// Sorts reserve memory for merging before they start; under a small limit the usual 10 MB would take all of it.
fn limit_sort_reserve(config: &mut SessionConfig, memory: &MemoryLedger, slots: usize) {
    let share = usize::try_from(memory.limit()).unwrap_or(usize::MAX) / (6 * slots.max(1));
    let execution = &mut config.options_mut().execution;
    execution.sort_spill_reservation_bytes = execution.sort_spill_reservation_bytes.min(share);
}

#[cfg(test)]
mod tests {
    use swath_block::RunEnv;

    use super::*;

    #[test]
    fn thespill_folder_goes_with_the_session() {
        let env = RunEnv::new(1, MemoryLedger::new(1 << 20));
        let session = Session::for_task(&TaskContext { index: 0, slots: 1, env: &env }).unwrap();
        let folder = session.spill.as_ref().unwrap().path().to_path_buf();
        assert!(folder.is_dir());
        drop(session);
        assert!(!folder.exists());
    }
}
