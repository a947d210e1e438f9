//! The line of a source with a caret under a place, as a terminal shows it.

use unicode_width::UnicodeWidthChar;

/// Terminal columns of source text that are shown of a line.
const WIDTH: usize = 100;
const TAB: usize = 4;
const CUT: char = '…';

/// `file:line:column`, then [`caret`].
pub fn excerpt(source: &str, file: &str, line: u32, column: u32, length: usize) -> String {
    format!("{file}:{line}:{column}\n{}", caret(source, line, column, length))
}

/// The line, and below it carets under `length` of its characters (at least one). Tabs become spaces, what would move
/// the cursor or change colours becomes `\u{fffd}`, and a long line is cut around the carets.
pub fn caret(source: &str, line: u32, column: u32, length: usize) -> String {
    let text = source.trim_start_matches('\u{feff}').lines().nth(index(line)).unwrap_or_default();
    let shown = Shown::around(text, index(column), length.max(1));
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    let indent = " ".repeat(shown.indent);
    let carets = "^".repeat(shown.carets);
    format!("{number} | {}\n{margin} | {indent}{carets}", shown.text)
}

fn index(from_one: u32) -> usize {
    usize::try_from(from_one.saturating_sub(1)).unwrap_or(usize::MAX)
}

/// A part of a line, and where the carets go, in terminal columns.
struct Shown {
    text: String,
    indent: usize,
    carets: usize,
}

impl Shown {
    /// Keeps at most a third of the width before the carets, so that what follows them can be read.
    fn around(line: &str, at: usize, length: usize) -> Self {
        let first = first_shown(line, at);
        let mut shown = Self { text: String::new(), indent: 0, carets: 0 };
        if first > 0 {
            shown.push(CUT, false, true);
        }
        for (place, character) in line.chars().enumerate().skip(first) {
            if shown.width() + width(character) > WIDTH {
                shown.text.push(CUT);
                break;
            }
            shown.push(character, place >= at && place - at < length, place < at);
        }
        // At the end of the line, or under what has no width.
        shown.carets = shown.carets.max(1);
        shown
    }

    fn push(&mut self, character: char, under_caret: bool, before: bool) {
        let width = width(character);
        match character {
            '\t' => self.text.push_str(&" ".repeat(TAB)),
            character if character.is_control() || is_bidi(character) => self.text.push('\u{fffd}'),
            character => self.text.push(character),
        }
        if before {
            self.indent += width;
        } else if under_caret {
            self.carets += width;
        }
    }

    fn width(&self) -> usize {
        self.text.chars().map(width).sum()
    }
}

/// The first character of a line to show, so that the one at `at` is well inside of the width.
fn first_shown(line: &str, at: usize) -> usize {
    if line.chars().map(width).take(WIDTH + 1).sum::<usize>() <= WIDTH && line.len() <= 4 * WIDTH {
        return 0;
    }
    let before: Vec<char> = line.chars().take(at).collect();
    let mut room = WIDTH / 3;
    let fitting = before.iter().rev().take_while(|character| {
        let fits = room >= width(**character);
        room = room.saturating_sub(width(**character));
        fits
    });
    before.len() - fitting.count()
}

/// The terminal columns that a character takes as it is shown.
fn width(character: char) -> usize {
    match character {
        '\t' => TAB,
        character if character.is_control() || is_bidi(character) => 1,
        character => character.width().unwrap_or(1),
    }
}

/// Characters that turn the direction of what follows, and so would put the caret under something else.
fn is_bidi(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}
