//! Options of a script: `-- confiture: transaction = false, lock_timeout = 5s` in its first comment lines.

use confiture_sql::lexer::{Lexer, TokenKind};
use serde::Serialize;

/// How a script asks to be run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Options {
    /// Whether it runs in a transaction; where it does not say, its statements decide.
    pub transaction: Option<bool>,
    /// Milliseconds that a statement waits for a lock; 0: for ever.
    pub lock_timeout_ms: Option<u64>,
    /// Milliseconds that a statement may take; 0: for ever.
    pub statement_timeout_ms: Option<u64>,
}

impl Options {
    /// The options of `self`, and where it has none those of `other`.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            transaction: self.transaction.or(other.transaction),
            lock_timeout_ms: self.lock_timeout_ms.or(other.lock_timeout_ms),
            statement_timeout_ms: self.statement_timeout_ms.or(other.statement_timeout_ms),
        }
    }

    /// Sets one; the error says what is wrong with it.
    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "transaction" => self.transaction = Some(boolean(value)?),
            "lock_timeout" => self.lock_timeout_ms = Some(milliseconds(value)?),
            "statement_timeout" => self.statement_timeout_ms = Some(milliseconds(value)?),
            _ => {
                return Err(format!(
                    "unknown option `{key}`: known are `transaction`, `lock_timeout` and `statement_timeout`"
                ));
            }
        }
        Ok(())
    }
}

/// What is wrong with an option, at a byte of the script.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OptionError {
    pub(super) offset: usize,
    pub(super) message: String,
}

/// Reads the options. Only comments before the first statement, which begins at `first`, hold any; an option behind it
/// would go unnoticed, and is an error.
pub(super) fn read(sql: &str, first: usize, between: impl Fn(usize) -> bool) -> Result<Options, OptionError> {
    let mut options = Options::default();
    let mut lexer = Lexer::new(sql);
    while let Ok(Some(token)) = lexer.next_token() {
        if token.kind != TokenKind::Comment || token.start > first {
            break;
        }
        for (key, value) in pairs(token.text(sql)) {
            options.set(key, value).map_err(|message| OptionError { offset: token.start, message })?;
        }
    }
    late(sql, first, between).map_or(Ok(options), Err)
}

fn late(sql: &str, first: usize, between: impl Fn(usize) -> bool) -> Option<OptionError> {
    let mut at = 0;
    for line in sql.split_inclusive('\n') {
        let offset = at + (line.len() - line.trim_start().len());
        at += line.len();
        let is_option = pairs(line.trim()).any(|(key, _)| Options::default().set(key, "").is_err_and(known));
        if offset > first && is_option && between(offset) {
            let message = "options stand in the first comment lines, before the first statement".to_owned();
            return Some(OptionError { offset, message });
        }
    }
    None
}

/// Whether the complaint is about the value of a key that is ours.
fn known(message: String) -> bool {
    !message.starts_with("unknown")
}

/// `key = value` of a comment `-- confiture: ...`. What has no `=` is not for us.
fn pairs(comment: &str) -> impl Iterator<Item = (&str, &str)> {
    let text = comment.strip_prefix("--").map(str::trim_start).and_then(|text| text.strip_prefix("confiture:"));
    let pairs = text.unwrap_or_default().split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.trim(), value.trim()))
}

fn boolean(value: &str) -> Result<bool, String> {
    match value {
        "true" | "on" | "yes" => Ok(true),
        "false" | "off" | "no" => Ok(false),
        _ => Err(format!("expected true or false, found `{value}`")),
    }
}

/// A time as PostgreSQL takes it: `500ms`, `5s`, `2min`, `1h`, and milliseconds without a unit.
pub fn milliseconds(value: &str) -> Result<u64, String> {
    let value = value.trim().trim_matches('\'');
    let digits = value.len() - value.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = value.split_at(digits);
    let factor = match unit.trim() {
        "" | "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => return Err(expected_time(value)),
    };
    // PostgreSQL keeps it in 31 bits.
    let number = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    number.filter(|number| *number <= i32::MAX as u64).ok_or_else(|| expected_time(value))
}

fn expected_time(value: &str) -> String {
    format!("expected a time such as `500ms`, `5s` or `2min`, found `{value}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(sql: &str) -> Result<Options, String> {
        let first = sql.find("SELECT").unwrap_or(sql.len());
        read(sql, first, |_| true).map_err(|error| error.message)
    }

    #[test]
    fn options_stand_in_the_first_comments() {
        let read = options(
            "\u{feff}-- a change\n\n-- confiture: transaction = false, lock_timeout=5s\r\n--confiture: statement_timeout = 2min\nSELECT 1",
        );
        let expected =
            Options { transaction: Some(false), lock_timeout_ms: Some(5_000), statement_timeout_ms: Some(120_000) };
        assert_eq!(read, Ok(expected));
        assert_eq!(options("-- confiture: ignore table-naming\nSELECT 1"), Ok(Options::default()));
    }

    #[test]
    fn wrong_and_late_options_are_errors() {
        for (sql, part) in [
            ("-- confiture: transactions = false\nSELECT 1", "unknown option `transactions`"),
            ("-- confiture: transaction = maybe\nSELECT 1", "true or false"),
            ("-- confiture: lock_timeout = 5 parsecs\nSELECT 1", "a time such as"),
            ("-- confiture: lock_timeout = 99999999h\nSELECT 1", "a time such as"),
            ("SELECT 1;\n  -- confiture: transaction = false\n", "before the first statement"),
        ] {
            let error = options(sql).expect_err(sql);
            assert!(error.contains(part), "{error}");
        }
    }
}
