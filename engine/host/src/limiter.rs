//! Bounds the memory of an instance.

use std::fmt;
use wasmtime::ResourceLimiter;

/// Counts what the memories and tables of one store hold together, and traps the growth that goes beyond.
///
/// A refused growth traps instead of answering -1: a guest that took the answer for an ordinary «out of memory» would
/// end in an `unreachable` that says nothing.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_limit: u64,
    table_limit: u64,
    memory: u64,
    table: u64,
}

/// Why a growth was refused.
#[derive(Debug)]
pub(crate) struct OverMemory {
    /// The limit in force, in bytes.
    pub limit_bytes: u64,
}

impl fmt::Display for OverMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} bytes of memory", self.limit_bytes)
    }
}

impl std::error::Error for OverMemory {}

/// What one table entry takes.
const TABLE_ENTRY_BYTES: u64 = size_of::<usize>() as u64;

impl Limiter {
    pub(crate) fn new(memory_bytes: u64, table_elements: u64) -> Self {
        Self { memory_limit: memory_bytes, table_limit: table_elements, memory: 0, table: 0 }
    }

    /// Whether the instance has grown so far that a fresh one should take its place: script runtimes hold on to memory
    /// from call to call.
    pub(crate) fn is_worn(&self) -> bool {
        self.memory > self.memory_limit / 2
    }

    fn over_memory(&self) -> wasmtime::Error {
        OverMemory { limit_bytes: self.memory_limit }.into()
    }

    fn over_table(&self) -> wasmtime::Error {
        OverMemory { limit_bytes: self.table_limit.saturating_mul(TABLE_ENTRY_BYTES) }.into()
    }
}

/// `total` after one part of it goes from `current` to `desired`.
fn after_growth(total: u64, current: usize, desired: usize) -> u64 {
    total.saturating_sub(current as u64).saturating_add(desired as u64)
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = after_growth(self.memory, current, desired);
        if total > self.memory_limit {
            return Err(self.over_memory());
        }
        self.memory = total;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        Err(self.over_memory())
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = after_growth(self.table, current, desired);
        if total > self.table_limit {
            return Err(self.over_table());
        }
        self.table = total;
        Ok(true)
    }

    fn table_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        Err(self.over_table())
    }

    fn instances(&self) -> usize {
        1_000
    }

    fn tables(&self) -> usize {
        1_000
    }

    fn memories(&self) -> usize {
        100
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_are_counted_together() {
        let mut limiter = Limiter::new(10, 10);
        assert!(limiter.memory_growing(0, 6, None).is_ok());
        assert!(limiter.memory_growing(0, 4, None).is_ok());
        let refused = limiter.memory_growing(4, 5, None).unwrap_err();
        assert_eq!(refused.downcast_ref::<OverMemory>().map(|over| over.limit_bytes), Some(10));
    }

    #[test]
    fn tables_have_a_limit_of_their_own() {
        let mut limiter = Limiter::new(10, 10);
        assert!(limiter.table_growing(0, 10, None).is_ok());
        assert!(limiter.table_growing(10, 11, None).is_err());
    }
}
