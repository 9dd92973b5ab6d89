//! Whether there are Secrets in an object.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde_json::{Map, Value};

use super::owner::{KINDS, is_secret};

/// Annotations with a copy of the object, or of what it was made from. Others are found by their form.
pub(super) const LAST_APPLIED_ANNOTATIONS: [&str; 4] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "kapp.k14s.io/original",
    "objectset.rio.cattle.io/applied",
    "banzaicloud.com/last-applied",
];

/// What follows `\u` where Go's encoder writes `<`, `>` and `&`, which nothing has that is searched for.
const HARMLESS_ESCAPES: [&[u8]; 3] = [b"003c", b"003e", b"0026"];

/// What is searched for in each object: a searcher takes longer to build than to search a small one.
struct Finders {
    kind: Finder<'static>,
    escape: Finder<'static>,
    /// JSON may have it for a slash, such as those of annotations' names.
    slash: Finder<'static>,
    copies: [Finder<'static>; LAST_APPLIED_ANNOTATIONS.len()],
}

static FINDERS: LazyLock<Finders> = LazyLock::new(|| Finders {
    kind: Finder::new(KINDS[0]),
    escape: Finder::new(r"\u"),
    slash: Finder::new(r"\/"),
    copies: LAST_APPLIED_ANNOTATIONS.map(Finder::new),
});

/// Returns whether an object's JSON may contain a confidential value. Most objects do not, and need not be parsed.
pub fn may_contain(object: &[u8]) -> bool {
    let names_a_kind = FINDERS.kind.find_iter(object).any(|at| {
        let rest = &object[at + KINDS[0].len()..];
        let rest = rest.strip_prefix(b"List").unwrap_or(rest);
        // The end of the text, also where it is within another one.
        matches!(rest.first(), Some(b'"' | b'\\'))
    });
    names_a_kind || may_be_escaped(object) || may_have_opaque_copy(object)
}

/// Returns whether a text that is searched for may be written with escapes.
fn may_be_escaped(object: &[u8]) -> bool {
    let is_harmful = |at| {
        let rest = &object[at + FINDERS.escape.needle().len()..];
        !HARMLESS_ESCAPES.iter().any(|digits| rest.starts_with(digits))
    };
    FINDERS.escape.find_iter(object).any(is_harmful) || FINDERS.slash.find(object).is_some()
}

/// Returns whether there may be a copy that is not JSON.
fn may_have_opaque_copy(object: &[u8]) -> bool {
    let is_space = |byte: &u8| byte.is_ascii_whitespace();
    let skip = |text: &'_ [u8], byte: u8| -> Option<usize> {
        let at = text.iter().position(|other| !is_space(other))?;
        (text[at] == byte).then_some(at + 1)
    };
    FINDERS.copies.iter().any(|name| {
        name.find_iter(object).any(|at| {
            let mut rest = &object[at + name.needle().len()..];
            for byte in [b'"', b':', b'"'] {
                let Some(len) = skip(rest, byte) else { return false };
                rest = &rest[len..];
            }
            let begin = rest.iter().find(|byte| !is_space(byte));
            !matches!(begin, Some(b'{' | b'['))
        })
    })
}

/// Returns whether a value contains a Secret, or a copy of one.
pub fn contains(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            is_secret(object)
                || annotations(object).is_some_and(|all| all.iter().any(is_copy_of_secret))
                || object.values().any(contains)
        }
        Value::Array(items) => items.iter().any(contains),
        _ => false,
    }
}

fn annotations(object: &Map<String, Value>) -> Option<&Map<String, Value>> {
    object.get("metadata")?.get("annotations")?.as_object()
}

/// Returns whether an annotation of any object is a copy that may contain a Secret.
pub(super) fn is_copy_of_secret((name, value): (&String, &Value)) -> bool {
    let text = value.as_str().unwrap_or_default();
    let names_one = KINDS.iter().any(|kind| {
        // Also where the text is within another one, whose quotes are escaped.
        text.contains(&format!("\"{kind}\"")) || text.contains(&format!("\"{kind}\\"))
    });
    is_copy(name, value) && (names_one || !is_json(value))
}

/// Returns whether an annotation may contain a copy of its object.
pub(super) fn is_copy(name: &str, value: &Value) -> bool {
    is_json(value) || LAST_APPLIED_ANNOTATIONS.contains(&name)
}

fn is_json(value: &Value) -> bool {
    value.as_str().is_none_or(|text| text.trim_start().starts_with(['{', '[']))
}
