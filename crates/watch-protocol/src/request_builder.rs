//! Builds the requests of a stream from its settings.

#[cfg(test)]
mod tests;

use std::time::Duration;

use form_urlencoded::Serializer;
use http::Request;
use http::header::{ACCEPT, ACCEPT_ENCODING};
use watchable_core::ResourceInfo;
use watchable_core::selector::ShardRange;

use crate::accept::{Accepted, Contents};
use crate::encoding;
use crate::options::StreamOptions;
use crate::settings::{InitialList, Settings, StartFrom, Timeout};
use crate::wire::Wire;

/// The default page size, as in client-go's pager.
const PAGE_SIZE: u32 = 500;
/// The default timeout of a watch in an unmanaged stream, as in hikaru.
const UNMANAGED_TIMEOUT: Duration = Duration::from_secs(1);
/// The default timeout of a watch in a managed stream is random within these bounds, in seconds, as
/// in client-go's reflector, so that a thousand watchers do not reconnect at once.
const MANAGED_TIMEOUT_SECONDS: std::ops::RangeInclusive<u64> = 5 * 60..=10 * 60;

/// The default limit of an event's size, in bytes. Events over 1 MiB occur.
const MAX_EVENT_BYTES: usize = 64 << 20;

/// Builds the requests of a stream.
#[derive(Clone, Debug)]
pub struct RequestBuilder {
    resource: ResourceInfo,
    settings: Settings,
    options: StreamOptions,
    represented: Represented,
    has_protobuf: bool,
    keeps_objects: bool,
}

/// What objects are represented by.
#[derive(Clone, Copy, Debug, Default)]
struct Represented {
    /// Only their metadata.
    metadata_only: bool,
    /// Rows of a table.
    as_table: bool,
}

impl RequestBuilder {
    /// Creates the requests of a stream, for objects of which neither only the metadata nor protobuf is wanted.
    /// The settings must be valid: see [`check`](crate::settings::check).
    pub fn new(resource: ResourceInfo, settings: Settings, options: StreamOptions) -> Self {
        Self {
            resource,
            settings,
            options,
            represented: Represented::default(),
            has_protobuf: false,
            keeps_objects: false,
        }
    }

    /// Sets whether only metadata is requested.
    pub fn metadata_only(mut self, metadata_only: bool) -> Self {
        self.represented.metadata_only = metadata_only;
        self
    }

    /// Sets whether rows of a table are requested, whose objects have only their metadata if that is what is requested.
    pub fn as_table(mut self, as_table: bool) -> Self {
        self.represented.as_table = as_table;
        self
    }

    /// Sets whether objects can be decoded from protobuf.
    pub fn has_protobuf(self, has_protobuf: bool) -> Self {
        Self { has_protobuf, ..self }
    }

    /// Sets whether objects are stored as delivered, for tombstones with more than an identity.
    pub fn keeping_objects(self, keeps_objects: bool) -> Self {
        Self { keeps_objects, ..self }
    }

    #[cfg(test)]
    pub(crate) fn with_options(self, options: StreamOptions) -> Self {
        Self { options, ..self }
    }

    pub(crate) fn resource(&self) -> &ResourceInfo {
        &self.resource
    }

    pub(crate) fn namespace(&self) -> Option<&str> {
        self.settings.namespace.as_deref()
    }

    /// The shard that the stream is limited to. Unmanaged streams are as the server sends them.
    pub(crate) fn shard(&self) -> Option<ShardRange> {
        self.settings.shard.filter(|_| self.options.manage_resource_version)
    }

    pub(crate) fn options(&self) -> StreamOptions {
        self.options
    }

    pub(crate) fn initial_list(&self) -> InitialList {
        self.settings.initial_list
    }

    pub(crate) fn start_from(&self) -> StartFrom {
        self.settings.start_from
    }

    #[cfg(test)]
    pub(crate) fn repairs_gaps(&self) -> bool {
        !self.settings.ends_at_gaps
    }

    pub(crate) fn waits_for_resource(&self) -> bool {
        self.settings.waits_for_resource
    }

    pub(crate) fn give_up_after(&self) -> Option<Duration> {
        self.settings.give_up_after
    }

    pub(crate) fn is_table(&self) -> bool {
        self.represented.as_table
    }

    pub(crate) fn keeps_objects(&self) -> bool {
        self.keeps_objects
    }

    /// Whether responses may be encoded so. JSON can always be decoded, requested or not.
    pub(crate) fn accepts(&self, wire: Wire) -> bool {
        wire == Wire::Json || self.accepted() != Accepted::Json
    }

    fn accepted(&self) -> Accepted {
        match self.settings.wire {
            _ if !self.has_protobuf || self.represented.as_table => Accepted::Json,
            Some(Wire::Json) => Accepted::Json,
            Some(Wire::Protobuf) => Accepted::Protobuf,
            None => Accepted::Both,
        }
    }

    pub(crate) fn max_event_bytes(&self) -> usize {
        self.settings.max_event_bytes.unwrap_or(MAX_EVENT_BYTES)
    }

    /// Whether bookmarks are requested.
    pub(crate) fn bookmarks(&self) -> bool {
        self.settings.allow_watch_bookmarks.unwrap_or(self.options.manage_resource_version)
    }

    /// Returns the timeout of the next watch. `None` leaves it to the server.
    pub(crate) fn timeout(&self, rng: &mut fastrand::Rng) -> Option<Duration> {
        let managed = self.options.manage_resource_version;
        match self.settings.timeout {
            Timeout::ByMode if managed => {
                Some(Duration::from_secs(rng.u64(MANAGED_TIMEOUT_SECONDS)))
            }
            Timeout::ByMode => Some(UNMANAGED_TIMEOUT),
            Timeout::Limit(limit) => Some(Duration::from_secs(whole_seconds(limit))),
            Timeout::Server => None,
        }
    }

    /// Requests a page of a list. With `stale`, any state that the server has cached will do.
    pub(crate) fn list(&self, continue_token: Option<&str>, stale: bool) -> Request<()> {
        let page_size = self.settings.page_size.unwrap_or(PAGE_SIZE).to_string();
        self.get(Contents::List, |query| {
            query.append_pair("limit", &page_size);
            match continue_token {
                // The token implies a version, and a second one is an error.
                Some(token) => drop(query.append_pair("continue", token)),
                None if stale => drop(query.append_pair("resourceVersion", "0")),
                None => {}
            }
        })
    }

    /// Requests a list of one object, for the server's current version.
    pub(crate) fn version_probe(&self) -> Request<()> {
        self.get(Contents::List, |query| {
            query.append_pair("limit", "1");
        })
    }

    /// Requests a watch that starts just after a version, or without one.
    pub(crate) fn watch(&self, version: Option<&str>, limit: Option<Duration>) -> Request<()> {
        self.get(Contents::Watch, |query| {
            query.append_pair("watch", "true");
            if let Some(version) = version {
                query.append_pair("resourceVersion", version);
            }
            append_timeout(query, limit);
            if self.bookmarks() {
                query.append_pair("allowWatchBookmarks", "true");
            }
        })
    }

    /// Requests a streaming list: the current state as events, and then changes (KEP-3157).
    pub(crate) fn streaming_list(&self, limit: Option<Duration>) -> Request<()> {
        self.get(Contents::TableAlone, |query| {
            query.append_pair("watch", "true");
            query.append_pair("sendInitialEvents", "true");
            query.append_pair("resourceVersionMatch", "NotOlderThan");
            append_timeout(query, limit);
            query.append_pair("allowWatchBookmarks", "true");
        })
    }

    fn get(
        &self,
        contents: Contents,
        add: impl FnOnce(&mut Serializer<'_, String>),
    ) -> Request<()> {
        let mut query = Serializer::new(String::new());
        add(&mut query);
        if let Some(selector) = &self.settings.label_selector {
            query.append_pair("labelSelector", selector);
        }
        if let Some(selector) = &self.settings.field_selector {
            query.append_pair("fieldSelector", selector);
        }
        if let Some(shard) = self.shard() {
            query.append_pair("shardSelector", &shard.to_string());
        }
        if self.is_table() {
            let object = if self.represented.metadata_only { "Metadata" } else { "Object" };
            query.append_pair("includeObject", object);
        }
        let path = self.resource.collection_path(self.settings.namespace.as_deref());
        let uri = format!("{path}?{}", query.finish());
        let mut request = Request::new(());
        // The names of a dynamic resource come from a server or a user. If they do not form a URL,
        // the request goes to a path that no server has, and its 404 is reported.
        *request.uri_mut() = uri.parse().unwrap_or_default();
        let Represented { metadata_only, as_table } = self.represented;
        let contents = match (contents, as_table, metadata_only) {
            (Contents::TableAlone, true, _) => contents,
            (_, true, _) => Contents::Table,
            (Contents::TableAlone, false, true) => Contents::Watch,
            (_, false, true) => contents,
            (_, false, false) => Contents::WholeObjects,
        };
        request.headers_mut().insert(ACCEPT, self.accepted().header(contents));
        let encoding = encoding::accepted(self.settings.encoding);
        request.headers_mut().insert(ACCEPT_ENCODING, encoding);
        request
    }
}

fn append_timeout(query: &mut Serializer<'_, String>, limit: Option<Duration>) {
    if let Some(limit) = limit {
        query.append_pair("timeoutSeconds", &limit.as_secs().to_string());
    }
}

/// Rounds up to the whole seconds that `timeoutSeconds` takes: 0 would mean the server's own limit.
/// Capped at a century, so that adding it to the current time cannot overflow.
fn whole_seconds(limit: Duration) -> u64 {
    let seconds = limit.as_secs().saturating_add(u64::from(limit.subsec_nanos() > 0));
    seconds.min(u32::MAX.into())
}
