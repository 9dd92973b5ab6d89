//! Tables of a model's field numbers.

/// The number of entries: field numbers are small.
const SIZE: usize = 64;

/// The entry of a number that no field has.
const UNKNOWN: u8 = 0xff;
/// The entry of a message that JSON inlines.
const INLINED: u8 = 0xfe;

/// The indices of a model's fields by their numbers.
pub(super) struct NumberTable([u8; SIZE]);

/// What a field number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// The model's field of this index.
    Field(usize),
    /// A message whose fields are the model's.
    Inlined,
    Unknown,
}

impl NumberTable {
    /// Creates a table of these paths of numbers.
    pub(super) const fn new(paths: &[&[u32]]) -> Self {
        assert!(paths.len() < INLINED as usize, "too many fields for the table of numbers");
        let mut entries = [UNKNOWN; SIZE];
        let mut index = 0;
        while index < paths.len() {
            if let [number, rest @ ..] = paths[index]
                && (*number as usize) < SIZE
            {
                #[allow(clippy::cast_possible_truncation, reason = "there are fewer than 254")]
                let entry = if rest.is_empty() { index as u8 } else { INLINED };
                entries[*number as usize] = entry;
            }
            index += 1;
        }
        Self(entries)
    }

    /// Returns what a number at the top of the message stands for.
    #[inline]
    pub(super) fn find(&self, paths: &[&[u32]], number: u32) -> Entry {
        match self.0.get(number as usize) {
            Some(&UNKNOWN) => Entry::Unknown,
            Some(&INLINED) => Entry::Inlined,
            Some(&index) => Entry::Field(usize::from(index)),
            None => find_path(paths, &[number]),
        }
    }
}

/// Returns what a path of numbers stands for.
pub(super) fn find_path(paths: &[&[u32]], path: &[u32]) -> Entry {
    if let Some(index) = paths.iter().position(|found| *found == path) {
        Entry::Field(index)
    } else if paths.iter().any(|found| found.starts_with(path)) {
        Entry::Inlined
    } else {
        Entry::Unknown
    }
}
