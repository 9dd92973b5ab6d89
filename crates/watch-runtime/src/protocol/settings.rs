//! A watcher's settings, and what makes one of them wrong.

use std::time::Duration;

use watchable_core::selector::{FieldSelector, LabelSelector};
use watchable_core::{ResourceInfo, Scope};

use crate::protocol::error::Kind;

/// What the user set; checked when a stream starts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) namespace: Option<String>,
    pub(crate) label_selector: Option<String>,
    pub(crate) field_selector: Option<String>,
    pub(crate) timeout: Timeout,
    pub(crate) allow_watch_bookmarks: Option<bool>,
    pub(crate) page_size: Option<u32>,
    pub(crate) initial_list: InitialList,
    pub(crate) start_from: StartFrom,
    pub(crate) max_event_bytes: Option<usize>,
    /// Whether gaps are not to be repaired.
    pub(crate) ends_at_gaps: bool,
    /// Whether a resource that the server does not have is waited for.
    pub(crate) waits_for_resource: bool,
    /// Whether objects are decoded without their `metadata.managedFields`.
    pub(crate) drops_managed_fields: bool,
}

/// How a managed stream gets the state that there is when it begins, and after a gap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum InitialList {
    /// As a stream of events (`sendInitialEvents`, KEP-3157), where the server can do it: neither side
    /// ever holds the whole of it. A server that refuses, ignores or does not end it is asked for a
    /// list instead, now and from then on. One that ignores it (Kubernetes 1.18 and older) is only
    /// known by its silence: its objects are delivered at once, but it takes 10 s until the stream
    /// goes on.
    #[default]
    Streaming,
    /// As a list, page by page.
    Paged,
    /// At the beginning as a list of whatever state the server has at hand (`resourceVersion=0`):
    /// cheap for the server, but it may be an older one than other watchers have seen. After a gap
    /// the list is up to date.
    WatchCache,
}

/// Where a managed stream begins, when no version was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartFrom {
    /// With the state that there is, as ADDED events, then every change from exactly that point.
    #[default]
    CurrentState,
    /// With the oldest event that the server still has, as hikaru does: everything that happened
    /// since, but nothing of objects that nothing happened to. Where the server does not tell how far
    /// its history goes back, the stream begins with the current state.
    OldestEvent,
}

/// How long an underlying watch may last.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Timeout {
    /// Nothing was said: 1 s in an unmanaged stream, 5 to 10 minutes in a managed one.
    #[default]
    ByMode,
    /// At most this long.
    Limit(Duration),
    /// As long as the server lets it.
    Server,
}

/// A setting that is empty or malformed.
#[derive(Debug)]
pub(crate) struct InvalidSetting {
    pub(crate) name: &'static str,
    pub(crate) reason: String,
}

impl From<InvalidSetting> for Kind {
    fn from(InvalidSetting { name, reason }: InvalidSetting) -> Self {
        Self::Setting { name, reason }
    }
}

/// Checks the settings and the version to start from; names the first that is wrong.
pub(crate) fn check(
    settings: &Settings,
    version: Option<&str>,
    resource: &ResourceInfo,
) -> Result<(), InvalidSetting> {
    if let Some(namespace) = &settings.namespace {
        if !is_dns_label(namespace) {
            let reason = format!(
                "{namespace:?} is not the name of a namespace: up to 63 of lower-case letters, digits and inner hyphens"
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
        let reason = "it is zero; for no limit of your own, set None".to_owned();
        return Err(InvalidSetting { name: "timeout", reason });
    }
    if settings.page_size == Some(0) {
        let reason = "it is zero; a page holds at least one object".to_owned();
        return Err(InvalidSetting { name: "page_size", reason });
    }
    if settings.max_event_bytes == Some(0) {
        let reason = "it is zero; no event is that small".to_owned();
        return Err(InvalidSetting { name: "max_event_bytes", reason });
    }
    match version {
        Some("") => {
            let reason = "it is empty; leave it out to start from the current state".to_owned();
            Err(InvalidSetting { name: "resource_version", reason })
        }
        Some(version) if version.chars().any(|c| c.is_whitespace() || c.is_control()) => {
            let reason = format!("{version:?} holds white space; versions are copied as they came");
            Err(InvalidSetting { name: "resource_version", reason })
        }
        _ => Ok(()),
    }
}

/// RFC 1123, as namespaces are named.
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

    /// The name of the setting at fault.
    fn fault(
        settings: &Settings,
        version: Option<&str>,
        resource: &ResourceInfo,
    ) -> Option<&'static str> {
        match check(settings, version, resource) {
            Ok(()) => None,
            Err(InvalidSetting { name, .. }) => Some(name),
        }
    }

    fn namespace(name: &str) -> Settings {
        Settings { namespace: Some(name.to_owned()), ..Settings::default() }
    }

    #[test]
    fn each_wrong_setting_is_named() {
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
        ] {
            assert_eq!(fault(&settings, None, &POD), Some(name));
        }
        for version in ["", "1 2", "7\n"] {
            assert_eq!(fault(&Settings::default(), Some(version), &POD), Some("resource_version"));
        }
        assert_eq!(fault(&namespace("shop"), None, &NODE), Some("namespace"));
    }

    #[test]
    fn sound_settings_pass() {
        let settings = Settings {
            label_selector: Some("app in (a,b),!c".to_owned()),
            field_selector: Some("metadata.name=x".to_owned()),
            timeout: Timeout::Limit(Duration::from_millis(1)),
            page_size: Some(1),
            ..namespace("kube-system")
        };
        assert_eq!(fault(&settings, Some("12345678901234567890123"), &POD), None);
    }
}
