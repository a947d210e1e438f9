//! Strategies that promise to be one to one, on ten million values each. Nothing is sampled or hashed: every result is kept.

use crate::{
    BATCH,
    cases::{Case, email, number, uuid},
    component::Component,
};

/// Values of each.
const VALUES: usize = 10_000_000;

pub async fn all(component: &Component, is_wanted: impl Fn(&Case) -> bool) {
    let digits = |row| format!("{row:08}");
    let cases = [
        Case::of("format_preserving", "varchar(8)", digits),
        Case::of("deterministic_hash", "integer", number),
        Case::of("deterministic_hash", "uuid", uuid),
        Case::of("deterministic_hash", "text", email),
        Case::of("email_masking", "text", email),
    ];
    for case in cases.into_iter().filter(is_wanted) {
        let mut open = component.open(&case).await;
        let mut made = Vec::with_capacity(VALUES);
        for from in (0..VALUES).step_by(BATCH) {
            let masked = open.mask(&case.values(from, from + BATCH), &[]).await.expect("the strategy masks");
            made.extend(masked.iter().map(|value| value.and_then(as_number).expect("a value of the type")));
        }
        made.sort_unstable();
        made.dedup();
        println!("{:<44} {} values, {} different results", case.title(), VALUES, made.len());
        assert_eq!(made.len(), VALUES, "{} is not one to one", case.title());
    }
}

/// A number, or hexadecimal digits: those of a UUID, of a masked address, or the first 32 of a longer pseudonym.
fn as_number(value: &str) -> Option<u128> {
    let address = value.split_once('@').and_then(|(local, _)| local.strip_prefix("user+"));
    match address.unwrap_or(value) {
        decimal if decimal.len() < 20 => decimal.parse().ok(),
        digits => u128::from_str_radix(first(&digits.replace('-', "")), 16).ok(),
    }
}

fn first(digits: &str) -> &str {
    digits.get(..32).unwrap_or(digits)
}
