//! The text of a configuration file, and the places in it.

use super::redact::redact;
use confiture_model::object::SourceSpan;
use std::{fmt, ops::Range};

/// A range of bytes in a [`Source`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
#[allow(missing_docs)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// Lines longer than this are not shown whole.
const LONG: usize = 160;

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

/// A configuration file as it was read.
#[derive(Clone, Default)]
pub struct Source {
    /// The file's name as the user would write it; empty where there is no file.
    pub name: String,
    /// Its whole text.
    pub text: String,
}

impl Source {
    /// Where `span` lies: lines and columns from 1, in characters.
    pub fn locate(&self, span: Span) -> SourceSpan {
        let (line, column) = self.line_and_column(span.start);
        let (end_line, end_column) = self.line_and_column(span.end.max(span.start));
        SourceSpan { file: self.name.clone(), line, column, end_line, end_column }
    }

    /// The line in which `span` starts, with the place underlined, and without the passwords that it may hold. Of a long
    /// line only what is near.
    pub fn excerpt(&self, span: Span) -> String {
        let start = self.boundary(span.start);
        let line_start = self.text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |newline| start + newline);
        let line: Vec<char> = redact(self.text[line_start..line_end].trim_end()).chars().collect();
        let column = self.text[line_start..start].chars().count().min(line.len());
        let end = self.boundary(span.end).clamp(start, line_end);
        let width = self.text[start..end].trim_end().chars().count().max(1);
        let from = if line.len() > LONG { column.saturating_sub(LONG / 2) } else { 0 };
        let shown: String = line[from..].iter().take(LONG).collect();
        let before: String = line[from..column].iter().map(|c| if *c == '\t' { '\t' } else { ' ' }).collect();
        let number = self.line_and_column(start).0.to_string();
        let margin = " ".repeat(number.len());
        format!(
            "{number} | {shown}\n{margin} | {before}{}",
            "^".repeat(width.min(LONG - before.chars().count()).max(1))
        )
    }

    /// The part of `span` that holds the first `needle`, where it is written there as it stands.
    pub fn find_in(&self, span: Span, needle: &str) -> Option<Span> {
        let (start, end) = (self.boundary(span.start), self.boundary(span.end));
        let at = start + self.text.get(start..end)?.find(needle)?;
        Some(Span { start: at, end: at + needle.len() })
    }

    fn line_and_column(&self, offset: usize) -> (u32, u32) {
        let before = &self.text[..self.boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before[line_start..].chars().count() + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }

    /// The last character boundary at or before `offset`.
    fn boundary(&self, offset: usize) -> usize {
        (0..=offset.min(self.text.len())).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0)
    }
}

/// Only the name: the text may hold a password.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source { name: "confiture.toml".into(), text: text.into() }
    }

    #[test]
    fn columns_count_characters() {
        let source = source("a = 1\nnaïve = true\n");
        let place = source.locate(Span { start: 15, end: 19 });
        assert_eq!((place.line, place.column, place.end_column), (2, 9, 13));
        assert_eq!(source.excerpt(Span { start: 15, end: 19 }), "2 | naïve = true\n  |         ^^^^");
    }

    #[test]
    fn the_end_of_the_file_is_a_place() {
        let source = source("a = 1");
        assert_eq!(source.excerpt(Span { start: 99, end: 120 }), "1 | a = 1\n  |      ^");
        assert_eq!(Source::default().excerpt(Span::default()), "1 | \n  | ^");
    }

    #[test]
    fn of_a_long_line_only_what_is_near_shows() {
        let source = source(&format!("{}x{}", "é".repeat(1000), "z".repeat(1000)));
        let shown = source.excerpt(Span { start: 2000, end: 3001 });
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines[0], format!("1 | {}x{}", "é".repeat(80), "z".repeat(79)));
        assert_eq!(lines[1], format!("  | {}{}", " ".repeat(80), "^".repeat(80)));
    }
}
