//! The negotiation of a response's form by `Accept`, as Go's API servers do it.
//!
//! Clauses are tried in order of their quality, then of how specific they are, then as they stand. Of what a clause
//! with wildcards allows, JSON comes first. Only the first `Accept` counts.

use std::cmp::Ordering;

use http::HeaderMap;
use http::header::ACCEPT;

use super::representation::{Representation, RowObject};
use crate::error::ApiError;
use crate::support::wire::Wire;

/// What a response is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    pub(crate) representation: Representation,
    pub(crate) wire: Wire,
}

impl Accepted {
    /// What is written for a client that accepts anything.
    pub(crate) const DEFAULT: Self =
        Self { representation: Representation::Full, wire: Wire::Json };

    /// Chooses what objects are written as. Whole objects are written in protobuf only if they have it, and
    /// rows of a table only if there are tables.
    ///
    /// # Errors
    ///
    /// Nothing that the client accepts is supported.
    pub(crate) fn for_objects(
        headers: &HeaderMap,
        has_protobuf: bool,
        has_tables: bool,
    ) -> Result<Self, ApiError> {
        let Some(clauses) = clauses(headers) else { return Ok(Self::DEFAULT) };
        let chosen = choose(&clauses, |clause, wire| match clause.conversion() {
            None => (wire == Wire::Json || has_protobuf).then_some(Representation::Full),
            Some(conversion) => conversion
                .representation(wire)
                .filter(|chosen| has_tables || !matches!(chosen, Representation::Table(_))),
        });
        let (representation, wire) = chosen.ok_or_else(ApiError::not_acceptable)?;
        Ok(Self { representation, wire })
    }

    /// Chooses the wire of a `Status`, which is never converted: JSON if nothing that the client accepts is possible.
    pub(crate) fn for_errors(headers: &HeaderMap) -> Wire {
        let clauses = clauses(headers).unwrap_or_default();
        let whole = |clause: &Clause<'_>, _| clause.conversion().is_none().then_some(());
        choose(&clauses, whole).map_or(Wire::Json, |((), wire)| wire)
    }
}

/// A clause of `Accept`.
#[derive(Debug)]
struct Clause<'a> {
    media: &'a str,
    subtype: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
    quality: f32,
}

/// The type of `meta.k8s.io` to which a clause wants objects converted.
struct Conversion<'a> {
    group: &'a str,
    version: &'a str,
    kind: &'a str,
}

/// Returns the clauses in order of preference; `None` if the client accepts anything.
fn clauses(headers: &HeaderMap) -> Option<Vec<Clause<'_>>> {
    let header = headers.get(ACCEPT).and_then(|value| value.to_str().ok())?;
    let mut clauses: Vec<_> = header.split(',').filter_map(Clause::parse).collect();
    clauses.sort_by(Clause::by_preference);
    (!header.is_empty()).then_some(clauses)
}

fn choose<T>(
    clauses: &[Clause<'_>],
    allows: impl Fn(&Clause<'_>, Wire) -> Option<T>,
) -> Option<(T, Wire)> {
    clauses.iter().find_map(|clause| {
        let wires = [Wire::Json, Wire::Protobuf].into_iter();
        let mut matching = wires.filter(|wire| clause.matches(*wire));
        matching.find_map(|wire| Some((allows(clause, wire)?, wire)))
    })
}

impl<'a> Clause<'a> {
    /// Parses a clause; `None` if it is malformed.
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (media, subtype) = match parts.next()?.split_once('/') {
            None if text.trim() == "*" => ("*", "*"),
            parts => parts.filter(|(_, subtype)| !subtype.contains('/'))?,
        };
        let mut clause = Self {
            media: media.trim(),
            subtype: subtype.trim(),
            parameters: Vec::new(),
            quality: 1.0,
        };
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            match name.trim() {
                // What is no number counts as 0, and even then a clause is not excluded.
                "q" => clause.quality = value.trim().parse().unwrap_or_default(),
                name => clause.parameters.push((name, value.trim())),
            }
        }
        Some(clause)
    }

    fn by_preference(&self, other: &Self) -> Ordering {
        let wildcards = |clause: &Self| (clause.media == "*", clause.subtype == "*");
        other.quality.total_cmp(&self.quality).then_with(|| wildcards(self).cmp(&wildcards(other)))
    }

    fn matches(&self, wire: Wire) -> bool {
        let subtype = match wire {
            Wire::Json => "json",
            Wire::Protobuf => "vnd.kubernetes.protobuf",
        };
        let is_it = match (self.media, self.subtype) {
            ("*" | "application", "*") => true,
            (media, other) => (media, other) == ("application", subtype),
        };
        is_it && matches!(self.parameter("stream"), None | Some("" | "watch"))
    }

    fn conversion(&self) -> Option<Conversion<'a>> {
        let [kind, group, version] = ["as", "g", "v"].map(|name| self.parameter(name));
        kind.or(group).or(version)?;
        let text = Option::unwrap_or_default;
        Some(Conversion { group: text(group), version: text(version), kind: text(kind) })
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        let found = self.parameters.iter().rev().find(|(other, _)| *other == name);
        found.map(|(_, value)| *value)
    }
}

impl Conversion<'_> {
    /// Returns the representation, if it is supported on the wire.
    fn representation(&self, wire: Wire) -> Option<Representation> {
        if self.group != "meta.k8s.io" || !matches!(self.version, "v1" | "v1beta1") {
            return None;
        }
        match self.kind {
            "PartialObjectMetadata" => Some(Representation::PartialMetadata),
            "PartialObjectMetadataList" => Some(Representation::PartialMetadataList),
            "Table" if wire == Wire::Json => Some(Representation::Table(RowObject::Metadata)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

    fn headers(accept: &str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT, HeaderValue::from_str(accept).unwrap())])
    }

    #[test]
    fn quality_and_order_decide() {
        for (accept, expected) in [
            ("", Some(Wire::Json)),
            ("*/*", Some(Wire::Json)),
            ("*", Some(Wire::Json)),
            ("application/*", Some(Wire::Json)),
            ("P", Some(Wire::Protobuf)),
            ("P;stream=watch", Some(Wire::Protobuf)),
            ("P, application/json", Some(Wire::Protobuf)),
            ("application/json, P", Some(Wire::Json)),
            ("P;q=0.5, application/json", Some(Wire::Json)),
            ("application/json;q=0.1,P;q=0.2", Some(Wire::Protobuf)),
            ("*/*,P", Some(Wire::Protobuf)),
            ("P;q=x, */*;q=0.1", Some(Wire::Json)),
            ("P;q=0", Some(Wire::Protobuf)),
            ("text/html, P", Some(Wire::Protobuf)),
            ("P;stream=other", None),
            ("application/yaml", None),
            ("text", None),
            ("application/vnd.kubernetes.protobuf/x", None),
        ] {
            let headers = headers(&accept.replace('P', PROTOBUF));
            let found =
                Accepted::for_objects(&headers, true, true).ok().map(|accepted| accepted.wire);
            assert_eq!(found, expected, "{accept}");
            assert_eq!(Accepted::for_errors(&headers), expected.unwrap_or(Wire::Json), "{accept}");
        }
        assert_eq!(Accepted::for_objects(&HeaderMap::new(), true, true), Ok(Accepted::DEFAULT));
    }

    #[test]
    fn conversions_are_named_completely() {
        let table = Representation::Table(RowObject::Metadata);
        let json = |representation| Some(Accepted { representation, wire: Wire::Json });
        let protobuf = |representation| Some(Accepted { representation, wire: Wire::Protobuf });
        let meta = "g=meta.k8s.io;v=v1";
        for (accept, expected) in [
            (format!("application/json;as=Table;{meta}"), json(table)),
            (format!("{PROTOBUF};as=Table;{meta}"), None),
            (format!("{PROTOBUF};as=Table;{meta}, application/json"), json(Representation::Full)),
            (
                format!("{PROTOBUF};as=PartialObjectMetadata;{meta}"),
                protobuf(Representation::PartialMetadata),
            ),
            (
                format!("{PROTOBUF};{meta};as=PartialObjectMetadataList"),
                protobuf(Representation::PartialMetadataList),
            ),
            ("application/json;as=Table".to_owned(), None),
            (format!("application/json;as=Other;{meta}"), None),
            ("application/json;as=Table;g=meta.k8s.io;v=v2".to_owned(), None),
        ] {
            let headers = headers(&accept);
            let found = Accepted::for_objects(&headers, true, true).ok();
            assert_eq!(found, expected, "{accept}");
            // A custom resource differs only in whole objects.
            assert_eq!(Accepted::for_objects(&headers, false, true).ok(), expected, "{accept}");
        }
        let whole = Accepted::for_objects(&headers(PROTOBUF), false, true);
        assert_eq!(whole.unwrap_err().code(), 406);
        let both = format!("{PROTOBUF}, application/json");
        assert_eq!(Accepted::for_objects(&headers(&both), false, true), Ok(Accepted::DEFAULT));
    }
}
