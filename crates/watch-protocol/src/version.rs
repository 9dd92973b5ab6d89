//! Compares resource versions that are decimal numbers; others have no order.

use std::cmp::Ordering;

/// Whether `version` is certainly older than `than`.
///
/// Versions are opaque unless both are decimal numbers: those of one resource compare by length,
/// then by text, and may exceed any integer type (KEP-5504).
pub(crate) fn is_older(version: &str, than: &str) -> bool {
    is_decimal(version) && is_decimal(than) && compare(version, than) == Ordering::Less
}

fn compare(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn is_decimal(version: &str) -> bool {
    !version.is_empty()
        && !version.starts_with('0')
        && version.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_versions_compare_by_length_then_text() {
        for (older, newer) in [
            ("9", "10"),
            ("99", "100"),
            ("306", "307"),
            ("18446744073709551615", "18446744073709551616"),
        ] {
            assert!(is_older(older, newer), "{older} {newer}");
            assert!(!is_older(newer, older), "{newer} {older}");
            assert!(!is_older(newer, newer));
        }
    }

    #[test]
    fn opaque_versions_are_not_compared() {
        for opaque in ["", "0", "07", "a", "1a", "-1", "+1", "1.0"] {
            assert!(!is_older(opaque, "9") && !is_older("1", opaque), "{opaque:?}");
        }
    }
}
