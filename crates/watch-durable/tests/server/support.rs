//! What the tests share: a server, a checkpoint file, and processes that begin and are killed.

use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use embedded_apiserver::EmbeddedServer;
use futures::{FutureExt as _, TryStreamExt as _};
use kube_client::{Client, Config};
use serde_json::{Value, json};
use tempfile::TempDir;
use watch_durable::{Checkpoints, DurableEvent, DurableExt as _, DurableStream};
use watch_runtime::Watcher;
use watchable_core::{DynamicObject, ResourceInfo, Scope};

/// The limit of every wait: a test that takes longer hangs.
const TEST_TIMEOUT: Duration = Duration::from_mins(1);

pub(crate) const MAPS: ResourceInfo =
    ResourceInfo::new("", "v1", "ConfigMap", "configmaps", Scope::Namespaced);
pub(crate) const SECRETS: ResourceInfo =
    ResourceInfo::new("", "v1", "Secret", "secrets", Scope::Namespaced);

/// A cluster, and the place of a checkpoint file.
pub(crate) struct World {
    pub(crate) server: EmbeddedServer,
    folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let catalog = release_catalogs::catalog("1.37").expect("a release");
        let builder = EmbeddedServer::builder(catalog).bookmark_interval(Duration::from_millis(50));
        Self {
            server: builder.start().await.expect("a server starts"),
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("checkpoints.redb")
    }

    pub(crate) fn client(&self) -> Client {
        client(&self.server)
    }

    pub(crate) fn maps(&self) -> Watcher<DynamicObject> {
        Watcher::for_resource(self.client(), MAPS)
    }

    /// Starts a process that watches `ConfigMap`s.
    pub(crate) fn process(&self) -> Process {
        Process::new(&self.checkpoints(), self.maps())
    }

    /// Opens the file, once the process before has let go of it.
    pub(crate) fn checkpoints(&self) -> Checkpoints {
        loop {
            match Checkpoints::open(self.path()) {
                Err(error) if error.to_string().contains("in use") => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                opened => return opened.expect("the file opens"),
            }
        }
    }

    pub(crate) fn create(&self, name: &str) -> Value {
        self.server.store().create(map(name)).expect("it is created")
    }

    /// Gives a `ConfigMap` a label.
    pub(crate) fn label(&self, name: &str, value: &str) {
        let store = self.server.store();
        let mut map = store.get(&MAPS, Some("default"), name).expect("it exists");
        map["metadata"]["labels"]["x"] = value.into();
        store.update(map).expect("it is updated");
    }

    pub(crate) fn delete(&self, name: &str) {
        self.server.store().delete(&MAPS, Some("default"), name).expect("it is deleted");
    }
}

pub(crate) fn client(server: &EmbeddedServer) -> Client {
    let config = Config::new(server.url().parse().expect("a URL"));
    Client::try_from(config).expect("a client is created")
}

pub(crate) fn map(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"namespace": "default", "name": name},
    })
}

/// A process with a durable stream. Dropping it kills it: nothing is written then.
pub(crate) struct Process {
    pub(crate) events: DurableStream<DynamicObject>,
}

impl Process {
    pub(crate) fn new(checkpoints: &Checkpoints, watcher: Watcher<DynamicObject>) -> Self {
        Self { events: watcher.durable(checkpoints, "maps").expect("the name is free") }
    }

    pub(crate) async fn next(&mut self) -> DurableEvent<DynamicObject> {
        next(&mut self.events).await
    }

    /// Returns the next events as lines: `ADDED Initial web-1`.
    pub(crate) async fn lines(&mut self, count: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for _ in 0..count {
            lines.push(line(&self.next().await));
        }
        lines
    }

    pub(crate) async fn commit(&mut self) {
        soon(self.events.commit()).await.expect("it is committed");
    }

    /// Commits, and waits until the list is complete and that is written, too.
    pub(crate) async fn settle(&mut self, world: &World) {
        self.commit().await;
        loop {
            let next = tokio::time::timeout(Duration::from_millis(20), self.events.try_next());
            assert!(next.await.is_err(), "no event comes");
            let summaries = Checkpoints::look_at(world.path()).expect("it is readable");
            if summaries.iter().any(|summary| summary.has_synced) {
                break;
            }
        }
    }

    /// Checks that no event comes until a `ConfigMap` of this name is created.
    pub(crate) async fn is_quiet(&mut self, world: &World, name: &str) {
        world.create(name);
        assert_eq!(self.next().await.obj.name(), Some(name));
    }
}

pub(crate) async fn next<O>(events: &mut DurableStream<O>) -> DurableEvent<O> {
    soon(events.try_next()).await.expect("no error").expect("an event")
}

/// Returns the error that ends a stream.
pub(crate) async fn error<O>(mut events: DurableStream<O>) -> watch_durable::DurableError {
    loop {
        if let Err(error) = soon(events.try_next()).await {
            assert!(error.is_terminal());
            assert!(matches!(events.try_next().now_or_never(), Some(Ok(None))), "it has ended");
            return error;
        }
    }
}

pub(crate) fn line(event: &DurableEvent<DynamicObject>) -> String {
    format!("{} {:?} {}", event.etype, event.origin, event.obj.name().unwrap_or_default())
}

/// Waits for a future, with a timeout.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(TEST_TIMEOUT, future).await.expect("it hangs")
}

/// Returns an error with its sources, in one line.
pub(crate) fn message(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(Some(error), |error| error.source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
