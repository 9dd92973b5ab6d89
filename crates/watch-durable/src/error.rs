//! The error of durable streams.

use std::error::Error;
use std::fmt;

use watch_runtime::{ClusterUidError, WatchError};

use crate::header::FORMAT;
use crate::store::StoreError;

/// An error of a durable stream. Its message says what failed, and what to do about it.
///
/// The kind is private so that kinds can be added; use the predicates.
#[derive(Debug)]
pub struct DurableError(Box<Kind>);

#[derive(Debug)]
pub(crate) enum Kind {
    Watch(WatchError),
    /// The checkpoint could not be read.
    Load {
        stream: String,
        source: StoreError,
    },
    /// The checkpoint could not be written.
    Commit {
        stream: String,
        source: StoreError,
    },
    Cluster(ClusterUidError),
    /// The namespace that identifies the cluster may not be read.
    UnknownCluster {
        stream: String,
    },
    /// The checkpoint is of something else.
    Mismatch {
        stream: String,
        what: &'static str,
        checkpoint: String,
        stream_has: String,
    },
    /// The checkpoint was written by a newer version.
    Format {
        stream: String,
        format: u64,
    },
    /// A row is none of this format.
    Damaged {
        stream: String,
        what: &'static str,
    },
    /// The event to commit up to was not handed out by this stream.
    ForeignEvent,
}

impl DurableError {
    pub(crate) fn new(kind: Kind) -> Self {
        Self(Box::new(kind))
    }

    /// Whether an object did not decode into its type. The stream continues after it.
    pub fn is_decode(&self) -> bool {
        matches!(&*self.0, Kind::Watch(error) if error.is_decode())
    }

    /// Whether the checkpoint could not be written. Nothing that was committed before is lost, nothing of this commit
    /// counts as done, and it may be tried again.
    pub fn is_commit(&self) -> bool {
        matches!(&*self.0, Kind::Commit { .. })
    }

    /// Whether the checkpoint is of another cluster, resource, namespace or selector, or of a newer format.
    pub fn is_mismatch(&self) -> bool {
        matches!(&*self.0, Kind::Mismatch { .. } | Kind::Format { .. })
    }

    /// Returns what the checkpoint is of, if it is of another cluster, resource, namespace or selector than the stream:
    /// `another label selector: app=a, but the stream is of app=b`.
    pub fn mismatch(&self) -> Option<String> {
        match &*self.0 {
            Kind::Mismatch { what, checkpoint, stream_has, .. } => {
                Some(format!("another {what}: {checkpoint}, but the stream is of {stream_has}"))
            }
            _ => None,
        }
    }

    /// Whether the stream ended with this error: true for all but [`is_decode`](Self::is_decode) and
    /// [`is_commit`](Self::is_commit).
    pub fn is_terminal(&self) -> bool {
        !self.is_decode() && !self.is_commit()
    }

    /// Returns the error of the watcher, if it is one.
    pub fn watch_error(&self) -> Option<&WatchError> {
        match &*self.0 {
            Kind::Watch(error) => Some(error),
            _ => None,
        }
    }
}

impl From<WatchError> for DurableError {
    fn from(error: WatchError) -> Self {
        Self::new(Kind::Watch(error))
    }
}

impl fmt::Display for DurableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Watch(error) => error.fmt(f),
            Kind::Load { stream, .. } => write!(f, "reading the checkpoint {stream:?}"),
            Kind::Commit { stream, .. } => write!(f, "writing the checkpoint {stream:?}"),
            Kind::Cluster(error) => error.fmt(f),
            Kind::UnknownCluster { stream } => write!(
                f,
                "the checkpoint {stream:?} needs to know which cluster it is of: allow the user to get the namespace \
                 kube-system, whose uid identifies the cluster, or name the cluster with `cluster`"
            ),
            Kind::Mismatch { stream, what, checkpoint, stream_has } => write!(
                f,
                "the checkpoint {stream:?} is of another {what}: {checkpoint}, but the stream is of {stream_has}; \
                 use another name for this stream, or remove the checkpoint to begin anew"
            ),
            Kind::Format { stream, format } => write!(
                f,
                "the checkpoint {stream:?} has format {format}, and this program knows formats up to {FORMAT}: \
                 it was written by a newer version, which has to be used from now on"
            ),
            Kind::Damaged { stream, what } => write!(
                f,
                "the checkpoint {stream:?} is damaged: {what}; restore it from a copy, or remove it to begin anew"
            ),
            Kind::ForeignEvent => f.write_str(
                "the event was handed out by another stream, or by this one before a restart",
            ),
        }
    }
}

impl Error for DurableError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &*self.0 {
            Kind::Watch(error) => error.source(),
            Kind::Cluster(error) => error.source(),
            Kind::Load { source, .. } | Kind::Commit { source, .. } => Some(source),
            _ => None,
        }
    }
}
