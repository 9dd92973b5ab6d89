//! Compares resource versions that are decimal numbers; others have no order.

use std::cmp::Ordering;

/// Whether `version` is certainly older than `than`.
///
/// Versions are opaque unless both are decimal numbers: those of one resource compare by length,
/// then by text, and may exceed any integer type (KEP-5504).
pub fn is_older(version: &str, than: &str) -> bool {
    is_decimal(version) && is_decimal(than) && compare(version, than) == Ordering::Less
}

/// Whether a stream that has reached the version `at` has everything up to the version `target`; `None` if they cannot
/// be compared.
pub fn has_reached(at: &str, target: &str) -> Option<bool> {
    if at == target {
        return Some(true);
    }
    (is_decimal(at) && is_decimal(target)).then(|| compare(at, target) != Ordering::Less)
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
    fn reached_is_what_is_not_older() {
        for (at, target, reached) in [
            ("9", "10", Some(false)),
            ("10", "9", Some(true)),
            ("10", "10", Some(true)),
            ("a", "a", Some(true)),
            ("a", "b", None),
            ("7", "b", None),
        ] {
            assert_eq!(has_reached(at, target), reached, "{at} {target}");
        }
    }

    #[test]
    fn opaque_versions_are_not_compared() {
        for opaque in ["", "0", "07", "a", "1a", "-1", "+1", "1.0"] {
            assert!(!is_older(opaque, "9") && !is_older("1", opaque), "{opaque:?}");
        }
    }
}
