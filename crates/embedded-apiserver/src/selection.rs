//! Which objects of a collection a request is about: a namespace, labels, and two fields.

use watchable_core::selector::{FieldSelector, LabelSelector};

use crate::error::ApiError;
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
            if !matches!(requirement.path.as_str(), "metadata.name" | "metadata.namespace") {
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
            && self.fields.as_ref().is_none_or(|fields| {
                fields.matches(|path| match path {
                    "metadata.name" => Some(key.name.as_str()),
                    "metadata.namespace" => Some(key.namespace.as_str()),
                    _ => None,
                })
            })
            && self.labels.as_ref().is_none_or(|labels| labels.matches(|name| object.label(name)))
    }
}
