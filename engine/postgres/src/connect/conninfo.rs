//! `host=localhost port=5432 password='it''s'`: key=value pairs, as libpq reads them.

use super::{error::ConnectError, parameters::Parameters};

const FORM: &str = "the form is host=localhost port=5432 dbname=app user=ada; quote a value with ' where it has blanks";

/// Reads pairs into parameters.
///
/// # Errors
/// A text that libpq would not read either. No error repeats it: it may hold a password.
pub(crate) fn parse(text: &str, into: &mut Parameters) -> Result<(), ConnectError> {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let Some(after) = after.trim_start().strip_prefix('=') else {
            return Err(ConnectError::parameter("a word of the connection string is not followed by `=`", FORM));
        };
        let (value, after) = value(after.trim_start())?;
        into.set(name, value)?;
        rest = after.trim_start();
    }
    Ok(())
}

/// One value, quoted or not, and what follows it.
fn value(text: &str) -> Result<(String, &str), ConnectError> {
    let (quoted, mut chars) = match text.strip_prefix('\'') {
        Some(inner) => (true, inner.chars()),
        None => (false, text.chars()),
    };
    let mut value = String::new();
    loop {
        let before = chars.as_str();
        match chars.next() {
            Some('\\') => value.extend(chars.next()),
            Some('\'') if quoted => return Ok((value, chars.as_str())),
            Some(c) if !quoted && c.is_ascii_whitespace() => return Ok((value, before)),
            Some(c) => value.push(c),
            None if quoted => {
                return Err(ConnectError::parameter(
                    "a quoted value of the connection string has no closing `'`",
                    FORM,
                ));
            }
            None => return Ok((value, "")),
        }
    }
}
