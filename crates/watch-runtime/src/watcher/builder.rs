//! The settings of a watcher, as builder methods.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use watch_protocol::encoding::Encoding;
use watch_protocol::settings::Timeout;
use watch_protocol::{InitialList, StartFrom, Wire};
use watchable_core::selector::ShardRange;
use watchable_core::{NamespacedWatch, WatchTarget};

use crate::watcher::Watcher;

/// Settings. They are checked when a stream starts: if one is invalid, an error that names it is the
/// stream's only item.
impl<T: WatchTarget> Watcher<T> {
    /// Restricts the watch to objects in this namespace.
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self
    where
        T::Item: NamespacedWatch,
    {
        self.settings.namespace = Some(namespace.into());
        self.shared = Arc::default();
        self
    }

    /// Restricts the watch to objects whose labels match, for example `app=web,tier in (front, back)`.
    pub fn label_selector(mut self, selector: impl Into<String>) -> Self {
        self.settings.label_selector = Some(selector.into());
        self.shared = Arc::default();
        self
    }

    /// Restricts the watch to objects whose fields match, for example `metadata.name=web-1`.
    ///
    /// Which fields are supported depends on the resource; `metadata.name` and `metadata.namespace`
    /// always are.
    pub fn field_selector(mut self, selector: impl Into<String>) -> Self {
        self.settings.field_selector = Some(selector.into());
        self.shared = Arc::default();
        self
    }

    /// Restricts a managed stream to a shard of the objects, so that several processes share the work.
    ///
    /// The shard is requested with `shardSelector` ([KEP-5866](https://www.kubernetes.dev/resources/keps/5866/)). Most
    /// servers ignore it and send everything: objects of other shards are then received and skipped, neither
    /// decoded nor recorded. [`status`](Self::status) says which it is, once there was a list that is not a streaming one.
    /// Unmanaged streams are not restricted.
    ///
    /// An object keeps its shard for life. One that is deleted and created again under the same name has another
    /// uid, and may be in another shard.
    pub fn shard(mut self, shard: ShardRange) -> Self {
        self.settings.shard = Some(shard);
        self.shared = Arc::default();
        self
    }

    /// Sets the resource version to start from: the stream begins just after it.
    ///
    /// `0` means any version that the server has at hand; a managed stream then begins as without a
    /// version. A version that the server has not reached yet is not always an error: some servers
    /// accept it and send nothing until they reach it.
    pub fn resource_version(self, version: impl fmt::Display) -> Self {
        self.position.set_start(version.to_string());
        self
    }

    /// Limits how long each underlying watch request lasts, whether or not events arrive; `None` leaves
    /// the limit to the server.
    ///
    /// The default is 1 second in an unmanaged stream, and a random time between 5 and 10 minutes in a
    /// managed one. The API takes whole seconds, so fractions are rounded up.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.settings.timeout = timeout.into().map_or(Timeout::Server, Timeout::Limit);
        self
    }

    /// Sets whether the server may send bookmarks, which report its current resource version while no
    /// events occur. Bookmarks never become events. The default is true in managed streams and false in
    /// unmanaged ones.
    pub fn allow_watch_bookmarks(mut self, allow: bool) -> Self {
        self.settings.allow_watch_bookmarks = Some(allow);
        self
    }

    /// Sets the number of objects per page of a list; 500 by default.
    pub fn page_size(mut self, objects: u32) -> Self {
        self.settings.page_size = Some(objects);
        self
    }

    /// Sets how a managed stream gets the initial list: as a streaming list by default, if the server
    /// supports it.
    pub fn initial_list(mut self, how: InitialList) -> Self {
        self.settings.initial_list = how;
        self
    }

    /// Sets where a managed stream without a resource version begins: with the current state by default.
    pub fn start_from(mut self, from: StartFrom) -> Self {
        self.settings.start_from = from;
        self
    }

    /// Sets whether a managed stream repairs gaps; true by default. When the server no longer has the
    /// events that follow the stream's resource version (410), a repair relists and compares the list
    /// with what was delivered: the differences become events with
    /// [`Origin::Repair`](crate::Origin::Repair).
    ///
    /// A repair needs a record of name, UID and version of each delivered object, about 110 bytes each.
    /// For a type that does not decode from an object's identity alone, because it has required fields,
    /// the object's JSON is kept as well.
    ///
    /// Without repairs, a gap ends the stream with an error for which
    /// [`is_gone`](crate::WatchError::is_gone) returns true. If the initial list is interrupted, some of
    /// its objects may be delivered twice.
    ///
    /// The same repair follows when the server turns out to be at an older version than the stream
    /// ([`Cause::ServerRolledBack`](crate::Cause::ServerRolledBack): etcd was restored from a backup).
    /// Versions cannot be compared in this case, so every existing object is delivered as MODIFIED, even
    /// if it is unchanged. A rollback goes undetected if the server has already passed the stream's
    /// version when the stream reconnects: restore etcd with `--bump-revision` and `--mark-compacted`,
    /// [as its documentation recommends](https://etcd.io/docs/latest/op-guide/recovery).
    pub fn repair_gaps(mut self, repair: bool) -> Self {
        self.settings.ends_at_gaps = !repair;
        self
    }

    /// Sets whether a managed stream waits for a resource that the server does not serve; false by
    /// default. It retries with backoff, at least every 30 s, instead of ending with an error for which
    /// [`is_not_found`](crate::WatchError::is_not_found) returns true.
    ///
    /// Intended for custom resources whose CRD may be installed after the program has started, or be
    /// deleted and installed again. A misspelt resource is waited for forever, which
    /// [`status`](Self::status) shows as `BackingOff` with the cause `Rejected(404)`.
    pub fn wait_for_resource(mut self, wait: bool) -> Self {
        self.settings.waits_for_resource = wait;
        self
    }

    /// Sets whether the server compresses lists and watches with gzip; false by default. It reduces a
    /// list of Pods to about an eighth and a streaming list to about a third, for some CPU time on both sides:
    /// for slow or metered connections.
    ///
    /// Kubernetes compresses lists over 128 KiB, and since 1.37 watches that begin with the initial list
    /// ([`InitialList::Streaming`](crate::InitialList::Streaming)), but no watch that begins at a version. A
    /// response that is not compressed is read as it is.
    ///
    /// A client that decodes by itself, because the program enables kube's feature `gzip`, reads only the
    /// first event of a compressed watch. `watchables::connect` and `connect_to` turn that off;
    /// `Config::disable_compression` does in other clients. Without compression, any client works.
    pub fn compression(mut self, compression: bool) -> Self {
        self.settings.encoding = if compression { Encoding::Gzip } else { Encoding::Identity };
        self
    }

    /// Sets the encoding that is requested. By default, protobuf is requested of generated types and of
    /// [`Meta`](watchable_core::Meta), and JSON if the server has no protobuf; of all other types JSON alone. What
    /// is received is decoded as what the response says it is.
    ///
    /// [`Wire::Json`] suits tools that read the traffic. With [`Wire::Protobuf`], a server without protobuf of the
    /// resource rejects the request (406) instead of sending JSON. For a type that does not decode from protobuf, the
    /// stream's only item is an error.
    pub fn wire(mut self, wire: Wire) -> Self {
        self.settings.wire = Some(wire);
        self
    }

    /// Ends a managed stream that has failed for this long, with its last error; never by default, as
    /// long as a request has succeeded once. A stream has failed since its first failure after an event,
    /// a page of a list, or a connection that lasted for 10 s. With [`Duration::ZERO`] it ends at the first
    /// failure.
    ///
    /// Without it, a stream that was accepted once waits and retries, whatever a server, a proxy or the
    /// network responds: [`status`](Self::status) shows since when and why. It does end where waiting
    /// cannot help: when the server has not had the resource for 10 s (see
    /// [`wait_for_resource`](Self::wait_for_resource)), at a gap without
    /// [`repair_gaps`](Self::repair_gaps), and at an object larger than
    /// [`max_event_bytes`](Self::max_event_bytes).
    pub fn give_up_after(mut self, time: Duration) -> Self {
        self.settings.give_up_after = Some(time);
        self
    }

    /// Skips `metadata.managedFields` while decoding. These fields make up half of a Pod's JSON, and only
    /// matter to programs that inspect field ownership. They are also removed from the JSON of a
    /// [`DynamicObject`](watchable_core::DynamicObject).
    pub fn without_managed_fields(mut self) -> Self {
        self.settings.drops_managed_fields = true;
        self
    }

    /// Limits the size of an event or of a list's item, in bytes; 64 MiB by default. A larger one ends
    /// the stream with an error.
    pub fn max_event_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_event_bytes = Some(bytes);
        self
    }
}
