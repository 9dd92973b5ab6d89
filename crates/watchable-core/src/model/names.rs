//! From a field's name on the wire to its number.

use std::fmt;

use super::DeserializeSeed;
use serde::de::{self, Deserializer, Visitor};

/// More than any type has fields, twice over: the table is never nearly full.
const SLOTS: usize = 256;

/// A hash table of names that the compiler has filled: for each slot the number of a field.
pub(super) struct Table([u8; SLOTS]);

const EMPTY: u8 = u8::MAX;

impl Table {
    /// Fills a table.
    pub(super) const fn new(names: &[&str]) -> Self {
        assert!(names.len() <= SLOTS / 2, "too many fields for the table of names");
        let mut slots = [EMPTY; SLOTS];
        let mut number = 0;
        while number < names.len() {
            let mut slot = hash(names[number].as_bytes());
            while slots[slot] != EMPTY {
                slot = (slot + 1) % SLOTS;
            }
            #[allow(clippy::cast_possible_truncation, reason = "there are fewer than 256 slots")]
            {
                slots[slot] = number as u8;
            }
            number += 1;
        }
        Self(slots)
    }

    #[inline]
    fn find(&self, names: &[&str], name: &str) -> usize {
        let mut slot = hash(name.as_bytes());
        loop {
            let number = usize::from(self.0[slot]);
            match names.get(number) {
                Some(found) if is_same(found.as_bytes(), name.as_bytes()) => return number,
                // Where the slot is empty: a number that no field has.
                None => return number,
                Some(_) => slot = (slot + 1) % SLOTS,
            }
        }
    }
}

/// Whether two names are the same. Most are short: no call is made to compare them.
#[inline]
fn is_same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match (a.first_chunk::<8>(), b.first_chunk::<8>(), a.last_chunk::<8>(), b.last_chunk::<8>()) {
        (Some(a_first), Some(b_first), Some(a_last), Some(b_last)) => {
            a_first == b_first && a_last == b_last && (a.len() <= 16 || a[8..] == b[8..])
        }
        _ => a.iter().zip(b).all(|(a, b)| a == b),
    }
}

/// Of the length and a few letters, which tell nearly all names of a type apart.
#[inline]
const fn hash(name: &[u8]) -> usize {
    let length = name.len();
    if length == 0 {
        return 0;
    }
    let letters =
        name[0] as usize * 3 + name[length / 2] as usize * 31 + name[length - 1] as usize * 7;
    (letters + length * 17) % SLOTS
}

/// Reads a key as the number of its field.
#[derive(Clone, Copy)]
pub(super) struct Name {
    pub(super) names: &'static [&'static str],
    pub(super) table: &'static Table,
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }

    #[inline]
    fn visit_str<E: de::Error>(self, name: &str) -> Result<usize, E> {
        Ok(self.table.find(self.names, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_no_other() {
        const NAMES: [&str; 6] = ["", "a", "podIP", "podIPs", "serviceAccountName", "hostIP"];
        const TABLE: Table = Table::new(&NAMES);
        for (number, name) in NAMES.iter().enumerate() {
            assert_eq!(TABLE.find(&NAMES, name), number);
        }
        for other in ["b", "podip", "podIPss", "serviceAccountNam", "serviceAccountNamE"] {
            assert!(TABLE.find(&NAMES, other) >= NAMES.len(), "{other}");
        }
    }
}
