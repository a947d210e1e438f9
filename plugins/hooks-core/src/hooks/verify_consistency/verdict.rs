//! Two values, how far apart they may be, and whether they are.

use super::Error;
use confiture_sdk::database::{Row, Value};
use std::fmt;

/// How far apart two values may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Allowed {
    /// The smaller one divided by the larger one, at least.
    Ratio(f64),
    /// The difference in percent of the first one, at most.
    Percent(f64),
}

impl Allowed {
    fn means_equal(self) -> bool {
        matches!(self, Self::Ratio(1.0) | Self::Percent(0.0))
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ratio(ratio) => write!(f, "a ratio of at least {ratio}"),
            Self::Percent(percent) => write!(f, "at most {percent} % apart"),
        }
    }
}

/// What a check came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Verdict {
    pub name: String,
    pub left: String,
    pub right: String,
    pub holds: bool,
    allowed: Allowed,
    /// How far apart they are, in words.
    apart: String,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, left, right, apart, allowed, .. } = self;
        write!(f, "{name}: {left} and {right}{apart}, expected {allowed}")
    }
}

/// A value that can be compared.
#[derive(Clone, Debug, PartialEq)]
enum Side {
    Nothing,
    /// In decimal notation.
    Number(String),
    Text(String),
}

impl Verdict {
    /// Of two values.
    pub(super) fn of_pair(
        name: String,
        allowed: Allowed,
        left: Option<Value>,
        right: Option<Value>,
    ) -> Result<Self, Error> {
        let (left, right) = (side(left.as_ref())?, side(right.as_ref())?);
        let (holds, apart) = match (&left, &right) {
            (Side::Nothing, Side::Nothing) => (true, String::new()),
            (Side::Number(one), Side::Number(other)) => compare(one, other, allowed),
            (Side::Text(one), Side::Text(other)) if allowed.means_equal() => (one == other, String::new()),
            (Side::Text(_), Side::Text(_)) => {
                return Err(Error::failed(
                    "expected numbers, because texts can only be equal: leave out the tolerance",
                ));
            }
            _ => (false, String::new()),
        };
        let (left, right) = shown(&left, &right);
        Ok(Self { name, left, right, holds, allowed, apart })
    }

    /// Of what a query returned.
    pub(super) fn of_rows(name: String, allowed: Allowed, rows: &[Row]) -> Result<Self, Error> {
        match rows {
            [row] if row.columns().iter().any(|column| is_variance(&column.name)) => of_variances(name, allowed, row),
            [row] => match row.values.as_slice() {
                [left, right] => Self::of_pair(name, allowed, Some(left.clone()), Some(right.clone())),
                values => Err(expected(format!("one row of {} columns", values.len()))),
            },
            [first, second] => {
                let left = first.values.iter().find(|value| **value != Value::Null).cloned();
                Self::of_pair(name, allowed, left, second.values.last().cloned())
            }
            rows => Err(expected(format!("{} rows", rows.len()))),
        }
    }
}

fn expected(found: String) -> Error {
    Error::failed(format!(
        "expected two values, as one row of two columns or as two rows, and the query returned {found}"
    ))
}

fn is_variance(column: &str) -> bool {
    column.to_lowercase().contains("variance")
}

/// Differences, relative to the sum of what they are differences of.
fn of_variances(name: String, allowed: Allowed, row: &Row) -> Result<Verdict, Error> {
    let (mut largest, mut sum, mut sides) = (0.0_f64, 0.0, 0);
    for (column, value) in row.columns().iter().zip(&row.values) {
        let number = match side(Some(value))? {
            Side::Nothing => 0.0,
            Side::Number(text) => number(&text),
            Side::Text(_) => return Err(Error::failed(format!("expected a number in column `{}`", column.name))),
        };
        match is_variance(&column.name) {
            true => largest = largest.max(number.abs()),
            false => {
                sum += number.abs();
                sides += 1;
            }
        }
    }
    let percent = if largest == 0.0 { 0.0 } else { largest / sum * 100.0 };
    let most = match allowed {
        Allowed::Percent(percent) => percent,
        Allowed::Ratio(ratio) => (1.0 - ratio) * 100.0,
    };
    let apart = match sides {
        0 if largest > 0.0 => {
            " (relative to nothing: select the sum that it is a variance of as another column)".to_owned()
        }
        _ => format!(" ({} %)", rounded(percent)),
    };
    let (left, right) = (format!("a variance of {largest}"), format!("a sum of {sum}"));
    Ok(Verdict { name, left, right, holds: percent <= most, allowed, apart })
}

fn side(value: Option<&Value>) -> Result<Side, Error> {
    Ok(match value {
        None | Some(Value::Null) => Side::Nothing,
        Some(Value::Integer(number)) => Side::Number(number.to_string()),
        Some(Value::Float(number)) => Side::Number(number.to_string()),
        Some(Value::Other { text, type_name }) if is_numeric(type_name) => Side::Number(text.clone()),
        Some(Value::Text(text) | Value::Other { text, .. }) => Side::Text(text.clone()),
        Some(Value::Boolean(_)) => return Err(Error::failed("expected two values to compare, and one is a boolean")),
        Some(Value::Bytes(_)) => return Err(Error::failed("expected two values to compare, and one is a bytea")),
    })
}

fn is_numeric(type_name: &str) -> bool {
    let plain = type_name.trim_start_matches("pg_catalog.");
    ["numeric", "bigint", "integer", "smallint", "money"].iter().any(|numeric| plain.starts_with(numeric))
}

fn compare(left: &str, right: &str, allowed: Allowed) -> (bool, String) {
    if plain_decimal(left) == plain_decimal(right) {
        return (true, String::new());
    }
    let (one, other) = (number(left), number(right));
    let ratio = match one.abs().max(other.abs()) {
        _ if one.signum() != other.signum() && one != 0.0 && other != 0.0 => 0.0,
        0.0 => 1.0,
        larger => one.abs().min(other.abs()) / larger,
    };
    let percent = if one == 0.0 { f64::INFINITY } else { (other - one).abs() / one.abs() * 100.0 };
    match allowed {
        // They are not equal: what a double cannot tell apart still differs.
        allowed if allowed.means_equal() => (false, format!(" ({} % apart)", rounded(percent))),
        Allowed::Ratio(least) => (ratio >= least, format!(" (a ratio of {})", rounded(ratio))),
        Allowed::Percent(most) => (percent <= most, format!(" ({} % apart)", rounded(percent))),
    }
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

/// Six digits that count.
fn rounded(number: f64) -> String {
    if !number.is_finite() || number == 0.0 {
        return number.to_string();
    }
    let digits = (5 - number.abs().log10().floor() as i32).clamp(0, 12);
    let text = format!("{number:.*}", digits as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// One spelling of a decimal number: `1.0` and `01` are `1`.
fn plain_decimal(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    if !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return text.to_owned();
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    match (whole, fraction) {
        ("", "") => "0".to_owned(),
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    }
}

/// Both sides as they are shown. A text may be a row's own: only what looks like a digest is shown.
fn shown(left: &Side, right: &Side) -> (String, String) {
    let digest = |text: &str| text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let show = |side: &Side, name: &str| match side {
        Side::Nothing => "nothing".to_owned(),
        Side::Number(number) => number.clone(),
        Side::Text(text) if digest(text) => text.clone(),
        Side::Text(_) => name.to_owned(),
    };
    let other = if left == right { "the same text" } else { "another text" };
    (show(left, "a text"), show(right, other))
}
