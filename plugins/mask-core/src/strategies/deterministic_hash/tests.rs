//! Exact where it says so, and never short.

use super::*;
use crate::testing::{keeps_its_promises, masked, refusal, texts};
use serde_json::json;
use std::collections::HashSet;

const ID: &str = "deterministic_hash";

#[test]
fn a_million_of_each_stay_apart() {
    let numbers: Vec<String> = (0..1_000_000).map(|number: u32| number.to_string()).collect();
    keeps_its_promises(ID, &json!({}), &ColumnInfo::new("id", "bigint"), &numbers, 3);
    let ids: Vec<String> = (0..1_000_000).map(|at: u32| format!("6f1b6f60-0000-4000-8000-{at:012x}")).collect();
    keeps_its_promises(ID, &json!({}), &ColumnInfo::new("id", "uuid"), &ids, 0);
}

#[test]
fn every_smallint_has_its_own() {
    let numbers: Vec<String> = (i16::MIN..=i16::MAX).map(|number| number.to_string()).collect();
    let column = ColumnInfo::new("id", "smallint");
    keeps_its_promises(ID, &json!({}), &column, &numbers, 12);
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let masked = masked(ID, &json!({}), &column, &numbers).unwrap();
    let masked: Vec<i16> = masked.iter().flatten().map(|number| number.parse().unwrap()).collect();
    assert_eq!(masked.iter().collect::<HashSet<_>>().len(), 65_536);
    assert!(masked.iter().zip(i16::MIN..=i16::MAX).all(|(masked, number)| (*masked < 0) == (number < 0)));
}

#[test]
fn numbers_keep_their_digits() {
    let numbers = (-30_000..30_000).map(|number: i32| format!("{}.{:02}", number / 100, number.abs() % 100));
    let numbers: Vec<String> = numbers.collect::<HashSet<_>>().into_iter().collect();
    let column = ColumnInfo::new("total", "numeric(5,2)");
    keeps_its_promises(ID, &json!({}), &column, &numbers, 2000);
    for (number, whole, scale) in
        [("1.5", 1, 1), ("-120.07", 4, 2), ("9", 1, 0), ("99999999999999999999999999999999999999", 38, 0)]
    {
        let masked = masked(ID, &json!({}), &ColumnInfo::new("n", "numeric"), &[number]).unwrap();
        let masked = masked[0].as_deref().unwrap();
        assert_eq!(masked.split('.').next().unwrap().len(), whole, "{number} {masked}");
        assert_eq!(masked.split('.').nth(1).unwrap_or("").len(), scale, "{number} {masked}");
    }
    let equal = masked(ID, &json!({}), &ColumnInfo::new("n", "numeric"), &["1.5", "1.50"]).unwrap();
    assert_eq!(format!("{}0", equal[0].as_deref().unwrap()), equal[1].as_deref().unwrap());
}

#[test]
fn joined_columns_agree_in_the_narrowest_type() {
    let parent = ColumnInfo { group_type: Some("smallint".into()), ..ColumnInfo::new("id", "bigint") };
    let child = ColumnInfo { group_type: Some("smallint".into()), ..ColumnInfo::new("parent", "smallint") };
    let numbers: Vec<String> = (-500..500).map(|number: i32| number.to_string()).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    assert_eq!(masked(ID, &json!({}), &parent, &numbers).unwrap(), masked(ID, &json!({}), &child, &numbers).unwrap());
    let wide: Vec<String> =
        (32_760..33_760).chain([i64::MAX, i64::MIN]).map(|number: i64| number.to_string()).collect();
    keeps_its_promises(ID, &json!({}), &parent, &wide, 1);
    let short = ColumnInfo { group_max_length: Some(20), ..ColumnInfo::new("code", "text") };
    assert_eq!(masked(ID, &json!({}), &short, &["a"]).unwrap()[0].as_ref().unwrap().len(), 20);
}

#[test]
fn text_of_every_plane_has_a_pseudonym() {
    keeps_its_promises(ID, &json!({}), &ColumnInfo::new("a", "text"), &texts(), 0);
    let padded = ColumnInfo::new("a", "char(64)");
    let masked = masked(ID, &json!({}), &padded, &["ada   ", "ada"]).unwrap();
    assert_eq!(masked[0], masked[1]);
}

#[test]
fn short_columns_are_refused_by_the_size_of_the_table() {
    let column = |length: u32, rows| ColumnInfo {
        estimated_rows: Some(rows),
        ..ColumnInfo::new("a", format!("varchar({length})"))
    };
    assert!(refusal(ID, &json!({}), &column(16, 1_000_000_000)).contains("23 digits are enough"));
    assert_eq!(refusal(ID, &json!({}), &column(23, 1_000_000_000)), "");
    assert_eq!(refusal(ID, &json!({}), &column(12, 100)), "");
    assert!(refusal(ID, &json!({"length": 24}), &column(20, 100)).contains("takes 24"));
    assert!(refusal(ID, &json!({"length": 7}), &column(20, 2)).contains("/length"));
    assert!(refusal(ID, &json!({"length": 64}), &ColumnInfo::new("a", "uuid")).contains("/length"));
    assert!(refusal(ID, &json!({"algorithm": "md5"}), &column(64, 1)).contains("sha256"));
    assert!(refusal(ID, &json!({"salt": "${A}", "key": "${B}"}), &column(64, 1)).contains("not both"));
    assert!(refusal(ID, &json!({}), &ColumnInfo::new("a", "boolean")).contains("takes text"));
}

#[test]
fn what_is_no_value_of_the_type_stops_the_run() {
    for (type_name, value) in [("integer", "x1"), ("integer", "2147483648"), ("numeric", "NaN"), ("numeric", "1e5")] {
        let error = masked(ID, &json!({}), &ColumnInfo::new("a", type_name), &["0", value]).unwrap_err().to_string();
        assert!(error.starts_with("row 2 of the batch") && !error.contains(value), "{error}");
    }
}
