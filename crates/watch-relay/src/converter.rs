//! Makes messages of events: redacted, filtered, reduced, and in the form in which they are sent.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use watch_durable::DurableEvent;
use watch_filter::{EvaluationError, Filter};
use watch_protocol::{EventType, Origin};
use watch_store::Diff;
use watchable_core::{DynamicObject, ResourceInfo};

use crate::config::{Only, PipelineConfig};
use crate::last_objects::LastObjects;
use crate::message::{Message, Payload};
use crate::projection::Projection;
use crate::redact::{HashKey, Redactor};

/// Makes messages of the events of one pipeline and cluster.
#[derive(Debug)]
pub(crate) struct Converter {
    config: PipelineConfig,
    cluster: Option<Arc<str>>,
    /// By the name of the watch.
    watches: HashMap<String, (Arc<ResourceInfo>, Arc<str>)>,
    filter: Option<Filter>,
    projection: Projection,
    redactor: Redactor,
    last: Option<LastObjects>,
    /// The last reason for which the filter could not be evaluated.
    unevaluated: Option<EvaluationError>,
}

impl Converter {
    /// Creates a converter. `cluster` is its name, if it has one, `stream` the name of the durable stream, and `watches`
    /// the names of its members with what they watch, `key` that of the hashes of redacted values.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the configuration.
    pub(crate) fn new(
        config: &PipelineConfig,
        cluster: Option<&str>,
        stream: &str,
        watches: impl IntoIterator<Item = (String, ResourceInfo)>,
        last: Option<LastObjects>,
        key: HashKey,
    ) -> Result<Self, String> {
        let watches = watches.into_iter().map(|(name, resource)| {
            let part = format!("{stream}/{name}").into();
            (name, (Arc::new(resource), part))
        });
        let mut fields = config.fields.clone();
        if config.metadata_only {
            fields.push("metadata".to_owned());
        }
        Ok(Self {
            cluster: cluster.map(Into::into),
            watches: watches.collect(),
            filter: config.filter.as_deref().map(compile).transpose()?,
            projection: Projection::new(&fields)?,
            redactor: Redactor::new(!config.with_secrets, &config.redact, key)?,
            last,
            config: config.clone(),
            unevaluated: None,
        })
    }

    /// Returns whether old objects are kept, which are committed with the stream.
    pub(crate) fn keeps_old_objects(&self) -> bool {
        self.last.is_some()
    }

    /// Returns the message of an event, or `None` if it is not to be relayed.
    pub(crate) fn convert(&mut self, event: DurableEvent<DynamicObject>) -> Option<Message> {
        let (resource, part) = self.watches.get(event.source.as_str())?;
        let (resource, part) = (Arc::clone(resource), Arc::clone(part));
        let object = &event.obj;
        let names = [object.namespace(), object.name(), object.uid(), object.resource_version()]
            .map(|text| text.unwrap_or_default().to_owned());
        let cluster = self.cluster.clone().unwrap_or_else(|| event.id().cluster().into());
        let mut message = Message {
            id: event.id().to_string().into(),
            cluster,
            resource,
            namespace: String::new(),
            name: String::new(),
            uid: String::new(),
            version: String::new(),
            etype: event.etype,
            is_repair: event.origin == Origin::Repair,
            gap: event.gap(),
            time: Timestamp::now(),
            object: self.redactor.redact_owned(event.into_inner().obj.into_json()).into(),
            old_object: None,
            payload: Payload::default(),
        };
        [message.namespace, message.name, message.uid, message.version] = names;
        let old = self.last.as_ref().and_then(|last| {
            let names = [&*message.namespace, &*message.name, &*message.uid];
            last.replace(&part, names, (!message.is_deletion()).then(|| message.object.clone()))
        });
        if !self.config.events.is_empty()
            && !self.config.events.iter().any(|name| name.is(message.etype))
        {
            return None;
        }
        let needs_values = self.filter.is_some()
            || self.last.is_some()
            || self.config.metadata_only
            || !self.config.fields.is_empty();
        let mut diff = None;
        if needs_values {
            let parse = |text: &[u8]| serde_json::from_slice::<Value>(text).ok();
            let value = parse(&message.object).unwrap_or_default();
            let before = old.as_deref().and_then(parse);
            if !self.is_wanted(message.etype, &value, before.as_ref()) {
                return None;
            }
            let value = self.projection.apply(value);
            let before = before.map(|before| self.projection.apply(before));
            if let (true, Some(before)) = (self.config.form.diff, &before) {
                let changes = Diff::between(before, &value).ok();
                diff = changes.map(|diff| {
                    let lines: Vec<_> = diff.iter().map(ToString::to_string).collect();
                    Value::from(lines).to_string().into_bytes()
                });
            }
            message.object = value.to_string().into();
            if self.config.form.old_object {
                message.old_object = before.map(|before| before.to_string().into());
            }
        }
        message.payload = self.config.form.kind.payload(&message, diff.as_deref());
        Some(message)
    }

    /// Whether the filters let an event pass.
    fn is_wanted(&mut self, etype: EventType, object: &Value, old: Option<&Value>) -> bool {
        if let (EventType::Modified, false, Some(old)) = (etype, self.config.only.is_empty(), old)
            && !self.config.only.iter().any(|part| differs(*part, old, object))
        {
            return false;
        }
        let Some(filter) = &self.filter else { return true };
        match filter.matches(etype, object, old) {
            Ok(matches) => matches,
            Err(error) => {
                if self.unevaluated.as_ref() != Some(&error) {
                    let pipeline = &self.config.name;
                    tracing::warn!(pipeline, %error, "the filter cannot be evaluated for an object");
                    self.unevaluated = Some(error);
                }
                true
            }
        }
    }
}

fn compile(filter: &str) -> Result<Filter, String> {
    Filter::compile(filter).map_err(|error| error.to_string())
}

fn differs(part: Only, old: &Value, new: &Value) -> bool {
    let differs = |pointer: &str| old.pointer(pointer) != new.pointer(pointer);
    match part {
        Only::Spec => differs("/spec"),
        Only::Status => differs("/status"),
        Only::Metadata => [
            "/metadata/labels",
            "/metadata/annotations",
            "/metadata/finalizers",
            "/metadata/ownerReferences",
            "/metadata/deletionTimestamp",
        ]
        .into_iter()
        .any(differs),
    }
}
