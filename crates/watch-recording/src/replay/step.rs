//! A step of a replay, for those who show it.

use std::fmt;

use jiff::Timestamp;
use watch_runtime::EventType;
use watchable_core::ResourceInfo;

/// An event that a step has put into the server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// When the event was recorded.
    pub time: Timestamp,
    /// The resource of the object.
    pub resource: ResourceInfo,
    /// What happened to it.
    pub etype: EventType,
    /// Its namespace; `None` if the resource is of the cluster.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// The resource version of the event.
    pub version: u64,
}

/// `2026-01-02T03:04:05Z MODIFIED pods shop/web-1 @1234`
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time, resource, etype, namespace, name, version } = self;
        let dot = if resource.group().is_empty() { "" } else { "." };
        write!(f, "{time} {} {}{dot}{} ", etype.as_str(), resource.plural(), resource.group())?;
        if let Some(namespace) = namespace {
            write!(f, "{namespace}/")?;
        }
        write!(f, "{name} @{version}")
    }
}
