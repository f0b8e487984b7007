//! Medians and percentiles.

use std::time::Duration;

/// How long each of many updates took, to the microsecond.
#[derive(Debug, Default)]
pub(super) struct Latencies {
    micros: Vec<u32>,
}

impl Latencies {
    pub(super) fn record(&mut self, took: Duration) {
        self.micros.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    pub(super) fn append(&mut self, mut other: Self) {
        self.micros.append(&mut other.micros);
    }

    pub(super) fn count(&self) -> usize {
        self.micros.len()
    }

    /// The latencies in milliseconds below which each of these shares of all updates stayed; 1.0 gives the
    /// longest. Zero when there are none.
    pub(super) fn percentiles_ms<const N: usize>(mut self, shares: [f64; N]) -> [f64; N] {
        self.micros.sort_unstable();
        shares.map(|share| {
            let rank = (self.micros.len() as f64 * share).ceil() as usize;
            let micros = self.micros.get(rank.saturating_sub(1)).copied().unwrap_or_default();
            f64::from(micros) / 1000.0
        })
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
        let mut latencies = Latencies::default();
        micros.into_iter().for_each(|micros| latencies.record(Duration::from_micros(micros)));
        latencies
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let all = latencies((1..=1000).rev().map(|n| n * 1000));
        assert_eq!(all.percentiles_ms([0.5, 0.99, 0.999, 1.0]), [500.0, 990.0, 999.0, 1000.0]);
        assert_eq!(latencies([1500]).percentiles_ms([0.5, 0.999, 1.0]), [1.5; 3]);
        assert_eq!(latencies([]).percentiles_ms([0.5, 1.0]), [0.0; 2]);
    }

    #[test]
    fn latencies_are_put_together() {
        let mut all = latencies([3000]);
        all.append(latencies([1000, 2000]));
        assert_eq!(all.count(), 3);
        assert_eq!(all.percentiles_ms([0.5]), [2.0]);
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
