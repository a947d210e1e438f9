//! Rules that want too much memory, or end at once.

use crate::{Finding, RuleSetting};
use std::hint::black_box;

pub fn four_gibibytes(_: &RuleSetting) -> Vec<Finding> {
    let mut kept = Vec::new();
    for _ in 0..4096 {
        kept.push(black_box(vec![1_u8; 1 << 20]));
    }
    black_box(kept);
    vec![]
}

pub fn deep_recursion(_: &RuleSetting) -> Vec<Finding> {
    black_box(deeper(black_box(0)));
    vec![]
}

/// Each call needs the result of the next, so that none can take the place of its caller.
#[allow(unconditional_recursion)]
fn deeper(depth: u64) -> u64 {
    black_box(deeper(black_box(depth + 1))).wrapping_add(depth)
}

pub fn trap(_: &RuleSetting) -> Vec<Finding> {
    panic!("on purpose")
}
