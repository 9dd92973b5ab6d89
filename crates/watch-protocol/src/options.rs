//! The options of a stream.

/// Options of [`Watcher::stream`](../watch_runtime/struct.Watcher.html#method.stream). Both are off by default.
///
/// | | no `resource_version` given | `resource_version` given |
/// |---|---|---|
/// | unmanaged | Each watch starts without one: ADDED for what exists, then changes. After a timeout it starts over. | Each watch starts just after it. If it has expired, the stream ends with an error for which [`is_gone`](crate::WatchError::is_gone) returns true. |
/// | managed | The current state first, then every change from exactly that point. | Starts just after it. Each event advances it, and restarts and the next stream resume from there. If it has expired, the gap is repaired: see [`repair_gaps`](../watch_runtime/struct.Watcher.html#method.repair_gaps). |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamOptions {
    /// Whether the watcher tracks the resource version and resumes from it when a watch ends. A
    /// managed stream also reconnects when the connection breaks or the server asks it to wait. An
    /// unmanaged one ends with an error.
    pub manage_resource_version: bool,
    /// Whether the stream ends when a watch times out. Otherwise the watch restarts.
    pub quit_on_timeout: bool,
}

impl StreamOptions {
    /// Returns the recommended options: managed, with restarts after a timeout.
    pub const fn managed() -> Self {
        Self { manage_resource_version: true, quit_on_timeout: false }
    }

    /// Returns the defaults: unmanaged, with restarts after a timeout.
    pub const fn unmanaged() -> Self {
        Self { manage_resource_version: false, quit_on_timeout: false }
    }

    /// Sets `quit_on_timeout`.
    pub const fn quit_on_timeout(self, quit: bool) -> Self {
        Self { quit_on_timeout: quit, ..self }
    }
}
