//! Generates the files from `spec/`, or lists those that differ.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crate::descriptions::Descriptions;
use crate::error::{Failure, Result};
use crate::files;
use crate::history::History;
use crate::lean;
use crate::list_keys::ListKeys;
use crate::messages::Messages;
use crate::model::{self, Model};
use crate::pins::Pins;
use crate::protobuf;
use crate::release::Release;
use crate::render;

const MODELS: &str = "crates/models";
/// The crate with the catalogs of all releases.
const CATALOGS: &str = "crates/release-catalogs";
/// The messages of all releases, from which the embedded API server encodes and decodes protobuf.
const MESSAGES: &str = "crates/embedded-apiserver/src/protobuf/messages.txt";
/// How lists are matched when objects are compared.
const LIST_KEYS: &str = "crates/watch-store/src/diff/list_keys.txt";
const FACADE_MANIFEST: &str = "crates/watchables/Cargo.toml";
const FACADE_RELEASES: &str = "crates/watchables/src/releases.rs";
const FACADE_MODULES: &str = "crates/watchables/src/release_modules.rs";
/// The folder with the test of each release, and the manifest that lists the releases.
const TESTS: &str = "tests/model/tests";
const TESTS_MANIFEST: &str = "tests/model/Cargo.toml";

/// Whether to write or only to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Write files that differ, remove files that nothing generates.
    Write,
    /// Change nothing.
    Check,
}

/// A file that differs, or differed, from what is generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path relative to the root of the repository.
    pub path: String,
    /// How it differs.
    pub state: State,
    /// The command that updates it; `None` if it has been updated.
    pub command: Option<String>,
}

/// How a file differs from what would be generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The content differs.
    Differs,
    /// The file does not exist.
    Missing,
    /// The file exists, but nothing generates it.
    LeftOver,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(command) = &self.command else {
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
        write!(f, "{} {state}; run `{command}`", self.path)
    }
}

/// The content of a generated file, with the command that writes it.
struct Expected {
    text: String,
    command: String,
}

/// Generates the crates of the given releases, or of all pinned releases if none is given, and the
/// generated parts of the facade. Returns the files that changed, or in [`Mode::Check`] would change.
///
/// # Errors
///
/// Fails if something in `spec/` is missing, inconsistent or not supported, or if a file cannot be
/// read or written. Nothing is written unless every release can be generated.
pub fn generate(root: &Path, releases: &[Release], mode: Mode) -> Result<Vec<Change>> {
    generate_with_descriptions(root, releases, mode, &BTreeMap::new())
}

/// As [`generate`], with upstream's descriptions in the docs of the releases in the map.
pub(crate) fn generate_with_descriptions(
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
    let mut expected = BTreeMap::new();
    let mut sorted = pinned.clone();
    sorted.sort();
    let mut tables = Tables::default();
    let lowered = sorted.iter().map(|release| lower(root, &pins, *release, chosen, &mut tables));
    let mut models = lowered.collect::<Result<Vec<_>>>()?;
    let boxed = lean::boxed_fields(root, &models)?;
    for model in models.iter_mut().filter(|model| chosen.contains(&model.release)) {
        model.box_fields(&boxed);
        model.annotate(&history, descriptions.get(&model.release).unwrap_or(&none));
        add_crate(model, &mut expected)?;
    }
    add_catalogs(root, &sorted, &mut expected)?;
    tables.messages.check_references()?;
    let messages = render::messages(&tables.messages, sorted.last().copied())?;
    for (path, text) in [(MESSAGES, messages), (LIST_KEYS, render::list_keys(&tables.list_keys))] {
        expected.insert(path.to_owned(), Expected { text, command: regen(None) });
    }
    add_facade(root, &pinned, &history, &mut expected)?;
    let left_over = left_over(root, chosen, releases.is_empty(), &expected)?;

    let mut changes = Vec::new();
    for (path, Expected { text, command }) in expected {
        let file = root.join(&path);
        let state = match file.exists() {
            false => State::Missing,
            true if files::read(&file)? != text => State::Differs,
            true => continue,
        };
        if mode == Mode::Write {
            files::write(&file, &text)?;
        }
        changes.push(Change { path, state, command: (mode == Mode::Check).then_some(command) });
    }
    for (path, command) in left_over {
        if mode == Mode::Write {
            let top = if path.starts_with(MODELS) { MODELS } else { TESTS };
            files::remove(&root.join(&path), &root.join(top))?;
        }
        changes.push(Change {
            path,
            state: State::LeftOver,
            command: (mode == Mode::Check).then_some(command),
        });
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(changes)
}

/// What all releases have in one table each.
#[derive(Default)]
struct Tables {
    messages: Messages,
    list_keys: ListKeys,
}

/// Returns the model of a release, and adds its facts to the tables of earlier ones. If it is one of the chosen, JSON
/// and protobuf must agree on it.
fn lower(
    root: &Path,
    pins: &Pins,
    release: Release,
    chosen: &[Release],
    tables: &mut Tables,
) -> Result<Model> {
    let facts = pins.facts(root, release)?;
    let place = release.facts_path();
    if chosen.contains(&release) {
        protobuf::check(&facts, || pins.facts_before(root, release))
            .map_err(|failure| failure.within(&place))?;
    }
    tables.messages.add(&facts).map_err(|failure| failure.within(&place))?;
    tables.list_keys.add(&facts);
    let tag = &pins.require(release)?.tag;
    model::lower(facts, tag).map_err(|failure| failure.within(&place))
}

fn add_crate(model: &Model, expected: &mut BTreeMap<String, Expected>) -> Result<()> {
    let release = model.release;
    for (path, text) in render::crate_files(model)? {
        let path = format!("{MODELS}/{}/{path}", release.crate_name());
        expected.insert(path, Expected { text, command: regen(Some(release)) });
    }
    let test = Expected { text: render::every_type(model), command: regen(Some(release)) };
    expected.insert(format!("{TESTS}/{}.rs", release.crate_name()), test);
    Ok(())
}

fn add_catalogs(
    root: &Path,
    sorted: &[Release],
    expected: &mut BTreeMap<String, Expected>,
) -> Result<()> {
    let served = sorted.iter().map(|release| Ok((*release, model::served(root, *release)?)));
    for (path, text) in render::catalogs(&served.collect::<Result<Vec<_>>>()?) {
        expected.insert(format!("{CATALOGS}/{path}"), Expected { text, command: regen(None) });
    }
    Ok(())
}

fn add_facade(
    root: &Path,
    pinned: &[Release],
    history: &History,
    expected: &mut BTreeMap<String, Expected>,
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
        expected.insert(path.to_owned(), Expected { text, command: regen(None) });
    }
    Ok(())
}

/// Replaces the lines between the markers of a region.
fn replace_region(place: &str, manifest: &str, name: &str, lines: &str) -> Result<String> {
    let begin = format!("# @generated {name}: begin (cargo xtask regen)\n");
    let end = format!("# @generated {name}: end");
    let missing = |marker: &str| {
        let marker = marker.trim_end();
        Failure::new(format!("{place} has no line `{marker}`"))
            .hint("restore it where the generated lines belong")
    };
    let (before, rest) = manifest.split_once(&begin).ok_or_else(|| missing(&begin))?;
    let after = rest.find(&end).ok_or_else(|| missing(&end))?;
    Ok(format!("{before}{begin}{lines}{}", &rest[after..]))
}

/// Returns the files in generated crates and tests of releases that nothing generates, with the command
/// that removes each. If all releases are generated, this includes crates of releases that are not
/// pinned.
fn left_over(
    root: &Path,
    chosen: &[Release],
    all: bool,
    expected: &BTreeMap<String, Expected>,
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
        if (all || release.is_some()) && !expected.contains_key(&path) {
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
