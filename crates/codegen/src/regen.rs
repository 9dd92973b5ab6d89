//! `cargo xtask regen`: generates the pinned releases. A new release is first fetched and pinned, then
//! compared with the previous one and compiled.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cargo;
use crate::descriptions::Descriptions;
use crate::diff;
use crate::error::{Failure, Result};
use crate::fetch::{self, Fetched, Source};
use crate::generate::{Change, Mode, generate_with_descriptions};
use crate::pins::{PINS_PATH, Pins};
use crate::release::Release;

/// The releases to generate, and how.
pub struct Wanted {
    /// The releases; all pinned releases if empty.
    pub releases: Vec<Release>,
    /// Whether to write or only to compare.
    pub mode: Mode,
    /// The source of downloads.
    pub source: Source,
    /// Whether to write upstream's descriptions into the docs.
    pub descriptions: bool,
}

/// The new releases, and all releases whose specs are downloaded.
struct Downloads {
    new: Vec<Release>,
    all: Vec<Release>,
}

/// Generates and returns all changed files. Passes them to `report` before anything is compiled, and
/// the changes of each new release to `report_new`.
///
/// # Errors
///
/// Fails if a step fails; the failure says what earlier steps have left in place. If a release cannot
/// be fetched, the repository is unchanged.
pub fn regen(
    root: &Path,
    wanted: &Wanted,
    report: impl Fn(&[Change]),
    report_new: impl Fn(&str) -> Result<()>,
) -> Result<Vec<Change>> {
    let downloads = downloads(&Pins::read(root)?, wanted)?;
    let mut descriptions = BTreeMap::new();
    let mut fetched: Vec<Fetched> = Vec::new();
    // All downloads come first: if one fails, nothing is stored.
    for &release in &downloads.all {
        let spec = fetch::spec(root, release, &wanted.source, false)?;
        if wanted.descriptions {
            descriptions.insert(release, Descriptions::from_spec(&spec.bytes, &spec.url)?);
        }
        if downloads.new.contains(&release) {
            fetched.push(fetch::get(root, release, &wanted.source, false, &spec)?);
        }
    }
    fetched.into_iter().try_for_each(|fetched| fetched.store(root))?;
    // The docs of a type list the releases that have it: a new release affects all crates.
    let releases = if downloads.new.is_empty() { &wanted.releases[..] } else { &[] };
    let changes = generate_with_descriptions(root, releases, wanted.mode, &descriptions).map_err(
        |failure| {
            if downloads.new.is_empty() {
                failure
            } else {
                failure.left_in_place(pinned(&downloads))
            }
        },
    )?;
    report(&changes);
    if wanted.descriptions {
        eprintln!(
            "these docs contain upstream's descriptions, which must not be committed: \
            `cargo xtask regen` removes them"
        );
    }
    for &release in &downloads.new {
        report_new(&changes_since_previous(root, release)?)?;
    }
    downloads.new.iter().try_for_each(|release| compile(root, *release, &downloads))?;
    Ok(changes)
}

fn downloads(pins: &Pins, wanted: &Wanted) -> Result<Downloads> {
    let mut new = wanted.releases.clone();
    new.retain(|release| pins.get(*release).is_none());
    new.sort();
    new.dedup();
    if let (Mode::Check, Some(release)) = (wanted.mode, new.first()) {
        return Err(Failure::new(format!("{PINS_PATH} does not pin release {release}"))
            .hint(format!("fetch and generate it with `cargo xtask regen {release}`")));
    }
    let downloads = match (wanted.descriptions, wanted.releases.is_empty()) {
        (false, _) => new.clone(),
        (true, false) => wanted.releases.clone(),
        (true, true) => pins.releases.iter().map(|pin| pin.release).collect(),
    };
    let Source { base_url, tag } = &wanted.source;
    if downloads.is_empty() && (base_url.is_some() || tag.is_some()) {
        return Err(Failure::new(
            "--base-url and --tag are only for downloads, but all releases are pinned already",
        )
        .hint("omit them, or download a pinned release again with `cargo xtask fetch`"));
    }
    wanted.source.check(&downloads)?;
    Ok(Downloads { new, all: downloads })
}

/// Describes what is left in place once a release is pinned.
fn pinned(downloads: &Downloads) -> String {
    let files: Vec<_> = downloads.new.iter().map(|release| release.facts_path()).collect();
    format!("{} and the entry in {PINS_PATH}", files.join(", "))
}

/// Returns the changes since the previous pinned release.
fn changes_since_previous(root: &Path, release: Release) -> Result<String> {
    let pins = Pins::read(root)?;
    let previous =
        pins.releases.iter().map(|pin| pin.release).filter(|other| *other < release).max();
    match previous {
        Some(previous) => Ok(diff::between(root, previous, release)?.text()),
        None => {
            Ok(format!("No release before {release} is pinned: there is nothing to compare.\n"))
        }
    }
}

/// Compiles a new crate, which also adds it to Cargo.lock.
fn compile(root: &Path, release: Release, downloads: &Downloads) -> Result<()> {
    let name = release.package_name();
    eprintln!("compiling {name}");
    let mut cargo = cargo::command();
    let status = cargo.args(["check", "-p", &name]).current_dir(root).status();
    let what = match status {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => {
            format!("{name} does not compile: `cargo check -p {name}` failed with {status}")
        }
        Err(error) => {
            format!("cannot run {} to compile {name}: {error}", cargo.get_program().display())
        }
    };
    Err(Failure::new(what)
        .left_in_place(format!("{}, and all generated files", pinned(downloads)))
        .hint(format!(
            "fix the generator in crates/codegen, run `cargo xtask regen` and `cargo check -p {name}`; \
             or remove {release} again: delete {} and its entry in {PINS_PATH}, and run `cargo xtask regen`",
            release.facts_path()
        )))
}
