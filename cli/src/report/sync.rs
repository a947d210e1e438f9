//! A sync while it goes on, on standard error: one line that is written over on a terminal, some lines elsewhere.

use super::progress::{clear, transient};
use crate::output;
use confiture_model::sync::{Plan, Progress as Told};
use std::{
    io::IsTerminal as _,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How often the line on a terminal changes.
const OFTEN: Duration = Duration::from_millis(200);
/// How often a line is written elsewhere.
const SELDOM: Duration = Duration::from_secs(10);

/// Shows a sync.
pub struct Progress {
    tables: Vec<Table>,
    /// Rows that are expected, where PostgreSQL has an estimate of every table.
    expected: Option<u64>,
    begun: Instant,
    terminal: bool,
    shown: Mutex<Instant>,
}

struct Table {
    name: String,
    begun: Mutex<Option<Instant>>,
    rows: AtomicU64,
    bytes: AtomicU64,
}

impl Progress {
    /// Of a plan that is about to be run.
    pub fn new(plan: &Plan) -> Self {
        let table =
            |name: String| Table { name, begun: Mutex::new(None), rows: AtomicU64::new(0), bytes: AtomicU64::new(0) };
        let whole = plan.tables.iter().all(|table| table.condition.is_none() && table.limit.is_none());
        let expected: Option<u64> = plan.tables.iter().map(|table| table.estimated_rows).sum();
        Self {
            tables: plan.tables.iter().map(|one| table(one.table.to_string())).collect(),
            expected: expected.filter(|_| whole),
            begun: Instant::now(),
            terminal: std::io::stderr().is_terminal(),
            shown: Mutex::new(Instant::now()),
        }
    }

    /// Nothing more is shown over the last line.
    pub fn end(&self) {
        if self.terminal {
            clear();
        }
    }

    /// Whether it is time for the next line.
    fn is_due(&self) -> bool {
        let often = if self.terminal { OFTEN } else { SELDOM };
        // Whoever does not get the lock need not write: another does.
        match self.shown.try_lock() {
            Ok(mut shown) if shown.elapsed() >= often => {
                *shown = Instant::now();
                true
            }
            _ => false,
        }
    }

    /// How many rows were copied so far.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows.load(Ordering::Relaxed)).sum()
    }

    fn all(&self) -> String {
        let sum = |of: fn(&Table) -> &AtomicU64| {
            self.tables.iter().map(|table| of(table).load(Ordering::Relaxed)).sum::<u64>()
        };
        let (rows, bytes) = (sum(|table| &table.rows), sum(|table| &table.bytes));
        let seconds = self.begun.elapsed().as_secs_f64();
        let mut line = format!("{rows} rows in all, {:.1} MB/s", bytes as f64 / seconds.max(0.001) / 1e6);
        if let Some(expected) = self.expected.filter(|expected| rows > 0 && *expected > rows) {
            let left = seconds * (expected - rows) as f64 / rows as f64;
            line.push_str(&format!(", about {left:.0} s left"));
        }
        line
    }
}

impl Told for Progress {
    fn copied(&self, table: usize, rows: u64, bytes: u64) {
        let Some(table) = self.tables.get(table) else { return };
        let so_far = table.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        table.bytes.fetch_add(bytes, Ordering::Relaxed);
        if let Ok(mut begun) = table.begun.try_lock() {
            begun.get_or_insert_with(Instant::now);
        }
        if self.is_due() {
            let line = format!("{}: {so_far} rows; {}", table.name, self.all());
            match self.terminal {
                true => transient(&line),
                false => output::say(line),
            }
        }
    }

    fn table_done(&self, table: usize) {
        let Some(table) = self.tables.get(table) else { return };
        let (rows, bytes) = (table.rows.load(Ordering::Relaxed), table.bytes.load(Ordering::Relaxed));
        let begun = table.begun.lock().ok().and_then(|begun| *begun);
        let seconds = begun.map_or(0.0, |begun| begun.elapsed().as_secs_f64());
        let rate = if seconds > 0.01 { format!(", {:.1} MB/s", bytes as f64 / seconds / 1e6) } else { String::new() };
        self.end();
        output::say(format!("{}: {rows} rows{rate}", table.name));
    }

    fn step(&self, what: &str) {
        match self.terminal {
            true => transient(what),
            // Of a proof, one line a table would say no more than its end does.
            false if what.starts_with("checking ") => {}
            false => output::say(what),
        }
    }
}
