//! Hash tables of a model's field names, hashed by the first eight bytes: a key is found before its end is.

/// The number of slots: more than twice the fields of any type, which keeps probe sequences short.
const SLOTS: usize = 256;

/// The value of an empty slot. It is ASCII, like all of a table, because a table is passed on as a `str`.
const EMPTY: u8 = 0x7f;

/// Distinguishes a table from the name of a struct.
const MAGIC: [u8; 16] = *b"\0watchable model";

/// A hash table of field names, built at compile time. Each slot holds the index of a field.
///
/// A model passes it through serde to the JSON deserializer as the name of the struct. Other deserializers
/// ignore that name.
pub(crate) struct FieldTable([u8; SLOTS + MAGIC.len()]);

impl FieldTable {
    /// Creates a table of these names.
    pub(crate) const fn new(names: &[&str]) -> Self {
        assert!(names.len() < EMPTY as usize, "too many fields for the table of names");
        let mut slots = [EMPTY; SLOTS + MAGIC.len()];
        let mut at = 0;
        while at < MAGIC.len() {
            slots[SLOTS + at] = MAGIC[at];
            at += 1;
        }
        let mut index = 0;
        while index < names.len() {
            let mut slot = slot(name_prefix(names[index].as_bytes()));
            while slots[slot] != EMPTY {
                slot = (slot + 1) % SLOTS;
            }
            #[allow(clippy::cast_possible_truncation, reason = "there are fewer than 127")]
            {
                slots[slot] = index as u8;
            }
            index += 1;
        }
        Self(slots)
    }

    /// Returns the table as a struct's name.
    pub(crate) const fn as_struct_name(&self) -> &str {
        match str::from_utf8(&self.0) {
            Ok(name) => name,
            Err(_) => panic!("a table is ASCII"),
        }
    }

    /// Returns the index of the field of that name, or an index out of range if there is none.
    pub(crate) fn find(&self, names: &[&str], name: &str) -> usize {
        let slots = (&self.0[..SLOTS]).try_into().expect("it has that length");
        FieldLookup { names, slots }.find(name)
    }
}

/// A table with its names, in which an object's keys are looked up.
#[derive(Clone, Copy)]
pub(super) struct FieldLookup<'a> {
    names: &'a [&'a str],
    slots: &'a [u8; SLOTS],
}

impl<'a> FieldLookup<'a> {
    /// Returns the table that is encoded in a struct's name, if it is a model's.
    #[inline]
    pub(super) fn from_struct_name(struct_name: &'a str, names: &'a [&'a str]) -> Option<Self> {
        let (slots, magic) = struct_name.as_bytes().split_first_chunk()?;
        (*magic == MAGIC).then_some(Self { names, slots })
    }

    fn find(self, name: &str) -> usize {
        let mut slot = slot(name_prefix(name.as_bytes()));
        loop {
            let index = usize::from(self.slots[slot]);
            match self.names.get(index) {
                Some(found) if *found != name => slot = (slot + 1) % SLOTS,
                _ => return index,
            }
        }
    }

    /// Returns the index and the name's length of the field whose name, closing quote and colon the text starts
    /// with. `None` if there is none, or if fewer than eight bytes are left.
    #[allow(clippy::inline_always, reason = "called in one place, for every field")]
    #[inline(always)]
    pub(super) fn match_key(self, text: &[u8]) -> Option<(usize, usize)> {
        let eight = u64::from_le_bytes(*text.first_chunk()?);
        // All bits below the first quote.
        let quote = quotes(eight);
        let mut slot = slot(eight & (quote.wrapping_sub(1) & !quote));
        loop {
            let index = usize::from(self.slots[slot]);
            let name = self.names.get(index)?.as_bytes();
            let (start, after) = text.split_at_checked(name.len())?;
            if after.starts_with(b"\":") && bytes_equal(start, name) {
                return Some((index, name.len()));
            }
            slot = (slot + 1) % SLOTS;
        }
    }
}

/// Returns the first eight bytes of a name in little endian, padded with zeros.
const fn name_prefix(name: &[u8]) -> u64 {
    let mut prefix = 0;
    let mut at = 0;
    while at < 8 && at < name.len() {
        prefix |= (name[at] as u64) << (8 * at);
        at += 1;
    }
    prefix
}

/// Returns the first slot of a prefix's probe sequence, by Fibonacci hashing.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the highest eight bits are left")]
const fn slot(prefix: u64) -> usize {
    (prefix.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize
}

/// Returns the lowest bit of each of eight bytes that is a quote. Only the first (lowest) is reliable: later
/// ones may be false positives.
#[inline]
const fn quotes(eight: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let others = eight ^ u64::from_le_bytes([b'"'; 8]);
    ((others.wrapping_sub(ONES) & !others) >> 7) & ONES
}

/// Compares two names of equal length. Most are short, so it avoids a call to `memcmp`.
#[inline]
fn bytes_equal(a: &[u8], b: &[u8]) -> bool {
    match (a.first_chunk::<8>(), b.first_chunk::<8>(), a.last_chunk::<8>(), b.last_chunk::<8>()) {
        (Some(a_first), Some(b_first), Some(a_last), Some(b_last)) => {
            a_first == b_first && a_last == b_last && (a.len() <= 16 || a[8..] == b[8..])
        }
        _ => match (
            a.first_chunk::<4>(),
            b.first_chunk::<4>(),
            a.last_chunk::<4>(),
            b.last_chunk::<4>(),
        ) {
            (Some(a_first), Some(b_first), Some(a_last), Some(b_last)) => {
                a_first == b_first && a_last == b_last
            }
            _ => a.iter().zip(b).all(|(a, b)| a == b),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 9] = [
        "",
        "a",
        "podIP",
        "podIPs",
        "serviceAccount",
        "serviceAccountName",
        "hostIP",
        "hostname",
        "hostnameOverride",
    ];
    const TABLE: FieldTable = FieldTable::new(&NAMES);

    const OTHERS: [&str; 9] = [
        "b",
        "podip",
        "podIPss",
        "serviceAccountNam",
        "serviceAccountNamE",
        "hostnam",
        "hostname0verride",
        "serviceAccountSame",
        "serviceAccounT",
    ];

    #[test]
    fn find_returns_the_index_of_known_names_only() {
        for (index, name) in NAMES.iter().enumerate() {
            assert_eq!(TABLE.find(&NAMES, name), index);
        }
        for other in OTHERS {
            assert!(TABLE.find(&NAMES, other) >= NAMES.len(), "{other}");
        }
    }

    #[test]
    fn match_key_finds_known_names_followed_by_quote_and_colon() {
        let fields = FieldLookup::from_struct_name(TABLE.as_struct_name(), &NAMES).unwrap();
        for rest in ["\":\"value\"", "\":1}", "\":null,\"podIP\":1"] {
            for (index, name) in NAMES.iter().enumerate() {
                let found = fields.match_key(format!("{name}{rest}").as_bytes());
                // A shorter text is left to the slow path.
                let expected = (name.len() + rest.len() >= 8).then_some((index, name.len()));
                assert_eq!(found, expected, "{name}{rest}");
            }
            for other in OTHERS {
                assert_eq!(fields.match_key(format!("{other}{rest}").as_bytes()), None, "{other}");
            }
        }
        for text in ["", "pod", "podIP", "podIP\"", "podIP\" :1....", "podIP:1........"] {
            assert_eq!(fields.match_key(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn ordinary_struct_name_has_no_table() {
        assert!(FieldLookup::from_struct_name("Pod", &NAMES).is_none());
        let name = "x".repeat(SLOTS + MAGIC.len());
        assert!(FieldLookup::from_struct_name(&name, &NAMES).is_none());
    }
}
