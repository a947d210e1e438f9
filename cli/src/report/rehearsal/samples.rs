//! Rows before and after, as tables on a terminal.

use confiture_model::rehearsal::{Sample, SampledRow};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// Cells are cut at so many characters.
const WIDEST: usize = 32;

/// All of them.
pub fn tables(samples: &[Sample]) -> String {
    let mut page = String::from("Data before and after:\n");
    for sample in samples {
        let _ = writeln!(page, "\n  Table {}", sample.table);
        table(&mut page, sample);
    }
    page
}

/// A row as it is after, and beside it what was different before.
fn table(page: &mut String, sample: &Sample) {
    let mut lines: Vec<Vec<String>> = vec![sample.columns_after.clone()];
    let mut changes = vec![String::new()];
    for row in &sample.rows {
        lines.push(row.after.iter().map(|value| shown(value.as_deref())).collect());
        changes.push(change(sample, row));
    }
    let columns = sample.columns_after.len();
    let width = |column: usize| lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.width()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    for (number, (line, change)) in lines.iter().zip(&changes).enumerate() {
        let cells = line.iter().zip(&widths).map(|(cell, width)| {
            let space = " ".repeat(width.saturating_sub(cell.width()));
            format!("{cell}{space}")
        });
        let _ = writeln!(page, "  │ {} │{change}", cells.collect::<Vec<_>>().join(" │ "));
        if number == 0 {
            let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
            let _ = writeln!(page, "  ├─{}─┤", rules.join("─┼─"));
        }
    }
}

/// What the row was before.
fn change(sample: &Sample, row: &SampledRow) -> String {
    let Some(before) = &row.before else {
        return if sample.key.is_empty() { "  (before: not known without a primary key)" } else { "  (new)" }
            .to_owned();
    };
    let value_before = |name: &String| {
        let place = sample.columns_before.iter().position(|column| column == name)?;
        before.get(place)
    };
    let differing = sample.columns_after.iter().zip(&row.after).filter_map(|(name, after)| {
        let before = value_before(name)?;
        (before != after).then(|| format!("{name} was {}", shown(before.as_deref())))
    });
    let differing: Vec<String> = differing.collect();
    if differing.is_empty() { String::new() } else { format!("  ← {}", differing.join(", ")) }
}

/// A value on one line; what a terminal would obey is shown and not sent.
fn shown(value: Option<&str>) -> String {
    let Some(value) = value else { return "∅".to_owned() };
    let plain = value.chars().map(|character| if character.is_control() { '·' } else { character });
    let mut text: String = plain.take(WIDEST + 1).collect();
    if text.chars().count() > WIDEST {
        text.pop();
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_model::object::{ObjectKind, ObjectRef};

    #[test]
    fn a_row_shows_what_it_was() {
        let text = |value: &str| Some(value.to_owned());
        let sample = Sample {
            table: ObjectRef::in_schema(ObjectKind::Table, "public", "orders"),
            key: vec!["id".to_owned()],
            columns_before: vec!["id".to_owned(), "status".to_owned()],
            columns_after: vec!["id".to_owned(), "status".to_owned(), "note".to_owned()],
            rows: vec![
                SampledRow {
                    before: Some(vec![text("1000"), text("pending")]),
                    after: vec![text("1000"), text("draft"), None],
                },
                SampledRow { before: None, after: vec![text("1001"), text("new\u{1b}[2J"), text("x")] },
            ],
        };
        let expected = "Data before and after:\n\n  Table public.orders\n  │ id   │ status   │ note │\n  ├─────\
                        ─┼──────────┼──────┤\n  │ 1000 │ draft    │ ∅    │  ← status was pending\n  │ 1001 │ new·[2J  │ x    │  (new)\n";
        assert_eq!(tables(&[sample]), expected);
    }
}
