//! What is compared, and how.

use serde_json::Value;
use watchable_core::ResourceInfo;

/// How objects are compared. The default is that of [`Diff::between`](super::Diff::between).
#[derive(Clone, Debug)]
pub struct DiffOptions {
    /// Members of the metadata that are not compared.
    left_out: Vec<&'static str>,
    pub(super) quantities_by_value: bool,
    pub(super) times_by_value: bool,
    list_keys: Vec<(String, Vec<String>)>,
    kind: Option<Kind>,
    /// Whether the objects are Secrets, or made of them.
    pub(super) is_of_secrets: bool,
}

/// A kind of objects.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    pub(super) api_version: String,
    pub(super) kind: String,
}

impl Default for DiffOptions {
    fn default() -> Self {
        Self {
            left_out: vec!["managedFields", "resourceVersion", "generation"],
            quantities_by_value: false,
            times_by_value: false,
            list_keys: Vec::new(),
            kind: None,
            is_of_secrets: false,
        }
    }
}

impl DiffOptions {
    /// Creates the default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the objects are Secrets, or made of them: of what is no Secret then, all values are hidden.
    pub(crate) fn of_secrets(mut self, is_of_secrets: bool) -> Self {
        self.is_of_secrets = is_of_secrets;
        self
    }

    /// Whether to compare `metadata.managedFields`. False by default.
    pub fn managed_fields(self, compare: bool) -> Self {
        self.metadata("managedFields", compare)
    }

    /// Whether to compare `metadata.resourceVersion`. False by default.
    pub fn resource_version(self, compare: bool) -> Self {
        self.metadata("resourceVersion", compare)
    }

    /// Whether to compare `metadata.generation`. False by default.
    pub fn generation(self, compare: bool) -> Self {
        self.metadata("generation", compare)
    }

    /// Whether quantities of the same amount are equal: `1` and `1000m`. False by default. Which fields are quantities is
    /// known of built-in kinds. In custom resources, the members of `limits` and `requests` are.
    pub fn quantities_by_value(mut self, by_value: bool) -> Self {
        self.quantities_by_value = by_value;
        self
    }

    /// Whether two notations of the same time are equal. False by default. Which fields are times is known of built-in
    /// kinds. In custom resources, and in what specs do not describe, such as annotations, it is any text that is a time of
    /// RFC 3339.
    pub fn times_by_value(mut self, by_value: bool) -> Self {
        self.times_by_value = by_value;
        self
    }

    /// Sets the keys of the items of a list. The path is that of the list, with the names of fields only, without items of
    /// lists above it: `spec.rules.paths`. It replaces what Kubernetes' specs say of the list, if they do.
    ///
    /// ```
    /// # use serde_json::json;
    /// use watch_store::DiffOptions;
    ///
    /// let options = DiffOptions::new().list_keys("spec.backends", ["host", "port"]);
    /// let route = |weight: u32| json!({"spec": {"backends": [{"host": "a", "port": 80, "weight": weight}]}});
    /// let diff = options.between(&route(1), &route(2))?;
    /// assert_eq!(diff.to_string(), "spec.backends[host=a,port=80].weight: 1 → 2");
    /// # Ok::<(), watch_store::diff::DiffError>(())
    /// ```
    pub fn list_keys<K: Into<String>>(
        mut self,
        path: impl Into<String>,
        keys: impl IntoIterator<Item = K>,
    ) -> Self {
        self.list_keys.push((path.into(), keys.into_iter().map(Into::into).collect()));
        self
    }

    /// Sets the kind of objects that do not have `apiVersion` and `kind`. Watchers fill them in; a program that creates
    /// objects of generated types may leave them out. Without a kind, an object may be a Secret, and its `data` is hidden.
    pub fn resource(mut self, resource: &ResourceInfo) -> Self {
        self.kind = Some(Kind {
            api_version: resource.api_version().into_owned(),
            kind: resource.kind().to_owned(),
        });
        self
    }

    fn metadata(mut self, name: &'static str, compare: bool) -> Self {
        self.left_out.retain(|left_out| *left_out != name);
        if !compare {
            self.left_out.push(name);
        }
        self
    }

    /// Removes what is not compared.
    pub(super) fn leave_out(&self, object: &mut Value) {
        let Some(Value::Object(metadata)) = object.get_mut("metadata") else { return };
        for name in &self.left_out {
            metadata.remove(*name);
        }
    }

    /// Returns whether a member of the metadata is not compared.
    pub(super) fn leaves_out(&self, name: &str) -> bool {
        self.left_out.contains(&name)
    }

    pub(super) fn kind(&self) -> Option<&Kind> {
        self.kind.as_ref()
    }

    /// Returns the keys that the user gave for a list.
    pub(super) fn keys_of<'a>(&self, fields: impl Iterator<Item = &'a str>) -> Option<&[String]> {
        if self.list_keys.is_empty() {
            return None;
        }
        let path = fields.collect::<Vec<_>>().join(".");
        let (_, keys) = self.list_keys.iter().rev().find(|(list, _)| *list == path)?;
        Some(keys)
    }
}
