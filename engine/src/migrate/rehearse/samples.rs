//! Rows before and after, for the terminal of whoever asked for them: they go nowhere else.

use confiture_model::rehearsal::{Sample, SampledRow};
use std::fmt::Write as _;

/// Longer values are cut.
const WIDTH: usize = 30;

/// A table for each sample: the rows as they are, and what they would be.
pub fn samples_text(samples: &[Sample]) -> String {
    let mut page = String::new();
    for sample in samples.iter().filter(|sample| !sample.rows.is_empty()) {
        // Writing to a string cannot fail.
        let _ = writeln!(page, "Table: {}", sample.table);
        write_table(&mut page, sample);
    }
    page
}

fn write_table(page: &mut String, sample: &Sample) {
    // Rows that were there are shown as they were; where none was found, as they would be.
    let shows_before = sample.rows.iter().any(|row| row.before.is_some());
    let columns = if shows_before { &sample.columns_before } else { &sample.columns_after };
    let cells = |row: &SampledRow| -> Vec<String> {
        let values = if shows_before { row.before.as_ref() } else { Some(&row.after) };
        (0..columns.len()).map(|at| values.map_or_else(String::new, |values| shown(values.get(at)))).collect()
    };
    let rows: Vec<Vec<String>> = sample.rows.iter().map(cells).collect();
    let widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(at, name)| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0).max(name.chars().count()))
        .collect();
    let rule = |left, middle, right| {
        let bars: Vec<String> = widths.iter().map(|width| "─".repeat(width + 2)).collect();
        format!("{left}{}{right}", bars.join(middle))
    };
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!(" {cell:<width$} "));
        format!("│{}│", padded.collect::<Vec<_>>().join("│"))
    };
    let _ = writeln!(page, "{}\n{}\n{}", rule("┌", "┬", "┐"), line(columns), rule("├", "┼", "┤"));
    for (row, cells) in sample.rows.iter().zip(&rows) {
        let _ = writeln!(page, "{}{}", line(cells), if shows_before { changes(sample, row) } else { String::new() });
    }
    let _ = writeln!(page, "{}", rule("└", "┴", "┘"));
}

/// `  → status: draft, note: NULL`: what differs, and what was not there before.
fn changes(sample: &Sample, row: &SampledRow) -> String {
    let before = |column: &String| {
        let at = sample.columns_before.iter().position(|name| name == column)?;
        row.before.as_ref()?.get(at)
    };
    let changed = sample.columns_after.iter().zip(&row.after).filter(|(column, after)| before(column) != Some(*after));
    let changed: Vec<String> = changed.map(|(column, after)| format!("{column}: {}", shown(Some(after)))).collect();
    if changed.is_empty() { String::new() } else { format!("  → {}", changed.join(", ")) }
}

/// On one line, without what would move the cursor.
fn shown(value: Option<&Option<String>>) -> String {
    let Some(Some(text)) = value else { return "NULL".to_owned() };
    let visible = |c: char| if c.is_control() { '·' } else { c };
    match text.chars().count() > WIDTH {
        true => text.chars().take(WIDTH - 1).map(visible).chain(['…']).collect(),
        false => text.chars().map(visible).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_model::object::{ObjectKind, ObjectRef};

    #[test]
    fn rows_are_drawn_with_what_changes() {
        let text = |texts: &[&str]| texts.iter().map(|text| Some((*text).to_owned())).collect::<Vec<_>>();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let sample = Sample {
            table: ObjectRef::in_schema(ObjectKind::Table, "public", "orders"),
            key: names(&["id"]),
            columns_before: names(&["id", "status"]),
            columns_after: names(&["id", "status", "note"]),
            rows: vec![
                SampledRow {
                    before: Some(text(&["1000", "pen\nding"])),
                    after: [text(&["1000", "draft"]), vec![None]].concat(),
                },
                SampledRow { before: None, after: [text(&["1001", "draft"]), vec![None]].concat() },
            ],
        };
        let expected = "Table: public.orders
┌──────┬──────────┐
│ id   │ status   │
├──────┼──────────┤
│ 1000 │ pen·ding │  → status: draft, note: NULL
│      │          │  → id: 1001, status: draft, note: NULL
└──────┴──────────┘
";
        assert_eq!(samples_text(&[sample]), expected);
    }
}
