//! Whether a value is one of a column's type, as far as that can be said without PostgreSQL.

use confiture_model::mask::ColumnInfo;
use std::net::IpAddr;

/// Why a masked value is none that the column takes; never with the value.
pub(in crate::anonymize) fn misfit(target: &ColumnInfo, masked: Option<&str>) -> Option<String> {
    let Some(value) = masked else {
        return (!target.nullable).then(|| "a value became null, and the column is NOT NULL".to_owned());
    };
    let length = value.chars().count();
    if let Some(room) = target.room().filter(|room| length > *room as usize) {
        return Some(format!("a value of {length} characters came out, and the column takes {room}"));
    }
    let narrowest = target.group_type.as_deref().unwrap_or(base(target));
    let fits = if target.labels.is_empty() {
        is_of(narrowest, value)
    } else {
        target.labels.iter().any(|label| label == value)
    };
    let what = if target.labels.is_empty() { narrowest } else { "label of the enum" };
    (!fits).then(|| format!("a value came out that is no {what}"))
}

pub(super) fn base(target: &ColumnInfo) -> &str {
    if target.base_type.is_empty() { &target.type_name } else { &target.base_type }
}

/// A type's name without schema and modifiers.
pub(super) fn word(type_name: &str) -> String {
    let bare = type_name.split_once('(').map_or_else(
        || type_name.to_owned(),
        |(before, rest)| format!("{} {}", before.trim(), rest.split_once(')').map_or("", |(_, after)| after).trim()),
    );
    bare.trim().rsplit('.').next().unwrap_or_default().to_owned()
}

/// Precision and scale of `numeric(p,s)`.
pub(super) fn precision(type_name: &str) -> Option<(i64, i64)> {
    let (_, inside) = type_name.split_once('(')?;
    let mut numbers = inside.trim_end_matches(')').split(',').map(|number| number.trim().parse().ok());
    Some((numbers.next()??, numbers.next().flatten().unwrap_or(0)))
}

/// What it does not know, it takes.
fn is_of(type_name: &str, value: &str) -> bool {
    match word(type_name).as_str() {
        "smallint" | "int2" => value.parse::<i16>().is_ok(),
        "integer" | "int4" | "int" => value.parse::<i32>().is_ok(),
        "bigint" | "int8" => value.parse::<i64>().is_ok(),
        "numeric" | "decimal" => is_numeric(type_name, value),
        "real" | "double precision" | "float4" | "float8" => value.parse::<f64>().is_ok(),
        "boolean" | "bool" => matches!(value, "t" | "f" | "true" | "false"),
        "uuid" => is_uuid(value),
        "json" | "jsonb" => serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok(),
        "bytea" => value
            .strip_prefix("\\x")
            .is_some_and(|hex| hex.len().is_multiple_of(2) && hex.bytes().all(|byte| byte.is_ascii_hexdigit())),
        "date" => is_infinite(value) || is_date(value.strip_suffix(" BC").unwrap_or(value)),
        "timestamp without time zone" | "timestamp with time zone" | "timestamp" | "timestamptz" => {
            is_infinite(value)
                || value.split_once([' ', 'T']).is_some_and(|(date, time)| is_date(date) && is_time(time))
        }
        "time without time zone" | "time" | "time with time zone" => is_time(value),
        "inet" | "cidr" => value.split('/').next().is_some_and(|address| address.parse::<IpAddr>().is_ok()),
        _ => true,
    }
}

fn is_numeric(type_name: &str, value: &str) -> bool {
    if matches!(value, "NaN" | "Infinity" | "-Infinity") {
        return true;
    }
    let digits = value.strip_prefix('-').unwrap_or(value);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = !digits.is_empty() && (whole.bytes().chain(fraction.bytes())).all(|byte| byte.is_ascii_digit());
    let fits = precision(type_name)
        .is_none_or(|(precision, scale)| whole.trim_start_matches('0').len() as i64 <= (precision - scale).max(0));
    numeric && fits
}

fn is_uuid(value: &str) -> bool {
    let part = |(part, length): (&str, usize)| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
    value.split('-').count() == 5 && value.split('-').zip([8, 4, 4, 4, 12]).all(part)
}

fn is_infinite(value: &str) -> bool {
    matches!(value, "infinity" | "-infinity")
}

fn is_date(value: &str) -> bool {
    let parts: Vec<Option<u32>> = value.split('-').map(|part| part.parse().ok()).collect();
    let [Some(year), Some(month), Some(day)] = parts[..] else { return false };
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

fn is_time(value: &str) -> bool {
    let value = value.strip_suffix(" BC").unwrap_or(value);
    let clock = value.split(['+', '-', 'Z']).next().unwrap_or_default();
    let mut parts = clock.split(':');
    let mut part = |most: f64| parts.next().and_then(|part| part.parse::<f64>().ok()).is_some_and(|part| part <= most);
    part(24.0) && part(59.0) && part(60.0)
}

/// A text that equal values share: in `citext` case does not matter, in char(n) blanks at the end, in numbers zeros.
pub(super) fn equal_form(target: &ColumnInfo, value: &str) -> String {
    match word(base(target)).as_str() {
        "citext" => value.to_lowercase(),
        "character" | "bpchar" => value.trim_end_matches(' ').to_owned(),
        "numeric" | "decimal" if value.contains('.') => {
            let bare = value.trim_end_matches('0').trim_end_matches('.');
            if bare == "-0" { "0".to_owned() } else { bare.to_owned() }
        }
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_from_what_is_none() {
        for (type_name, good, bad) in [
            ("smallint", "-32768", "32768"),
            ("numeric(5,2)", "-999.99", "1000.00"),
            ("numeric(5,2)", "0.00", "x"),
            ("uuid", "6f1b6f60-0000-4000-8000-000000000001", "6f1b6f60"),
            ("jsonb", "{\"a\": []}", "{"),
            ("bytea", "\\x00ff", "00ff"),
            ("date", "2000-02-29", "1900-02-29"),
            ("date", "0044-03-15 BC", "2000-13-01"),
            ("timestamp(3) with time zone", "2020-02-28 12:30:00.5+00", "2020-02-28"),
            ("time without time zone", "23:59:59.999999", "25:00:00"),
            ("inet", "10.0.0.0/8", "10.0.0"),
            ("boolean", "t", "yes"),
        ] {
            let target = ColumnInfo { type_name: type_name.to_owned(), nullable: true, ..ColumnInfo::default() };
            assert_eq!(misfit(&target, Some(good)), None, "{type_name}: {good}");
            assert!(misfit(&target, Some(bad)).is_some(), "{type_name}: {bad}");
        }
    }

    #[test]
    fn equal_values_have_one_form() {
        let of = |type_name: &str, value: &str| {
            equal_form(&ColumnInfo { type_name: type_name.to_owned(), ..ColumnInfo::default() }, value)
        };
        assert_eq!(of("public.citext", "Ada"), "ada");
        assert_eq!(of("numeric(8,2)", "1.50"), of("numeric(8,2)", "1.5"));
        assert_ne!(of("numeric", "100"), of("numeric", "1"));
        assert_eq!(of("character(4)", "a   "), "a");
        assert_ne!(of("text", "A"), of("text", "a"));
    }
}
