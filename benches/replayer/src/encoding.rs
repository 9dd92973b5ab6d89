//! How a kind's objects, events and lists are encoded.

/// The version of the list; later changes continue from it.
pub(crate) use gauge::VERSION;

use crate::scenario::Stamp;

/// The versions of the listed objects come after this one. All have as many digits.
const LISTED: u64 = 100_000;

/// Encodes a kind's objects, events and lists. Each function appends to `to`.
pub(crate) trait Encoding {
    /// The media type of a list, or of a watch.
    fn media_type(&self, watch: bool) -> &'static str;

    /// Writes an object that was there before the changes, as an ADDED event.
    fn added(&self, number: u32, sent: Stamp, to: &mut Vec<u8>);

    /// Writes a MODIFIED event of an object.
    fn modified(&self, number: u32, version: u64, sent: Stamp, to: &mut Vec<u8>);

    /// Writes a BOOKMARK event.
    fn bookmark(&self, version: u64, ends_initial_events: bool, to: &mut Vec<u8>);

    /// Writes what comes before the items of a page.
    fn list_start(&self, page: &Page, to: &mut Vec<u8>);

    /// Writes an item of a list.
    fn item(&self, number: u32, is_first: bool, sent: Stamp, to: &mut Vec<u8>);

    /// Writes what comes after the items of a page.
    fn list_end(&self, to: &mut Vec<u8>);
}

/// A page of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    /// How many items it has.
    pub(crate) items: u32,
    /// The index of the item after them.
    pub(crate) end: u32,
    /// How many items follow on other pages.
    pub(crate) left: u32,
}

/// Returns the version of an object that was there before the changes.
pub(crate) fn listed_version(number: u32) -> u64 {
    LISTED + 1 + u64::from(number)
}

/// How many digits the versions of listed objects have, and those of changes.
pub(crate) const DIGITS: [usize; 2] = [6, 7];
