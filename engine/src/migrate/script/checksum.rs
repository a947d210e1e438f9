//! The checksum of statements.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// SHA-256, in hexadecimal, over the statements' exact text and their COPY data. Line ends count as `\n` whichever they
/// are; a byte order mark, and space and comments between statements, do not count.
pub(crate) fn checksum<'a>(statements: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> String {
    let mut hash = Sha256::new();
    for (text, data) in statements {
        // Neither a text nor data can hold a zero byte: what is hashed can be read in one way only.
        update(&mut hash, text);
        hash.update([0]);
        if let Some(data) = data {
            update(&mut hash, data);
            hash.update([0, 0]);
        }
    }
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn update(hash: &mut Sha256, text: &str) {
    for (index, part) in text.split("\r\n").enumerate() {
        if index > 0 {
            hash.update(b"\n");
        }
        hash.update(part);
    }
}

#[cfg(test)]
mod tests {
    use super::checksum;

    #[test]
    fn line_ends_do_not_count_and_all_else_does() {
        let base = checksum([("select\n1", None)]);
        assert_eq!(base.len(), 64);
        assert_eq!(checksum([("select\r\n1", None)]), base);
        for other in [
            vec![("select 1", None)],
            vec![("select\n1", None), ("", None)],
            vec![("select", None), ("\n1", None)],
            vec![("select\n1", Some(""))],
        ] {
            assert_ne!(checksum(other.clone()), base, "{other:?}");
        }
    }
}
