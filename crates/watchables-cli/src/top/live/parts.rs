//! The watches: of a resource or an object, in one namespace or all.

use watchables::{Client, DynamicObject, Scope, ServedResource, Watcher};

use crate::args::TopArgs;
use crate::watch::targets::Target;

/// One watch: a resource, or an object of it, in one namespace or all.
pub(super) struct Part<'a> {
    /// The place of its kind.
    pub(super) kind: usize,
    served: &'a ServedResource,
    namespace: Option<&'a str>,
    object: Option<&'a str>,
}

/// Returns the watches of the targets.
pub(super) fn parts<'a>(targets: &'a [Target], namespaces: &'a [String]) -> Vec<Part<'a>> {
    let mut within: Vec<_> = namespaces.iter().map(|name| Some(name.trim())).collect();
    within.sort_unstable();
    within.dedup();
    let mut parts = Vec::new();
    for (kind, Target { served, names }) in targets.iter().enumerate() {
        // As in kubectl, the namespace does not apply to cluster-scoped resources.
        let is_everywhere = within.is_empty() || served.resource.scope() == Scope::Cluster;
        let namespaces = if is_everywhere { &[None][..] } else { &within };
        let mut objects: Vec<_> = names.iter().map(|name| Some(name.name.as_str())).collect();
        if objects.is_empty() {
            objects.push(None);
        }
        for namespace in namespaces {
            let part =
                |object: Option<&'a str>| Part { kind, served, namespace: *namespace, object };
            parts.extend(objects.iter().copied().map(part));
        }
    }
    parts
}

impl Part<'_> {
    /// Returns a name that no other part has.
    pub(super) fn name(&self) -> String {
        let mut name = self.served.resource.plural().to_owned();
        if !self.served.resource.group().is_empty() {
            name = format!("{name}.{}", self.served.resource.group());
        }
        if let Some(object) = self.object {
            name = format!("{name}/{object}");
        }
        match self.namespace {
            Some(namespace) => format!("{name} in {namespace}"),
            None => name,
        }
    }

    pub(super) fn watcher(&self, client: &Client, args: &TopArgs) -> Watcher<DynamicObject> {
        let mut watcher = Watcher::for_resource(client.clone(), self.served.resource.clone());
        watcher = watcher.compression(args.compress).without_managed_fields();
        if let Some(namespace) = self.namespace {
            watcher = watcher.namespace(namespace);
        }
        if let Some(time) = args.give_up_after {
            watcher = watcher.give_up_after(time);
        }
        if let Some(selector) = &args.selector {
            watcher = watcher.label_selector(selector);
        }
        let named = self.object.map(|name| format!("metadata.name={name}"));
        let fields: Vec<_> =
            named.as_ref().into_iter().chain(&args.field_selector).cloned().collect();
        if !fields.is_empty() {
            watcher = watcher.field_selector(fields.join(","));
        }
        watcher
    }
}
