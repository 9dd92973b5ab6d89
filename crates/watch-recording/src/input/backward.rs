//! Searches a file from its end.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use memchr::memmem;

const CHUNK: u64 = 1 << 20;

/// Where a text stands in a file, from the last place to the first.
pub(crate) struct Backward<'a> {
    file: &'a mut File,
    finder: memmem::FinderRev<'a>,
    /// Matches before this offset are found next.
    end: u64,
    /// A part of the file, and where it begins.
    chunk: Vec<u8>,
    begin: u64,
}

impl<'a> Backward<'a> {
    pub(crate) fn new(file: &'a mut File, text: &'a [u8]) -> io::Result<Self> {
        let end = file.seek(SeekFrom::End(0))?;
        let finder = memmem::FinderRev::new(text);
        Ok(Self { file, finder, end, chunk: Vec::new(), begin: end })
    }

    /// Returns the next offset at which the text stands; matches do not overlap.
    pub(crate) fn next_match(&mut self) -> io::Result<Option<u64>> {
        loop {
            let len = usize::try_from(self.end - self.begin).unwrap_or(usize::MAX);
            let searched = &self.chunk[..len.min(self.chunk.len())];
            if let Some(at) = self.finder.rfind(searched) {
                self.end = self.begin + at as u64;
                return Ok(Some(self.end));
            }
            if self.begin == 0 {
                return Ok(None);
            }
            // The text may lie across the beginning of the chunk.
            let overlap = self.finder.needle().len() as u64 - 1;
            self.end = self.end.min(self.begin + overlap);
            self.begin = self.end.saturating_sub(CHUNK + overlap);
            let len = usize::try_from(self.end - self.begin).unwrap_or_default();
            self.chunk.resize(len, 0);
            self.file.seek(SeekFrom::Start(self.begin))?;
            self.file.read_exact(&mut self.chunk)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn all_places_are_found_from_the_last_to_the_first() {
        let mut text = vec![b'.'; 3 << 20];
        let chunk = 1 << 20;
        let places = [0, 5, chunk - 2, chunk + 1, 2 * chunk - 3, 2 * chunk, (3 << 20) - 3];
        for place in places {
            text[place..place + 3].copy_from_slice(b"abc");
        }
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&text).unwrap();
        let mut backward = Backward::new(&mut file, b"abc").unwrap();
        for place in places.iter().rev() {
            assert_eq!(backward.next_match().unwrap(), Some(*place as u64));
        }
        assert_eq!(backward.next_match().unwrap(), None);
    }
}
