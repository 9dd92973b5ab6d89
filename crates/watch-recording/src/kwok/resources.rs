//! Which resources the documents of a text are of.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use watchable_core::{ResourceInfo, Scope};

use super::document::ResourcePatch;
use super::patch::PatchType;

/// Resources by kind and by plural: those of Kubernetes' newest release, and those that the text defines.
#[derive(Debug)]
pub(super) struct Resources {
    /// By group, version and kind.
    by_kind: HashMap<[String; 3], ResourceInfo>,
    /// By group, version and plural.
    by_plural: HashMap<[String; 3], ResourceInfo>,
}

impl Resources {
    pub(super) fn new() -> Self {
        let mut resources = Self { by_kind: HashMap::new(), by_plural: HashMap::new() };
        // The newest release decides what several have.
        for release in release_catalogs::RELEASES {
            for entry in release_catalogs::catalog(release).unwrap_or_default() {
                if entry.list_kind.is_some() {
                    resources.add(&entry.resource);
                }
            }
        }
        resources
    }

    fn add(&mut self, resource: &ResourceInfo) {
        let key = |name: &str| [resource.group(), resource.version(), name].map(str::to_owned);
        self.by_kind.insert(key(resource.kind()), resource.clone());
        self.by_plural.insert(key(resource.plural()), resource.clone());
    }

    /// Takes note of the resources that a CustomResourceDefinition defines, if the object is one.
    pub(super) fn define(&mut self, object: &Value) {
        if object["kind"] != "CustomResourceDefinition" {
            return;
        }
        let spec = &object["spec"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (group, names) = (text(&spec["group"]), &spec["names"]);
        let scope = if spec["scope"] == "Cluster" { Scope::Cluster } else { Scope::Namespaced };
        for version in spec["versions"].as_array().into_iter().flatten() {
            let (kind, plural) = (text(&names["kind"]), text(&names["plural"]));
            let version = text(&version["name"]);
            self.add(&ResourceInfo::dynamic(group.clone(), version, kind, plural, scope));
        }
    }

    /// Returns the resource of an object.
    ///
    /// # Errors
    ///
    /// Says why it is unknown.
    pub(super) fn of_object(&self, object: &Value) -> Result<ResourceInfo, String> {
        let (Some(api_version), Some(kind)) =
            (object["apiVersion"].as_str(), object["kind"].as_str())
        else {
            return Err("the document has no apiVersion or no kind".to_owned());
        };
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let key = [group, version, kind].map(str::to_owned);
        self.by_kind.get(&key).cloned().ok_or_else(|| {
            format!(
                "the kind {kind} of {api_version} is not known; put its CustomResourceDefinition before it in the file"
            )
        })
    }

    /// Returns the resource that a patch is of. One that is not known is what the patch says, if it creates an object.
    ///
    /// # Errors
    ///
    /// Says why it is unknown.
    pub(super) fn of_patch(&mut self, patch: &ResourcePatch) -> Result<ResourceInfo, String> {
        let of = &patch.resource;
        let key = [&of.group, &of.version, &of.plural].map(Clone::clone);
        if let Some(known) = self.by_plural.get(&key) {
            return Ok(known.clone());
        }
        let kind = patch.template.as_ref().and_then(|template| template["kind"].as_str());
        let Some(kind) = kind else {
            return Err(format!(
                "the resource {} of {}/{} is not known; put its CustomResourceDefinition before it in the file",
                of.plural, of.group, of.version
            ));
        };
        let is_namespaced = !patch.target.namespace.is_empty();
        let scope = if is_namespaced { Scope::Namespaced } else { Scope::Cluster };
        let (group, version) = (of.group.clone(), of.version.clone());
        let plural = of.plural.clone();
        self.add(&ResourceInfo::dynamic(group, version, kind.to_owned(), plural, scope));
        Ok(self.by_plural[&key].clone())
    }
}

/// The groups of Kubernetes' own types.
#[derive(Debug)]
pub(super) struct OwnGroups(HashSet<String>);

impl OwnGroups {
    pub(super) fn new() -> Self {
        // Groups have come and gone; each was there in one of these.
        let releases = [release_catalogs::NEWEST, release_catalogs::RELEASES[0]];
        let entries = releases.into_iter().filter_map(release_catalogs::catalog).flatten();
        Self(entries.map(|entry| entry.resource.group().to_owned()).collect())
    }

    /// Returns how the patches of a resource are applied.
    pub(super) fn patch_type(&self, resource: &ResourceInfo) -> PatchType {
        if self.0.contains(resource.group()) { PatchType::Strategic } else { PatchType::Merge }
    }
}
