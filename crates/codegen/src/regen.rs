//! `cargo xtask regen`: generates what is pinned; a release that is not is fetched, pinned and
//! compiled as well, and what is new in it is told.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::cargo;
use crate::descriptions::Descriptions;
use crate::diff;
use crate::error::{Failure, Result};
use crate::fetch::{self, Fetched, Source};
use crate::generate::{Change, Mode, generate_with};
use crate::pins::{PINS_PATH, Pins};
use crate::release::Release;

/// What to generate, and how.
pub struct Wanted {
    /// The releases; all that are pinned where none is named.
    pub releases: Vec<Release>,
    /// Write, or only compare.
    pub mode: Mode,
    /// From where, should something be downloaded.
    pub source: Source,
    /// Write upstream's own words into the docs.
    pub descriptions: bool,
}

/// The releases that come anew, and those whose specs are downloaded at all.
struct Plan {
    new: Vec<Release>,
    downloads: Vec<Release>,
}

/// Generates, and tells on the way what has been changed and, by the second function, what is new
/// in a release that has just been pinned. Gives all changed files.
///
/// # Errors
///
/// When a step fails; the failure says what the steps before it have left in place. A release that
/// cannot be fetched leaves the repository as it was.
pub fn regen(
    root: &Path,
    wanted: &Wanted,
    tell: impl Fn(&[Change]),
    tell_new: impl Fn(&str) -> Result<()>,
) -> Result<Vec<Change>> {
    let plan = plan(&Pins::read(root)?, wanted)?;
    let mut descriptions = BTreeMap::new();
    let mut fetched: Vec<Fetched> = Vec::new();
    // All of them first, so that nothing is kept where one fails.
    for &release in &plan.downloads {
        let got = fetch::get(root, release, &wanted.source, false)?;
        if wanted.descriptions {
            descriptions.insert(release, Descriptions::of_spec(&got.spec, &got.url)?);
        }
        if plan.new.contains(&release) {
            fetched.push(got);
        }
    }
    fetched.into_iter().try_for_each(|fetched| fetched.keep(root))?;
    // The docs of a type say which releases have it: a new release concerns all crates.
    let releases = if plan.new.is_empty() { &wanted.releases[..] } else { &[] };
    let changes = generate_with(root, releases, wanted.mode, &descriptions).map_err(|failure| {
        if plan.new.is_empty() { failure } else { failure.left(pinned(&plan)) }
    })?;
    tell(&changes);
    if wanted.descriptions {
        eprintln!(
            "these docs have upstream's own words, which are not to be committed here: \
             `cargo xtask regen` takes them out again"
        );
    }
    for &release in &plan.new {
        tell_new(&news(root, release)?)?;
    }
    plan.new.iter().try_for_each(|release| compile(root, *release, &plan))?;
    Ok(changes)
}

fn plan(pins: &Pins, wanted: &Wanted) -> Result<Plan> {
    let mut new = wanted.releases.clone();
    new.retain(|release| pins.get(*release).is_none());
    new.sort();
    new.dedup();
    if let (Mode::Check, Some(release)) = (wanted.mode, new.first()) {
        return Err(Failure::new(format!("{PINS_PATH} does not know release {release}"))
            .mend(format!("fetch and generate it with `cargo xtask regen {release}`")));
    }
    let downloads = match (wanted.descriptions, wanted.releases.is_empty()) {
        (false, _) => new.clone(),
        (true, false) => wanted.releases.clone(),
        (true, true) => pins.releases.iter().map(|pin| pin.release).collect(),
    };
    let Source { base_url, tag } = &wanted.source;
    if downloads.is_empty() && (base_url.is_some() || tag.is_some()) {
        return Err(Failure::new(
            "--base-url and --tag say where to download a spec from, but all is pinned already",
        )
        .mend("leave them out, or download a pinned one anew with `cargo xtask fetch`"));
    }
    wanted.source.is_for(&downloads)?;
    Ok(Plan { new, downloads })
}

/// What has been left in place once a release is pinned.
fn pinned(plan: &Plan) -> String {
    let files: Vec<_> = plan.new.iter().map(|release| release.facts_path()).collect();
    format!("{} and the entry in {PINS_PATH}", files.join(", "))
}

/// What is new since the release before it.
fn news(root: &Path, release: Release) -> Result<String> {
    let pins = Pins::read(root)?;
    let before = pins.releases.iter().map(|pin| pin.release).filter(|other| *other < release).max();
    match before {
        Some(before) => Ok(diff::between(root, before, release)?.text()),
        None => {
            Ok(format!("No release before {release} is pinned: there is nothing to compare.\n"))
        }
    }
}

/// Compiles a new crate, by which it gets into Cargo.lock too.
fn compile(root: &Path, release: Release, plan: &Plan) -> Result<()> {
    let name = release.crate_name();
    eprintln!("compiling {name}");
    let cargo = cargo::program();
    let status = Command::new(&cargo).args(["check", "-p", &name]).current_dir(root).status();
    let what = match status {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => format!("{name} does not compile: `cargo check -p {name}` gave {status}"),
        Err(error) => format!("cannot run {} to compile {name}: {error}", cargo.display()),
    };
    Err(Failure::new(what)
        .left(format!("{}, and all generated files", pinned(plan)))
        .mend(format!(
            "mend the generator in crates/codegen, run `cargo xtask regen` and `cargo check -p {name}`; \
             or take {release} back: remove {} and its entry in {PINS_PATH}, and run `cargo xtask regen`",
            release.facts_path()
        )))
}
