//! Prints each object as a line of JSON, until the program is killed.

use std::fmt::Debug;
use std::io::{BufWriter, Write as _, stdout};

use futures::{TryStreamExt as _, pin_mut};
use gauge::Args;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::serde::Serialize;
use k8s_openapi::serde::de::DeserializeOwned;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind};
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Api, Client, Resource};
use stream_common::Error;

/// As many bytes as are written at once: more than a program of that kind has, in the peer's favour.
const BUFFER: usize = 64 << 10;

pub(crate) async fn print(client: Client, args: &Args) -> Result<(), Error> {
    match &*args.variant {
        "" => objects(Api::<Pod>::all(client)).await,
        "dynamic" => {
            let pods = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "Pod"));
            objects(Api::<DynamicObject>::all_with(client, &pods)).await
        }
        _ => Err(args.unknown()),
    }
}

async fn objects<K>(api: Api<K>) -> Result<(), Error>
where
    K: Resource + Clone + DeserializeOwned + Serialize + Debug + Send + 'static,
{
    let events = watcher(api, Config::default()).default_backoff();
    pin_mut!(events);
    let mut to = BufWriter::with_capacity(BUFFER, stdout().lock());
    while let Some(event) = events.try_next().await? {
        if let Event::Apply(object) | Event::InitApply(object) | Event::Delete(object) = event {
            serde_json::to_writer(&mut to, &object)?;
            to.write_all(b"\n")?;
        }
    }
    Ok(())
}
