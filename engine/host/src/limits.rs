//! How far a plugin may go.

use std::time::Duration;

/// The bounds of one plugin's instances and calls. Beyond any of them the call ends in a fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Linear memory of one instance, all its memories together, in bytes.
    pub memory_bytes: u64,
    /// Entries of one instance's tables, all together.
    pub table_elements: u64,
    /// Wall-clock time of one call, host calls included.
    pub call_timeout: Duration,
    /// What one call may hand over to the host, in bytes: the result of an export, or the arguments of an import.
    pub result_bytes: usize,
    /// Findings of one call.
    pub findings: usize,
    /// Log messages of one call, in bytes; later ones are dropped and counted.
    pub log_bytes: usize,
    /// Queries that may be open at once.
    pub open_queries: usize,
    /// Wall-clock time of `describe`, instantiation included.
    pub describe_timeout: Duration,
    /// Linear memory while it describes itself, in bytes.
    pub describe_memory_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // The findings of ten thousand tables, eight of each, do not fit into half of it.
            memory_bytes: 128 << 20,
            table_elements: 1 << 20,
            call_timeout: Duration::from_secs(30),
            result_bytes: 128 << 20,
            findings: 100_000,
            log_bytes: 64 << 10,
            open_queries: 32,
            describe_timeout: Duration::from_secs(1),
            describe_memory_bytes: 64 << 20,
        }
    }
}

impl Limits {
    /// The bounds that hold while a plugin describes itself, before anything is granted.
    pub(crate) fn while_describing(&self) -> Self {
        Self {
            memory_bytes: self.describe_memory_bytes,
            call_timeout: self.describe_timeout,
            result_bytes: self.result_bytes.min(1 << 20),
            log_bytes: 0,
            ..self.clone()
        }
    }
}
