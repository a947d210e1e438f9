//! Rules that take too long.

use crate::{Finding, RuleSetting, confiture::plugin::log};

pub fn endless_loop(_: &RuleSetting) -> Vec<Finding> {
    let mut counted = 0_u64;
    loop {
        counted = std::hint::black_box(counted.wrapping_add(1));
    }
}

pub fn endless_host_calls(_: &RuleSetting) -> Vec<Finding> {
    loop {
        log::emit(log::Level::Info, "still here");
    }
}

/// As many calls of the host as its options say: `{"calls": 1000}`.
pub fn host_calls(setting: &RuleSetting) -> Vec<Finding> {
    let calls: u64 = setting.options.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
    for _ in 0..calls {
        log::emit(log::Level::Trace, "");
    }
    vec![]
}
