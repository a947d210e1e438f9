//! `:from` and `:to` in a statement of the user's.

/// Whether a statement uses both.
pub(super) fn uses_range(sql: &str) -> bool {
    ["from", "to"].iter().all(|name| found(sql).iter().any(|(_, found)| found == name))
}

/// The statement with other text in their place.
pub(super) fn replace(sql: &str, from: &str, to: &str) -> String {
    let (mut written, mut done) = (String::new(), 0);
    for (at, name) in found(sql) {
        written.push_str(&sql[done..at]);
        written.push_str(if name == "from" { from } else { to });
        done = at + 1 + name.len();
    }
    written + &sql[done..]
}

/// Where they stand: the place of the colon, and the name. Not in strings, quoted names and comments, and not `::from`.
fn found(sql: &str) -> Vec<(usize, &'static str)> {
    let bytes = sql.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        at = match bytes[at] {
            b'\'' => quoted(bytes, at, b'\'', escapes(bytes, at)),
            b'"' => quoted(bytes, at, b'"', false),
            b'-' if bytes.get(at + 1) == Some(&b'-') => end_of(sql, at, "\n"),
            b'/' if bytes.get(at + 1) == Some(&b'*') => comment(bytes, at),
            b'$' if !follows_word(bytes, at) => dollar(sql, at),
            b':' if bytes.get(at + 1) == Some(&b':') => at + 2,
            b':' => {
                let name = ["from", "to"].into_iter().find(|name| is_word(bytes, at + 1, name));
                found.extend(name.map(|name| (at, name)));
                at + 1
            }
            _ => at + 1,
        };
    }
    found
}

fn is_word(bytes: &[u8], at: usize, word: &str) -> bool {
    bytes[at..].starts_with(word.as_bytes()) && !bytes.get(at + word.len()).is_some_and(|byte| is_name(*byte))
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn follows_word(bytes: &[u8], at: usize) -> bool {
    at > 0 && is_name(bytes[at - 1])
}

/// Whether a string starts with `E`, so that a backslash hides the quote behind it.
fn escapes(bytes: &[u8], at: usize) -> bool {
    at > 0 && bytes[at - 1].eq_ignore_ascii_case(&b'e') && !follows_word(bytes, at - 1)
}

fn quoted(bytes: &[u8], start: usize, quote: u8, escapes: bool) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if escapes => at += 2,
            // Twice is a quote in the string: the second starts another one, which is skipped in turn.
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn comment(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'/', Some(b'*')) => (depth, at) = (depth + 1, at + 2),
            (b'*', Some(b'/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

fn dollar(sql: &str, start: usize) -> usize {
    let length = sql[start + 1..].bytes().take_while(|byte| is_name(*byte) && *byte != b'$').count();
    let end = start + 1 + length;
    let is_tag = sql.as_bytes().get(end) == Some(&b'$') && !sql[start + 1..].starts_with(|c: char| c.is_ascii_digit());
    if is_tag { end_of(sql, end + 1, &sql[start..=end]) } else { start + 1 }
}

/// Behind the next `mark`, or the end.
fn end_of(sql: &str, start: usize, mark: &str) -> usize {
    sql[start..].find(mark).map_or(sql.len(), |at| start + at + mark.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_placeholders_are_replaced() {
        let sql = "INSERT INTO r SELECT ':from', \"a:to\", a::from /* :to /* :from */ */, $$ :to $$, E'\\':to', \
                   $x$ $$:from $x$, $1 FROM t -- :to\n WHERE k >= :from AND k < :to AND x <> :today AND y = 'it''s :to'";
        let replaced = replace(sql, "$7", "$8");
        assert!(replaced.contains("k >= $7 AND k < $8 AND x <> :today AND y = 'it''s :to'"), "{replaced}");
        assert_eq!(replaced.matches("$7").count() + replaced.matches("$8").count(), 2, "{replaced}");
        assert!(uses_range(sql));
    }

    #[test]
    fn both_are_needed_and_nothing_breaks() {
        for sql in [
            "SELECT :from",
            "SELECT ':from :to'",
            "",
            ":",
            "$",
            "'",
            "E'\\",
            "/*",
            "é:",
            "$é",
            "\"",
            "--",
            "a$$:from:to",
        ] {
            assert!(!uses_range(sql) || sql == "a$$:from:to", "{sql}");
        }
        assert!(uses_range("WHERE k BETWEEN :from AND :to"));
    }
}
