//! Creates a recording, or goes on in one that exists.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use watch_runtime::{Delivered, Position};
use watchable_core::secrets::HashKey;

use super::parts;
use super::progress::Progress;
use super::sink::{Limits, Sink};
use crate::append::end_state::EndState;
use crate::append::ending;
use crate::error::{Kind, RecordingError};
use crate::header::{Header, RecordedResource};
use crate::input::chunks;
use crate::key_file;
use crate::places;
use crate::recording::Recording;
use crate::writer::{Writer, lock};

/// A recording that is open for writing.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) sink: Sink,
    /// What each source has recorded already.
    pub(super) delivered: Vec<Delivered>,
    /// The key of its hashes, if values are replaced.
    pub(super) key: Option<HashKey>,
}

/// Opens a recording for writing.
pub(super) fn open(
    path: PathBuf,
    header: Header,
    is_append: bool,
    limits: Limits,
) -> Result<Opened, RecordingError> {
    let io = |action| RecordingError::io(&path, action);
    if !path.try_exists().map_err(io("open"))? {
        let last = parts::existing(&path).map_err(io("create"))?.pop();
        match last {
            // The recorder was killed between two renames.
            Some((_, last)) if is_append => fs::rename(last, &path).map_err(io("rename"))?,
            Some((_, last)) => return Err(RecordingError::new(&last, Kind::Exists)),
            None => return create(path, header, limits),
        }
    }
    if is_append {
        append(path, &header, limits)
    } else {
        Err(RecordingError::new(&path, Kind::Exists))
    }
}

fn create(path: PathBuf, mut header: Header, limits: Limits) -> Result<Opened, RecordingError> {
    let io = |action| RecordingError::io(&path, action);
    // So that a recording never is without its header.
    remove_unfinished(&path)?;
    let is_active = header.redaction.is_active();
    let key = is_active.then(|| key_file::load_or_create(&path)).transpose()?;
    header.redaction.key = key.as_ref().map(HashKey::fingerprint);
    let unfinished = parts::unfinished(&path);
    let mut writer = Writer::create(&unfinished, parts::is_compressed_name(&path), &header)?;
    writer.finish()?;
    fs::rename(&unfinished, &path).map_err(io("create"))?;
    parts::sync_folder(&path).map_err(io("create"))?;
    writer.set_path(&path);
    let sources: Vec<_> = header.resources.iter().map(|it| Progress::new(&it.source)).collect();
    let delivered = sources.iter().map(|_| Delivered::new(Position::default())).collect();
    let sink = Sink::new(path, header, writer, sources, limits);
    Ok(Opened { sink, delivered, key })
}

fn append(path: PathBuf, wanted: &Header, limits: Limits) -> Result<Opened, RecordingError> {
    let io = |action| RecordingError::io(&path, action);
    let file = File::options().read(true).append(true).open(&path);
    let mut file = file.map_err(io("open"))?;
    lock(&path, &file)?;
    remove_unfinished(&path)?;
    let recording = Recording::open(&path)?;
    let mut header = recording.header().clone();
    if let Some(reason) = mismatch(&header, wanted) {
        return Err(RecordingError::new(&path, Kind::Mismatch(reason)));
    }
    let key = key_to_append(&path, &header)?;
    header.redaction.key = key.as_ref().map(HashKey::fingerprint);
    let is_compressed = chunks::is_compressed(&mut file).map_err(io("read"))?;
    let snapshots = places::snapshots(&path, is_compressed)?;
    let last = snapshots.last().map_or(0, |place| place.offset);
    ending::mend(&path, &mut file, is_compressed, last)?;
    // What was cut off may have been the last snapshot.
    let len = file.metadata().map_err(io("read"))?.len();
    let snapshots: Vec<_> = snapshots.into_iter().filter(|place| place.offset < len).collect();
    let mut end = EndState::read(recording.file(), &snapshots, header.started)?;
    let mut writer = Writer::resume(&path, file, is_compressed, end.resumed)?;

    let mut sources = Vec::new();
    let mut delivered = Vec::new();
    for RecordedResource { source, .. } in &header.resources {
        let recorded = end.sources.remove(source).unwrap_or_default();
        let (progress, recorded) = Progress::resume(source, recorded);
        sources.push(progress);
        delivered.push(recorded);
    }
    let mut continued = wanted.clone();
    continued.part = header.part;
    continued.redaction.clone_from(&header.redaction);
    writer.header(&continued)?;
    writer.sync()?;
    header.release.clone_from(&wanted.release);
    let sink = Sink::new(path, header, writer, sources, limits);
    Ok(Opened { sink, delivered, key })
}

/// Returns the key with which the hashes of a recording were made.
fn key_to_append(path: &Path, header: &Header) -> Result<Option<HashKey>, RecordingError> {
    if !header.redaction.is_active() {
        return Ok(None);
    }
    let Some(fingerprint) = &header.redaction.key else {
        return key_file::load_or_create(path).map(Some);
    };
    let file = key_file::path_of(path);
    let fault = match key_file::load(path)? {
        Some(key) if key.fingerprint() == *fingerprint => return Ok(Some(key)),
        Some(_) => "is another one",
        None => "is missing",
    };
    let reason = format!(
        "the key of its hashes, {}, {fault}, and with a new one all replaced values would seem to have changed; restore \
         it, or choose another file",
        file.display()
    );
    Err(RecordingError::new(path, Kind::Mismatch(reason)))
}

/// Removes what a recorder has left that was killed while it began a file.
fn remove_unfinished(path: &Path) -> Result<(), RecordingError> {
    let unfinished = parts::unfinished(path);
    match File::open(&unfinished) {
        Ok(file) => lock(&unfinished, &file)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(RecordingError::io(&unfinished, "open")(error)),
    }
    fs::remove_file(&unfinished).map_err(RecordingError::io(&unfinished, "remove"))
}

/// Returns why a recording cannot be continued with what is wanted now.
fn mismatch(header: &Header, wanted: &Header) -> Option<String> {
    if let (Some(recorded), Some(current)) = (&header.cluster, &wanted.cluster)
        && recorded != current
    {
        return Some(format!(
            "it is of the cluster {recorded}, and this is the cluster {current}; choose another file"
        ));
    }
    let described = |resources: &[RecordedResource]| -> String {
        let mut all: Vec<_> = resources.iter().map(describe).collect();
        all.sort();
        all.join(", ")
    };
    let (recorded, current) = (described(&header.resources), described(&wanted.resources));
    if recorded != current {
        return Some(format!(
            "it is of {recorded}, and not of {current}; record the same, or choose another file"
        ));
    }
    (!header.redaction.is_same(&wanted.redaction)).then(|| {
        let of = |header: &Header| {
            let secrets = if header.redaction.secrets { "without" } else { "with" };
            let paths = match header.redaction.paths.as_slice() {
                [] => String::new(),
                paths => format!(" and without {}", paths.join(", ")),
            };
            format!("{secrets} values of Secrets{paths}")
        };
        format!(
            "it was recorded {}, and not {}; redact the same, or choose another file",
            of(header),
            of(wanted)
        )
    })
}

fn describe(recorded: &RecordedResource) -> String {
    let mut text = recorded.source.clone();
    if text != recorded.resource.to_string() {
        text = format!("{text} ({})", recorded.resource);
    }
    for (name, value) in [
        ("in the namespace", &recorded.namespace),
        ("with the labels", &recorded.label_selector),
        ("with the fields", &recorded.field_selector),
    ] {
        if let Some(value) = value {
            text = format!("{text} {name} {value:?}");
        }
    }
    text
}

/// Whether a recording of this name could be created, or continued.
pub(super) fn check_path(path: &Path) -> Result<(), RecordingError> {
    // A path drops the slash at its end.
    let is_folder = path.as_os_str().as_encoded_bytes().ends_with(b"/") || path.is_dir();
    let reason = match path.file_name() {
        Some(_) if is_folder => format!("{} is a folder; name a file in it", path.display()),
        Some(_) => return Ok(()),
        None => format!("{} is no name of a file", path.display()),
    };
    Err(RecordingError::new(path, Kind::Setting(reason)))
}
