//! Problems with a field of an object.

use std::borrow::Cow;

/// A problem with a field, for `ApiError::invalid`.
pub(crate) struct Problem {
    pub(crate) field: Cow<'static, str>,
    pub(crate) reason: &'static str,
    pub(crate) text: String,
}

impl Problem {
    pub(crate) fn forbidden(field: impl Into<Cow<'static, str>>, text: &str) -> Self {
        Self {
            field: field.into(),
            reason: "FieldValueForbidden",
            text: format!("Forbidden: {text}"),
        }
    }

    pub(crate) fn required(field: impl Into<Cow<'static, str>>, text: &str) -> Self {
        Self {
            field: field.into(),
            reason: "FieldValueRequired",
            text: format!("Required value: {text}"),
        }
    }

    pub(crate) fn invalid(field: impl Into<Cow<'static, str>>, value: &str, text: &str) -> Self {
        let text = format!("Invalid value: {value:?}: {text}");
        Self { field: field.into(), reason: "FieldValueInvalid", text }
    }

    pub(crate) fn too_long(field: &'static str, bytes: usize) -> Self {
        let text = format!("Too long: may not be more than {bytes} bytes");
        Self { field: field.into(), reason: "FieldValueTooLong", text }
    }

    pub(crate) fn not_supported(field: &'static str, value: &str, supported: &[&str]) -> Self {
        let supported: Vec<_> = supported.iter().map(|value| format!("{value:?}")).collect();
        let text =
            format!("Unsupported value: {value:?}: supported values: {}", supported.join(", "));
        Self { field: field.into(), reason: "FieldValueNotSupported", text }
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
