//! A straight line through what was measured: seconds = fixed + rate × size, neither below zero.
//!
//! Times scatter in proportion to themselves, so every point weighs with the inverse square of its time.

use super::size;
use confiture_model::facts::StatementTiming;

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    size: f64,
    seconds: f64,
}

impl Point {
    pub(super) fn new(timing: &StatementTiming, scale: f64) -> Self {
        // A clock that did not move still says that it was less than a microsecond.
        let seconds = (timing.seconds * scale).max(1e-6);
        Self { size: size::of(timing.work, timing.rows, timing.bytes), seconds }
    }
}

/// What a line through the points says.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    fixed: f64,
    rate: f64,
    /// Variance of a single measurement, relative to its time; none with too few measurements.
    scatter: Option<f64>,
    /// Measurements that are more than the line needs.
    freedom: f64,
    /// The inverse of the weighted normal matrix: how unsure the line itself is.
    covariance: Covariance,
    /// How many measurements there are.
    points: usize,
    sizes: Vec<f64>,
}

/// Of the fixed part, of the rate, and between them.
#[derive(Clone, Copy, Debug, Default)]
struct Covariance {
    fixed: f64,
    both: f64,
    rate: f64,
}

/// Weighted sums over the points.
#[derive(Default)]
struct Sums {
    weight: f64,
    size: f64,
    square: f64,
    seconds: f64,
    product: f64,
}

impl Fit {
    /// The line through `points`; none where there are none.
    pub(super) fn of(points: &[Point]) -> Option<Self> {
        let mut sizes: Vec<f64> = points.iter().map(|point| point.size).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.dedup_by(|a, b| (*a - *b).abs() <= 0.01 * a.abs().max(b.abs()));
        if points.is_empty() {
            return None;
        }
        let sums = Sums::over(points);
        let grows = sizes.last().is_some_and(|largest| *largest > 0.0);
        let (line, parameters) = match (grows, sizes.len()) {
            (false, _) => (sums.level(), 1.0),
            (true, 1) => (sums.proportional(), 1.0),
            (true, _) => match sums.line() {
                (fixed, _, _) if fixed < 0.0 => (sums.proportional(), 1.0),
                (_, rate, _) if rate < 0.0 => (sums.level(), 1.0),
                line => (line, 2.0),
            },
        };
        let (fixed, rate, covariance) = line;
        let freedom = count(points.len()) - parameters;
        let misses = points.iter().map(|point| ((fixed + rate * point.size) / point.seconds - 1.0).powi(2));
        let scatter = (freedom > 0.0).then(|| misses.sum::<f64>() / freedom);
        Some(Self { fixed, rate, scatter, freedom, covariance, points: points.len(), sizes })
    }

    /// Seconds at this size.
    pub(super) fn at(&self, size: f64) -> f64 {
        self.fixed + self.rate * size
    }

    /// The variance of a new measurement at this size, in seconds squared, and its degrees of freedom. None where the
    /// scatter is not known, or where the growth is not: one size says nothing about another.
    pub(super) fn variance_at(&self, size: f64) -> Option<(f64, f64)> {
        if !self.knows_growth_to(size) {
            return None;
        }
        let Covariance { fixed, both, rate } = self.covariance;
        let line = fixed + 2.0 * both * size + rate * size * size;
        let own = self.at(size).powi(2);
        self.scatter.map(|scatter| (scatter * (line + own), self.freedom))
    }

    /// What it rests on.
    pub(super) fn notes(&self, there: f64) -> Vec<String> {
        let (points, sizes) = (self.points, self.sizes.len());
        let mut notes = vec![match (points, sizes) {
            (1, _) => "measured once".to_owned(),
            (_, 1) => format!("measured {points} times, on one size of the table"),
            _ => format!("measured {points} times, on {sizes} sizes of the table"),
        }];
        if !self.knows_growth_to(there) {
            notes.push("measured on one size only: how its time grows is taken to be in proportion".to_owned());
        } else if self.scatter.is_none() {
            notes.push("measured too seldom to know how much it scatters".to_owned());
        }
        if let Some(largest) = self.sizes.last().filter(|largest| there > 2.0 * **largest && **largest > 0.0) {
            notes.push(format!("{:.0} times the work of the largest that was measured", there / largest));
        }
        notes
    }

    /// A size that was measured, or several that were: then the line between and behind them counts.
    fn knows_growth_to(&self, size: f64) -> bool {
        match self.sizes.as_slice() {
            [only] => (size - only).abs() <= 0.1 * only.abs(),
            _ => true,
        }
    }
}

impl Sums {
    fn over(points: &[Point]) -> Self {
        points.iter().fold(Self::default(), |sums, point| {
            let weight = point.seconds.powi(-2);
            Self {
                weight: sums.weight + weight,
                size: sums.size + weight * point.size,
                square: sums.square + weight * point.size * point.size,
                seconds: sums.seconds + weight * point.seconds,
                product: sums.product + weight * point.size * point.seconds,
            }
        })
    }

    /// A time that does not grow.
    fn level(&self) -> (f64, f64, Covariance) {
        let covariance = Covariance { fixed: 1.0 / self.weight, ..Covariance::default() };
        (self.seconds / self.weight, 0.0, covariance)
    }

    /// A time in proportion to the size.
    fn proportional(&self) -> (f64, f64, Covariance) {
        let covariance = Covariance { rate: 1.0 / self.square, ..Covariance::default() };
        (0.0, self.product / self.square, covariance)
    }

    /// Both.
    fn line(&self) -> (f64, f64, Covariance) {
        let determinant = self.weight * self.square - self.size * self.size;
        let fixed = (self.square * self.seconds - self.size * self.product) / determinant;
        let rate = (self.weight * self.product - self.size * self.seconds) / determinant;
        let covariance = Covariance {
            fixed: self.square / determinant,
            both: -self.size / determinant,
            rate: self.weight / determinant,
        };
        (fixed, rate, covariance)
    }
}

#[allow(clippy::cast_precision_loss)] // A handful of measurements.
fn count(number: usize) -> f64 {
    number as f64
}
