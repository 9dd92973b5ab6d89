//! Numbers and sizes, for people.

pub(crate) use watch_terminal::count as with_commas;

/// Returns a number of bytes in the largest unit of which there are some: `1.2 MB`.
#[allow(clippy::cast_precision_loss, reason = "it is rounded anyway")]
pub(crate) fn size(bytes: u64) -> String {
    let units = [("GB", 1_000_000_000_u32), ("MB", 1_000_000), ("kB", 1_000)];
    match units.iter().find(|(_, size)| bytes >= u64::from(*size)) {
        Some((unit, size)) => format!("{:.1} {unit}", bytes as f64 / f64::from(*size)),
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(with_commas(number), text);
        }
    }

    #[test]
    fn sizes_have_a_unit() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_250, "1.2 kB"),
            (3_000_000, "3.0 MB"),
            (7_100_000_000, "7.1 GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
