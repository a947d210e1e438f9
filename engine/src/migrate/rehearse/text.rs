//! A report as lines.

use super::{
    impact::{impact_heading, impact_lines},
    report::{HeldLock, RehearsalReport, RehearsedMigration, RehearsedStep, StepKind},
};
use confiture_model::rehearsal::{ApplicationStatement, Observation};
use std::fmt::Write as _;

/// The report for people: what ran, what it locked and changed, and what is not known.
pub fn text(report: &RehearsalReport) -> String {
    let mut page = String::new();
    for migration in &report.migrations {
        write_migration(&mut page, migration);
    }
    summary(&mut page, report);
    metrics(&mut page, report);
    if let Some(expected) = &report.impact {
        list(&mut page, &impact_heading(expected), &impact_lines(expected));
    }
    list(&mut page, "What would be different", &report.changes);
    let unrehearsed = report.unrehearsed.iter().map(|left_out| {
        let place = left_out.place.as_deref().unwrap_or(&left_out.migration);
        format!("{} ({place}): {}", left_out.what, left_out.reason)
    });
    list(&mut page, "Not rehearsed", &unrehearsed.collect::<Vec<_>>());
    let value = |value: Option<i64>| value.map_or_else(|| "unused".to_owned(), |value| value.to_string());
    let moved = report
        .left_behind
        .iter()
        .map(|moved| format!("sequence {}: was {}, is {}", moved.sequence, value(moved.before), value(moved.after)));
    list(&mut page, "Not undone by the rollback", &moved.collect::<Vec<_>>());
    list(&mut page, "Notes", &report.notes);
    page
}

fn write_migration(page: &mut String, migration: &RehearsedMigration) {
    line(page, 0, &format!("{}  {}", migration.title, duration(migration.ms)));
    for (place, step) in migration.steps.iter().enumerate() {
        line(page, 1, &headline(step));
        for fact in facts(&step.seen) {
            line(page, 2, &fact);
        }
        for lock in migration.locks.iter().filter(|lock| lock.step == place && is_shown(lock)) {
            line(page, 2, &lock_line(lock));
        }
    }
    if !migration.locked_before.is_empty() {
        let tables: Vec<String> = migration.locked_before.iter().map(ToString::to_string).collect();
        let why = "locked by an earlier migration already, what this one takes does not show";
        line(page, 1, &format!("{}: {why}", tables.join(", ")));
    }
}

fn headline(step: &RehearsedStep) -> String {
    let mark = if step.failed { "✗" } else { "✓" };
    let what = match &step.what {
        StepKind::Statement { kind, place, .. } => format!("{place}  {kind}"),
        StepKind::Hook { phase, hook, step } => format!("{phase}  {hook}: {step}"),
    };
    format!("{mark} {what}  {}", duration(step.ms))
}

/// Locks for which somebody has to wait.
fn is_shown(lock: &HeldLock) -> bool {
    !lock.own && lock.blocks.iter().any(|blocked| !matches!(blocked, ApplicationStatement::CreateIndex))
}

fn lock_line(lock: &HeldLock) -> String {
    let blocked: Vec<&str> = lock.blocks.iter().map(|blocked| blocked.as_str()).collect();
    let blocked =
        if lock.blocks.len() == ApplicationStatement::ALL.len() { "everything".to_owned() } else { blocked.join(", ") };
    format!("locks {} {} for {}: {blocked} waits", lock.relation, lock.mode, duration(lock.held_ms))
}

/// What a step was seen to do, but for its locks.
pub(super) fn facts(seen: &Observation) -> Vec<String> {
    let mut facts = Vec::new();
    for rows in &seen.rows {
        let counts = [(rows.inserted, "inserted"), (rows.updated, "updated"), (rows.deleted, "deleted")];
        let counts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, verb)| format!("{} {verb}", grouped(*count)))
            .collect();
        facts.push(format!("rows of {}: {}", rows.table, counts.join(", ")));
    }
    for rewrite in &seen.rewrites {
        let before = rewrite.bytes_before.map(bytes).unwrap_or_else(|| "unknown size".to_owned());
        facts.push(match rewrite.emptied {
            true => format!("empties {} {} ({before})", rewrite.relation.kind, rewrite.relation),
            false => format!(
                "rewrites {} {} ({before} → {})",
                rewrite.relation.kind,
                rewrite.relation,
                bytes(rewrite.bytes_after)
            ),
        });
    }
    for scan in seen.scans.iter().filter(|scan| !scan.own) {
        let times = if scan.scans > 1 { format!(" {} times", scan.scans) } else { String::new() };
        facts.push(format!("reads all of {}{times} ({} rows)", scan.table, grouped(scan.rows)));
    }
    let sized = |size: Option<u64>| size.map(|size| format!(" ({})", bytes(size))).unwrap_or_default();
    facts.extend(
        seen.made.iter().map(|made| format!("makes {} {}{}", made.object.kind, made.object, sized(made.bytes))),
    );
    facts.extend(
        seen.rebuilt.iter().map(|made| format!("rebuilds {} {}{}", made.object.kind, made.object, sized(made.bytes))),
    );
    facts.extend(seen.validated.iter().map(|object| format!("all rows keep {} {object}", object.kind)));
    facts.extend(seen.dropped.iter().map(|object| format!("drops {} {object}", object.kind)));
    facts
}

fn summary(page: &mut String, report: &RehearsalReport) {
    let metrics = &report.metrics;
    if !page.is_empty() {
        page.push('\n');
    }
    if let Some(failure) = &report.failure {
        line(page, 0, &format!("✗ {}", failure.message));
    }
    line(page, 0, &format!("✓ DDL execution: {}", duration(metrics.ddl_execution_ms)));
    if !metrics.hook_execution_ms.is_empty() {
        let total = duration(metrics.hook_execution_ms.values().sum());
        line(page, 0, &format!("✓ Hooks executed: {} (total {total})", metrics.hook_execution_ms.len()));
    }
    match metrics.data_inconsistencies.is_empty() {
        true => {}
        false => list(page, "✗ Data that do not agree", &metrics.data_inconsistencies),
    }
    match metrics.constraint_violations.is_empty() {
        true => line(page, 0, &format!("✓ Constraints verified: {}", metrics.constraints_verified)),
        false => list(page, "✗ Constraints that rows violate", &metrics.constraint_violations),
    }
}

fn metrics(page: &mut String, report: &RehearsalReport) {
    let metrics = &report.metrics;
    let rows = metrics.rows_inserted + metrics.rows_updated + metrics.rows_deleted;
    let mut lines = vec![format!(
        "Rows affected: {} ({} inserted, {} updated, {} deleted)",
        grouped(rows),
        grouped(metrics.rows_inserted),
        grouped(metrics.rows_updated),
        grouped(metrics.rows_deleted)
    )];
    if !metrics.tables_emptied.is_empty() {
        lines.push(format!("Tables emptied: {}", metrics.tables_emptied.join(", ")));
    }
    let worst = metrics.table_lock_ms.iter().max_by(|a, b| a.1.total_cmp(b.1));
    let worst = worst.map(|(table, _)| format!(" ({table})")).unwrap_or_default();
    lines.push(format!("Max lock time: {}{worst}", duration(metrics.max_lock_ms)));
    if !metrics.tables_rewritten.is_empty() {
        lines.push(format!("Tables rewritten: {}", metrics.tables_rewritten.join(", ")));
    }
    if !metrics.index_creation_ms.is_empty() {
        let total = duration(metrics.index_creation_total_ms);
        lines.push(format!(
            "Index creation: {total} ({} indexes, {})",
            metrics.index_bytes.len(),
            bytes(metrics.index_bytes.values().sum())
        ));
    }
    lines.push(format!("Total time: {}", duration(metrics.total_execution_ms)));
    list(page, "Metrics", &lines);
}

fn list(page: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    line(page, 0, &format!("{title}:"));
    for (place, text) in lines.iter().enumerate() {
        let branch = if place + 1 == lines.len() { "└─" } else { "├─" };
        line(page, 1, &format!("{branch} {text}"));
    }
}

fn line(page: &mut String, depth: usize, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{}{text}", "  ".repeat(depth));
}

/// `850ms`, `2.3s`, `3min 20s`.
pub fn duration(ms: f64) -> String {
    match ms {
        ms if ms < 10.0 => format!("{ms:.1}ms"),
        ms if ms < 1_000.0 => format!("{ms:.0}ms"),
        ms if ms < 120_000.0 => format!("{:.1}s", ms / 1_000.0),
        ms => format!("{:.0}min {:.0}s", (ms / 60_000.0).floor(), (ms % 60_000.0) / 1_000.0),
    }
}

/// `152,340`.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let first = digits.len() % 3;
    let (head, tail) = digits.split_at(first);
    let mut parts: Vec<&str> = Vec::new();
    if !head.is_empty() {
        parts.push(head);
    }
    parts.extend((0..tail.len()).step_by(3).filter_map(|at| tail.get(at..at + 3)));
    parts.join(",")
}

/// `8 kB`, `1.2 GB`, in steps of 1024 as PostgreSQL's `pg_size_pretty`.
pub(super) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut size = bytes as f64 / 1024.0;
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    for unit in UNITS {
        if size < 1024.0 || unit == "TB" {
            return if size < 10.0 { format!("{size:.1} {unit}") } else { format!("{size:.0} {unit}") };
        }
        size /= 1024.0;
    }
    format!("{bytes} bytes")
}

#[cfg(test)]
mod tests {
    use super::{bytes, duration, grouped};

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(
            [grouped(0), grouped(999), grouped(152_340), grouped(1_000_000)],
            ["0", "999", "152,340", "1,000,000"]
        );
        assert_eq!(
            [duration(0.4), duration(850.2), duration(2_310.0), duration(200_000.0)],
            ["0.4ms", "850ms", "2.3s", "3min 20s"]
        );
        assert_eq!(
            [bytes(12), bytes(8192), bytes(90 << 20), bytes(3 << 40)],
            ["12 bytes", "8.0 kB", "90 MB", "3.0 TB"]
        );
    }
}
