//! Formats stay, check digits are right, and no two values become one.

use super::*;
use crate::testing::{keeps_its_promises, masked, refusal, texts};
use serde_json::{Value, json};
use std::collections::HashSet;

const ID: &str = "format_preserving";

fn one(options: &Value, value: &str) -> String {
    masked(ID, options, &ColumnInfo::new("a", "text"), &[value]).unwrap()[0].clone().unwrap()
}

#[test]
fn all_numbers_of_six_digits_are_permuted() {
    let numbers: Vec<String> = (0..1_000_000).map(|number| format!("{number:06}")).collect();
    let column = ColumnInfo { unique: true, ..ColumnInfo::new("a", "char(6)") };
    keeps_its_promises(ID, &json!({}), &column, &numbers, 12);
}

#[test]
fn long_values_are_permuted_as_a_whole() {
    let number = |at: u32| format!("{:060}", u128::from(at) * 7);
    let numbers: Vec<String> =
        (0..20_000).map(number).chain((0..20_000).map(|at| format!("{at:x}{:0>80}", 1))).collect();
    let numbers: Vec<String> = numbers.into_iter().collect::<HashSet<_>>().into_iter().collect();
    keeps_its_promises(ID, &json!({}), &ColumnInfo { unique: true, ..ColumnInfo::new("a", "text") }, &numbers, 0);
    let (a, b) = (one(&json!({}), &format!("{:060}", 1)), one(&json!({}), &format!("{:060}", 2)));
    let same = a.bytes().zip(b.bytes()).filter(|(a, b)| a == b).count();
    assert!(same < 20, "one character changes all: {same} are the same");
    let (a, b) = (one(&json!({}), &format!("1{:059}", 0)), one(&json!({}), &format!("2{:059}", 0)));
    assert_ne!(a[50..], b[50..]);
}

#[test]
fn check_digits_are_right() {
    for at in 0..3000_u64 {
        let front = format!("{}", 400_000_000_000_000 + at * 7919);
        let check = checks::luhn(front.bytes().map(|byte| byte - b'0'));
        let card = one(&json!({"check": "luhn", "keep_first": 6}), &format!("{front}{check}"));
        let (front, last) = card.split_at(card.len() - 1);
        assert_eq!(checks::luhn(front.bytes().map(|byte| byte - b'0')).to_string(), last);
        assert!(card.starts_with("400000"));
        let account = format!("{:018}", at * 104_729);
        let iban = one(&json!({"check": "iban"}), &format!("DE{:02}{account}", checks::iban(b"DE", account.bytes())));
        assert_eq!(format!("{:02}", checks::iban(b"DE", iban[4..].bytes())), iban[2..4]);
        assert_ne!(iban[4..], account);
    }
    assert!(one(&json!({"check": "iban", "keep_first": 4}), "gb82 west 1234 5698 7654 32").starts_with("gb"));
    assert!(one(&json!({"check": "iban", "keep_first": 4}), "GB82 WEST 1234 5698 7654 32")[5..].starts_with("WEST"));
}

#[test]
fn cards_stay_apart() {
    let cards: Vec<String> = (0..100_000)
        .map(|at| {
            let front = format!("411111{at:09}");
            format!("{front}{}", checks::luhn(front.bytes().map(|byte| byte - b'0')))
        })
        .collect();
    let column = ColumnInfo { unique: true, ..ColumnInfo::new("a", "varchar(16)") };
    keeps_its_promises(ID, &json!({"check": "luhn", "keep_first": 6}), &column, &cards, 0);
}

#[test]
fn separators_and_case_stay() {
    assert_eq!(one(&json!({}), "030-123").replace('-', ""), one(&json!({}), "030123"));
    let plate = one(&json!({}), "B-Cd 12");
    assert!(plate.chars().zip("B-Cd 12".chars()).all(|(new, old)| match old {
        '0'..='9' => new.is_ascii_digit(),
        'A'..='Z' => new.is_ascii_uppercase(),
        'a'..='z' => new.is_ascii_lowercase(),
        _ => new == old,
    }));
    assert!(one(&json!({"keep_last": 4}), "12345678").ends_with("5678"));
}

#[test]
fn what_it_cannot_be_applied_to_is_never_kept() {
    for text in texts() {
        let masked = one(&json!({}), &text);
        assert!(masked != text || text.is_empty(), "{text}");
    }
    assert_eq!(one(&json!({"keep_first": 3}), "123"), "***");
    let unique = ColumnInfo { unique: true, ..ColumnInfo::new("a", "text") };
    assert!(masked(ID, &json!({}), &unique, &["Zoë"]).is_err());
    assert!(refusal(ID, &json!({"check": "isbn"}), &unique).contains("/check"));
}
