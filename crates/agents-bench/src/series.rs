//! What do several measurements of one thing amount to?

use std::time::Duration;

use serde::Serialize;

/// Measurements of one thing in milliseconds.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Series {
    pub count: usize,
    pub min: f64,
    pub median: f64,
    pub max: f64,
    pub mean: f64,
}

impl Series {
    /// Sums up; all zeros without a measurement.
    pub fn of(spans: impl IntoIterator<Item = Duration>) -> Self {
        let mut all: Vec<f64> = spans.into_iter().map(|span| span.as_secs_f64() * 1e3).collect();
        all.sort_by(f64::total_cmp);
        let (Some(min), Some(max)) = (all.first(), all.last()) else { return Self::default() };
        let count = all.len();
        let mean = all.iter().sum::<f64>() / f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        Self { count, min: *min, median: all[count / 2], max: *max, mean }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_tells_its_middle_and_its_ends() {
        let series = Series::of([3, 1, 8].map(Duration::from_millis));
        assert_eq!((series.count, series.min, series.median, series.max), (3, 1.0, 3.0, 8.0));
        assert!((series.mean - 4.0).abs() < 1e-9);
        assert_eq!(Series::of([]).count, 0);
    }
}
