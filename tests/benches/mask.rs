//! What masking through the sandbox costs, against the same code native in the same run: `cargo xtask bench mask [STRATEGY]`.
//!
//! Every bundled strategy masks a million values in batches of a thousand, in turns: native, component, native, ... Times
//! are medians of the rounds, in nanoseconds a value. Both sides hash under the same keys, and what they make is compared.
#![allow(clippy::print_stdout, clippy::expect_used, missing_docs)]

#[path = "mask/cases.rs"]
mod cases;
#[path = "mask/component.rs"]
mod component;
#[path = "mask/injective.rs"]
mod injective;
#[path = "mask/native.rs"]
mod native;

use cases::Case;
use component::Component;
use std::{process::ExitCode, time::Instant};

/// Values of one strategy.
const VALUES: usize = 1_000_000;
/// Rows of a batch, where the strategy wants no other number.
const BATCH: usize = 1_000;
/// Of each side; the first does not count.
const ROUNDS: usize = 4;

fn main() -> ExitCode {
    if std::env::var_os("CONFITURE_BENCH").is_none() {
        println!("benchmarks are run by `cargo xtask bench mask`");
        return ExitCode::SUCCESS;
    }
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let is_wanted = |case: &Case| wanted.as_ref().is_none_or(|wanted| case.id == *wanted);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let component = Component::load().await;
        let mut over = Vec::new();
        println!("{:<44} {:>10} {:>10} {:>7} {:>7}", "", "native", "component", "ratio", "bound");
        for case in cases::all().into_iter().filter(is_wanted) {
            if !measure(&component, &case).await {
                over.push(case.title());
            }
        }
        injective::all(&component, is_wanted).await;
        match over.is_empty() {
            true => ExitCode::SUCCESS,
            false => {
                println!("over their bound, or not what native code makes: {}", over.join(", "));
                ExitCode::FAILURE
            }
        }
    })
}

/// One strategy; whether it kept its bound and made what native code makes.
async fn measure(component: &Component, case: &Case) -> bool {
    let batches = case.batches(VALUES);
    let (mut native_ns, mut component_ns) = (Vec::new(), Vec::new());
    let (mut native_made, mut component_made) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let begun = Instant::now();
        native_made.push(native::mask(case, &batches.native));
        let native = begun.elapsed();
        let mut open = component.open(case).await;
        let begun = Instant::now();
        component_made.push(component::mask(&mut *open, &batches.component).await);
        let through = begun.elapsed();
        if round > 0 {
            native_ns.push(native.as_nanos() as f64 / VALUES as f64);
            component_ns.push(through.as_nanos() as f64 / VALUES as f64);
        }
    }
    let (native, through) = (median(native_ns), median(component_ns));
    let ratio = through / native;
    let same = !case.deterministic() || (all_equal(&component_made) && native_made.first() == component_made.first());
    let verdict = if same { "" } else { "  DIFFERS between runs, or from native" };
    let (title, bound) = (case.title(), case.bound());
    println!("{title:<44} {native:>7.1} ns {through:>7.1} ns {ratio:>5.2} × {bound:>5.2} ×{verdict}");
    same && ratio <= bound
}

fn all_equal(digests: &[u64]) -> bool {
    digests.windows(2).all(|pair| pair[0] == pair[1])
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
