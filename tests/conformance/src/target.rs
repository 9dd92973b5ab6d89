//! The server under test.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::AtomicUsize;

use kube_client::Client;
use serde::Deserialize;
use watchables::Wire;

/// An action that only the server's owner can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Needs {
    /// Compact the history at the current version.
    Compact,
}

/// A Kubernetes release: major and minor version, as in `1.20`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(pub u32, pub u32);

/// A callback that takes an action on the server.
pub type Control =
    Box<dyn Fn(Needs) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// A server under test.
pub struct Target {
    /// Connects to the server.
    pub client: Client,
    /// The server's release.
    pub release: Release,
    /// Acts on the server; `None` if the suite did not start it.
    pub control: Option<Control>,
    /// The value of [`RUN_LABEL`] on every namespace and `CustomResourceDefinition` that the cases create, by
    /// which a shared server is cleaned up.
    pub run: String,
    /// What responses are requested in. Steps that say what they accept get that.
    pub wire: Wire,
    /// The number of responses in protobuf.
    pub in_protobuf: AtomicUsize,
}

/// The label on everything a run creates outside of namespaces.
pub const RUN_LABEL: &str = "watchables.example.com/run";

impl Release {
    /// Parses the numbers of `/version`. Cloud providers report minor versions such as `20+`.
    pub fn of(major: &str, minor: &str) -> Option<Self> {
        Some(Self(major.parse().ok()?, minor.trim_end_matches('+').parse().ok()?))
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

impl<'de> Deserialize<'de> for Release {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (major, minor) = text.split_once('.').unwrap_or_default();
        Self::of(major, minor)
            .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not a release")))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("release", &self.release).finish_non_exhaustive()
    }
}
