//! Definitions whose type is in watchable-core.

use crate::error::{Failure, Result};
use crate::facts::Schema;

/// Definition, its type and format in the spec, and the type in watchable-core.
const SCALARS: [(&str, &str, Option<&str>, &str); 6] = [
    ("io.k8s.apimachinery.pkg.api.resource.Quantity", "string", None, "Quantity"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", "object", None, "FieldsV1"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", "string", Some("date-time"), "MicroTime"),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.Time", "string", Some("date-time"), "Time"),
    ("io.k8s.apimachinery.pkg.runtime.RawExtension", "object", None, "RawExtension"),
    (
        "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
        "string",
        Some("int-or-string"),
        "IntOrString",
    ),
];

/// Returns the type in watchable-core, if there is one.
pub(super) fn scalar(definition: &str, schema: &Schema) -> Result<Option<&'static str>> {
    let Some((_, type_, format, name)) = SCALARS.iter().find(|scalar| scalar.0 == definition)
    else {
        return Ok(None);
    };
    let same = schema.type_.as_deref() == Some(type_) && schema.format.as_deref() == *format;
    if !same || !schema.properties.is_empty() {
        return Err(Failure::new(format!(
            "definition {definition} is no longer the {type_} that watchable-core's {name} represents"
        ))
        .hint("compare the two, then update crates/codegen/src/model/scalars.rs"));
    }
    Ok(Some(name))
}
