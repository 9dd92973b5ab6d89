//! The output format of events: `-o`.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

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
}

/// A format as it is written after `-o`, and what it prints.
const FORMATS: [(&str, &str); 6] = [
    ("text", "Type, namespace and name"),
    ("table", "The columns that kubectl prints, which the server computes"),
    ("wide", "The same with more columns, as in kubectl"),
    ("json", "One JSON document per line, as sent by the API server"),
    ("yaml", "One YAML document per event, with the object"),
    ("name", "Resource and name, such as pod/web-1"),
];

/// Parses a format.
fn parse(text: &str) -> Result<Format, String> {
    match text {
        "text" => Ok(Format::Text),
        "table" => Ok(Format::Table),
        "wide" => Ok(Format::Wide),
        "json" => Ok(Format::Json),
        "yaml" => Ok(Format::Yaml),
        "name" => Ok(Format::Name),
        _ => {
            let known: Vec<_> = FORMATS.iter().map(|(name, _)| *name).collect();
            Err(format!("there is no such format; it is one of {}", known.join(", ")))
        }
    }
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
    fn every_format_in_the_help_is_parsed() {
        for (name, _) in FORMATS {
            assert!(parse(name).is_ok(), "{name}");
        }
        let error = parse("xml").unwrap_err();
        assert_eq!(
            error,
            "there is no such format; it is one of text, table, wide, json, yaml, name"
        );
    }
}
