//! The error type of the crate.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use watch_protocol::identity::Identity;
use watch_runtime::EventType;

/// An error of a recording. Its message names the file, what is wrong with it, and what to do about it.
///
/// The kind is private so that kinds can be added; use the predicates.
#[derive(Debug)]
pub struct RecordingError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// The file cannot be read or written; `action` says which.
    Io { action: &'static str, source: io::Error },
    /// The file does not begin with a header.
    NotARecording(String),
    /// The file has a newer major version of the format.
    Newer { version: String },
    /// Something in the middle of the file is not as it was written.
    Damaged(Place, String),
    /// The file exists, and is not to be appended to.
    Exists,
    /// The file is a recording of something else.
    Mismatch(String),
    /// Another recorder writes the file.
    Locked,
    /// A setting cannot be used.
    Setting(String),
    /// It cannot be found out which cluster it is.
    Cluster(Box<watch_runtime::ClusterUidError>),
    /// An object does not decode into a type.
    Undecodable { object: String, source: Box<watchable_core::json::Error> },
    /// A watch failed.
    Watch(watch_runtime::WatchError),
}

/// Where in a file something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The line, counted from 1; 0 if it is not known.
    pub line: u64,
    /// The offset in bytes: of the line, or in a compressed recording of its frame.
    pub offset: u64,
    /// Whether the offset is that of a zstd frame.
    pub is_frame: bool,
}

/// An event whose object does not decode.
pub(crate) struct UndecodableEvent<'a> {
    pub(crate) time: Timestamp,
    pub(crate) source: &'a str,
    pub(crate) etype: EventType,
    pub(crate) object: &'a [u8],
}

impl RecordingError {
    pub(crate) fn new(path: &Path, kind: Kind) -> Self {
        Self(Box::new(Inner { path: path.to_owned(), kind }))
    }

    pub(crate) fn io(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::new(&path, Kind::Io { action, source })
    }

    /// The object of an event does not decode into a type.
    pub(crate) fn undecodable(
        path: &Path,
        event: &UndecodableEvent<'_>,
        error: watchable_core::json::Error,
    ) -> Self {
        let UndecodableEvent { time, source, etype, object } = *event;
        let object = Identity::of_json(object).map(|it| it.to_string()).unwrap_or_default();
        let object = format!("the {etype} {object} of {source} at {time:.6}");
        Self::new(path, Kind::Undecodable { object, source: Box::new(error) })
    }

    /// Returns where the recording is damaged. Reading goes on after it with
    /// [`OpenOptions::skip_damaged`](crate::OpenOptions::skip_damaged).
    pub fn damaged_at(&self) -> Option<Place> {
        match &self.0.kind {
            Kind::Damaged(place, _) => Some(*place),
            _ => None,
        }
    }

    /// Whether the file could not be read or written.
    pub fn is_io(&self) -> bool {
        matches!(self.0.kind, Kind::Io { .. })
    }

    /// Whether the file is no recording.
    pub fn is_not_a_recording(&self) -> bool {
        matches!(self.0.kind, Kind::NotARecording(_))
    }

    /// Whether the recording has a newer major version of the format than this program knows.
    pub fn is_newer_format(&self) -> bool {
        matches!(self.0.kind, Kind::Newer { .. })
    }

    /// Whether the file exists already.
    pub fn is_already_existing(&self) -> bool {
        matches!(self.0.kind, Kind::Exists)
    }

    /// Whether the recording is of another cluster, or of other resources or selectors.
    pub fn is_mismatch(&self) -> bool {
        matches!(self.0.kind, Kind::Mismatch(_))
    }

    /// Whether another recorder writes the file.
    pub fn is_locked(&self) -> bool {
        matches!(self.0.kind, Kind::Locked)
    }

    /// Whether a setting cannot be used.
    pub fn is_invalid_setting(&self) -> bool {
        matches!(self.0.kind, Kind::Setting(_))
    }

    /// Whether an object did not decode into the type of an event. The events go on after it.
    pub fn is_decode(&self) -> bool {
        matches!(self.0.kind, Kind::Undecodable { .. })
    }

    /// Returns the error of the watch that failed.
    pub fn watch_error(&self) -> Option<&watch_runtime::WatchError> {
        match &self.0.kind {
            Kind::Watch(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.0.path.display();
        match &self.0.kind {
            Kind::Io { action, .. } => write!(f, "cannot {action} the recording {path}"),
            Kind::NotARecording(reason) => write!(f, "{path} is not a recording: {reason}"),
            Kind::Newer { version } => write!(
                f,
                "the recording {path} has version {version} of the format, and this program reads versions up to {}; \
                 use a newer release of it",
                crate::header::VERSION
            ),
            Kind::Damaged(place, reason) => write!(
                f,
                "the recording {path} is damaged at {place}: {reason}; what is undamaged can be read by skipping \
                 what is damaged"
            ),
            Kind::Exists => {
                write!(f, "{path} exists already; append to it, or choose another name")
            }
            Kind::Mismatch(reason) => write!(f, "cannot append to the recording {path}: {reason}"),
            Kind::Locked => write!(f, "another recorder is writing the recording {path}"),
            Kind::Setting(reason) => f.write_str(reason),
            Kind::Cluster(_) => f.write_str("cannot find out which cluster is recorded"),
            Kind::Undecodable { object, .. } => {
                write!(f, "the recording {path}: {object} does not decode")
            }
            Kind::Watch(_) => write!(f, "the recording {path} ended"),
        }
    }
}

impl Error for RecordingError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0.kind {
            Kind::Io { source, .. } => Some(source),
            Kind::Undecodable { source, .. } => Some(source.as_ref()),
            Kind::Watch(source) => Some(source),
            Kind::Cluster(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}

/// `line 7, byte 1234`, or `line 7, in the frame at byte 1234`, without the line if it is not known.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, offset, is_frame } = self;
        let place = if *is_frame { "in the frame at byte" } else { "byte" };
        match line {
            0 => write!(f, "{place} {offset}"),
            _ => write!(f, "line {line}, {place} {offset}"),
        }
    }
}
