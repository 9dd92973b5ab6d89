//! The server that is held to the cases.

use std::fmt;
use std::pin::Pin;

use kube_client::Client;
use serde::Deserialize;

/// What only a server's owner can do to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Needs {
    /// Forget all history before now.
    Compact,
}

/// A release, as `1.20`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(pub u32, pub u32);

/// Does to the server what a case needs.
pub type Control =
    Box<dyn Fn(Needs) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// A server.
pub struct Target {
    /// Reaches it.
    pub client: Client,
    /// What it is.
    pub release: Release,
    /// How its owner acts on it, where we are its owner.
    pub control: Option<Control>,
    /// The value of [`RUN_LABEL`] on every namespace and definition that the cases make, so that none is
    /// left behind on a server that goes on.
    pub run: String,
}

/// The label by which all that a run has made is found again.
pub const RUN_LABEL: &str = "watchables.example.com/run";

impl Release {
    /// Reads the numbers of `/version`: clouds write a minor version such as `20+`.
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
