//! The committed releases: the facts of each spec, and the declarations of each crate.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use crate::source::{self, Modules};

/// A release: its facts and its crate.
pub(crate) struct Release {
    /// Such as `rel_1_36`.
    pub(crate) name: String,
    pub(crate) facts: Value,
    /// The crate's modules by path, such as `core::v1`; the root is the empty path.
    pub(crate) modules: Modules,
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// Returns the newest pinned release, or all of them with the feature `every-release`; read once for all
/// tests.
pub(crate) fn releases() -> &'static [Release] {
    static RELEASES: OnceLock<Vec<Release>> = OnceLock::new();
    RELEASES.get_or_init(|| {
        let pins = fs::read_to_string(root().join("spec/releases.toml")).unwrap();
        let pins: toml::Table = pins.parse().unwrap();
        let pins = pins["release"].as_array().unwrap();
        assert!(!pins.is_empty());
        let names = pins.iter().map(|pin| pin["release"].as_str().unwrap());
        let mut names: Vec<_> =
            names.map(|name| format!("rel_{}", name.replace('.', "_"))).collect();
        if !cfg!(feature = "every-release") {
            names = names.split_off(names.len() - 1);
        }
        std::thread::scope(|scope| {
            let threads: Vec<_> =
                names.into_iter().map(|name| scope.spawn(|| read(name))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    })
}

fn read(name: String) -> Release {
    let facts = fs::read_to_string(root().join(format!("spec/{name}.json"))).unwrap();
    let facts = serde_json::from_str(&facts).unwrap();
    let modules = source::modules(&root().join("crates/models").join(&name).join("src"));
    Release { name, facts, modules }
}

impl Release {
    /// Returns name and schema of every definition.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.facts["definitions"].as_object().unwrap().iter()
    }

    /// Returns whether a property's message never has fields: it is `{}` in JSON, which is a value.
    pub(crate) fn is_empty_message(&self, property: &Value) -> bool {
        let definition = property["$ref"].as_str().unwrap_or_default();
        let message = &self.facts["definitions"][definition]["message"];
        message.as_object().is_some_and(serde_json::Map::is_empty)
    }

    /// Returns the resources that have a kind.
    pub(crate) fn resources(&self) -> impl Iterator<Item = &Value> {
        self.facts["resources"].as_array().unwrap().iter().filter(|r| r["kind"].is_string())
    }

    /// Returns module and name of the type of a kind: `core::v1`, `Pod`.
    pub(crate) fn place_of_kind(&self, resource: &Value, kind: &Value) -> (String, String) {
        place(self.definition_of_kind(resource, kind).0)
    }

    /// Whether any property of a resource's objects has a number in protobuf.
    pub(crate) fn is_in_protobuf(&self, resource: &Value) -> bool {
        let (_, schema) = self.definition_of_kind(resource, &resource["kind"]);
        let mut properties = schema["properties"].as_object().into_iter().flatten();
        properties.any(|(_, property)| property["protobuf"].is_string())
    }

    fn definition_of_kind(&self, resource: &Value, kind: &Value) -> (&String, &Value) {
        let is = |other: &Value| {
            other["group"] == resource["group"]
                && other["version"] == resource["version"]
                && other["kind"] == *kind
        };
        let mut found = self
            .definitions()
            .filter(|(_, schema)| list(&schema["x-kubernetes-group-version-kind"]).iter().any(is));
        let definition = found.next().unwrap_or_else(|| panic!("no definition is {kind}"));
        assert!(found.next().is_none(), "{}: two definitions are {kind}", self.name);
        definition
    }
}

/// Returns module and name of a definition's type, which do not depend on the release.
pub(crate) fn place(definition: &str) -> (String, String) {
    let parts: Vec<&str> = definition.split('.').collect();
    let module = match &parts[..parts.len() - 1] {
        ["io", "k8s", "api", group, version] | ["io", "k8s", _, "pkg", "apis", group, version] => {
            format!("{group}::{version}")
        }
        ["io", "k8s", "apimachinery", "pkg", .., package] => (*package).to_owned(),
        _ => panic!("{definition} has an unknown prefix: add its module here"),
    };
    (module, parts[parts.len() - 1].to_owned())
}

/// Returns the items of a list; none if it is absent.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
