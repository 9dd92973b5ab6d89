//! What JSON and protobuf are known to disagree about, and why.

use super::mismatch::{Mismatch, What};
use crate::error::{Failure, Result};
use crate::facts::Facts;

/// Mismatches that are meant to be, in the releases from the first to the last, if there is one.
pub(super) struct Explanation {
    pub(super) first: u32,
    pub(super) last: Option<u32>,
    pub(super) what: Explained,
    pub(super) why: &'static str,
}

/// The mismatches that an explanation covers.
pub(super) enum Explained {
    /// This definition has no message.
    NoMessage(&'static str),
    /// No property of these definitions stands for this field.
    NoProperty(&'static [&'static str], &'static str),
    /// Whatever JSON has that the previous release has not.
    NewInJson,
}

const EARLIER_FILES: &str = "its .proto files are of an earlier tag than its spec";

/// Ordered by release. An entry that is not needed is an error.
pub(super) const TABLE: &[Explanation] = &[
    Explanation {
        first: 17,
        last: None,
        what: Explained::NoMessage("io.k8s.apimachinery.pkg.version.Info"),
        why: "API servers tell their version in JSON only",
    },
    Explanation { first: 37, last: Some(37), what: Explained::NewInJson, why: EARLIER_FILES },
    Explanation {
        first: 37,
        last: Some(37),
        what: Explained::NoProperty(
            &["io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus"],
            "resources",
        ),
        why: EARLIER_FILES,
    },
    Explanation {
        first: 37,
        last: Some(37),
        what: Explained::NoProperty(
            &[
                "io.k8s.api.resource.v1.Device",
                "io.k8s.api.resource.v1beta1.BasicDevice",
                "io.k8s.api.resource.v1beta2.Device",
            ],
            "nodeAllocatableResourceMappings",
        ),
        why: EARLIER_FILES,
    },
];

/// Returns the mismatches that the table does not explain, and a line for each explanation that applies.
pub(super) fn explain(
    table: &[Explanation],
    facts: &Facts,
    mut rest: Vec<Mismatch>,
    previous: impl FnOnce() -> Result<Option<Facts>>,
) -> Result<(Vec<Mismatch>, Vec<String>)> {
    let minor = facts.release.minor();
    let applies = |e: &&Explanation| e.first <= minor && e.last.is_none_or(|last| minor <= last);
    let applying: Vec<_> = table.iter().filter(applies).collect();
    let needs_previous = applying.iter().any(|e| matches!(e.what, Explained::NewInJson));
    let previous = if needs_previous { previous()? } else { None };
    let mut lines = Vec::new();
    for Explanation { what, why, .. } in applying {
        let before = rest.len();
        rest.retain(|mismatch| !what.covers(mismatch, previous.as_ref()));
        match before - rest.len() {
            0 if what.concerns(facts) => return Err(stale(what, why)),
            0 => {}
            1 => lines.push(format!("JSON and protobuf differ in one place: {why}")),
            count => lines.push(format!("JSON and protobuf differ in {count} places: {why}")),
        }
    }
    Ok((rest, lines))
}

fn stale(what: &Explained, why: &str) -> Failure {
    Failure::new(format!(
        "JSON and protobuf no longer differ in {}, which the table explains with `{why}`",
        what.place()
    ))
    .hint("restrict or remove the entry in crates/codegen/src/protobuf/explained.rs")
}

impl Explained {
    fn covers(&self, Mismatch { definition, what }: &Mismatch, previous: Option<&Facts>) -> bool {
        match (self, what) {
            (Self::NoMessage(of), What::NoMessage) => definition == of,
            (Self::NoProperty(of, field), What::NoProperty(found)) => {
                of.contains(&definition.as_str()) && field == found
            }
            (Self::NewInJson, What::NoMessage | What::NoField(_)) => {
                let Some(previous) = previous else { return false };
                let before = previous.definitions.get(definition);
                match what {
                    What::NoField(property) => {
                        before.is_none_or(|before| !before.properties.contains_key(property))
                    }
                    _ => before.is_none(),
                }
            }
            _ => false,
        }
    }

    /// Returns whether the facts have what it is about.
    fn concerns(&self, facts: &Facts) -> bool {
        match self {
            Self::NoMessage(of) => facts.definitions.contains_key(*of),
            Self::NoProperty(..) | Self::NewInJson => true,
        }
    }

    fn place(&self) -> String {
        match self {
            Self::NoMessage(of) => format!("definition {of}"),
            Self::NoProperty(of, field) => {
                format!("the field {field} of definition {}", of.join(", "))
            }
            Self::NewInJson => "what is new in JSON".to_owned(),
        }
    }
}
