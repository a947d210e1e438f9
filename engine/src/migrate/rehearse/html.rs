//! A report as one HTML page: it needs nothing from anywhere else, follows the reader's light or dark theme, and prints.

use super::{
    report::{HeldLock, RehearsalReport, RehearsedMigration, StepKind},
    text::{bytes, duration, facts, grouped},
};
use crate::page::{self, PageError};
use confiture_model::rehearsal::{ApplicationStatement, LockMode};
use minijinja::{
    Environment, context,
    value::{Serde, Value},
};
use serde::Serialize;

const TEMPLATE: &str = include_str!("report.html");

/// The page. `title` is what was rehearsed where: `shop, production`.
///
/// # Errors
/// [`PageError`].
pub fn html(report: &RehearsalReport, title: &str) -> Result<String, PageError> {
    let migrations: Vec<Migration> = report.migrations.iter().map(migration).collect();
    let metrics = &report.metrics;
    let rows = metrics.rows_inserted + metrics.rows_updated + metrics.rows_deleted;
    let worst = metrics.table_lock_ms.iter().max_by(|a, b| a.1.total_cmp(b.1)).map(|(table, _)| table);
    let hook_ms: f64 = metrics.hook_execution_ms.values().sum();
    let values = context! {
        title, rows, worst, hook_ms,
        report => Value::from(Serde(report)),
        migrations => Value::from(Serde(&migrations)),
        index_ms => metrics.index_creation_total_ms,
        version => env!("CARGO_PKG_VERSION"),
    };
    let filters = |environment: &mut Environment<'_>| {
        environment.add_filter("duration", duration);
        environment.add_filter("grouped", grouped);
        environment.add_filter("bytes", bytes);
    };
    page::render(TEMPLATE, filters, values)
}

#[derive(Serialize)]
struct Migration {
    title: String,
    file: String,
    ms: f64,
    steps: Vec<Step>,
    locks: Vec<Lock>,
    locked_before: Vec<String>,
}

#[derive(Serialize)]
struct Step {
    what: String,
    place: String,
    ms: f64,
    failed: bool,
    facts: Vec<String>,
}

/// A bar of the chart, in percents of the migration's time.
#[derive(Serialize)]
struct Lock {
    relation: String,
    mode: &'static str,
    blocks: String,
    /// `reads`, `writes` or `maintenance`: the most that waits.
    severity: &'static str,
    held_ms: f64,
    from: f64,
    width: f64,
}

fn migration(migration: &RehearsedMigration) -> Migration {
    let steps = migration.steps.iter().map(|step| {
        let (what, place) = match &step.what {
            StepKind::Statement { kind, place, .. } => (kind.clone(), place.clone()),
            StepKind::Hook { phase, hook, step } => (format!("{hook}: {step}"), phase.clone()),
        };
        Step { what, place, ms: step.ms, failed: step.failed, facts: facts(&step.seen) }
    });
    let blocks_somebody = |lock: &&HeldLock| {
        !lock.own && lock.blocks.iter().any(|blocked| !matches!(blocked, ApplicationStatement::CreateIndex))
    };
    Migration {
        title: migration.title.clone(),
        file: migration.file.clone(),
        ms: migration.ms,
        steps: steps.collect(),
        locks: migration.locks.iter().filter(blocks_somebody).map(|held| lock(held, migration.ms)).collect(),
        locked_before: migration.locked_before.iter().map(ToString::to_string).collect(),
    }
}

fn lock(lock: &HeldLock, all: f64) -> Lock {
    let percent = |ms: f64| if all > 0.0 { ms / all * 100.0 } else { 0.0 };
    let severity = match lock.mode {
        mode if mode.conflicts_with(LockMode::AccessShare) => "reads",
        mode if mode.blocks_an_application() => "writes",
        _ => "maintenance",
    };
    let blocks: Vec<&str> = lock.blocks.iter().map(|blocked| blocked.as_str()).collect();
    Lock {
        relation: lock.relation.to_string(),
        mode: lock.mode.as_str(),
        blocks: blocks.join(", "),
        severity,
        held_ms: lock.held_ms,
        from: percent(lock.from_ms),
        width: percent(lock.held_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::{plan::Direction, rehearse::Unrehearsed};

    #[test]
    fn a_page_needs_nothing_from_elsewhere_and_escapes_names() {
        let mut report = RehearsalReport::new(Direction::Up);
        report.unrehearsed.push(Unrehearsed {
            migration: "1_<b>".to_owned(),
            place: None,
            what: "VACUUM".to_owned(),
            reason: "it cannot".to_owned(),
        });
        let page = html(&report, "<script>alert(1)</script>").expect("is written");
        assert!(page.starts_with("<!doctype html>") && page.contains("&lt;script&gt;"), "{page}");
        for outside in ["http://", "https://", "src=", "@import", "<script"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
