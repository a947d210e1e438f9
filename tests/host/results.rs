//! Rules whose findings cannot be used.

use crate::host::{beside_good_ones, limits};
use confiture_host::Limits;
use confiture_model::fault::FaultKind;

fn malformed(rule: &str, limits: Limits, expected: &str) {
    match beside_good_ones(rule, limits) {
        FaultKind::Malformed(why) => assert!(why.contains(expected), "`{expected}` is not in: {why}"),
        other => panic!("{other:?}"),
    }
}

/// Room for results that are larger than the host takes.
fn roomy() -> Limits {
    Limits { memory_bytes: 512 << 20, ..limits() }
}

#[test]
fn a_huge_result_is_not_taken() {
    let limits = Limits { result_bytes: 32 << 20, ..roomy() };
    malformed("huge-result", limits, "more data than one call may carry");
}

#[test]
fn findings_are_counted() {
    let limits = Limits { result_bytes: 256 << 20, ..roomy() };
    malformed("many-findings", limits, "150000 findings, where one call may hand over 100000");
}

#[test]
fn bad_utf_8_is_not_taken() {
    malformed("bad-utf-8", limits(), "utf-8");
}

#[test]
fn a_wrong_length_is_not_taken() {
    malformed("wrong-length", limits(), "");
}
