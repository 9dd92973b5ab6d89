//! The output format of events: `-o`.

use std::ffi::OsStr;
use std::fmt::Display;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

use crate::custom_columns::CustomColumns;
use crate::jsonpath::Template;

/// The output format of events.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Format {
    /// Type, namespace and name.
    Text,
    /// The columns of the server.
    Table,
    /// The same with the columns of lower priority.
    Wide,
    /// One JSON document per line, as sent by the API server.
    Json,
    /// One YAML document per event, with the object.
    Yaml,
    /// Resource and name, such as `pod/web-1`.
    Name,
    /// What a template has of each object.
    JsonPath(Template),
    /// A line per event, with these columns.
    CustomColumns(CustomColumns),
}

/// A format as it is written after `-o`, and what it prints.
const FORMATS: [(&str, &str); 10] = [
    ("text", "Type, namespace and name"),
    ("table", "The columns that kubectl prints, which the server computes"),
    ("wide", "The same with more columns, as in kubectl"),
    ("json", "One JSON document per line, as sent by the API server"),
    ("yaml", "One YAML document per event, with the object"),
    ("name", "Resource and name, such as pod/web-1"),
    (
        "jsonpath=TEMPLATE",
        "What the template has of each object, such as '{.metadata.name} {.status.phase}'",
    ),
    ("jsonpath-file=FILE", "The same, with the template in a file"),
    ("custom-columns=COLUMNS", "A table, such as NAME:.metadata.name,NODE:.spec.nodeName"),
    ("custom-columns-file=FILE", "The same, with a line of headers and a line of paths in a file"),
];

impl Format {
    /// Returns how the formats are written.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        FORMATS.iter().map(|(name, _)| *name)
    }
}

/// Parses a format.
fn parse(text: &str) -> Result<Format, String> {
    let (name, argument) = match text.split_once('=') {
        Some((name, argument)) => (name, Some(argument)),
        None => (text, None),
    };
    match (name, argument) {
        ("text", None) => Ok(Format::Text),
        ("table", None) => Ok(Format::Table),
        ("wide", None) => Ok(Format::Wide),
        ("json", None) => Ok(Format::Json),
        ("yaml", None) => Ok(Format::Yaml),
        ("name", None) => Ok(Format::Name),
        ("jsonpath", Some(template)) if !template.is_empty() => {
            Template::parse(template).map(Format::JsonPath).map_err(|fault| fault.to_string())
        }
        ("jsonpath-file", Some(path)) => Template::parse(&read(path)?)
            .map(Format::JsonPath)
            .map_err(|fault| in_file(path, &fault)),
        ("custom-columns", Some(columns)) => {
            CustomColumns::parse(columns).map(Format::CustomColumns)
        }
        ("custom-columns-file", Some(path)) => CustomColumns::parse_file(&read(path)?)
            .map(Format::CustomColumns)
            .map_err(|fault| in_file(path, &fault)),
        _ => {
            let names = FORMATS.map(|(name, _)| name);
            let bare = |format: &&str| format.split('=').next() == Some(name);
            match names.iter().find(|format| bare(format)) {
                Some(format) if format.contains('=') => Err(format!("write it as {format}")),
                Some(format) => Err(format!("{format} has no argument")),
                None => Err(format!("there is no such format; it is one of {}", names.join(", "))),
            }
        }
    }
}

fn read(path: &str) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("cannot read {path:?}: {error}"))
}

fn in_file(path: &str, fault: &impl Display) -> String {
    format!("the file {path:?}: {fault}")
}

/// Parses formats for clap. Unlike clap's own enums, they may have an argument.
#[derive(Clone, Debug)]
pub(crate) struct FormatParser;

impl TypedValueParser for FormatParser {
    type Value = Format;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Format, Error> {
        let parsed = value.to_str().ok_or_else(|| "it is not valid UTF-8".to_owned());
        parsed.and_then(parse).map_err(|fault| {
            let option = arg.map(ToString::to_string).unwrap_or_default();
            let value = value.to_string_lossy();
            let message = format!("invalid value '{value}' for '{option}': {fault}\n");
            Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = FORMATS.iter().map(|(name, help)| PossibleValue::new(*name).help(*help));
        Some(Box::new(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_parsed_and_others_are_explained() {
        for text in
            ["text", "json", "yaml", "name", "jsonpath={.kind}", "custom-columns=K:.kind,N:.a=b"]
        {
            assert!(parse(text).is_ok(), "{text}: {:?}", parse(text));
        }
        for (text, fault) in [
            (
                "xml",
                "it is one of text, table, wide, json, yaml, name, jsonpath=TEMPLATE, jsonpath-file=FILE, custom-columns=",
            ),
            ("jsonpath", "write it as jsonpath=TEMPLATE"),
            ("jsonpath=", "write it as jsonpath=TEMPLATE"),
            ("custom-columns", "write it as custom-columns=COLUMNS"),
            ("custom-columns=", "no columns are given"),
            ("json={.kind}", "json has no argument"),
            ("jsonpath={.a", "a { has no } (at character 1: \"{.a\")"),
            ("jsonpath-file=/does/not/exist", "cannot read \"/does/not/exist\": "),
            ("custom-columns-file=/does/not/exist", "cannot read \"/does/not/exist\": "),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(fault), "{text}: {error}");
        }
    }

    #[test]
    fn templates_and_columns_are_read_from_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(path("t"), "{.kind}\n").unwrap();
        std::fs::write(path("c"), "K\n.kind\n").unwrap();
        std::fs::write(path("e"), "{.kind").unwrap();
        assert_eq!(parse(&format!("jsonpath-file={}", path("t"))), parse("jsonpath={.kind}\n"));
        let columns = parse(&format!("custom-columns-file={}", path("c")));
        assert_eq!(columns, parse("custom-columns=K:.kind"));
        let error = parse(&format!("jsonpath-file={}", path("e"))).unwrap_err();
        assert!(error.starts_with("the file ") && error.contains("a { has no }"), "{error}");
    }
}
