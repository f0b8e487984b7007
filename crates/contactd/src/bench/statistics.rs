//! Medians and percentiles.

use std::time::Duration;

use anyhow::Context;
use hdrhistogram::Histogram;

/// How long each of many operations took, to a thousandth of its value.
#[derive(Clone, Debug)]
pub(super) struct Latencies(Histogram<u32>);

const DIGITS: u8 = 3;

impl Latencies {
    /// None yet.
    pub(super) fn new() -> anyhow::Result<Self> {
        Ok(Self(Histogram::new(DIGITS).context("cannot count latencies")?))
    }

    pub(super) fn record(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        // It grows as needed, which fails for nothing that a clock can show.
        let _ = self.0.record(micros);
    }

    pub(super) fn append(&mut self, other: &Self) -> anyhow::Result<()> {
        self.0.add(&other.0).context("cannot put latencies together")
    }

    pub(super) fn count(&self) -> u64 {
        self.0.len()
    }

    /// The latency in milliseconds that this share of all operations did not exceed; of 1.0, the longest. Zero
    /// when there are none.
    pub(super) fn percentile_ms(&self, share: f64) -> f64 {
        self.0.value_at_quantile(share) as f64 / 1000.0
    }
}

/// The middle value; of an even number of values, the mean of the two in the middle. Zero when there are none.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let upper = values.get(values.len() / 2).copied().unwrap_or_default();
    let lower = values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or_default();
    f64::midpoint(lower, upper)
}

/// The largest value; zero when there are none.
pub(super) fn largest<T: Ord + Default>(values: impl IntoIterator<Item = T>) -> T {
    values.into_iter().max().unwrap_or_default()
}

/// A quotient that is zero when there is nothing to divide by.
pub(super) fn quotient(dividend: f64, divisor: f64) -> f64 {
    if divisor > 0.0 { dividend / divisor } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latencies(micros: impl IntoIterator<Item = u64>) -> Latencies {
        let mut latencies = Latencies::new().unwrap();
        micros.into_iter().for_each(|micros| latencies.record(Duration::from_micros(micros)));
        latencies
    }

    #[track_caller]
    fn assert_percentiles(latencies: &Latencies, expected: &[(f64, f64)]) {
        for (share, ms) in expected {
            let found = latencies.percentile_ms(*share);
            assert!((found - ms).abs() <= ms / 1000.0, "{share}: {found} instead of {ms}");
        }
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let all = latencies((1..=1000).rev().map(|n| n * 1000));
        assert_percentiles(&all, &[(0.5, 500.0), (0.99, 990.0), (0.999, 999.0), (1.0, 1000.0)]);
        assert_percentiles(&latencies([1500]), &[(0.5, 1.5), (0.999, 1.5), (1.0, 1.5)]);
        assert_percentiles(&latencies([]), &[(0.5, 0.0), (1.0, 0.0)]);
    }

    #[test]
    fn latencies_are_put_together() {
        let mut all = latencies([3000]);
        all.append(&latencies([1000, 60_000_000])).unwrap();
        assert_eq!(all.count(), 3);
        assert_percentiles(&all, &[(0.5, 3.0), (1.0, 60_000.0)]);
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median([7.0]), 7.0);
        assert_eq!(median([]), 0.0);
    }

    #[test]
    fn nothing_divided_by_nothing_is_nothing() {
        assert_eq!(quotient(6.0, 3.0), 2.0);
        assert_eq!(quotient(6.0, 0.0), 0.0);
    }
}
