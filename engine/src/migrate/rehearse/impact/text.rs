//! What to expect, as lines.

use super::ExpectedImpact;
use crate::{
    estimate::{Estimate, WITHIN},
    migrate::rehearse::duration,
};

/// The lines: time, time that the application waits, confidence, and what they rest on.
pub fn impact_lines(expected: &ExpectedImpact) -> Vec<String> {
    let impact = &expected.impact;
    let mut lines = vec![format!("Execution time: {}", time(&impact.time))];
    lines.push(match impact.downtime.seconds {
        Some(seconds) if seconds > 0.0 => format!("Expected downtime: {}", time(&impact.downtime)),
        _ => "Expected downtime: none that was seen".to_owned(),
    });
    lines.push(match impact.time.confidence {
        Some(confidence) => {
            format!("Confidence: {:.0}% that the time lies within ±{:.0}%", confidence * 100.0, WITHIN * 100.0)
        }
        None => "Confidence: none, for want of measurements".to_owned(),
    });
    lines.extend(impact.time.basis.iter().map(|note| format!("Basis: {note}")));
    lines.extend(impact.without_basis.iter().map(|(place, why)| format!("No estimate for {place}: {why}")));
    lines
}

fn time(estimate: &Estimate) -> String {
    let Some(seconds) = estimate.seconds else { return "unknown".to_owned() };
    let expected = duration(seconds * 1_000.0);
    match estimate.interval {
        Some((low, high)) => {
            format!("{} to {} (expected {expected})", duration(low * 1_000.0), duration(high * 1_000.0))
        }
        None => format!("about {expected}"),
    }
}

/// The heading over the lines.
pub fn impact_heading(expected: &ExpectedImpact) -> String {
    let name = match expected.environment.as_str() {
        "" => "impact elsewhere",
        name => return format!("Estimated impact on {name}"),
    };
    format!("Estimated {name}")
}
