//! Small random numbers for names and uids: unique, not secret.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// A generator of the splitmix family: one addition and three mixing steps a number.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// Returns a generator of the same numbers for the same seed.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a generator of different numbers each time. The standard library draws the keys of a
    /// hasher from the system.
    pub(crate) fn from_entropy() -> Self {
        Self(RandomState::new().build_hasher().finish())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number from 0 (inclusive) to 1 (exclusive).
    pub(crate) fn fraction(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap_or_default()) / 2_f64.powi(32)
    }

    /// Returns a number below `bound`, which must not be 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Shuffles items.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let bound = u64::try_from(last + 1).unwrap_or(u64::MAX);
            items.swap(last, usize::try_from(self.below(bound)).unwrap_or_default());
        }
    }

    /// Returns random characters of the set that Kubernetes uses for generated names: without vowels,
    /// so that no words arise.
    pub(crate) fn suffix(&mut self, length: usize) -> String {
        const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
        (0..length)
            .map(|_| char::from(ALPHABET[usize::try_from(self.below(27)).unwrap_or_default()]))
            .collect()
    }

    /// Returns a uid in the form of a random (version 4) UUID.
    pub(crate) fn uid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_have_the_form_of_uuids_and_differ() {
        let mut random = Random::from_entropy();
        let (a, b) = (random.uid(), random.uid());
        assert_ne!(a, b);
        let lengths: Vec<_> = a.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(a.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&a.as_bytes()[19]), "{a}");
    }

    #[test]
    fn a_seed_gives_the_same_again() {
        assert_eq!(Random::seeded(7).suffix(5), Random::seeded(7).suffix(5));
    }
}
