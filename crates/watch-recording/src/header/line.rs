//! The header, as it is written.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use watchable_core::{ResourceInfo, Scope};

use super::{Header, RecordedResource, Redaction, VERSION};

/// The name of the format, in each header.
pub(crate) const FORMAT: &str = "watchables-recording";
/// The major version.
const MAJOR: u32 = 1;

/// The header as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeaderLine<'a> {
    #[serde(rename = "type")]
    kind: Cow<'a, str>,
    format: Cow<'a, str>,
    version: Cow<'a, str>,
    time: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cluster: Option<Cow<'a, str>>,
    #[serde(default)]
    release: Cow<'a, str>,
    resources: Vec<ResourceLine<'a>>,
    #[serde(default)]
    redaction: Redaction,
    #[serde(default = "first")]
    part: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceLine<'a> {
    source: Cow<'a, str>,
    group: Cow<'a, str>,
    version: Cow<'a, str>,
    kind: Cow<'a, str>,
    plural: Cow<'a, str>,
    scope: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    namespace: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label_selector: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field_selector: Option<Cow<'a, str>>,
}

fn first() -> u64 {
    1
}

/// Why a line is no header that can be read.
#[derive(Debug, PartialEq)]
pub(crate) enum HeaderFault {
    /// It is none.
    NoHeader(String),
    /// Its format has a newer major version.
    Newer(String),
}

impl Header {
    /// Reads a header from its line.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, HeaderFault> {
        #[derive(Deserialize)]
        struct Versioned<'a> {
            #[serde(borrow, rename = "type")]
            kind: Cow<'a, str>,
            #[serde(borrow)]
            format: Cow<'a, str>,
            #[serde(borrow)]
            version: Cow<'a, str>,
        }
        let none = |reason: &str| HeaderFault::NoHeader(reason.to_owned());
        let Ok(Versioned { kind, format, version }) = serde_json::from_slice(line) else {
            return Err(none("its first line is no header of a recording"));
        };
        if kind != "HEADER" || format != FORMAT {
            return Err(none("its first line is no header of a recording"));
        }
        let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        match major {
            None => return Err(none(&format!("its header has the version {version:?}"))),
            Some(major) if major > MAJOR => return Err(HeaderFault::Newer(version.into_owned())),
            Some(_) => {}
        }
        let read: HeaderLine<'_> = serde_json::from_slice(line)
            .map_err(|error| none(&format!("its header cannot be read: {error}")))?;
        let time = read.time.parse();
        let resources = read.resources.into_iter().map(RecordedResource::read);
        Ok(Self {
            version: read.version.into_owned(),
            cluster: read.cluster.map(Cow::into_owned),
            release: read.release.into_owned(),
            started: time.map_err(|error| none(&format!("its header has no time: {error}")))?,
            resources: resources.collect::<Result<_, _>>().map_err(HeaderFault::NoHeader)?,
            redaction: read.redaction,
            part: read.part,
        })
    }

    /// Returns the header as a line, without its end.
    pub(crate) fn to_line(&self) -> String {
        let line = HeaderLine {
            kind: "HEADER".into(),
            format: FORMAT.into(),
            version: VERSION.into(),
            time: format!("{:.6}", self.started),
            cluster: self.cluster.as_deref().map(Cow::Borrowed),
            release: self.release.as_str().into(),
            resources: self.resources.iter().map(RecordedResource::written).collect(),
            redaction: self.redaction.clone(),
            part: self.part,
        };
        serde_json::to_string(&line).expect("text and numbers are encoded")
    }
}

impl RecordedResource {
    fn read(line: ResourceLine<'_>) -> Result<Self, String> {
        let scope = match &*line.scope {
            "Namespaced" => Scope::Namespaced,
            "Cluster" => Scope::Cluster,
            other => return Err(format!("its header has a resource of the scope {other:?}")),
        };
        let ResourceLine { group, version, kind, plural, .. } = line;
        Ok(Self {
            resource: ResourceInfo::dynamic(group, version, kind, plural, scope),
            source: line.source.into_owned(),
            namespace: line.namespace.map(Cow::into_owned),
            label_selector: line.label_selector.map(Cow::into_owned),
            field_selector: line.field_selector.map(Cow::into_owned),
        })
    }

    fn written(&self) -> ResourceLine<'_> {
        ResourceLine {
            source: self.source.as_str().into(),
            group: self.resource.group().into(),
            version: self.resource.version().into(),
            kind: self.resource.kind().into(),
            plural: self.resource.plural().into(),
            scope: match self.resource.scope() {
                Scope::Namespaced => "Namespaced".into(),
                Scope::Cluster => "Cluster".into(),
            },
            namespace: self.namespace.as_deref().map(Cow::Borrowed),
            label_selector: self.label_selector.as_deref().map(Cow::Borrowed),
            field_selector: self.field_selector.as_deref().map(Cow::Borrowed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        let pods = ResourceInfo::new("", "v1", "Pod", "pods", Scope::Namespaced);
        let mut resource = RecordedResource::new(pods);
        resource.namespace = Some("shop".to_owned());
        Header {
            version: VERSION.to_owned(),
            cluster: Some("u".to_owned()),
            release: "1.37".to_owned(),
            started: "2026-01-02T03:04:05.5Z".parse().unwrap(),
            resources: vec![resource],
            redaction: Redaction {
                secrets: true,
                paths: vec!["spec.x".to_owned()],
                key: Some("f".to_owned()),
            },
            part: 1,
        }
    }

    #[test]
    fn header_round_trips_and_unknown_members_are_ignored() {
        let line = header().to_line();
        assert_eq!(Header::parse(line.as_bytes()), Ok(header()));
        let more = line.replacen('{', r#"{"colour":{"x":[1]},"#, 1).replace("1.0", "1.7");
        assert_eq!(Header::parse(more.as_bytes()).unwrap().version, "1.7");
    }

    #[test]
    fn header_of_a_newer_major_version_is_refused() {
        let line = header().to_line().replace("1.0", "2.0").replace("resources", "things");
        assert_eq!(Header::parse(line.as_bytes()), Err(HeaderFault::Newer("2.0".to_owned())));
    }

    #[test]
    fn other_lines_are_no_header() {
        for line in ["", "{}", "[1]", r#"{"type":"ADDED","object":{}}"#, "\u{0}"] {
            let fault = Header::parse(line.as_bytes());
            assert!(matches!(fault, Err(HeaderFault::NoHeader(_))), "{line}");
        }
    }
}
