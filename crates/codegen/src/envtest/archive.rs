//! A published archive: a gzipped tar with the programs in `controller-tools/envtest`.

use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use sha2::{Digest as _, Sha256, Sha512};

use crate::checksum::hex;
use crate::error::{Failure, Result};

/// Verifies a hexadecimal checksum, whose length determines its algorithm.
pub(super) fn check(bytes: &[u8], checksum: &str, url: &str) -> Result<()> {
    let (kind, found) = match checksum.len() {
        64 => ("sha256", hex(&Sha256::digest(bytes))),
        128 => ("sha512", hex(&Sha512::digest(bytes))),
        _ => return Err(Failure::new(format!("{url}: {checksum:?} is not a sha256 or sha512"))),
    };
    if found.eq_ignore_ascii_case(checksum) {
        return Ok(());
    }
    Err(Failure::new(format!("{url} has the {kind} {found}, but the index says {checksum}"))
        .hint("download it again; if it fails again, the mirror's index and archives do not match"))
}

/// Extracts the programs to a folder, regardless of their folder in the archive.
pub(super) fn extract(archive: impl Read, folder: &Path, url: &str) -> Result<()> {
    let failure = |error: std::io::Error| Failure::new(format!("cannot unpack {url}: {error}"));
    fs::create_dir_all(folder).map_err(|error| Failure::io("make", folder, &error))?;
    for entry in tar::Archive::new(GzDecoder::new(archive)).entries().map_err(failure)? {
        let mut entry = entry.map_err(failure)?;
        let path = entry.path().map_err(failure)?.into_owned();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if entry.header().entry_type().is_file()
            && ["etcd", "kube-apiserver", "kubectl"].contains(&name)
        {
            entry.unpack(folder.join(name)).map_err(failure)?;
        }
    }
    Ok(())
}
