//! A large cluster, with all streams merged: its initial list, then changes.

use futures::stream::{BoxStream, select_all};
use futures::{StreamExt as _, TryStreamExt as _};
use gauge::{Args, Cluster, Figures, SENT};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind};
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Config, watcher};
use kube::{Api, Client, ResourceExt as _};
use stream_common::Error;

enum Object {
    Pod(Box<Pod>),
    Other(Box<DynamicObject>),
}

pub(crate) async fn scale(client: &Client, args: &Args) -> Result<Figures, Error> {
    // As Watchables does by default.
    let config = || Config::default().streaming_lists();
    let pods = watcher(Api::<Pod>::all(client.clone()), config()).default_backoff();
    let mut streams: Vec<BoxStream<'_, Result<Object, watcher::Error>>> =
        vec![pods.applied_objects().map_ok(|pod| Object::Pod(Box::new(pod))).boxed()];
    for number in 0..args.kinds {
        let kind = GroupVersionKind::gvk("bench.example", "v1", &format!("Widget{number}"));
        let resource = ApiResource::from_gvk_with_plural(&kind, &format!("widgets{number}"));
        let objects = Api::<DynamicObject>::all_with(client.clone(), &resource);
        let objects = watcher(objects, config()).default_backoff().applied_objects();
        streams.push(objects.map_ok(|object| Object::Other(Box::new(object))).boxed());
    }
    let mut cluster = Cluster::start(args);
    let mut objects = select_all(streams);
    loop {
        let complete = match objects.try_next().await?.ok_or("the stream has ended")? {
            Object::Pod(pod) => {
                let sent = pod.annotations().get(SENT).map(String::as_str);
                cluster.record("Pod", pod.metadata.resource_version.as_deref(), sent)?
            }
            Object::Other(object) => {
                let kind = object.types.as_ref().map(|types| &*types.kind).unwrap_or_default();
                cluster.record(kind, object.metadata.resource_version.as_deref(), None)?
            }
        };
        if complete {
            return Ok(cluster.figures());
        }
    }
}
