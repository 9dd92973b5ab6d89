//! The models of two releases, for tests that are generic over them, and helpers to read events.

use futures::StreamExt as _;
use std::time::Duration;
use tokio::time::timeout;
use watchables::{Client, NamespacedWatch, WatchItem, WatchStream, WatchTarget, Watcher};

use crate::report::{NotPassed, failed};

/// The identity of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) uid: String,
    pub(crate) version: String,
}

/// An object with an identity.
pub(crate) trait Named: WatchItem {
    fn identity(&self) -> Identity;
}

/// The models of a release.
pub(crate) trait Models {
    const NAME: &'static str;
    type Pod: WatchTarget<Item = Self::Pod> + NamespacedWatch + Named + Unpin;
    type PodList: WatchTarget<Item = Self::Pod>;
    type Event: WatchTarget<Item = Self::Event> + NamespacedWatch + Named + Unpin;
    type ConfigMap: WatchTarget<Item = Self::ConfigMap> + NamespacedWatch + Named + Unpin;
    type Namespace: WatchTarget<Item = Self::Namespace> + Named + Unpin;
    fn pods(client: Client) -> Watcher<Self::Pod>;
    fn pod_list(client: Client) -> Watcher<Self::PodList>;
    fn events(client: Client) -> Watcher<Self::Event>;
    fn config_maps(client: Client) -> Watcher<Self::ConfigMap>;
    /// By the names in the release's `watchables` module.
    fn named_pods(client: Client) -> Watcher<Self::Pod>;
    fn named_namespaces(client: Client) -> Watcher<Self::Namespace>;
}

macro_rules! models {
    ($models:ident, $release:ident) => {
        #[doc = concat!("The models of `", stringify!($release), "`.")]
        pub(crate) struct $models;

        impl Models for $models {
            const NAME: &'static str = stringify!($release);
            type Pod = watchables::$release::v1::Pod;
            type PodList = watchables::$release::v1::PodList;
            type Event = watchables::$release::core::v1::Event;
            type ConfigMap = watchables::$release::v1::ConfigMap;
            type Namespace = watchables::$release::v1::Namespace;

            fn pods(client: Client) -> Watcher<Self::Pod> {
                Watcher::<Self::Pod>::new(client)
            }

            fn pod_list(client: Client) -> Watcher<Self::PodList> {
                Watcher::<Self::PodList>::new(client)
            }

            fn events(client: Client) -> Watcher<Self::Event> {
                Watcher::<Self::Event>::new(client)
            }

            fn config_maps(client: Client) -> Watcher<Self::ConfigMap> {
                Watcher::<Self::ConfigMap>::new(client)
            }

            fn named_pods(client: Client) -> Watcher<Self::Pod> {
                Watcher::<watchables::releases::$release::v1::watchables::namespaced::Pod>::new(client)
            }

            fn named_namespaces(client: Client) -> Watcher<Self::Namespace> {
                Watcher::<watchables::releases::$release::v1::watchables::cluster_wide::Namespace>::new(client)
            }
        }

        models!(@named $release: v1::Pod, core::v1::Event, v1::ConfigMap, v1::Namespace);
    };
    (@named $release:ident: $($($kind:ident)::+),+) => {
        $(impl Named for watchables::$release::$($kind)::+ {
            fn identity(&self) -> Identity {
                let metadata = &self.metadata;
                Identity {
                    name: metadata.name.as_deref().unwrap_or_default().to_owned(),
                    namespace: metadata.namespace.as_deref().unwrap_or_default().to_owned(),
                    uid: metadata.uid.as_deref().unwrap_or_default().to_owned(),
                    version: metadata.resource_version.as_deref().unwrap_or_default().to_owned(),
                }
            }
        })+
    };
}

models!(V20, rel_1_20);
models!(V36, rel_1_36);

/// Longer than any event takes to arrive.
const EVENT_TIMEOUT: Duration = Duration::from_mins(1);

/// Returns the next events, as in `ADDED a`.
pub(crate) async fn next_events<T: WatchTarget<Item: Named>>(
    stream: &mut WatchStream<T>,
    count: usize,
) -> Result<Vec<String>, NotPassed> {
    let mut events = Vec::new();
    while events.len() < count {
        match timeout(EVENT_TIMEOUT, stream.next()).await {
            Err(_) => return Err(format!("timed out after {events:?}").into()),
            Ok(None) => return Err(format!("the stream ended after {events:?}").into()),
            Ok(Some(Err(error))) => return Err(failed(error)),
            Ok(Some(Ok(event))) => {
                events.push(format!("{} {}", event.etype, event.obj.identity().name));
            }
        }
    }
    Ok(events)
}

/// Waits for the end of the stream and returns the remaining events.
pub(crate) async fn rest<T: WatchTarget<Item: Named>>(
    stream: &mut WatchStream<T>,
) -> Result<Vec<String>, NotPassed> {
    let mut events = Vec::new();
    loop {
        match timeout(EVENT_TIMEOUT, stream.next()).await {
            Err(_) => return Err(format!("timed out waiting for the end after {events:?}").into()),
            Ok(None) => return Ok(events),
            Ok(Some(Err(error))) => return Err(failed(error)),
            Ok(Some(Ok(event))) => {
                events.push(format!("{} {}", event.etype, event.obj.identity().name));
            }
        }
    }
}

/// Checks that no event arrives within a time.
pub(crate) async fn stays_idle<T: WatchTarget<Item: Named>>(
    stream: &mut WatchStream<T>,
    time: Duration,
) -> Result<(), NotPassed> {
    match timeout(time, stream.next()).await {
        Err(_) => Ok(()),
        Ok(None) => Err("the stream ended unexpectedly".into()),
        Ok(Some(Err(error))) => Err(failed(error)),
        Ok(Some(Ok(event))) => {
            let identity = event.obj.identity();
            Err(format!("unexpected event: {} {identity:?}", event.etype).into())
        }
    }
}

pub(crate) fn same(found: &[String], expected: &[&str]) -> Result<(), NotPassed> {
    if found == expected {
        return Ok(());
    }
    Err(format!("expected {expected:?}, got {found:?}").into())
}
