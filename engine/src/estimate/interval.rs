//! From a variance to an interval and a confidence: Student's distribution, since the variance itself was measured with few
//! repetitions.

use super::{fit::Fit, speed::Speed};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// How far from the estimate the time may lie for it to have been right, as the specification has it: 15 %.
pub const WITHIN: f64 = 0.15;
/// The interval leaves out one case of twenty at either end.
const TAIL: f64 = 0.95;

/// A time that is expected, and how sure that is.
pub(super) struct Predicted {
    pub(super) seconds: f64,
    /// Variance in seconds squared, and its degrees of freedom.
    pub(super) scatter: Option<(f64, f64)>,
}

impl Predicted {
    /// The line at the size there, on the server there.
    pub(super) fn of(fit: &Fit, size: f64, speed: &Speed) -> Self {
        let here = fit.at(size);
        let seconds = here * speed.ratio();
        let scatter = fit.variance_at(size).map(|(variance, freedom)| {
            let of_speed = speed.variance() * seconds.powi(2);
            (variance * speed.ratio().powi(2) + of_speed, freedom)
        });
        Self { seconds, scatter }
    }

    /// What holds the time in nine cases of ten.
    pub(super) fn interval(&self) -> Option<(f64, f64)> {
        let (variance, freedom) = self.scatter?;
        let reach = StudentsT::new(0.0, 1.0, freedom).ok()?.inverse_cdf(TAIL) * variance.sqrt();
        Some(((self.seconds - reach).max(0.0), self.seconds + reach))
    }

    /// The probability that the time lies [`WITHIN`] the estimate.
    pub(super) fn confidence(&self) -> Option<f64> {
        let (variance, freedom) = self.scatter?;
        if variance <= 0.0 {
            return Some(1.0);
        }
        let reach = WITHIN * self.seconds / variance.sqrt();
        let below = StudentsT::new(0.0, 1.0, freedom).ok()?.cdf(reach);
        Some((2.0 * below - 1.0).clamp(0.0, 1.0))
    }
}
