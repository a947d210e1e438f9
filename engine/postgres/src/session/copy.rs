//! `COPY` from and to the client, which the simple protocol of the driver does not know.

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use std::pin::pin;
use tokio_postgres::{Client, Error};

/// How much data goes into one message.
const CHUNK: usize = 256 << 10;

/// Which way the data of a `COPY` goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    In,
    Out,
}

/// How a `COPY ... FROM stdin` failed.
pub(crate) enum Failure {
    /// As any statement may.
    Clean(Error),
    /// PostgreSQL refused it before it asked for data. The driver then sends one end of data too many, the answer to
    /// which it takes for that to the next statement: nothing that it says on this connection can be believed any more.
    Confused(Error),
}

impl Failure {
    /// What PostgreSQL or the driver said.
    pub(crate) fn error(&self) -> &Error {
        match self {
            Self::Clean(error) | Self::Confused(error) => error,
        }
    }
}

/// Runs `COPY ... FROM stdin`. The line `\.` that ends the data in a dump may be there or not. Answers how many rows
/// there were.
pub(crate) async fn copy_in(client: &Client, sql: &str, data: &str) -> Result<u64, Failure> {
    let data = match data.trim_end_matches(['\n', '\r']).strip_suffix("\\.") {
        Some(rest) if rest.is_empty() || rest.ends_with('\n') => rest,
        _ => data,
    };
    let statement = client.prepare(sql).await.map_err(Failure::Clean)?;
    let mut sink = pin!(client.copy_in::<_, Bytes>(&statement).await.map_err(Failure::Confused)?);
    for chunk in data.as_bytes().chunks(CHUNK) {
        sink.send(Bytes::copy_from_slice(chunk)).await.map_err(Failure::Clean)?;
    }
    sink.finish().await.map_err(Failure::Clean)
}

/// Runs `COPY ... TO stdout` and drops what comes.
pub(crate) async fn discard(client: &Client, sql: &str) -> Result<(), Error> {
    let mut stream = pin!(client.copy_out(sql).await?);
    while let Some(data) = stream.next().await {
        data?;
    }
    Ok(())
}

/// Which way a statement wants data, where it is a `COPY` from or to the client. Sent as anything else, it would leave
/// the server waiting for data that never come.
pub(crate) fn direction(sql: &str) -> Option<Direction> {
    let mut words = Words { text: sql };
    if !words.next()?.eq_ignore_ascii_case("copy") {
        return None;
    }
    let mut before = "";
    for word in words {
        if before.eq_ignore_ascii_case("from") && word.eq_ignore_ascii_case("stdin") {
            return Some(Direction::In);
        }
        if before.eq_ignore_ascii_case("to") && word.eq_ignore_ascii_case("stdout") {
            return Some(Direction::Out);
        }
        before = word;
    }
    None
}

/// The bare words of a statement outside parentheses, comments and quotes. A quoted name or string is the word `""`.
struct Words<'a> {
    text: &'a str,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let mut depth = 0_u32;
        loop {
            let first = self.text.chars().next()?;
            let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
            let length = match first {
                '-' if self.text.starts_with("--") => self.text.find('\n').unwrap_or(self.text.len()),
                '/' if self.text.starts_with("/*") => comment(self.text),
                '\'' | '"' => quoted(self.text, first),
                c if c.is_alphabetic() || c == '_' => self.text.find(|c| !is_word(c)).unwrap_or(self.text.len()),
                '$' => dollar_quoted(self.text),
                _ => first.len_utf8(),
            };
            let (token, rest) = self.text.split_at(length);
            self.text = rest;
            match first {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                '\'' | '"' | '$' if depth == 0 => return Some(""),
                c if depth == 0 && (c.is_alphabetic() || c == '_') => return Some(token),
                _ => {}
            }
        }
    }
}

/// The length of a comment that may hold others.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_u32, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        match rest {
            _ if rest.starts_with("/*") => (depth, at) = (depth + 1, at + 2),
            _ if rest.starts_with("*/") => (depth, at) = (depth.saturating_sub(1), at + 2),
            _ => at += rest.chars().next().map_or(1, char::len_utf8),
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The length of a quoted text. A doubled quote reads as two texts side by side, which is as good here.
fn quoted(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |end| end + 2)
}

/// The length of `$tag$ ... $tag$`, or of a lone `$`.
fn dollar_quoted(text: &str) -> usize {
    let Some(tag) = text[1..].find('$').map(|end| &text[..end + 2]) else { return 1 };
    if tag[1..tag.len() - 1].contains(|c: char| !c.is_alphanumeric() && c != '_') {
        return 1;
    }
    text[tag.len()..].find(tag).map_or(text.len(), |end| end + 2 * tag.len())
}

#[cfg(test)]
mod tests {
    use super::{Direction, direction};

    #[test]
    fn the_direction_of_a_copy() {
        for sql in [
            "COPY t FROM stdin;",
            "-- data\n/* of /* the */ table */ copy \"t from\" (a, \"b\") from STDIN with (format csv)",
            "copy public.stdin from stdin",
        ] {
            assert_eq!(direction(sql), Some(Direction::In), "{sql}");
        }
        for sql in ["copy (select * from stdin) to stdout", "COPY t TO STDOUT (DELIMITER ',')"] {
            assert_eq!(direction(sql), Some(Direction::Out), "{sql}");
        }
        for sql in [
            "",
            "select 'copy t from stdin'",
            "copy t from '/tmp/x from stdin'",
            "copy t from program $$cat from stdin$$",
            "copy (select 1 /* from stdin",
            "copy $",
            "copy é from 'unfinished",
        ] {
            assert_eq!(direction(sql), None, "{sql}");
        }
    }
}
