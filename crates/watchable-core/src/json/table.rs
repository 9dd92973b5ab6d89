//! The fields of a model, found by the first letters of a key: where the key ends is not asked before.

/// More than any type has fields, twice over: the table is never nearly full.
const SLOTS: usize = 256;

/// Where a slot is empty. All of a table is ASCII, since it is handed over as a text.
const EMPTY: u8 = 0x7f;

/// What tells a table from the name of a struct.
const MARK: [u8; 16] = *b"\0watchable model";

/// A hash table of names that the compiler fills: for each slot the number of a field.
///
/// It reaches this module's deserializer through serde, as the name of the struct that a model asks
/// for; others ignore that name.
pub(crate) struct Table([u8; SLOTS + MARK.len()]);

impl Table {
    /// Fills a table.
    pub(crate) const fn new(names: &[&str]) -> Self {
        assert!(names.len() < EMPTY as usize, "too many fields for the table of names");
        let mut slots = [EMPTY; SLOTS + MARK.len()];
        let mut at = 0;
        while at < MARK.len() {
            slots[SLOTS + at] = MARK[at];
            at += 1;
        }
        let mut number = 0;
        while number < names.len() {
            let mut slot = slot(first_letters(names[number].as_bytes()));
            while slots[slot] != EMPTY {
                slot = (slot + 1) % SLOTS;
            }
            #[allow(clippy::cast_possible_truncation, reason = "there are fewer than 127")]
            {
                slots[slot] = number as u8;
            }
            number += 1;
        }
        Self(slots)
    }

    /// The table as a struct's name.
    pub(crate) const fn as_struct_name(&self) -> &str {
        match str::from_utf8(&self.0) {
            Ok(name) => name,
            Err(_) => panic!("a table is ASCII"),
        }
    }

    /// The number of the field of that name; one that no field has where there is none.
    pub(crate) fn find(&self, names: &[&str], name: &str) -> usize {
        let slots = (&self.0[..SLOTS]).try_into().expect("it has that length");
        Fields { names, slots }.find(name)
    }
}

/// The fields that an object's keys are looked up in.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    names: &'a [&'a str],
    slots: &'a [u8; SLOTS],
}

impl<'a> Fields<'a> {
    /// Those of the model that asks for a struct of that name, if it is a model.
    #[inline]
    pub(super) fn of(struct_name: &'a str, names: &'a [&'a str]) -> Option<Self> {
        let (slots, mark) = struct_name.as_bytes().split_first_chunk()?;
        (*mark == MARK).then_some(Self { names, slots })
    }

    fn find(self, name: &str) -> usize {
        let mut slot = slot(first_letters(name.as_bytes()));
        loop {
            let number = usize::from(self.slots[slot]);
            match self.names.get(number) {
                Some(found) if *found != name => slot = (slot + 1) % SLOTS,
                _ => return number,
            }
        }
    }

    /// The field whose name, a closing quote and a colon stand at the beginning of a text, and how long
    /// the name is. `None` also where that cannot be told at a glance.
    #[allow(clippy::inline_always, reason = "it is called in one place, for every field")]
    #[inline(always)]
    pub(super) fn at_start(self, text: &[u8]) -> Option<(usize, usize)> {
        let eight = u64::from_le_bytes(*text.first_chunk()?);
        // All bits below the first quote.
        let quote = quotes(eight);
        let mut slot = slot(eight & (quote.wrapping_sub(1) & !quote));
        loop {
            let number = usize::from(self.slots[slot]);
            let name = self.names.get(number)?.as_bytes();
            let (start, after) = text.split_at_checked(name.len())?;
            if after.starts_with(b"\":") && is_same(start, name) {
                return Some((number, name.len()));
            }
            slot = (slot + 1) % SLOTS;
        }
    }
}

/// The first eight bytes of a name, with zeros after its end.
const fn first_letters(name: &[u8]) -> u64 {
    let mut letters = 0;
    let mut at = 0;
    while at < 8 && at < name.len() {
        letters |= (name[at] as u64) << (8 * at);
        at += 1;
    }
    letters
}

/// Where those letters are looked for first.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the highest eight bits are left")]
const fn slot(letters: u64) -> usize {
    (letters.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize
}

/// The lowest bit of each of eight bytes that is a quote. What comes after the first one (the lowest)
/// may be wrong.
#[inline]
const fn quotes(eight: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let others = eight ^ u64::from_le_bytes([b'"'; 8]);
    ((others.wrapping_sub(ONES) & !others) >> 7) & ONES
}

/// Whether two names of one length are the same. Most are short: no call is made to compare them.
#[inline]
fn is_same(a: &[u8], b: &[u8]) -> bool {
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
    const TABLE: Table = Table::new(&NAMES);

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
    fn every_name_is_found_and_no_other() {
        for (number, name) in NAMES.iter().enumerate() {
            assert_eq!(TABLE.find(&NAMES, name), number);
        }
        for other in OTHERS {
            assert!(TABLE.find(&NAMES, other) >= NAMES.len(), "{other}");
        }
    }

    #[test]
    fn a_name_is_found_where_its_end_is_not_known() {
        let fields = Fields::of(TABLE.as_struct_name(), &NAMES).unwrap();
        for rest in ["\":\"value\"", "\":1}", "\":null,\"podIP\":1"] {
            for (number, name) in NAMES.iter().enumerate() {
                let found = fields.at_start(format!("{name}{rest}").as_bytes());
                // A shorter text is left to those who look at it byte by byte.
                let expected = (name.len() + rest.len() >= 8).then_some((number, name.len()));
                assert_eq!(found, expected, "{name}{rest}");
            }
            for other in OTHERS {
                assert_eq!(fields.at_start(format!("{other}{rest}").as_bytes()), None, "{other}");
            }
        }
        for text in ["", "pod", "podIP", "podIP\"", "podIP\" :1....", "podIP:1........"] {
            assert_eq!(fields.at_start(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_struct_that_is_no_model_has_no_table() {
        assert!(Fields::of("Pod", &NAMES).is_none());
        assert!(Fields::of(&"x".repeat(SLOTS + MARK.len()), &NAMES).is_none());
    }
}
