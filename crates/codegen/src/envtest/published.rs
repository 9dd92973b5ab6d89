//! The archives that Kubernetes publishes for envtest: an index, and one gzipped tar per version and machine.

use std::collections::BTreeMap;
use std::path::Path;

use envtest::Assets;
use reqwest::Url;
use serde::Deserialize;

use super::version::Version;
use super::{archive, cache};
use crate::error::{Failure, Result};
use crate::fetch::download;

/// The base URL of controller-tools' index.
pub(super) const DEFAULT_BASE: &str =
    "https://raw.githubusercontent.com/kubernetes-sigs/controller-tools/HEAD";

const INDEX: &str = "envtest-releases.yaml";

/// The index: versions, each with archives by file name.
#[derive(Deserialize)]
struct Index {
    releases: BTreeMap<String, BTreeMap<String, Archive>>,
}

#[derive(Deserialize)]
struct Archive {
    /// The hexadecimal SHA-512 checksum.
    hash: String,
    /// The URL; in a mirror it may be relative to the index.
    #[serde(rename = "selfLink")]
    link: String,
}

/// Downloads, verifies and caches the programs of a version; without one, of the newest that is not
/// newer than `newest`.
pub(super) fn get(
    cache: &Path,
    base: &str,
    version: Option<Version>,
    newest: Option<Version>,
) -> Result<Assets> {
    let index_url = format!("{}/{INDEX}", base.trim_end_matches('/'));
    let text = download(&index_url)?;
    let index = std::str::from_utf8(&text)
        .map_err(|error| error.to_string())
        .and_then(|text| serde_saphyr::from_str::<Index>(text).map_err(|error| error.to_string()))
        .map_err(|error| {
            Failure::new(format!("{index_url} is not an index: {error}"))
                .hint("--base-url must be the folder of envtest-releases.yaml")
        })?;
    let (found, archive) =
        index.choose(version, newest).ok_or_else(|| not_found(&index_url, version))?;
    let place = cache::place(cache, found, "published");
    if place.is_dir() {
        return cache::assets_in(&place);
    }
    let url = Url::parse(&index_url)
        .and_then(|index| index.join(&archive.link))
        .map_err(|error| Failure::new(format!("{index_url}: {}: {error}", archive.link)))?;
    let bytes = download(url.as_str())?;
    archive::check(&bytes, &archive.hash, url.as_str())?;
    let scratch = cache::scratch(cache)?;
    let folder = scratch.path().join("assets");
    archive::extract(bytes.as_slice(), &folder, url.as_str())?;
    Assets::in_folder(&folder).map_err(|error| {
        Failure::new(format!("{url}: {error}")).hint(
            "an archive must have etcd, kube-apiserver and kubectl in controller-tools/envtest",
        )
    })?;
    scratch.move_to("assets", &place)?;
    cache::assets_in(&place)
}

impl Index {
    fn choose(
        &self,
        version: Option<Version>,
        newest: Option<Version>,
    ) -> Option<(Version, &Archive)> {
        let machine = format!("-{}-{}.tar.gz", std::env::consts::OS, cache::architecture());
        let fits = |found: Version| match (version, newest) {
            (Some(version), _) => version.matches(found),
            (None, Some(newest)) => (found.major, found.minor) <= (newest.major, newest.minor),
            (None, None) => true,
        };
        self.releases
            .iter()
            // Anything not of the form v1.36.1 is a pre-release.
            .filter_map(|(name, archives)| Some((name.parse::<Version>().ok()?, archives)))
            .filter(|(found, _)| fits(*found))
            .filter_map(|(found, archives)| {
                let archive = archives.iter().find(|(name, _)| name.ends_with(&machine))?.1;
                Some((found, archive))
            })
            .max_by_key(|(found, _)| *found)
    }
}

fn not_found(url: &str, version: Option<Version>) -> Failure {
    let version = version.map_or("no version".to_owned(), |version| format!("no {version}"));
    let (os, machine) = (std::env::consts::OS, cache::architecture());
    Failure::new(format!("{url} has {version} for {os}/{machine}"))
        .hint("see the index for the available versions")
}
