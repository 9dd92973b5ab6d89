//! The models of two releases, to be used in the same tests.

use futures::StreamExt as _;
use std::time::Duration;
use tokio::time::timeout;
use watchables::{Client, NamespacedWatch, WatchItem, WatchStream, WatchTarget, Watcher};

use crate::report::{Not, failed};

/// Who an object is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) uid: String,
    pub(crate) version: String,
}

/// An object that says who it is.
pub(crate) trait Named: WatchItem {
    fn identity(&self) -> Identity;
}

/// Models of a release.
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
    /// As the release's `watchables` name them.
    fn named_pods(client: Client) -> Watcher<Self::Pod>;
    fn named_namespaces(client: Client) -> Watcher<Self::Namespace>;
}

macro_rules! models {
    ($models:ident, $release:ident) => {
        #[doc = concat!("Those of `", stringify!($release), "`.")]
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
                Watcher::<watchables::$release::v1::watchables::namespaced::Pod>::new(client)
            }

            fn named_namespaces(client: Client) -> Watcher<Self::Namespace> {
                Watcher::<watchables::$release::v1::watchables::cluster_wide::Namespace>::new(client)
            }
        }

        models!(@named $release: v1::Pod, core::v1::Event, v1::ConfigMap, v1::Namespace);
    };
    (@named $release:ident: $($($kind:ident)::+),+) => {
        $(impl Named for watchables::$release::$($kind)::+ {
            fn identity(&self) -> Identity {
                let metadata = &self.metadata;
                Identity {
                    name: metadata.name.clone().unwrap_or_default(),
                    namespace: metadata.namespace.clone().unwrap_or_default(),
                    uid: metadata.uid.clone().unwrap_or_default(),
                    version: metadata.resource_version.clone().unwrap_or_default(),
                }
            }
        })+
    };
}

models!(V20, rel_1_20);
models!(V36, rel_1_36);

/// Longer than any event takes.
const HANGS: Duration = Duration::from_mins(1);

/// The next events, as `ADDED a`.
pub(crate) async fn told<T: WatchTarget<Item: Named>>(
    stream: &mut WatchStream<T>,
    events: usize,
) -> Result<Vec<String>, Not> {
    let mut told = Vec::new();
    while told.len() < events {
        match timeout(HANGS, stream.next()).await {
            Err(_) => return Err(format!("after {told:?} nothing comes").into()),
            Ok(None) => return Err(format!("after {told:?} the stream ends").into()),
            Ok(Some(Err(error))) => return Err(failed(error)),
            Ok(Some(Ok(event))) => {
                told.push(format!("{} {}", event.etype, event.obj.identity().name));
            }
        }
    }
    Ok(told)
}

/// Waits until the stream is over, and gives what it had still to tell.
pub(crate) async fn rest<T: WatchTarget<Item: Named>>(
    stream: &mut WatchStream<T>,
) -> Result<Vec<String>, Not> {
    let mut told = Vec::new();
    loop {
        match timeout(HANGS, stream.next()).await {
            Err(_) => return Err(format!("after {told:?} it does not end").into()),
            Ok(None) => return Ok(told),
            Ok(Some(Err(error))) => return Err(failed(error)),
            Ok(Some(Ok(event))) => {
                told.push(format!("{} {}", event.etype, event.obj.identity().name));
            }
        }
    }
}

/// Nothing more comes within a time.
pub(crate) async fn silent<T: WatchTarget<Item: Named>>(
    stream: &mut WatchStream<T>,
    time: Duration,
) -> Result<(), Not> {
    match timeout(time, stream.next()).await {
        Err(_) => Ok(()),
        Ok(None) => Err("the stream ends where it should wait".into()),
        Ok(Some(Err(error))) => Err(failed(error)),
        Ok(Some(Ok(event))) => {
            let identity = event.obj.identity();
            Err(format!("{} {identity:?} comes where nothing should", event.etype).into())
        }
    }
}

pub(crate) fn same(found: &[String], expected: &[&str]) -> Result<(), Not> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{expected:?} was expected, not {found:?}").into())
}
