//! How one stream of a watcher behaves.

/// Options of [`Watcher::stream`](crate::Watcher::stream). Both are off by default.
///
/// | | no `resource_version` given | `resource_version` given |
/// |---|---|---|
/// | unmanaged | Each underlying watch starts with none: ADDED for what exists, then changes. After a timeout it begins again. | Each underlying watch starts just after it. Too old a version ends the stream with an error for which [`is_gone`](crate::WatchError::is_gone) holds. |
/// | managed | The current state first, then every change from exactly that point. | Starts just after it, and each event moves it forward: restarts, and the next stream, go on from there. Too old: the gap is repaired, see [`repair_gaps`](crate::Watcher::repair_gaps). |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamOptions {
    /// Whether the watcher keeps track of the resource version and goes on from it when an
    /// underlying watch ends. A managed stream also re-connects when the connection breaks or the
    /// server asks it to wait; an unmanaged one reports that and ends.
    pub manage_resource_version: bool,
    /// Whether the stream ends when an underlying watch times out. Otherwise it restarts the watch.
    pub quit_on_timeout: bool,
}

impl StreamOptions {
    /// The recommended options: the resource version managed, and restarts after a timeout.
    pub const fn managed() -> Self {
        Self { manage_resource_version: true, quit_on_timeout: false }
    }

    /// The defaults: nothing managed, and restarts after a timeout.
    pub const fn unmanaged() -> Self {
        Self { manage_resource_version: false, quit_on_timeout: false }
    }

    /// The same options with `quit_on_timeout` set.
    pub const fn quit_on_timeout(self, quit: bool) -> Self {
        Self { quit_on_timeout: quit, ..self }
    }
}
