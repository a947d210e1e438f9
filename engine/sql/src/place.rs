//! Places in a source: from bytes to lines and columns, and the line itself with a caret under the place.

mod excerpt;

pub use excerpt::{caret, excerpt};

use confiture_model::object::SourceSpan;
use std::ops::Range;

/// How many bytes may have to be counted to find one column, however long the line is.
const STRIDE: usize = 256;

/// Where the lines of a source begin. Lines and columns count from 1, columns in characters; a byte order mark is no
/// character, and a line ends at `\n`.
#[derive(Clone, Debug)]
pub struct LineIndex<'a> {
    source: &'a str,
    line_starts: Vec<usize>,
    /// How many characters begin before byte `STRIDE * i`.
    characters: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    /// Reads the source once.
    pub fn new(source: &'a str) -> Self {
        let first = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let ends = source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let line_starts = std::iter::once(first).chain(ends).collect();
        let mut before = 0;
        let mut characters = Vec::with_capacity(source.len() / STRIDE + 1);
        for chunk in source.as_bytes().chunks(STRIDE) {
            characters.push(before);
            before += count(chunk);
        }
        Self { source, line_starts, characters }
    }

    /// The line and column of a byte; beyond the end, that of the end.
    pub fn position(&self, byte: usize) -> (u32, u32) {
        let byte = byte.min(self.source.len());
        let line = self.line_starts.partition_point(|start| *start <= byte).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or_default().min(byte);
        let column = self.characters_between(start, byte) + 1;
        (saturated(line), saturated(column))
    }

    /// A range of bytes as a span; its end is the place after its last character.
    pub fn span(&self, range: Range<usize>, file: &str) -> SourceSpan {
        let (line, column) = self.position(range.start);
        let (end_line, end_column) = self.position(range.end.max(range.start));
        SourceSpan { file: file.to_owned(), line, column, end_line, end_column }
    }

    fn characters_between(&self, start: usize, end: usize) -> usize {
        match self.source.as_bytes().get(start..end) {
            Some(near) if near.len() <= STRIDE => count(near),
            _ => self.characters_before(end) - self.characters_before(start),
        }
    }

    fn characters_before(&self, byte: usize) -> usize {
        let stride = byte / STRIDE;
        let known = self.characters.get(stride).copied();
        let (counted, from) = known.map_or_else(
            || (self.characters.last().copied().unwrap_or_default(), self.characters.len().saturating_sub(1) * STRIDE),
            |counted| (counted, stride * STRIDE),
        );
        counted + count(self.source.as_bytes().get(from..byte).unwrap_or_default())
    }
}

/// How many characters begin in these bytes of UTF-8.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
}

fn saturated(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
