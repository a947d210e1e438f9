//! The report for a terminal.

use super::{Estimate, Outcome, Report, ReportedTable};
use std::fmt::Write as _;

/// The whole report. Writing to a string cannot fail.
pub fn text(report: &Report) -> String {
    let mut page = String::new();
    let _ = writeln!(page, "{}", heading(report));
    let _ = writeln!(page, "  from  {}\n  to    {}", report.source, report.target);
    for refusal in &report.refusals {
        let _ = writeln!(page, "\nrefused: {}", refusal.message);
        if let Some(help) = &refusal.help {
            let _ = writeln!(page, "  -> {help}");
        }
    }
    if !report.tables.is_empty() {
        page.push('\n');
    }
    let width = report.tables.iter().map(|table| table.name.chars().count()).max().unwrap_or(0);
    for table in &report.tables {
        let _ = writeln!(page, "  {:<width$}  {}", table.name, one(table, report.outcome));
        for row in &table.samples {
            let cells =
                table.masked.iter().zip(row).map(|(name, value)| {
                    format!("{name}: {}", value.as_deref().map_or_else(|| "NULL".to_owned(), shown))
                });
            let _ = writeln!(page, "  {:<width$}    masked: {}", "", cells.collect::<Vec<_>>().join(", "));
        }
    }
    rest(&mut page, report);
    proof(&mut page, report);
    // Whoever ran it was told before.
    for notice in report.notices.iter().filter(|_| report.outcome == Outcome::DryRun) {
        let _ = writeln!(page, "\nnote: {notice}");
    }
    page
}

fn heading(report: &Report) -> String {
    let masked = match &report.profile {
        Some(profile) => format!("masked by profile {profile}"),
        None => "nothing is masked".to_owned(),
    };
    match report.outcome {
        Outcome::DryRun => format!("Sync, planned: nothing was written; {masked}"),
        Outcome::Refused => "Sync refused: nothing was touched".to_owned(),
        Outcome::Copied => format!("Synced; {masked}; not compared with the source"),
        Outcome::Verified => format!("Synced and verified; {masked}"),
        Outcome::Unverified => format!("Synced, and NOT verified; {masked}"),
    }
}

fn one(table: &ReportedTable, outcome: Outcome) -> String {
    let about = if outcome == Outcome::DryRun { "about " } else { "" };
    let rows = match table.rows {
        Some(rows) => format!("{about}{rows} rows"),
        None => "rows not counted".to_owned(),
    };
    let mut parts = vec![rows];
    parts.extend(table.bytes.map(size));
    if table.part {
        parts.push("a part of them".to_owned());
    }
    match table.masked.len() {
        0 => {}
        masked => {
            parts.push(format!("{masked} of {} columns masked ({})", masked + table.kept, table.masked.join(", ")))
        }
    }
    parts.join(", ")
}

fn rest(page: &mut String, report: &Report) {
    if report.outcome == Outcome::Refused {
        return;
    }
    let tables = report.tables.len();
    let (rows, bytes) = (report.rows(), report.bytes());
    match report.outcome {
        Outcome::DryRun => {
            let how_long = match report.estimate {
                Some(Estimate { seconds, runs: 1 }) => {
                    format!("about {}, as fast as the last run into this target", time(seconds))
                }
                Some(Estimate { seconds, runs }) => {
                    format!("about {}, as fast as the last {runs} runs into this target", time(seconds))
                }
                None => "no run into this target is on record, so how long it takes is not known".to_owned(),
            };
            let _ = writeln!(
                page,
                "\n{tables} tables, about {rows} rows (PostgreSQL's estimates), {} on disk: {how_long}",
                size(bytes)
            );
        }
        _ => {
            let rate = if report.seconds > 0.0 { bytes as f64 / report.seconds / 1e6 } else { 0.0 };
            let _ = writeln!(
                page,
                "\n{tables} tables, {rows} rows, {} in {} ({rate:.1} MB/s)",
                size(bytes),
                time(report.seconds)
            );
        }
    }
    let counts =
        [(report.sequences, "sequences set to the source's"), (report.refreshed, "materialized views refreshed")];
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        let _ = writeln!(page, "{what}: {count}");
    }
    if report.large_objects > 0 {
        let _ = writeln!(page, "{} large objects", report.large_objects);
    }
    for cycle in &report.cycles {
        let _ = writeln!(page, "foreign key in a circle: {cycle}");
    }
    for key in &report.unchecked {
        let _ = writeln!(page, "foreign key that stays NOT VALID: {key}");
    }
    if report.resumed {
        let _ = writeln!(page, "it went on where an earlier run had stopped");
    }
}

fn proof(page: &mut String, report: &Report) {
    let Some(checks) = &report.checks else { return };
    let holds = checks.iter().filter(|check| check.holds).count();
    let _ = writeln!(
        page,
        "\nProof: {holds} of {} checks hold ({})",
        checks.len(),
        time(report.proof_seconds.unwrap_or_default())
    );
    let survivors = checks.iter().filter(|check| check.holds && check.kind == "survivors");
    for check in checks.iter().filter(|check| !check.holds).chain(survivors) {
        let sign = if check.holds { '✓' } else { '✗' };
        let subject = check.subject.as_ref().map(|subject| format!(".{subject}")).unwrap_or_default();
        let _ = writeln!(page, "  {sign} {}{subject} ({}): {}", check.table, check.kind, check.detail);
    }
}

/// One line, without what would steer a terminal.
fn shown(value: &str) -> String {
    let cut: String = value.chars().take(40).map(|c| if c.is_control() { '·' } else { c }).collect();
    if cut.len() < value.len() { format!("{cut}…") } else { cut }
}

/// `512 B`, `1.5 kB`, `20.0 MB`.
pub(super) fn size(bytes: u64) -> String {
    let units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    match units.into_iter().find(|(unit, _)| bytes as f64 >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / unit),
        None => format!("{bytes} B"),
    }
}

/// `0.3 s`, `4 min 10 s`.
pub(super) fn time(seconds: f64) -> String {
    match seconds {
        ..120.0 => format!("{seconds:.1} s"),
        ..7200.0 => format!("{} min {} s", (seconds / 60.0) as u64, seconds as u64 % 60),
        _ => format!("{} h {} min", (seconds / 3600.0) as u64, (seconds / 60.0) as u64 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_for_people() {
        assert_eq!((size(999), size(1_500), size(20_000_000)), ("999 B".into(), "1.5 kB".into(), "20.0 MB".into()));
        assert_eq!((time(0.31), time(250.0), time(7_260.0)), ("0.3 s".into(), "4 min 10 s".into(), "2 h 1 min".into()));
        assert_eq!(shown("a\u{1b}[2J"), "a·[2J");
    }
}
