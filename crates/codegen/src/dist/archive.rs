//! A gzipped tar archive whose bytes depend on nothing but what is in it.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};
use tar::{EntryType, Header};

use crate::error::{Failure, Result};

/// Files by path, with their modes.
pub(super) struct Archive {
    files: BTreeMap<String, (u32, Vec<u8>)>,
    time: u64,
}

impl Archive {
    /// An archive whose files are all of one time, in seconds since 1970.
    pub(super) fn new(time: u64) -> Self {
        Self { files: BTreeMap::new(), time }
    }

    pub(super) fn add(&mut self, path: &str, mode: u32, bytes: Vec<u8>) {
        self.files.insert(path.to_owned(), (mode, bytes));
    }

    /// The archive: sorted, of nobody, and without a name or a time in the gzip header.
    pub(super) fn gzipped(&self) -> Result<Vec<u8>> {
        self.write().map_err(|error| Failure::new(format!("cannot make the archive: {error}")))
    }

    fn write(&self) -> io::Result<Vec<u8>> {
        let gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
        let mut tar = tar::Builder::new(gzip);
        for (path, (mode, bytes)) in &self.files {
            let mut header = Header::new_ustar();
            header.set_entry_type(EntryType::Regular);
            header.set_mode(*mode);
            header.set_mtime(self.time);
            header.set_uid(0);
            header.set_gid(0);
            header.set_size(bytes.len() as u64);
            tar.append_data(&mut header, path, bytes.as_slice())?;
        }
        let mut gzip = tar.into_inner()?;
        gzip.flush()?;
        gzip.finish()
    }
}
