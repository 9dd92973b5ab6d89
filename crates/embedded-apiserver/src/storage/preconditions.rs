//! The preconditions of a deletion.

use watchable_core::ResourceInfo;

use super::object::Object;
use crate::error::ApiError;

/// The `preconditions` of `DeleteOptions`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Preconditions {
    pub(crate) uid: Option<String>,
    pub(crate) resource_version: Option<String>,
}

impl Preconditions {
    pub(crate) fn check(&self, resource: &ResourceInfo, object: &Object) -> Result<(), ApiError> {
        if self.uid.is_none() && self.resource_version.is_none() {
            return Ok(());
        }
        let value = object.decode();
        for (what, expected, field, change) in [
            ("UID", &self.uid, "uid", "deleted and then recreated"),
            ("ResourceVersion", &self.resource_version, "resourceVersion", "modified"),
        ] {
            let found = value["metadata"][field].as_str().unwrap_or_default();
            if let Some(expected) = expected.as_deref().filter(|expected| *expected != found) {
                let why = format!(
                    "the {what} in the precondition ({expected}) does not match the {what} in record \
                     ({found}). The object might have been {change}"
                );
                return Err(ApiError::conflict_of_kind(resource, &object.key().name, &why));
            }
        }
        Ok(())
    }
}
