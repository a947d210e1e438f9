//! A curve through what was measured: seconds = fixed + rate × size, neither below zero; where times grow faster than
//! that, a power of the size ([`power`]).
//!
//! Times scatter in proportion to themselves, so every point weighs with the inverse square of its time.

mod power;

use super::size;
use confiture_model::facts::StatementTiming;
use power::Power;

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

/// What a curve through the points says.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    curve: Curve,
    /// Variance of a single measurement, relative to its time; none with too few measurements.
    scatter: Option<f64>,
    /// Measurements that are more than the curve needs.
    freedom: f64,
    /// How many measurements there are.
    points: usize,
    sizes: Vec<f64>,
}

/// How time grows with size.
#[derive(Clone, Copy, Debug)]
enum Curve {
    Line(Line),
    Power(Power),
}

/// A fixed part and a rate.
#[derive(Clone, Copy, Debug)]
struct Line {
    fixed: f64,
    rate: f64,
    /// The inverse of the weighted normal matrix: how unsure the line itself is.
    covariance: Covariance,
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
        let (curve, parameters) = match (grows, sizes.len()) {
            (false, _) => (Curve::Line(sums.level()), 1.0),
            (true, 1) => (Curve::Line(sums.proportional()), 1.0),
            (true, _) => match sums.line() {
                line if line.fixed < 0.0 => Power::through_points(points)
                    .map_or_else(|| (Curve::Line(sums.proportional()), 1.0), |power| (Curve::Power(power), 2.0)),
                line if line.rate < 0.0 => (Curve::Line(sums.level()), 1.0),
                line => (Curve::Line(line), 2.0),
            },
        };
        let freedom = count(points.len()) - parameters;
        let misses = points.iter().map(|point| (curve.through(point.size) / point.seconds - 1.0).powi(2));
        let scatter = (freedom > 0.0).then(|| misses.sum::<f64>() / freedom);
        Some(Self { curve, scatter, freedom, points: points.len(), sizes })
    }

    /// Seconds at this size.
    pub(super) fn at(&self, size: f64) -> f64 {
        self.curve.at(size)
    }

    /// The variance of a new measurement at this size, in seconds squared, and its degrees of freedom. None where the
    /// scatter is not known, or where the growth is not: one size says nothing about another.
    pub(super) fn variance_at(&self, size: f64) -> Option<(f64, f64)> {
        if !self.knows_growth_to(size) {
            return None;
        }
        let own = self.at(size).powi(2);
        let of_shape = self.curve.variance_of_shape(size);
        self.scatter.map(|scatter| (scatter * (self.curve.variance(size) + own) + of_shape, self.freedom))
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
        if matches!(self.curve, Curve::Power(_)) {
            notes.push("its time grew faster than the table: how long that goes on is not known".to_owned());
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
    fn level(&self) -> Line {
        let covariance = Covariance { fixed: 1.0 / self.weight, ..Covariance::default() };
        Line { fixed: self.seconds / self.weight, rate: 0.0, covariance }
    }

    /// A time in proportion to the size.
    fn proportional(&self) -> Line {
        let covariance = Covariance { rate: 1.0 / self.square, ..Covariance::default() };
        Line { fixed: 0.0, rate: self.product / self.square, covariance }
    }

    /// Both.
    fn line(&self) -> Line {
        let determinant = self.weight * self.square - self.size * self.size;
        let covariance = Covariance {
            fixed: self.square / determinant,
            both: -self.size / determinant,
            rate: self.weight / determinant,
        };
        Line {
            fixed: (self.square * self.seconds - self.size * self.product) / determinant,
            rate: (self.weight * self.product - self.size * self.seconds) / determinant,
            covariance,
        }
    }
}

impl Curve {
    /// The curve among the points.
    fn through(&self, size: f64) -> f64 {
        match self {
            Self::Line(line) => line.fixed + line.rate * size,
            Self::Power(power) => power.through(size),
        }
    }

    /// What is foretold.
    fn at(&self, size: f64) -> f64 {
        match self {
            Self::Line(_) => self.through(size),
            Self::Power(power) => power.at(size),
        }
    }

    /// How unsure the curve is there, in seconds squared for a scatter of 1.
    fn variance(&self, size: f64) -> f64 {
        match self {
            Self::Line(Line { covariance: Covariance { fixed, both, rate }, .. }) => {
                fixed + 2.0 * both * size + rate * size * size
            }
            Self::Power(power) => power.variance(size),
        }
    }

    /// What not knowing how the curve goes on behind the largest measurement adds, in seconds squared.
    fn variance_of_shape(&self, size: f64) -> f64 {
        match self {
            Self::Line(_) => 0.0,
            Self::Power(power) => power.variance_of_shape(size),
        }
    }
}

#[allow(clippy::cast_precision_loss)] // A handful of measurements.
fn count(number: usize) -> f64 {
    number as f64
}
