//! Which programs to take: those that are named, those that were kept, published ones, Debian's.

use std::path::Path;

use envtest::{ASSETS_VARIABLE, Assets};

use super::version::Version;
use super::wanted::{Source, Wanted};
use super::{cache, debian, published};
use crate::error::{Failure, Result};
use crate::pins::Pins;

/// Finds the programs, or gets them.
pub(crate) fn find(root: &Path, wanted: &Wanted) -> Result<Assets> {
    if wanted.source == Source::Any
        && let Some(assets) = at_hand(wanted.version)?
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
            // Another run may have got it while we waited.
            if let Some(assets) = at_hand(wanted.version)? {
                return Ok(assets);
            }
            download().or_else(|failure| {
                eprintln!("no published archive: {failure}\nnext: Debian's packages");
                build().map_err(|other| {
                    Failure::new(format!(
                        "there is no kube-apiserver to be had; published: {failure}; Debian: {other}"
                    ))
                    .mend(format!("name a folder with etcd and kube-apiserver in {ASSETS_VARIABLE}"))
                })
            })
        }
    }
}

/// Those for which nothing needs to be done.
pub(super) fn at_hand(version: Option<Version>) -> Result<Option<Assets>> {
    let named = std::env::var_os(ASSETS_VARIABLE).is_some_and(|folder| !folder.is_empty());
    if named {
        return Assets::from_env().map(Some).map_err(|error| Failure::new(error.to_string()));
    }
    let fitting = cache::kept(&cache::folder()?)?
        .into_iter()
        .find(|(kept, _)| version.is_none_or(|version| version.takes(*kept)));
    fitting.map(|(_, folder)| cache::assets_in(&folder)).transpose()
}
