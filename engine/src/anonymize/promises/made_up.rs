//! Values to try a strategy with: the ends of each type, every plane of Unicode, nothing, the longest, and many others.

use super::{
    Samples,
    fit::{base, precision, word},
};
use confiture_model::mask::ColumnInfo;

/// At least so many rows with values of the column's type, and with values of all other columns.
pub(in crate::anonymize) fn rows(target: &ColumnInfo, row: &[ColumnInfo], count: usize) -> Samples {
    let values = values(target, count);
    let count = values.len();
    let other = |column: &ColumnInfo| {
        let others = self::values(column, count);
        (column.name.clone(), (0..count).map(|row| others.get(row).cloned().flatten()).collect())
    };
    let row = if count == 0 { Default::default() } else { row.iter().map(other).collect() };
    Samples { values: values.into_iter().collect(), row }
}

/// Different values, and one null where the column takes it; none for a type that it does not know.
pub(in crate::anonymize) fn values(column: &ColumnInfo, count: usize) -> Vec<Option<String>> {
    let mut values: Vec<Option<String>> = if column.nullable { vec![None] } else { Vec::new() };
    if !column.labels.is_empty() {
        values.extend(column.labels.iter().cloned().map(Some).cycle().take(count));
        return values;
    }
    let type_name = column.group_type.as_deref().unwrap_or(base(column));
    let mut known = std::collections::HashSet::new();
    let mut add = |value: String, values: &mut Vec<Option<String>>| {
        let room = column.room().is_none_or(|room| value.chars().count() <= room as usize);
        if room && known.insert(value.clone()) {
            values.push(Some(value));
        }
    };
    for end in ends(type_name, column.room()) {
        add(end, &mut values);
    }
    for number in 0..count {
        match ordinary(type_name, number, column.room()) {
            Some(value) => add(value, &mut values),
            None => break,
        }
    }
    let few = matches!(word(type_name).as_str(), "boolean" | "bool");
    if few {
        let again: Vec<_> = values.iter().flatten().cloned().collect();
        values.extend(again.into_iter().cycle().map(Some).take(count));
    }
    values
}

/// One character of each plane that has any, and some that programs get wrong.
const PLANES: [&str; 10] = ["ß", "Ж", "中", "\u{fffd}", "𐍈", "𠀀", "\u{30000}", "\u{e0100}", "\u{f0000}", "\u{10fffd}"];

fn ends(type_name: &str, room: Option<u32>) -> Vec<String> {
    let listed = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    match word(type_name).as_str() {
        "text" | "character varying" | "varchar" | "character" | "bpchar" | "citext" | "name" => texts(room),
        "smallint" | "int2" => listed(&["0", "1", "-1", "9", "32767", "-32768", "-32767"]),
        "integer" | "int4" | "int" => listed(&["0", "1", "-1", "9", "2147483647", "-2147483648", "-2147483647"]),
        "bigint" | "int8" => listed(&["0", "1", "-1", "9", "9223372036854775807", "-9223372036854775808"]),
        "numeric" | "decimal" => numerics(type_name),
        "real" | "float4" => listed(&["0", "-0", "1.5", "-3.4028235e+38", "1e-45", "NaN", "Infinity", "-Infinity"]),
        "double precision" | "float8" => {
            listed(&["0", "-0", "1.5", "-1.7976931348623157e+308", "5e-324", "NaN", "Infinity", "-Infinity"])
        }
        "boolean" | "bool" => listed(&["t", "f"]),
        "uuid" => listed(&["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"]),
        "date" => listed(&["1970-01-01", "2000-02-29", "0001-01-01", "9999-12-31", "0044-03-15 BC", "infinity"]),
        "timestamp without time zone" | "timestamp" => {
            listed(&["2000-02-29 23:59:59.999999", "0001-01-01 00:00:00", "9999-12-31 00:00:00", "infinity"])
        }
        "timestamp with time zone" | "timestamptz" => {
            listed(&["2000-02-29 23:59:59.999999+00", "0001-01-01 00:00:00+00", "9999-12-31 00:00:00+00", "infinity"])
        }
        "time without time zone" | "time" => listed(&["00:00:00", "23:59:59.999999", "24:00:00"]),
        "json" | "jsonb" => {
            listed(&["{}", "[]", "\"\"", "0", "null", "{\"a\": {\"b\": [1, \"ß𐍈\", null]}}", "\"\\u0041\""])
        }
        "bytea" => listed(&["\\x", "\\x00", "\\xff"]),
        "inet" => listed(&["0.0.0.0", "255.255.255.255", "::", "::1", "10.1.2.3/8", "2001:db8::ff/64"]),
        "cidr" => listed(&["10.0.0.0/8", "192.168.1.0/24", "2001:db8::/32"]),
        "macaddr" => listed(&["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"]),
        _ => Vec::new(),
    }
}

fn texts(room: Option<u32>) -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "a",
        "7",
        "ada@example.com",
        "Ada.Lovelace+x@EXAMPLE.org",
        "no address@",
        "+49 30 1234567",
        "4111 1111 1111 1111",
        "DE89 3704 0044 0532 0130 00",
        "Zoë Ångström",
        "e\u{301}",
        "שלום",
        "'; DROP--",
        "a\nb\t\\",
        "NULL",
        "\\N",
    ]
    .map(str::to_owned)
    .to_vec();
    let longest = room.map_or(10_000, |room| room.min(10_000)) as usize;
    for plane in PLANES {
        texts.push(plane.to_owned());
        texts.push(format!("Ada {plane} 42"));
        texts.push(plane.repeat(longest));
    }
    texts
        .extend([("x", longest), ("7", longest), ("x", longest.saturating_sub(1))].map(|(c, length)| c.repeat(length)));
    texts
}

fn numerics(type_name: &str) -> Vec<String> {
    let (whole, scale) = match precision(type_name) {
        Some((precision, scale)) => ((precision - scale).clamp(0, 1000) as usize, scale.clamp(0, 1000) as usize),
        None => (30, 4),
    };
    let number = |whole: &str, digit: &str| match scale {
        0 => whole.to_owned(),
        scale => format!("{whole}.{}", digit.repeat(scale)),
    };
    let most = if whole == 0 { "0".to_owned() } else { "9".repeat(whole) };
    let mut numbers = vec![number("0", "0"), number(&most, "9"), format!("-{}", number(&most, "9"))];
    if whole > 0 {
        numbers.extend([number("1", "0"), number("-1", "0"), number("9", "5")]);
    }
    numbers
}

/// A value that no other number has; none where the type has no more, or is not known.
fn ordinary(type_name: &str, number: usize, room: Option<u32>) -> Option<String> {
    let day = || format!("{:04}-{:02}-{:02}", 1950 + number / 336, number / 28 % 12 + 1, number % 28 + 1);
    let clock = || format!("{:02}:{:02}:{:02}", number / 3600 % 24, number / 60 % 60, number % 60);
    Some(match word(type_name).as_str() {
        "text" | "character varying" | "varchar" | "character" | "bpchar" | "citext" | "name" => match room {
            Some(room) if room < 24 => {
                let width = (room as usize).min(8);
                let text = format!("{number:0width$}");
                if text.len() > width {
                    return None;
                }
                text
            }
            _ => format!("person.{number}@mail.test"),
        },
        "smallint" | "int2" if number > 16_000 => return None,
        "smallint" | "int2" => (number + 10).to_string(),
        "integer" | "int4" | "int" | "bigint" | "int8" => (number as u64 * 7_919 % 2_000_000_000 + 10).to_string(),
        "real" | "float4" | "double precision" | "float8" => format!("{}.25", number + 10),
        "numeric" | "decimal" => return ordinary_numeric(type_name, number),
        "uuid" => format!("6f1b6f60-0000-4000-8000-{number:012x}"),
        "date" => day(),
        "timestamp without time zone" | "timestamp" => format!("{} {}", day(), clock()),
        "timestamp with time zone" | "timestamptz" => format!("{} {}+00", day(), clock()),
        "time without time zone" | "time" => clock(),
        "json" | "jsonb" => format!("{{\"id\": {number}, \"name\": \"person {number}\"}}"),
        "bytea" => format!("\\x{number:08x}"),
        "inet" => format!("10.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255),
        "cidr" => format!("10.{}.{}.0/24", number >> 8 & 255, number & 255),
        "macaddr" => format!("08:00:2b:{:02x}:{:02x}:{:02x}", number >> 16 & 255, number >> 8 & 255, number & 255),
        _ => return None,
    })
}

fn ordinary_numeric(type_name: &str, number: usize) -> Option<String> {
    let Some((precision, scale)) = precision(type_name) else { return Some(format!("{}.25", number + 10)) };
    let scale = usize::try_from(scale).unwrap_or(0);
    let digits = format!("{:0width$}", number + 1, width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    if whole.trim_start_matches('0').len() as i64 > precision - scale as i64 {
        return None;
    }
    Some(if scale == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") })
}

/// Values that are none of the type, as a lax column or a broken export has them.
pub(super) fn not_of_the_type(target: &ColumnInfo) -> Vec<&'static str> {
    if !target.labels.is_empty() {
        return vec!["no label of it", ""];
    }
    match word(base(target)).as_str() {
        "smallint" | "int2" | "integer" | "int4" | "int" | "bigint" | "int8" | "numeric" | "decimal" | "real"
        | "float4" | "double precision" | "float8" => vec!["abc", "99999999999999999999x", "1,5"],
        "uuid" => vec!["ada@example.com", "6f1b6f60-0000-4000-8000-00000000000"],
        "date" | "timestamp without time zone" | "timestamp with time zone" | "timestamp" | "timestamptz" => {
            vec!["tomorrow", "2020-02-30x", "12/31/99"]
        }
        "json" | "jsonb" => vec!["{", "ada@example.com"],
        "bytea" => vec!["ada@example.com"],
        "inet" | "cidr" | "macaddr" => vec!["ada@example.com", "300.1.1.1"],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anonymize::promises::fit::misfit;

    #[test]
    fn all_of_them_fit_their_type() {
        for type_name in [
            "text",
            "character varying(3)",
            "character(30)",
            "citext",
            "smallint",
            "integer",
            "bigint",
            "numeric",
            "numeric(5,2)",
            "numeric(2,2)",
            "numeric(4)",
            "real",
            "double precision",
            "boolean",
            "uuid",
            "date",
            "timestamp(3) with time zone",
            "timestamp without time zone",
            "time without time zone",
            "jsonb",
            "bytea",
            "inet",
            "cidr",
        ] {
            let max_length =
                type_name.contains("char").then(|| precision(type_name).map_or(0, |(room, _)| room as u32));
            let nullable = true;
            let target = ColumnInfo { type_name: type_name.to_owned(), max_length, nullable, ..ColumnInfo::default() };
            let rows = rows(&target, std::slice::from_ref(&target), 500);
            assert!(rows.values.len() > 100, "{type_name}: {}", rows.values.len());
            for value in &rows.values {
                assert_eq!(misfit(&target, value), None, "{type_name}: {value:?}");
            }
            assert!(rows.row.values().all(|column| column.len() == rows.values.len()));
        }
    }
}
