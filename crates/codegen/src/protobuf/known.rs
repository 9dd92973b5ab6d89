//! The messages of definitions without properties, whose types in watchable-core decode them.

/// The start and the end of definitions, and the fields of their messages, sorted by name.
const KNOWN: [(&str, &str, &str); 10] = [
    ("io.k8s.apimachinery.", ".resource.Quantity", "string 1 string"),
    ("io.k8s.apimachinery.", ".meta.v1.FieldsV1", "Raw 1 bytes"),
    ("io.k8s.apimachinery.", ".meta.v1.MicroTime", "nanos 2 int32, seconds 1 int64"),
    ("io.k8s.apimachinery.", ".meta.v1.Time", "nanos 2 int32, seconds 1 int64"),
    ("io.k8s.apimachinery.", ".runtime.RawExtension", "raw 1 bytes"),
    (
        "io.k8s.apimachinery.",
        ".intstr.IntOrString",
        "intVal 2 int32, strVal 3 string, type 1 int64",
    ),
    ("io.k8s.apiextensions-apiserver.", ".JSON", "raw 1 bytes"),
    (
        "io.k8s.apiextensions-apiserver.",
        ".JSONSchemaPropsOrArray",
        "jSONSchemas 2 repeated message JSONSchemaProps, schema 1 message JSONSchemaProps",
    ),
    (
        "io.k8s.apiextensions-apiserver.",
        ".JSONSchemaPropsOrBool",
        "allows 1 bool, schema 2 message JSONSchemaProps",
    ),
    (
        "io.k8s.apiextensions-apiserver.",
        ".JSONSchemaPropsOrStringArray",
        "property 2 repeated string, schema 1 message JSONSchemaProps",
    ),
];

/// Returns the fields of a definition's message as text; empty if none are known.
pub(super) fn fields(definition: &str) -> &'static str {
    let known = KNOWN
        .iter()
        .find(|(start, end, _)| definition.starts_with(start) && definition.ends_with(end));
    known.map_or("", |(_, _, fields)| fields)
}
