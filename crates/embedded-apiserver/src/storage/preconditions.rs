//! What must be so for a deletion to happen.

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
        for (what, asked, field, otherwise) in [
            ("UID", &self.uid, "uid", "deleted and then recreated"),
            ("ResourceVersion", &self.resource_version, "resourceVersion", "modified"),
        ] {
            let found = value["metadata"][field].as_str().unwrap_or_default();
            if let Some(asked) = asked.as_deref().filter(|asked| *asked != found) {
                let why = format!(
                    "the {what} in the precondition ({asked}) does not match the {what} in record \
                     ({found}). The object might have been {otherwise}"
                );
                return Err(ApiError::conflict_of_kind(resource, &object.key().name, &why));
            }
        }
        Ok(())
    }
}
