//! SQL inside of another file: where each of its lines stands there.

use crate::config::Span;

/// From a place in the SQL to the place in the file that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Embedded {
    /// The file is the SQL.
    Whole,
    /// Where each line begins, in the SQL and in the file.
    Lines(Vec<(usize, usize)>),
    /// The value is written with escapes or folded: it begins here, and nothing more is known.
    Somewhere(usize),
}

impl Embedded {
    /// Finds the lines of `sql`, a value that stands at `span` of `file`.
    pub(super) fn find(file: &str, span: Span, sql: &str) -> Self {
        let Some(region) = file.get(span.start..span.end) else { return Self::Somewhere(span.start) };
        let (mut lines, mut at, mut sql_at) = (Vec::new(), 0, 0);
        for line in sql.split_inclusive('\n') {
            let text = line.trim_end();
            let Some(found) = region.get(at..).and_then(|rest| rest.find(text)) else {
                return Self::Somewhere(span.start);
            };
            lines.push((sql_at, span.start + at + found));
            at += found + text.len();
            sql_at += line.len();
        }
        Self::Lines(lines)
    }

    /// The byte of the file for a byte of the SQL.
    pub(super) fn in_file(&self, sql_offset: usize) -> usize {
        match self {
            Self::Whole => sql_offset,
            Self::Somewhere(start) => *start,
            Self::Lines(lines) => {
                let line = lines.partition_point(|(start, _)| *start <= sql_offset).saturating_sub(1);
                lines.get(line).map_or(0, |(sql, file)| file + sql_offset.saturating_sub(*sql))
            }
        }
    }
}
