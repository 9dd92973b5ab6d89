//! `cargo xtask regen`: from `spec/` to the generated files, or to the list of those that differ.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crate::descriptions::Descriptions;
use crate::error::{Failure, Result};
use crate::files;
use crate::history::History;
use crate::model::{self, Model};
use crate::pins::Pins;
use crate::release::Release;
use crate::render;

const MODELS: &str = "crates/models";
const FACADE_MANIFEST: &str = "crates/watchables/Cargo.toml";
const FACADE_RELEASES: &str = "crates/watchables/src/releases.rs";
const FACADE_MODULES: &str = "crates/watchables/src/release_modules.rs";
/// Where the test of each release lies, and the manifest that names the releases.
const TESTS: &str = "tests/model/tests";
const TESTS_MANIFEST: &str = "tests/model/Cargo.toml";

/// Whether to write, or only to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Write what differs, remove what does not belong.
    Write,
    /// Touch nothing.
    Check,
}

/// A file that is not, or was not, as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Relative to the repository's root.
    pub path: String,
    /// What is the matter with it.
    pub state: State,
    /// The command that mends it; `None` where it has been mended.
    pub mend: Option<String>,
}

/// How a file differs from what would be generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Another text.
    Differs,
    /// Not there.
    Missing,
    /// There, but nothing generates it.
    LeftOver,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(mend) = &self.mend else {
            let done = match self.state {
                State::Differs => "updated",
                State::Missing => "created",
                State::LeftOver => "removed",
            };
            return write!(f, "{done} {}", self.path);
        };
        let state = match self.state {
            State::Differs => "differs from what is generated",
            State::Missing => "is missing",
            State::LeftOver => "is left over: nothing generates it",
        };
        write!(f, "{} {state}; run `{mend}`", self.path)
    }
}

/// A text that belongs at a path, with the command that puts it there.
struct Wanted {
    text: String,
    mend: String,
}

/// Generates the crates of the releases, all that are pinned where none is named, and the facade's
/// part. Gives what has changed, or in [`Mode::Check`] what would.
///
/// # Errors
///
/// When something in `spec/` is missing, inconsistent or not understood, or a file cannot be read
/// or written. Nothing is written before all is known to be well.
pub fn generate(root: &Path, releases: &[Release], mode: Mode) -> Result<Vec<Change>> {
    generate_with(root, releases, mode, &BTreeMap::new())
}

/// The same, with upstream's own words in the docs of the releases that have them here.
pub(crate) fn generate_with(
    root: &Path,
    releases: &[Release],
    mode: Mode,
    descriptions: &BTreeMap<Release, Descriptions>,
) -> Result<Vec<Change>> {
    let pins = Pins::read(root)?;
    let history = History::read(root, &pins)?;
    let none = Descriptions::default();
    let pinned: Vec<Release> = pins.releases.iter().map(|pin| pin.release).collect();
    let chosen = if releases.is_empty() { &pinned } else { releases };
    let mut wanted = BTreeMap::new();
    for release in chosen {
        let facts = pins.facts(root, *release)?;
        let place = release.facts_path();
        let tag = &pins.require(*release)?.tag;
        let mut model = model::lower(facts, tag).map_err(|failure| failure.within(&place))?;
        model.annotate(&history, descriptions.get(release).unwrap_or(&none));
        add_crate(&model, &mut wanted)?;
    }
    add_facade(root, &pinned, &history, &mut wanted)?;
    let left_over = left_over(root, chosen, releases.is_empty(), &wanted)?;

    let mut changes = Vec::new();
    for (path, Wanted { text, mend }) in wanted {
        let file = root.join(&path);
        let state = match file.exists() {
            false => State::Missing,
            true if files::read(&file)? != text => State::Differs,
            true => continue,
        };
        if mode == Mode::Write {
            files::write(&file, &text)?;
        }
        changes.push(Change { path, state, mend: (mode == Mode::Check).then_some(mend) });
    }
    for (path, mend) in left_over {
        if mode == Mode::Write {
            let top = if path.starts_with(MODELS) { MODELS } else { TESTS };
            files::remove(&root.join(&path), &root.join(top))?;
        }
        changes.push(Change {
            path,
            state: State::LeftOver,
            mend: (mode == Mode::Check).then_some(mend),
        });
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(changes)
}

fn add_crate(model: &Model, wanted: &mut BTreeMap<String, Wanted>) -> Result<()> {
    let release = model.release;
    for (path, text) in render::crate_files(model)? {
        let path = format!("{MODELS}/{}/{path}", release.crate_name());
        wanted.insert(path, Wanted { text, mend: regen(Some(release)) });
    }
    let test = Wanted { text: render::every_type(model), mend: regen(Some(release)) };
    wanted.insert(format!("{TESTS}/{}.rs", release.crate_name()), test);
    Ok(())
}

fn add_facade(
    root: &Path,
    pinned: &[Release],
    history: &History,
    wanted: &mut BTreeMap<String, Wanted>,
) -> Result<()> {
    let mut manifest = files::read(&root.join(FACADE_MANIFEST))?;
    for (name, lines) in render::regions(pinned) {
        manifest = replace_region(FACADE_MANIFEST, &manifest, name, &lines)?;
    }
    let releases = render::releases(pinned);
    let modules = render::release_modules(&history.version_modules()?);
    let mut tests = files::read(&root.join(TESTS_MANIFEST))?;
    for (name, lines) in render::tested_releases(pinned) {
        tests = replace_region(TESTS_MANIFEST, &tests, name, &lines)?;
    }
    for (path, text) in [
        (FACADE_MANIFEST, manifest),
        (FACADE_RELEASES, releases),
        (FACADE_MODULES, modules),
        (TESTS_MANIFEST, tests),
    ] {
        wanted.insert(path.to_owned(), Wanted { text, mend: regen(None) });
    }
    Ok(())
}

/// Puts lines between the markers of a region.
fn replace_region(place: &str, manifest: &str, name: &str, lines: &str) -> Result<String> {
    let begin = format!("# @generated {name}: begin (cargo xtask regen)\n");
    let end = format!("# @generated {name}: end");
    let missing = |marker: &str| {
        let marker = marker.trim_end();
        Failure::new(format!("{place} has no line `{marker}`"))
            .mend("put it back where the generated lines belong")
    };
    let (before, rest) = manifest.split_once(&begin).ok_or_else(|| missing(&begin))?;
    let after = rest.find(&end).ok_or_else(|| missing(&end))?;
    Ok(format!("{before}{begin}{lines}{}", &rest[after..]))
}

/// Files in generated crates, and tests of releases, that nothing generates, each with its mend. Where
/// all releases are generated, a crate of a release that is not pinned is left over as a whole.
fn left_over(
    root: &Path,
    chosen: &[Release],
    all: bool,
    wanted: &BTreeMap<String, Wanted>,
) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    let tests = files::walk(&root.join(TESTS))?;
    let of_releases = tests.into_iter().filter(|file| {
        file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("rel_"))
    });
    for file in files::walk(&root.join(MODELS))?.into_iter().chain(of_releases) {
        let relative = file.strip_prefix(root).unwrap_or(&file);
        let path = relative
            .components()
            .map(|c| c.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        let belongs_to = |release: &Release| {
            let name = release.crate_name();
            path.starts_with(&format!("{MODELS}/{name}/")) || path == format!("{TESTS}/{name}.rs")
        };
        let release = chosen.iter().copied().find(belongs_to);
        if (all || release.is_some()) && !wanted.contains_key(&path) {
            found.push((path, regen(release)));
        }
    }
    Ok(found)
}

fn regen(release: Option<Release>) -> String {
    match release {
        Some(release) => format!("cargo xtask regen {release}"),
        None => "cargo xtask regen".to_owned(),
    }
}
