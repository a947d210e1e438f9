//! The estimates of a migration's statements, taken together.

use super::{Estimate, interval::Predicted};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a migration would do to an environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Impact {
    /// The time of all statements that could be estimated.
    pub time: Estimate,
    /// Of that, how long the application's writes or reads would wait: from the first statement that locks them out to the
    /// end of the transaction.
    pub downtime: Estimate,
    /// Statements without an estimate: their place and why.
    pub without_basis: Vec<(String, String)>,
}

/// Adds up. `statements`: the place of each, its estimate, and whether it, or one before it in the same transaction, locks
/// the application out.
pub fn impact(statements: &[(String, Estimate, bool)]) -> Impact {
    let without = statements.iter().filter(|(_, estimate, _)| estimate.seconds.is_none());
    Impact {
        time: total(statements.iter().map(|(_, estimate, _)| estimate)),
        downtime: total(statements.iter().filter(|(.., blocks)| *blocks).map(|(_, estimate, _)| estimate)),
        without_basis: without.map(|(place, estimate, _)| (place.clone(), estimate.basis.join("; "))).collect(),
    }
}

/// The sum. Its confidence is known only where that of every part that counts is.
fn total<'a>(estimates: impl Iterator<Item = &'a Estimate>) -> Estimate {
    let (mut seconds, mut variance, mut freedom, mut known) = (0.0, 0.0, f64::MAX, true);
    let (mut basis, mut missing): (Vec<String>, usize) = (Vec::new(), 0);
    for estimate in estimates {
        let Some(part) = estimate.seconds else {
            missing += 1;
            continue;
        };
        seconds += part;
        match estimate.scatter {
            Some((own, of)) => {
                variance += own;
                freedom = of.min(freedom);
            }
            None => known = false,
        }
        for note in &estimate.basis {
            if !basis.contains(note) {
                basis.push(note.clone());
            }
        }
    }
    if missing > 0 {
        basis.push(format!("{missing} without a basis: not in it"));
    }
    // Nothing that takes time has nothing that scatters.
    let scatter = (known && missing == 0 && freedom < f64::MAX).then_some((variance, freedom));
    let predicted = Predicted { seconds, scatter };
    Estimate {
        seconds: Some(seconds),
        interval: predicted.interval(),
        confidence: predicted.confidence(),
        basis,
        scatter: predicted.scatter,
    }
}
