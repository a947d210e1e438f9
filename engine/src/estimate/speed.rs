//! How much faster or slower the other server is: both did the same arithmetic several times.

use confiture_model::facts::Facts;

/// The ratio of the two servers' times.
pub(super) struct Speed {
    ratio: Option<f64>,
    /// Of the ratio, relative to it.
    variance: f64,
}

impl Speed {
    pub(super) fn between(here: &Facts, there: &Facts) -> Self {
        if !here.server.is_empty() && here.server == there.server {
            return Self { ratio: Some(1.0), variance: 0.0 };
        }
        match (summary(&here.speed_ms), summary(&there.speed_ms)) {
            (Some((here, here_variance)), Some((there, there_variance))) => {
                Self { ratio: Some(there / here), variance: here_variance + there_variance }
            }
            _ => Self { ratio: None, variance: 0.0 },
        }
    }

    /// Time there for a second here.
    pub(super) fn ratio(&self) -> f64 {
        self.ratio.unwrap_or(1.0)
    }

    pub(super) fn variance(&self) -> f64 {
        self.variance
    }

    pub(super) fn notes(&self) -> Vec<String> {
        match self.ratio {
            None => vec!["nobody measured the other server: it is taken to be as fast as this one".to_owned()],
            Some(ratio) if (ratio - 1.0).abs() > 0.05 => {
                vec![format!("the other server takes {ratio:.2} times as long for the same arithmetic")]
            }
            Some(_) => Vec::new(),
        }
    }
}

/// The median of the faster half, and how unsure it is: whatever else a machine does only ever makes it slower.
fn summary(times: &[f64]) -> Option<(f64, f64)> {
    let mut sorted: Vec<f64> = times.iter().copied().filter(|time| time.is_finite() && *time > 0.0).collect();
    sorted.sort_by(f64::total_cmp);
    sorted.truncate(sorted.len().div_ceil(2));
    let median = *sorted.get(sorted.len() / 2)?;
    let count = f64::from(u32::try_from(sorted.len()).ok()?);
    if count < 2.0 {
        return None;
    }
    let variance = sorted.iter().map(|time| (time / median - 1.0).powi(2)).sum::<f64>() / (count - 1.0) / count;
    Some((median, variance))
}
