//! Rules that want too much, or end at once.

use crate::host::{beside_good_ones, limits};
use confiture_model::fault::FaultKind;

#[test]
fn four_gibibytes_are_too_much() {
    assert_eq!(
        beside_good_ones("four-gibibytes", limits()),
        FaultKind::MemoryExceeded { limit_bytes: limits().memory_bytes }
    );
}

/// A guest's call stack is partly in its own memory: whichever ends first, the guest ends and nothing else.
#[test]
fn deep_recursion_ends_the_guest() {
    let FaultKind::Trap(why) = beside_good_ones("deep-recursion", limits()) else { panic!("no trap") };
    assert!(why.contains("call stack") || why.contains("out of bounds"), "{why}");
}

#[test]
fn a_panic_is_a_trap() {
    let FaultKind::Trap(why) = beside_good_ones("trap", limits()) else { panic!("no trap") };
    assert!(why.contains("unreachable"), "{why}");
}
