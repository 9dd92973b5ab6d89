//! The figures of a program, printed as one line.

use std::collections::BTreeMap;

/// Figures by name; the name ends in the unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures(BTreeMap<String, f64>);

impl Figures {
    /// Adds a figure.
    #[must_use]
    pub fn with(mut self, name: &str, figure: f64) -> Self {
        self.0.insert(name.to_owned(), figure);
        self
    }

    /// Returns a figure; NaN if it is not there.
    pub(crate) fn get(&self, name: &str) -> f64 {
        self.0.get(name).copied().unwrap_or(f64::NAN)
    }

    /// Adds the figures of another measurement.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Returns a JSON object in one line.
    ///
    /// # Panics
    ///
    /// Never panics: numbers are JSON. A number that is not finite becomes null.
    #[must_use]
    pub fn line(&self) -> String {
        serde_json::to_string(&self.0).expect("numbers are JSON")
    }
}

/// Returns a quantile; 0.5 is the median. Without figures it is 0.
#[must_use]
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn quantile(figures: &mut [f64], part: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let rank = (figures.len() as f64 * part).ceil() as usize;
    figures.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_print_as_one_line_of_json() {
        let figures = Figures::default().with("b_us", 2.5).and(Figures::default().with("a", 1.0));
        assert_eq!(figures.line(), r#"{"a":1.0,"b_us":2.5}"#);
    }

    #[test]
    fn quantile_uses_nearest_rank() {
        let mut hundred: Vec<_> = (1..=100).rev().map(f64::from).collect();
        for (part, expected) in [(0.5, 50.0), (0.99, 99.0), (1.0, 100.0), (0.0, 1.0)] {
            assert!((quantile(&mut hundred, part) - expected).abs() < 1e-9);
        }
        assert!(quantile(&mut [], 0.5).abs() < 1e-9);
    }
}
