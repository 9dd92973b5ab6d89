//! The facts of a release's spec, as interpreted by these tests.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::in_repository;

/// The facts of a spec.
pub(crate) struct Facts {
    pub(crate) definitions: BTreeMap<String, Shape>,
    /// The definition of a kind, by group, version and kind.
    kinds: BTreeMap<[String; 3], String>,
    /// As in the file.
    pub(crate) resources: Vec<Value>,
}

/// The type of a value.
#[derive(Debug, PartialEq)]
pub(crate) enum Shape {
    Bool,
    Int32,
    Int64,
    Double,
    String,
    Bytes,
    Json,
    Time,
    MicroTime,
    Quantity,
    IntOrString,
    /// The schema of a definition, or an alternative.
    SchemaOr(Alternative, String),
    Definition(String),
    List(Box<Shape>),
    Map(Box<Shape>),
    Object(Object),
}

/// The alternative to a schema.
#[derive(Debug, PartialEq)]
pub(crate) enum Alternative {
    Bool,
    Schemas,
    Names,
}

/// A definition with properties.
#[derive(Debug, PartialEq)]
pub(crate) struct Object {
    pub(crate) properties: BTreeMap<String, Property>,
    /// Whether it is a kind, which always has metadata.
    pub(crate) kind: bool,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Property {
    pub(crate) shape: Shape,
    pub(crate) required: bool,
}

/// Definitions with more meaning than their schema expresses.
const SCALARS: [(&str, Shape); 6] = [
    ("io.k8s.apimachinery.pkg.api.resource.Quantity", Shape::Quantity),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", Shape::Json),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", Shape::MicroTime),
    ("io.k8s.apimachinery.pkg.apis.meta.v1.Time", Shape::Time),
    ("io.k8s.apimachinery.pkg.runtime.RawExtension", Shape::Json),
    ("io.k8s.apimachinery.pkg.util.intstr.IntOrString", Shape::IntOrString),
];

/// Properties that a spec requires but its API server omits: release, suffix of the definition, property.
const NOT_REQUIRED: [(&str, &str, &str); 2] = [
    ("1.17", "apiregistration.v1.APIServiceSpec", "service"),
    ("1.17", "apiregistration.v1beta1.APIServiceSpec", "service"),
];

impl Facts {
    pub(crate) fn read(release: &str) -> Self {
        Self::of(&Self::text_of(release))
    }

    /// Returns the file of a release as it is.
    pub(crate) fn text_of(release: &str) -> Value {
        let path = in_repository(&format!("spec/rel_{}.json", release.replace('.', "_")));
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str(&text).expect("facts are JSON")
    }

    pub(crate) fn of(facts: &Value) -> Self {
        let release = text(&facts["release"]);
        let definitions = facts["definitions"].as_object().expect("definitions");
        let mut kinds = BTreeMap::new();
        for (name, schema) in definitions {
            for kind in list(&schema["x-kubernetes-group-version-kind"]) {
                let kind = ["group", "version", "kind"].map(|key| text(&kind[key]));
                kinds.insert(kind, name.clone());
            }
        }
        let definitions = definitions
            .iter()
            .map(|(name, schema)| (name.clone(), definition(&release, name, schema)))
            .collect();
        Self { definitions, kinds, resources: list(&facts["resources"]).to_vec() }
    }

    /// Returns all kinds, by group, version and kind, with their definitions.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (&[String; 3], &str)> {
        self.kinds.iter().map(|(kind, definition)| (kind, definition.as_str()))
    }

    /// Returns the definition of a kind.
    pub(crate) fn kind(&self, group: &str, version: &str, kind: &str) -> Option<&str> {
        self.kinds.get(&[group, version, kind].map(str::to_owned)).map(String::as_str)
    }

    /// Resolves references to definitions.
    pub(crate) fn resolve<'a>(&'a self, shape: &'a Shape) -> &'a Shape {
        match shape {
            Shape::Definition(name) => self.resolve(&self.definitions[name]),
            shape => shape,
        }
    }
}

fn definition(release: &str, name: &str, schema: &Value) -> Shape {
    if let Some((_, shape)) = SCALARS.into_iter().find(|(scalar, _)| *scalar == name) {
        return shape;
    }
    if let Some((version, alternative)) = name.split_once(".JSONSchemaPropsOr") {
        let alternative = match alternative {
            "Bool" => Alternative::Bool,
            "Array" => Alternative::Schemas,
            "StringArray" => Alternative::Names,
            _ => panic!("{name}: unknown alternative to a schema"),
        };
        return Shape::SchemaOr(alternative, format!("{version}.JSONSchemaProps"));
    }
    let Some(properties) = schema["properties"].as_object() else { return shape(schema) };
    let required = list(&schema["required"]);
    let properties = properties.iter().map(|(property, schema)| {
        let excused = NOT_REQUIRED
            .iter()
            .any(|(of, end, excused)| *of == release && name.ends_with(end) && excused == property);
        let required = required.iter().any(|name| name == property) && !excused;
        (property.clone(), Property { shape: shape(schema), required })
    });
    let kind = !list(&schema["x-kubernetes-group-version-kind"]).is_empty();
    Shape::Object(Object { properties: properties.collect(), kind })
}

fn shape(schema: &Value) -> Shape {
    if let Some(definition) = schema["$ref"].as_str() {
        return Shape::Definition(definition.to_owned());
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("boolean"), None) => Shape::Bool,
        (Some("integer"), Some("int32")) => Shape::Int32,
        (Some("integer"), Some("int64")) => Shape::Int64,
        (Some("number"), Some("double")) => Shape::Double,
        (Some("string"), None) => Shape::String,
        (Some("string"), Some("byte")) => Shape::Bytes,
        (Some("array"), None) => Shape::List(Box::new(shape(&schema["items"]))),
        (Some("object"), None) if schema["additionalProperties"].is_object() => {
            Shape::Map(Box::new(shape(&schema["additionalProperties"])))
        }
        (Some("object") | None, None) => Shape::Json,
        _ => panic!("unsupported schema {schema}: add it to these tests"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
