//! `.proto` files that fit a spec, as Kubernetes generates both from the same Go types.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

/// The messages of definitions without properties.
const SCALARS: [(&str, &str); 9] = [
    (".resource.Quantity", "optional string string = 1;"),
    (".meta.v1.FieldsV1", "optional bytes Raw = 1;"),
    (".MicroTime", "optional int64 seconds = 1; optional int32 nanos = 2;"),
    (".Time", "optional int64 seconds = 1; optional int32 nanos = 2;"),
    (".RawExtension", "optional bytes raw = 1;"),
    (
        ".IntOrString",
        "optional int64 type = 1; optional int32 intVal = 2; optional string strVal = 3;",
    ),
    (".JSON", "optional bytes raw = 1;"),
    (
        ".JSONSchemaPropsOrArray",
        "optional JSONSchemaProps schema = 1; repeated JSONSchemaProps jSONSchemas = 2;",
    ),
    (".JSONSchemaPropsOrBool", "optional bool allows = 1; optional JSONSchemaProps schema = 2;"),
];

#[derive(Default)]
struct File {
    package: String,
    /// The paths of other files.
    imports: BTreeSet<String>,
    messages: String,
}

/// Returns the files by their paths; none for what is not a spec. A property's number is its place among those of the
/// definition, by name.
pub fn proto_files(spec: &str) -> BTreeMap<String, String> {
    let spec: Value = serde_json::from_str(spec).unwrap_or_default();
    let mut files: BTreeMap<String, File> = BTreeMap::new();
    for (definition, schema) in spec["definitions"].as_object().into_iter().flatten() {
        let Some((path, package, name)) = place(definition) else { continue };
        // What tells a server's version is in JSON only.
        if package.ends_with(".pkg.version") {
            continue;
        }
        let file = files.entry(path.clone()).or_default();
        file.package = package;
        file.imports.extend(references(schema).into_iter().filter(|other| *other != path));
        let fields = fields(definition, schema);
        let _ = write!(file.messages, "\n// Prose about {name}.\nmessage {name} {{\n{fields}}}\n");
    }
    let text = |File { package, imports, messages }| {
        let imports: Vec<_> = imports.iter().map(|path| format!("import \"{path}\";\n")).collect();
        format!("syntax = \"proto2\";\n\npackage {package};\n\n{}{messages}", imports.concat())
    };
    files.into_iter().map(|(path, file)| (path, text(file))).collect()
}

/// Returns the path and package of a definition's file, and its name.
fn place(definition: &str) -> Option<(String, String, String)> {
    let (package, name) = definition.strip_prefix("io.k8s.")?.rsplit_once('.')?;
    let path = format!("k8s.io/{}/generated.proto", package.replace('.', "/"));
    Some((path, format!("k8s.io.{}", package.replace('-', "_")), name.to_owned()))
}

/// Returns the files of what a schema refers to.
fn references(schema: &Value) -> Vec<String> {
    let inner = |values: Vec<&Value>| values.into_iter().flat_map(references).collect();
    match schema {
        Value::String(text) => text
            .strip_prefix("#/definitions/")
            .and_then(place)
            .map(|(path, ..)| path)
            .into_iter()
            .collect(),
        Value::Array(items) => inner(items.iter().collect()),
        Value::Object(members) => inner(members.values().collect()),
        _ => Vec::new(),
    }
}

fn fields(definition: &str, schema: &Value) -> String {
    let Some(properties) = schema["properties"].as_object() else {
        let scalar = SCALARS.iter().find(|(end, _)| definition.ends_with(end));
        return scalar.map_or_else(String::new, |(_, fields)| format!("  {fields}\n"));
    };
    let mut names: Vec<&String> = properties.keys().collect();
    names.sort();
    let mut text = String::new();
    for (index, name) in names.into_iter().enumerate() {
        let in_envelope = ["apiVersion", "kind"].contains(&name.as_str())
            && schema["x-kubernetes-group-version-kind"].is_array();
        if !in_envelope {
            let type_ = labelled(&properties[name]);
            let _ = writeln!(text, "  // Prose.\n  {type_} {} = {};\n", go_name(name), index + 1);
        }
    }
    text
}

fn labelled(schema: &Value) -> String {
    match schema["type"].as_str() {
        Some("array") => format!("repeated {}", type_of(&schema["items"])),
        Some("object") => format!("map<string, {}>", type_of(&schema["additionalProperties"])),
        _ => format!("optional {}", type_of(schema)),
    }
}

fn type_of(schema: &Value) -> String {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    if let Some(definition) = reference.and_then(|r| r.strip_prefix("#/definitions/io.k8s.")) {
        return format!(".k8s.io.{}", definition.replace('-', "_"));
    }
    let type_ = match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("boolean"), _) => "bool",
        (Some("integer"), Some("int32")) => "int32",
        (Some("integer"), _) => "int64",
        (Some("number"), _) => "double",
        (_, Some("byte")) => "bytes",
        _ => "string",
    };
    type_.to_owned()
}

/// Returns the name without punctuation.
fn go_name(name: &str) -> String {
    let mut words =
        name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| format!("{name}{}{}", word[..1].to_uppercase(), &word[1..]))
}
