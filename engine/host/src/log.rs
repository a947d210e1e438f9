//! What plugins say, on its way to whoever listens.

/// How much a message matters, least first. Mirrors `level` of `wit/v0.1/host.wit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// One message of a plugin, bounded and free of control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord<'a> {
    /// The name that the project uses for the plugin.
    pub plugin: &'a str,
    /// How much it matters, as the plugin sees it.
    pub level: LogLevel,
    /// One line.
    pub message: &'a str,
}

/// Whoever listens to what plugins say.
pub trait LogSink: Send + Sync {
    /// Takes one message. Called from within the plugin's call: it must not block.
    fn emit(&self, record: LogRecord<'_>);
}

/// Nobody listens.
pub(crate) struct Silence;

impl LogSink for Silence {
    fn emit(&self, _: LogRecord<'_>) {}
}

/// The longest message that is passed on, in bytes.
const LONGEST: usize = 4 << 10;

/// `text` cut to a bounded length, on one line, with control characters replaced: it may be shown on a terminal.
pub(crate) fn one_line(text: &str) -> String {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let cut = if end < text.len() { "…" } else { "" };
    let line: String = text[..end].chars().map(|c| if c == '\n' || c == '\t' { ' ' } else { visible(c) }).collect();
    line.trim_end().to_owned() + cut
}

/// `text` with control characters replaced, but for line ends and tabs.
pub(crate) fn printable(text: String) -> String {
    let shown = |c| if c == '\n' || c == '\t' { c } else { visible(c) };
    // As nearly all texts are. Copying those of many findings takes time and memory.
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t'));
    if is_plain || text.chars().all(|c| shown(c) == c) { text } else { text.chars().map(shown).collect() }
}

/// Control characters could move a terminal's cursor, and direction marks could make a text read as another.
fn visible(c: char) -> char {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if c.is_control() || turns { '\u{fffd}' } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_write_to_the_terminal() {
        assert_eq!(one_line("\u{1b}[2Jgone\nnext"), "\u{fffd}[2Jgone next");
        assert_eq!(printable("one\r\ntwo\u{7f}".to_owned()), "one\u{fffd}\ntwo\u{fffd}");
        assert_eq!(printable("ü\u{202e}\t".to_owned()), "ü\u{fffd}\t");
        for plain in ["plain\n\tand ~ more", "größer"] {
            assert_eq!(printable(plain.to_owned()), plain);
        }
    }

    #[test]
    fn a_long_message_is_cut_at_a_character() {
        let cut = one_line(&"é".repeat(LONGEST));
        assert!(cut.len() <= LONGEST + "…".len() && cut.ends_with("é…"));
    }
}
