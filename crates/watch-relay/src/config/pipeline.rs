//! A pipeline: what is watched, which of it is relayed, in which form, and where to.

use serde::Deserialize;
use watch_filter::Filter;
use watch_protocol::EventType;

use super::form::FormConfig;
use super::sink::SinkConfig;
use crate::projection::Projection;
use crate::redact::{HashKey, Redactor};

/// A pipeline.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct PipelineConfig {
    /// Its name, which is also that of its checkpoint: under another name, everything is relayed again.
    pub name: String,
    /// What is watched.
    pub watch: Vec<WatchConfig>,
    /// Names of the clusters; by default all.
    #[serde(default)]
    pub clusters: Vec<String>,
    /// A CEL expression: only events for which it is true are relayed. `object` is the object, `oldObject` the one before
    /// or null, `type` one of `ADDED`, `MODIFIED` and `DELETED`. An event for which it cannot be evaluated is relayed.
    pub filter: Option<String>,
    /// The types of events that are relayed; by default all.
    #[serde(default)]
    pub events: Vec<EventName>,
    /// Only modifications that change one of these parts of the object, additions and deletions.
    #[serde(default)]
    pub only: Vec<Only>,
    /// The fields that are relayed, such as `status.phase`; by default all. What identifies the object is always there.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Whether only the metadata is relayed.
    #[serde(default)]
    pub metadata_only: bool,
    /// Whether `metadata.managedFields` is relayed. By default only to PostgreSQL, which reads from it who changed an
    /// object.
    pub managed_fields: Option<bool>,
    /// Fields whose values are replaced by a keyed hash, such as `spec.containers[*].env[*].value`. The values of Secrets
    /// always are, also in copies of them that other objects have.
    #[serde(default)]
    pub redact: Vec<String>,
    /// Whether the values of Secrets are relayed.
    #[serde(default)]
    pub with_secrets: bool,
    /// The form of messages.
    #[serde(default)]
    pub form: FormConfig,
    /// Where messages are sent.
    pub to: SinkConfig,
}

/// Resources that are watched.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct WatchConfig {
    /// Names of resources as kubectl accepts them: `pods`, `deploy`, `widgets.example.com`.
    pub resources: Vec<String>,
    /// The namespaces; by default all. They do not apply to cluster-scoped resources.
    #[serde(default)]
    pub namespaces: Vec<String>,
    /// A label selector.
    pub labels: Option<String>,
    /// A field selector.
    pub fields: Option<String>,
}

/// The type of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "as watches name them")]
pub enum EventName {
    Added,
    Modified,
    Deleted,
}

/// A part of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Only {
    /// The part `spec`.
    Spec,
    /// The part `status`.
    Status,
    /// Labels, annotations, finalizers and owners.
    Metadata,
}

impl EventName {
    pub(crate) fn is(self, etype: EventType) -> bool {
        matches!(
            (self, etype),
            (Self::Added, EventType::Added)
                | (Self::Modified, EventType::Modified)
                | (Self::Deleted, EventType::Deleted)
        )
    }
}

impl PipelineConfig {
    /// A pipeline of all events.
    pub fn new(name: impl Into<String>, resources: Vec<String>, to: SinkConfig) -> Self {
        Self {
            name: name.into(),
            watch: vec![WatchConfig::of(resources)],
            clusters: Vec::new(),
            filter: None,
            events: Vec::new(),
            only: Vec::new(),
            fields: Vec::new(),
            metadata_only: false,
            managed_fields: None,
            redact: Vec::new(),
            with_secrets: false,
            form: FormConfig::default(),
            to,
        }
    }

    /// Whether the object before is needed.
    pub(crate) fn needs_old_objects(&self) -> bool {
        !self.only.is_empty()
            || self.form.old_object
            || self.form.diff
            || self.filter.as_ref().is_some_and(|filter| filter.contains("oldObject"))
    }

    /// Whether managed fields are relayed.
    pub(crate) fn has_managed_fields(&self) -> bool {
        self.managed_fields.unwrap_or(matches!(self.to, SinkConfig::Postgres(_)))
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let resources = self.watch.iter().flat_map(|watch| &watch.resources);
        if resources.clone().all(|name| name.trim().is_empty()) {
            return Err("watch: no resource is named".to_owned());
        }
        if let Some(filter) = &self.filter {
            Filter::compile(filter).map_err(|error| format!("filter: {error}"))?;
        }
        Projection::new(&self.fields).map_err(|error| format!("fields: {error}"))?;
        Redactor::new(!self.with_secrets, &self.redact, HashKey::random())
            .map_err(|error| format!("redact: {error}"))?;
        if self.metadata_only && !self.fields.is_empty() {
            return Err("fields: with metadataOnly there are none to choose from".to_owned());
        }
        self.to.check()
    }
}

impl WatchConfig {
    /// These resources in all namespaces.
    pub fn of(resources: Vec<String>) -> Self {
        Self { resources, namespaces: Vec::new(), labels: None, fields: None }
    }
}
