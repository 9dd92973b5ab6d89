//! The demo's sequence of changes.

use std::collections::VecDeque;

use serde_json::{Value, json};
use watchable_core::{ResourceInfo, Scope};

use super::{cluster, pods};
use crate::store::Store;
use crate::support::random::Random;

const POD: ResourceInfo = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
const NAMESPACE: ResourceInfo =
    ResourceInfo::new("", "v1", "Namespace", "namespaces", Scope::Cluster);

/// The apps whose pods are created and deleted: namespace, name, image, port.
const APPS: [(&str, &str, &str, u16); 5] = [
    ("shop", "cart", "registry.example/shop/cart:2.4.1", 8080),
    ("shop", "checkout", "registry.example/shop/checkout:1.9.0", 8443),
    ("shop", "catalog", "registry.example/shop/catalog:3.0.2", 8080),
    ("blog", "web", "nginx:1.29-alpine", 80),
    ("blog", "comments", "registry.example/blog/comments:0.7.5", 9000),
];
/// The number of app pods at the start.
const INITIAL_PODS: usize = 4;
/// The maximum number of app pods.
const MAX_PODS: usize = 16;
/// One of this many steps creates or deletes a namespace.
const NAMESPACE_INTERVAL: u64 = 8;

pub(super) struct Workload {
    store: Store,
    random: Random,
    steps: u64,
    /// Namespace and name of the app pods, oldest first.
    pods: VecDeque<(String, String)>,
    /// The pod that is not running yet.
    pending: Option<(String, String)>,
    /// The temporary namespace, if it exists.
    preview: Option<String>,
}

impl Workload {
    /// Creates the permanent objects and the first app pods.
    pub(super) fn new(store: Store, seed: u64) -> Self {
        let mut random = Random::seeded(seed);
        for object in cluster::objects(&mut random) {
            // Fails for a kind the release does not serve, and for an object that an earlier demo left.
            let _ = store.create(object);
        }
        let mut workload =
            Self { store, random, steps: 0, pods: VecDeque::new(), pending: None, preview: None };
        for _ in 0..INITIAL_PODS {
            workload.create_pod();
            workload.run_pod();
        }
        workload
    }

    /// Makes the next change.
    pub(super) fn step(&mut self) {
        let step = self.steps;
        self.steps += 1;
        if step % NAMESPACE_INTERVAL == NAMESPACE_INTERVAL - 1 {
            return self.change_namespaces();
        }
        match step % 4 {
            0 => self.create_pod(),
            1 => self.run_pod(),
            2 => self.change_pod(),
            _ => self.delete_pod(),
        }
    }

    fn create_pod(&mut self) {
        while self.pods.len() >= MAX_PODS {
            self.delete_pod();
        }
        let (namespace, app, image, port) = APPS[self.pick(APPS.len())];
        let name = format!("{app}-{}-{}", pods::template_hash(app), self.random.suffix(5));
        let pod = pods::pending(namespace, &name, app, image, port);
        match self.store.create(pod) {
            Ok(_) => {
                self.pods.push_back((namespace.to_owned(), name.clone()));
                self.pending = Some((namespace.to_owned(), name));
            }
            // Another client deleted the namespace: create it again for the next pod.
            Err(_) => drop(self.store.create(cluster::namespace(namespace))),
        }
    }

    fn run_pod(&mut self) {
        if let Some(pod) = self.pending.take() {
            let (ip, node) = (self.random.below(200) + 10, self.random.below(2) + 1);
            self.change(&pod, |object| pods::run(object, ip, node));
        }
    }

    fn change_pod(&mut self) {
        if self.pods.is_empty() {
            return;
        }
        let chosen = self.pick(self.pods.len());
        let pod = self.pods[chosen].clone();
        if self.random.below(2) == 0 {
            self.change(&pod, pods::restart);
        } else {
            let track = ["stable", "canary"][self.pick(2)];
            let weight = self.random.below(100).to_string();
            self.change(&pod, |object| {
                object["metadata"]["labels"]["track"] = track.into();
                object["metadata"]["annotations"]["shop.example/weight"] = weight.into();
            });
        }
    }

    fn delete_pod(&mut self) {
        if let Some((namespace, name)) = self.pods.pop_front() {
            let _ = self.store.delete(&POD, Some(&namespace), &name);
        }
    }

    /// Deletes the temporary namespace, or creates one with a pod.
    fn change_namespaces(&mut self) {
        if let Some(namespace) = self.preview.take() {
            let _ = self.store.delete(&NAMESPACE, None, &namespace);
            return;
        }
        let namespace = format!("preview-{}", self.random.suffix(4));
        if self.store.create(cluster::namespace(&namespace)).is_ok() {
            let pod = pods::pending(&namespace, "web-0", "web", "nginx:1.29-alpine", 80);
            let _ = self.store.create(pod);
            self.preview = Some(namespace);
        }
    }

    /// Updates a pod if it still exists: other clients may have deleted it.
    fn change(&self, (namespace, name): &(String, String), change: impl FnOnce(&mut Value)) {
        if let Ok(mut pod) = self.store.get(&POD, Some(namespace), name)
            && ["spec", "status"].iter().all(|part| pod[*part].is_object())
        {
            change(&mut pod);
            // Updates unconditionally, like a controller that retries on conflicts.
            pod["metadata"]["resourceVersion"] = json!(null);
            let _ = self.store.update(pod);
        }
    }

    fn pick(&mut self, count: usize) -> usize {
        usize::try_from(self.random.below(count as u64)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Registry;
    use watchable_core::CatalogEntry;

    fn store() -> Store {
        let entry = |resource: ResourceInfo| CatalogEntry {
            resource,
            list_kind: None,
            singular: "",
            short_names: &[],
            verbs: &["list", "watch"],
        };
        let limits = crate::storage::Limits { events: 10_000, bytes: usize::MAX };
        Store::new(Registry::new([entry(POD), entry(NAMESPACE)]), limits)
    }

    fn names(store: &Store) -> Vec<String> {
        let pods = store.list(&POD).unwrap();
        pods.iter().map(|pod| pod["metadata"]["name"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn same_seed_creates_the_same_few_pods() {
        let (mut a, mut b) = (Workload::new(store(), 3), Workload::new(store(), 3));
        for _ in 0..100 {
            a.step();
            b.step();
            assert!(names(&a.store).len() <= 20);
        }
        assert_eq!(names(&a.store), names(&b.store));
    }

    #[test]
    fn deleted_namespaces_are_created_again() {
        let mut workload = Workload::new(store(), 3);
        workload.store.delete(&NAMESPACE, None, "shop").unwrap();
        workload.store.delete(&NAMESPACE, None, "blog").unwrap();
        for _ in 0..100 {
            workload.step();
        }
        assert!(names(&workload.store).len() > 3);
    }
}
