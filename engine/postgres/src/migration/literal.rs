//! Values as SQL literals that mean the same under every setting.

use std::fmt::Write as _;

/// A string literal of ASCII alone, so that neither `client_encoding` nor `standard_conforming_strings`, which a user's
/// script may have changed, alters what it means. A NUL character, which PostgreSQL has no text for, becomes U+FFFD.
pub(super) fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 3);
    out.push_str("E'");
    for c in value.chars() {
        match c {
            '\'' => out.push_str("''"),
            '\\' => out.push_str("\\\\"),
            '\0' => out.push_str("\\uFFFD"),
            c if c.is_ascii() => out.push(c),
            c if u32::from(c) <= 0xFFFF => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
        }
    }
    out.push('\'');
    out
}

/// The same, or `NULL`.
pub(super) fn optional(value: Option<&str>) -> String {
    value.map_or_else(|| "NULL".to_owned(), text)
}

/// `jsonb`, which has no NUL character either.
pub(super) fn json(value: &serde_json::Value) -> String {
    format!("{}::pg_catalog.jsonb", text(&value.to_string().replace("\\u0000", "\\ufffd")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_ascii_and_closed() {
        assert_eq!(text(r"it's a \ back"), r"E'it''s a \\ back'");
        assert_eq!(text("é😀\0"), r"E'\u00E9\U0001F600\uFFFD'");
        assert_eq!(text("line\nline"), "E'line\nline'");
        assert_eq!(optional(None), "NULL");
        assert_eq!(json(&serde_json::json!({"a": "\0'"})), r#"E'{"a":"\\ufffd''"}'::pg_catalog.jsonb"#);
    }
}
