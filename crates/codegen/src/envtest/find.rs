//! Finds the programs: those that are named, cached ones, published ones, Debian's.

use std::path::Path;

use envtest::{ASSETS_VARIABLE, Assets};

use super::version::Version;
use super::wanted::{Source, Wanted};
use super::{cache, debian, published};
use crate::error::{Failure, Result};
use crate::pins::Pins;

/// Finds the programs, or installs them.
pub(crate) fn find(root: &Path, wanted: &Wanted) -> Result<Assets> {
    if wanted.source == Source::Any
        && let Some(assets) = installed(wanted.version)?
    {
        return Ok(assets);
    }
    let cache = cache::folder()?;
    let _lock = cache::lock(&cache)?;
    let newest = Pins::read(root)?
        .releases
        .iter()
        .filter_map(|pin| pin.release.to_string().parse::<Version>().ok())
        .max();
    let download = || published::get(&cache, &wanted.base_url, wanted.version, newest);
    let build = || debian::get(&cache, &wanted.debian_mirror, wanted.version);
    match wanted.source {
        Source::Published => download(),
        Source::Debian => build(),
        Source::Any => {
            // Another run may have installed them in the meantime.
            if let Some(assets) = installed(wanted.version)? {
                return Ok(assets);
            }
            download().or_else(|failure| {
                eprintln!("no published archive: {failure}\ntrying Debian's packages");
                build().map_err(|other| {
                    Failure::new(format!(
                        "cannot install kube-apiserver; published: {failure}; Debian: {other}"
                    ))
                    .hint(format!("set {ASSETS_VARIABLE} to a folder with etcd and kube-apiserver"))
                })
            })
        }
    }
}

/// Returns the programs that are named or cached.
pub(super) fn installed(version: Option<Version>) -> Result<Option<Assets>> {
    let named = std::env::var_os(ASSETS_VARIABLE).is_some_and(|folder| !folder.is_empty());
    if named {
        return Assets::from_env().map(Some).map_err(|error| Failure::new(error.to_string()));
    }
    let matching = cache::entries(&cache::folder()?)?
        .into_iter()
        .find(|(cached, _)| version.is_none_or(|version| version.matches(*cached)));
    matching.map(|(_, folder)| cache::assets_in(&folder)).transpose()
}
