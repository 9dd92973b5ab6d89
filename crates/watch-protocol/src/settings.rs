//! A watcher's settings, and their validation.

use std::time::Duration;

use watchable_core::selector::{FieldSelector, LabelSelector, ShardRange};
use watchable_core::{ResourceInfo, Scope};

use crate::encoding::Encoding;
use crate::error::{Kind, WatchError};
use crate::wire::Wire;

/// The settings of a watcher, validated when a stream starts.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The namespace that the watch is limited to.
    pub namespace: Option<String>,
    /// The label selector.
    pub label_selector: Option<String>,
    /// The field selector.
    pub field_selector: Option<String>,
    /// The shard of a managed stream: objects of others are not delivered, whether or not the server sends them.
    pub shard: Option<ShardRange>,
    /// How long a watch may last.
    pub timeout: Timeout,
    /// Whether bookmarks are requested. `None`: in a managed stream.
    pub allow_watch_bookmarks: Option<bool>,
    /// How many objects a page of a list has, at most.
    pub page_size: Option<u32>,
    /// How the initial list is requested.
    pub initial_list: InitialList,
    /// Where a managed stream starts without a version.
    pub start_from: StartFrom,
    /// The limit of an event's size, in bytes.
    pub max_event_bytes: Option<usize>,
    /// Whether a gap ends the stream instead of being repaired.
    pub ends_at_gaps: bool,
    /// Whether to wait for a resource that the server does not have.
    pub waits_for_resource: bool,
    /// The encoding of responses that is requested.
    pub encoding: Encoding,
    /// After how long a failing managed stream ends. `None`: never.
    pub give_up_after: Option<Duration>,
    /// Whether to decode objects without their `metadata.managedFields`.
    pub drops_managed_fields: bool,
    /// The encoding that is requested. `None`: protobuf, if the type has it, or else JSON.
    pub wire: Option<Wire>,
}

/// How a managed stream gets the initial list, and relists after a gap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum InitialList {
    /// As a streaming list (`sendInitialEvents`, KEP-3157), if the server supports it: neither side
    /// holds the complete list in memory. If the server rejects it, ignores it or does not end it,
    /// the watcher falls back to paged lists, now and later. A server that ignores it (Kubernetes
    /// 1.18 and older) is recognised only by a timeout: its objects are delivered at once, but the
    /// stream takes 10 s to become live, and up to 10 minutes if it sends new objects and nothing
    /// else.
    #[default]
    Streaming,
    /// As a paged list.
    Paged,
    /// As a list of any state that the server has cached (`resourceVersion=0`). This is cheap for
    /// the server, but the state may be older than what other watchers have seen. Relists after a
    /// gap are up to date.
    WatchCache,
}

/// Where a managed stream starts if no resource version is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartFrom {
    /// With the current state, as ADDED events, then every change from exactly that point.
    #[default]
    CurrentState,
    /// With the oldest event that the server still has, as hikaru does: all changes since then, but
    /// nothing about objects without one. If the server does not say how far back its history goes,
    /// the stream starts with the current state.
    OldestEvent,
}

/// How long a watch may last.
#[derive(Clone, Copy, Debug, Default)]
pub enum Timeout {
    /// The default: 1 s in an unmanaged stream, 5 to 10 minutes in a managed one.
    #[default]
    ByMode,
    /// At most this long.
    Limit(Duration),
    /// As long as the server allows.
    Server,
}

/// A setting that is empty or malformed.
#[derive(Debug)]
pub struct InvalidSetting {
    /// The name of the setting, as that of its method on a watcher.
    pub name: &'static str,
    /// What is wrong with it, and what would be right.
    pub reason: String,
}

impl InvalidSetting {
    /// Returns the error of a stream that cannot start because of the setting.
    pub fn into_error(self, resource: &ResourceInfo) -> WatchError {
        WatchError::new(format!("watching {resource}"), self.into())
    }
}

impl From<InvalidSetting> for Kind {
    fn from(InvalidSetting { name, reason }: InvalidSetting) -> Self {
        Self::Setting { name, reason }
    }
}

/// Validates the settings and the version to start from.
///
/// # Errors
///
/// Returns the first setting that is invalid.
pub fn check(
    settings: &Settings,
    version: Option<&str>,
    resource: &ResourceInfo,
    has_protobuf: bool,
) -> Result<(), InvalidSetting> {
    if let Some(namespace) = &settings.namespace {
        if !is_dns_label(namespace) {
            let reason = format!(
                "{namespace:?} is not a valid namespace name: up to 63 lower-case letters, digits and inner hyphens"
            );
            return Err(InvalidSetting { name: "namespace", reason });
        }
        if resource.scope() == Scope::Cluster {
            let reason = format!("{resource} is cluster-scoped: its objects lie in no namespace");
            return Err(InvalidSetting { name: "namespace", reason });
        }
    }
    if let Some(selector) = &settings.label_selector {
        selector.parse::<LabelSelector>().map_err(|error| InvalidSetting {
            name: "label_selector",
            reason: error.to_string(),
        })?;
    }
    if let Some(selector) = &settings.field_selector {
        selector.parse::<FieldSelector>().map_err(|error| InvalidSetting {
            name: "field_selector",
            reason: error.to_string(),
        })?;
    }
    if let Timeout::Limit(limit) = settings.timeout
        && limit.is_zero()
    {
        let reason = "it is zero; set None for no limit".to_owned();
        return Err(InvalidSetting { name: "timeout", reason });
    }
    if settings.page_size == Some(0) {
        let reason = "it is zero; a page has at least one object".to_owned();
        return Err(InvalidSetting { name: "page_size", reason });
    }
    if settings.max_event_bytes == Some(0) {
        let reason = "it is zero; no event is that small".to_owned();
        return Err(InvalidSetting { name: "max_event_bytes", reason });
    }
    if settings.wire == Some(Wire::Protobuf) && !has_protobuf {
        let reason = format!(
            "there is no protobuf of {resource} for this type, but JSON; Meta has the metadata of every kind in protobuf"
        );
        return Err(InvalidSetting { name: "wire", reason });
    }
    match version {
        Some("") => {
            let reason = "it is empty; omit it to start from the current state".to_owned();
            Err(InvalidSetting { name: "resource_version", reason })
        }
        Some(version) if version.chars().any(|c| c.is_whitespace() || c.is_control()) => {
            let reason =
                format!("{version:?} contains white space; copy versions as the server sent them");
            Err(InvalidSetting { name: "resource_version", reason })
        }
        _ => Ok(()),
    }
}

/// Whether the text is an RFC 1123 label, as names of namespaces are.
fn is_dns_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=63).contains(&text.len())
        && text.chars().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const POD: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
    const NODE: ResourceInfo = ResourceInfo::new("", "v1", "Node", "nodes", Scope::Cluster);

    /// Returns the name of the invalid setting.
    fn invalid(
        settings: &Settings,
        version: Option<&str>,
        resource: &ResourceInfo,
    ) -> Option<&'static str> {
        match check(settings, version, resource, false) {
            Ok(()) => None,
            Err(InvalidSetting { name, .. }) => Some(name),
        }
    }

    fn namespace(name: &str) -> Settings {
        Settings { namespace: Some(name.to_owned()), ..Settings::default() }
    }

    #[test]
    fn each_invalid_setting_is_named() {
        let text = |text: &str| Some(text.to_owned());
        for (settings, name) in [
            (namespace(""), "namespace"),
            (namespace("Shop"), "namespace"),
            (namespace("a/../b"), "namespace"),
            (Settings { label_selector: text(""), ..Settings::default() }, "label_selector"),
            (Settings { label_selector: text("a in b"), ..Settings::default() }, "label_selector"),
            (Settings { field_selector: text("name"), ..Settings::default() }, "field_selector"),
            (
                Settings { timeout: Timeout::Limit(Duration::ZERO), ..Settings::default() },
                "timeout",
            ),
            (Settings { page_size: Some(0), ..Settings::default() }, "page_size"),
            (Settings { max_event_bytes: Some(0), ..Settings::default() }, "max_event_bytes"),
            (Settings { wire: Some(Wire::Protobuf), ..Settings::default() }, "wire"),
        ] {
            assert_eq!(invalid(&settings, None, &POD), Some(name));
        }
        for version in ["", "1 2", "7\n"] {
            assert_eq!(
                invalid(&Settings::default(), Some(version), &POD),
                Some("resource_version")
            );
        }
        assert_eq!(invalid(&namespace("shop"), None, &NODE), Some("namespace"));
    }

    #[test]
    fn valid_settings_pass() {
        let settings = Settings {
            label_selector: Some("app in (a,b),!c".to_owned()),
            field_selector: Some("metadata.name=x".to_owned()),
            timeout: Timeout::Limit(Duration::from_millis(1)),
            page_size: Some(1),
            ..namespace("kube-system")
        };
        assert_eq!(invalid(&settings, Some("12345678901234567890123"), &POD), None);
    }
}
