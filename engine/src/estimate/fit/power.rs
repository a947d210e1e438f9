//! Times that grow faster than what they work on: sorts that no longer fit in memory, tables that no longer fit in the
//! buffers.
//!
//! Among the measurements such a time is a power of the size. Behind them it may go on so, or in proportion to the largest
//! that was measured: what is foretold lies between the two, and how far they are apart is how little is known.

use super::Point;

/// seconds = e^level × size^exponent, with an exponent above 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Power {
    level: f64,
    exponent: f64,
    points: f64,
    /// The mean of the logarithms of the sizes, and the sum of their squared distances from it.
    middle: f64,
    spread: f64,
    /// The logarithm of the largest size that was measured.
    largest: f64,
}

impl Power {
    /// The one through `points`; none where a size is zero, or all are equal, or times do not grow faster than sizes.
    pub(super) fn through_points(points: &[Point]) -> Option<Self> {
        let logs: Vec<(f64, f64)> = points.iter().map(|point| (point.size.ln(), point.seconds.ln())).collect();
        if logs.iter().any(|(size, _)| !size.is_finite()) {
            return None;
        }
        let count = super::count(logs.len());
        let middle = logs.iter().map(|(size, _)| size).sum::<f64>() / count;
        let mean = logs.iter().map(|(_, time)| time).sum::<f64>() / count;
        let spread: f64 = logs.iter().map(|(size, _)| (size - middle).powi(2)).sum();
        let product: f64 = logs.iter().map(|(size, time)| (size - middle) * (time - mean)).sum();
        let exponent = product / spread;
        let largest = logs.iter().map(|(size, _)| *size).fold(f64::MIN, f64::max);
        let power = Self { level: mean - exponent * middle, exponent, points: count, middle, spread, largest };
        (exponent.is_finite() && exponent > 1.0).then_some(power)
    }

    /// The power itself.
    pub(super) fn through(&self, size: f64) -> f64 {
        (self.level + self.exponent * size.ln()).exp()
    }

    /// What is foretold: behind the largest size the geometric mean of the power and of growth in proportion.
    pub(super) fn at(&self, size: f64) -> f64 {
        self.through(size) * (-self.doubt(size)).exp()
    }

    /// Of the level and the exponent, in seconds squared for a scatter of 1.
    pub(super) fn variance(&self, size: f64) -> f64 {
        let relative = 1.0 / self.points + (size.ln() - self.middle).powi(2) / self.spread;
        relative * self.at(size).powi(2)
    }

    /// Half of the way between the two, taken as a standard deviation.
    pub(super) fn variance_of_shape(&self, size: f64) -> f64 {
        (self.doubt(size) * self.at(size)).powi(2)
    }

    /// Half of what lies between the power and growth in proportion, as a logarithm.
    fn doubt(&self, size: f64) -> f64 {
        (self.exponent - 1.0) * (size.ln() - self.largest).max(0.0) / 2.0
    }
}
