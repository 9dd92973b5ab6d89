//! Shard selectors: `shardRange(object.metadata.uid, '0x0000000000000000', '0x8000000000000000')` (KEP-5866).

use std::fmt;
use std::str::FromStr;

use super::error::SelectorError;
use crate::fnv1a;

/// What is hashed.
const FIELD: &str = "object.metadata.uid";
/// The number of hashes.
const HASHES: u128 = 1 << 64;

/// A shard of a resource's objects: those whose uid has a hash (FNV-1a, 64 bits) in a range.
///
/// It is displayed as the `shardSelector` of a list or a watch.
///
/// ```
/// use watchable_core::selector::ShardRange;
///
/// let shard = ShardRange::of(1, 2).unwrap();
/// let selector = "shardRange(object.metadata.uid, '0x8000000000000000', '0x10000000000000000')";
/// assert_eq!(shard.to_string(), selector);
/// assert!(shard.contains("8d81410b-1ab3-4aae-9917-698838ae0bb2"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShardRange {
    first: u64,
    last: u64,
}

impl ShardRange {
    /// Returns one of so many equal shards, counted from 0; `None` if there are not so many.
    pub fn of(index: u32, count: u32) -> Option<Self> {
        if index >= count {
            return None;
        }
        let start = |index: u32| HASHES * u128::from(index) / u128::from(count);
        Self::between(start(index), start(index + 1))
    }

    /// Returns the range from a hash up to another, which is not in it.
    fn between(start: u128, end: u128) -> Option<Self> {
        let last = u64::try_from(end.checked_sub(1)?).ok()?;
        let first = u64::try_from(start).ok()?;
        (first <= last).then_some(Self { first, last })
    }

    /// Returns whether the object with this uid is in the shard.
    pub fn contains(&self, uid: &str) -> bool {
        (self.first..=self.last).contains(&fnv1a(uid.as_bytes()))
    }
}

impl fmt::Display for ShardRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = u128::from(self.last) + 1;
        write!(f, "shardRange({FIELD}, '0x{:016x}', '0x{end:016x}')", self.first)
    }
}

/// Parses one range of uids, as it is displayed; its bounds may be shorter.
impl FromStr for ShardRange {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        let wrong = |what: &str| {
            let form = format!("shardRange({FIELD}, '0x0', '0x8000000000000000')");
            SelectorError::new(format!("{text:?} {what}; it would be right as {form}"))
        };
        let arguments = text.trim().strip_prefix("shardRange(").and_then(|t| t.strip_suffix(')'));
        let arguments: Vec<_> = arguments.unwrap_or_default().split(',').map(str::trim).collect();
        let [field, start, end] = arguments[..] else {
            return Err(wrong("is no shardRange of three arguments"));
        };
        if field != FIELD {
            return Err(wrong("is not a range of uids"));
        }
        let bound = |text: &str| {
            let digits = text.strip_prefix("'0x")?.strip_suffix('\'')?;
            let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
            let number = u128::from_str_radix(digits, 16).ok().filter(|_| is_number)?;
            (number <= HASHES).then_some(number)
        };
        let (Some(start), Some(end)) = (bound(start), bound(end)) else {
            return Err(wrong(
                "has a bound that is no hexadecimal number of up to 64 bits in quotes",
            ));
        };
        Self::between(start, end).ok_or_else(|| wrong("is empty: its end is not after its start"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_every_hash_once() {
        for count in (1..=64).chain([1000, 65_537, u32::MAX]) {
            let middle = (count / 2).saturating_sub(3)..(count / 2).saturating_add(3).min(count);
            let mut before = None;
            for index in middle {
                let shard = ShardRange::of(index, count).unwrap();
                assert!(
                    before.is_none_or(|last: u64| shard.first == last + 1),
                    "{index} of {count}"
                );
                before = Some(shard.last);
            }
            assert_eq!(ShardRange::of(0, count).unwrap().first, 0);
            assert_eq!(ShardRange::of(count - 1, count).unwrap().last, u64::MAX);
            assert_eq!(ShardRange::of(count, count), None);
        }
    }

    #[test]
    fn shards_are_of_equal_size() {
        let shards: Vec<_> = (0..8).map(|index| ShardRange::of(index, 8).unwrap()).collect();
        let mut objects = [0_u32; 8];
        for n in 0..8000_u128 {
            let uid = format!("{:032x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
            let holders: Vec<_> = (0..8).filter(|n| shards[*n].contains(&uid)).collect();
            let [holder] = holders[..] else { panic!("{uid} is in {holders:?}") };
            objects[holder] += 1;
        }
        assert!(objects.iter().all(|n| (850..1150).contains(n)), "{objects:?}");
    }

    #[test]
    fn selector_has_sixteen_digits_and_round_trips() {
        let text = |index, count| ShardRange::of(index, count).unwrap().to_string();
        let selector =
            "shardRange(object.metadata.uid, '0x0000000000000000', '0x2000000000000000')";
        assert_eq!(text(0, 8), selector);
        assert_eq!(
            text(2, 3),
            "shardRange(object.metadata.uid, '0xaaaaaaaaaaaaaaaa', '0x10000000000000000')"
        );
        for count in [1, 2, 3, 8, 1000] {
            for index in 0..count {
                assert_eq!(text(index, count).parse(), Ok(ShardRange::of(index, count).unwrap()));
            }
        }
        let short = "shardRange(object.metadata.uid,'0x0','0x8000000000000000')";
        assert_eq!(short.parse(), Ok(ShardRange::of(0, 2).unwrap()));
    }

    #[test]
    fn malformed_selectors_are_rejected_with_the_right_form() {
        for (text, expected) in [
            ("", "three arguments"),
            ("shardRange(object.metadata.uid, '0x0')", "three arguments"),
            ("shardRange(object.metadata.namespace, '0x0', '0x1')", "not a range of uids"),
            ("shardRange(object.metadata.uid, 0x0, 0x1)", "in quotes"),
            ("shardRange(object.metadata.uid, '0x', '0x1')", "in quotes"),
            ("shardRange(object.metadata.uid, '0x+1', '0x2')", "in quotes"),
            ("shardRange(object.metadata.uid, '0x0', '0x10000000000000001')", "in quotes"),
            ("shardRange(object.metadata.uid, '0x1', '0x1')", "empty"),
            (
                "shardRange(object.metadata.uid, '0x10000000000000000', '0x10000000000000000')",
                "empty",
            ),
        ] {
            let error = text.parse::<ShardRange>().unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains("right as shardRange("), "{error}");
        }
    }
}
