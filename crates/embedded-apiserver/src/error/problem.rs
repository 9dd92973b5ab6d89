//! Problems with a field of an object.

/// A problem with a field, for `ApiError::invalid`.
pub(crate) struct Problem {
    pub(crate) field: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) text: String,
}

impl Problem {
    pub(crate) fn forbidden(field: &'static str, text: &str) -> Self {
        Self { field, reason: "FieldValueForbidden", text: format!("Forbidden: {text}") }
    }

    pub(crate) fn required(field: &'static str, text: &str) -> Self {
        Self { field, reason: "FieldValueRequired", text: format!("Required value: {text}") }
    }

    pub(crate) fn invalid(field: &'static str, value: &str, text: &str) -> Self {
        let text = format!("Invalid value: {value:?}: {text}");
        Self { field, reason: "FieldValueInvalid", text }
    }
}

/// A field that an apply would change although another manager owns it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FieldConflict {
    /// The manager that owns the field, as messages name it.
    pub(crate) owner: String,
    /// The field, such as `.data.a`.
    pub(crate) field: String,
}
