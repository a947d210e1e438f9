//! `postgresql://user:password@host:port,host:port/database?parameter=value`, as libpq reads it.

use super::{error::ConnectError, parameters::Parameters};

const FORM: &str = "the form is postgresql://user:password@host:port/database?sslmode=require";

/// What follows the scheme, where the text is a URI.
pub(crate) fn after_scheme(text: &str) -> Option<&str> {
    text.strip_prefix("postgresql://").or_else(|| text.strip_prefix("postgres://"))
}

/// Whether the text is a URI, of whatever kind.
pub(crate) fn has_a_scheme(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | ':');
    text.split_once("://").is_some_and(|(scheme, _)| scheme.chars().all(word))
}

/// Reads what follows the scheme.
///
/// # Errors
/// A URI that libpq would not read either. No error repeats the text: it may hold a password.
pub(crate) fn parse(rest: &str, into: &mut Parameters) -> Result<(), ConnectError> {
    // Credentials end at an `@`, which must come before any `/`.
    let end = rest.find(['@', '/']).filter(|at| rest[*at..].starts_with('@'));
    let rest = match end.map(|at| rest.split_at(at)) {
        Some((user, after)) => {
            credentials(user, into)?;
            &after[1..]
        }
        None => rest,
    };
    let (rest, query) = split_at(rest, '?');
    let (authority, database) = split_at(rest, '/');
    hosts(authority, into)?;
    if let Some(database) = database.filter(|name| !name.is_empty()) {
        into.set("dbname", decode(database)?)?;
    }
    query.map_or(Ok(()), |query| parameters(query, into))
}

fn split_at(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

fn credentials(text: &str, into: &mut Parameters) -> Result<(), ConnectError> {
    let (user, password) = split_at(text, ':');
    if !user.is_empty() {
        into.set("user", decode(user)?)?;
    }
    if let Some(password) = password {
        into.set("password", decode(password)?)?;
    }
    Ok(())
}

/// Lists of hosts and ports stay lists, with commas, as the parameters `host` and `port` hold them.
fn hosts(text: &str, into: &mut Parameters) -> Result<(), ConnectError> {
    if text.is_empty() {
        return Ok(());
    }
    let parts = text.split(',').map(host_and_port).collect::<Result<Vec<_>, _>>()?;
    let (names, ports): (Vec<String>, Vec<String>) = parts.into_iter().unzip();
    if names.iter().any(|name| !name.is_empty()) {
        into.set("host", names.join(","))?;
    }
    if ports.iter().any(|port| !port.is_empty()) {
        into.set("port", ports.join(","))?;
    }
    Ok(())
}

fn host_and_port(text: &str) -> Result<(String, String), ConnectError> {
    let (host, after) = match text.strip_prefix('[') {
        Some(inner) => inner
            .split_once(']')
            .ok_or_else(|| ConnectError::parameter("an IPv6 address of the connection URI has no closing `]`", FORM))?,
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let port = match after.strip_prefix(':') {
        Some(port) => decode(port)?,
        None if after.is_empty() => String::new(),
        None => {
            let problem = "something other than `:port` follows the `]` of an IPv6 address in the connection URI";
            return Err(ConnectError::parameter(problem, FORM));
        }
    };
    Ok((decode(host)?, port))
}

fn parameters(text: &str, into: &mut Parameters) -> Result<(), ConnectError> {
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else {
            let problem = "a parameter after the `?` of the connection URI has no `=`";
            return Err(ConnectError::parameter(
                problem,
                "write name=value, joined by `&`; write `&` in a value as %26",
            ));
        };
        let (name, value) = (decode(name)?, decode(value)?);
        // What JDBC writes; libpq reads it too.
        if name == "ssl" && value == "true" {
            into.set("sslmode", "require".to_owned())?;
        } else {
            into.set(&name, value)?;
        }
    }
    Ok(())
}

/// Undoes percent-encoding.
fn decode(text: &str) -> Result<String, ConnectError> {
    let advice = "write a `%` that is meant itself as %25";
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'%' {
            bytes.push(byte);
            rest = after;
            continue;
        }
        let digits = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let value = digits.filter(|hex| !hex.contains('+')).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match value {
            Some(0) => {
                return Err(ConnectError::parameter(
                    "%00 in the connection URI: PostgreSQL's texts have no zero byte",
                    FORM,
                ));
            }
            Some(value) => bytes.push(value),
            None => {
                return Err(ConnectError::parameter(
                    "a `%` in the connection URI is not followed by two hex digits",
                    advice,
                ));
            }
        }
        rest = after.get(2..).unwrap_or_default();
    }
    String::from_utf8(bytes)
        .map_err(|_| ConnectError::parameter("a percent-encoded text of the connection URI is not UTF-8", FORM))
}
