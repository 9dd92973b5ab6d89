//! Which objects of a collection a request is about: a namespace, labels, and two fields.

use serde_json::Value;
use watchable_core::selector::{FieldSelector, LabelSelector};

use crate::error::ApiError;
use crate::registry::Served;
use crate::store::Object;

/// The objects that a list or a watch is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub(crate) namespace: Option<String>,
    labels: Option<LabelSelector>,
    fields: Option<FieldSelector>,
}

impl Selection {
    /// Reads the selectors of a request; empty ones select everything, as on real servers.
    pub(crate) fn new(
        served: &Served,
        namespace: Option<&str>,
        labels: Option<&str>,
        fields: Option<&str>,
    ) -> Result<Self, ApiError> {
        let filled = |text: Option<&str>| text.filter(|t| !t.trim().is_empty()).map(str::to_owned);
        let labels = filled(labels).map(|text| text.parse::<LabelSelector>()).transpose().map_err(
            |error| ApiError::bad_request(format!("unable to parse requirement: {error}")),
        )?;
        let fields = filled(fields)
            .map(|text| text.parse::<FieldSelector>())
            .transpose()
            .map_err(|error| ApiError::bad_request(format!("invalid field selector: {error}")))?;
        for requirement in fields.iter().flat_map(FieldSelector::requirements) {
            if !is_selectable(served, &requirement.path) {
                let message = format!("field label not supported: {}", requirement.path);
                return Err(ApiError::bad_request(message));
            }
        }
        Ok(Self { namespace: namespace.map(str::to_owned), labels, fields })
    }

    /// Narrows it to one object, as a watch of a single object's path does.
    pub(crate) fn named(mut self, name: &str) -> Result<Self, ApiError> {
        let escaped = name.replace('\\', r"\\").replace(',', r"\,").replace('=', r"\=");
        let mut text = format!("metadata.name={escaped}");
        if let Some(fields) = &self.fields {
            text = format!("{text},{fields}");
        }
        let selector = text.parse().map_err(|_| ApiError::bad_request("invalid name"))?;
        self.fields = Some(selector);
        Ok(self)
    }

    /// Whether selectors were given, apart from the namespace.
    pub(crate) fn has_selectors(&self) -> bool {
        self.labels.is_some() || self.fields.is_some()
    }

    pub(crate) fn fits(&self, object: &Object) -> bool {
        let key = object.key();
        self.namespace.as_ref().is_none_or(|namespace| *namespace == key.namespace)
            && self.fields.as_ref().is_none_or(|fields| fits_fields(fields, object))
            && self.labels.as_ref().is_none_or(|labels| labels.matches(|name| object.label(name)))
    }
}

fn fits_fields(fields: &FieldSelector, object: &Object) -> bool {
    let key = object.key();
    let of_key = |path: &str| matches!(path, "metadata.name" | "metadata.namespace");
    // Most selectors ask for the name, for which nothing needs to be decoded.
    let needs_value = fields.requirements().iter().any(|requirement| !of_key(&requirement.path));
    let value = if needs_value { object.decode() } else { Value::Null };
    fields.matches(|path| match path {
        "metadata.name" => Some(key.name.as_str()),
        "metadata.namespace" => Some(key.namespace.as_str()),
        path => {
            let found = path.split('.').try_fold(&value, |value, field| value.get(field));
            // Real servers select by texts, of which an absent one is empty.
            Some(match found {
                Some(Value::String(text)) => text.as_str(),
                Some(Value::Bool(true)) => "true",
                Some(Value::Bool(false)) => "false",
                None if path == "spec.unschedulable" => "false",
                _ => "",
            })
        }
    })
}

/// The fields by which objects of a kind can be selected.
fn is_selectable(served: &Served, path: &str) -> bool {
    let resource = served.resource();
    let own: &[&str] = match (resource.group(), resource.plural()) {
        ("", "pods") => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ],
        ("", "events") => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "type",
        ],
        ("", "nodes") => &["spec.unschedulable"],
        ("", "namespaces") => &["status.phase"],
        ("", "secrets") => &["type"],
        ("certificates.k8s.io", "certificatesigningrequests") => &["spec.signerName"],
        _ => &[],
    };
    matches!(path, "metadata.name" | "metadata.namespace") || own.contains(&path)
}
