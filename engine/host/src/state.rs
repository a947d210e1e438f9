//! What belongs to one instance of a plugin: its bounds, what it may use, and what it has open.

use crate::{
    bindings::confiture::plugin::catalog::Relation,
    directories::Directories,
    imports::{backup::BackupPower, database::DatabasePower, nested::Nested, wasi},
    limiter::Limiter,
    limits::Limits,
    log::{LogRecord, LogSink, one_line},
    masking::MaskingPower,
};
use confiture_model::{hook::ProgressSink, plugin::SchemaView};
use std::sync::Arc;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

/// What an instance may use: what its use of the plugin needs and the project granted. Nothing, unless it says so.
#[derive(Clone, Default)]
pub(crate) struct Powers {
    /// The schema under check; only while a rule runs.
    pub schema: Option<Arc<SchemaView>>,
    /// The database, or why there is none.
    pub database: DatabasePower,
    /// Directories that are open to it.
    pub directories: Directories,
    /// What makes backups, or why nothing does.
    pub backup: BackupPower,
    /// Whoever draws progress.
    pub progress: Option<Arc<dyn ProgressSink>>,
    /// Keys and other strategies; only while a strategy is opened or masks.
    pub masking: Option<MaskingPower>,
}

/// The data of one store.
pub(crate) struct State {
    /// The name that the project uses for the plugin.
    pub plugin: Arc<str>,
    /// How far it may go.
    pub limits: Arc<Limits>,
    /// Its memory.
    pub limiter: Limiter,
    /// What it may use.
    pub powers: Powers,
    /// Its open queries.
    pub rows: ResourceTable,
    /// Strategies that it opened.
    pub nested: Nested,
    /// The page of relations that crossed last, for the next to be written over; only while a rule runs.
    pub page: Arc<Vec<Relation>>,
    log: Arc<dyn LogSink>,
    log_bytes_left: usize,
    log_dropped: u64,
    wasi: WasiCtx,
    wasi_table: ResourceTable,
}

impl State {
    pub(crate) fn new(plugin: Arc<str>, limits: Arc<Limits>, powers: Powers, log: Arc<dyn LogSink>) -> Self {
        let mut rows = ResourceTable::new();
        rows.set_max_capacity(limits.open_queries);
        Self {
            plugin,
            limiter: Limiter::new(limits.memory_bytes, limits.table_elements),
            powers,
            rows,
            nested: Nested::default(),
            page: Arc::default(),
            log,
            log_bytes_left: limits.log_bytes,
            log_dropped: 0,
            wasi: wasi::empty_context(),
            wasi_table: ResourceTable::new(),
            limits,
        }
    }

    /// Without the time of day, for uses whose results must not depend on it.
    pub(crate) fn without_clock(mut self) -> Self {
        self.wasi = wasi::timeless_context();
        self
    }

    /// Makes ready for the next call of the same instance.
    pub(crate) fn begin_call(&mut self) {
        self.log_bytes_left = self.limits.log_bytes;
        self.log_dropped = 0;
    }

    /// Passes a message on, or counts it where the call has said enough.
    pub(crate) fn say(&mut self, level: crate::log::LogLevel, message: &str) {
        match self.log_bytes_left.checked_sub(message.len().max(1)) {
            Some(left) => {
                self.log_bytes_left = left;
                self.log.emit(LogRecord { plugin: &self.plugin, level, message: &one_line(message) });
            }
            None => {
                self.log_bytes_left = 0;
                self.log_dropped += 1;
            }
        }
    }

    /// Says how many messages were dropped, where some were.
    pub(crate) fn end_call(&mut self) {
        if self.log_dropped > 0 {
            let message = format!("{} more messages of this call were dropped", self.log_dropped);
            self.log.emit(LogRecord { plugin: &self.plugin, level: crate::log::LogLevel::Warn, message: &message });
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.wasi_table }
    }
}
