//! Reads `.proto` files: every message with the names, numbers and types of its fields.

use std::collections::BTreeMap;

use protox::Compiler;
use protox::file::{File, FileResolver};
use protox::prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use protox::prost_reflect::prost_types::{DescriptorProto, FieldDescriptorProto};

use crate::error::{Failure, Result};
use crate::facts::{Scalar, WireType};

/// The fields of each message, by its full name.
pub(crate) type Messages = BTreeMap<String, Vec<Field>>;

/// A field of a message. Types name messages in full.
#[derive(Debug, PartialEq)]
pub(crate) struct Field {
    pub(super) name: String,
    pub(super) number: u32,
    pub(super) type_: WireType,
}

/// Returns the paths of the files that a file imports.
pub(crate) fn imports(path: &str, text: &str) -> Result<Vec<String>> {
    let file = File::from_source(path, text).map_err(|error| broken(&error))?;
    Ok(file.file_descriptor_proto().dependency.clone())
}

/// Reads all files, which are keyed by the paths under which they import each other.
pub(crate) fn read(files: &BTreeMap<String, String>) -> Result<Messages> {
    let mut compiler = Compiler::with_file_resolver(Files(files.clone()));
    for path in files.keys() {
        compiler.open_file(path).map_err(|error| broken(&error))?;
    }
    let mut messages = Messages::new();
    for file in compiler.file_descriptor_set().file {
        for message in &file.message_type {
            add(&mut messages, file.package(), message).map_err(|f| f.within(file.name()))?;
        }
    }
    Ok(messages)
}

/// The files in memory.
struct Files(BTreeMap<String, String>);

impl FileResolver for Files {
    fn open_file(&self, name: &str) -> std::result::Result<File, protox::Error> {
        let text = self.0.get(name).ok_or_else(|| protox::Error::file_not_found(name))?;
        File::from_source(name, text)
    }
}

fn broken(error: &protox::Error) -> Failure {
    // In this form, the error says file, line and column, except at the end of a file.
    let text = format!("{error:?}");
    let named = error.file().filter(|file| !text.contains(file));
    let place = named.map_or(String::new(), |file| format!("{file}: "));
    Failure::new(format!("a .proto file is malformed: {place}{text}"))
        .hint("fetch it again, or from another --base-url")
}

fn add(messages: &mut Messages, parent: &str, message: &DescriptorProto) -> Result<()> {
    let name = format!("{parent}.{}", message.name());
    let mut fields = Vec::new();
    for field in &message.field {
        let place = || format!("message {name}, field {}", field.name());
        let number = u32::try_from(field.number())
            .map_err(|_| Failure::new(format!("{}: a negative number", place())))?;
        let type_ = type_of(field, &name, &message.nested_type).ok_or_else(|| {
            Failure::new(format!("{}: the type {} is not supported", place(), readable(field)))
                .hint("add support for it in crates/codegen/src/protobuf/read.rs")
        })?;
        fields.push(Field { name: field.name().to_owned(), number, type_ });
    }
    for nested in message.nested_type.iter().filter(|nested| !is_map_entry(nested)) {
        add(messages, &name, nested)?;
    }
    messages.insert(name, fields);
    Ok(())
}

/// Returns the type of a field; `nested` are the messages within its own.
fn type_of(
    field: &FieldDescriptorProto,
    parent: &str,
    nested: &[DescriptorProto],
) -> Option<WireType> {
    let alone = match field.r#type() {
        Type::Bool => WireType::Scalar(Scalar::Bool),
        Type::Int32 => WireType::Scalar(Scalar::Int32),
        Type::Int64 => WireType::Scalar(Scalar::Int64),
        Type::Double => WireType::Scalar(Scalar::Double),
        Type::String => WireType::Scalar(Scalar::String),
        Type::Bytes => WireType::Scalar(Scalar::Bytes),
        Type::Message => {
            WireType::Message(Some(field.type_name().trim_start_matches('.').to_owned()))
        }
        _ => return None,
    };
    if field.label() != Label::Repeated {
        return Some(alone);
    }
    let is_entry = |entry: &&DescriptorProto| {
        is_map_entry(entry) && field.type_name() == format!(".{parent}.{}", entry.name())
    };
    if let Some(entry) = nested.iter().find(is_entry) {
        let of = |number| entry.field.iter().find(|field| field.number() == number);
        let WireType::Scalar(key) = type_of(of(1)?, parent, &[])? else { return None };
        return Some(WireType::Map { key, values: Box::new(type_of(of(2)?, parent, &[])?) });
    }
    let packed = field.options.as_ref().is_some_and(|options| options.packed == Some(true));
    Some(WireType::Repeated { items: Box::new(alone), packed })
}

fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry == Some(true))
}

fn readable(field: &FieldDescriptorProto) -> String {
    match field.r#type() {
        Type::Enum | Type::Group => format!("{:?} {}", field.r#type(), field.type_name()),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const META: &str = "k8s.io/meta/generated.proto";
    const CORE: &str = "k8s.io/core/generated.proto";

    fn read(core: &str) -> Result<Messages> {
        let meta =
            "syntax = 'proto2'; package k8s.io.meta; message Time { optional int64 seconds = 1; }";
        let core = format!("syntax = 'proto2'; package k8s.io.core; import '{META}'; {core}");
        super::read(&[(META, meta), (CORE, &core)].map(|(k, v)| (k.into(), v.into())).into())
    }

    #[test]
    fn fields_have_numbers_and_resolved_types() {
        let messages = read(
            "message Pod {
               // A comment.
               optional string name = 2;
               repeated Port ports = 1;
               repeated int32 plain = 3; repeated int64 packed = 4 [packed=true];
               map<string, bytes> data = 5; map<string, Port> by_name = 6;
               optional .k8s.io.meta.Time absolute = 7; optional k8s.io.meta.Time relative = 8;
               optional bool on = 9; optional double share = 10; optional Inner inner = 11;
               message Inner { required bytes raw = 1; }
             }
             message Port {}",
        )
        .unwrap();
        let fields: Vec<_> = messages["k8s.io.core.Pod"]
            .iter()
            .map(|field| format!("{} {} {}", field.name, field.number, field.type_))
            .collect();
        assert_eq!(
            fields,
            [
                "name 2 string",
                "ports 1 repeated message k8s.io.core.Port",
                "plain 3 repeated int32",
                "packed 4 packed int64",
                "data 5 map<string, bytes>",
                "by_name 6 map<string, message k8s.io.core.Port>",
                "absolute 7 message k8s.io.meta.Time",
                "relative 8 message k8s.io.meta.Time",
                "on 9 bool",
                "share 10 double",
                "inner 11 message k8s.io.core.Pod.Inner",
            ]
        );
        let names: Vec<_> = messages.keys().map(String::as_str).collect();
        let expected =
            ["k8s.io.core.Pod", "k8s.io.core.Pod.Inner", "k8s.io.core.Port", "k8s.io.meta.Time"];
        assert_eq!(names, expected);
    }

    #[test]
    fn what_is_not_supported_is_an_error_with_its_place() {
        for (core, parts) in [
            ("message A { optional float x = 1; }", &["k8s.io.core.A, field x", "Float"][..]),
            ("message A { optional E x = 1; } enum E { Z = 0; }", &["field x", "Enum"]),
            ("message A { map<string, sint32> x = 1; }", &["field x", "not supported"]),
            ("message A { optional B x = 1; }", &["malformed", CORE, "B"]),
            ("message A { optional string x = 1; optional bool y = 1; }", &["malformed", CORE]),
            ("message A {", &["malformed", CORE]),
        ] {
            let error = read(core).unwrap_err().to_string();
            for part in parts {
                assert!(error.contains(part), "{part} is not in {error}");
            }
        }
        let missing = BTreeMap::from([(CORE.into(), format!("import '{META}';"))]);
        assert!(super::read(&missing).unwrap_err().to_string().contains(META));
    }
}
